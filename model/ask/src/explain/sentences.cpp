// An explanation in plain sentences, by the names of actors and the numbers of steps. Everything said was computed
// elsewhere; here it is only worded. Foreign text passes traces::shown_text.
// A long file, because all that is said of a trace stands side by side, where it must agree.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "explain/parts.hpp"
#include "explain/phrases.hpp"
#include "machine/fault.hpp"
#include "traces/property_words.hpp"
#include "traces/story.hpp"

namespace stalemate::model::explaining {
namespace {

using traces::shown_text;

// An entry of a cache; a local one is in the process of an app instance (0: all share it).
struct CachedEntry {
  ServerId server = 0;
  std::size_t entry = 0;
  int app = 0;
};

// Which one a key of a cache of the trace stands for.
CachedEntry entry_of(const Machine& machine, const std::string& cache, const std::string& key) {
  CachedEntry found;
  for (const auto& server : machine.servers())
    if (machine.name_of(*server) == cache) found = {server->place().drawn, 0, server->place().app};
  const std::string_view row = traces::row_of(key);
  const std::vector<CacheEntry>& entries = machine.program().entries;
  for (std::size_t entry = 1; entry < entries.size(); ++entry)
    if (row.size() < key.size() && entries[entry].name == key.substr(row.size() + 1)) found.entry = entry;
  return found;
}

// Whether it is asked of that entry, be it among others.
bool is_about(const Instruction& instruction, const CachedEntry& entry) {
  return instruction.server == entry.server &&
         (instruction.entry == entry.entry || (instruction.also >> entry.entry & 1) != 0);
}

// What is marked as stale is replaced by whoever gets it next.
bool replaces(const Instruction& instruction, const CachedEntry& entry) {
  constexpr std::array kReplacing = {Verb::kSet, Verb::kMark, Verb::kDelete, Verb::kDeleteAndCountUp, Verb::kMarkStale};
  const bool puts_or_drops = std::find(kReplacing.begin(), kReplacing.end(), instruction.verb) != kReplacing.end();
  return is_about(instruction, entry) && puts_or_drops && !instruction.drawn_lost;
}

// Whether a Read of a key that is cached may still replace or delete the entry, if it starts in the state `end`. A
// request of it that times out by a fault which is still to come may miss what is there.
bool reads_replace(const Machine& machine, const CachedEntry& entry, StateView end, bool faults) {
  const Program& program = machine.program();
  std::vector<const std::vector<Transition>*> pending;
  for (const ProgramOperation& operation : program.operations)
    if (operation.kind == OperationKind::kRead) pending.push_back(&operation.start);
  std::set<InstructionId> seen;
  while (!pending.empty()) {
    const std::vector<Transition>& transitions = *pending.back();
    pending.pop_back();
    for (const Transition& transition : transitions) {
      for (const Effect& effect : transition.effects)
        if (effect.kind == EffectKind::kSendAsync && replaces(program.instructions[effect.instruction], entry))
          return true;
      if (transition.next == kNoInstruction || !seen.insert(transition.next).second) continue;
      const Instruction& instruction = program.instructions[transition.next];
      if (replaces(instruction, entry)) return true;
      const Role to = kind_of_server(program, instruction);
      for (const Outcome outcome : possible_outcomes(to, instruction.verb, instruction.finds)) {
        const bool absent = is_about(instruction, entry) &&
                            (outcome == Outcome::kMiss || outcome == Outcome::kGranted || outcome == Outcome::kDenied ||
                             outcome == Outcome::kTimeout ||
                             (answers_of(instruction.verb) == Answers::kIfAbsent && outcome == Outcome::kOk));
        if (!absent) pending.push_back(&instruction.after[static_cast<std::size_t>(outcome)]);
      }
      if (faults && instruction.awaited && machine.may_fail(end, transition.next))
        pending.push_back(&instruction.after[static_cast<std::size_t>(Outcome::kTimeout)]);
    }
  }
  return false;
}

class Teller {
 public:
  Teller(const Subject& subject, const Explanation& explanation, const std::optional<Race>& race,
         const std::optional<Course>& course)
      : subject_(subject), trace_(subject.trace), explanation_(explanation), race_(race), course_(course) {}

  std::vector<Sentence> tell() {
    switch (words_.story) {
      case traces::PropertyStory::kDifferingEntry:
        tell_differing();
        break;
      case traces::PropertyStory::kStaleRead:
        tell_stale_read();
        break;
      case traces::PropertyStory::kBackwardRead:
      case traces::PropertyStory::kNeverCommitted:
      case traces::PropertyStory::kLostWrite:
      case traces::PropertyStory::kWrongChange:
      case traces::PropertyStory::kLeaseLeft:
      case traces::PropertyStory::kNone:
        say("read", "Step {} breaks {}: {}.", steps(), trace_.property, subject_.machine.properties().front()->claim);
        break;
    }
    tell_race();
    tell_no_return();
    tell_before_it();
    tell_duration();
    tell_likelihood();
    tell_faults();
    for (const std::string& limit : explanation_.limits) say("limit", "Not computed: {}.", limit);
    return std::move(sentences_);
  }

 private:
  template <typename... Arguments>
  void say(std::string about, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    sentences_.push_back({std::move(about), fmt::format(format, std::forward<Arguments>(arguments)...)});
  }

  const traces::Step& step(std::size_t index) const { return trace_.steps[index]; }
  std::size_t steps() const { return trace_.steps.size(); }

  // --- who read what, and what it missed ---

  void tell_differing() {
    for (const traces::DifferingEntry& entry : traces::find_differing_entries(trace_)) {
      if (entry.put) {
        tell_emptied(*entry.put, entry.cache, entry.key);
        tell_put(*entry.put, entry.cached);
      } else {
        say("read", "{}={} stood in the {} from the start{}.", entry.key, entry.cached, entry.cache,
            entry.restored ? "" : ", and nothing took it away");
      }
      if (entry.restored) tell_restored(entry);
      if (entry.changed) {
        say("missed-write", "It missed {}: the database took it at step {}, and at rest there is {}.",
            operation_words(trace_, step(*entry.changed)), *entry.changed + 1,
            stores_words(final_state(trace_), entry.key));
        tell_faults_of(*entry.changed);
      } else {
        say("missed-write", "The database never took that value: at rest there is {}.",
            stores_words(final_state(trace_), entry.key));
        if (entry.put) tell_faults_of(*entry.put);
      }
    }
  }

  // That the cache itself dropped the entry which stood there before step `put` stored another.
  void tell_emptied(std::size_t put, const std::string& cache, const std::string& key) {
    std::optional<std::size_t> dropped;
    for (std::size_t i = 0; i < put; ++i)
      if (is_of_store(step(i).kind) && !traces::value_of(step(i).after, cache, key) && changes_entry(i, cache, key))
        dropped = i;
    if (dropped)
      say("read", "Since step {} the {} had no {}: {}.", *dropped + 1, cache, key, event_words(trace_, step(*dropped)));
  }

  bool changes_entry(std::size_t index, const std::string& cache, const std::string& key) const {
    const traces::State& before = index == 0 ? trace_.initial : step(index - 1).after;
    return traces::value_of(before, cache, key) != traces::value_of(step(index).after, cache, key);
  }

  void tell_restored(const traces::DifferingEntry& entry) {
    say("read", "Step {} brought it back: {}{}.", *entry.restored + 1, event_words(trace_, step(*entry.restored)),
        entry.forgotten ? fmt::format(", that of step {}{} ({})", *entry.forgotten + 1,
                                      step(*entry.restored).missed > 1 ? " among them" : "",
                                      event_words(trace_, step(*entry.forgotten)))
                        : "");
  }

  // Where the value came from that step `put` stored in the cache.
  void tell_put(std::size_t put, std::int64_t value) {
    const traces::Step& stored = step(put);
    std::size_t sent = put;
    for (std::size_t i = 0; i < put; ++i)
      if (traces::same_operation(step(i), stored) &&
          std::any_of(step(i).sends.begin(), step(i).sends.end(),
                      [&](const traces::Request& request) { return request.arrow == stored.arrow; }))
        sent = i;
    std::optional<std::size_t> answered;
    for (std::size_t i = 0; i < sent; ++i)
      if (traces::same_operation(step(i), stored) && traces::carries_out(step(i).kind) && step(i).reply &&
          step(i).reply->value == value)
        answered = i;
    if (answered)
      say("read", "{} got {}={} from {} at step {}, and its {} reached the {} at step {}.",
          operation_words(trace_, stored), stored.key, value, server_of(trace_, step(*answered)), *answered + 1,
          stored.request->verb, stored.request->to, put + 1);
    else
      say("read", "{} put {}={} into the {} at step {}.", operation_words(trace_, stored), stored.key, value,
          stored.request->to, put + 1);
  }

  // What befell the messages of the operation that step `of` belongs to.
  void tell_faults_of(std::size_t of) {
    for (std::size_t i = 0; i < steps(); ++i)
      if (is_fault(step(i).kind) && (traces::same_operation(step(i), step(of)) || kills(i, of)))
        say("missed-write", "In that {} a fault struck at step {}: {}{}.", shown_text(step(of).diagram), i + 1,
            event_words(trace_, step(i)), fails(step(i)) ? ", and the operation fails there" : "");
  }

  // Whether step `crash` ends the operation of step `of` before it has ended by itself.
  bool kills(std::size_t crash, std::size_t of) const {
    if (!traces::facts_of(step(crash).kind).ends_process() || step(crash).app != step(of).app) return false;
    bool begun = false;
    bool ended = false;
    for (std::size_t i = 0; i < crash; ++i) {
      if (!traces::same_operation(step(i), step(of))) continue;
      begun = true;
      for (const traces::Ending& ending : step(i).endings) ended |= ending.kind != traces::Ending::Kind::kAcknowledged;
    }
    return begun && !ended;
  }

  void tell_stale_read() {
    const traces::StaleRead read = traces::find_stale_read(trace_);
    const traces::Step& last = step(steps() - 1);
    std::string found;
    if (read.found) {
      found = fmt::format("; it got that from {} at step {}", server_of(trace_, step(*read.found)), *read.found + 1);
      if (const auto put = cache_filled_before(*read.found, last.key)) {
        if (step(*put).kind == traces::StepKind::kApply)
          found += fmt::format(", which has had it since step {}", *put + 1);
        else if (is_of_store(step(*put).kind))
          found +=
              fmt::format(", where it was again since step {}, in which {}", *put + 1, event_words(trace_, step(*put)));
        else
          found += fmt::format(", where {} had put it at step {}", operation_words(trace_, step(*put)), *put + 1);
      }
      for (const traces::Unapplied& lag : step(*read.found).after.unapplied)
        if (lag.store == step(*read.found).request->to)
          found +=
              fmt::format(", which had {} change{} of the cache yet to apply", lag.count, lag.count == 1 ? "" : "s");
    }
    say("read", "{} began {} and returned {} at step {}{}.", operation_words(trace_, last),
        read.began ? fmt::format("at step {}", *read.began + 1) : std::string("at the start"),
        read.value ? fmt::format("{}", *read.value) : std::string("an old value"), steps(), found);
    if (read.missed)
      say("missed-write",
          "It missed {}: the database took it at step {}, and it was acknowledged at step {}, before "
          "that read began.",
          operation_words(trace_, step(read.missed->committed)), read.missed->committed + 1, read.missed->told + 1);
    else
      say("missed-write", "A newer value had been written and acknowledged before that read began.");
  }

  // The step that stored what the cache answered at step `asked`; none where the database answered, or nobody stored.
  std::optional<std::size_t> cache_filled_before(std::size_t asked, const std::string& key) const {
    const traces::Request* request = traces::request_of(trace_, step(asked));
    if (request == nullptr || !is_cache(trace_, request->to)) return std::nullopt;
    for (std::size_t i = asked; i-- > 0;) {
      if (changes_entry(i, request->to, key)) return i;
    }
    return std::nullopt;
  }

  // --- the order that decides ---

  void tell_race() {
    if (!race_) {
      const bool struck =
          std::any_of(trace_.steps.begin(), trace_.steps.end(), [](const auto& s) { return is_fault(s.kind); });
      if (struck)
        say("racing-pair",
            "No two requests race: with these faults, a server that handled any two of them the other way round would "
            "not have prevented it.");
      else
        say("racing-pair",
            "No two requests race: a server that handled any two of them the other way round would not have prevented "
            "it.");
      return;
    }
    const traces::Step& first = step(race_->first);
    const traces::Trace& run = race_->reversed.run;
    const std::string ends =
        fmt::format("the run {} with {}", differs_ ? "ends well," : "does not break the property; it ends",
                    stores_words(final_state(run), first.key));
    if (race_->second < steps())
      say("racing-pair",
          "Steps {} and {} race, and their order decides: {} (step {}) before {} (step {}). The other way round, with "
          "everything "
          "else as it was, {}.",
          race_->first + 1, race_->second + 1, event_words(trace_, first), race_->first + 1,
          message_words(trace_, step(race_->second)), race_->second + 1, ends);
    else
      say("racing-pair",
          "Step {} races with a message that is still in flight at the end: {} before {}. The other way "
          "round, with everything else as it was, {}.",
          race_->first + 1, event_words(trace_, first),
          fmt::format("{}'s {}", actor(trace_, race_->second_told), request_words(*race_->second_told.request)), ends);
  }

  // --- the point of no return ---

  std::string in_the_end() const {
    if (differs_) return "the cache and the database differ in the end";
    if (words_.story == traces::PropertyStory::kStaleRead)
      return "some Read returns a value older than a Write that was acknowledged before it began";
    return trace_.property + " is broken";
  }

  // Whether a budget is left at the point of no return.
  bool may_strike_again() const {
    unsigned left = 0;
    for (const FaultBudget& budget : subject_.machine.scenario().budgets) {
      if (budget.unlimited) return true;
      left += budget.budget;
    }
    const std::size_t steps = course_->no_return ? *course_->no_return + 1 : 0;
    for (std::size_t i = 0; i < steps; ++i) left -= is_fault(step(i).kind) ? 1U : 0U;
    return left > 0;
  }

  void tell_no_return() {
    if (!course_) return;
    const std::string_view faults = may_strike_again() ? ", with or without another fault" : "";
    if (course_->doomed_from_start)
      say("no-return",
          "There is no point of no return: from the start, whatever happens, {}, as long as no other Write begins.",
          in_the_end());
    else if (course_->no_return)
      say("no-return",
          "Step {} is the point of no return: {}. Whatever happens after it{}, as long as no other Write "
          "begins, {}.",
          *course_->no_return + 1, event_words(trace_, step(*course_->no_return)), faults, in_the_end());
    else
      say("no-return",
          "There is no point of no return: even after the last step the scenario can still go on and end "
          "well without another Write.");
    if (course_->always_passed)
      say("no-return", "Every run of this scenario that goes wrong passes through the state after step {}.",
          *course_->always_passed);
  }

  // What step `index` is about: its key; of one about the whole cache, the key that ends badly.
  std::string key_of(std::size_t index) const {
    std::string row(traces::row_of(step(index).key));
    if (row == step(index).key && !row.empty()) return row;
    const auto differing = traces::find_differing_entries(trace_);
    const bool about_it =
        differs_ && !differing.empty() && (row.empty() || traces::row_of(differing.front().key) == row);
    return about_it ? differing.front().key : row.empty() ? step(steps() - 1).key : row;
  }

  void tell_before_it() {
    if (!explanation_.escape) return;
    const Otherwise& escape = *explanation_.escape;
    const traces::Trace& run = escape.run;
    const std::string ends = stores_words(final_state(run), key_of(explanation_.highlights.point_of_no_return.value()));
    if (run.steps.size() == escape.from) {
      say("before-it", "Just before step {} all was well: at rest, with {}.", escape.from + 1, ends);
      return;
    }
    const traces::Step& decisive = run.steps[escape.from + course_->decisive];
    say("before-it", "Just before step {} it could still have {}: if {} {}, {} to a rest with {}.", escape.from + 1,
        differs_ ? "gone well" : "been avoided", event_words(run, decisive), course_->prevents ? "instead" : "first",
        run.steps.size() == escape.from + 1 ? std::string("that leads")
                                            : fmt::format("{} lead", counted(run.steps.size() - escape.from, "step")),
        ends);
  }

  // --- how long ---

  // The arrows of Writes that replace or delete this entry: "Write's arrow 2 ("Delete value")".
  std::vector<std::string> healing_arrows(const CachedEntry& entry) const {
    std::vector<std::string> arrows;
    std::set<std::pair<std::uint16_t, int>> seen;
    const Program& program = subject_.machine.program();
    for (const Instruction& instruction : program.instructions) {
      const bool of_write = program.operations[instruction.operation].kind == OperationKind::kWrite;
      if (!of_write || !replaces(instruction, entry)) continue;
      if (!seen.emplace(instruction.operation, instruction.arrow).second) continue;
      arrows.push_back(fmt::format("arrow {} of {} (\"{}\")", instruction.arrow,
                                   shown_text(program.operations[instruction.operation].name),
                                   shown_text(instruction.label)));
    }
    return arrows;
  }

  void tell_duration() {
    if (differs_) {
      for (const traces::DifferingEntry& entry : traces::find_differing_entries(trace_)) tell_how_long(entry);
      return;
    }
    if (words_.story != traces::PropertyStory::kStaleRead) return;
    const traces::StaleRead read = traces::find_stale_read(trace_);
    const traces::Step& last = step(steps() - 1);
    if (read.missed)
      say("duration", "When {} returned (step {}), the write it missed had been acknowledged for {}.",
          operation_words(trace_, last), steps(), counted(steps() - 1 - read.missed->told, "step"));
    for (const traces::DifferingEntry& entry : traces::find_differing_entries(trace_))
      if (entry.key == last.key) return tell_how_long_in_flight(entry);
  }

  // Of an entry that differs while messages are in flight: one of them may replace it.
  void tell_how_long_in_flight(const traces::DifferingEntry& entry) {
    for (const traces::InFlight& message : final_state(trace_).in_flight) {
      const traces::Request& request = message.request;
      if (message.is_reply || request.key != entry.key || request.to != entry.cache) continue;
      const bool replaces = request.verb == to_string(Verb::kSet) && request.value != entry.cached;
      if (request.verb != to_string(Verb::kDelete) && !replaces) continue;
      say("duration", "Others read {}={} from the {} until {}'s {} gets there, which is still in flight.", entry.key,
          entry.cached, entry.cache, actor_name(trace_, message.app, message.session), request_words(request));
      return;
    }
    tell_how_long(entry);
  }

  // Whether what is still to come in this scenario can mend it at all.
  bool heals() const { return course_ && course_->writes_heal; }

  // By a fault that is still to come.
  bool may_be_dropped() const {
    const auto may_come = [&](FaultEffect effect) { return subject_.machine.may_come(end(), effect); };
    return heals() &&
           (may_come(FaultEffect::kDropEntry) || may_come(FaultEffect::kDropAll) || may_come(FaultEffect::kRollBack));
  }

  StateView end() const { return subject_.path.states.back().data(); }

  void tell_how_long(const traces::DifferingEntry& entry) {
    std::string text =
        fmt::format("From then on every read that finds {} in the {} gets {}", entry.key, entry.cache, entry.cached);
    const CachedEntry cached = entry_of(subject_.machine, entry.cache, entry.key);
    const std::vector<std::string> arrows = healing_arrows(cached);
    const std::string in = cached.app == 0 ? "" : fmt::format(" in app{}", cached.app);
    if (entry.expires)
      text += ", until its time to live is over or something replaces or deletes it.";
    else if (reads_replace(subject_.machine, cached, end(), heals()))
      text += fmt::format(", until a Read{} replaces or deletes it{}; it never expires.",
                          arrows.empty() ? "" : " or a Write",
                          may_be_dropped() ? ", or a fault of the cache takes it away" : "");
    else if (arrows.empty() && may_be_dropped())
      text +=
          ", until a fault of the cache takes it away, for no Write of this protocol replaces or deletes a cached "
          "entry, and "
          "this one never expires.";
    else if (arrows.empty())
      text +=
          ": for ever, for no Write of this protocol replaces or deletes a cached entry, and this one never expires.";
    else if (may_be_dropped())
      text += fmt::format(
          ", until {0} is written{2} again or a fault of the cache takes it away, for the entry never expires. The "
          "next "
          "Write of {0}{2} can mend it, by {1}.",
          entry.key, fmt::join(arrows, " or "), in);
    else
      text += fmt::format(
          ": for ever if no one writes {0}{2} again, for the entry never expires. The next Write of {0}{2} can mend "
          "it, "
          "by {1}.",
          entry.key, fmt::join(arrows, " or "), in);
    say("duration", "{}", text);
    if (course_ && course_->writes_heal) say("duration", "In this scenario something that is still to come can.");
  }

  // --- how likely, and by which faults ---

  void tell_likelihood() {
    if (!explanation_.schedules) return;
    const Schedules& schedules = *explanation_.schedules;
    const std::string_view orders = schedules.total == "1" ? "order" : "orders";
    const bool mended = schedules.passing_through != schedules.violating;
    const std::string_view go =
        mended ? (schedules.violating == "1" ? "ends" : "end") : (schedules.violating == "1" ? "goes" : "go");
    say("likelihood",
        "{} of {} possible {} of this scenario {} wrong{}{}. That is a count, not a probability: every order "
        "counts once{}{}.",
        schedules.violating, schedules.total, orders, go,
        explanation_.schedules_all_invoked ? " when all sessions start together" : "",
        !mended ? ""
                : fmt::format(", and {} {} wrong for a while or for good", schedules.passing_through,
                              schedules.passing_through == "1" ? "is" : "are"),
        trace_.scenario.faults.empty() ? "" : ", and each fault that may strike makes orders of its own",
        explanation_.schedules_all_invoked ? "" : ", and when an operation starts is part of it");
  }

  void tell_faults() {
    if (!explanation_.smallest_faults) return;
    const std::vector<std::string>& needed = *explanation_.smallest_faults;
    std::size_t struck = 0;
    for (const traces::Step& each : trace_.steps) struck += is_fault(each.kind) ? 1U : 0U;
    if (needed.empty() && struck == 0)
      say("faults", "No fault is needed: the order of messages alone does it.");
    else if (needed.empty())
      say("faults", "No fault is needed: without any, another order of messages breaks {}, too.", trace_.property);
    else if (needed.size() == 1)
      say("faults", "One fault suffices: {}. Without a fault no order of this scenario breaks {}.", needed.front(),
          trace_.property);
    else
      say("faults", "It takes {} faults: {}. With fewer of them, and no other fault, no order of messages breaks {}.",
          needed.size(), fmt::join(needed, " and "), trace_.property);
  }

  const Subject& subject_;
  const traces::Trace& trace_;
  const Explanation& explanation_;
  const std::optional<Race>& race_;
  const std::optional<Course>& course_;
  traces::PropertyWords words_ = traces::words_of_property(trace_.property);
  bool differs_ = words_.story == traces::PropertyStory::kDifferingEntry;
  std::vector<Sentence> sentences_;
};

}  // namespace

std::vector<Sentence> tell(const Subject& subject, const Explanation& explanation, const std::optional<Race>& race,
                           const std::optional<Course>& course) {
  return Teller(subject, explanation, race, course).tell();
}

}  // namespace stalemate::model::explaining
