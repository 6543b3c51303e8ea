// The result of a lint, in the forms that people and their tools read. No times, no hosts: the same result is the same
// bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/lint.hpp"

namespace stalemate::model {

// kAll: what was judged, too, with the assumptions that a verdict rests on; kProblems: nothing else.
enum class Detail { kAll, kProblems };

struct LintFormat {
  std::string_view name;
  std::string_view summary;
  std::string (*write)(const Lint& result, Detail detail);
};
// text; json (model/lint/lint.schema.json); junit; sarif (2.1.0); github (workflow commands).
const std::vector<LintFormat>& lint_formats();

}  // namespace stalemate::model
