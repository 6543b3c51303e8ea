// Changes of a page's text, none of its meaning.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/random.hpp"

namespace stalemate::model {

struct TextChange {
  std::string_view name;
  // None where there is nothing to change so.
  std::optional<std::string> (*apply)(const std::string& text, sim::Random& random);
};
std::span<const TextChange> text_changes();

}  // namespace stalemate::model
