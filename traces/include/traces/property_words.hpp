// How a broken property is told, wherever it is: a row a property in src/property_words.cpp. What it claims is the
// model's to say; one without a row is told as broken, and as nothing else.
#pragma once

#include <cstdint>
#include <string_view>

namespace stalemate::traces {

// What breaking it shows: a cached entry that differs from the database, at rest; a read that missed an acknowledged
// write; one that returned something older than its session had read before; a value, read or cached, that the database
// never had; a write that was acknowledged, of which that is true; a change that is not in what the database has, or
// more than once; a lease that is left on what is stale; kNone: nothing that is told beside that it is broken. A new
// one is told in src/render/verdict.cpp and, for an explanation, in model/ask/src/explain/sentences.cpp.
enum class PropertyStory : std::uint8_t {
  kNone,
  kDifferingEntry,
  kStaleRead,
  kBackwardRead,
  kNeverCommitted,
  kLostWrite,
  kWrongChange,
  kLeaseLeft
};

struct PropertyWords {
  std::string_view name;
  PropertyStory story = PropertyStory::kNone;
  std::string_view title = "";             // of a page that shows it broken; "" where its name has to do
  std::string_view won = "You broke it.";  // to who played until it was
};

// By its name, of any property.
PropertyWords words_of_property(std::string_view name);

}  // namespace stalemate::traces
