#include "program_support.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
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
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);  // who started the tests may ignore it
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
  char buffer[65536];
  // At a place of its own: a child that still writes shares the file's.
  for (ssize_t count = 0; (count = pread(fd, buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0;)
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

bool has_ended(pid_t child) {
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == child;
}

double processor_ms(pid_t child) {
  clockid_t clock = 0;
  timespec used = {};
  if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

// Returns when the child is to be interrupted, or has ended.
void wait_for(const Invocation::Interrupt& interrupt, pid_t child, int err) {
  std::optional<double> since;
  while (!has_ended(child)) {
    const double now = processor_ms(child);
    if (!since && interrupt.once(file_text(err))) since = now;
    if (since && now >= *since + interrupt.then_processor_ms) return;
    usleep(2'000);
  }
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
  if (invocation.interrupt) {
    wait_for(*invocation.interrupt, child, err);
    kill(child, SIGINT);
  }
  rusage usage = {};
  wait4(child, &status, 0, &usage);
  Outcome outcome;
  outcome.memory_kib = usage.ru_maxrss;
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
