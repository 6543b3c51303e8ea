// What holds for many pages: `.stalemate.toml`. Strict: a key that is not known is an error with its line.
//
//   exclude = ["docs/old/**"]         paths that are not looked at, as seen from the configuration's folder
//   baseline = "stalemate-known.json" problems that are known, beside the configuration
//   time = "30s"                      of each feature's check, inconclusive beyond
//   memory = "1GiB"                   of the whole program
//   [scenario]                        words of a scenario, where a page says nothing itself
//   readers = 2
//   fault = ["lost-message"]
//   [[page]]                          likewise for some pages, stronger than [scenario]; the page's own lines are
//   path = "docs/caching.md"          stronger than both
//   role = ["Store=cache"]
//   cached = true
//   expect = ["coherent-at-rest violated"]
//
// In patterns ** is any number of folders, * anything within a name, ? one character, [a-z] one of these (fnmatch(3)).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understand/wanted.hpp"

namespace stalemate::model {

struct PageConfig {
  std::string path;  // a pattern
  ScenarioWords scenario;
  std::vector<std::string> roles;
  std::vector<Expectation> expected;
};

struct LintConfig {
  std::string folder;  // where the configuration lies; empty: here
  std::vector<std::string> exclude;
  std::string baseline;
  std::chrono::milliseconds time{30000};
  std::string time_said = "30s";
  std::uint64_t memory_bytes_max = std::uint64_t{1} << 30;
  ScenarioWords scenario;
  std::vector<PageConfig> pages;

  bool excludes(const std::string& path) const;
  // What it says of a page: all entries that fit, a later one stronger.
  PageConfig of_page(const std::string& path) const;
};

// `name`: its file. Throws InputError "name:line:column: ...".
LintConfig read_lint_config(std::string_view text, const std::string& name);

// Whether a path fits a pattern; "./" in front of either does not count.
bool fits(std::string_view pattern, std::string_view path);

}  // namespace stalemate::model
