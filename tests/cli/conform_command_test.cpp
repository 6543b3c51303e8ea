// `stalemate conform` as a user runs it, on real servers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

#ifdef STALEMATE_HAVE_REAL

TEST(ConformCommand, tells_the_same_of_a_seed_whatever_number_runs_at_a_time_and_writes_no_file_where_all_is_well) {
  const Scratch scratch;
  const std::string file = scratch.path("divergence.json");
  const Outcome one = run_program({"conform", "--runs", "30", "--seed", "9", "--jobs", "1", "-o", file});
  const Outcome three = run_program({"conform", "--runs", "30", "--seed", "9", "--jobs", "3", "-o", file});
  EXPECT_EQ(one.code, 0) << one.out << one.err;
  EXPECT_EQ(one.out, three.out);
  EXPECT_NE(one.out.find("30 runs, "), std::string::npos) << one.out;
  EXPECT_NE(one.out.find(": 0 divergences\n"), std::string::npos) << one.out;
  EXPECT_EQ(scratch.names(), std::vector<std::string>{});
  const Outcome other = run_program({"conform", "--runs", "30", "--seed", "10"});
  EXPECT_EQ(other.code, 0) << other.out << other.err;
  EXPECT_NE(other.out, one.out) << "another seed, other walks";
}

TEST(ConformCommand, as_json_it_says_what_the_text_does) {
  const Outcome text = run_program({"conform", "--runs", "20", "--seed", "9"});
  const Outcome outcome = run_program({"conform", "--runs", "20", "--seed", "9", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("seed"), 9);
  EXPECT_TRUE(json.at("failed").is_null() && json.at("stopped").is_null() && json.at("disagreement").is_null());
  std::uint64_t steps = 0;
  for (const auto& kind : json.at("kinds").items()) steps += kind.value().get<std::uint64_t>();
  EXPECT_EQ(json.at("steps"), steps);
  EXPECT_TRUE(text.out.starts_with(fmt::format("{} runs, {} steps, {} round trips: 0 divergences\n",
                                               json.at("runs").get<int>(), steps, json.at("round_trips").get<int>())))
      << text.out;
}

TEST(ConformCommand, without_a_seed_it_says_which_it_drew) {
  const Outcome outcome = run_program({"conform", "--runs", "2"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_NE(outcome.err.find("reproduce: stalemate conform --runs 2 --seed "), std::string::npos) << outcome.err;
}

TEST(ConformCommand, interrupted_it_tells_what_is_known_by_then) {
  Invocation here;
  here.arguments = {"conform", "--runs", "100000", "--seed", "1"};
  here.interrupt = {.once = says("conform: 100000 runs"), .then_processor_ms = 100};
  const Outcome outcome = run_program(here);
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_NE(outcome.out.find("0 divergences\ninterrupted by SIGINT"), std::string::npos) << outcome.out;
}

TEST(ConformCommand, what_it_cannot_do_is_one_line_that_says_so) {
  const struct {
    std::vector<std::string> arguments;
    int code;
    std::string words;
  } cases[] = {
      {{"conform", "--runs", "0"}, 2, "--runs"},
      {{"conform", "--seed", "x"}, 2, "--seed"},
      {{"conform", "--runs", "1", "--redis", "redis://192.0.2.7:6379"}, 2, "--allow-remote"},
      {{"conform", "--runs", "1", "--postgres", "postgresql://127.0.0.1:1/x"}, 5, "cannot connect"},
      {{"conform", "--runs", "1", "-o", "/no/such/folder/d.json"}, 2, "/no/such/folder"},
  };
  for (const auto& one : cases) {
    const Outcome outcome = run_program(one.arguments);
    EXPECT_EQ(outcome.code, one.code) << outcome.out << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(one.words), std::string::npos) << outcome.err;
  }
}

#else

TEST(ConformCommand, a_build_without_real_servers_says_so) {
  const Outcome outcome = run_program({"conform", "--runs", "1"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_NE(outcome.err.find("this build has no real servers"), std::string::npos) << outcome.err;
}

#endif

}  // namespace
}  // namespace stalemate::cli
