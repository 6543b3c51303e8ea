// `stalemate show` of a protocol, as a user runs it: a model on stdout, or one line and exit code 4.
#include <gtest/gtest.h>

#include <string>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ShowCommand, a_protocol_is_written_for_other_checkers_with_the_scenario_that_is_said) {
  const Outcome promela =
      run_program({"show", "cache-aside", "--as", "promela", "--readers", "2", "--fault", "lost-reply"});
  EXPECT_EQ(promela.code, 0) << promela.err;
  EXPECT_TRUE(contains(promela.out, "2 readers, 1 writer, 1 key, fault lost-reply=1")) << promela.out;
  EXPECT_TRUE(contains(promela.out, "#define APPS 3\n"));
  const Outcome tla = run_program({"show", "cache-aside", "--as", "tla", "--cached"});
  EXPECT_EQ(tla.code, 0) << tla.err;
  EXPECT_TRUE(contains(tla.out, "FilledAtFirst == {1}\n")) << tla.out;
}

TEST(ShowCommand, what_is_not_exported_is_refused_by_name_with_exit_code_4) {
  for (const char* language : {"promela", "tla"}) {
    const Outcome nothing = run_program({"show", "database-only", "--as", language});
    EXPECT_EQ(nothing.code, 4);
    EXPECT_EQ(nothing.out, "");
    EXPECT_EQ(nothing.err,
              "stalemate: database-only.md: no cache is drawn, so the claim that is exported, coherent-at-rest, has "
              "nothing to compare\n");
    EXPECT_EQ(run_program({"show", "cache-aside", "--as", language, "--keys", "2"}).code, 4);
  }
}

TEST(ShowCommand, the_options_of_a_scenario_go_with_a_protocol_alone) {
  const Outcome outcome = run_program({"show", "race.json", "--readers", "2"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "stalemate: --as text: a trace says its own scenario and roles; leave out --readers 2\n");
}

TEST(ShowCommand, a_page_that_is_not_there_is_an_error_with_the_names_that_are) {
  const Outcome outcome = run_program({"show", "cache-asid", "--as", "promela"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "did you mean cache-aside")) << outcome.err;
}

}  // namespace
}  // namespace stalemate::cli
