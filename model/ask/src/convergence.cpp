// The state space as a question about convergence, and its answer as a trace.
#include "ask/convergence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "reduce/state_space.hpp"
#include "sim/convergence.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

// A message by what does not change while it is in flight: whose it is, which operation sent it on which arrow, and
// whether it is a reply or a ghost. Slots are no part of it: they move up when an older request is handled. That the
// time to live of an entry is over some day is fair, too, and that a replica applies what it has not applied yet.
sim::FairAction fair_action(const Machine& machine, const std::uint64_t* words, const Action& action) {
  std::size_t operations = 0;
  for (const Session& session : machine.scenario().sessions)
    operations = std::max(operations, session.operations.size() + 1);
  const auto fair = [&](std::size_t session, std::size_t operation, std::size_t instruction, std::size_t kind) {
    return static_cast<sim::FairAction>(
        3 * ((session * operations + operation) * machine.program().instructions.size() + instruction) + kind);
  };
  if (action.kind == ActionKind::kExpire || action.kind == ActionKind::kApply)
    return fair(action.session, 0, 0, action.choice);
  if (action.kind == ActionKind::kDeliver) return fair(action.session, 0, 0, kCellsMax + action.choice);
  if (action.kind != ActionKind::kHandle && action.kind != ActionKind::kReceive && action.kind != ActionKind::kCall)
    return sim::kFromOutside;
  const RequestRecord request = machine.request_of(words, action);
  return fair(action.session, request.operation, request.instruction,
              action.kind == ActionKind::kReceive ? 1
              : machine.is_ghost(words, action)   ? 2
                                                  : 0);
}

// What is enabled of its own accord, sorted.
std::vector<sim::FairAction> enabled(const Machine& machine, const std::uint64_t* words) {
  std::vector<Action> actions;
  machine.actions(words, actions);
  std::vector<sim::FairAction> fair;
  for (const Action& action : actions) fair.push_back(fair_action(machine, words, action));
  std::erase(fair, sim::kFromOutside);
  std::sort(fair.begin(), fair.end());
  return fair;
}

// Throws sim::Interrupted where `go_on` says so.
sim::ConvergenceQuestion question(const Machine& machine, const StateSpace& space, const PropertyKind& property,
                                  const std::function<bool()>& go_on) {
  constexpr std::uint32_t kStatesBetweenAsks = 4096;
  sim::ConvergenceQuestion asked;
  asked.action.reserve(space.actions.size());
  asked.good.reserve(space.state_count());
  for (std::uint32_t state = 0; state < space.state_count(); ++state) {
    if (state % kStatesBetweenAsks == 0 && !go_on()) throw sim::Interrupted{};
    asked.good.push_back(property.is_good(machine, space.state(state)));
    for (std::size_t edge = space.first_edge(state); edge < space.first_edge(state + 1); ++edge)
      asked.action.push_back(fair_action(machine, space.state(state), space.actions[edge]));
  }
  return asked;
}

std::uint64_t memory_bytes(const StateSpace& space) {
  constexpr std::uint64_t kEdgeBytes =
      sizeof(Action) + sizeof(std::uint32_t) + sizeof(sim::PropertyMask) + sizeof(sim::FairAction);
  const std::uint64_t state_bytes =
      space.words_per_state * sizeof(std::uint64_t) + sizeof(std::uint64_t) + sizeof(sim::PropertyMask) + 1;
  return space.actions.size() * kEdgeBytes + space.state_count() * state_bytes +
         sim::find_lasso_memory_bytes(space.graph);
}

}  // namespace

ConvergenceAnswer find_divergence(const Protocol& protocol, const traces::Scenario& scenario,
                                  const PropertyKind& property, const sim::SearchOptions& options) {
  const Machine machine = make_machine(protocol, scenario, {std::string(property.name)}, Granularity::kPlain);
  const std::optional<StateSpace> space = build_state_space(machine, options);
  if (!space) return {false, std::nullopt};
  if (options.memory_bytes_max != 0 && memory_bytes(*space) > options.memory_bytes_max) return {false, std::nullopt};
  const std::function<bool()> go_on = [&] { return !options.keep_going || options.keep_going(space->progress()); };
  std::optional<sim::Lasso> lasso;
  try {
    lasso = sim::find_lasso(space->graph, question(machine, *space, property, go_on), go_on);
  } catch (const sim::Interrupted&) {
    return {false, std::nullopt};
  }
  if (!lasso) return {};
  Divergence divergence;
  for (const std::uint64_t edge : lasso->stem) divergence.actions.push_back(space->actions[edge]);
  divergence.loop = divergence.actions.size();
  for (const std::uint64_t edge : lasso->loop) divergence.actions.push_back(space->actions[edge]);
  divergence.permanent = lasso->permanent;
  return {true, std::move(divergence)};
}

traces::Trace tell_divergence(const Machine& machine, const Protocol& protocol, const PropertyKind& property,
                              const Divergence& divergence) {
  traces::Trace trace =
      tell_trace(machine, protocol, machine.scenario().words, divergence.actions, std::string(property.name));
  trace.loop = divergence.loop;
  if (!trace.steps.empty()) trace.steps.back().violates.emplace_back(property.name);
  return trace;
}

std::string objection_to_loop(const Machine& machine, const PropertyKind& property, const std::vector<Action>& actions,
                              const std::vector<std::vector<std::uint64_t>>& states, std::size_t loop) {
  if (loop > actions.size()) return fmt::format("there is no step {}", loop);
  if (states[loop] != states.back()) return "the last step does not lead back to where the loop begins";
  std::vector<sim::FairAction> waiting = enabled(machine, states[loop].data());
  if (loop == actions.size() && !waiting.empty()) return "something happens yet after the last step";
  bool good = property.is_good(machine, states[loop].data());
  for (std::size_t i = loop; i < actions.size(); ++i) {
    const sim::FairAction taken = fair_action(machine, states[i].data(), actions[i]);
    if (taken == sim::kFromOutside) return "an operation starts or a fault strikes in the loop";
    const std::vector<sim::FairAction> next = enabled(machine, states[i + 1].data());
    std::erase_if(waiting, [&](sim::FairAction action) {
      return action == taken || !std::binary_search(next.begin(), next.end(), action);
    });
    good &= property.is_good(machine, states[i + 1].data());
  }
  if (good && property.name == kConverges) return "the cache does not differ from the database in the loop";
  if (good) return fmt::format("it comes to {} in the loop", property.goal);
  if (!waiting.empty()) return "a message that could arrive waits for ever in the loop";
  return "";
}

}  // namespace stalemate::model
