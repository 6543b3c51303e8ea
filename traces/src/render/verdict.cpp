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

// Index of the last step before `end` that ended or acknowledged a write of `key` whose database set was answered ok,
// and the value of that set.
struct AcknowledgedWrite {
  std::size_t step = 0;
  std::int64_t value = 0;
};
std::optional<AcknowledgedWrite> last_acknowledged_write(const Trace& trace, const std::string& key, std::size_t end) {
  std::optional<AcknowledgedWrite> found;
  for (std::size_t i = 0; i < end; ++i) {
    const Step& ending = trace.steps[i];
    const bool acknowledges = std::any_of(ending.endings.begin(), ending.endings.end(),
                                          [](const Ending& e) { return e.kind != Ending::Kind::kFailed; });
    if (!acknowledges) continue;
    for (std::size_t j = 0; j <= i; ++j) {
      const Step& step = trace.steps[j];
      if (step.kind == StepKind::kHandle && same_operation(step, ending) && step.request && step.reply &&
          step.request->to == "database" && step.request->key == key && step.request->value) {
        found = AcknowledgedWrite{.step = i, .value = *step.request->value};
      }
    }
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
  const std::string actor = actor_name(trace, step.app, step.session);
  const std::string what =
      fmt::format("{}'s {} returned {} (step {})", actor, operation_words(step),
                  returned == step.endings.end() ? "a value" : value_words(returned->value), last + 1);
  for (std::size_t i = 0; i <= last; ++i) {
    if (trace.steps[i].kind != StepKind::kInvoke || !same_operation(trace.steps[i], step)) continue;
    const auto write = last_acknowledged_write(trace, step.key, i);
    if (!write) break;
    const Step& by = trace.steps[write->step];
    return fmt::format(
        "{}, although {}'s {} of {}={} had been acknowledged (step {}) before that read began (step {}).", what,
        actor_name(trace, by.app, by.session), foreign(by.diagram), step.key, write->value, write->step + 1, i + 1);
  }
  return what + ", which is older than a write that had been acknowledged before that read began.";
}

}  // namespace

std::vector<std::string> verdict_lines(const Trace& trace) {
  if (trace.property.empty() || trace.steps.empty()) return {"No property is named as broken by these steps."};
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
