// Walks: a stack of states, the steps between them, and what is enabled at its end.
#include "ask/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ask/convergence.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "machine/machine.hpp"
#include "tell/path.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {

struct Walk::Impl {
  Protocol protocol;
  Machine machine;
  Path path;
  std::vector<Action> actions;  // enabled in the last state
  std::vector<traces::Step> enabled;

  Impl(const Protocol& from, const traces::Scenario& scenario, const std::vector<std::string>& properties)
      : protocol(from), machine(make_machine(from, scenario, properties, Granularity::kPlain)) {
    refuse_liveness(properties);
    path = start_path(machine);
    look();
  }

  // Lists what is enabled in the last state.
  void look() {
    enabled.clear();
    actions.clear();
    machine.actions(path.states.back().data(), actions);
    Words after;
    for (const Action& action : actions) {
      enabled.push_back(try_step(machine, path.states.back(), action, after));
      traces::CopyNumbers(path.copies).take(enabled.back());
    }
  }
};

Walk::Walk(const Protocol& protocol, const traces::Scenario& scenario, const std::vector<std::string>& properties)
    : impl_(std::make_unique<Impl>(protocol, scenario, properties)) {}
Walk::~Walk() = default;
Walk::Walk(Walk&&) noexcept = default;
Walk& Walk::operator=(Walk&&) noexcept = default;

const std::vector<traces::Step>& Walk::enabled() const { return impl_->enabled; }

void Walk::take(std::size_t index) {
  STALEMATE_INVARIANT(index < impl_->enabled.size(), "a step that is taken is enabled");
  impl_->path.take(impl_->machine, impl_->actions[index]);
  impl_->look();
}

bool Walk::undo() {
  if (impl_->path.actions.empty()) return false;
  impl_->path.undo(impl_->machine);
  impl_->look();
  return true;
}

traces::Trace Walk::trace() const { return tell_path(impl_->machine, impl_->protocol, impl_->path); }

traces::Trace rewalk(const traces::Trace& trace, const std::string& name) {
  const Protocol protocol = read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles);
  std::vector<std::string> properties;
  if (!trace.property.empty()) properties.push_back(trace.property);
  const Machine machine = make_machine(protocol, trace.scenario, properties, Granularity::kPlain);
  Path path = follow(machine, trace, name);
  traces::Trace told = tell_trace(machine, protocol, machine.scenario().words, {}, trace.property);
  told.steps = std::move(path.told);
  told.seed = trace.seed;
  const PropertyKind* const liveness = find_liveness(trace.property);
  if (liveness != nullptr && !trace.loop)
    throw InputError(fmt::format("{}: /loop: is missing: what breaks {} repeats, or stays; make the trace again", name,
                                 trace.property));
  if (trace.loop) {
    if (liveness == nullptr)
      throw InputError(
          fmt::format("{}: /loop: must not be there: no run that repeats breaks {}", name, trace.property));
    const std::string objection = objection_to_loop(machine, *liveness, path.actions, path.states, *trace.loop);
    if (!objection.empty()) throw InputError(fmt::format("{}: /loop: {}; make the trace again", name, objection));
    told.loop = trace.loop;
    if (!told.steps.empty()) told.steps.back().violates.emplace_back(liveness->name);
  }
  return told;
}

}  // namespace stalemate::model
