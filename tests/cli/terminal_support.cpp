// See terminal_support.hpp.
#include "terminal_support.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace stalemate::cli {

std::string& Screen::line() {
  if (row_ >= lines_.size()) lines_.resize(row_ + 1);
  return lines_[row_];
}

void Screen::control(char what, int number) {
  if (what == 'A') row_ -= std::min(row_, static_cast<std::size_t>(std::max(number, 1)));
  if (what != 'J') return;
  line().resize(std::min(line().size(), column_));
  lines_.resize(row_ + 1);
}

void Screen::feed(const std::string& bytes) {
  for (const char c : bytes) {
    if (!unfinished_.empty()) {
      unfinished_ += c;
      if (std::isalpha(static_cast<unsigned char>(c)) == 0) continue;
      control(c, std::atoi(unfinished_.c_str() + 2));
      unfinished_.clear();
    } else if (c == '\033') {
      unfinished_ = c;
    } else if (c == '\n') {
      ++row_;
      line();
    } else if (c == '\r') {
      column_ = 0;
    } else {
      if (line().size() <= column_) line().resize(column_ + 1, ' ');
      line()[column_++] = c;
    }
  }
}

std::string Screen::text() const {
  std::string text;
  for (std::string one : lines_) {
    while (!one.empty() && one.back() == ' ') one.pop_back();
    text += one + "\n";
  }
  return text;
}

Terminal::Terminal(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {const_cast<char*>("stalemate")};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const winsize size = {50, 200, 0, 0};
  program_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (program_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
  if (program_ == 0) {
    std::signal(SIGINT, SIG_DFL);  // who started the tests may ignore it
    ::execv(STALEMATE_PROGRAM, argv.data());
    ::_exit(127);
  }
  ::tcgetattr(terminal_, &before_);
}

Terminal::~Terminal() {
  if (program_ > 0) {
    ::kill(program_, SIGKILL);
    ::waitpid(program_, nullptr, 0);
  }
  ::close(terminal_);
}

// False once nobody has the terminal open any more.
bool Terminal::read_some() {
  pollfd waiting = {terminal_, POLLIN, 0};
  if (::poll(&waiting, 1, 20) <= 0) return true;
  std::string bytes(4096, '\0');
  const ssize_t count = ::read(terminal_, bytes.data(), bytes.size());
  if (count <= 0) return false;
  screen_.feed(bytes.substr(0, static_cast<std::size_t>(count)));
  return true;
}

bool Terminal::shows(const std::function<bool(const std::string&)>& condition, int seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition(screen_.text())) return true;
    if (!read_some()) return condition(screen_.text());
  }
  return false;
}

void Terminal::type(const std::string& keys) const {
  if (::write(terminal_, keys.data(), keys.size()) < 0)
    throw std::system_error(errno, std::generic_category(), "write");
}

int Terminal::wait() {
  while (read_some()) continue;
  int status = 0;
  ::waitpid(program_, &status, 0);
  program_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Terminal::is_restored() const {
  termios now = {};
  ::tcgetattr(terminal_, &now);
  return std::memcmp(&now, &before_, sizeof now) == 0;
}

bool Terminal::drops_output_at_ctrl_c() const {
  termios now = {};
  ::tcgetattr(terminal_, &now);
  return (now.c_lflag & NOFLSH) == 0;
}

}  // namespace stalemate::cli
