// See tell/step_name.hpp.
#include "tell/step_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace stalemate::model {

std::string step_name(const traces::Trace& context, const traces::Step& step) {
  const std::string diagram = lower(step.diagram);
  std::string name = fmt::format("{} {} ", to_string(step.kind), actor_name(context, step));
  if (is_of_store(step.kind))
    name += step.key;
  else if (step.kind == traces::StepKind::kInvoke)
    name += fmt::format("{} {}", diagram, step.key);
  else
    name += fmt::format("{}:{}", diagram, step.arrow);
  if (name.back() == ' ') name.pop_back();
  if (step.is_ghost) name += " ghost";
  if (step.operation > 1) name += fmt::format(" operation {}", step.operation);
  if (step.choice > 0) name += fmt::format(" choice {}", step.choice);
  if (step.missed > 0) name += fmt::format(" missed {}", step.missed);
  if (step.budget > 1) name += fmt::format(" budget {}", step.budget);
  return name;
}

std::size_t find_step(const traces::Trace& context, const std::vector<traces::Step>& enabled, std::string_view words,
                      const std::string& where) {
  const auto split = [](std::string_view text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text) {
      if (c != ' ' && c != '\t')
        part += c;
      else if (!part.empty())
        parts.push_back(std::exchange(part, ""));
    }
    if (!part.empty()) parts.push_back(part);
    return parts;
  };
  const std::vector<std::string> wanted = split(words);
  std::vector<std::size_t> matches;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    names.push_back(step_name(context, enabled[i]));
    const std::vector<std::string> parts = split(names.back());
    if (parts == wanted) return i;
    if (std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
          return std::find(parts.begin(), parts.end(), word) != parts.end();
        }))
      matches.push_back(i);
  }
  if (matches.size() == 1) return matches.front();
  throw InputError(fmt::format("{}: \"{}\" {}; enabled here: {}", where, words,
                               matches.empty() ? "is not enabled" : "fits more than one step",
                               names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace stalemate::model
