// The table of properties, as they are told.
#include "traces/property_words.hpp"

namespace stalemate::traces {
namespace {

constexpr PropertyWords kRows[] = {
    {"coherent-at-rest", PropertyStory::kDifferingEntry, "How the cache comes to hold a wrong value",
     "You made the cache lie."},
    {"fresh-reads", PropertyStory::kStaleRead, "How a read returns an old value", "You made a read lie."},
    {"read-your-writes", PropertyStory::kStaleRead, "How a session does not see its own write",
     "You hid a session's own write from it."},
    {"monotonic-reads", PropertyStory::kBackwardRead, "How a session reads backwards in time",
     "You turned back the time."},
    {"committed-reads", PropertyStory::kNeverCommitted, "How a value is seen that the database never had",
     "You showed what never was."},
    {"acknowledged-survives", PropertyStory::kLostWrite, "How an acknowledged write is lost", "You lost a write."},
    {"heals", PropertyStory::kDifferingEntry, "How the cache comes to hold a wrong value for good",
     "You made the cache lie for good."},
    {"no-lost-update", PropertyStory::kWrongChange, "How an update is lost", "You lost an update."},
    {"refillable", PropertyStory::kLeaseLeft, "How what is stale comes to stay so", "You made it stay stale."},
};

}  // namespace

PropertyWords words_of_property(std::string_view name) {
  for (const PropertyWords& row : kRows)
    if (row.name == name) return row;
  return {.name = name};
}

}  // namespace stalemate::traces
