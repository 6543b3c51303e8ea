// Following a trace. Only what the session of the next step may do is told, until one has its name.
#include "tell/path.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "tell/step_name.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

std::vector<Action> enabled_in(const Machine& machine, const Words& words) {
  std::vector<Action> actions;
  machine.actions(words.data(), actions);
  return actions;
}

[[noreturn]] void refuse(const Machine& machine, const Words& words, const traces::Trace& trace,
                         const traces::Step& step, const std::string& where) {
  std::vector<std::string> names;
  Words after;
  for (const Action& action : enabled_in(machine, words))
    names.push_back(step_name(trace, try_step(machine, words, action, after)));
  throw InputError(fmt::format("{}: \"{}\" is not enabled; enabled here: {}", where, step_name(trace, step),
                               names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
}

traces::CopyNumbers copies_at_start(const Machine& machine, const Words& words) {
  traces::CopyNumbers copies;
  traces::State initial = tell_state(machine, words.data());
  copies.start(initial);
  return copies;
}

std::optional<Action> find_action(const Machine& machine, const Words& words, const traces::Step& step) {
  Words after;
  for (const Action& action : enabled_in(machine, words)) {
    const Server* server = machine.server_of(action.session);
    if ((server == nullptr ? "" : machine.name_of(*server)) != step.store) continue;
    if (server == nullptr) {
      const Session& session = machine.scenario().sessions[action.session];
      if (session.app != step.app || session.session != step.session) continue;
    }
    if (same_step(try_step(machine, words, action, after), step)) return action;
  }
  return std::nullopt;
}

}  // namespace

Path start_path(const Machine& machine) {
  Path path;
  sim::Marks unused;
  path.states.emplace_back(machine.words());
  machine.initial(path.states.back().data(), unused);
  path.copies = copies_at_start(machine, path.states.back());
  return path;
}

void Path::undo(const Machine& machine) {
  actions.pop_back();
  states.pop_back();
  told.pop_back();
  copies = copies_at_start(machine, states.front());
  for (traces::Step& step : told) copies.take(step);
}

void Path::take(const Machine& machine, const Action& action) {
  Words after;
  told.push_back(try_step(machine, states.back(), action, after));
  copies.take(told.back());
  actions.push_back(action);
  states.push_back(std::move(after));
}

traces::Step try_step(const Machine& machine, const Words& before, const Action& action, Words& after) {
  after = before;
  return take_and_tell(machine, action, after);
}

traces::Trace tell_path(const Machine& machine, const Protocol& protocol, const Path& path) {
  traces::Trace trace = tell_trace(machine, protocol, machine.scenario().words, {}, "");
  trace.steps = path.told;
  if (!trace.steps.empty() && !trace.steps.back().violates.empty())
    trace.property = trace.steps.back().violates.front();
  return trace;
}

Path follow(const Machine& machine, const traces::Trace& trace, const std::string& name) {
  Path path = start_path(machine);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const traces::Step& step = trace.steps[i];
    const std::string where = fmt::format("{}: /steps/{}", name, i);
    const auto action = find_action(machine, path.states.back(), step);
    if (!action) refuse(machine, path.states.back(), trace, step, where);
    path.take(machine, *action);
    if (path.told.back().request != step.request)
      throw InputError(fmt::format("{}/request: is not what the protocol sends here; make the trace again", where));
    if (path.told.back().sends != step.sends)
      throw InputError(fmt::format("{}/sends: is not what the protocol sends here; make the trace again", where));
  }
  return path;
}

}  // namespace stalemate::model
