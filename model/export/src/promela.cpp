// Promela: the scenario as macros, behind them the prelude, and then one process for each app instance whose options are
// the steps of the program, an option for each way a step may go.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "outline.hpp"
#include "promela_steps.hpp"

namespace stalemate::model {
namespace {

// At most so many requests of an operation are in flight that nobody waits for, one by an arrow; and one that is left
// where the operation is broken off.
std::size_t sent_max(const Outline& outline) {
  std::size_t most = 0;
  for (std::size_t operation = 0; operation < outline.program.operations.size(); ++operation) {
    std::set<int> arrows;
    for (const Instruction& one : outline.program.instructions)
      if (one.operation == operation && !one.awaited && !one.drawn_lost) arrows.insert(one.arrow);
    most = std::max(most, arrows.size());
  }
  for (const FaultBudget& budget : outline.scenario.budgets)
    if (!outline.struck(budget, "crash").empty() || !outline.struck(budget, "cancel").empty()) return most + 1;
  return most;
}

// At most so many of an app instance are handled later: one for each fault, and where these are not counted, for each
// request.
std::size_t late_max(const Outline& outline) {
  std::size_t most = 0;
  for (const FaultBudget& budget : outline.scenario.budgets)
    if (!outline.struck(budget, "late-request").empty() || !outline.struck(budget, "duplicate").empty())
      most += budget.unlimited ? outline.program.instructions.size() : budget.budget;
  return most;
}

// A macro that says something of each number from `first`.
template <class Says>
std::string table(std::string_view name, std::size_t first, std::size_t count, const Says& says) {
  std::string text = fmt::format("#define {}(a_number) (", name);
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("a_number == {} -> {} : (", first + i, says(i));
  return text + "0" + std::string(count + 1, ')') + "\n";
}

template <class Says>
std::string all_of(std::string_view name, std::size_t count, const Says& says) {
  std::vector<std::string> each;
  for (std::size_t i = 0; i < count; ++i) each.push_back(says(i));
  return fmt::format("#define {} ({})\n", name, fmt::join(each, " && "));
}

template <class Says>
std::string initial(std::string_view name, std::size_t count, const Says& says) {
  std::vector<std::string> each;
  for (std::size_t i = 0; i < count; ++i) each.push_back(says(i));
  return fmt::format("#define {} {{{}}}\n", name, fmt::join(each, ", "));
}

class Writer {
 public:
  explicit Writer(const Outline& outline)
      : outline_(outline), program_(outline.program), sent_(sent_max(outline)), late_(late_max(outline)) {}

  std::string write() {
    head();
    sizes();
    of_apps();
    of_requests();
    claims();
    text_ += prelude("semantics.pml");
    servers();
    text_ += "\nactive [APPS] proctype app() {\nend:\n  do\n";
    invocations();
    for (std::size_t id = 0; id < program_.instructions.size(); ++id) {
      const Instruction& one = program_.instructions[id];
      if (!one.awaited || one.drawn_lost) continue;
      line("/* {}, arrow {}: {} */", comment(program_.operations[one.operation].name), one.arrow, comment(one.label));
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

  // What would end a comment, or a line, says nothing there.
  static std::string comment(std::string_view label) {
    std::string plain;
    for (const char c : label)
      plain += c == '*' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
    return plain;
  }

  // An option: a guard, what is done then, and what is claimed after that.
  void option(const std::string& guard, const Statements& statements) {
    line(":: d_step {{ {} -> {}; then_claimed() }}", guard, fmt::join(statements, "; "));
  }

  static Statements joined(Statements first, const Statements& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  }

  void head() {
    std::string about_it;
    for (const std::string& told : about(outline_)) about_it += (about_it.empty() ? "/* " : "\n * ") + comment(told);
    text_ = about_it +
            "\n *\n * Search it by SPIN, with this as model.pml:\n *   spin -a model.pml && gcc -O2 -DSAFETY -DNOREDUCE -o "
            "pan pan.c && ./pan -m100000\n * -c0: count all states, violated or not. -DREACHED (for spin): see the end of "
            "the prelude. */\n\n";
  }

  void sizes() {
    const std::size_t places = program_.locations.size();
    text_ += fmt::format("#define APPS {}\n#define ENTRIES {}\n#define BUDGETS {}\n#define SENT {}\n#define LATE {}\n",
                         outline_.apps(), program_.entries.size(), outline_.scenario.budgets.size(), sent_, late_);
    text_ += fmt::format("#define PLACE {}\n#define ASK {}\n", places < 256 ? "byte" : "short",
                         program_.instructions.size() < 255 ? "byte" : "short");
    text_ += fmt::format("#define WATCHES {}\n#define VERSIONS {}\n#define NO_ROW {}\n", program_.watches ? 1 : 0,
                         program_.versions ? 1 : 0, outline_.no_row());
    const std::vector<std::size_t> filled = outline_.filled_at_first();
    const auto is_filled = [&](std::size_t entry) {
      return std::find(filled.begin(), filled.end(), entry) != filled.end();
    };
    text_ += initial("FILLED_AT_FIRST", program_.entries.size(), [&](std::size_t e) { return is_filled(e) ? "1" : "0"; });
    text_ += initial("EXPIRES_AT_FIRST", program_.entries.size(), [&](std::size_t e) {
      return is_filled(e) && (program_.servers.front().fills_expire >> e & 1) != 0 ? "1" : "0";
    });
  }

  void of_apps() {
    text_ += "\n/* By app instance: its operation, the entry that this watches, and of a Write what it writes, or changes. */\n";
    const std::size_t apps = outline_.apps();
    text_ += table("OPERATION", 0, apps, [&](std::size_t app) { return outline_.script(app).candidates.front() + 1; });
    text_ += table("WATCHED", 0, apps, [&](std::size_t app) { return outline_.operation_of(app).watched; });
    text_ += table("OWN", 0, apps, [&](std::size_t app) { return outline_.own(app); });
    text_ += table("CHANGE", 0, apps, [&](std::size_t app) { return outline_.change(app); });
  }

  void of_requests() {
    if (sent_ + late_ == 0) return;
    text_ += "\n/* By request: where it goes, which entry it is about, whether somebody waits for it. */\n";
    const auto& asks = program_.instructions;
    text_ += table("STORE_OF", 1, asks.size(), [&](std::size_t id) { return store_name(program_, asks[id]); });
    text_ += table("ENTRY_OF", 1, asks.size(), [&](std::size_t id) { return asks[id].entry; });
    text_ += table("AWAITED", 1, asks.size(), [&](std::size_t id) { return truth(asks[id].awaited); });
    if (sent_ == 0) return;
    text_ += "\n/* Requests to one store arrive in the order sent, as long as they go over one connection. */\n";
    text_ += "#define ARRIVES_0(a_store) true\n";
    for (std::size_t i = 0; i < sent_; ++i)
      text_ += fmt::format(
          "#define ARRIVES_{}(a_store) (sent[SENT_AT({})] != 0 && STORE_OF(sent[SENT_AT({})]) == a_store -> "
          "sent_cut[SENT_AT({})] : ARRIVES_{}(a_store))\n",
          i + 1, i, i, i, i);
  }

  void claims() {
    text_ += "\n/* Nothing is in flight or under way. */\n";
    text_ += all_of("AT_REST", outline_.apps(), [&](std::size_t app) {
      std::string rests = fmt::format("at[{}] == 0", app);
      if (sent_ > 0) rests += fmt::format(" && sent[{} * SENT] == 0", app);
      if (late_ > 0) rests += fmt::format(" && late[{} * LATE] == 0", app);
      return rests;
    });
    const std::size_t entries = program_.entries.size();
    text_ += all_of("ALL_COHERENT", entries, [](std::size_t entry) { return fmt::format("COHERENT({})", entry); });
    text_ += all_of("NOTHING_CACHED", entries, [](std::size_t e) { return fmt::format("entry_value[{}] == 0", e); });
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
    if (sent_ > 0) arrives += fmt::format(" && ARRIVES_{}({})", sent_, store_name(program_, one));
    option(arrives, handled(id));
    each_reply(one, [&](Outcome outcome, ProgramCounter at) {
      for (const Transition& way : one.after[static_cast<std::size_t>(outcome)])
        option(fmt::format("at[me] == {}", at), joined(receives(one, outcome), goes_on(program_, operation, way)));
    });
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
      out.push_back(fmt::format("answered({}, {})", bringing.empty() ? "false" : fmt::format("{}", fmt::join(bringing, " || ")),
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
      const Statements ends = {name == "crash" ? "ends(false); crashed[me] = true" : "ends(false)"};
      fault(b, asked, ends);
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
        const std::string late = fmt::format(
            "is_late({}, sent_carried[SENT_AT({})], sent_unchanged[SENT_AT({})], sent_number[SENT_AT({})])",
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
        guard += fmt::format(" && !(IS_SAME({}, {}) && IS_LEFT({}) && ARRIVES_{}(STORE_OF(sent[SENT_AT({})])))", j, i, j, j, j);
      option(guard, {fmt::format("asked_late({})", i), fmt::format("carrying = late[LATE_AT({})]", i),
                     fmt::format("without_late({})", i), "serves(carrying)"});
    }
  }

  // What happens in the cache of itself, and by faults.
  void in_cache() {
    const std::string apps = std::move(text_);
    text_.clear();
    for (std::size_t e = 0; e < program_.entries.size(); ++e)
      if (!outline_.scenario.words.no_expiry)
        option(fmt::format("entry_expires[{}] && entry_value[{}] != 0", e, e), {fmt::format("dropped({})", e)});
    for (std::size_t b = 0; b < outline_.scenario.budgets.size(); ++b) faults_of_cache(b);
    const std::string options = std::exchange(text_, apps);
    if (!options.empty()) text_ += "\nactive proctype cache() {\nend:\n  do\n" + options + "  od\n}\n";
  }

  void faults_of_cache(std::size_t b) {
    const FaultBudget& budget = outline_.scenario.budgets[b];
    const DrawnServer& cache = program_.servers.front();
    std::string something = is_anything_watched();
    for (std::size_t e = 0; e < program_.entries.size(); ++e) {
      if (outline_.strikes_cache(budget, "evict")) fault(b, fmt::format("THERE({})", e), {fmt::format("dropped({})", e)});
      if (outline_.strikes_cache(budget, "expire") && !outline_.scenario.words.no_expiry) {
        fault(b, fmt::format("!entry_lease[{}] && entry_expires[{}] && entry_value[{}] == 0", e, e, e),
              {fmt::format("dropped({})", e)});
        fault(b,
              fmt::format("entry_lease[{}] && (entry_value[{}] != 0 -> {} : {})", e, e,
                          truth((cache.stale_leases_run_out >> e & 1) != 0), truth((cache.leases_run_out >> e & 1) != 0)),
              {fmt::format("lease_ended({})", e)});
      }
      something += fmt::format(" || THERE({})", e);
    }
    if (outline_.strikes_cache(budget, "cache-restart")) fault(b, "(" + something + ")", {"all_dropped()"});
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

std::string write_promela(const Outline& outline) { return Writer(outline).write(); }

}  // namespace stalemate::model
