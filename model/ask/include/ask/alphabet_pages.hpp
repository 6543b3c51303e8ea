// What becomes of a random page (ask/random_page.hpp) that its lines take more of the alphabet: entries of several
// kinds and conditions on them, other caches, changes of what is there, rows that come and go, a cache that asks the
// database itself. Not every page is understood.
#pragma once

#include <string>

#include "sim/random.hpp"

namespace stalemate::model {

// The same page about keys: of two entries of the row, and with markers put, looked for and taken away on the way, or
// versions, generations or leases. `beside`: of what is possible at a cache that stands beside another.
std::string with_entries(const std::string& page, sim::Random random, bool beside = false);
// The same page with its cache in every app instance, or with two caches or three, of which one may be.
std::string with_caches(const std::string& page, sim::Random random);
// A page with entries, of whose plain requests some go to another cache: in every app instance, or one that all share.
// Conditions stand at one of the two.
std::string beside_another(const std::string& page, sim::Random random);
// The same page with gets that go to a read replica of its cache, and waits until that has everything.
std::string with_replica(const std::string& page, sim::Random random);
// The same page with Writes that change what is there, or what they read of it.
std::string with_changes(const std::string& page, sim::Random random);
// The same page with sets that ask whether what a get before them found, or its key, is unchanged.
std::string with_watches(const std::string& page, sim::Random random);
// The same page with rows that are removed or not there at first, with second looks at them, and with waits for the
// cache's replica.
std::string with_rows(const std::string& page, sim::Random random);
// The same page with a cache that asks the database itself: on a miss, or to pass on what it is to store.
std::string with_work(const std::string& page, sim::Random random);

}  // namespace stalemate::model
