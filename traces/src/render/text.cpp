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

// What is stored of `keys` after a step, in words; " *" marks those that differ from `before`.
template <class Words>
void append_values(Row& row, const std::vector<std::string>& keys, const State& before, const State& after,
                   Words words) {
  for (const std::string& key : keys) {
    const std::string told = words(after, key);
    row.push_back(told + (told == words(before, key) ? "" : " *"));
  }
}

std::string stored_words(const State& state, const std::string& key) {
  return value_words(value_of(state.database, key));
}

std::string steps_table(const Trace& trace, const std::vector<std::string>& keys, bool has_cache) {
  Row head = {"step", "what happens"};
  if (has_cache) {
    for (const std::string& key : keys) head.push_back("cache " + foreign(key));
  }
  for (const std::string& key : keys) head.push_back("database " + foreign(key));
  std::vector<Row> rows = {head};
  const State* before = &trace.initial;
  const auto add = [&](const std::string& number, std::string what, const State& after, const std::string& remark) {
    const std::size_t width = code_point_count(number) < 4 ? 4 - code_point_count(number) : 0;
    Row row = {std::string(width, ' ') + number, std::move(what)};
    if (has_cache) append_values(row, keys, *before, after, cached_words);
    append_values(row, keys, *before, after, stored_words);
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

std::string final_table(const State& end, const std::vector<std::string>& keys, bool has_cache) {
  std::vector<Row> rows = {has_cache ? Row{"at the end", "cache", "database"} : Row{"at the end", "database"}};
  for (const std::string& key : keys) {
    const auto cached = value_of(end.cache, key);
    const auto stored = value_of(end.database, key);
    Row row = {foreign(key)};
    if (has_cache) row.push_back(cached_words(end, key));
    row.push_back(value_words(stored));
    if (has_cache && is_at_rest(end) && cached && cached != stored) row.push_back("<- differ");
    rows.push_back(std::move(row));
  }
  return table(rows);
}

}  // namespace

std::string as_text(const Trace& trace, const Highlights& /*highlights*/) {
  const std::vector<std::string> keys = shown_keys(trace);
  const bool has_cache = !trace.initial.cache.empty();
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
  out += steps_table(trace, keys, has_cache);
  out += "\n";
  for (const std::string& line : legend_lines(trace)) out += line + "\n";
  out += "\n" + final_table(final_state(trace), keys, has_cache) + "\n";
  for (const std::string& line : verdict_lines(trace)) out += line + "\n";
  return out;
}

}  // namespace stalemate::traces::render
