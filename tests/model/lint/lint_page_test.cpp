// Pages as lint judges them: what is parted, passed over, expected, and said of it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lint/baseline.hpp"
#include "lint/lint.hpp"

namespace stalemate::model {
namespace {

std::string block(const std::string& statements) { return "```mermaid\nsequenceDiagram\n" + statements + "```\n\n"; }

std::string read_of(const std::string& thing) {
  return "## Read the " + thing + "\n\n" +
         block("participant App\nparticipant Redis\nparticipant DB as Postgres\nApp->>Redis: GET " + thing +
               ":42\nalt miss\nApp->>DB: SELECT * FROM " + thing + "s\nDB-->>App: row\nApp->>Redis: SET " + thing +
               ":42\nend\n");
}

std::string write_of(const std::string& thing) {
  return "## Write the " + thing + "\n\n" +
         block("participant App\nparticipant Redis\nparticipant DB as Postgres\nApp->>DB: UPDATE " + thing +
               "s SET a = 1\nApp->>Redis: DEL " + thing + ":42\n");
}

const std::string kLogin = block("participant User\nparticipant Auth0\nUser->>Auth0: log in\nAuth0-->>User: token\n");

PageJudged judged(const std::string& text, const LintConfig& config = {}) { return lint_page(text, "page.md", config); }

std::vector<std::string> lines(const PageJudged& page) {
  std::vector<std::string> all;
  for (const Problem& problem : page.problems) all.push_back(problem.code + " " + problem.line());
  return all;
}

TEST(LintPage, a_violation_is_one_problem_with_the_command_that_shows_it) {
  const PageJudged page = judged(read_of("product") + write_of("product"));
  ASSERT_EQ(page.problems.size(), 1U);
  const Problem& problem = page.problems.front();
  EXPECT_EQ(problem.code, "violated");
  EXPECT_EQ(problem.property, "coherent-at-rest");
  EXPECT_EQ(problem.exit_code, 1);
  EXPECT_EQ(problem.at, (Position{4, 1}));
  EXPECT_NE(problem.what.find("; to see how: stalemate check page.md"), std::string::npos) << problem.what;
  ASSERT_EQ(page.features.size(), 1U);
  EXPECT_EQ(page.features.front().judgement, Judgement::kViolated);
}

TEST(LintPage, what_has_no_cache_and_database_is_passed_over_with_the_reason) {
  const PageJudged login = judged(kLogin);
  EXPECT_EQ(login.skipped, "neither a cache nor a database is drawn");
  EXPECT_TRUE(login.problems.empty());
  const PageJudged sessions = judged(block("App->>Redis: GET session\nRedis-->>App: session\n"));
  EXPECT_EQ(sessions.skipped, "no database is drawn");
  const PageJudged both = judged(kLogin + read_of("product") + write_of("product"));
  ASSERT_EQ(both.passed_over.size(), 1U);
  EXPECT_EQ(both.passed_over.front().line, 1);
  ASSERT_EQ(both.problems.size(), 1U) << lines(both).front();
  EXPECT_NE(both.problems.front().what.find("stalemate check page.md:12"), std::string::npos)
      << both.problems.front().what;
  EXPECT_EQ(judged("# Prose\n\nsequenceDiagram is a word.\n").skipped, "no sequence diagram");
}

TEST(LintPage, what_may_be_a_store_and_is_not_known_is_named_where_it_is_passed_over) {
  const PageJudged page = judged(block("App->>Redis: GET a\nRedis-->>App: a\nApp->>Zorp: foo\nZorp->>Blip: bar\n"));
  EXPECT_NE(page.skipped.find("no database is drawn (as far as can be told: what "), std::string::npos) << page.skipped;
}

TEST(LintPage, what_may_be_a_cache_by_its_name_is_asked_about_and_not_passed_over) {
  const PageJudged page = judged(block(
      "participant App\nparticipant C as Cache service\nparticipant DB as Postgres\nApp->>C: frob\nC->>DB: foo\n"));
  EXPECT_EQ(page.skipped, "");
  ASSERT_FALSE(page.problems.empty());
  EXPECT_EQ(page.problems.front().exit_code, 4);
}

TEST(LintPage, a_broken_diagram_hides_no_other_and_is_missed_where_it_may_matter) {
  const std::string broken = block("App->>Redis: GET a\nthis is no statement of a database\n");
  const PageJudged page = judged(read_of("product") + broken + write_of("product"));
  ASSERT_EQ(page.problems.size(), 2U);
  EXPECT_EQ(page.problems[0].code, "violated");
  EXPECT_EQ(page.problems[1].code, "unreadable");
  EXPECT_EQ(page.problems[1].exit_code, 2);
  const PageJudged other = judged(block("A->>B: hello\nnonsense here\n") + read_of("product") + write_of("product"));
  EXPECT_EQ(other.problems.size(), 1U);
  ASSERT_EQ(other.passed_over.size(), 1U);
  EXPECT_EQ(other.passed_over.front().why, "it cannot be parsed, and speaks of no cache and database");
}

TEST(LintPage, two_features_are_judged_each_by_itself_where_each_has_a_read_and_a_write) {
  const PageJudged page = judged("# Products\n" + read_of("product") + write_of("product") + "# Orders\n" +
                                 read_of("order") + write_of("order"));
  ASSERT_EQ(page.features.size(), 2U) << lines(page).front();
  EXPECT_EQ(page.problems.size(), 2U);
  EXPECT_EQ(page.features[0].diagrams.size(), 2U);
  EXPECT_NE(page.features[0].command, page.features[1].command);
  const PageJudged half = judged("# Products\n" + read_of("product") + "# Orders\n" + write_of("order"));
  ASSERT_EQ(half.problems.size(), 1U) << "a Read and a Write of two things prove nothing apart";
  EXPECT_EQ(half.problems.front().code, "two-features");
  EXPECT_EQ(half.problems.front().exit_code, 4);
}

std::string expecting(const std::string& line) {
  return read_of("product") + "## Write the product\n\n" +
         block("%% stalemate: " + line +
               "\nparticipant App\nparticipant Redis\nparticipant DB as Postgres\n"
               "App->>DB: UPDATE products SET a = 1\nApp->>Redis: DEL product:42\n");
}

TEST(LintPage, an_expectation_that_comes_true_is_no_problem_and_one_that_does_not_is) {
  const PageJudged good = judged(expecting("expect coherent-at-rest violated"));
  EXPECT_TRUE(good.problems.empty()) << lines(good).front();
  EXPECT_TRUE(good.features.front().as_expected);
  const PageJudged bad = judged(expecting("expect coherent-at-rest holds"));
  ASSERT_EQ(bad.problems.size(), 1U);
  EXPECT_EQ(bad.problems.front().code, "expectation");
  EXPECT_EQ(bad.problems.front().exit_code, 1);
  const PageJudged mended = judged(expecting("expect fresh-reads violated"));
  ASSERT_EQ(mended.problems.size(), 1U);
  EXPECT_EQ(mended.problems.front().code, "expectation");
  EXPECT_NE(mended.problems.front().what.find("holds now"), std::string::npos) << mended.problems.front().what;
  const PageJudged unknown = judged(expecting("expect coherent violated"));
  ASSERT_EQ(unknown.problems.size(), 1U);
  EXPECT_EQ(unknown.problems.front().exit_code, 2);
  EXPECT_EQ(unknown.problems.front().at.line, 20) << unknown.problems.front().what;
}

TEST(LintPage, what_a_page_expects_to_hold_does_not_hide_what_else_is_violated) {
  const PageJudged page = judged(expecting("expect fresh-reads holds"));
  ASSERT_EQ(page.problems.size(), 1U);
  EXPECT_EQ(page.problems.front().code, "violated");
  EXPECT_EQ(page.problems.front().property, "coherent-at-rest");
}

TEST(LintPage, the_pages_own_scenario_is_stronger_than_the_configurations) {
  LintConfig config;
  config.scenario.readers = 3;
  config.scenario.cached = true;
  const PageJudged page = judged(expecting("readers = 2"), config);
  EXPECT_EQ(page.features.front().scenario.substr(0, 9), "2 readers");
  EXPECT_NE(page.features.front().scenario.find("cached"), std::string::npos);
  EXPECT_NE(page.features.front().command.find(" --readers 2 --cached"), std::string::npos);
}

TEST(LintPage, a_page_of_reads_alone_proves_nothing_and_says_so) {
  const PageJudged page = judged(read_of("product"));
  ASSERT_EQ(page.problems.size(), 1U);
  EXPECT_EQ(page.problems.front().code, "inconclusive");
  EXPECT_EQ(page.problems.front().exit_code, 3);
}

TEST(LintPage, what_is_expected_of_a_page_that_proves_nothing_is_not_met) {
  const std::string text = read_of("product");
  const std::string word = "sequenceDiagram\n";
  std::string page = text;
  page.insert(page.find(word) + word.size(), "%% stalemate: expect coherent-at-rest holds\n");
  const PageJudged judged_page = judged(page);
  ASSERT_FALSE(judged_page.problems.empty());
  for (const Problem& problem : judged_page.problems) EXPECT_EQ(problem.code, "inconclusive") << problem.line();
  EXPECT_EQ(judged_page.problems.back().property, "coherent-at-rest");
}

TEST(LintBaseline, what_is_known_is_not_reported_and_what_is_no_more_is_named) {
  Lint result;
  result.pages.push_back(judged(read_of("product") + write_of("product")));
  EXPECT_EQ(result.exit_code(), 1);
  const std::string known = write_baseline(result);
  Lint moved;
  moved.pages.push_back(judged("\n\n" + read_of("product") + write_of("product")));
  apply_baseline(known, "known.json", moved);
  EXPECT_TRUE(moved.pages.front().problems.front().is_known) << "lines were added above";
  EXPECT_EQ(moved.exit_code(), 0);
  Lint mended;
  mended.pages.push_back(judged(kLogin));
  apply_baseline(known, "known.json", mended);
  EXPECT_EQ(mended.outdated, std::vector<std::string>{"page.md: violated coherent-at-rest"});
  Lint twice;
  twice.pages.push_back(result.pages.front());
  twice.pages.front().problems.push_back(twice.pages.front().problems.front());
  apply_baseline(known, "known.json", twice);
  EXPECT_EQ(twice.exit_code(), 1) << "one entry knows one problem";
  EXPECT_THROW(apply_baseline("{}", "known.json", twice), InputError);
  EXPECT_THROW(apply_baseline("{\"version\": 2, \"known\": []}", "known.json", twice), InputError);
  EXPECT_THROW(apply_baseline("{\"version\": 1, \"known\": [{}]}", "known.json", twice), InputError);
}

TEST(LintExitCode, is_the_first_that_occurred_of_five_one_two_four_three) {
  const auto code_of = [](const std::vector<int>& codes) {
    Lint result;
    result.pages.emplace_back();
    for (const int code : codes) {
      result.pages.front().problems.emplace_back();
      result.pages.front().problems.back().exit_code = code;
    }
    return result.exit_code();
  };
  EXPECT_EQ(code_of({}), 0);
  EXPECT_EQ(code_of({3}), 3);
  EXPECT_EQ(code_of({3, 4}), 4);
  EXPECT_EQ(code_of({4, 2, 3}), 2);
  EXPECT_EQ(code_of({2, 4, 1}), 1);
  EXPECT_EQ(code_of({1, 5}), 5);
}

}  // namespace
}  // namespace stalemate::model
