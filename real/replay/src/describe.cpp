// The replay's report as text.
#include <fmt/format.h>

#include <algorithm>

#include "replay/replay.hpp"
#include "traces/render.hpp"

namespace stalemate::real {
namespace {

std::string store_line(const StoreAtEnd& store) {
  std::string line = store.product + ":";
  for (const traces::Entry& entry : store.entries) {
    line += ' ';
    if (store.entries.size() > 1) line += entry.key + "=";
    line += entry.value ? fmt::format("{}", *entry.value) : "absent";
  }
  return line + "\n";
}

bool diverges_at(const Conformance& conformance, int step) {
  if (conformance.divergence && conformance.divergence->step == step) return true;
  return std::any_of(conformance.further.begin(), conformance.further.end(),
                     [step](const Divergence& one) { return one.step == step; });
}

std::string line_of(const Divergence& at) {
  const std::string where = at.step == 0 ? "after the last step" : fmt::format("at step {}", at.step);
  return fmt::format("diverged {}: expected {}, got {}", where, at.expected, at.got);
}

}  // namespace

std::vector<std::string> versions_of(const Conformance& conformance) {
  std::vector<std::string> versions;
  for (const StoreAtEnd& store : conformance.stores) {
    const bool is_said = std::find(versions.begin(), versions.end(), store.version) != versions.end();
    if (!store.version.empty() && !is_said) versions.insert(versions.begin(), store.version);
  }
  return versions;
}

std::string verdict(const Conformance& conformance) {
  if (conformance.reproduced()) return "reproduced";
  return line_of(*conformance.divergence);
}

std::string describe(const traces::Trace& trace, const Conformance& conformance) {
  std::string text = fmt::format("replayed on {}\n\n", fmt::join(versions_of(conformance), " and "));
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (std::size_t i = 0; i < conformance.came_back.size(); ++i) {
    lines.push_back(traces::step_line(trace, trace.steps[i]));
    width = std::max(width, lines.back().size());
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& back = conformance.came_back[i];
    const bool diverged = diverges_at(conformance, static_cast<int>(i) + 1);
    const std::string_view mark = diverged ? "DIVERGED: " : back.empty() ? "" : "really: ";
    std::string line = fmt::format("{:>3}  {:<{}}  {}{}", i + 1, lines[i], width, mark, back);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += fmt::format("\n{} ({} of {} steps, {} round trip{})\n", verdict(conformance), lines.size(),
                      trace.steps.size(), conformance.round_trips, conformance.round_trips == 1 ? "" : "s");
  for (const Divergence& at : conformance.further) text += line_of(at) + "\n";
  if (conformance.reproduced() && trace.loop && *trace.loop < trace.steps.size())
    text += fmt::format("the loop from step {} on was run once; that it goes on for ever is what the model says\n",
                        *trace.loop + 1);
  for (const StoreAtEnd& store : conformance.stores)
    if (!store.entries.empty()) text += store_line(store);
  return text;
}

}  // namespace stalemate::real
