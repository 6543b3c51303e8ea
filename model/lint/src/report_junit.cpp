// The result as JUnit XML: a case for each feature, and for each page that has problems of its own or was skipped.
#include <fmt/format.h>

#include "base/junit.hpp"
#include "formats.hpp"

namespace stalemate::model {
namespace {

// Features have lines: a problem belongs to the last that begins before it.
std::size_t feature_of(const PageJudged& page, const Problem& problem) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < page.features.size(); ++i)
    if (page.features[i].line <= problem.at.line) found = i;
  return found;
}

void add_problem(JunitCase& one, const Problem& problem) {
  if (problem.is_known) return;
  const bool is_failure = problem.exit_code == 1;
  if (one.result != JunitCase::Result::kError)
    one.result = is_failure ? JunitCase::Result::kFailed : JunitCase::Result::kError;
  if (one.message.empty()) one.message = problem.what;
  one.details += problem.line() + "\n";
}

}  // namespace

std::string as_junit(const Lint& result, Detail) {
  std::vector<JunitCase> cases;
  for (const PageJudged& page : result.pages) {
    const std::size_t first = cases.size();
    for (const Judged& judged : page.features)
      cases.push_back({fmt::format("{}:{}", page.file, judged.line), "lint", {}, {}, {}});
    if (page.features.empty()) cases.push_back({page.file, "lint", {}, {}, {}});
    if (!page.skipped.empty()) {
      cases.back().result = JunitCase::Result::kSkipped;
      cases.back().message = page.skipped;
    }
    for (const Problem& problem : page.problems) add_problem(cases[first + feature_of(page, problem)], problem);
  }
  return junit_xml("stalemate lint", cases);
}

}  // namespace stalemate::model
