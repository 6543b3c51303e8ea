// Checks that the parts of a trace fit each other. Each check_ function throws the Refusal of the first misfit it sees.
#include "consistency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "json_cursor.hpp"
#include "traces/story.hpp"

namespace stalemate::traces {
namespace {

void require(bool fits, const std::string& pointer, const std::string& problem) {
  if (!fits) throw Refusal{pointer, problem};
}

void check_row(const Trace& trace, std::string_view row, const std::string& pointer) {
  // Lexically "k" and a number without leading zeros, as the reader made sure.
  const bool known = row.size() <= 5 && std::stoi(std::string(row.substr(1))) <= trace.scenario.keys;
  require(known, pointer, fmt::format("there is no key {}: /scenario/keys is {}", printable(row), trace.scenario.keys));
}

// `key` stands for an entry of the store, by what that holds at the start.
void check_key(const Trace& trace, const std::string& store, const std::string& key, const std::string& pointer) {
  check_row(trace, row_of(key), pointer);
  const std::vector<Entry>& entries = entries_of(trace.initial, store);
  require(std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; }), pointer,
          fmt::format("there is no {} in {} at the start", printable(key), printable(store)));
}

void check_session(const Trace& trace, int app, int session, const std::string& pointer) {
  const std::size_t apps = trace.scenario.apps.size();
  require(static_cast<std::size_t>(app) <= apps, pointer + "/app",
          fmt::format("there is no app instance {}: /scenario/apps lists {}", app, apps));
  const int sessions = session_count(trace.scenario, app);
  require(session <= sessions, pointer + "/session",
          fmt::format("there is no session {}: the script of app{} has {}", session, app, sessions));
}

// "cache, database"
std::string names_of(const std::vector<Store>& stores) {
  std::string names;
  for (const Store& store : stores) names += (names.empty() ? "" : ", ") + printable(store.name);
  return names;
}

// "to get or to set"
std::string what_databases_are_asked() {
  std::string verbs;
  for (const VerbFacts& verb : kVerbs)
    if (verb.of_databases) verbs += fmt::format("{}to {}", verbs.empty() ? "" : " or ", verb.name);
  return verbs;
}

// Each of several entries is named once, and the row is one.
void check_also(const Trace& trace, const Request& request, const std::string& pointer) {
  const VerbFacts* const verb = find_verb(request.verb);
  const bool of_several = verb != nullptr && verb->of_several() && is_cache(trace, request.to);
  require(request.also.empty() || of_several, pointer + "/also",
          fmt::format("must not be there: a {} is asked of one entry", request.verb));
  for (std::size_t i = 0; i < request.also.size(); ++i) {
    const std::string& key = request.also[i];
    const std::string where = fmt::format("{}/also/{}", pointer, i);
    check_key(trace, request.to, key, where);
    require(row_of(key) == row_of(request.key), where, "must be an entry about the row of \"key\"");
    const auto before = request.also.begin() + static_cast<std::ptrdiff_t>(i);
    require(key != request.key && std::find(request.also.begin(), before, key) == before, where,
            "must not be named twice");
  }
}

void check_request(const Trace& trace, const Request& request, const std::string& pointer) {
  require(request.from.empty() || (find_store(trace.stores, request.from) != nullptr && !request.awaited),
          pointer + "/from",
          fmt::format("must be a store, and what it sends is not awaited; the trace has {}", names_of(trace.stores)));
  require(find_store(trace.stores, request.to) != nullptr, pointer + "/to",
          fmt::format("there is no store {}: the trace has {}", printable(request.to), names_of(trace.stores)));
  const bool to_channel = is_channel(trace, request.to);
  if (to_channel)
    check_row(trace, row_of(request.key), pointer + "/key");
  else
    check_key(trace, request.to, request.key, pointer + "/key");
  require(to_channel == (request.verb == to_string(Verb::kPublish)), pointer + "/verb",
          to_channel ? "a channel is asked to publish" : "only a channel is asked to publish");
  const VerbFacts* const verb = find_verb(request.verb);
  const bool carries = verb != nullptr && verb->carries;
  require(carries == request.value.has_value(), pointer + "/value",
          carries ? fmt::format("is missing: a {} carries a value", request.verb)
                  : fmt::format("must not be there: a {} carries no value", request.verb));
  const bool database_verb = verb != nullptr && verb->of_databases;
  require(!is_database(trace, request.to) || database_verb, pointer + "/verb",
          fmt::format("a database is asked {}, not to {}", what_databases_are_asked(), request.verb));
  const bool may_watch = request.verb == "get" || request.verb == "mark-if-absent";
  require(request.watch.empty() || (may_watch && is_cache(trace, request.to)), pointer + "/watch",
          "must not be there: only a get from a cache, or an add of a marker, watches");
  const bool versioned = verb != nullptr && verb->versioned();
  require(versioned == request.version.has_value(), pointer + "/version",
          versioned ? fmt::format("is missing: a {} has one", request.verb)
                    : fmt::format("must not be there: a {} stores by none", request.verb));
  const bool by_generation = verb != nullptr && verb->compares == Number::kGeneration;
  require(by_generation == request.generation.has_value(), pointer + "/generation",
          by_generation ? fmt::format("is missing: a {} has one", request.verb)
                        : fmt::format("must not be there: a {} compares none", request.verb));
  const bool names_other = verb != nullptr && verb->names_other();
  require(names_other == !request.other.empty(), pointer + "/other",
          names_other ? fmt::format("is missing: a {} is about another entry, too", request.verb)
                      : fmt::format("must not be there: a {} is about no other entry", request.verb));
  if (!request.other.empty()) check_key(trace, request.to, request.other, pointer + "/other");
  check_also(trace, request, pointer);
  require(!is_replica(trace, request.to) || (request.verb == "get" && request.watch.empty()), pointer + "/verb",
          "must be a get that watches nothing: a replica of a cache is asked nothing else");
  require(!request.other_rows || (request.verb == "get" && is_cache(trace, request.to)), pointer + "/other_rows",
          "must not be there: only a get from a cache asks for several rows");
  const bool lives = request.watch == to_string(Watch::kLease) || (verb != nullptr && verb->puts());
  require(!request.ttl || (lives && is_cache(trace, request.to)), pointer + "/ttl",
          "must not be there: only what a cache is given to keep expires, and a lease that it gives");
}

// A request that is on its way or has arrived: none that its diagram loses.
void check_travelling(const Trace& trace, const Request& request, const std::string& pointer) {
  require(!request.drawn_lost, pointer + "/drawn_lost",
          "must not be there: a request drawn as lost is only ever sent, so it stands in a step's sends alone");
  check_request(trace, request, pointer);
}

// What an increase has made of a value may stand beside its "ok".
void check_reply(const Reply& reply, const std::string& pointer) {
  if (reply.outcome == "ok") return;
  const bool is_value = reply.outcome == "value" || reply.outcome == "stale" || reply.outcome == "won" ||
                        reply.outcome == "no-row" || reply.outcome == "loaded";
  require(is_value == reply.value.has_value(), pointer + "/value",
          is_value ? fmt::format("is missing: the outcome is \"{}\"", reply.outcome)
                   : fmt::format("must not be there: the outcome is \"{}\"", reply.outcome));
}

void check_contents(const Trace& trace, const Store& store, const std::vector<Entry>& entries,
                    const std::string& pointer) {
  const std::size_t keys = store.kind == "channel" ? 0 : static_cast<std::size_t>(trace.scenario.keys);
  const std::vector<Entry>& at_start = entries_of(trace.initial, store.name);
  std::size_t rows = 0;
  bool complete = entries.size() == at_start.size();
  for (std::size_t i = 0; complete && i < entries.size(); ++i) {
    const bool is_row = entries[i].key == fmt::format("k{}", rows + 1);
    if (is_row) ++rows;
    complete = entries[i].key == at_start[i].key &&
               (is_row || (is_cache(trace, store.name) && row_of(entries[i].key) == fmt::format("k{}", rows)));
  }
  require(complete && rows == keys, pointer,
          fmt::format("must have exactly the keys k1 to k{} (/scenario/keys is {}), and each other entry of a cache in "
                      "every state",
                      keys, keys));
  for (const Entry& entry : entries) {
    require(!entry.expires || is_cache(trace, store.name), pointer + "/" + entry.key,
            "only what a cache holds expires");
    require(!entry.marker || is_cache(trace, store.name), pointer + "/" + entry.key, "only a cache holds markers");
  }
}

// `stores`: where a state's stores stand in it, "/stores".
void check_state(const Trace& trace, const State& state, std::string_view stores, const std::string& pointer) {
  for (const Store& store : trace.stores)
    check_contents(trace, store, entries_of(state, store.name), fmt::format("{}{}/{}", pointer, stores, store.name));
  for (const Contents& contents : state.stores)
    require(find_store(trace.stores, contents.store) != nullptr,
            fmt::format("{}{}/{}", pointer, stores, contents.store),
            fmt::format("there is no such store at the start: {}", names_of(trace.stores)));
  for (std::size_t i = 0; i < state.deliveries.size(); ++i) {
    const Delivery& delivery = state.deliveries[i];
    const std::string here = fmt::format("{}/deliveries/{}", pointer, i);
    const Store* const store = find_store(trace.stores, delivery.store);
    require(store != nullptr && store->app != 0, here + "/store", "must be in the process of an app instance");
    check_key(trace, delivery.store, delivery.key, here + "/key");
  }
  for (std::size_t i = 0; i < state.unapplied.size(); ++i)
    require(is_replica(trace, state.unapplied[i].store), fmt::format("{}/unapplied/{}/store", pointer, i),
            "must be a replica of a cache");
  for (std::size_t i = 0; i < state.in_flight.size(); ++i) {
    const std::string here = fmt::format("{}/in_flight/{}", pointer, i);
    const InFlight& message = state.in_flight[i];
    check_session(trace, message.app, message.session, here);
    check_travelling(trace, message.request, here + "/request");
    if (message.reply) check_reply(*message.reply, here + "/reply");
    require(!message.is_ghost || !message.is_reply, here + "/ghost", "must not be there: a reply is no ghost");
    require(message.copy == 0 || message.is_ghost, here + "/copy", "must not be there: a copy is a ghost");
  }
}

// Which fields each kind of step has.
void check_kind(const Trace& trace, const Step& step, const std::string& pointer) {
  using About = StepAbout;
  const StepKindFacts& facts = facts_of(step.kind);
  const std::string kind(facts.name);
  const About message = facts.about;
  const bool is_handle = carries_out(step.kind);
  const std::string_view article = kind.find_first_of("aeiou") == 0 ? "an" : "a";
  require((message == About::kNoMessage) == (step.arrow == 0), pointer + "/arrow",
          message == About::kNoMessage ? fmt::format("must not be there: {} {} is about no message", article, kind)
                                       : fmt::format("is missing: {} {} is about a message", article, kind));
  require(message != About::kRequest || step.request, pointer + "/request",
          fmt::format("is missing: {} {} has one", article, kind));
  require(message != About::kNoMessage || !step.request, pointer + "/request",
          fmt::format("must not be there: {} {} handles no request", article, kind));
  require(!step.request || step.request->arrow == step.arrow, pointer + "/request/arrow",
          fmt::format("differs from the step's own arrow, {}", step.arrow));
  require(message != About::kReply || step.reply, pointer + "/reply",
          fmt::format("is missing: {} {} has one", article, kind));
  require(!step.reply || message == About::kReply || message == About::kEither || is_handle, pointer + "/reply",
          fmt::format("must not be there: {} {} has none", article, kind));
  require(message != About::kEither || step.request.has_value() != step.reply.has_value(), pointer + "/request",
          fmt::format("{} {} is about the request in flight or about the reply to it: one of them must be there",
                      article, kind));
  require(step.answers == 0 || (step.kind == StepKind::kHandle && step.reply && step.answers != step.arrow),
          pointer + "/answers", "must not be there: only a handle answers another request than its own");
  require(step.kind != StepKind::kCall || step.reply, pointer + "/reply", "is missing: who calls is answered at once");
  require(!step.is_ghost || (is_handle && !step.reply), pointer + "/ghost",
          "must not be there: only a handle is of a ghost, and nobody gets the reply to one");
  require(step.copy == 0 || step.is_ghost, pointer + "/copy", "must not be there: a copy is a ghost");
  require(is_fault(step.kind) == (step.budget != 0), pointer + "/budget",
          is_fault(step.kind) ? fmt::format("is missing: {} {} is charged to one of /scenario/faults", article, kind)
                              : fmt::format("must not be there: {} {} is no fault", article, kind));
  require(static_cast<std::size_t>(step.budget) <= trace.scenario.faults.size(), pointer + "/budget",
          fmt::format("there is no fault {}: /scenario/faults lists {}", step.budget, trace.scenario.faults.size()));
  const bool quiet = step.sends.empty() && step.endings.empty();
  require(facts.effect != StepEffect::kBrokenOff || step.sends.empty(), pointer + "/sends",
          "must not be there: an operation that is cancelled sends nothing more");
  const bool is_quiet = facts.of_store || facts.ends_process() || facts.effect == StepEffect::kCopied;
  require(!is_quiet || quiet, pointer + (step.sends.empty() ? "/endings" : "/sends"),
          fmt::format("must not be there: {} {} sends nothing and ends nothing in order", article, kind));
}

// A store in the process of an app instance is called by it, and a crash or a cancelled operation ends the call; no
// message of one travels.
void check_place(const Trace& trace, const Step& step, const std::string& pointer) {
  const Store* const store = find_store(trace.stores, step.request->to);
  const int app = store == nullptr ? 0 : store->app;
  require(app == 0 || app == step.app, pointer + "/request/to",
          fmt::format("app{} does not ask what is in the process of app{}", step.app, app));
  const bool calls = step.kind == StepKind::kCall;
  const StepKindFacts& facts = facts_of(step.kind);
  const bool ends = facts.ends_process() || facts.effect == StepEffect::kBrokenOff;
  require(calls || app == 0 || ends, pointer + "/kind",
          "must be call, crash, app-restart or cancel: the store is in the process of the app instance");
  require(!calls || app != 0, pointer + "/kind", "must not be call: the store is in no app instance's process");
}

void check_step(const Trace& trace, const Step& step, std::string_view stores, const std::string& pointer) {
  const bool applies = step.kind == StepKind::kApply;
  if (is_of_store(step.kind))
    require(is_cache(trace, step.store) && is_replica(trace, step.store) == applies, pointer + "/store",
            fmt::format("{} {} happens in a {}, and {} is none", applies ? "an" : "a", to_string(step.kind),
                        applies ? "replica of a cache" : "cache", printable(step.store)));
  else
    check_session(trace, step.app, step.session, pointer);
  if (!step.key.empty() && is_of_store(step.kind)) check_key(trace, step.store, step.key, pointer + "/key");
  if (!step.key.empty() && !is_of_store(step.kind)) check_row(trace, step.key, pointer + "/key");
  check_kind(trace, step, pointer);
  require(step.chosen.empty() || step.choice != 0, pointer + "/chosen",
          "must not be there: without a choice there is no branch to name");
  require(step.again == 0 || step.kind == StepKind::kInvoke, pointer + "/again",
          "must not be there: only an invoke runs an operation again");
  require(step.again <= trace.scenario.retries, pointer + "/again",
          fmt::format("must be at most {}: the scenario allows no more retries", trace.scenario.retries));
  require(step.missed == 0 || step.kind == StepKind::kCacheFailover, pointer + "/missed",
          "must not be there: only a cache-failover loses changes");
  if (step.request) check_travelling(trace, *step.request, pointer + "/request");
  if (step.request) check_place(trace, step, pointer);
  if (step.reply) check_reply(*step.reply, pointer + "/reply");
  for (std::size_t i = 0; i < step.sends.size(); ++i) {
    check_request(trace, step.sends[i], fmt::format("{}/sends/{}", pointer, i));
  }
  for (std::size_t i = 0; i < step.endings.size(); ++i) {
    const Ending& ending = step.endings[i];
    require(ending.kind != Ending::Kind::kFailed || !ending.value, fmt::format("{}/endings/{}/value", pointer, i),
            "must not be there: a failed operation returns nothing");
  }
  check_state(trace, step.after, stores, pointer + "/after");
}

// A loop of messages alone that ends as it began, or an end at which nothing is left to happen.
void check_loop(const Trace& trace) {
  if (!trace.loop) return;
  const std::size_t begin = *trace.loop;
  const std::size_t end = trace.steps.size();
  require(!trace.property.empty(), "/loop", "must not be there: a loop is how a property is broken, and none is named");
  require(begin <= end, "/loop", fmt::format("there is no step {}: /steps lists {}", begin, end));
  for (std::size_t i = begin; i < end; ++i) {
    const StepKind kind = trace.steps[i].kind;
    require(kind != StepKind::kInvoke && !is_fault(kind), fmt::format("/steps/{}/kind", i),
            "must be handle, receive, call, expire or apply: no operation starts and no fault strikes in a loop that "
            "repeats for "
            "ever");
  }
  if (begin == end)
    require(final_state(trace).in_flight.empty() && final_state(trace).unapplied.empty(), "/loop",
            "nothing repeats, but a message is still in flight after the last step, so something happens yet");
  else
    require(final_state(trace) == (begin == 0 ? trace.initial : trace.steps[begin - 1].after), "/loop",
            "the last step does not lead back to where the loop begins");
}

void check_stores(const Trace& trace) {
  for (std::size_t i = 0; i < trace.stores.size(); ++i) {
    const Store& store = trace.stores[i];
    require(find_store(trace.stores, store.name) == &store, fmt::format("/stores/{}/name", i), "stands there twice");
    const bool follows_cache = i > 0 && trace.stores[i - 1].kind == "cache";
    require(i == 0 || store.kind != "cache" || follows_cache, fmt::format("/stores/{}/kind", i), "caches stand first");
    require(store.kind != "cache-replica" || follows_cache, fmt::format("/stores/{}/kind", i),
            "a replica of a cache stands behind the caches");
    require(
        store.app == 0 || (store.kind == "cache" && static_cast<std::size_t>(store.app) <= trace.scenario.apps.size()),
        fmt::format("/stores/{}/scope", i),
        "must be shared: only a cache is in the process of an app instance, of one that /scenario/apps lists");
  }
}

// A copy is counted as the steps make it.
void check_copies(const Trace& trace) {
  Trace counted = trace;
  number_copies(counted);
  require(counted.initial == trace.initial, "/initial/in_flight", "its copies are numbered otherwise than in order");
  for (std::size_t i = 0; i < trace.steps.size(); ++i)
    require(counted.steps[i] == trace.steps[i], fmt::format("/steps/{}", i),
            "its copies are numbered otherwise than in the order in which the steps make and handle them");
}

}  // namespace

void check_consistency(const Trace& trace, int version) {
  const std::string_view stores = version == 1 ? "" : "/stores";
  check_stores(trace);
  check_state(trace, trace.initial, stores, "/initial");
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    check_step(trace, trace.steps[i], stores, fmt::format("/steps/{}", i));
  }
  check_copies(trace);
  check_loop(trace);
  if (trace.property.empty()) return;
  const bool named = !trace.steps.empty() && [&] {
    const std::vector<std::string>& broken = trace.steps.back().violates;
    return std::find(broken.begin(), broken.end(), trace.property) != broken.end();
  }();
  require(named, "/property", "is not among what the last step violates");
}

}  // namespace stalemate::traces
