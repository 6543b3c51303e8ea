#include "traces/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stalemate::traces {
namespace {

// Each one at least once: as it is sent and, where no step says that, as it is carried out.
template <typename Visit>
void each_request(const Trace& trace, const Visit& visit) {
  for (const Step& step : trace.steps) {
    for (const Request& request : step.sends) visit(request, *find_verb(request.verb));
    if (step.request) visit(*step.request, *find_verb(step.request->verb));
  }
}

bool has_step(const Trace& trace, StepKind kind) {
  return std::any_of(trace.steps.begin(), trace.steps.end(), [kind](const Step& step) { return step.kind == kind; });
}

// What is counted up by a request, or compared as a count; "" where nothing is.
std::string counted_by(const Request& request, const VerbFacts& verb) {
  const bool is_its_own = verb.verb == Verb::kCountUp || verb.verb == Verb::kGetGeneration;
  const bool is_another = verb.verb == Verb::kDeleteAndCountUp || verb.verb == Verb::kSetIfGeneration;
  return is_its_own ? request.key : is_another ? request.other : "";
}

// Whether anything that a store of this kind ever has is told with its version.
bool has_version(const Trace& trace, std::string_view kind) {
  const auto in = [&](const State& state) {
    return std::any_of(state.stores.begin(), state.stores.end(), [&](const Contents& store) {
      const Store* const its = find_store(trace.stores, store.store);
      return its != nullptr && its->kind == kind &&
             std::any_of(store.entries.begin(), store.entries.end(), [](const Entry& entry) { return entry.version; });
    });
  };
  return in(trace.initial) ||
         std::any_of(trace.steps.begin(), trace.steps.end(), [&](const Step& step) { return in(step.after); });
}

// Whether an entry that is counted up has, or is asked for, something beside its count.
bool counts_beside_value(const Trace& trace) {
  const std::set<std::string> counts = counts_of(trace);
  bool found = false;
  const auto has_value = [&](const std::string& key) { found = found || counts.contains(key); };
  each_request(trace, [&](const Request& request, const VerbFacts& verb) {
    if (!is_cache(trace, request.to)) return;
    if (counted_by(request, verb) != request.key) has_value(request.key);
    if (verb.verb == Verb::kSetIfGeneration || verb.verb == Verb::kDeleteAndCountUp) has_value(request.key);
    for (const std::string& also : request.also) has_value(also);
  });
  for (const Contents& store : trace.initial.stores)
    for (const Entry& entry : store.entries)
      if (is_cache(trace, store.store) && entry.value) has_value(entry.key);
  return found;
}

bool is_record(const Trace& trace) {
  bool found = counts_beside_value(trace);
  each_request(trace, [&](const Request& request, const VerbFacts& verb) {
    if (!is_cache(trace, request.to)) return;
    found = found || verb.versioned() || verb.verb == Verb::kMarkStale;
    found = found || request.watch == to_string(Watch::kLease);
  });
  return found || has_version(trace, "cache");
}

struct RowNeeds {
  bool versions = false;
  bool come_and_go = false;
};

RowNeeds needs_of_rows(const Trace& trace) {
  RowNeeds needs;
  each_request(trace, [&](const Request& request, const VerbFacts& verb) {
    if (!is_database(trace, request.to)) return;
    needs.versions = needs.versions || verb.verb == Verb::kGetVersion || verb.verb == Verb::kSetIfVersion;
    needs.come_and_go = needs.come_and_go || verb.verb == Verb::kRemove;
  });
  for (const Step& step : trace.steps) {
    if (!step.reply) continue;
    const bool is_of_row = step.request && is_database(trace, step.request->to);
    needs.versions = needs.versions || (is_of_row && step.reply->version);
    needs.come_and_go = needs.come_and_go || step.reply->outcome == "no-row";
  }
  needs.versions = needs.versions || has_version(trace, "database");
  return needs;
}

// Nobody but the database tells where no channel is.
bool tells(const Trace& trace) {
  const bool has_channel =
      std::any_of(trace.stores.begin(), trace.stores.end(), [](const Store& store) { return store.kind == "channel"; });
  return !has_channel && (has_step(trace, StepKind::kDeliver) || has_step(trace, StepKind::kLoseDelivery));
}

// What of a request no server here does.
std::string why_not_asked(const Trace& trace, const Request& request) {
  if (!request.from.empty())
    return fmt::format("the {} itself asks the {}, which no server here does", request.from, request.to);
  const VerbFacts* const verb = find_verb(request.verb);
  const std::string what = request.other_rows                   ? "get of other rows, too"
                           : verb == nullptr || !verb->replayed ? request.verb
                                                                : "";
  const Store* const to = find_store(trace.stores, request.to);
  if (what.empty() && to != nullptr && to->app != 0 && !is_asked_in_process(request.verb, request.watch))
    return fmt::format("a cache in a process is asked to {}, which none here can yet", request.verb);
  if (what.empty()) return "";
  return fmt::format("'{}: {}' is sent, which no server here is asked yet", request.to, what);
}

std::string why_not_done(const Trace& trace, const Step& step) {
  const StepKindFacts& kind = facts_of(step.kind);
  if (!kind.replayed) return fmt::format("a {} is not done to real servers yet", kind.name);
  for (const Request& request : step.sends)
    if (std::string why = why_not_asked(trace, request); !why.empty()) return why;
  return step.kind == StepKind::kCall && step.request ? why_not_asked(trace, *step.request) : "";
}

bool is_shared_cache(const Trace& trace, const std::string& name) {
  const Store* const store = find_store(trace.stores, name);
  return store != nullptr && store->kind == "cache" && store->app == 0;
}

// What belongs to a watch is several commands on one connection, of which TCP brings none twice.
bool copies_watch(const Step& step) {
  if (step.kind != StepKind::kDuplicate || !step.request) return false;
  return step.request->verb == to_string(Verb::kSetIfUnchanged) || step.request->watch == to_string(Watch::kKey);
}

bool has_replica(const Trace& trace) {
  return std::any_of(trace.stores.begin(), trace.stores.end(),
                     [&](const Store& store) { return is_replica(trace, store.name); });
}

// What a Redis as its cache is not asked.
std::string why_not_redis(const Trace& trace) {
  std::string why;
  each_request(trace, [&](const Request& request, const VerbFacts&) {
    if (request.watch == to_string(Watch::kEntry) && why.empty())
      why = fmt::format("'{}: get that watches what it finds' is sent, which is memcached's, and not Redis's",
                        request.to);
  });
  if (std::any_of(trace.steps.begin(), trace.steps.end(), copies_watch))
    why = "what belongs to a watch is copied: several commands on one connection, of which TCP brings none twice";
  const bool kills = has_step(trace, StepKind::kCacheRestart) || has_step(trace, StepKind::kCacheFailover);
  if (why.empty() && has_replica(trace) && kills)
    why = "the cache restarts or fails over, and a replica of it is read, which then would begin anew";
  return why;
}

// What a memcached as its cache is not asked. It keeps one text for each entry, and of several entries one at a time.
std::string why_not_memcached(const Trace& trace) {
  std::string why;
  const auto refuse = [&](std::string reason) {
    if (why.empty()) why = std::move(reason);
  };
  std::set<std::string> leased;
  std::set<std::string> marked;
  each_request(trace, [&](const Request& request, const VerbFacts& verb) {
    if (!is_shared_cache(trace, request.to)) return;
    if (!request.also.empty()) refuse("several entries are changed at once, which a memcached does not do");
    // A set-if-unchanged asks by what its get watches.
    if (verb.verb != Verb::kSetIfUnchanged && !is_asked_of_memcached(request.verb, request.watch))
      refuse(fmt::format("'{}: {}{}{}' is sent, which a memcached is not asked", request.to, request.verb,
                         request.watch.empty() ? "" : " with a watch over the ", request.watch));
    if (request.watch == to_string(Watch::kLease)) leased.insert(request.key);
    if (verb.marks) marked.insert(request.key);
  });
  if (has_version(trace, "cache")) refuse("entries have versions, and a memcached keeps none beside a value");
  if (has_replica(trace)) refuse("a replica of the cache is read, and a memcached has none");
  if (has_step(trace, StepKind::kCacheFailover)) refuse("the cache fails over, and a memcached has no replica");
  if (counts_beside_value(trace))
    refuse("an entry has a value and is counted up, and a memcached has no count beside a value");
  for (const std::string& key : leased)
    if (marked.contains(key)) refuse("a marker is leased, and what is there is a hit to a memcached");
  return why;
}

// Which of the trace's servers none here can be.
std::string why_not_stood(const std::vector<Store>& stores) {
  const auto is_shared = [](const Store& store) { return store.kind == "cache" && store.app == 0; };
  if (std::count_if(stores.begin(), stores.end(), is_shared) > 1)
    return "it has several caches that all share, and one of a kind can be replayed";
  return "";
}

}  // namespace

bool is_asked_of_memcached(std::string_view verb, std::string_view watch) {
  constexpr Verb kAsked[] = {Verb::kGet,           Verb::kSet,       Verb::kAdd,          Verb::kDelete,
                             Verb::kExists,        Verb::kMark,      Verb::kMarkIfAbsent, Verb::kCountUp,
                             Verb::kGetGeneration, Verb::kMarkStale, Verb::kIncrease,     Verb::kIncreaseIfThere};
  const VerbFacts* const facts = find_verb(verb);
  if (facts == nullptr || watch == to_string(Watch::kKey)) return false;
  if (facts->verb == Verb::kSetIfUnchanged) return !watch.empty();
  // Who adds a marker is told what a cas of it has to show, too.
  const bool is_own = facts->verb == Verb::kMarkIfAbsent && watch == to_string(Watch::kEntry);
  return (watch.empty() || facts->verb == Verb::kGet || is_own) &&
         std::find(std::begin(kAsked), std::end(kAsked), facts->verb) != std::end(kAsked);
}

bool asks_memcached(const Trace& trace) {
  bool found = false;
  each_request(trace, [&](const Request& request, const VerbFacts&) {
    found = found || request.watch == to_string(Watch::kEntry);
  });
  return found;
}

bool is_asked_in_process(std::string_view verb, std::string_view watch) {
  constexpr Verb kAsked[] = {
      Verb::kGet,          Verb::kSet,       Verb::kAdd,      Verb::kDelete,          Verb::kExists,   Verb::kMark,
      Verb::kMarkIfAbsent, Verb::kSetUnless, Verb::kIncrease, Verb::kIncreaseIfThere, Verb::kMarkStale};
  const VerbFacts* const facts = find_verb(verb);
  if (facts == nullptr || (!watch.empty() && watch != to_string(Watch::kLease))) return false;
  return facts->verb == Verb::kSetIfUnchanged ||
         std::find(std::begin(kAsked), std::end(kAsked), facts->verb) != std::end(kAsked);
}

std::set<std::string> counts_of(const Trace& trace) {
  std::set<std::string> counts;
  each_request(trace, [&](const Request& request, const VerbFacts& verb) { counts.insert(counted_by(request, verb)); });
  counts.erase("");
  return counts;
}

Shapes shapes_of(const Trace& trace, CacheServer cache) {
  const RowNeeds needs = needs_of_rows(trace);
  const Rows rows = needs.versions ? Rows::kVersioned : needs.come_and_go ? Rows::kComeAndGo : Rows::kAlways;
  return {cache == CacheServer::kRedis && is_record(trace) ? Shape::kRecord : Shape::kValue, rows, tells(trace)};
}

std::string why_not_replayed(const Trace& trace, CacheServer cache) {
  if (std::string why = why_not_stood(trace.stores); !why.empty()) return why;
  for (std::size_t i = 0; i < trace.steps.size(); ++i)
    if (const std::string why = why_not_done(trace, trace.steps[i]); !why.empty())
      return fmt::format("step {}: {}", i + 1, why);
  if (std::string why = cache == CacheServer::kRedis ? why_not_redis(trace) : why_not_memcached(trace); !why.empty())
    return why;
  const RowNeeds needs = needs_of_rows(trace);
  return needs.versions && needs.come_and_go ? "its rows come and go and have versions, and no table here has both"
                                             : "";
}

std::string why_not_replayed(const Trace& trace) {
  std::string why = why_not_replayed(trace, CacheServer::kRedis);
  if (why.empty()) return "";
  const std::string of_memcached = why_not_replayed(trace, CacheServer::kMemcached);
  return of_memcached.empty() || asks_memcached(trace) ? of_memcached : why;
}

}  // namespace stalemate::traces
