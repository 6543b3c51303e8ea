// Which entries of the cache the requests of a page are about: several of one row ("product:1", "products"), and such
// as are no values, as a lock is ("lock:product:1").
#pragma once

#include <string>
#include <vector>

#include "reading.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

// What directives say of several names.
struct Same {
  Position at;
  std::vector<std::string> names;
};

// A name by which a request of the page calls an entry.
struct NamedEntry {
  EntryName name;
  Position at;
  Verb verb = Verb::kGet;
  bool beside_change = false;  // of an operation that changes the database
};
std::vector<NamedEntry> entries_of(const std::vector<std::vector<Segment>>& segments);
bool is_called(const EntryName& entry, const std::string& name);

// The entries, and to each request its own. Names that are keys of a command are of different entries where the keys
// differ and each of them is looked up; where that cannot be told, and neither `same` nor `apart` says it, it is asked.
std::vector<CacheEntry> settle_entries(std::vector<std::vector<Segment>>& segments,
                                       const std::vector<NamedEntry>& entries, const std::vector<Same>& same,
                                       const std::vector<Same>& apart, Reading& reading);

}  // namespace stalemate::model
