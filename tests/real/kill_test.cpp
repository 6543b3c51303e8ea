// Any one process of a replay is killed at a random moment: the replay ends in a named failure of the environment,
// soon, and leaves nothing behind. STALEMATE_KILLS=N kills more often.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "real/support.hpp"
#include "sim/random.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Processes of that name that a program with this TMPDIR forked.
std::vector<pid_t> forked(const std::string& name, const support::Folder& folder) {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    if (contents(it->path() / "comm") != name + "\n") continue;
    if (contents(it->path() / "environ").find("TMPDIR=" + folder.path()) == std::string::npos) continue;
    found.push_back(static_cast<pid_t>(std::stol(it->path().filename().string())));
  }
  return found;
}

std::vector<pid_t> victims(const std::string& who, const support::Folder& folder) {
  if (who == "app instance") return forked("stalemate-app", folder);
  if (who == "owner of the app instances") return forked("stalemate-apps", folder);
  return support::processes_in(folder.path(), who);
}

TEST(Kill, AnyProcessAtAnyMomentEndsInANamedFailureAndLeavesNothing) {
  struct Case {
    std::string who;
    std::string named;
  };
  const std::vector<Case> cases = {{"app instance", "app instance 1 (process "},
                                   {"redis-server", "Redis at 127.0.0.1:"},
                                   {"bin/postgres", "PostgreSQL at 127.0.0.1:"},
                                   {"owner of the app instances", "app instance"},
                                   {"the tool itself", ""}};
  const char* wish = std::getenv("STALEMATE_KILLS");
  const std::size_t kills = wish != nullptr ? std::stoull(wish) : 10;
  for (std::size_t i = 0; i < kills; ++i) {
    const Case& one = cases[i % cases.size()];
    sim::Random random(1, i);
    const auto delay_us = static_cast<useconds_t>(random.below(200'000));
    SCOPED_TRACE(one.who + " after " + std::to_string(delay_us) + " us");
    const support::Folder folder;
    support::Child child("endless", folder);
    ASSERT_TRUE(child.says("at step 3")) << child.output();
    ::usleep(delay_us);
    if (one.named.empty()) {
      child.send(SIGKILL);
      EXPECT_EQ(child.wait(), 128 + SIGKILL);
    } else {
      const std::vector<pid_t> found = victims(one.who, folder);
      ASSERT_FALSE(found.empty());
      for (const pid_t pid : found) ::kill(pid, SIGKILL);
      EXPECT_EQ(child.wait(), 5) << child.output();
      EXPECT_NE(child.output().find(one.named), std::string::npos) << child.output();
    }
    EXPECT_TRUE(folder.becomes_empty());
    EXPECT_TRUE(support::within_seconds(
        5, [&folder] { return forked("stalemate-app", folder).empty() && forked("stalemate-apps", folder).empty(); }));
  }
}

}  // namespace
}  // namespace stalemate::real
