// A comparison for people, as Markdown and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ask/compare.hpp"
#include "machine/scenario.hpp"
#include "report_words.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

std::string row_name(const ComparedRow& row) { return row.fault.empty() ? "no fault" : row.fault; }

// "with cache-restart", "without faults"
std::string under(const ComparedRow& row) { return row.fault.empty() ? "without faults" : "with " + row.fault; }

std::string cell_text(const ComparedCell& cell) {
  const std::string before(to_string(cell.before.standing));
  const std::string after(to_string(cell.after.standing));
  return before == after ? before : before + " -> " + after;
}

// Where a fault strikes one side alone.
std::string remark_of(const ComparedRow& row) {
  if (row.strikes_before && row.strikes_after) return "";
  return row.strikes_after ? "strikes nothing before" : "strikes nothing after";
}

std::string orders_text(const ComparedRow& row) {
  if (!row.orders_before || !row.orders_after) return "";
  return fmt::format("{} of {} orders end wrong before, {} of {} after", row.orders_before->violating,
                     row.orders_before->total, row.orders_after->violating, row.orders_after->total);
}

template <typename Visit>
void each_cell(const Comparison& comparison, Change change, const Visit& visit) {
  for (const ComparedRow& row : comparison.rows)
    for (const ComparedCell& cell : row.cells)
      if (cell.change == change) visit(row, cell);
}

const ComparedRow& row_of(const Comparison& comparison, const ComparedCell* cell) {
  return *std::find_if(comparison.rows.begin(), comparison.rows.end(), [&](const ComparedRow& row) {
    return std::any_of(row.cells.begin(), row.cells.end(), [&](const ComparedCell& one) { return &one == cell; });
  });
}

// "coherent-at-rest (without faults, with crash), fresh-reads (with crash)"; "" where there is none.
std::string changes_text(const Comparison& comparison, Change change) {
  std::string text;
  for (const std::string& property : comparison.properties) {
    std::string rows;
    each_cell(comparison, change, [&](const ComparedRow& row, const ComparedCell& cell) {
      if (cell.property == property) rows += (rows.empty() ? "" : ", ") + under(row);
    });
    if (!rows.empty()) text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", property, rows);
  }
  return text;
}

std::string verdict_text(const Comparison& comparison) {
  const bool won = comparison.has(Change::kWon);
  const bool lost = comparison.has(Change::kLost);
  if (won && lost) return "wins and loses";
  if (won || lost) return won ? "wins, and loses nothing" : "loses, and wins nothing";
  return comparison.has(Change::kUndecided) ? "undecided" : "nothing won, nothing lost";
}

std::string table(const Comparison& comparison) {
  std::vector<std::vector<std::string>> lines = {{""}};
  for (const std::string& property : comparison.properties) lines[0].push_back(property);
  for (const ComparedRow& row : comparison.rows) {
    lines.push_back({row_name(row)});
    for (const ComparedCell& cell : row.cells) lines.back().push_back(cell_text(cell));
    lines.back().push_back(remark_of(row));
  }
  std::vector<std::size_t> widths(comparison.properties.size() + 2, 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const auto& line : lines) {
    std::string one;
    for (std::size_t i = 0; i < line.size(); ++i) one += fmt::format("{:<{}}", line[i], widths[i] + 2);
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + "\n";
  }
  return text;
}

// What says nothing, and why, once each.
std::vector<std::string> reasons(const Comparison& comparison) {
  std::vector<std::string> all;
  for (const ComparedRow& row : comparison.rows)
    for (const ComparedCell& cell : row.cells)
      for (const Judgement* side : {&cell.before, &cell.after}) {
        if (side->why.empty()) continue;
        const std::string& name = side == &cell.before ? comparison.before : comparison.after;
        std::string line = fmt::format("{} of {} {}: {}", cell.property, name, to_string(side->standing), side->why);
        if (std::find(all.begin(), all.end(), line) == all.end()) all.push_back(std::move(line));
      }
  return all;
}

nlohmann::ordered_json orders_json(const std::optional<Schedules>& orders) {
  // Numbers of any size: JSON has no largest integer, so they are strings of digits.
  if (!orders) return nullptr;
  return {{"violating", orders->violating}, {"total", orders->total}};
}

nlohmann::ordered_json side_json(const Judgement& side) {
  nlohmann::ordered_json json = {{"standing", to_string(side.standing)}};
  json["why"] = side.why.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(side.why);
  return json;
}

nlohmann::ordered_json trace_json(const std::optional<traces::Trace>& trace) {
  return trace ? nlohmann::ordered_json::parse(traces::write_json(*trace)) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::string_view to_string(Standing standing) {
  constexpr std::string_view kWords[] = {"holds", "violated", "says nothing", "unknown"};
  return kWords[static_cast<std::size_t>(standing)];
}

std::string_view to_string(Change change) {
  constexpr std::string_view kWords[] = {"none", "won", "lost", "undecided"};
  return kWords[static_cast<std::size_t>(change)];
}

std::string describe(const Comparison& comparison) {
  std::string text = fmt::format("{}: {} -> {}\n{}\n\n{}", verdict_text(comparison), comparison.before,
                                 comparison.after, describe(comparison.scenario), table(comparison));
  const auto add = [&](const char* what, Change change) {
    const std::string changes = changes_text(comparison, change);
    if (!changes.empty()) text += fmt::format("\n{}: {}\n", what, changes);
  };
  add("won", Change::kWon);
  add("lost", Change::kLost);
  add("undecided", Change::kUndecided);
  for (const ComparedRow& row : comparison.rows)
    if (const std::string orders = orders_text(row); !orders.empty())
      text += fmt::format("\n{}: {}\n", under(row), orders);
  const auto show = [&](const char* what, Change change) {
    const ComparedCell* const cell = comparison.simplest(change);
    if (cell == nullptr) return;
    const std::optional<traces::Trace>& trace = change == Change::kWon ? cell->before.trace : cell->after.trace;
    text += fmt::format("\n{}, of {} {}:\n", what, cell->property, under(row_of(comparison, cell)));
    text += trace ? "\n" + traces::find_renderer("text")->render(*trace, {}) : "no trace was kept\n";
  };
  show("this goes wrong no more", Change::kWon);
  show("this goes wrong now", Change::kLost);
  const std::vector<std::string> why = reasons(comparison);
  if (!why.empty()) text += "\n";
  for (const std::string& line : why) text += line + "\n";
  for (const std::string& limit : comparison.limits) text += fmt::format("limit: {}\n", limit);
  return text;
}

std::string to_markdown(const Comparison& comparison) {
  std::string text = fmt::format("**{}**: `{}` → `{}` ({})\n\n|  |", verdict_text(comparison), comparison.before,
                                 comparison.after, describe(comparison.scenario));
  for (const std::string& property : comparison.properties) text += fmt::format(" {} |", property);
  text += "\n|---|";
  for (std::size_t i = 0; i < comparison.properties.size(); ++i) text += "---|";
  text += "\n";
  for (const ComparedRow& row : comparison.rows) {
    const std::string remark = remark_of(row);
    text += fmt::format("| {}{} |", row_name(row), remark.empty() ? "" : ", " + remark);
    for (const ComparedCell& cell : row.cells) {
      const std::string said = cell_text(cell);
      text += cell.change == Change::kNone ? fmt::format(" {} |", said)
                                           : fmt::format(" **{}**: {} |", to_string(cell.change), said);
    }
    text += "\n";
  }
  for (const ComparedRow& row : comparison.rows)
    if (const std::string orders = orders_text(row); !orders.empty())
      text += fmt::format("\n{}: {}.\n", under(row), orders);
  const auto show = [&](const char* what, Change change) {
    const ComparedCell* const cell = comparison.simplest(change);
    const std::optional<traces::Trace>* const trace = cell == nullptr          ? nullptr
                                                      : change == Change::kWon ? &cell->before.trace
                                                                               : &cell->after.trace;
    if (trace == nullptr || !*trace) return;
    text += fmt::format("\n<details><summary>{}, of {} {}</summary>\n\n```mermaid\n{}```\n\n</details>\n", what,
                        cell->property, under(row_of(comparison, cell)),
                        traces::find_renderer("mermaid")->render(**trace, {}));
  };
  show("This goes wrong no more", Change::kWon);
  show("This goes wrong now", Change::kLost);
  const std::vector<std::string> why = reasons(comparison);
  if (!why.empty()) text += "\n";
  for (const std::string& line : why) text += fmt::format("- {}\n", line);
  for (const std::string& limit : comparison.limits) text += fmt::format("\nLimit: {}.\n", limit);
  return text;
}

std::string to_json(const Comparison& comparison) {
  nlohmann::ordered_json json = {{"before", comparison.before}, {"after", comparison.after}};
  json["scenario"] = to_json(comparison.scenario);
  json["properties"] = comparison.properties;
  json["rows"] = nlohmann::ordered_json::array();
  for (const ComparedRow& row : comparison.rows) {
    nlohmann::ordered_json told;
    told["fault"] = row.fault.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(row.fault);
    told["strikes"] = {{"before", row.strikes_before}, {"after", row.strikes_after}};
    told["orders"] = {{"before", orders_json(row.orders_before)}, {"after", orders_json(row.orders_after)}};
    for (const ComparedCell& cell : row.cells)
      told["cells"].push_back({{"property", cell.property},
                               {"change", to_string(cell.change)},
                               {"before", side_json(cell.before)},
                               {"after", side_json(cell.after)}});
    json["rows"].push_back(std::move(told));
  }
  const ComparedCell* const won = comparison.simplest(Change::kWon);
  const ComparedCell* const lost = comparison.simplest(Change::kLost);
  json["gone"] = won != nullptr ? trace_json(won->before.trace) : nullptr;
  json["new"] = lost != nullptr ? trace_json(lost->after.trace) : nullptr;
  json["limits"] = comparison.limits;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace stalemate::model
