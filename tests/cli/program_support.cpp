#include "program_support.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace stalemate::cli {
namespace {

[[noreturn]] void become(const Invocation& invocation, int in, int out, int err) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  if (invocation.err_closed)
    close(STDERR_FILENO);
  else
    dup2(err, STDERR_FILENO);
  for (int fd = 3; fd < 64; ++fd) close(fd);
  if (!invocation.folder.empty() && chdir(invocation.folder.c_str()) != 0) _exit(126);
  for (std::string variable : invocation.environment) {
    const auto equals = variable.find('=');
    setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  std::vector<std::string> arguments = invocation.arguments;
  std::vector<char*> argv = {const_cast<char*>("stalemate")};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(invocation.program.c_str(), argv.data());
  _exit(127);
}

std::string file_text(int fd) {
  std::string text;
  lseek(fd, 0, SEEK_SET);
  char buffer[65536];
  for (ssize_t count = 0; (count = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

int temporary_file() {
  char name[] = "/tmp/stalemate-test-XXXXXX";
  const int fd = mkstemp(name);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "mkstemp");
  unlink(name);
  return fd;
}

}  // namespace

Outcome run_program(const Invocation& invocation) {
  const int in = temporary_file();
  const int out = invocation.out_path.empty() ? temporary_file() : open(invocation.out_path.c_str(), O_WRONLY);
  const int err = invocation.err_path.empty() ? temporary_file() : open(invocation.err_path.c_str(), O_WRONLY);
  if (write(in, invocation.input.data(), invocation.input.size()) != static_cast<ssize_t>(invocation.input.size()))
    throw std::system_error(errno, std::generic_category(), "write");
  lseek(in, 0, SEEK_SET);
  const pid_t child = fork();
  if (child == 0) become(invocation, in, out, err);
  int status = 0;
  if (invocation.interrupt_after_ms > 0) {
    usleep(static_cast<useconds_t>(invocation.interrupt_after_ms) * 1000);
    kill(child, SIGINT);
  }
  waitpid(child, &status, 0);
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (invocation.out_path.empty()) outcome.out = file_text(out);
  if (invocation.err_path.empty()) outcome.err = file_text(err);
  close(in);
  close(out);
  close(err);
  return outcome;
}

Scratch::Scratch() {
  char name[] = "/tmp/stalemate-test-XXXXXX";
  if (mkdtemp(name) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::vector<std::string> Scratch::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string tutorial() { return read_all(STALEMATE_SOURCE_DIR "/tests/model/data/reader/steps.md"); }

}  // namespace stalemate::cli
