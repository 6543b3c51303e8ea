// The formats by name, and the text for people.
#include "lint/report.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats.hpp"

namespace stalemate::model {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string text_of(const Judged& judged, const std::string& file) {
  if (judged.judgement != Judgement::kHolds && !judged.as_expected) return {};
  std::string text = judged.as_expected ? fmt::format("{}:{}: as expected", file, judged.line)
                                        : fmt::format("{}:{}: holds", file, judged.line);
  text += fmt::format(" ({})\n", judged.scenario);
  for (const PropertyReport& one : judged.properties)
    text += fmt::format("    {}: {}\n", one.property, to_string(one.verdict));
  for (const Assumption& one : judged.assumptions)
    text += fmt::format("    assumed, line {}: {}\n", one.line, one.text);
  return text;
}

std::string text_of(const PageJudged& page, Detail detail) {
  std::string text;
  for (const Problem& problem : page.problems) {
    if (problem.is_known) continue;
    text += problem.line() + "\n" + in_lines(problem.edits);
  }
  if (detail == Detail::kProblems) return text;
  for (const Judged& judged : page.features) text += text_of(judged, page.file);
  if (!page.skipped.empty()) return text + fmt::format("{}: skipped: {}\n", page.file, page.skipped);
  for (const PassedOver& one : page.passed_over)
    text += fmt::format("{}:{}: passed over: {}\n", page.file, one.line, one.why);
  return text;
}

std::string summary_of(const Lint& result) {
  std::size_t holds = 0, expected = 0, problems = 0, known = 0, skipped = 0;
  for (const PageJudged& page : result.pages) {
    skipped += page.skipped.empty() ? 0U : 1U;
    for (const Judged& judged : page.features) {
      holds += judged.judgement == Judgement::kHolds ? 1 : 0;
      expected += judged.as_expected ? 1 : 0;
    }
    for (const Problem& problem : page.problems) ++(problem.is_known ? known : problems);
  }
  std::string text = counted(problems, "problem", "problems");
  if (known != 0) text += fmt::format(" and {} known", known);
  text += fmt::format("; {}, {} as expected; {} skipped, {} without a sequence diagram\n",
                      holds == 1 ? "1 holds" : fmt::format("{} hold", holds), expected,
                      counted(skipped, "page", "pages"), result.without_diagram);
  for (const std::string& one : result.outdated) text += fmt::format("known, but no more: {}\n", one);
  if (!result.stopped.empty()) text += fmt::format("{}: not every page was judged\n", result.stopped);
  return text;
}

std::string as_text(const Lint& result, Detail detail) {
  std::string text;
  for (const PageJudged& page : result.pages) text += text_of(page, detail);
  if (detail == Detail::kProblems && text.empty() && result.stopped.empty()) return text;
  return text + summary_of(result);
}

}  // namespace

const std::vector<LintFormat>& lint_formats() {
  static const std::vector<LintFormat> kAll = {
      {"text", "for people", as_text},
      {"json", "one object", as_json},
      {"junit", "JUnit XML", as_junit},
      {"sarif", "SARIF 2.1.0", as_sarif},
      {"github", "annotations of a GitHub workflow", as_github},
  };
  return kAll;
}

}  // namespace stalemate::model
