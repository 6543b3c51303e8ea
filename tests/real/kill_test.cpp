// Any one process of a run is killed at a random moment: the run ends in a named failure of the environment, soon, and
// the next one starts clean. STALEMATE_KILLS=N kills more often; the report of a run is printed.
//
// The proxy is a thread of the program and dies with it; what can befall it alone is that its sockets do: the one that
// listens and those of its clients are shut at once, which a handler of SIGUSR1 in the child does.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <pqxx/pqxx>

#include "real/sample_traces.hpp"
#include "real/support.hpp"
#include "replay/batch.hpp"
#include "sandbox/leftovers.hpp"
#include "sim/random.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;

// Processes of that name that a program with this TMPDIR forked.
std::vector<pid_t> forked(const std::string& name, const support::Folder& folder) {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    if (support::text_of_process(it->path() / "comm") != name + "\n") continue;
    if (support::text_of_process(it->path() / "environ").find("TMPDIR=" + folder.path()) == std::string::npos) continue;
    found.push_back(static_cast<pid_t>(std::stol(it->path().filename().string())));
  }
  return found;
}

constexpr std::size_t kUsualKills = 11;
constexpr const char* kTool = "the tool itself";
constexpr const char* kProxy = "proxy";

struct Case {
  std::string job;  // of support's child
  std::string says;
  std::string who;
  std::vector<std::string> named;  // of these one is in the failure's line
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"endless", "at step 3", "stalemate-app", {"app instance 1 (process "}},
      {"live", "at work", "redis-server", {"Redis at 127.0.0.1:"}},
      {"endless", "at step 3", "bin/postgres", {"PostgreSQL at 127.0.0.1:"}},
      {"live", "at work", kProxy, {" at 127.0.0.1:"}},
      {"endless", "at step 3", kTool, {}},
      {"endless", "at step 3", "stalemate-apps", {"app instance"}},
      {"endless", "at step 3", "stalemate-sandb", {" at 127.0.0.1:"}},
      {"endless-memcached", "at step 3", "memcached", {"memcached at 127.0.0.1:"}},
      {"endless-memcached", "at step 3", kTool, {}},
      {"start", "starting", kTool, {}},
      {"start", "starting", "stalemate-sandb", {"the process that starts the servers was killed", " at 127.0.0.1:"}},
      // So far every kind; more often, these too.
      {"live", "at work", kTool, {}},
      {"live", "at work", "bin/postgres", {"PostgreSQL at 127.0.0.1:"}},
      {"endless", "at step 3", kProxy, {" at 127.0.0.1:"}},
      {"endless", "at step 3", "redis-server", {"Redis at 127.0.0.1:"}},
      {"endless-memcached", "at step 3", kProxy, {" at 127.0.0.1:"}},
  };
  return all;
}

std::vector<pid_t> victims(const std::string& who, const support::Folder& folder) {
  return who.starts_with("stalemate-") ? forked(who, folder) : support::processes_in(folder.path(), who);
}

// Kills and looks at the end of it; what is left must be what the next run removes.
void kill_one(const Case& one, support::Child& child, const support::Folder& folder) {
  if (one.who == kTool) {
    child.send(SIGKILL);
    EXPECT_EQ(child.wait(), 128 + SIGKILL);
    return;
  }
  if (one.who == kProxy) {
    child.send(SIGUSR1);
  } else {
    std::vector<pid_t> found;
    ASSERT_TRUE(support::eventually([&] { return !(found = victims(one.who, folder)).empty(); }));
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
  }
  const int code = child.wait();
  EXPECT_EQ(code, 5) << child.output();
  EXPECT_TRUE(std::any_of(one.named.begin(), one.named.end(), [&child](const std::string& name) {
    return child.output().find(name) != std::string::npos;
  })) << child.output();
}

bool has_forked(const support::Folder& folder) {
  return !forked("stalemate-app", folder).empty() || !forked("stalemate-apps", folder).empty() ||
         !forked("stalemate-sandb", folder).empty();
}

TEST(Kill, any_process_at_any_moment_ends_in_a_named_failure_and_the_next_run_starts_clean) {
  const char* wish = std::getenv("STALEMATE_KILLS");
  const std::size_t kills = wish != nullptr ? std::stoull(wish) : kUsualKills;
  std::map<std::string, int> report;
  for (std::size_t i = 0; i < kills; ++i) {
    const Case& one = cases()[i % cases().size()];
    sim::Random random(1, i);
    const auto delay_us = static_cast<useconds_t>(random.below(one.job == "start" ? 500'000 : 200'000));
    SCOPED_TRACE(one.job + ": " + one.who + " after " + std::to_string(delay_us) + " us");
    const support::Folder folder;
    support::Child child(one.job, folder);
    ASSERT_TRUE(child.says(one.says)) << child.output();
    ::usleep(delay_us);
    kill_one(one, child, folder);
    EXPECT_TRUE(support::eventually([&folder] { return !has_forked(folder); }));
    // Without its owner nobody removes a sandbox that was just being made.
    const bool may_leave = one.who == "stalemate-sandb";
    if (may_leave ? !folder.entries().empty() : !folder.becomes_empty()) {
      EXPECT_TRUE(may_leave);
      ++report["left something for the next run"];
      support::Child next("quick", folder);
      EXPECT_EQ(next.wait(), 0) << next.output();
      EXPECT_TRUE(folder.becomes_empty());
    }
    ++report[one.job + ": " + one.who];
  }
  for (const auto& [what, count] : report) std::cout << count << " x " << what << "\n";
}

// What a killed run left is found, told by name, and removed; the run that lives keeps its own.
TEST(Kill, what_a_killed_run_left_is_cleaned_up_by_name) {
  const Servers servers = support::shared_servers();
  const support::Folder folder;
  const ServerUrls place = {support::url(servers.postgres), support::url(*servers.redis)};
  const auto alive_database = open_postgres(servers.postgres, "0123456789ab");
  const auto alive_cache = open_redis(*servers.redis, "0123456789ab");
  alive_database->fill({{"product", 1}});
  alive_cache->fill({{"product", 1}});
  const std::vector<std::string> before = support::areas_left();
  support::Child::Options options;
  options.environment = {"STALEMATE_TEST_POSTGRES=" + support::url(servers.postgres),
                         "STALEMATE_TEST_REDIS=" + support::url(*servers.redis)};
  support::Child child("endless", folder, options);
  ASSERT_TRUE(child.says("at step 3")) << child.output();
  EXPECT_EQ(clean(place, false).found, std::vector<std::string>{}) << "it lives";
  child.send(SIGKILL);
  child.wait();
  ASSERT_TRUE(support::eventually([&] { return clean(place, false).found.size() == 2; }));
  const Leftovers left = clean(place, true);
  ASSERT_EQ(left.found.size(), 2U);
  EXPECT_EQ(left.found[0].rfind("schema stalemate_", 0), 0U) << left.found[0];
  EXPECT_EQ(left.found[1].rfind("keys stalemate:", 0), 0U) << left.found[1];
  EXPECT_NE(left.found[1].find(":* at Redis at 127.0.0.1:"), std::string::npos) << left.found[1];
  EXPECT_EQ(left.kept, std::vector<std::string>{});
  EXPECT_EQ(support::areas_left(), before);
  alive_database->remove();
  alive_cache->remove();
}

TEST(Kill, a_folder_without_an_owner_is_cleaned_up_too) {
  const support::Folder folder;
  support::Child child("endless", folder);
  ASSERT_TRUE(child.says("at step 3"));
  const std::vector<pid_t> supervisors = forked("stalemate-sandb", folder);
  ASSERT_EQ(supervisors.size(), 1U);
  child.send(SIGSTOP);
  ASSERT_EQ(::kill(supervisors.front(), SIGKILL), 0);
  child.send(SIGKILL);
  child.wait();
  const std::vector<std::string> entries = folder.entries();
  ASSERT_EQ(entries.size(), 1U);
  const std::string before = std::getenv("TMPDIR") == nullptr ? "" : std::getenv("TMPDIR");
  ::setenv("TMPDIR", folder.path().c_str(), 1);
  EXPECT_TRUE(support::eventually([] { return clean({}, false).found.size() == 1; }))
      << "once its supervisor has ended";
  const Leftovers left = clean({}, true);
  before.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before.c_str(), 1);
  ASSERT_EQ(left.found.size(), 1U);
  EXPECT_EQ(left.found[0], "folder " + entries.front());
  EXPECT_EQ(left.kept, std::vector<std::string>{});
  EXPECT_TRUE(folder.entries().empty());
}

// Schemas and keys of a run that was killed on servers that stay.
TEST(Kill, what_the_tool_leaves_on_given_servers_the_next_run_removes_and_nothing_else) {
  const Servers servers = support::shared_servers();
  support::Child::Options options;
  options.environment = {"STALEMATE_TEST_POSTGRES=" + support::url(servers.postgres),
                         "STALEMATE_TEST_REDIS=" + support::url(*servers.redis)};
  // A run that lives, and what bears such names and is not ours.
  const auto database = open_postgres(servers.postgres, "0123456789ab");
  const auto cache = open_redis(*servers.redis, "0123456789ab");
  database->fill({{"product", 1}});
  cache->fill({{"product", 1}});
  const auto foreign_cache = open_redis(*servers.redis, "ba9876543210");
  const auto foreign = foreign_cache->connect();
  foreign->set("product", 7, std::nullopt);
  pqxx::connection direct(support::url(servers.postgres));
  pqxx::nontransaction(direct).exec("CREATE SCHEMA stalemate_ba9876543210");
  std::vector<std::string> before = support::areas_left();
  for (const char* job : {"endless", "live"}) {
    SCOPED_TRACE(job);
    const support::Folder folder;
    support::Child child(job, folder, options);
    ASSERT_TRUE(child.says(std::string(job) == "live" ? "at work" : "at step 3")) << child.output();
    child.send(SIGKILL);
    EXPECT_EQ(child.wait(), 128 + SIGKILL);
    EXPECT_GT(support::areas_left().size(), before.size()) << "nothing is there to be removed";
    const ReplayPlace where = {{support::url(servers.postgres), support::url(*servers.redis)}};
    // PostgreSQL may need a moment to see that its client is gone.
    EXPECT_TRUE(support::eventually([&] {
      EXPECT_TRUE(replay_at(samples::cache_aside_race(), where).reproduced());
      std::vector<std::string> now = support::areas_left();
      std::sort(now.begin(), now.end());
      std::sort(before.begin(), before.end());
      return now == before;
    }));
  }
  EXPECT_EQ(database->contents(), (std::vector<StoredValue>{{"product", 1}})) << "a run that lives was disturbed";
  EXPECT_EQ(cache->contents(), (std::vector<StoredValue>{{"product", 1}}));
  EXPECT_EQ(foreign->get("product").reply.value, 7) << "keys without our mark were touched";
  foreign_cache->remove();
  pqxx::nontransaction(direct).exec("DROP SCHEMA stalemate_ba9876543210");
  database->remove();
  cache->remove();
  EXPECT_TRUE(support::areas_left().empty());
}

}  // namespace
}  // namespace stalemate::real
