#include "replicas.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/invariant.hpp"
#include "telling.hpp"
#include "verbs.hpp"

namespace stalemate::model {
namespace {

// Where it is drawn first. REQUIRES: it is, for each cache is.
const Participant& first_of(std::size_t cache, const Document& document, const std::vector<RolesOfDiagram>& roles) {
  for (std::size_t i = 0; i < roles.size(); ++i)
    for (const Participant& participant : document.diagrams[i].diagram.participants) {
      const Role* const role = roles[i].find(participant.id);
      if (role != nullptr && *role == Role::kCache && roles[i].cache_at(participant.id) == cache) return participant;
    }
  STALEMATE_INVARIANT(false, "every cache is drawn somewhere");
  return document.diagrams.front().diagram.participants.front();
}

}  // namespace

void refuse_other_replicas(const Document& document, const std::vector<RolesOfDiagram>& roles, const Reading& reading) {
  const std::vector<DrawnCache>& caches = reading.caches();
  std::optional<std::size_t> replica;
  std::size_t shared = 0;
  for (std::size_t cache = 0; cache < caches.size(); ++cache) {
    if (!caches[cache].local && !caches[cache].replica) ++shared;
    if (!caches[cache].replica) continue;
    if (replica)
      refuse_not_modelled(reading.name(), first_of(cache, document, roles).at, "a second replica of a cache");
    replica = cache;
  }
  if (!replica || shared == 1) return;
  const Participant& drawn = first_of(*replica, document, roles);
  if (shared > 1) refuse_not_modelled(reading.name(), drawn.at, "a replica of one of several caches");
  refuse_not_modelled(reading.name(), drawn.at, "a replica of a cache that is not drawn",
                      "draw the cache, too, where it is filled and emptied; where this is the cache itself, say " +
                          say_role(drawn.id, "cache"));
}

namespace {

// What is set only if it is as a get found it, where a replica alone was asked: that says nothing of the cache.
void refuse_conditions_on_replicas(std::vector<std::vector<Segment>>& segments, const Reading& reading) {
  struct Asked {
    const Request* replica = nullptr;
    const Request* condition = nullptr;
    bool cache = false;
  };
  std::map<const Segment*, Asked> asked;
  visit_cache_requests(segments, [&](const Segment& segment, const Request& request) {
    Asked& here = asked[&segment];
    if (reading.caches()[request.cache].replica) here.replica = &request;
    if (request.verb == Verb::kSetIfUnchanged && here.condition == nullptr) here.condition = &request;
    const bool gets = request.verb == Verb::kGet || request.verb == Verb::kMarkIfAbsent;
    here.cache = here.cache || (gets && !reading.caches()[request.cache].replica);
  });
  for (const auto& [segment, here] : asked)
    if (here.replica != nullptr && here.condition != nullptr && !here.cache)
      refuse_not_modelled(reading.name(), here.condition->at, "a condition on what a replica of a cache has answered",
                          "look the entry up in the cache itself before it is set");
}

}  // namespace

void refuse_of_replicas(std::vector<std::vector<Segment>>& segments, const Reading& reading) {
  const std::vector<DrawnCache>& caches = reading.caches();
  if (std::none_of(caches.begin(), caches.end(), [](const DrawnCache& drawn) { return drawn.replica; })) return;
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    const DrawnCache& asked = caches[request.cache];
    if (!request.passes_on.empty() && !asked.local)
      refuse_not_modelled(reading.name(), request.at, "a replica of a cache that asks the database itself");
    if (!asked.replica) return;
    if (request.verb != Verb::kGet)
      refuse_not_modelled(reading.name(), request.at,
                          "asking a replica of a cache " + std::string(words_of(request.verb).asked),
                          "a replica is only asked to get; draw this to the cache itself");
    if (request.watch != Watch::kNothing || request.finds.lease)
      refuse_not_modelled(reading.name(), request.at, "a get from a replica of a cache that takes a lease or watches",
                          "a replica is only asked to get; draw this to the cache itself");
  });
  refuse_conditions_on_replicas(segments, reading);
}

}  // namespace stalemate::model
