// Walks: a stack of states, the steps between them, and what is enabled at its end.
#include "model/walk.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "model/convergence.hpp"
#include "model/machine.hpp"
#include "model/tell.hpp"
#include "path.hpp"

namespace stalemate::model {

struct Walk::Impl {
  Protocol protocol;
  Machine machine;
  std::vector<std::vector<std::uint64_t>> states;  // after each step; the first is the initial one
  std::vector<traces::Step> taken;
  std::vector<traces::Step> enabled;
  std::vector<std::vector<std::uint64_t>> successors;

  Impl(const Protocol& from, const traces::Scenario& scenario, const std::vector<std::string>& properties)
      : protocol(from), machine(make_machine(from, scenario, properties, Granularity::kPlain)) {
    refuse_liveness(properties);
    sim::Marks marks;
    states.emplace_back(machine.words());
    machine.initial(states.back().data(), marks);
    look();
  }

  // Lists what is enabled in the last state.
  void look() {
    enabled.clear();
    successors.clear();
    std::vector<Action> actions;
    machine.actions(states.back().data(), actions);
    for (const Action& action : actions) {
      std::vector<std::uint64_t> after;
      enabled.push_back(try_step(machine, states.back(), action, after));
      successors.push_back(std::move(after));
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
  impl_->taken.push_back(impl_->enabled[index]);
  impl_->states.push_back(impl_->successors[index]);
  impl_->look();
}

bool Walk::undo() {
  if (impl_->taken.empty()) return false;
  impl_->taken.pop_back();
  impl_->states.pop_back();
  impl_->look();
  return true;
}

traces::Trace Walk::trace() const {
  traces::Trace trace = tell_trace(impl_->machine, impl_->protocol, impl_->machine.scenario().words, {}, "");
  trace.steps = impl_->taken;
  if (!trace.steps.empty() && !trace.steps.back().violates.empty())
    trace.property = trace.steps.back().violates.front();
  return trace;
}

std::string step_name(const traces::Trace& context, const traces::Step& step) {
  const std::string diagram = lower(step.diagram);
  std::string name = fmt::format("{} {} ", to_string(step.kind), actor_name(context, step.app, step.session));
  if (is_of_cache(step.kind))
    name += step.key;
  else if (step.kind == traces::StepKind::kInvoke)
    name += fmt::format("{} {}", diagram, step.key);
  else
    name += fmt::format("{}:{}", diagram, step.arrow);
  if (name.back() == ' ') name.pop_back();
  if (step.is_ghost) name += " ghost";
  if (step.operation > 1) name += fmt::format(" operation {}", step.operation);
  if (step.choice > 0) name += fmt::format(" choice {}", step.choice);
  if (step.budget > 1) name += fmt::format(" budget {}", step.budget);
  return name;
}

std::size_t find_step(const traces::Trace& context, const std::vector<traces::Step>& enabled, std::string_view words,
                      const std::string& where) {
  const auto split = [](std::string_view text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text) {
      if (c != ' ' && c != '\t')
        part += c;
      else if (!part.empty())
        parts.push_back(std::exchange(part, ""));
    }
    if (!part.empty()) parts.push_back(part);
    return parts;
  };
  const std::vector<std::string> wanted = split(words);
  std::vector<std::size_t> matches;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    names.push_back(step_name(context, enabled[i]));
    const std::vector<std::string> parts = split(names.back());
    if (parts == wanted) return i;
    if (std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
          return std::find(parts.begin(), parts.end(), word) != parts.end();
        }))
      matches.push_back(i);
  }
  if (matches.size() == 1) return matches.front();
  throw InputError(fmt::format("{}: \"{}\" {}; enabled here: {}", where, words,
                               matches.empty() ? "is not enabled" : "fits more than one step",
                               names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
}

traces::Trace rewalk(const traces::Trace& trace, const std::string& name) {
  const Protocol protocol = read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles);
  std::vector<std::string> properties;
  if (!trace.property.empty()) properties.push_back(trace.property);
  const Machine machine = make_machine(protocol, trace.scenario, properties, Granularity::kPlain);
  Path path = follow(machine, trace, name);
  traces::Trace told = tell_trace(machine, protocol, machine.scenario().words, {}, trace.property);
  told.steps = std::move(path.told);
  told.seed = trace.seed;
  if (trace.property == kConverges && !trace.loop)
    throw InputError(
        fmt::format("{}: /loop: is missing: what breaks {} repeats, or stays; make the trace again", name, kConverges));
  if (trace.loop) {
    const std::string objection = objection_to_loop(machine, path.actions, path.states, *trace.loop);
    if (!objection.empty()) throw InputError(fmt::format("{}: /loop: {}; make the trace again", name, objection));
    told.loop = trace.loop;
    if (trace.property == kConverges && !told.steps.empty()) told.steps.back().violates.emplace_back(kConverges);
  }
  return told;
}

}  // namespace stalemate::model
