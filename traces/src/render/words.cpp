// The words of the renderers.
#include "render/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace stalemate::traces::render {
std::string foreign(std::string_view text) { return clipped(trim(printable(text)), kForeignTextMax); }

std::string value_words(const std::optional<std::int64_t>& value) { return value ? fmt::format("{}", *value) : "-"; }

// " v2", " generation 3"; "" where there is none.
template <class Numbered>
static std::string number_words(const Numbered& of) {
  return (of.version ? fmt::format(" v{}", *of.version) : "") +
         (of.generation ? fmt::format(" generation {}", *of.generation) : "");
}

std::string word_of(const Entry& entry) {
  if (entry.marker) return std::string(kMarkerWord);
  if (entry.value) return "";
  if (entry.generation) return fmt::format("generation {}", *entry.generation);
  return entry.lease ? "lease" : "";
}

std::string word_of(const State& state, std::string_view store, std::string_view key) {
  for (const Entry& entry : entries_of(state, store))
    if (entry.key == key) return word_of(entry);
  return "";
}

std::string entry_words(const Entry& entry) {
  const std::string word = word_of(entry);
  const std::string expires = entry.expires ? "~" : "";
  if (!word.empty() && !entry.marker) return word + expires;
  const std::string leased = entry.value && entry.lease ? ", lease" : "";
  return (word.empty() ? value_words(entry.value) : word) + (entry.stale ? " stale" : "") + leased + expires +
         number_words(entry);
}

std::string entry_words(const State& state, std::string_view store, std::string_view key) {
  for (const Entry& entry : entries_of(state, store))
    if (entry.key == key) return entry_words(entry);
  return "";
}

std::string request_words(const Request& request) {
  const bool unless = request.verb == "set-unless";
  const bool deletes = request.verb == "delete-and-count-up";
  const std::string_view verb = unless ? "set" : deletes ? "delete" : std::string_view(request.verb);
  std::string words = foreign(verb) + " " + foreign(request.key);
  for (const std::string& key : request.also) words += (&key == &request.also.back() ? " and " : ", ") + foreign(key);
  if (request.other_rows) words += " and other rows";
  const bool leases = request.watch == to_string(Watch::kLease);
  if (leases) words += " or its lease";
  if (!request.watch.empty() && !leases) words = "watch and " + words;
  const VerbFacts* const facts = find_verb(request.verb);
  const bool increases = facts != nullptr && facts->increases();
  if (request.value) words += fmt::format(fmt::runtime(increases ? " by {}" : "={}"), *request.value);
  words += number_words(request);
  if (unless) words += " unless " + foreign(request.other) + " is there";
  if (deletes) words += " and count up " + foreign(request.other);
  if (!unless && !deletes && !request.other.empty()) words += " of " + foreign(request.other);
  if (request.ttl) words += fmt::format(" for {} s", *request.ttl);
  return words;
}

std::string reply_words(const Reply& reply) {
  const bool more = reply.value && reply.outcome != "value";  // "1000, stale"
  return (reply.value ? value_words(reply.value) : foreign(reply.outcome)) +
         (more ? ", " + foreign(reply.outcome) : "") + number_words(reply);
}

std::string ending_words(const Ending& ending) {
  switch (ending.kind) {
    case Ending::Kind::kAcknowledged:
      return ending.value ? "answers outside with " + value_words(ending.value) : "answers outside";
    case Ending::Kind::kReturned:
      return ending.value ? "returns " + value_words(ending.value) : "ends";
    case Ending::Kind::kFailed:
      return "fails";
  }
  return "?";
}

std::string chosen_words(const Step& step) {
  const std::string label = foreign(step.chosen);
  return label.empty() ? "" : fmt::format(" ({})", label);
}

bool is_at_rest(const State& state) { return state.in_flight.empty() && state.unapplied.empty(); }

std::string operation_words(const Step& step) {
  return fmt::format("{} {}{}", foreign(step.diagram), foreign(step.key), again_words(step));
}

std::string store_event_words(const Step& step) {
  return fmt::format(fmt::runtime(facts_of(step.kind).line), fmt::arg("key", foreign(step.key)),
                     fmt::arg("missed", missed_words(step)), fmt::arg("is", step.missed > 1 ? "are" : "is"));
}

std::string scenario_words(const Scenario& scenario) {
  const auto& apps = scenario.apps;
  const auto readers = std::count(apps.begin(), apps.end(), "read");
  const auto writers = std::count(apps.begin(), apps.end(), "write");
  const bool readers_then_writers =
      !apps.empty() && static_cast<std::size_t>(readers + writers) == apps.size() &&
      std::all_of(apps.begin(), apps.begin() + readers, [](const std::string& script) { return script == "read"; });
  std::string words;
  if (readers_then_writers) {
    words += fmt::format(" --readers {} --writers {}", readers, writers);
  } else {
    for (const std::string& script : apps) words += " --app " + printable(shell_word(script));
  }
  if (scenario.keys != 1) words += fmt::format(" --keys {}", scenario.keys);
  if (scenario.cached) words += " --cached";
  for (const std::string& fault : scenario.faults) words += " --fault " + printable(shell_word(fault));
  if (scenario.on_database_timeout != "fail") {
    words += " --on-database-timeout=" + printable(shell_word(scenario.on_database_timeout));
  }
  if (scenario.on_cache_timeout != "continue")
    words += " --on-cache-timeout=" + printable(shell_word(scenario.on_cache_timeout));
  if (scenario.retries != 0) words += fmt::format(" --retries {}", scenario.retries);
  if (scenario.connections != "one") words += " --connections=" + printable(shell_word(scenario.connections));
  if (scenario.all_invoked) words += " --all-invoked";
  if (scenario.no_expiry) words += " --no-expiry";
  if (scenario.no_replica_lag) words += " --no-replica-lag";
  return words.empty() ? words : words.substr(1);
}

std::vector<std::string> keys_of(const State& state) {
  std::vector<std::string> keys;
  for (const Contents& contents : state.stores)
    if (contents.entries.size() > keys.size()) {
      keys.clear();
      for (const Entry& entry : contents.entries) keys.push_back(entry.key);
    }
  return keys;
}

std::vector<std::string> shown_keys(const Trace& trace) {
  std::set<std::string, std::less<>> touched;
  const auto touch_changes = [&](const std::vector<Entry>& before, const std::vector<Entry>& after) {
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (i >= before.size() || before[i] != after[i]) touched.insert(after[i].key);
    }
  };
  const State* before = &trace.initial;
  for (const Step& step : trace.steps) {
    if (!step.key.empty()) touched.insert(step.key);
    if (step.request) touched.insert(step.request->key);
    for (const Request& request : step.sends) touched.insert(request.key);
    for (const Contents& contents : step.after.stores)
      touch_changes(entries_of(*before, contents.store), contents.entries);
    before = &step.after;
  }
  std::vector<std::string> keys = keys_of(trace.initial);
  if (!touched.empty()) std::erase_if(keys, [&](const std::string& key) { return !touched.contains(key); });
  return keys;
}

std::size_t index_of(const Trace& trace, const Step& step) {
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (&trace.steps[i] == &step) return i;
  }
  return trace.steps.size();
}

}  // namespace stalemate::traces::render
