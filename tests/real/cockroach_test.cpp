// `--on cockroach`. What needs a CockroachDB runs where STALEMATE_COCKROACH_URL names one, and is skipped elsewhere.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/error.hpp"
#include "real/sample_traces.hpp"
#include "real/support.hpp"
#include "replay/replay.hpp"

namespace stalemate::real {
namespace {

using samples::ok;
using samples::Session;
using samples::TraceBuilder;
using samples::value;

ReplayPlace on_cockroach(const std::string& url) {
  ReplayPlace where;
  where.database = DatabaseKind::kCockroach;
  where.urls.cockroach = url;
  return where;
}

traces::Trace database_only() {
  const Session writer{1, 1, "Write", "k1", 1};
  return TraceBuilder(1, false)
      .invoke(writer)
      .handle(writer, 1, "database", "set", 1, ok())
      .lose_reply(writer, 1, ok())
      .ask(writer, 2, "database", "get", {}, value(1))
      .trace();
}

std::string refusal(const traces::Trace& trace, const ReplayPlace& where) {
  try {
    return verdict(replay_at(trace, where));
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Cockroach, ATraceWithACacheIsRefused) {
  EXPECT_EQ(refusal(samples::cache_aside_race(), on_cockroach("postgresql://root@127.0.0.1/defaultdb"))
                .rfind("--on cockroach: a trace has a cache", 0),
            0U);
}

TEST(Cockroach, AServerThatIsNoneIsRefusedByItsOwnName) {
  const std::string line = refusal(database_only(), on_cockroach(support::url(support::shared_sandbox().postgres())));
  EXPECT_NE(line.find("is PostgreSQL "), std::string::npos) << line;
  EXPECT_EQ(line.find(support::shared_sandbox().postgres().password), std::string::npos) << line;
}

// A program called cockroach that is none: a double, for how such a program is started and ended.
std::string refusal_with_double(const std::string& script) {
  const support::Folder folder;
  {
    std::ofstream file(folder.path() + "/cockroach");
    file << "#!/bin/sh\n" << script;
  }
  ::chmod((folder.path() + "/cockroach").c_str(), 0755);
  ReplayPlace where;
  where.database = DatabaseKind::kCockroach;
  where.sandbox.programs.path = folder.path();
  std::string line;
  try {
    line = verdict(replay_at(database_only(), where));
  } catch (const std::runtime_error& error) {
    line = error.what();
  }
  EXPECT_EQ(support::processes_in(folder.path()), std::vector<pid_t>{}) << "the double was ended";
  return line;
}

TEST(Cockroach, AProgramOnThePathIsStartedAndEnded) {
  const PostgresAddress postgres = support::shared_sandbox().postgres();
  const std::string line = refusal_with_double(
      "for option; do case $option in --listening-url-file=*) file=${option#*=};; esac; done\n"
      "echo 'postgresql://root@127.0.0.1:" +
      std::to_string(postgres.port) +
      "/defaultdb' > \"$file\"\n"
      "exec sleep 600\n");
  // It speaks of the server behind the double, which knows no root.
  EXPECT_EQ(line.rfind("CockroachDB at 127.0.0.1:" + std::to_string(postgres.port) + ": cannot connect", 0), 0U)
      << line;
}

TEST(Cockroach, AProgramThatDoesNotStartIsNamedWithItsLastWords) {
  const std::string line = refusal_with_double("echo no room here >&2\nexit 3\n");
  EXPECT_NE(line.find("CockroachDB does not start: no room here"), std::string::npos) << line;
  ReplayPlace nowhere;
  nowhere.database = DatabaseKind::kCockroach;
  nowhere.sandbox.programs.path = "/no/such/folder";
  EXPECT_THROW(replay_at(database_only(), nowhere), EnvironmentError);
}

TEST(Cockroach, ATraceOfTheDatabaseAloneReproduces) {
  const char* url = std::getenv("STALEMATE_COCKROACH_URL");
  if (url == nullptr) GTEST_SKIP() << "STALEMATE_COCKROACH_URL names no CockroachDB";
  const Conformance result = replay_at(database_only(), on_cockroach(url));
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(find_store(result, "database")->version.rfind("CockroachDB", 0), 0U)
      << find_store(result, "database")->version;
}

}  // namespace
}  // namespace stalemate::real
