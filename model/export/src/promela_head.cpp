// See promela_head.hpp.
#include "promela_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

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

std::string opening(const Outline& outline) {
  std::string about_it;
  for (const std::string& told : about(outline))
    about_it += (about_it.empty() ? "/* " : "\n * ") + promela_comment(told);
  return about_it +
         "\n *\n * Search it by SPIN, with this as model.pml:"
         "\n *   spin -a model.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000"
         "\n * -c0: count all states, violated or not. -DREACHED (for spin): see the end of the prelude. */\n\n";
}

std::string sizes(const Outline& outline, const PromelaRoom& room) {
  std::string text;
  const std::size_t places = outline.program.locations.size();
  text += fmt::format(
      "#define APPS {}\n#define LOCAL {}\n#define ENTRIES {}\n#define BUDGETS {}\n#define SENT {}\n#define LATE {}\n",
      outline.apps(), outline.cache().local ? 1 : 0, outline.program.entries.size(), outline.scenario.budgets.size(),
      room.sent, room.late);
  text += fmt::format("#define PLACE {}\n#define ASK {}\n", places < 256 ? "byte" : "short",
                      outline.program.instructions.size() < 255 ? "byte" : "short");
  text += fmt::format("#define WATCHES {}\n#define VERSIONS {}\n#define NO_ROW {}\n", outline.program.watches ? 1 : 0,
                      outline.program.versions ? 1 : 0, outline.no_row());
  const std::vector<std::size_t> filled = outline.filled_at_first();
  const auto is_filled = [&](std::size_t entry) {
    return std::find(filled.begin(), filled.end(), entry) != filled.end();
  };
  const std::size_t entries = outline.program.entries.size();
  const std::size_t cells = outline.places() * entries;
  text += initial("FILLED_AT_FIRST", cells, [&](std::size_t cell) { return is_filled(cell % entries) ? "1" : "0"; });
  text += initial("EXPIRES_AT_FIRST", cells, [&](std::size_t cell) {
    return is_filled(cell % entries) && (outline.cache().fills_expire >> cell % entries & 1) != 0 ? "1" : "0";
  });
  return text;
}

std::string of_apps(const Outline& outline) {
  std::string text =
      "\n/* By app instance: its operation, the entry that this watches, and of a Write what it writes, or changes. "
      "*/\n";
  const std::size_t apps = outline.apps();
  text += table("OPERATION", 0, apps, [&](std::size_t app) { return outline.script(app).candidates.front() + 1; });
  text += table("WATCHED", 0, apps, [&](std::size_t app) { return outline.operation_of(app).watched; });
  text += table("OWN", 0, apps, [&](std::size_t app) { return outline.own(app); });
  text += table("CHANGE", 0, apps, [&](std::size_t app) { return outline.change(app); });
  return text;
}

std::string of_requests(const Outline& outline, const PromelaRoom& room) {
  if (room.sent + room.late == 0) return {};
  std::string text = "\n/* By request: where it goes, which entry it is about, whether somebody waits for it. */\n";
  const auto& asks = outline.program.instructions;
  text += table("STORE_OF", 1, asks.size(), [&](std::size_t id) { return store_name(outline.program, asks[id]); });
  text += table("ENTRY_OF", 1, asks.size(), [&](std::size_t id) { return asks[id].entry; });
  text += table("AWAITED", 1, asks.size(), [&](std::size_t id) { return truth(asks[id].awaited); });
  if (room.sent == 0) return text;
  text += "\n/* Requests to one store arrive in the order sent, as long as they go over one connection. */\n";
  text += "#define ARRIVES_0(a_store) true\n";
  for (std::size_t i = 0; i < room.sent; ++i)
    text += fmt::format(
        "#define ARRIVES_{}(a_store) (sent[SENT_AT({})] != 0 && STORE_OF(sent[SENT_AT({})]) == a_store -> "
        "sent_cut[SENT_AT({})] : ARRIVES_{}(a_store))\n",
        i + 1, i, i, i, i);
  return text;
}

std::string claims(const Outline& outline, const PromelaRoom& room) {
  std::string text = "\n/* Nothing is in flight or under way. */\n";
  const std::size_t cells = outline.places() * outline.program.entries.size();
  text += all_of("APPS_AT_REST", outline.apps(), [&](std::size_t app) {
    std::string rests = fmt::format("at[{}] == 0", app);
    if (room.sent > 0) rests += fmt::format(" && sent[{} * SENT] == 0", app);
    if (room.late > 0) rests += fmt::format(" && late[{} * LATE] == 0", app);
    return rests;
  });
  text += all_of("NOTHING_TO_HEAR", outline.cache().local ? cells : 1, [&](std::size_t cell) {
    return outline.cache().local ? fmt::format("to_hear[{}] == 0", cell) : std::string("true");
  });
  text += "#define AT_REST (APPS_AT_REST && NOTHING_TO_HEAR)\n";
  text += all_of("ALL_COHERENT", cells, [](std::size_t cell) { return fmt::format("COHERENT({})", cell); });
  text += all_of("NOTHING_CACHED", cells, [](std::size_t cell) { return fmt::format("entry_value[{}] == 0", cell); });
  return text;
}

}  // namespace

std::string promela_comment(std::string_view label) {
  std::string plain;
  for (const char c : label)
    plain += c == '*' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f
                 ? '?'
                 : c;
  return plain;
}

PromelaRoom promela_room_of(const Outline& outline) { return {sent_max(outline), late_max(outline)}; }

std::string promela_head(const Outline& outline, const PromelaRoom& room) {
  return opening(outline) + sizes(outline, room) + of_apps(outline) + of_requests(outline, room) +
         claims(outline, room);
}

}  // namespace stalemate::model
