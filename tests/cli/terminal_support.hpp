// The built program on a terminal of its own (a pty), as a user sees it: what is typed, and what stands on the screen.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <string>
#include <vector>

namespace stalemate::cli {

// Of what a terminal understands, what the program uses: lines, carriage return, cursor up, erase from the cursor on.
class Screen {
 public:
  void feed(const std::string& bytes);
  // Its lines, without spaces at their ends.
  std::string text() const;
  bool is_at_line_start() const { return column_ == 0; }

 private:
  void control(char what, int number);
  std::string& line();

  std::vector<std::string> lines_ = {""};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::string unfinished_;  // of a control sequence
};

class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& arguments);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Reads until the screen is so; false after the time.
  bool shows(const std::function<bool(const std::string& screen)>& condition, int seconds);
  void type(const std::string& keys) const;
  // Reads to the program's end: its exit code, or 128 + signal.
  int wait();
  const Screen& screen() const { return screen_; }
  // How the terminal is set is what it was at the beginning.
  bool is_restored() const;
  // What it has not shown yet is dropped when somebody presses Ctrl-C.
  bool drops_output_at_ctrl_c() const;

 private:
  bool read_some();

  int terminal_ = -1;
  pid_t program_ = 0;
  termios before_ = {};
  Screen screen_;
};

}  // namespace stalemate::cli
