// Runs the built program as a user would and keeps what it said.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stalemate::cli {

struct Outcome {
  int code = -1;  // exit code; 128 + signal where one ended it
  std::string out;
  std::string err;
  long memory_kib = 0;  // the most it had in memory
};

struct Invocation {
  std::vector<std::string> arguments;
  std::string input;                     // stdin
  std::string folder;                    // where it runs; empty: here
  std::vector<std::string> environment;  // "TZ=Asia/Kathmandu", added to this process's
  std::string program = STALEMATE_PROGRAM;
  std::string out_path;     // stdout goes here instead of `out`
  std::string err_path;     // stderr goes here instead of `err`
  bool err_closed = false;  // started without a stderr, as by 2>&-

  // When to send SIGINT: once this is true of what stderr says, and then it has used so much processor time, which
  // does not depend on what else runs.
  struct Interrupt {
    std::function<bool(const std::string& err)> once;
    int then_processor_ms = 0;
  };
  std::optional<Interrupt> interrupt;
};

Outcome run_program(const Invocation& invocation);
inline auto says(const std::string& words) {
  return [words](const std::string& err) { return err.find(words) != std::string::npos; };
}
inline Outcome run_program(std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.arguments = std::move(arguments);
  return run_program(invocation);
}

// A folder of its own for one test, gone with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const;  // its path
  std::vector<std::string> names() const;                                     // of what lies in it, sorted

 private:
  std::string folder_;
};

std::string read_all(const std::string& path);

// The tutorial's two diagrams, in words of our own.
std::string tutorial();

}  // namespace stalemate::cli
