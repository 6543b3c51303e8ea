// See lesson_story.hpp.
#include "lesson_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "traces/story.hpp"

namespace stalemate::model {
namespace {

using traces::LessonEdge;
using traces::LessonRun;
using traces::LessonSide;
using traces::LessonState;
using traces::Step;
using traces::StepKind;

// A fault of the scenario; a time to live that is over is none.
bool is_fault(const Step& step) { return step.budget != 0; }

// A fault that strikes a message or an app instance, or changes what the cache holds.
bool does_something(const LessonState& state, const LessonEdge& edge, const std::vector<LessonState>& states) {
  return is_fault(edge.step) &&
         (!traces::is_of_store(edge.step.kind) || state.state.stores != states[edge.target].state.stores);
}

// By which edge a search came to a node.
constexpr std::size_t kUnseen = ~std::size_t{0};
struct From {
  std::size_t node = kUnseen;
  std::uint32_t choice = 0;
};

// The shortest run whose last edge `ends` it, over edges that `passes`; ties by the system's order. Breadth first over
// the states, each without and with a fault behind it: `ends` is asked of a state, an edge, and whether a fault has
// struck.
template <typename Ends, typename Passes>
std::optional<LessonRun> shortest_run(const std::vector<LessonState>& states, const Ends& ends, const Passes& passes) {
  std::vector<From> from(2 * states.size());
  std::vector<std::size_t> queue = {0};
  from[0].node = 0;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::size_t node = queue[head];
    const LessonState& state = states[node / 2];
    for (std::uint32_t choice = 0; choice < state.edges.size(); ++choice) {
      const LessonEdge& edge = state.edges[choice];
      const bool struck = node % 2 == 1 || is_fault(edge.step);
      if (ends(state, edge, struck)) {
        LessonRun run = {choice};
        for (std::size_t at = node; at != 0; at = from[at].node) run.push_back(from[at].choice);
        std::reverse(run.begin(), run.end());
        return run;
      }
      const std::size_t next = 2 * std::size_t{edge.target} + (struck ? 1 : 0);
      if (!passes(edge) || from[next].node != kUnseen) continue;
      from[next] = {node, choice};
      queue.push_back(next);
    }
  }
  return std::nullopt;
}

// A walk through a side's states that keeps what it took.
class Runner {
 public:
  explicit Runner(const std::vector<LessonState>& states) : states_(states) {}

  // Takes the first edge that is wanted; false where there is none.
  template <typename Wanted>
  bool take(const Wanted& wanted) {
    const std::vector<LessonEdge>& edges = here().edges;
    const auto found = std::find_if(edges.begin(), edges.end(), wanted);
    if (found == edges.end()) return false;
    take_choice(static_cast<std::uint32_t>(found - edges.begin()));
    return true;
  }
  void take_choice(std::uint32_t choice) {
    run_.push_back(choice);
    at_ = here().edges[choice].target;
  }
  const LessonState& here() const { return states_[at_]; }
  const LessonState& behind(const LessonEdge& edge) const { return states_[edge.target]; }
  const LessonRun& run() const { return run_; }

 private:
  const std::vector<LessonState>& states_;
  LessonRun run_;
  std::uint32_t at_ = 0;
};

// What of an app instance that crashed may yet reach the database.
std::size_t left_to_arrive(const traces::State& state, int app) {
  return static_cast<std::size_t>(
      std::count_if(state.in_flight.begin(), state.in_flight.end(), [app](const traces::InFlight& message) {
        return message.is_ghost && message.app == app && message.request.to == "database";
      }));
}

// One step of the first side after the other, and what the second does beside it.
class Companion {
 public:
  explicit Companion(const std::vector<LessonState>& states) : runner_(states) {}

  // Why the step has no counterpart, where it is a fault and has none; else "".
  std::string follow(const LessonState& before, const Step& step, const LessonState& after) {
    if (step.kind == StepKind::kInvoke) {
      finish(step);
      runner_.take([&](const LessonEdge& edge) {
        return of_session(edge, step) && edge.step.kind == StepKind::kInvoke && edge.step.key == step.key;
      });
      return "";
    }
    std::string why = take_part(before, step, after);
    const bool has_ended = std::any_of(step.endings.begin(), step.endings.end(), [](const traces::Ending& ending) {
      return ending.kind != traces::Ending::Kind::kAcknowledged;
    });
    if (has_ended && !is_asking_on(step, after)) finish(step);
    return why;
  }

  // Whatever has begun.
  void finish_all() {
    while (runner_.take([](const LessonEdge& edge) { return goes_on(edge.step); })) continue;
  }

  const LessonRun& run() const { return runner_.run(); }

 private:
  static bool goes_on(const Step& step) { return !is_fault(step) && step.kind != StepKind::kInvoke; }
  static bool of_session(const LessonEdge& edge, const Step& step) {
    return edge.step.app == step.app && edge.step.session == step.session;
  }

  // The session's operation to its end.
  void finish(const Step& leader) {
    while (runner_.take(
        [&](const LessonEdge& edge) { return of_session(edge, leader) && goes_on(edge.step) && !edge.step.is_ghost; }))
      continue;
  }

  // Something that nobody waits for is still on its way to the database.
  static bool is_asking_on(const Step& step, const LessonState& after) {
    const std::vector<traces::InFlight>& messages = after.state.in_flight;
    return std::any_of(messages.begin(), messages.end(), [&](const traces::InFlight& message) {
      return message.app == step.app && message.session == step.session && !message.is_reply &&
             message.request.to == "database";
    });
  }

  std::string take_part(const LessonState& before, const Step& step, const LessonState& after) {
    if (traces::facts_of(step.kind).ends_process()) return crash(step, after);
    const traces::Request* const about = traces::subject_of(before.state, step);
    if (about == nullptr) return is_fault(step) ? "Here there is no cache." : "";
    if (about->to != "database") return is_fault(step) ? "Here nothing is sent to a cache." : "";
    const bool has_taken = runner_.take([&](const LessonEdge& edge) {
      const traces::Request* const here = traces::subject_of(runner_.here().state, edge.step);
      return of_session(edge, step) && edge.step.kind == step.kind && edge.step.is_ghost == step.is_ghost &&
             here != nullptr && here->verb == about->verb;
    });
    if (has_taken || !is_fault(step)) return "";
    return fmt::format("Here no such message of app{} is on its way then.", step.app);
  }

  // With as much on its way to the database, if it can be.
  std::string crash(const Step& step, const LessonState& after) {
    const std::size_t wanted = left_to_arrive(after.state, step.app);
    const auto is_it = [&](const LessonEdge& edge) { return edge.step.kind == step.kind && edge.step.app == step.app; };
    const bool has_taken = runner_.take([&](const LessonEdge& edge) {
      return is_it(edge) && left_to_arrive(runner_.behind(edge).state, step.app) == wanted;
    }) || runner_.take(is_it);
    return has_taken ? "" : fmt::format("Here app{} has nothing under way then.", step.app);
  }

  Runner runner_;
};

}  // namespace

std::optional<BreakingRun> shortest_with_fault(const std::vector<LessonState>& states, std::string_view preferred) {
  std::vector<std::string> violates;
  const auto ends = [&](const LessonState&, const LessonEdge& edge, bool struck) {
    violates = edge.step.violates;
    return struck && !violates.empty();
  };
  std::optional<LessonRun> run =
      shortest_run(states, ends, [](const LessonEdge& edge) { return edge.step.violates.empty(); });
  if (!run) return std::nullopt;
  const bool is_preferred = std::find(violates.begin(), violates.end(), preferred) != violates.end();
  return BreakingRun{std::move(*run), is_preferred ? std::string(preferred) : violates.front()};
}

LessonRun first_choices(const std::vector<LessonState>& states) {
  Runner runner(states);
  bool has_struck = false;
  const auto strikes = [&](const LessonEdge& edge) { return does_something(runner.here(), edge, states); };
  const auto is_plain = [](const LessonEdge& edge) { return !is_fault(edge.step); };
  while (true) {
    if (!has_struck && runner.take(strikes))
      has_struck = true;
    else if (!runner.take(is_plain))
      break;
  }
  if (has_struck) return runner.run();
  // Not on that way: on the shortest to where one can.
  const std::optional<LessonRun> way = shortest_run(
      states,
      [&](const LessonState& state, const LessonEdge& edge, bool) { return does_something(state, edge, states); },
      is_plain);
  if (!way) return runner.run();
  Runner other(states);
  for (const std::uint32_t choice : *way) other.take_choice(choice);
  while (other.take(is_plain)) continue;
  return other.run();
}

void go_along(LessonSide& side, const LessonSide& leader) {
  Companion companion(side.states);
  side.moments = {0};
  std::uint32_t at = 0;
  for (const std::uint32_t choice : leader.story) {
    const LessonState& before = leader.states[at];
    const LessonEdge& edge = before.edges[choice];
    const std::string why = companion.follow(before, edge.step, leader.states[edge.target]);
    if (!why.empty()) side.apart.push_back({static_cast<std::uint32_t>(side.moments.size()), why});
    side.moments.push_back(static_cast<std::uint32_t>(companion.run().size()));
    at = edge.target;
  }
  companion.finish_all();
  side.story = companion.run();
  side.moments.back() = static_cast<std::uint32_t>(side.story.size());
}

bool has_fault(const std::vector<LessonState>& states, const LessonRun& run) {
  std::uint32_t at = 0;
  for (const std::uint32_t choice : run) {
    const LessonEdge& edge = states[at].edges[choice];
    if (is_fault(edge.step)) return true;
    at = edge.target;
  }
  return false;
}

}  // namespace stalemate::model
