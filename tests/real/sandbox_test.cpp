// The sandbox: it starts in any surroundings, and nothing of it is left, whatever ends the program that started it.
#include "sandbox/sandbox.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "real/sample_traces.hpp"
#include "real/support.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;
using support::Child;
using support::Folder;

std::string refusal(const SandboxOptions& options) {
  try {
    const Sandbox sandbox(options);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "none";
}

int count_lines(const std::string& text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1; }

TEST(Sandbox, NothingIsLeftAfterAReplayThatEndsInOrder) {
  const Folder folder;
  Child child("replay", folder);
  EXPECT_EQ(child.wait(), 0) << child.output();
  EXPECT_NE(child.output().find("reproduced\n"), std::string::npos) << child.output();
  EXPECT_TRUE(folder.entries().empty()) << "an orderly end waits for the supervisor";
  EXPECT_TRUE(support::processes_in(folder.path()).empty());
}

TEST(Sandbox, WhileAReplayRunsItsServersRunInTheFolder) {
  const Folder folder;
  Child child("endless", folder);
  ASSERT_TRUE(child.says("at step 3")) << child.output();
  ASSERT_EQ(folder.entries().size(), 1U);
  EXPECT_EQ(folder.entries()[0].rfind(folder.path() + "/stalemate-sandbox-", 0), 0U);
  const pid_t postgres = support::process_in(folder.path(), "postgres");
  ASSERT_GT(postgres, 0);
  if (::geteuid() == 0) {
    struct stat info = {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(postgres)).c_str(), &info), 0);
    EXPECT_NE(info.st_uid, 0U) << "as root the servers run as somebody else";
  }
  child.send(SIGTERM);
  EXPECT_EQ(child.wait(), 128 + SIGTERM);
}

TEST(Sandbox, NoPasswordStandsInAnyCommandLine) {
  const Sandbox& sandbox = support::shared_sandbox();
  int seen = 0;
  for (const pid_t pid : support::processes_in(sandbox.folder())) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    std::ostringstream line;
    line << in.rdbuf();  // of one that ends meanwhile: what there was
    EXPECT_EQ(line.str().find(sandbox.postgres().password), std::string::npos) << line.str();
    ++seen;
  }
  EXPECT_GE(seen, 3) << "the supervisor and a process of each server at least";
  for (const char* name : {"redis.conf", "postgres.password"}) {
    struct stat info = {};
    ASSERT_EQ(::stat((sandbox.folder() + "/" + name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << name;
  }
}

struct Ending {
  const char* job;
  int signal;  // sent in the midst of the replay; 0: none
  int code;
};

class SandboxEnding : public ::testing::TestWithParam<Ending> {};

TEST_P(SandboxEnding, LeavesNoProcessAndNoFolder) {
  const Folder folder;
  Child child(GetParam().job, folder);
  ASSERT_TRUE(child.says("at step 3")) << child.output();
  if (GetParam().signal != 0) child.send(GetParam().signal);
  EXPECT_EQ(child.wait(), GetParam().code) << child.output();
  EXPECT_TRUE(folder.becomes_empty());
}

INSTANTIATE_TEST_SUITE_P(
    Of, SandboxEnding,
    ::testing::Values(Ending{"throw", 0, 5}, Ending{"exit", 0, 3}, Ending{"abort", 0, 128 + SIGABRT},
                      Ending{"endless", SIGKILL, 128 + SIGKILL}, Ending{"endless", SIGQUIT, 128 + SIGQUIT},
                      Ending{"endless", SIGTERM, 128 + SIGTERM}, Ending{"endless", SIGINT, 128 + SIGINT},
                      Ending{"endless", SIGHUP, 128 + SIGHUP}),
    [](const auto& tested) {
      const Ending& ending = tested.param;
      return ending.signal == 0 ? std::string(ending.job) : "Signal" + std::to_string(ending.signal);
    });

TEST(Sandbox, InterruptedReplaySaysSoAndHasCleanedUpWhenItEnds) {
  const Folder folder;
  Child child("endless", folder);
  ASSERT_TRUE(child.says("at step 3"));
  child.send(SIGINT);
  child.send(SIGINT);
  EXPECT_EQ(child.wait(), 128 + SIGINT);
  EXPECT_NE(child.output().find("interrupted by SIGINT\n"), std::string::npos) << child.output();
  EXPECT_TRUE(folder.entries().empty()) << "the program had waited for the supervisor";
}

// Whether a process has the file in its memory; servers of other tests live beside this one.
bool is_mapped(const std::string& path) {
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    std::ifstream in(it->path() / "maps");
    std::ostringstream maps;
    maps << in.rdbuf();
    if (maps.str().find(path) != std::string::npos) return true;
  }
  return false;
}

// Shared memory that no process uses: System V segments nobody is attached to, and PostgreSQL's files in /dev/shm.
std::set<std::string> idle_shared_memory() {
  std::set<std::string> found;
  std::ifstream in("/proc/sysvipc/shm");
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream columns(line);
    std::string key, id, mode, size, creator, last, attached;
    columns >> key >> id >> mode >> size >> creator >> last >> attached;
    if (attached == "0") found.insert("segment " + id);
  }
  std::error_code error;
  for (fs::directory_iterator it("/dev/shm", error), end; !error && it != end; it.increment(error)) {
    const bool is_postgres = it->path().filename().string().starts_with("PostgreSQL.");
    if (is_postgres && !is_mapped(it->path().string())) found.insert(it->path().string());
  }
  return found;
}

TEST(Sandbox, SignalDuringTheStartOfTheServersLeavesNothing) {
  const std::set<std::string> before = idle_shared_memory();
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (const int delay_ms : {30, 250, 600}) {
      const Folder folder;
      Child child("start", folder);
      ASSERT_TRUE(child.says("starting"));
      ::usleep(static_cast<useconds_t>(delay_ms) * 1000);
      child.send(signal);
      EXPECT_EQ(child.wait(), 128 + signal) << delay_ms << " ms: " << child.output();
      EXPECT_TRUE(folder.becomes_empty()) << delay_ms << " ms";
    }
  }
  EXPECT_TRUE(support::eventually([&before] {
    for (const std::string& memory : idle_shared_memory()) {
      if (!before.contains(memory)) return false;
    }
    return true;
  }));
}

// The segments that a process made, by their ids.
std::set<std::string> shared_memory_of(pid_t creator) {
  std::set<std::string> found;
  std::ifstream in("/proc/sysvipc/shm");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream columns(line);
    std::string key, id, mode, size, its_creator;
    columns >> key >> id >> mode >> size >> its_creator;
    if (its_creator == std::to_string(creator)) found.insert(id);
  }
  return found;
}

TEST(Sandbox, SharedMemoryOfAKilledPostgresGoesWithTheFolder) {
  for (const bool by_a_later_run : {false, true}) {
    const Folder folder;
    Child child("endless", folder);
    ASSERT_TRUE(child.says("at step 3"));
    const pid_t postgres = support::process_in(folder.path(), "postgres");
    ASSERT_GT(postgres, 0);
    ASSERT_FALSE(shared_memory_of(postgres).empty()) << "PostgreSQL keeps its place by a segment";
    pid_t supervisor = 0;
    std::ifstream status("/proc/" + std::to_string(postgres) + "/status");
    for (std::string word; status >> word && word != "PPid:";) continue;
    status >> supervisor;
    ASSERT_GT(supervisor, 1);
    if (by_a_later_run) {
      child.send(SIGSTOP);
      ASSERT_EQ(::kill(supervisor, SIGKILL), 0);
    }
    ::kill(postgres, SIGKILL);
    child.send(SIGKILL);
    child.wait();
    if (by_a_later_run) {
      ASSERT_TRUE(support::eventually([&] { return support::processes_in(folder.path()).empty(); }));
      Child next("replay", folder);
      EXPECT_EQ(next.wait(), 0) << next.output();
    }
    EXPECT_TRUE(folder.becomes_empty());
    EXPECT_TRUE(shared_memory_of(postgres).empty()) << "by a later run: " << by_a_later_run;
  }
}

TEST(Sandbox, ServersEndWithTheirSupervisorAndALaterRunRemovesTheFolder) {
  const Folder folder;
  Child child("endless", folder);
  ASSERT_TRUE(child.says("at step 3"));
  const pid_t postgres = support::process_in(folder.path(), "postgres");
  ASSERT_GT(postgres, 0);
  // The supervisor is the parent of the servers.
  std::ifstream status("/proc/" + std::to_string(postgres) + "/status");
  std::string word;
  pid_t supervisor = 0;
  while (status >> word && word != "PPid:") continue;
  status >> supervisor;
  ASSERT_GT(supervisor, 1);
  child.send(SIGSTOP);
  ASSERT_EQ(::kill(supervisor, SIGKILL), 0);
  child.send(SIGKILL);
  EXPECT_EQ(child.wait(), 128 + SIGKILL);
  EXPECT_TRUE(support::eventually([&] { return support::processes_in(folder.path()).empty(); }));
  ASSERT_EQ(folder.entries().size(), 1U) << "nobody was left to remove it";
  Child next("replay", folder);
  EXPECT_EQ(next.wait(), 0) << next.output();
  EXPECT_TRUE(folder.entries().empty()) << "the next run removes what a dead one left";
}

TEST(Sandbox, ExceptionInTheSameProcessRemovesIt) {
  std::string folder;
  try {
    const Sandbox sandbox{SandboxOptions{}};
    folder = sandbox.folder();
    ASSERT_TRUE(fs::exists(folder));
    throw std::runtime_error("on purpose");
  } catch (const std::runtime_error&) {
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_TRUE(support::processes_in(folder).empty());
  }
}

TEST(Sandbox, ForeignLocaleAndPostgresVariablesDoNotReachTheServers) {
  for (const char* locale : {"de_DE.UTF-8", "tr_TR.UTF-8"}) {
    const Folder folder;
    const std::string all = std::string("LC_ALL=") + locale;
    Child child("replay", folder,
                {{all, "LANG=xx_YY", "PGHOST=192.0.2.1", "PGHOSTADDR=192.0.2.1", "PGPORT=1", "PGUSER=nobody",
                  "PGDATABASE=none", "PGOPTIONS=-c search_path=none", "PGSSLMODE=verify-full", "PGSERVICE=none",
                  "PGDATA=/nonexistent", "PGCLIENTENCODING=LATIN1", "PGPASSWORD=wrong", "TZ=Asia/Tokyo"},
                 "",
                 ""});
    EXPECT_EQ(child.wait(), 0) << locale << ": " << child.output();
  }
}

TEST(Sandbox, RunsFromAFolderThatOnlyItsOwnerMayEnter) {
  const Folder folder;
  const std::string closed = folder.path() + "/closed";
  ASSERT_EQ(::mkdir(closed.c_str(), 0700), 0);
  const Folder sandbox_folder;
  Child child("replay", sandbox_folder, {{}, closed, ""});
  EXPECT_EQ(child.wait(), 0) << child.output();
}

TEST(Sandbox, TemporaryFolderThatTheServersCannotEnterIsPassedBy) {
  if (::geteuid() != 0) return;  // only root gives its servers to another user
  const Folder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
  Child child("replay", folder);
  EXPECT_EQ(child.wait(), 0) << child.output();
}

TEST(Sandbox, StartsAsAnUnprivilegedUserToo) {
  if (::geteuid() != 0) return;  // then all other tests show it
  for (const char* user : {"nobody", "postgres"}) {
    const Folder folder;
    Child child("replay", folder, {{}, "", user});
    EXPECT_EQ(child.wait(), 0) << user << ": " << child.output();
    EXPECT_TRUE(folder.entries().empty());
  }
}

TEST(Sandbox, PortThatIsTakenIsGivenUpForAnother) {
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(taken, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(taken, 8), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const int port = ntohs(address.sin_port);
  SandboxOptions options;
  options.pick_port = [port, calls = 0]() mutable {
    // Each server is first sent to the port that is taken; what is free by then is the kernel's to say.
    if (calls++ < 3) return port;
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in free_address = {};
    free_address.sin_family = AF_INET;
    free_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t free_size = sizeof free_address;
    static_cast<void>(::bind(probe, reinterpret_cast<const sockaddr*>(&free_address), free_size));
    static_cast<void>(::getsockname(probe, reinterpret_cast<sockaddr*>(&free_address), &free_size));
    ::close(probe);
    return static_cast<int>(ntohs(free_address.sin_port));
  };
  const Sandbox sandbox(options);
  EXPECT_NE(sandbox.redis().port, port);
  EXPECT_NE(sandbox.postgres().port, port);
  EXPECT_EQ(verdict(replay(samples::cache_aside_race(), {sandbox.postgres(), sandbox.redis(), false, false})),
            "reproduced");
  ::close(taken);
}

TEST(Sandbox, PortThatStaysTakenIsNamedByTheServersOwnLastLine) {
  SandboxOptions options;
  options.postgres = false;
  const int port = support::shared_sandbox().redis().port;
  options.pick_port = [port] { return port; };
  const std::string line = refusal(options);
  EXPECT_NE(line.find("Redis does not start"), std::string::npos) << line;
  EXPECT_NE(line.find("listen"), std::string::npos) << line;
  EXPECT_EQ(count_lines(line), 1) << line;
}

TEST(Sandbox, ServerThatIsNotInstalledIsNamedWithWhatToDo) {
  SandboxOptions options;
  options.programs = {"/nonexistent", "/nonexistent"};
  EXPECT_EQ(refusal(options),
            "PostgreSQL is not installed (initdb not found in /nonexistent/*/bin or PATH); install postgresql, or give "
            "--postgres URL");
  options.postgres = false;
  EXPECT_EQ(refusal(options),
            "Redis is not installed (redis-server not found in PATH); install redis-server, or give --redis URL");
}

TEST(Sandbox, ServerThatDoesNotStartShowsTheLastLineOfItsLog) {
  const Folder folder;
  const std::string program = folder.path() + "/redis-server";
  std::ofstream(program) << "#!/bin/sh\necho first line\necho the disk is on fire >&2\nexit 3\n";
  fs::permissions(program, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec |
                               fs::perms::group_read | fs::perms::others_read);
  SandboxOptions options;
  options.postgres = false;
  options.programs.path = folder.path();
  EXPECT_EQ(refusal(options),
            "the sandbox: Redis does not start: the disk is on fire; or give --postgres URL and --redis URL");
}

TEST(Sandbox, OnlyWhatIsAskedForIsStarted) {
  SandboxOptions options;
  options.redis = false;
  const Sandbox sandbox(options);
  EXPECT_EQ(support::process_in(sandbox.folder(), "redis-server"), 0);
  EXPECT_GT(support::process_in(sandbox.folder(), "postgres"), 0);
  pqxx::connection connection(support::url(sandbox.postgres_owner()));
  pqxx::nontransaction statement(connection);
  EXPECT_EQ(statement.exec("SHOW server_encoding")[0][0].as<std::string>(), "UTF8");
  EXPECT_EQ(statement.exec("SHOW listen_addresses")[0][0].as<std::string>(), "127.0.0.1");
  EXPECT_EQ(statement.exec("SHOW unix_socket_directories")[0][0].as<std::string>(), "");
  EXPECT_EQ(
      statement.exec("SELECT datcollate FROM pg_database WHERE datname = current_database()")[0][0].as<std::string>(),
      "C");
}

}  // namespace
}  // namespace stalemate::real
