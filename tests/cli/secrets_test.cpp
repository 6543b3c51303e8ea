// Passwords: in no list of processes while a run is under way, in nothing that is said or written.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/secrets.hpp"
#include "program_support.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "sandbox/sandbox.hpp"
#endif

namespace stalemate::cli {
namespace {

TEST(Secrets, a_password_in_a_url_is_left_out_of_what_is_said) {
  EXPECT_EQ(without_passwords("--postgres postgresql://me:geheim@h:1/d --redis 'redis://:geheim@h'"),
            "--postgres postgresql://me:***@h:1/d --redis 'redis://:***@h'");
  EXPECT_EQ(without_passwords("redis://:ge/he@im@h/0: no such file"), "redis://:***@h/0: no such file")
      << "not encoded as it should be";

  for (const char* plain : {"postgresql://me@h:1/d", "http://h:80/a", "a@b:c", "", "://"})
    EXPECT_EQ(without_passwords(plain), plain);
  EXPECT_EQ(without_passwords("postgresql://me@h:1/d and a@b:c"), "postgresql://me@h:1/d and a@b:c");
}

TEST(Secrets, a_url_where_none_belongs_is_not_repeated_with_its_password) {
  const std::string url = "postgresql://me:geheim@localhost/shop";
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"replay", url},
                                                    {"check", url},
                                                    {"conform", url},
                                                    {"live", url},
                                                    {"live", "before", url},
                                                    {"replay", "x.json", "--on", url},
                                                    {"live", "before", "--redis", url},
                                                    {"conform", "--seed", url}}) {
    const Outcome outcome = run_program(arguments);
    EXPECT_NE(outcome.code, 0);
    EXPECT_EQ((outcome.out + outcome.err).find("geheim"), std::string::npos) << outcome.err;
  }
}

#ifdef STALEMATE_HAVE_REAL

bool stands_in_list_of_processes(const std::string& secret) {
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    if (read_all(it->path() / "cmdline").find(secret) != std::string::npos) return true;
  }
  return false;
}

TEST(Secrets, no_run_shows_a_password_anywhere) {
  const real::Sandbox sandbox{real::SandboxOptions()};
  const real::PostgresAddress& postgres = sandbox.postgres();
  const real::RedisAddress& redis = sandbox.redis();
  ASSERT_GT(postgres.password.size(), 8U);
  ASSERT_GT(redis.password.size(), 8U);
  const std::vector<std::string> servers = {
      "--postgres",
      "postgresql://" + postgres.user + ":" + postgres.password + "@127.0.0.1:" + std::to_string(postgres.port) + "/" +
          postgres.database,
      "--redis=redis://:" + redis.password + "@127.0.0.1:" + std::to_string(redis.port)};
  const auto is_shown = [&](const std::string& text) {
    return text.find(postgres.password) != std::string::npos || text.find(redis.password) != std::string::npos;
  };
  const Scratch scratch;
  const std::string trace = STALEMATE_SOURCE_DIR "/traces/saved/cache-aside-stale-read.json";
  const std::vector<std::vector<std::string>> commands = {
      {"live", "before", "-r", "1ms", "-w", "5ms", "-o", scratch.path("run.jsonl"), "--plot", scratch.path("run.svg")},
      {"conform", "--runs", "1000000", "--seed", "1", "-o", scratch.path("divergence.json")},
      {"replay", trace, "--junit", scratch.path("replay.xml")}};
  for (const std::vector<std::string>& command : commands) {
    Invocation invocation;
    invocation.arguments = command;
    invocation.arguments.insert(invocation.arguments.end(), servers.begin(), servers.end());
    bool is_listed = false;
    int looks = 0;
    // From the second look on: it has to read its arguments first.
    invocation.interrupt = {.once =
                                [&](const std::string& err) {
                                  const bool has_begun = !err.empty();
                                  if (has_begun) {
                                    is_listed = is_listed || stands_in_list_of_processes(postgres.password) ||
                                                stands_in_list_of_processes(redis.password);
                                    ++looks;
                                  }
                                  return looks >= 5;
                                },
                            .then_processor_ms = 0};
    const Outcome outcome = run_program(invocation);
    EXPECT_FALSE(is_listed) << command.front();
    EXPECT_FALSE(is_shown(outcome.out)) << outcome.out;
    EXPECT_FALSE(is_shown(outcome.err)) << outcome.err;
  }
  for (const std::string& name : scratch.names()) EXPECT_FALSE(is_shown(read_all(scratch.path(name)))) << name;
  const Outcome wrong = run_program({"replay", trace, "--postgres",
                                     "postgresql://me:geheim@127.0.0.1:" + std::to_string(postgres.port) + "/stock",
                                     "--redis", "redis://:geheim@127.0.0.1:" + std::to_string(redis.port)});
  EXPECT_EQ(wrong.code, 5) << wrong.err;
  EXPECT_EQ((wrong.out + wrong.err).find("geheim"), std::string::npos) << wrong.err;
}

#endif

}  // namespace
}  // namespace stalemate::cli
