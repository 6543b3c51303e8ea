// Many pages judged, each feature of each by itself: what is drawn in a folder of docs is read, checked with the
// scenario that the page or the configuration says, and compared with what they expect. The results are a function of
// the files and the configuration alone; jobs, the clock and the order in which pages end change nothing but whether a
// limit was hit. Reads files, writes none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/check.hpp"
#include "base/finding.hpp"
#include "lint/config.hpp"
#include "understand/page.hpp"

namespace stalemate::model {

// Something that its author has to look at.
struct Problem {
  // Finding::code, or: "violated", "expectation" (what was expected did not come), "inconclusive", "not-judged" (it was
  // interrupted), "unreadable-file".
  std::string code;
  int exit_code = 2;     // of the program where this is the only one: 5, 1, 2, 4 or 3
  std::string file;      // as it was given
  Position at;           // {0, 0}: of the file as a whole
  std::string what;      // one sentence
  std::string property;  // violated, expectation
  std::vector<Edit> edits;
  std::string source;     // the line it stands in, trimmed
  bool is_known = false;  // it stands in the baseline

  std::string line() const;   // "file:line:column: what", or "file: what"
  std::string level() const;  // "error": 5, 1, 2; "warning": 4, 3
};

enum class Judgement { kHolds, kViolated, kInconclusive, kNotRead };
std::string_view to_string(Judgement judgement);  // "holds", "violated", "inconclusive", "not-read"

struct Judged {
  int line = 1;
  std::vector<int> diagrams;  // their lines
  Judgement judgement = Judgement::kNotRead;
  std::string scenario;  // in words; empty: not read
  std::vector<PropertyReport> properties;
  std::vector<Assumption> assumptions;
  bool as_expected = false;  // violated, and the page says so
  std::string command;       // that checks it alone
};

struct PageJudged {
  std::string file;
  std::string skipped;  // why nothing was judged; empty where something was
  std::vector<PassedOver> passed_over;
  std::vector<Judged> features;
  std::vector<Problem> problems;  // by position
};

struct Lint {
  std::vector<PageJudged> pages;  // by path, those that have a sequence diagram or a problem
  std::size_t without_diagram = 0;
  std::vector<std::string> outdated;  // of the baseline: problems that are no more
  std::string stopped;                // why not every page was judged; empty: each was

  // The first that occurred of 5, 1, 2, 4, 3, those in the baseline left out; else 0.
  int exit_code() const;
};

struct LintOptions {
  LintConfig config;
  unsigned jobs = 1;
  std::string standard_input;  // what is read for "-"
  // Called now and then, by the calling thread; an explanation ends the work.
  std::function<std::optional<std::string>(std::size_t done, std::size_t of)> interrupt;
};

// `paths`: files, folders (every *.md, *.markdown, *.mdx, *.mmd, *.mermaid below, but for hidden folders and
// node_modules) and "-". Throws InputError for a path that is not there.
Lint lint(const std::vector<std::string>& paths, const LintOptions& options);

// One page, as lint() does it. `interrupt`: as CheckOptions::interrupt.
PageJudged lint_page(std::string_view text, const std::string& file, const LintConfig& config,
                     const std::function<std::optional<std::string>(const sim::Progress&)>& interrupt = {});

}  // namespace stalemate::model
