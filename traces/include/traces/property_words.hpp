// How a broken property is told, wherever it is: a row a property in src/property_words.cpp. What it claims is the
// model's to say; one without a row is told as broken, and as nothing else.
#pragma once

#include <cstdint>
#include <string_view>

namespace stalemate::traces {

// What breaking it shows: a cached entry that differs from the database; a read that missed an acknowledged write.
enum class PropertyStory : std::uint8_t { kNone, kDifferingEntry, kStaleRead };

struct PropertyWords {
  std::string_view name;
  PropertyStory story = PropertyStory::kNone;
  bool is_about_rest = false;              // it is broken by a state at rest, not by a step
  std::string_view title = "";             // of a page that shows it broken; "" where its name has to do
  std::string_view won = "You broke it.";  // to who played until it was
};

// By its name, of any property.
PropertyWords words_of_property(std::string_view name);

}  // namespace stalemate::traces
