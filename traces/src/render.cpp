// The table of renderers, and the one-line forms they share with the stepper and the replay.
#include "traces/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "render/entries.hpp"
#include "render/words.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using render::chosen_words;
using render::ending_words;
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

// The message a step is about, as far as it is known: "cache: get k1".
std::string subject(const Trace& trace, const Step& step) {
  const Request* request = render::request_of(trace, step);
  return request == nullptr ? fmt::format("arrow {}", step.arrow)
                            : fmt::format("{}: {}", foreign(request->to), request_words(*request));
}

// What of a crashed app instance is still in flight: "; set k1=1 may yet arrive".
std::string arriving_words(const Step& crash) {
  std::string words;
  for (const InFlight& message : crash.after.in_flight) {
    if (message.app == crash.app)
      words += fmt::format("{} {}", words.empty() ? ";" : ",", request_words(message.request));
  }
  return words.empty() ? "" : words + " may yet arrive";
}

std::string what_happens(const Trace& trace, const Step& step) {
  const std::string answer = step.reply ? " -> " + reply_words(*step.reply) : "";
  switch (step.kind) {
    case StepKind::kInvoke:
      return "starts " + operation_words(step);
    case StepKind::kHandle:
      return subject(trace, step) + answer + (step.is_ghost ? " (nobody waits for it)" : "");
    case StepKind::kReceive:
      return subject(trace, step) + answer + " arrives";
    case StepKind::kLoseRequest: {
      const bool awaited = !step.request || step.request->awaited;
      return subject(trace, step) + " never arrives" + (awaited ? "; times out" : "");
    }
    case StepKind::kLoseReply:
      return subject(trace, step) + answer + " is lost; times out";
    case StepKind::kLateRequest:
      return subject(trace, step) + " is late; times out";
    case StepKind::kDuplicate:
      return subject(trace, step) + " is sent twice";
    case StepKind::kCrash:
      return fmt::format("app{} crashes at {}{}{}", step.app, subject(trace, step), answer, arriving_words(step));
    case StepKind::kEvict:
    case StepKind::kExpire:
    case StepKind::kCacheRestart:
    case StepKind::kCacheFailover:
      return render::cache_event_words(step);
  }
  return "?";
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
  for (const Step& other : trace.steps)
    if (is_of_cache(other.kind)) actor_width = std::max(actor_width, actor_name(trace, 0, 0).size());
  std::size_t kind_width =
      to_string(trace.scenario.faults.empty() ? StepKind::kReceive : StepKind::kLoseRequest).size();
  for (const Step& other : trace.steps) kind_width = std::max(kind_width, to_string(other.kind).size());
  std::string line = padded(actor_name(trace, step.app, step.session), actor_width) + "  " +
                     padded(std::string(to_string(step.kind)), kind_width) + "  " + what_happens(trace, step) +
                     chosen_words(step);
  for (const Request& request : step.sends) {
    line += fmt::format("; sends {}: {}{}", foreign(request.to), request_words(request),
                        request.awaited ? "" : " (without waiting)");
    if (request.drawn_lost) line += request.awaited ? ", drawn as lost; times out" : ", drawn as lost";
  }
  for (const Ending& ending : step.endings) line += "; " + ending_words(ending);
  return line;
}

std::string state_line(const State& state) {
  std::string line;
  if (!state.cache.empty()) {
    line += "cache";
    for (const Entry& entry : state.cache)
      line += fmt::format(" {}={}", foreign(entry.key), render::cached_words(state, entry.key));
    line += "  ";
  }
  line += "database";
  for (const Entry& entry : state.database)
    line += fmt::format(" {}={}", foreign(entry.key), render::value_words(entry.value));
  return line;
}

}  // namespace stalemate::traces
