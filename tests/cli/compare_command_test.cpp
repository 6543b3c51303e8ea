// `stalemate compare` as a user runs it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

TEST(CompareCommand, its_exit_code_says_whether_something_is_lost) {
  const Outcome wins = run_program({"compare", "cache-aside", "write-through-add", "--fault", "lost-message"});
  EXPECT_EQ(wins.code, 0) << wins.err;
  EXPECT_TRUE(wins.out.starts_with("wins, and loses nothing: cache-aside.md -> write-through-add.md\n")) << wins.out;
  const Outcome loses = run_program({"compare", "write-through-add", "cache-aside", "--fault", "lost-message"});
  EXPECT_EQ(loses.code, 1);
  EXPECT_NE(loses.err.find("reproduce: stalemate compare write-through-add cache-aside"), std::string::npos)
      << loses.err;
  EXPECT_NE(loses.out.find("this goes wrong now, of coherent-at-rest without faults:\n"), std::string::npos)
      << loses.out;
  const Outcome late =
      run_program({"compare", "cache-aside", "double-delete", "--readers", "3", "--writers", "3", "--time", "1ms"});
  EXPECT_EQ(late.code, 3) << late.out << late.err;
}

TEST(CompareCommand, threads_change_nothing_of_what_it_says) {
  const Outcome one = run_program({"compare", "cache-aside", "double-delete", "--json", "--threads", "1"});
  const Outcome two = run_program({"compare", "cache-aside", "double-delete", "--json", "--threads", "2"});
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(nlohmann::json::parse(one.out).at("before"), "cache-aside.md");
}

TEST(CompareCommand, what_cannot_be_compared_is_one_line) {
  const Outcome missing = run_program({"compare", "cache-aside", "no-such-page"});
  EXPECT_EQ(missing.code, 2);
  const Outcome both = run_program({"compare", "cache-aside", "double-delete", "--json", "--markdown"});
  EXPECT_EQ(both.code, 2);
  const Outcome fault = run_program({"compare", "cache-aside", "double-delete", "--fault", "lots-message"});
  EXPECT_EQ(fault.code, 2);
  for (const Outcome& outcome : {missing, both, fault}) {
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
}

}  // namespace
}  // namespace stalemate::cli
