// Promela: the scenario as macros (promela_head.hpp), behind them the prelude, and then one process for each app
// instance whose options are the steps of the program, an option for each way a step may go.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "outline.hpp"
#include "promela_head.hpp"
#include "promela_steps.hpp"

namespace stalemate::model {
namespace {

class Writer {
 public:
  Writer(const Outline& outline, const PromelaRoom& room)
      : outline_(outline), program_(outline.program), sent_(room.sent), late_(room.late) {}

  std::string write() {
    text_ = promela_head(outline_, {sent_, late_});
    text_ += prelude("semantics.pml");
    servers();
    text_ += "\nactive [APPS] proctype app() {\nend:\n  do\n";
    invocations();
    for (std::size_t id = 0; id < program_.instructions.size(); ++id) {
      const Instruction& one = program_.instructions[id];
      if (!one.awaited || one.drawn_lost) continue;
      line("/* {}, arrow {}: {} */", promela_comment(program_.operations[one.operation].name), one.arrow,
           promela_comment(one.label));
      plain_steps(static_cast<InstructionId>(id));
      for (std::size_t b = 0; b < outline_.scenario.budgets.size(); ++b) faults(static_cast<InstructionId>(id), b);
    }
    in_line();
    later();
    text_ += "  od\n}\n";
    in_cache();
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += "  " + fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  // An option: a guard, what is done then, and what is claimed after that.
  void option(const std::string& guard, const Statements& statements) {
    line(":: d_step {{ {} -> {}; then_claimed() }}", guard, fmt::join(statements, "; "));
  }

  static Statements joined(Statements first, const Statements& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  }

  // Of what nobody waits for, which may be any request.
  void servers() {
    if (sent_ + late_ == 0) return;
    text_ += "\ninline serves(an_ask) {\n  if\n";
    for (std::size_t id = 0; id < program_.instructions.size(); ++id)
      line(":: an_ask == {} -> {}", id + 1, served(program_, program_.instructions[id]));
    text_ += "  fi\n}\n";
  }

  void invocations() {
    for (std::size_t o = 0; o < program_.operations.size(); ++o)
      for (const Transition& way : program_.operations[o].start)
        option(fmt::format("!begun[me] && OPERATION(me) == {}", o + 1),
               joined({"begun[me] = true"}, goes_on(program_, program_.operations[o], way)));
  }

  void plain_steps(InstructionId id) {
    const Instruction& one = program_.instructions[id];
    const ProgramOperation& operation = program_.operations[one.operation];
    std::string arrives = fmt::format("at[me] == {}", one.request_location);
    if (is_call(program_, one)) return option(arrives, joined(handled(id), called(one, operation)));
    if (sent_ > 0) arrives += fmt::format(" && ARRIVES_{}({})", sent_, store_name(program_, one));
    option(arrives, handled(id));
    each_reply(one, [&](Outcome outcome, ProgramCounter at) {
      for (const Transition& way : one.after[static_cast<std::size_t>(outcome)])
        option(fmt::format("at[me] == {}", at), joined(receives(one, outcome), goes_on(program_, operation, way)));
    });
  }

  // What follows at once where it is no message: by each answer there is one way on.
  Statements called(const Instruction& one, const ProgramOperation& operation) const {
    std::vector<std::string> turns;
    each_reply(one, [&](Outcome outcome, ProgramCounter at) {
      const std::vector<Transition>& ways = one.after[static_cast<std::size_t>(outcome)];
      STALEMATE_INVARIANT(ways.size() == 1, "a free choice behind a call is refused");
      turns.push_back(
          fmt::format(":: at[me] == {} -> {}", at,
                      fmt::join(joined(receives(one, outcome), goes_on(program_, operation, ways.front())), "; ")));
    });
    return {fmt::format("if {} fi", fmt::join(turns, " "))};
  }

  template <class Visit>
  static void each_reply(const Instruction& one, const Visit& visit) {
    for (std::size_t o = 0; o < one.reply_locations.size(); ++o)
      if (one.reply_locations[o] != kIdle) visit(static_cast<Outcome>(o), one.reply_locations[o]);
  }

  Statements handled(InstructionId id) const {
    const Instruction& one = program_.instructions[id];
    Statements out = {asked_now(program_, id), served(program_, one)};
    std::vector<std::string> turns, bringing;
    each_reply(one, [&](Outcome outcome, ProgramCounter at) {
      turns.push_back(fmt::format(":: how == {} -> at[me] = {}", outcome_name(outcome), at));
      if (brings(one, outcome)) bringing.push_back("how == " + outcome_name(outcome));
    });
    out.push_back(fmt::format("if {} fi", fmt::join(turns, " ")));
    if (!bringing.empty() || one.gives != traces::Number::kNone)
      out.push_back(fmt::format("answered({}, {})",
                                bringing.empty() ? "false" : fmt::format("{}", fmt::join(bringing, " || ")),
                                truth(one.gives != traces::Number::kNone)));
    if (one.watch == Watch::kKey)
      out.emplace_back("unchanged[me] = true");
    else if (one.watch == Watch::kLease)
      out.emplace_back("unchanged[me] = (how == GRANTED || how == WON)");
    else if (one.watch == Watch::kEntry)
      out.push_back(fmt::format("unchanged[me] = how != {}", changes(one.verb) ? "CONFLICT" : "MISS"));
    else if (one.verb == Verb::kSetIfUnchanged)
      out.emplace_back("unchanged[me] = false");
    return out;
  }

  bool strikes(std::size_t b, std::string_view fault, InstructionId id) const {
    const std::vector<InstructionId> struck = outline_.struck(outline_.scenario.budgets[b], fault);
    return std::find(struck.begin(), struck.end(), id) != struck.end();
  }

  // An option that budget `b` pays for.
  void fault(std::size_t b, const std::string& guard, const Statements& statements) {
    const FaultBudget& budget = outline_.scenario.budgets[b];
    if (budget.unlimited) return option(guard, statements);
    option(fmt::format("spent[{}] < {} && {}", b, budget.budget, guard),
           joined({fmt::format("spent[{}]++", b)}, statements));
  }

  void faults(InstructionId id, std::size_t b) {
    const Instruction& one = program_.instructions[id];
    const std::string asked = fmt::format("at[me] == {}", one.request_location);
    const std::string late = sends(program_, id, "is_late", true);
    if (strikes(b, "lost-request", id)) failures(b, id, asked, Outcome::kTimeout, {});
    if (strikes(b, "error", id)) failures(b, id, asked, Outcome::kError, {});
    if (strikes(b, "late-request", id)) failures(b, id, asked, Outcome::kTimeout, {late});
    if (strikes(b, "duplicate", id)) fault(b, asked, {late});
    for (const std::string_view name : {"crash", "cancel"}) {
      if (!strikes(b, name, id)) continue;
      const Statements ends = {name == "crash" ? "emptied(); ends(false); crashed[me] = true" : "ends(false)"};
      fault(b, asked, ends);
      if (is_call(program_, one)) continue;
      fault(b, asked, joined({sends(program_, id, "sends", true)}, ends));
      each_reply(one, [&](Outcome, ProgramCounter at) { fault(b, fmt::format("at[me] == {}", at), ends); });
    }
    if (strikes(b, "lost-reply", id))
      each_reply(one, [&](Outcome, ProgramCounter at) {
        failures(b, id, fmt::format("at[me] == {}", at), Outcome::kTimeout, {});
      });
  }

  void failures(std::size_t b, InstructionId id, const std::string& guard, Outcome failure, const Statements& first) {
    const Instruction& one = program_.instructions[id];
    for (const Transition& way : one.after[static_cast<std::size_t>(failure)])
      fault(b, guard,
            joined(joined(first, fails(program_, one, failure)),
                   goes_on(program_, program_.operations[one.operation], way)));
  }

  // Requests that nobody waits for.
  void in_line() {
    for (std::size_t i = 0; i < sent_; ++i) {
      const std::string there = fmt::format("sent[SENT_AT({})] != 0", i);
      option(fmt::format("{} && ARRIVES_{}(STORE_OF(sent[SENT_AT({})]))", there, i, i),
             {fmt::format("asked_as_sent({})", i), fmt::format("carrying = sent[SENT_AT({})]", i),
              fmt::format("without({})", i), "serves(carrying)"});
      for (std::size_t id = 0; id < program_.instructions.size(); ++id) {
        const Instruction& one = program_.instructions[id];
        if (one.awaited || one.drawn_lost) continue;
        const std::string open = fmt::format("sent[SENT_AT({})] == {} && !IS_LEFT({})", i, id + 1, i);
        const std::string late =
            fmt::format("is_late({}, sent_carried[SENT_AT({})], sent_unchanged[SENT_AT({})], sent_number[SENT_AT({})])",
                        one.alike + 1, i, i, i);
        const std::string gone = fmt::format("without({})", i);
        for (std::size_t b = 0; b < outline_.scenario.budgets.size(); ++b) {
          const auto ask = static_cast<InstructionId>(id);
          if (strikes(b, "lost-request", ask)) fault(b, open, {gone});
          if (strikes(b, "late-request", ask)) fault(b, open, {late, gone});
          if (strikes(b, "duplicate", ask)) fault(b, open, {late});
        }
      }
    }
  }

  // Late requests and copies. One that was left behind, too, goes first.
  void later() {
    for (std::size_t i = 0; i < late_; ++i) {
      std::string guard = fmt::format("IS_LATE({})", i);
      for (std::size_t j = 0; j < sent_; ++j)
        guard += fmt::format(" && !(IS_SAME({}, {}) && IS_LEFT({}) && ARRIVES_{}(STORE_OF(sent[SENT_AT({})])))", j, i,
                             j, j, j);
      option(guard, {fmt::format("asked_late({})", i), fmt::format("carrying = late[LATE_AT({})]", i),
                     fmt::format("without_late({})", i), "serves(carrying)"});
    }
  }

  // What happens in the cache of itself, and by faults.
  void in_cache() {
    const std::string apps = std::move(text_);
    text_.clear();
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      if (!outline_.scenario.words.no_expiry)
        option(fmt::format("entry_expires[{0}] && entry_value[{0}] != 0", cell), {fmt::format("dropped({})", cell)});
      if (outline_.cache().local) option(fmt::format("to_hear[{}] > 0", cell), {fmt::format("hears({})", cell)});
    }
    for (std::size_t b = 0; b < outline_.scenario.budgets.size(); ++b) faults_of_cache(b);
    const std::string options = std::exchange(text_, apps);
    if (!options.empty()) text_ += "\nactive proctype cache() {\nend:\n  do\n" + options + "  od\n}\n";
  }

  std::size_t cells() const { return outline_.places() * program_.entries.size(); }

  void faults_of_cache(std::size_t b) {
    const FaultBudget& budget = outline_.scenario.budgets[b];
    std::string something = is_anything_watched();
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      if (outline_.strikes_cache(budget, "evict"))
        fault(b, fmt::format("THERE({})", cell), {fmt::format("dropped({})", cell)});
      if (outline_.strikes_cache(budget, "expire") && !outline_.scenario.words.no_expiry) run_out(b, cell);
      if (outline_.strikes_cache(budget, "lost-delivery"))
        fault(b, fmt::format("to_hear[{}] > 0", cell), {fmt::format("to_hear[{}]--", cell)});
      something += fmt::format(" || THERE({})", cell);
    }
    if (outline_.strikes_cache(budget, "cache-restart")) fault(b, "(" + something + ")", {"all_dropped()"});
  }

  // Of what is no value: a marker, or a lease, whose entry stays.
  void run_out(std::size_t b, std::size_t cell) {
    const std::size_t entry = cell % program_.entries.size();
    const auto runs_out = [&](std::uint64_t entries) { return truth((entries >> entry & 1) != 0); };
    fault(b, fmt::format("!entry_lease[{0}] && entry_expires[{0}] && entry_value[{0}] == 0", cell),
          {fmt::format("dropped({})", cell)});
    fault(b,
          fmt::format("entry_lease[{0}] && (entry_value[{0}] != 0 -> {1} : {2})", cell,
                      runs_out(outline_.cache().stale_leases_run_out), runs_out(outline_.cache().leases_run_out)),
          {fmt::format("lease_ended({})", cell)});
  }

  // What a reply on its way is about counts as watched once that is received.
  std::string is_anything_watched() const {
    std::string watched = "false";
    if (!program_.watches || program_.leases) return watched;
    for (std::size_t app = 0; app < outline_.apps(); ++app) {
      std::string waits;
      for (std::size_t place = 1; place < program_.locations.size(); ++place)
        if (program_.locations[place].is_reply) waits += fmt::format(" && at[{}] != {}", app, place);
      watched += fmt::format(" || (unchanged[{}]{})", app, waits);
      for (std::size_t i = 0; i < sent_; ++i) watched += fmt::format(" || sent_unchanged[{} * SENT + {}]", app, i);
      for (std::size_t i = 0; i < late_; ++i) watched += fmt::format(" || late_unchanged[{} * LATE + {}]", app, i);
    }
    return watched;
  }

  const Outline& outline_;
  const Program& program_;
  std::size_t sent_, late_;
  std::string text_;
};

}  // namespace

std::string write_promela(const Outline& outline) { return Writer(outline, promela_room_of(outline)).write(); }

}  // namespace stalemate::model
