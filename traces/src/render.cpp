// The table of renderers, and the one-line forms they share with the stepper and the replay.
#include "traces/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "render/entries.hpp"
#include "render/fates.hpp"
#include "render/words.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using render::chosen_words;
using render::ending_words;
using render::entry_words;
using render::foreign;
using render::operation_words;
using render::reply_words;
using render::request_words;

constexpr Renderer kRenderers[] = {
    {"text", "a table: what happens, step by step, and both stores after it", render::as_text},
    {"mermaid", "a sequence diagram that GitHub, GitLab and editors draw", render::as_mermaid},
    {"svg", "a sequence diagram of our own, as a picture: slanted arrows, the stores' values", render::as_svg, true},
    {"itf", "Apalache's trace format (ADR-015), for its viewers and for generated tests", render::as_itf},
    {"json", "the trace file itself", [](const Trace& trace, const Highlights&) { return write_json(trace); }},
};

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, code_point_count(text)), ' ');
}

// ", from the cache", where a store sends it of its own.
std::string of_sender(const Request& request) {
  return request.from.empty() ? "" : ", from the " + foreign(request.from);
}

// The message a step is about, as far as it is known: "cache: get k1".
std::string subject(const Trace& trace, const Step& step) {
  const Request* request = render::request_of(trace, step);
  return request == nullptr
             ? fmt::format("arrow {}", step.arrow)
             : fmt::format("{}: {}{}", foreign(request->to), request_words(*request), of_sender(*request));
}

// " -> miss"; of a cache that answers now because of what it handles or the database has done for it, whom.
std::string answer_words(const Trace& trace, const Step& step) {
  const std::string words = reply_words(*step.reply);
  if (step.answers == 0 || !step.request) return " -> " + words;
  const std::string& cache = is_database(trace, step.request->to) ? step.request->from : step.request->to;
  return fmt::format("; the {} answers {}: {}", foreign(cache), actor_name(trace, step.app, step.session), words);
}

// What a crash or a cancelled operation leaves in flight: "; set k1=1 may yet arrive".
std::string arriving_words(const Step& step) {
  std::string words;
  for (const InFlight& message : step.after.in_flight) {
    if (render::breaks_off(step, id_of(message)))
      words += fmt::format("{} {}", words.empty() ? ";" : ",", request_words(message.request));
  }
  return words.empty() ? "" : words + " may yet arrive";
}

std::string what_happens(const Trace& trace, const Step& step) {
  if (is_of_store(step.kind)) return render::store_event_words(step);
  const StepKindFacts& facts = facts_of(step.kind);
  const bool awaited = !step.request || step.request->awaited;
  return fmt::format(fmt::runtime(facts.line), fmt::arg("app", step.app), fmt::arg("diagram", foreign(step.diagram)),
                     fmt::arg("key", foreign(step.key)), fmt::arg("again", again_words(step)),
                     fmt::arg("subject", subject(trace, step)),
                     fmt::arg("answer", step.reply ? answer_words(trace, step) : ""),
                     fmt::arg("nobody", step.is_ghost ? " (nobody waits for it)" : ""),
                     fmt::arg("times_out", awaited ? "; times out" : ""), fmt::arg("arriving", arriving_words(step)));
}

}  // namespace

std::span<const Renderer> renderers() { return kRenderers; }

const Renderer* find_renderer(std::string_view name) {
  for (const Renderer& renderer : renderers()) {
    if (renderer.name == name) return &renderer;
  }
  return nullptr;
}

std::string step_line(const Trace& trace, const Step& step) {
  std::size_t actor_width = 0;
  for (std::size_t app = 1; app <= trace.scenario.apps.size(); ++app) {
    const int number = static_cast<int>(app);
    const int sessions = session_count(trace.scenario, number);
    actor_width = std::max(actor_width, actor_name(trace, number, sessions).size());
  }
  for (const Step& other : trace.steps) actor_width = std::max(actor_width, actor_name(trace, other).size());
  std::size_t kind_width =
      to_string(trace.scenario.faults.empty() ? StepKind::kReceive : StepKind::kLoseRequest).size();
  for (const Step& other : trace.steps) kind_width = std::max(kind_width, to_string(other.kind).size());
  std::string line = padded(actor_name(trace, step), actor_width) + "  " +
                     padded(std::string(to_string(step.kind)), kind_width) + "  " + what_happens(trace, step) +
                     chosen_words(step);
  for (const Request& request : step.sends) {
    line += request.from.empty() ? fmt::format("; sends {}: {}{}", foreign(request.to), request_words(request),
                                               request.awaited ? "" : " (without waiting)")
                                 : fmt::format("; the {} sends {}: {}", foreign(request.from), foreign(request.to),
                                               request_words(request));
    if (request.drawn_lost) line += request.awaited ? ", drawn as lost; times out" : ", drawn as lost";
  }
  for (const Ending& ending : step.endings) line += "; " + ending_words(ending);
  return line;
}

std::string state_line(const State& state) {
  std::string line;
  for (const Contents& contents : state.stores) {
    line += (line.empty() ? "" : "  ") + foreign(contents.store);
    for (const Entry& entry : contents.entries) line += fmt::format(" {}={}", foreign(entry.key), entry_words(entry));
  }
  return line;
}

}  // namespace stalemate::traces
