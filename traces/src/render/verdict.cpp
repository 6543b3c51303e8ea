// Verdicts in sentences. Steps are counted from 1 in what is printed and from 0 here.
#include "render/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "render/fates.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

// A write that was acknowledged: its database set was answered, and the operation ended or answered outside.
struct AcknowledgedWrite {
  std::size_t committed = 0;  // the step that carried out the database set
  std::size_t answered = 0;   // the step in which its reply arrived
  std::size_t told = 0;       // the first step that ended the operation or answered outside
  std::int64_t value = 0;

  std::size_t acknowledged() const { return std::max(answered, told); }
};

bool is_database_set(const Step& step, const std::string& key) {
  return step.kind == StepKind::kHandle && step.request && step.request->to == "database" && step.request->key == key &&
         step.request->value.has_value();
}

// What became of the database set that step `committed` carried out; none if it was not acknowledged.
std::optional<AcknowledgedWrite> acknowledgement(const Trace& trace, std::size_t committed) {
  const Step& set = trace.steps[committed];
  std::optional<std::size_t> answered;
  std::optional<std::size_t> told;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (!same_operation(step, set)) continue;
    const bool arrives = step.kind == StepKind::kReceive && step.arrow == set.arrow && i > committed;
    if (arrives && !answered) answered = i;
    const bool tells = std::any_of(step.endings.begin(), step.endings.end(),
                                   [](const Ending& e) { return e.kind != Ending::Kind::kFailed; });
    if (tells && !told) told = i;
  }
  if (!answered || !told) return std::nullopt;
  return AcknowledgedWrite{.committed = committed, .answered = *answered, .told = *told, .value = *set.request->value};
}

// The last step that committed `value` to `key`; none for the initial value.
std::optional<std::size_t> last_commit_of(const Trace& trace, const std::string& key,
                                          std::optional<std::int64_t> value) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (is_database_set(trace.steps[i], key) && trace.steps[i].request->value == value) found = i;
  }
  return found;
}

// The write of `key` that was acknowledged last before step `end`, of those committed after step `after` (none: all).
std::optional<AcknowledgedWrite> last_acknowledged_write(const Trace& trace, const std::string& key, std::size_t end,
                                                         std::optional<std::size_t> after) {
  std::optional<AcknowledgedWrite> found;
  for (std::size_t i = after ? *after + 1 : 0; i < end; ++i) {
    if (!is_database_set(trace.steps[i], key)) continue;
    const auto write = acknowledgement(trace, i);
    if (!write || write->acknowledged() >= end) continue;
    if (!found || write->acknowledged() > found->acknowledged()) found = write;
  }
  return found;
}

// The last step that changed the database's value of `key`.
std::optional<std::size_t> last_database_change(const Trace& trace, const std::string& key) {
  std::optional<std::size_t> found;
  const State* before = &trace.initial;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const State& after = trace.steps[i].after;
    if (value_of(before->database, key) != value_of(after.database, key)) found = i;
    before = &after;
  }
  return found;
}

// The last step that stored `key` in the cache.
std::optional<std::size_t> last_cache_store(const Trace& trace, const std::string& key) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (step.kind != StepKind::kHandle || !step.request || step.request->to != "cache") continue;
    const bool stores = step.request->verb == "set" || step.request->verb == "add";
    const bool refused = step.reply && step.reply->outcome == "conflict";
    if (stores && !refused && step.request->key == key) found = i;
  }
  return found;
}

// How the cache came to hold a value that is not the database's: a set from before the last change that came after it,
// or an entry from before the change that nothing removed.
void append_cause(std::vector<std::string>& lines, const Trace& trace, const std::string& key, std::int64_t cached) {
  const auto change = last_database_change(trace, key);
  if (!change) return;
  const auto store = last_cache_store(trace, key);
  if (!store || *store < *change) {
    lines.push_back(
        fmt::format("{} the cache; step {} changed the database, and nothing deleted or replaced the entry after that.",
                    store ? fmt::format("Step {} put {}={} into", *store + 1, key, cached)
                          : fmt::format("At the start {}={} stood in", key, cached),
                    *change + 1));
    return;
  }
  const Fates fates = find_fates(trace);
  const RequestFate* fate = fates.handled_by(*store);
  if (fate != nullptr && fate->sent && *fate->sent < *change) {
    lines.push_back(fmt::format(
        "Step {} put {}={} into the cache, by a request that was sent at step {}, before step {} changed the database.",
        *store + 1, key, cached, *fate->sent + 1, *change + 1));
  }
}

void append_incoherence(std::vector<std::string>& lines, const Trace& trace) {
  const State& end = final_state(trace);
  for (const Entry& entry : end.cache) {
    const auto stored = value_of(end.database, entry.key);
    if (!entry.value || entry.value == stored) continue;
    const std::string key = foreign(entry.key);
    lines.push_back(fmt::format("At rest the cache holds {0}={1}, but the database holds {0}={2}.", key, *entry.value,
                                value_words(stored)));
    append_cause(lines, trace, entry.key, *entry.value);
    lines.push_back(
        fmt::format("Every read that finds {0} in the cache gets {1}, until something deletes or replaces the entry.",
                    key, *entry.value));
  }
}

std::string stale_read_sentence(const Trace& trace) {
  const std::size_t last = trace.steps.size() - 1;
  const Step& step = trace.steps[last];
  const auto returned =
      std::find_if(step.endings.begin(), step.endings.end(), [](const Ending& e) { return e.value.has_value(); });
  const bool has_value = returned != step.endings.end();
  const std::string actor = actor_name(trace, step.app, step.session);
  const std::string what = fmt::format("{}'s {} returned {} (step {})", actor, operation_words(step),
                                       has_value ? value_words(returned->value) : "a value", last + 1);
  const auto returned_commit = has_value ? last_commit_of(trace, step.key, returned->value) : std::nullopt;
  for (std::size_t i = 0; i <= last; ++i) {
    if (trace.steps[i].kind != StepKind::kInvoke || !same_operation(trace.steps[i], step)) continue;
    const auto write = last_acknowledged_write(trace, step.key, i, returned_commit);
    if (!write) break;
    const Step& by = trace.steps[write->committed];
    const std::string when = write->answered > write->told
                                 ? fmt::format("step {}: the database's reply; it had answered outside at step {}",
                                               write->answered + 1, write->told + 1)
                                 : fmt::format("step {}", write->told + 1);
    return fmt::format("{}, although {}'s {} of {}={} had been acknowledged ({}) before that read began (step {}).",
                       what, actor_name(trace, by.app, by.session), foreign(by.diagram), step.key, write->value, when,
                       i + 1);
  }
  return what + ", which is older than a write that had been acknowledged before that read began.";
}

}  // namespace

std::vector<std::string> verdict_lines(const Trace& trace) {
  if (trace.property.empty() || trace.steps.empty()) {
    const State& end = final_state(trace);
    if (is_at_rest(end)) return {"No property is named as broken by these steps."};
    const std::size_t messages = end.in_flight.size();
    return {fmt::format("Not at rest yet: {} in flight, so nothing is claimed about the values.",
                        messages == 1 ? "1 message is" : fmt::format("{} messages are", messages))};
  }
  std::vector<std::string> lines;
  lines.push_back(fmt::format("Step {} breaks {}.", trace.steps.size(), foreign(trace.property)));
  if (trace.property == "coherent-at-rest") {
    append_incoherence(lines, trace);
  } else if (trace.property == "fresh-reads") {
    lines.push_back(stale_read_sentence(trace));
  }
  return lines;
}

}  // namespace stalemate::traces::render
