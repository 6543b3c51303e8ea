// The forms of a result, judged by the schemas of those who read them, and what is escaped in them.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "lint/report.hpp"
#include "schema_support.hpp"

namespace stalemate::model {
namespace {

std::string written(const std::string& format, const Lint& result, Detail detail = Detail::kAll) {
  for (const LintFormat& one : lint_formats())
    if (one.name == format) return one.write(result, detail);
  throw std::runtime_error("no such format: " + format);
}

Problem problem(const std::string& code, int exit_code, Position at, const std::string& what) {
  Problem one;
  one.code = code;
  one.exit_code = exit_code;
  one.file = "docs/a b,ü%:.md";
  one.at = at;
  one.what = what;
  return one;
}

// Something of everything.
Lint result() {
  Lint all;
  PageJudged page;
  page.file = "docs/a b,ü%:.md";
  page.passed_over = {{3, "no cache is drawn"}};
  Judged holds;
  holds.line = 5;
  holds.diagrams = {5, 9};
  holds.judgement = Judgement::kHolds;
  holds.scenario = "1 reader";
  holds.command = "stalemate check x";
  holds.properties = {{"coherent-at-rest", "", Verdict::kHolds, ""}};
  holds.assumptions = {{7, "on a hit <the operation> ends"}};
  Judged wrong;
  wrong.line = 20;
  wrong.diagrams = {20};
  wrong.judgement = Judgement::kViolated;
  page.features = {holds, wrong};
  page.problems = {problem("unreadable-file", 2, {}, "cannot read it: \x01 \"quoted\" & <b>"),
                   problem("violated", 1, {20, 1}, "50% wrong: a, b\r\nand more"),
                   problem("role-unknown", 4, {21, 3}, "what is X?")};
  page.problems.back().edits = {{4, "%% stalemate: role X = cache", "X is a cache", false}};
  page.problems.push_back(problem("inconclusive", 3, {22, 1}, "nothing is proved"));
  page.problems.back().is_known = true;
  PageJudged skipped;
  skipped.file = "docs/b.md";
  skipped.skipped = "no cache is drawn";
  all.pages = {page, skipped};
  all.without_diagram = 3;
  all.outdated = {"docs/c.md: violated coherent-at-rest"};
  return all;
}

TEST(LintReport, json_is_as_its_schema_says) {
  Lint stopped = result();
  stopped.stopped = "interrupted";
  const auto all = nlohmann::json::parse(written("json", result()));
  EXPECT_EQ(traces::schema::judge(
                STALEMATE_SOURCE_DIR "/model/lint/lint.schema.json",
                {all, nlohmann::json::parse(written("json", Lint())), nlohmann::json::parse(written("json", stopped))}),
            (std::vector<std::string>{"ok", "ok", "ok"}));
  EXPECT_EQ(all.at("exit_code"), 1);
}

TEST(LintReport, sarif_is_as_its_schema_says_and_names_each_place) {
  const auto sarif = nlohmann::json::parse(written("sarif", result()));
  EXPECT_EQ(traces::schema::judge(STALEMATE_SOURCE_DIR "/tests/model/data/schemas/sarif-2.1.0.json",
                                  {sarif, nlohmann::json::parse(written("sarif", Lint()))}),
            (std::vector<std::string>{"ok", "ok"}));
  const auto& run = sarif.at("runs").at(0);
  ASSERT_EQ(run.at("results").size(), 4U);
  const auto& violated = run.at("results").at(1);
  EXPECT_EQ(violated.at("ruleId"), "violated");
  EXPECT_EQ(run.at("tool").at("driver").at("rules").at(violated.at("ruleIndex").get<std::size_t>()).at("id"),
            "violated");
  const auto& place = violated.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), "docs/a%20b%2C%C3%BC%25%3A.md");
  EXPECT_EQ(place.at("region").at("startLine"), 20);
  EXPECT_EQ(violated.at("baselineState"), "new");
  EXPECT_EQ(run.at("results").at(3).at("baselineState"), "unchanged");
  EXPECT_FALSE(run.at("results").at(0).at("locations").at(0).at("physicalLocation").contains("region"));
}

// What xmllint says of a document; it is installed by ./dev test.
std::string xml_judged(const std::string& xml) {
  const std::string path = ::testing::TempDir() + "/lint_report_test.xml";
  std::ofstream(path, std::ios::binary) << xml;
  const std::string command =
      "xmllint --noout --schema '" STALEMATE_SOURCE_DIR "/tests/model/data/schemas/junit-10.xsd' '" + path + "' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "no process";
  std::string said;
  for (int c; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  const int code = pclose(pipe);
  std::remove(path.c_str());
  return code == 0 ? "ok" : said;
}

TEST(LintReport, junit_is_as_its_schema_says_with_a_case_for_each_feature) {
  const std::string xml = written("junit", result());
  EXPECT_EQ(xml_judged(xml), "ok") << xml;
  EXPECT_EQ(xml_judged(written("junit", Lint())), "ok");
  EXPECT_NE(xml_judged("<testsuite><nonsense/></testsuite>"), "ok") << "it judges at all";
  EXPECT_NE(xml.find("tests=\"3\" failures=\"0\" errors=\"2\" skipped=\"1\""), std::string::npos) << xml;
}

TEST(LintReport, annotations_of_github_are_escaped_as_its_toolkit_does) {
  const std::string text = written("github", result());
  EXPECT_NE(text.find("::error file=docs/a b%2Cü%25%3A.md,line=20,col=1,title=stalemate%3A violated::50%25 wrong: a, "
                      "b%0D%0Aand more\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("::warning file="), std::string::npos);
  EXPECT_EQ(text.find("nothing is proved"), std::string::npos) << "what is known is not shown again";
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) EXPECT_EQ(text.substr(at, 2), "::");
}

TEST(LintReport, text_has_the_assumptions_beside_what_holds_and_quiet_the_problems_alone) {
  const std::string all = written("text", result());
  EXPECT_NE(all.find(":5: holds (1 reader)\n    coherent-at-rest: holds\n    assumed, line 7: on a hit"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("docs/b.md: skipped: no cache is drawn\n"), std::string::npos);
  EXPECT_NE(all.find("3 problems and 1 known; 1 holds, 0 as expected; 1 page skipped, 3 without a sequence diagram\n"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("known, but no more: docs/c.md: violated coherent-at-rest\n"), std::string::npos);
  const std::string quiet = written("text", result(), Detail::kProblems);
  EXPECT_EQ(quiet.find("holds ("), std::string::npos) << quiet;
  EXPECT_NE(quiet.find("before line 4:  %% stalemate: role X = cache"), std::string::npos) << quiet;
  EXPECT_EQ(written("text", Lint(), Detail::kProblems), "");
}

}  // namespace
}  // namespace stalemate::model
