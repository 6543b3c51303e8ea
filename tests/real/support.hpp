// What the tests of real/ share: one sandbox a test program, ways to look at its servers from outside, and runs of this
// very program as a child that replays and may be killed.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "replay/replay.hpp"
#include "sandbox/sandbox.hpp"

namespace stalemate::real::support {

// The sandbox that tests share which leave nothing behind in it.
const Sandbox& shared_sandbox();
Servers shared_servers();
std::string url(const PostgresAddress& address);
std::string url(const RedisAddress& address);

// A file of this project, by its path in it.
std::string project_file(const std::string& path);

// A command to the shared Redis, words between spaces; its reply must be no error.
void redis_command(const std::string& words);

// Schemas called stalemate_* and keys called stalemate:* in the shared servers.
std::vector<std::string> areas_left();

// A file under /proc; what could be read of it if the process ends meanwhile.
std::string text_of_process(const std::filesystem::path& path);

// Processes whose current directory is `folder` or below it, or whose command line names it; of these, those whose
// command line contains `words`.
std::vector<pid_t> processes_in(const std::string& folder, const std::string& words = "");
// The first of them; 0 if there is none.
pid_t process_in(const std::string& folder, const std::string& words);

// Whether `condition` comes true: within a minute, which is for what never does.
bool eventually(const std::function<bool()>& condition);

// A folder of the test's own, that every user can pass through; removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::vector<std::string> entries() const;
  // Whether there is, eventually, no sandbox folder and no process of one.
  ::testing::AssertionResult becomes_empty() const;

 private:
  std::string path_;
};

// This program as a child that runs one of child_main's jobs with TMPDIR = folder.
class Child {
 public:
  struct Options {
    std::vector<std::string> environment;  // "LC_ALL=tr_TR.UTF-8"
    std::string directory;                 // current directory
    std::string user;                      // whom to become first
  };
  Child(const std::string& job, const Folder& folder, const Options& options);
  Child(const std::string& job, const Folder& folder) : Child(job, folder, Options()) {}
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until the child prints this line.
  bool says(const std::string& line);
  void send(int signal) const;
  // Waits for its end: its exit code, or 128 + the signal that ended it.
  int wait();
  const std::string& output() const { return output_; }

 private:
  pid_t pid_ = 0;
  int out_ = -1;
  std::string output_;
};

}  // namespace stalemate::real::support
