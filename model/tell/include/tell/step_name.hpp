// What a step is called, in one line: what `step` lists, a schedule file holds, and a refusal names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::model {

// The one-line name of a step: "invoke app1 read k1", "handle app2 write:1", "lose-reply app1 read:3". Within one list
// of enabled steps no two are equal. What a schedule file holds, one a line.
std::string step_name(const traces::Trace& context, const traces::Step& step);

// Index of the enabled step that `words` names: all its words occur in exactly one step's name. Throws InputError
// "where: ..." listing what is enabled otherwise.
std::size_t find_step(const traces::Trace& context, const std::vector<traces::Step>& enabled, std::string_view words,
                      const std::string& where);

}  // namespace stalemate::model
