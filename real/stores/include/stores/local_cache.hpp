// A cache in the process of an app instance: entries in its memory, as an application keeps them, asked by all sessions
// of the process. Nothing of it travels; it is gone with the process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "stores/store.hpp"

namespace stalemate::real {

// By any thread.
class LocalCache {
 public:
  // One step. Throws InputError for what it is not asked (traces/shapes.hpp).
  Answer ask(const Wanted& wanted);

  // As in stores/cache.hpp.
  bool drop(const std::string& product);
  std::string expire(const std::string& product);
  bool end_lease(const std::string& product);

  void fill(const std::vector<StoredValue>& entries);
  std::vector<StoredValue> contents() const;  // sorted by name

 private:
  struct Entry {
    StoredValue stored;
    bool expires = false;
    std::string token = {};  // of its lease; "": nobody has one
  };

  bool is_there(const std::string& product) const { return entries_.contains(product); }
  void put(const std::string& product, const Wanted& wanted, bool marker);
  Answer get(const Wanted& wanted);
  Answer store(const Wanted& wanted, bool condition, bool marker = false);
  Answer increase(const Wanted& wanted, bool from_nothing);

  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::uint64_t leases_ = 0;  // that were given
};

}  // namespace stalemate::real
