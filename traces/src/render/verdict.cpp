// Verdicts in sentences. Steps are counted from 1 in what is printed and from 0 here.
#include "render/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "render/words.hpp"
#include "traces/property_words.hpp"
#include "traces/story.hpp"

namespace stalemate::traces::render {
namespace {

// An entry that a failover of the cache brought back.
void append_restored(std::vector<std::string>& lines, const Trace& trace, const DifferingEntry& entry) {
  const std::string back = fmt::format("Step {} brought {}={} back into the {}: the replica that took over ",
                                       *entry.restored + 1, foreign(entry.key), entry.cached, entry.cache);
  lines.push_back(back + (entry.forgotten ? fmt::format("never got the change of step {}.", *entry.forgotten + 1)
                                          : fmt::format("never got {}.", missed_words(trace.steps[*entry.restored]))));
}

// How the cache came to hold a value that is not the database's: a set from before the last change that came after it,
// or an entry from before the change that nothing removed.
void append_cause(std::vector<std::string>& lines, const Trace& trace, const DifferingEntry& entry) {
  if (entry.restored) return append_restored(lines, trace, entry);
  if (!entry.changed) return;
  const bool is_ghost = entry.put && trace.steps[*entry.put].is_ghost;
  if (!entry.put || *entry.put < *entry.changed) {
    lines.push_back(
        fmt::format("{} the {}; step {} changed the database, and nothing deleted or replaced the entry after that.",
                    entry.put ? fmt::format("Step {} put {}={} into", *entry.put + 1, entry.key, entry.cached)
                              : fmt::format("At the start {}={} stood in", entry.key, entry.cached),
                    entry.cache, *entry.changed + 1));
  } else if (entry.sent && *entry.sent < *entry.changed) {
    lines.push_back(fmt::format(
        "Step {} put {}={} into the {}, by {} that was sent at step {}, before step {} changed the database.",
        *entry.put + 1, entry.key, entry.cached, entry.cache,
        is_ghost ? "a request that nobody waits for and" : "a request", *entry.sent + 1, *entry.changed + 1));
  }
}

// `when`: "At rest".
void append_incoherence(std::vector<std::string>& lines, const Trace& trace, std::string_view when) {
  for (const DifferingEntry& entry : find_differing_entries(trace)) {
    const std::string key = foreign(entry.key);
    lines.push_back(fmt::format("{3} the {4} holds {0}={1}, but the database holds {0}={2}.", key, entry.cached,
                                value_words(entry.stored), when, entry.cache));
    append_cause(lines, trace, entry);
    lines.push_back(
        fmt::format("Every read that finds {0} in the {3} gets {1}, until {2}something deletes or replaces the entry.",
                    key, entry.cached, entry.expires ? "it expires or " : "", entry.cache));
  }
}

// A lasso: that it goes on for ever, and what that means for the values.
void append_loop(std::vector<std::string>& lines, const Trace& trace) {
  if (!trace.loop) return;
  const bool stays = *trace.loop == trace.steps.size();
  lines.push_back(
      stays ? "From here on nothing happens any more, unless another operation starts or a fault strikes."
            : fmt::format(
                  "From here on {}: after step {} all is as it was before step {}, and no message waits for ever.",
                  loop_words(trace), trace.steps.size(), *trace.loop + 1));
  if (words_of_property(trace.property).story == PropertyStory::kDifferingEntry) return;  // then it is told already
  append_incoherence(lines, trace,
                     stays ? "At rest" : fmt::format("Each time round, after step {},", trace.steps.size()));
}

std::string stale_read_sentence(const Trace& trace) {
  const std::size_t last = trace.steps.size() - 1;
  const Step& step = trace.steps[last];
  const StaleRead read = find_stale_read(trace);
  const std::string what =
      fmt::format("{}'s {} returned {} (step {})", actor_name(trace, step.app, step.session), operation_words(step),
                  read.value ? value_words(read.value) : "a value", last + 1);
  if (!read.missed) return what + ", which is older than a write that had been acknowledged before that read began.";
  const AcknowledgedWrite& write = *read.missed;
  const Step& by = trace.steps[write.committed];
  return fmt::format("{}, although {}'s {} of {}={} had been acknowledged (step {}) before that read began (step {}).",
                     what, actor_name(trace, by.app, by.session), foreign(by.diagram), step.key, write.value,
                     write.told + 1, *read.began + 1);
}

std::string step_words(std::size_t step) { return fmt::format("step {}", step + 1); }

void append_backward_read(std::vector<std::string>& lines, const Trace& trace) {
  const std::optional<BackwardRead> read = find_backward_read(trace);
  if (!read) return;
  const Step& last = trace.steps.back();
  lines.push_back(fmt::format(
      "{}'s {} returned {} ({}), although the same session had read {} before ({}), which was "
      "committed after it ({}).",
      actor_name(trace, last.app, last.session), operation_words(last), read->value, step_words(trace.steps.size() - 1),
      read->newer, step_words(read->earlier), step_words(read->committed)));
}

void append_never_committed(std::vector<std::string>& lines, const Trace& trace) {
  for (const NeverCommitted& seen : find_never_committed(trace)) {
    std::string line;
    if (seen.read) {
      const Step& by = trace.steps[*seen.read];
      line = fmt::format("{}'s {} returned {}={} ({})", actor_name(trace, by.app, by.session), operation_words(by),
                         foreign(seen.key), seen.value, step_words(*seen.read));
    }
    if (!seen.cache.empty())
      line += fmt::format("{} the {} holds {}={}", line.empty() ? "At rest" : ", and at rest", foreign(seen.cache),
                          foreign(seen.key), seen.value);
    lines.push_back(line + ", which the database never had.");
  }
}

void append_lost_writes(std::vector<std::string>& lines, const Trace& trace) {
  for (const LostWrite& lost : find_lost_writes(trace)) {
    const Step& told = trace.steps[lost.told];
    lines.push_back(fmt::format("{}'s {} of {}={} was acknowledged ({}), and the database never had it.",
                                actor_name(trace, told.app, told.session), foreign(told.diagram), foreign(told.key),
                                lost.value, step_words(lost.told)));
  }
}

void append_wrong_changes(std::vector<std::string>& lines, const Trace& trace, bool twice) {
  for (const WrongChange& wrong : find_wrong_changes(trace)) {
    if (wrong.times > 1 && !twice) continue;
    const Step& step = trace.steps[wrong.at];
    lines.push_back(
        fmt::format("{}'s {} changes {} by {}{}; {} in the {} that the database holds.",
                    actor_name(trace, step.app, step.session), foreign(step.diagram), foreign(step.key), wrong.amount,
                    wrong.told ? fmt::format(" and was acknowledged ({})", step_words(wrong.at)) : "",
                    wrong.times == 0 ? "that is not" : fmt::format("that is {} times", wrong.times), wrong.held));
  }
}

// Who cannot win the refill of what is stale.
void append_unrefillable(std::vector<std::string>& lines, const Trace& trace) {
  for (const Contents& store : final_state(trace).stores)
    for (const Entry& entry : store.entries)
      if (entry.stale && entry.lease)
        lines.push_back(
            fmt::format("At rest {} in the {} is stale, and somebody who is gone has its lease, so nobody can "
                        "win its refill.",
                        foreign(entry.key), foreign(store.store)));
}

}  // namespace

std::vector<std::string> verdict_lines(const Trace& trace) {
  if (trace.property.empty() || trace.steps.empty()) {
    const State& end = final_state(trace);
    for (std::size_t i = trace.steps.size(); i-- > 0;)
      if (!trace.steps[i].violates.empty())
        return {fmt::format("The last step breaks nothing; step {} broke {}.", i + 1,
                            foreign(trace.steps[i].violates.front()))};
    if (is_at_rest(end)) return {"No property is named as broken by these steps."};
    const std::size_t messages = end.in_flight.size();
    return {fmt::format("Not at rest yet: {} in flight, so nothing is claimed about the values.",
                        messages == 1 ? "1 message is" : fmt::format("{} messages are", messages))};
  }
  std::vector<std::string> lines;
  lines.push_back(fmt::format("Step {} breaks {}.", trace.steps.size(), foreign(trace.property)));
  const PropertyStory story = words_of_property(trace.property).story;
  if (story == PropertyStory::kDifferingEntry) append_incoherence(lines, trace, "At rest");
  if (story == PropertyStory::kStaleRead) lines.push_back(stale_read_sentence(trace));
  if (story == PropertyStory::kBackwardRead) append_backward_read(lines, trace);
  if (story == PropertyStory::kNeverCommitted) append_never_committed(lines, trace);
  if (story == PropertyStory::kLostWrite) append_lost_writes(lines, trace);
  if (story == PropertyStory::kLostWrite && lines.size() == 1) append_wrong_changes(lines, trace, false);
  if (story == PropertyStory::kWrongChange) append_wrong_changes(lines, trace, true);
  if (story == PropertyStory::kLeaseLeft) append_unrefillable(lines, trace);
  append_loop(lines, trace);
  return lines;
}

std::string loop_words(const Trace& trace) {
  if (!trace.loop) return "";
  const std::size_t last = trace.steps.size();
  if (*trace.loop == last) return "nothing happens any more";
  if (*trace.loop + 1 == last) return fmt::format("step {} repeats for ever", last);
  return fmt::format("steps {} to {} repeat for ever", *trace.loop + 1, last);
}

}  // namespace stalemate::traces::render
