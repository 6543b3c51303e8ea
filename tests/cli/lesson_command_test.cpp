// `stalemate lesson` as a user runs it: one file, the same bytes anywhere, and one clear line for what cannot be.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

// Exit 2, one line that holds `words`, and nothing but `left` in the folder.
void expect_refused(const Scratch& scratch, const std::vector<std::string>& arguments, const std::string& words,
                    const std::vector<std::string>& left = {}) {
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
  EXPECT_EQ(scratch.names(), left);
}

TEST(LessonCommand, writes_one_page_and_says_what_is_in_it) {
  const Scratch scratch;
  const Outcome outcome = run_program({"lesson", "cache-aside", "-o", scratch.path("l.html")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("coherent-at-rest is violated, 78 states"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("nothing is violated, 22 states"), std::string::npos) << outcome.err;
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"l.html"});
  const std::string page = read_all(scratch.path("l.html"));
  EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0U);
  EXPECT_NE(page.find("Content-Security-Policy\" content=\"default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("{{"), std::string::npos) << "every part of the template is filled in";
}

TEST(LessonCommand, the_same_bytes_twice_and_under_another_time_zone_locale_and_folder) {
  const Scratch scratch;
  const auto page = [&](const std::string& name, Invocation invocation) {
    invocation.arguments = {"lesson", scratch.path("steps.md"), "--readers", "2", "--cached", "--fault", "lost-message",
                            "-o",     scratch.path(name)};
    EXPECT_EQ(run_program(invocation).code, 0);
    return read_all(scratch.path(name));
  };
  scratch.write("steps.md", tutorial());
  const std::string first = page("1.html", {});
  EXPECT_GT(first.size(), 10000U);
  EXPECT_EQ(page("2.html", {}), first);
  Invocation elsewhere;
  elsewhere.environment = {"TZ=Asia/Kathmandu", "LC_ALL=de_DE.UTF-8"};
  elsewhere.folder = scratch.path("");
  EXPECT_EQ(page("3.html", elsewhere), first);
  if (const char* const other = std::getenv("STALEMATE_OTHER_PROGRAM")) {
    Invocation compiled;
    compiled.program = other;
    EXPECT_EQ(page("4.html", compiled), first) << "another compiler's program";
  }
}

TEST(LessonCommand, to_stdout_goes_the_page_alone) {
  const Outcome outcome = run_program({"lesson", "cache-aside", "-o", "/dev/stdout"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.rfind("<!DOCTYPE html>", 0), 0U);
  EXPECT_EQ(outcome.out.substr(outcome.out.size() - 8), "</html>\n");
}

TEST(LessonCommand, an_output_is_required_its_folder_must_exist_and_a_file_is_not_replaced_unasked) {
  const Scratch scratch;
  expect_refused(scratch, {"lesson", "cache-aside"}, "-o lesson.html");
  expect_refused(scratch, {"lesson", "cache-aside", "-o", scratch.path("none/l.html")}, "folder does not exist");
  expect_refused(scratch, {"lesson", "cache-aside", "-o", ""}, "-o");
  scratch.write("l.html", "mine");
  expect_refused(scratch, {"lesson", "cache-aside", "-o", scratch.path("l.html")}, "--force", {"l.html"});
  EXPECT_EQ(read_all(scratch.path("l.html")), "mine");
  EXPECT_EQ(run_program({"lesson", "cache-aside", "-o", scratch.path("l.html"), "--force"}).code, 0);
  EXPECT_NE(read_all(scratch.path("l.html")), "mine");
}

TEST(LessonCommand, a_space_too_large_is_refused_with_its_size_and_the_trace_offered) {
  const Scratch scratch;
  const std::string page = scratch.path("l.html");
  expect_refused(scratch, {"lesson", "cache-aside", "--readers", "2", "--writers", "2", "-o", page}, "26592 states");
  expect_refused(scratch, {"lesson", "cache-aside", "--readers", "2", "--writers", "2", "-o", page}, "show trace.json");
}

TEST(LessonCommand, what_does_not_fit_is_refused_in_one_line) {
  const Scratch scratch;
  const std::string page = scratch.path("l.html");
  expect_refused(scratch, {"lesson", "cache-asid", "-o", page}, "did you mean cache-aside?");
  expect_refused(scratch, {"lesson", "cache-aside", "--readers", "0", "--writers", "0", "-o", page}, "no app instance");
  expect_refused(scratch, {"lesson", "cache-aside", "--readers", "-1", "-o", page}, "--readers");
  expect_refused(scratch, {"lesson", "cache-aside", "--keys", "0", "-o", page}, "--keys");
  expect_refused(scratch, {"lesson", "cache-aside", "--property", "fresh-read", "-o", page},
                 "did you mean fresh-reads?");
  expect_refused(scratch, {"lesson", "cache-aside", "--fault", "lost-reply@write:9", "-o", page}, "arrow 9");
}

}  // namespace
}  // namespace stalemate::cli
