// The compiler from protocol to program: a depth-first walk over each operation's acts that stops at every awaited
// request (an instruction) and continues once for each way that request can turn out. A long file: the walk is one
// class, and each of its parts knows what the others know of the path.
#include "machine/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "program_cursor.hpp"
#include "program_facts.hpp"
#include "program_known.hpp"
#include "program_servers.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kWaysMax = 1024;
constexpr std::size_t kInstructionsMax = 4096;

bool asks_to_set(const Act& act) {
  const auto* request = std::get_if<Request>(&act.node);
  return request != nullptr && leads_to_row(*request);
}

// What is compiled. kNormal: what happens without faults, to see that nothing is asked for that cannot be done; only a
// fault may bring an operation where it has no value to store.
enum class Extent { kNormal, kAll };

class Compiler {
 public:
  Compiler(const Protocol& protocol, const CompileOptions& options, Extent extent)
      : protocol_(protocol), options_(options), extent_(extent), servers_(servers_of(protocol)) {}

  Program compile() {
    program_.locations.push_back({});
    program_.entries = protocol_.entries;
    program_.versions = keeps(traces::Number::kVersion, protocol_);
    program_.generations = keeps(traces::Number::kGeneration, protocol_);
    program_.servers = servers_.drawn;
    program_.has_cache = servers_.has_cache;
    program_.has_database = servers_.has_database;
    for (const Operation& operation : protocol_.operations) {
      program_.operations.push_back({operation.name, operation.kind, {}, operation.arrows});
      watch(operation, program_.operations.back());
      operation_ = program_.operations.size() - 1;
      requests_.clear();
      look_at_changes(operation);
      add_marks(operation.body);
      Known known;
      known.source = operation.kind == OperationKind::kRead || changes_ ? Source::kNothing : Source::kOwn;
      program_.operations[operation_].start = ways_from(into(operation.body, nullptr), known);
      while (!pending_.empty()) {
        const Pending next = pending_.back();
        pending_.pop_back();
        fill_row(next);
      }
    }
    program_.may_tell_early = may_tell_early(program_);
    program_.rows_start_absent = protocol_.rows_start_absent;
    refuse_removals_told_early();
    find_what_fills_give(protocol_, servers_, program_);
    return std::move(program_);
  }

 private:
  // What its gets watch.
  void watch(const Operation& operation, ProgramOperation& compiled) const {
    visit_requests(operation.body, [&](const Request& request) {
      if (request.watch == Watch::kNothing) return;
      compiled.watched = request.entry;
      compiled.watched_in = servers_.of(request);
    });
  }

  // What a Write writes that was acknowledged before it has written is told by its number, and a removal's is not.
  void refuse_removals_told_early() {
    for (const Instruction& instruction : program_.instructions) {
      if (instruction.verb != Verb::kRemove) continue;
      program_.removes_rows = true;
      if (program_.may_tell_early)
        fail(instruction.at,
             "a row that is removed, where a Write may be acknowledged before it has written, is not "
             "modelled yet; draw the reply behind the answer of the database");
    }
  }

  // Whether it changes what is there, and what of that the program has to know.
  void look_at_changes(const Operation& operation) {
    changes_ = fills_ = false;
    visit_requests(operation.body, [&](const Request& request) {
      changes_ = changes_ || makes_change(request);
      fills_ = fills_ || (request.to == Role::kCache && stores(request.verb) && !makes_change(request));
      fills_ = fills_ || request.adds;
      program_.counts_from_nothing =
          program_.counts_from_nothing || (request.to == Role::kCache && request.verb == Verb::kIncrease);
    });
    program_.changes_values = program_.changes_values || changes_;
  }

  struct Pending {
    InstructionId instruction;
    const Request* request;
    Cursor after;
    Known known;
  };

  // What can be seen of a request in flight: the request, and whether it carries a value that was received. Who awaits
  // it knows more.
  using Situation = std::tuple<const Request*, bool>;
  using RowKey = std::tuple<Situation, Told, Source, bool, bool, decltype(Known::outcomes)>;

  enum class Side { kTaken, kPassed };  // of a guard or a choice

  OperationKind kind() const { return program_.operations[operation_].kind; }

  [[noreturn]] void fail(const Position& at, const std::string& what) const {
    throw InputError(fmt::format("{}:{}:{}: {}", protocol_.file, at.line, at.column, what));
  }

  // Every arrow, guard and branch has its marks, in the diagram's order, whether or not a transition passes it.
  void add_marks(const std::vector<Act>& body) {
    for (const Act& act : body) {
      if (const auto* request = std::get_if<Request>(&act.node)) {
        requests_[request->arrow] = request;
        add_mark(request, Side::kTaken, fmt::format("arrow {} \"{}\"", request->arrow, request->label));
        for (const Request& next : request->passes_on)
          add_mark(&next, Side::kTaken, fmt::format("arrow {} \"{}\"", next.arrow, next.label));
      } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
        add_mark(guard, Side::kTaken, fmt::format("line {}: the reply as drawn", guard->at.line));
        if (may_stop(*guard))
          add_mark(guard, Side::kPassed,
                   fmt::format("line {}: another reply, so the operation ends there", guard->at.line));
      } else if (const auto* choice = std::get_if<Choice>(&act.node)) {
        for (const Branch& branch : choice->branches) {
          add_mark(&branch, Side::kTaken,
                   fmt::format("line {}: {}{}{}", branch.at.line, to_string(choice->kind),
                               branch.label.empty() ? "" : " ", branch.label));
          add_marks(branch.body);
        }
        if (choice->may_take_none)
          add_mark(choice, Side::kPassed,
                   fmt::format("line {}: {} not taken", choice->at.line, to_string(choice->kind)));
      }
    }
  }

  // Whether a server may answer what the guard does not let through.
  bool may_stop(const Guard& guard) const {
    const Request& request = *requests_.at(guard.about);
    const std::vector<Outcome> possible = possible_outcomes(request.to, request.verb, request.finds);
    return std::any_of(possible.begin(), possible.end(), [&](Outcome outcome) { return !passes(guard, outcome); });
  }

  void add_mark(const void* what, Side side, const std::string& meaning) {
    marks_.emplace(std::pair(what, side), static_cast<std::uint32_t>(program_.marks.size()));
    program_.marks.push_back(fmt::format("{} {}", program_.operations[operation_].name, meaning));
  }
  std::uint32_t mark(const void* what, Side side = Side::kTaken) const { return marks_.at({what, side}); }

  std::vector<Transition> ways_from(const Cursor& cursor, const Known& known) {
    std::vector<Transition> transitions;
    advance(cursor, known, {}, transitions);
    return transitions;
  }

  // Follows the acts from `cursor` to the next awaited request or the end, and appends every transition there is.
  void advance(Cursor cursor, Known known, Transition transition, std::vector<Transition>& out) {
    while ((cursor = settled(cursor))) {
      const Act& act = act_at(cursor);
      cursor = next(cursor);
      if (const auto* request = std::get_if<Request>(&act.node)) {
        if (skips(*request, known)) {
          known.turned_out(request->arrow, Outcome::kOk);
          continue;
        }
        transition.marks.push_back(mark(request));
        const InstructionId instruction = instruction_for(*request, cursor, known);
        if (request->drawn_lost) {
          transition.effects.push_back({EffectKind::kSendLost, instruction});
          if (!survives(*request, Outcome::kTimeout, cursor, known)) return fail_operation(std::move(transition), out);
        } else if (request->awaited) {
          transition.next = instruction;
          return emit(std::move(transition), out, request->at);
        } else {
          transition.effects.push_back({EffectKind::kSendAsync, instruction});
        }
      } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
        const Outcome outcome = known.outcome_of(guard->about);
        if (is_failure(outcome)) continue;
        const bool met = passes(*guard, outcome);
        transition.marks.push_back(mark(guard, met ? Side::kTaken : Side::kPassed));
        if (!met) return finish(known, std::move(transition), out);
      } else if (const auto* answer = std::get_if<Acknowledge>(&act.node)) {
        tell(*answer, cursor, known, transition);
      } else {
        const auto& choice = std::get<Choice>(act.node);
        if (choice.free) return advance_freely(choice, cursor, known, transition, out);
        if (const Branch* branch = branch_for(choice, known.outcome_of(choice.about))) {
          if (known.failed != nullptr && known.failed->arrow == choice.about) known.failed = nullptr;
          transition.marks.push_back(mark(branch));
          cursor = into(branch->body, cursor, branch->ends_operation);
        }
      }
    }
    finish(known, std::move(transition), out);
  }

  void advance_freely(const Choice& choice, const Cursor& rest, const Known& known, const Transition& transition,
                      std::vector<Transition>& out) {
    const auto go_on = [&](const Cursor& cursor, std::uint32_t passes, const std::string& chosen) {
      Known taken = known;
      Transition on = transition;
      on.marks.push_back(passes);
      on.choice += (on.choice.empty() ? "" : ", ") + chosen;
      if (known.failed != nullptr) {
        const Request& failed = *known.failed;
        taken.failed = nullptr;
        if (!survives(failed, known.outcome_of(failed.arrow), cursor, taken)) return fail_operation(std::move(on), out);
      }
      advance(cursor, std::move(taken), std::move(on), out);
    };
    for (const Branch& branch : choice.branches)
      go_on(into(branch.body, rest, branch.ends_operation), mark(&branch),
            branch.label.empty() ? std::string(to_string(choice.kind)) : branch.label);
    if (choice.may_take_none)
      go_on(rest, mark(&choice, Side::kPassed), fmt::format("not: {}", choice.branches.front().label));
  }

  // R3.
  static void tell(const Acknowledge& answer, const Cursor& after, Known& known, Transition& transition) {
    if (known.told == Told::kDone) return;
    known.told = answer.fails ? Told::kFailure : Told::kDone;
    if (!answer.fails)
      transition.effects.push_back({EffectKind::kAcknowledge, kNoInstruction, any_behind(after, asks_to_set)});
  }

  void finish(const Known& known, Transition transition, std::vector<Transition>& out) {
    if (known.told == Told::kFailure) return fail_operation(std::move(transition), out);
    if (known.told == Told::kNothing) transition.effects.push_back({EffectKind::kAcknowledge, kNoInstruction});
    emit(std::move(transition), out, {});
  }

  void fail_operation(Transition transition, std::vector<Transition>& out) {
    transition.failed = true;
    emit(std::move(transition), out, {});
  }

  void emit(Transition transition, std::vector<Transition>& out, const Position& at) {
    out.push_back(std::move(transition));
    if (out.size() > kWaysMax)
      fail(at, fmt::format("more than {} combinations of free choices between two requests; label the branches "
                           "with the reply they depend on, or split the diagram",
                           kWaysMax));
  }

  // R2: sets what `request` turned out as when it fails so; false where the operation fails by it.
  bool survives(const Request& request, Outcome failure, const Cursor& after, Known& known) const {
    if (is_covered(after, request.arrow, failure, known)) {
      known.turned_out(request.arrow, failure);
      known.failed = &request;
      if (keeps_value(request) && known.source == Source::kOwn) known.source = Source::kNothing;
      return true;
    }
    const bool of_row = request.to == Role::kDatabase || waits_for_database(request);
    const bool goes_on =
        of_row ? leads_to_row(request) && options_.continue_on_database_timeout : !options_.fail_on_cache_timeout;
    if (!goes_on) return false;
    known.turned_out(request.arrow, counts_as_unanswered(after, request));
    return true;
  }

  // R4: whether the session keeps the value that the request is answered, to store it.
  bool keeps_value(const Request& request) const {
    if (request.verb == Verb::kIncrease) return fills_ && request.to == Role::kDatabase && request.awaited;
    return request.verb == Verb::kGet && (kind() == OperationKind::kRead || request.to == Role::kDatabase || changes_);
  }

  // R4: whether the request stores what was received, if anything was.
  bool stores_received(const Request& request, const Known& known) const {
    if (!stores(request.verb) || makes_change(request)) return false;
    if (kind() == OperationKind::kRead || changes_) return true;
    return request.to == Role::kCache && !request.stores_new && known.source != Source::kOwn;
  }

  // R4: which number of its answer the session takes along.
  traces::Number gives(const Request& request) const {
    if (!request.awaited || request.drawn_lost) return traces::Number::kNone;
    if (request.verb == Verb::kGetGeneration) return traces::Number::kGeneration;
    if (request.verb == Verb::kLookAgain) return traces::Number::kNone;
    const bool of_row =
        request.to == Role::kDatabase || (keeps_value(request) && protocol_.entries[request.entry].versioned);
    return program_.versions && of_row ? traces::Number::kVersion : traces::Number::kNone;
  }

  bool skips(const Request& request, const Known& known) const {
    if (request.verb == Verb::kLookAgain && known.source != Source::kReceived && extent_ == Extent::kNormal)
      fail(request.at,
           "this compares the row with what was read of it before, and here nothing may have been read; draw "
           "the get before it");
    const traces::Number compares = traces::facts_of(request.verb).compares;
    if (!known.knows(compares)) {
      if (extent_ == Extent::kNormal)
        fail(request.at,
             compares == traces::Number::kVersion
                 ? "this stores only over an older version, and here no version is known; read the row from the "
                   "database first, or wait for the answer to the write"
                 : "this stores only if the generation is as it was read, and here none was read; draw the get of the "
                   "generation before it");
      return true;
    }
    if (!(stores_received(request, known) || request.adds) || known.source != Source::kNothing) return false;
    if (extent_ == Extent::kNormal && changes_)
      fail(
          request.at,
          "this stores what the Write received, and here it may not have received anything; draw the get before it, or "
          "ask the database to change what is there (\"n = n + 1\")");
    if (extent_ == Extent::kNormal && kind() == OperationKind::kRead)
      fail(request.at,
           "a Read stores the last value it received, and here it may not have received any; read the value "
           "from the database first");
    return true;
  }

  // What an instruction says of its request, whatever the session knows.
  Instruction as_drawn(const Request& request) const {
    Instruction instruction;
    instruction.operation = static_cast<std::uint16_t>(operation_);
    instruction.server = servers_.of(request);
    instruction.verb = request.verb;
    instruction.commits = instruction.awaits_commit = writes_row(request);
    if (request.tells)
      instruction.tells =
          Instruction::Tells{servers_.of_cache[request.tells->cache], request.tells->entry, request.tells->its_own};
    instruction.awaited = request.awaited;
    instruction.ttl = request.ttl;
    instruction.watch = request.watch;
    instruction.entry = request.entry;
    instruction.other = request.other;
    for (const std::size_t entry : request.also) instruction.also |= std::uint64_t{1} << entry;
    instruction.finds = request.finds;
    instruction.adds = request.adds;
    instruction.arrow = request.arrow;
    instruction.label = request.label;
    instruction.at = request.at;
    return instruction;
  }

  // The instruction of a request that is asked now; what is known afterwards is known to whatever follows it.
  InstructionId instruction_for(const Request& request, const Cursor& after, Known& known) {
    const bool received = stores_received(request, known);
    if (request.verb == Verb::kIncrease && request.to == Role::kDatabase)
      known.source = Source::kNothing;
    else if (stores(request.verb) && kind() == OperationKind::kWrite && !received && !makes_change(request))
      known.source = Source::kOwn;
    if (writes_row(request)) known.versioned = false;
    if (request.verb == Verb::kGetGeneration) known.generation = false;
    const Situation seen{&request, received};
    Known kept = known.behind(after);
    const bool goes_on = request.awaited && !request.drawn_lost;
    const auto key =
        goes_on ? std::make_tuple(seen, known.told, known.source, known.versioned, known.generation, kept.outcomes)
                : std::make_tuple(seen, Told::kNothing, Source::kOwn, false, false, decltype(Known::outcomes){});
    const auto found = instructions_.find(key);
    if (found != instructions_.end()) return found->second;
    if (program_.instructions.size() >= kInstructionsMax)
      fail(request.at, "the protocol has too many requests; split the diagram");
    const auto id = static_cast<InstructionId>(program_.instructions.size());
    instructions_.emplace(key, id);
    Instruction instruction = as_drawn(request);
    instruction.alike = alike_.emplace(seen, id).first->second;
    note_features(request);
    instruction.keeps_value = keeps_value(request);
    instruction.gives = gives(request);
    instruction.carries_received = received;
    instruction.acknowledged = known.told == Told::kDone;
    if (request.drawn_lost) {
      instruction.drawn_lost = true;
    } else if (request.awaited) {
      instruction.request_location = add_location({id, false, Outcome::kOk});
      if (waits_for_database(request)) instruction.waits_location = add_location({id, false, Outcome::kOk, true});
      for (Outcome outcome : possible_outcomes(request.to, request.verb, request.finds))
        instruction.reply_locations[static_cast<std::size_t>(outcome)] = add_location({id, true, outcome});
      if (request.verb == Verb::kGet && known.source == Source::kReceived) program_.get_while_holding = true;
      kept.failed = nullptr;
      pending_.push_back({id, &request, after, std::move(kept)});
    } else {
      program_.has_async = true;
    }
    program_.instructions.push_back(std::move(instruction));
    pass_on(request, id);
    return id;
  }

  // R6. The same, whatever the session knows.
  void pass_on(const Request& request, InstructionId id) {
    if (request.passes_on.empty()) return;
    const Request& next = request.passes_on.front();
    const auto [found, is_new] = passed_on_.emplace(&request, static_cast<InstructionId>(program_.instructions.size()));
    program_.instructions[id].passes_on = found->second;
    program_.instructions[id].waits = next.awaited;
    program_.instructions[id].awaits_commit = next.awaited && writes_row(next);
    program_.instructions[id].keeps_later = next.fills && stores(request.verb);
    if (!is_new) return;
    program_.passes_on = true;
    program_.has_async = program_.has_async || !next.awaited;
    Instruction asks;
    asks.operation = static_cast<std::uint16_t>(operation_);
    asks.server = servers_.of(next);
    asks.by = servers_.of(request);
    asks.verb = next.verb;
    asks.awaited = next.awaited;
    asks.commits = asks.awaits_commit = writes_row(next);
    asks.arrow = next.arrow;
    asks.label = next.label;
    asks.at = next.at;
    asks.alike = found->second;
    asks.mark = mark(&next);
    if (next.fills) asks.passes_on = static_cast<InstructionId>(found->second + 1);
    program_.instructions.push_back(asks);
    if (!next.fills) return;
    Instruction answer = asks;
    answer.server = servers_.of(request);
    answer.by = asks.server;
    answer.verb = Verb::kSet;
    answer.awaited = answer.commits = answer.awaits_commit = false;
    answer.is_answer = true;
    answer.entry = request.entry;
    answer.ttl = next.ttl;
    answer.arrow = next.answer_arrow;
    answer.label = {};
    answer.alike = asks.passes_on;
    answer.passes_on = kNoInstruction;
    answer.mark.reset();
    program_.instructions.push_back(std::move(answer));
  }

  void note_features(const Request& request) {
    program_.markers_expire = program_.markers_expire || (request.ttl != 0 && !stores(request.verb));
    program_.leases = program_.leases || request.watch == Watch::kLease;
    if (request.watch == Watch::kLease && request.ttl != 0) {
      DrawnServer& cache = program_.servers[servers_.of(request)];
      cache.leases_run_out |= std::uint64_t{1} << request.entry;
      if (!request.of_placeholder) cache.stale_leases_run_out |= std::uint64_t{1} << request.entry;
    }
    program_.watches = program_.watches || request.watch != Watch::kNothing || request.verb == Verb::kSetIfUnchanged;
  }

  ProgramCounter add_location(Location location) {
    program_.locations.push_back(location);
    return static_cast<ProgramCounter>(program_.locations.size() - 1);
  }

  // The transitions from an instruction, for each outcome its server or the network can give it.
  void fill_row(const Pending& pending) {
    const Request& asked = *pending.request;
    const auto fill = [&](Outcome outcome, const Known& known) {
      auto transitions = ways_from(pending.after, known);
      if (outcome == Outcome::kValue && asked.finds.beside_others) add_missing_others(pending, known, transitions);
      program_.instructions[pending.instruction].after[static_cast<std::size_t>(outcome)] = std::move(transitions);
    };
    for (Outcome outcome : possible_outcomes(asked.to, asked.verb, asked.finds)) {
      Known known = pending.known;
      known.turned_out(asked.arrow, counts_as(pending.after, asked, outcome));
      if (answers_value(program_.instructions[pending.instruction], outcome) && keeps_value(asked))
        known.source = Source::kReceived;
      const bool answered = brings_value(outcome) || (asked.to == Role::kDatabase && outcome == Outcome::kOk);
      if (answered && gives(asked) == traces::Number::kVersion) known.versioned = true;
      if (gives(asked) == traces::Number::kGeneration) known.generation = true;
      fill(outcome, known);
    }
    if (extent_ == Extent::kNormal || is_call(program_, program_.instructions[pending.instruction])) return;
    for (Outcome outcome : {Outcome::kError, Outcome::kTimeout}) {
      Known known = pending.known;
      if (survives(*pending.request, outcome, pending.after, known)) {
        fill(outcome, known);
      } else {
        std::vector<Transition> transitions;
        fail_operation({}, transitions);
        program_.instructions[pending.instruction].after[static_cast<std::size_t>(outcome)] = std::move(transitions);
      }
    }
  }

  // R7.
  void add_missing_others(const Pending& pending, Known known, std::vector<Transition>& ways) {
    const auto choose = [](Transition& way, const char* what) {
      way.choice = what + (way.choice.empty() ? "" : ", " + way.choice);
    };
    for (Transition& way : ways) choose(way, "the other rows are there");
    known.turned_out(pending.request->arrow, counts_as(pending.after, *pending.request, Outcome::kMiss));
    for (Transition& way : ways_from(pending.after, known)) {
      choose(way, "another row is missing");
      emit(std::move(way), ways, pending.request->at);
    }
  }

  const Protocol& protocol_;
  const CompileOptions& options_;
  Extent extent_;
  ProgramServers servers_;
  Program program_;
  std::size_t operation_ = 0;
  bool changes_ = false;                    // it changes what is there
  bool fills_ = false;                      // and stores what the database answers to that
  std::map<int, const Request*> requests_;  // of the operation, by arrow
  std::map<RowKey, InstructionId> instructions_;
  std::map<Situation, InstructionId> alike_;
  std::map<const Request*, InstructionId> passed_on_;  // what is asked first for it
  std::map<std::pair<const void*, Side>, std::uint32_t> marks_;
  std::vector<Pending> pending_;
};

}  // namespace

Program compile(const Protocol& protocol, const CompileOptions& options) {
  Compiler(protocol, options, Extent::kNormal).compile();
  return Compiler(protocol, options, Extent::kAll).compile();
}

}  // namespace stalemate::model
