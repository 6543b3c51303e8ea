#include "levels.hpp"

namespace stalemate::model {

void ask_about_levels(std::vector<std::vector<Segment>>& segments, const Reading& reading) {
  visit_all_requests(segments, [&](const Segment&, const Request& request) {
    if (request.to == Role::kQueue && !request.tells)
      ask_at(reading.name(), request.at, "publish-to-nobody",
             "nobody is drawn who hears of what is published here; draw the delivery behind it, as in channel-)others: "
             "delete, where others is the cache \"of every other instance\"");
  });
  const std::vector<DrawnCache>& caches = reading.caches();
  if (caches.size() < 2) return;
  std::vector<const Request*> looked_into(caches.size());
  std::vector<bool> filled(caches.size());
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    if (request.verb == Verb::kGet && looked_into[request.cache] == nullptr) looked_into[request.cache] = &request;
    if (stores(request.verb)) filled[request.cache] = true;
  });
  // What fills the cache that all share fills its replica.
  for (std::size_t cache = 0; cache < caches.size(); ++cache)
    for (std::size_t other = 0; other < caches.size(); ++other)
      if (caches[cache].replica && !caches[other].local && !caches[other].replica && filled[other])
        filled[cache] = true;
  for (std::size_t cache = 0; cache < caches.size(); ++cache) {
    if (looked_into[cache] == nullptr || filled[cache]) continue;
    ask_at(reading.name(), looked_into[cache]->at, "cache-never-filled",
           "the " + caches[cache].name +
               " is looked into here, and nothing on this page ever puts anything there; draw "
               "what fills it, or leave it out");
  }
}

}  // namespace stalemate::model
