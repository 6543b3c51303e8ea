// TLA+: the program and the scenario as tables of constants, and behind them the prelude, which reads them.
#include <fmt/format.h>

#include <bit>
#include <cctype>

#include "base/text.hpp"
#include "outline.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view boolean(bool holds) { return holds ? "TRUE" : "FALSE"; }

// "CacheAside", and of a name that is none: "Page3".
std::string module_name(std::string_view page) {
  std::string name;
  bool begins = true;
  for (const char c : page) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) == 0 || letter >= 0x80) {
      begins = true;
      continue;
    }
    name += begins ? static_cast<char>(std::toupper(letter)) : c;
    begins = false;
  }
  return name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ? "Page" + name : name;
}

// What a comment may hold: what would end a string or a comment there says nothing here.
std::string remark(std::string_view text) {
  std::string plain;
  for (const char c : text)
    plain += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
  return plain;
}

template <class Numbers>
std::string set_of(const Numbers& numbers) {
  std::vector<std::size_t> counted;
  for (const auto number : numbers) counted.push_back(static_cast<std::size_t>(number) + 1);
  return fmt::format("{{{}}}", fmt::join(counted, ", "));
}

std::vector<std::size_t> entries_in(std::uint64_t bits) {
  std::vector<std::size_t> entries;
  for (; bits != 0; bits &= bits - 1) entries.push_back(static_cast<std::size_t>(std::countr_zero(bits)));
  return entries;
}

std::string way(const Transition& transition) {
  std::vector<std::size_t> sends;
  for (const Effect& effect : transition.effects)
    if (effect.kind != EffectKind::kAcknowledge) sends.push_back(effect.instruction + std::size_t{1});
  const std::size_t next = transition.next == kNoInstruction ? 0 : transition.next + std::size_t{1};
  return fmt::format("[sends |-> <<{}>>, next |-> {}, well |-> {}]", fmt::join(sends, ", "), next,
                     boolean(!transition.failed));
}

std::string ways(const std::vector<Transition>& transitions) {
  std::vector<std::string> each;
  for (const Transition& transition : transitions) each.push_back(way(transition));
  return fmt::format("<<{}>>", fmt::join(each, ", "));
}

std::string after(const Instruction& instruction) {
  std::vector<std::string> each;
  for (std::size_t outcome = 0; outcome < instruction.after.size(); ++outcome)
    if (!instruction.after[outcome].empty())
      each.push_back(fmt::format("{} |-> {}", identifier(to_string(static_cast<Outcome>(outcome))),
                                 ways(instruction.after[outcome])));
  return each.empty() ? "<<>>" : fmt::format("[{}]", fmt::join(each, ",\n              "));
}

std::string_view gives(const Instruction& instruction) {
  switch (instruction.gives) {
    case traces::Number::kVersion:
      return "version";
    case traces::Number::kGeneration:
      return "generation";
    case traces::Number::kNone:
      break;
  }
  return "nothing";
}

std::string ask(const Program& program, std::size_t id) {
  const Instruction& one = program.instructions[id];
  const std::string_view watch = one.watch == Watch::kNothing ? "nothing" : traces::to_string(one.watch);
  std::string text = fmt::format("  \\* {}: {}, arrow {}, {}\n", id + 1, remark(program.operations[one.operation].name),
                                 one.arrow, remark(one.label));
  text += fmt::format("  [store |-> \"{}\", verb |-> \"{}\", entry |-> {}, other |-> {}, also |-> {}, ttl |-> {},\n",
                      store_of(program, one), traces::to_string(one.verb), one.entry + 1, one.other + 1,
                      set_of(entries_in(one.also)), boolean(one.ttl != 0));
  text += fmt::format("   watch |-> \"{}\", awaited |-> {}, lost |-> {}, keeps |-> {}, received |-> {}, adds |-> {},\n",
                      watch, boolean(one.awaited), boolean(one.drawn_lost), boolean(one.keeps_value),
                      boolean(one.carries_received), boolean(one.adds));
  const std::size_t tells = one.tells ? one.tells->entry + 1 : 0;
  text += fmt::format("   tells |-> {}, tells_itself |-> {},\n", tells, boolean(one.tells && one.tells->its_own));
  return text +
         fmt::format("   gives |-> \"{}\", alike |-> {},\n   after |-> {}]", gives(one), one.alike + 1, after(one));
}

std::string asks(const Outline& outline) {
  std::vector<std::string> each;
  for (std::size_t id = 0; id < outline.program.instructions.size(); ++id) each.push_back(ask(outline.program, id));
  return fmt::format(
      "\\* Requests, each in one situation: what is asked, and by each answer the ways on from there: what is sent and "
      "not\n"
      "\\* waited for, and which request next, or 0: the operation ends.\n"
      "Asks == <<\n{}\n>>\n\n",
      fmt::join(each, ",\n"));
}

std::string operations(const Outline& outline) {
  std::vector<std::string> each;
  for (const ProgramOperation& operation : outline.program.operations)
    each.push_back(fmt::format("  [writes |-> {}, watched |-> {}, start |-> {}]  \\* {}",
                               boolean(operation.kind == OperationKind::kWrite), operation.watched + 1,
                               ways(operation.start), remark(operation.name)));
  std::string text = "Operations == <<\n";
  for (std::size_t i = 0; i < each.size(); ++i) {
    const std::size_t end = each[i].find("  \\*");
    text += each[i].substr(0, end) + (i + 1 < each.size() ? "," : "") + each[i].substr(end) + "\n";
  }
  return text + ">>\n\n";
}

std::string scripts(const Outline& outline) {
  std::vector<std::string> each;
  for (std::size_t app = 0; app < outline.apps(); ++app)
    each.push_back(fmt::format("  [operation |-> {}, own |-> {}, change |-> {}]",
                               outline.script(app).candidates.front() + 1, outline.own(app), outline.change(app)));
  return fmt::format(
      "\\* By app instance: what it runs, and, of a Write, the value it writes or the change it makes.\nScripts == "
      "<<\n{}\n>>\n\n",
      fmt::join(each, ",\n"));
}

std::string budgets(const Outline& outline) {
  std::vector<std::string> each;
  for (const FaultBudget& budget : outline.scenario.budgets) {
    std::string text = fmt::format("  [unlimited |-> {}, most |-> {}", boolean(budget.unlimited), budget.budget);
    for (const std::string_view fault : kMessageFaults)
      text += fmt::format(",\n   {} |-> {}", identifier(fault), set_of(outline.struck(budget, fault)));
    for (const std::string_view fault : kCacheFaults)
      text += fmt::format(",\n   {} |-> {}", identifier(fault), boolean(outline.strikes_cache(budget, fault)));
    each.push_back(text + "]");
  }
  return fmt::format(
      "\\* How often which faults may happen, together, and to messages of which requests.\nBudgets == <<{}{}{}>>\n\n",
      each.empty() ? "" : "\n", fmt::join(each, ",\n"), each.empty() ? "" : "\n");
}

std::string stores(const Outline& outline) {
  const DrawnServer& cache = outline.cache();
  return fmt::format(
      "\\* Of the stores: whether the cache stands in each app instance; how many entries it may have of the row, "
      "which are\n"
      "\\* filled at first, which expire then, and whose leases run out; the value of a row that is not there, 0 where "
      "there\n"
      "\\* always is one; whether rows have versions.\n"
      "Local == {}\nEntryCount == {}\nFilledAtFirst == {}\nFillsExpire == {}\nLeasesRunOut == {}\n"
      "StaleLeasesRunOut == {}\nNoRow == {}\nVersions == {}\nNothingExpires == {}\n",
      boolean(cache.local), outline.program.entries.size(), set_of(outline.filled_at_first()),
      set_of(entries_in(cache.fills_expire)), set_of(entries_in(cache.leases_run_out)),
      set_of(entries_in(cache.stale_leases_run_out)), outline.no_row(), boolean(outline.program.versions),
      boolean(outline.scenario.words.no_expiry));
}

}  // namespace

std::string write_tla(const Outline& outline) {
  const std::string name = module_name(outline.page);
  std::string text = fmt::format("---- MODULE {} ----\n", name);
  for (const std::string& line : about(outline)) text += fmt::format("\\* {}\n", remark(line));
  text += fmt::format(
      "\\*\n\\* Save it as {0}.tla, and beside it as {0}.cfg the three lines\n"
      "\\*   INIT Init\n\\*   NEXT Next\n\\*   INVARIANT CoherentAtRest\n"
      "\\* and search it by TLC: java -cp tla2tools.jar tlc2.TLC -deadlock {0}\n"
      "\\* (-deadlock: to be at rest is none. -continue counts all states, violated or not.)\n"
      "EXTENDS Naturals, Sequences\n\n",
      name);
  text += asks(outline) + operations(outline) + scripts(outline) + budgets(outline) + stores(outline);
  return fmt::format("{}{}====\n", text, prelude("semantics.tla"));
}

}  // namespace stalemate::model
