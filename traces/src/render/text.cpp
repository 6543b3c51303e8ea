// The text renderer: plain ASCII apart from what the trace itself contains, aligned by code points, no trailing blanks.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "render/entries.hpp"
#include "render/legend.hpp"
#include "render/verdict.hpp"
#include "render/words.hpp"
#include "traces/render.hpp"

namespace stalemate::traces::render {
namespace {

using Row = std::vector<std::string>;

// Columns padded to their widest cell, two spaces apart.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], code_point_count(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += row[i] + std::string(widths[i] - code_point_count(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

// What every store holds of `keys` after a step, in words; " *" marks those that differ from `before`.
void append_values(Row& row, const std::vector<std::string>& keys, const State& before, const State& after) {
  for (const Contents& contents : after.stores) {
    for (const std::string& key : keys) {
      const std::string told = entry_words(after, contents.store, key);
      if (!told.empty()) row.push_back(told + (told == entry_words(before, contents.store, key) ? "" : " *"));
    }
  }
}

std::string steps_table(const Trace& trace, const std::vector<std::string>& keys) {
  Row head = {"step", "what happens"};
  for (const Contents& contents : trace.initial.stores)
    for (const std::string& key : keys)
      if (!entry_words(trace.initial, contents.store, key).empty())
        head.push_back(fmt::format("{} {}", foreign(contents.store), foreign(key)));
  std::vector<Row> rows = {head};
  const State* before = &trace.initial;
  const auto add = [&](const std::string& number, std::string what, const State& after, const std::string& remark) {
    const std::size_t width = code_point_count(number) < 4 ? 4 - code_point_count(number) : 0;
    Row row = {std::string(width, ' ') + number, std::move(what)};
    append_values(row, keys, *before, after);
    row.push_back(remark);
    rows.push_back(std::move(row));
    before = &after;
  };
  add("", "at the start", trace.initial, "");
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    std::string remark;
    for (const std::string& broken : step.violates) {
      remark += (remark.empty() ? "<- breaks " : ", ") + foreign(broken);
    }
    if (trace.loop == i)
      remark = fmt::format("<- from here on {}{}", loop_words(trace), remark.empty() ? "" : "  ") + remark;
    add(fmt::format("{}", i + 1), step_line(trace, step), step.after, remark);
  }
  return table(rows);
}

std::string final_table(const Trace& trace, const std::vector<std::string>& keys) {
  const State& end = final_state(trace);
  Row head = {"at the end"};
  for (const Contents& contents : end.stores)
    if (!contents.entries.empty()) head.push_back(foreign(contents.store));
  std::vector<Row> rows = {std::move(head)};
  const std::vector<DifferingEntry> differing =
      is_at_rest(end) ? find_differing_entries(trace) : std::vector<DifferingEntry>();
  for (const std::string& key : keys) {
    Row row = {foreign(key)};
    for (const Contents& contents : end.stores)
      if (!contents.entries.empty()) row.push_back(entry_words(end, contents.store, key));
    if (std::any_of(differing.begin(), differing.end(), [&](const DifferingEntry& each) { return each.key == key; }))
      row.push_back("<- differ");
    rows.push_back(std::move(row));
  }
  return table(rows);
}

}  // namespace

std::string as_text(const Trace& trace, const Highlights& /*highlights*/) {
  const std::vector<std::string> keys = shown_keys(trace);
  std::vector<Row> head = {{"protocol", foreign(trace.protocol.name)}};
  for (const std::string& role : trace.protocol.roles) head.push_back({"role", foreign(role)});
  head.push_back({"scenario", scenario_words(trace.scenario)});
  if (trace.seed) head.push_back({"seed", fmt::format("{}", *trace.seed)});
  const bool broke_before =
      std::any_of(trace.steps.begin(), trace.steps.end(), [](const Step& step) { return !step.violates.empty(); });
  const std::string_view unbroken = broke_before                     ? "nothing by its last step"
                                    : is_at_rest(final_state(trace)) ? "nothing"
                                                                     : "nothing so far";
  head.push_back({"breaks", trace.property.empty() ? std::string(unbroken) : foreign(trace.property)});

  std::string out = table(head) + "\n";
  out += steps_table(trace, keys);
  out += "\n";
  for (const std::string& line : legend_lines(trace)) out += line + "\n";
  out += "\n" + final_table(trace, keys) + "\n";
  for (const std::string& line : verdict_lines(trace)) out += line + "\n";
  return out;
}

}  // namespace stalemate::traces::render
