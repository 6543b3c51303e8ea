// The table of properties, as they are told.
#include "traces/property_words.hpp"

namespace stalemate::traces {
namespace {

constexpr PropertyWords kRows[] = {
    {"coherent-at-rest", PropertyStory::kDifferingEntry, "How the cache comes to hold a wrong value",
     "You made the cache lie."},
    {"fresh-reads", PropertyStory::kStaleRead, "How a read returns an old value", "You made a read lie."},
};

}  // namespace

PropertyWords words_of_property(std::string_view name) {
  for (const PropertyWords& row : kRows)
    if (row.name == name) return row;
  return {.name = name};
}

}  // namespace stalemate::traces
