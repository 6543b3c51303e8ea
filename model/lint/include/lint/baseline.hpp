// Problems that are known and not to be reported again, so that a check can begin today and be made stricter later. A
// problem is known by its file, its code, its property and the text of its line: it stays known when lines are added
// above it. JSON, one problem a line, sorted: it can be reviewed and merged.
#pragma once

#include <string>
#include <string_view>

#include "lint/lint.hpp"

namespace stalemate::model {

// All problems of a result, those known included.
std::string write_baseline(const Lint& result);

// Marks those that `text` knows (each entry for one problem) and notes what it knows in vain. Throws InputError
// "name:line: ...".
void apply_baseline(std::string_view text, const std::string& name, Lint& result);

}  // namespace stalemate::model
