// Runs carried from plan to plan.
#include "hunt/case.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "ask/walk.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "tell/tell.hpp"

namespace stalemate::model::hunting {
namespace {

// The plan's sessions in the order in which a scenario numbers them.
std::vector<const PlannedSession*> sessions_of(const Plan& plan) {
  std::vector<const PlannedSession*> sessions;
  for (const auto& app : plan.apps)
    for (const PlannedSession& session : app) sessions.push_back(&session);
  return sessions;
}

StepIdentity identity(const Machine& machine, const std::vector<const PlannedSession*>& sessions,
                      const std::uint64_t* words, const Action& action) {
  const std::size_t s = action.session;
  StepIdentity step;
  step.kind = action.kind;
  if (action.kind == ActionKind::kFault)
    step.fault = machine.scenario().budgets[action.budget].targets[action.target].kind;
  if (s >= sessions.size()) {
    step.session = kTheCache;
    step.key = action.choice;
    return step;
  }
  step.session = sessions[s]->id;
  std::size_t ordinal = machine.invoked(words, s);
  if (action.kind == ActionKind::kInvoke) {
    const Machine::Invocation invocation = machine.invocation(words, action);
    ++ordinal;
    step.invoked = invocation.operation;
    step.key = invocation.key;
    step.transition = invocation.transition;
  } else {
    const RequestRecord request = machine.request_of(words, action);
    step.transition = action.choice;
    step.instruction = request.instruction;
    step.is_ghost = machine.is_ghost(words, action);
    ordinal = request.operation;
  }
  const std::size_t tries = 1 + static_cast<std::size_t>(machine.scenario().words.retries);
  step.operation = sessions[s]->operations[(ordinal - 1) / tries].id;
  step.again = (ordinal - 1) % tries;
  return step;
}

bool same_step(const StepIdentity& a, const StepIdentity& b) {
  return a.session == b.session && a.operation == b.operation && a.again == b.again && a.kind == b.kind &&
         a.instruction == b.instruction && a.is_ghost == b.is_ghost && a.fault == b.fault;
}

int likeness(const StepIdentity& a, const StepIdentity& b) {
  return (a.invoked == b.invoked ? 4 : 0) + (a.key == b.key ? 2 : 0) + (a.transition == b.transition ? 1 : 0);
}

std::size_t open_choices(const Plan& plan, const Machine& machine) {
  std::size_t open = 0;
  for (const auto& app : plan.apps)
    for (const PlannedSession& session : app)
      for (const PlannedOperation& operation : session.operations) open += operation.key == 0 ? 1U : 0U;
  for (const Session& session : machine.scenario().sessions)
    for (const ScriptedOperation& operation : session.operations) open += operation.candidates.size() - 1;
  return open;
}

Measure measure(const Plan& plan, const Machine& machine, const std::vector<StepIdentity>& steps) {
  std::size_t operations = 0;
  for (const PlannedSession* session : sessions_of(plan)) operations += session->operations.size();
  std::size_t faults = 0;
  for (const FaultBudget& budget : machine.scenario().budgets) faults += budget.budget * budget.targets.size();
  std::size_t switches = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) switches += steps[i].session != steps[i - 1].session ? 1U : 0U;
  return {plan.apps.size(), operations, static_cast<std::size_t>(plan.frame.keys), open_choices(plan, machine), faults,
          steps.size(),     switches};
}

// A run of a machine under way.
class Run {
 public:
  Run(const Plan& plan, const Machine& machine)
      : machine_(machine), sessions_(sessions_of(plan)), words_(machine.words()) {
    machine.initial(words_.data(), marks_);
  }

  const std::vector<Action>& enabled() {
    enabled_.clear();
    machine_.actions(words_.data(), enabled_);
    return enabled_;
  }
  StepIdentity what_is(const Action& action) const { return identity(machine_, sessions_, words_.data(), action); }
  // The properties that the step breaks.
  sim::PropertyMask take(const Action& action) {
    const sim::PropertyMask violated = machine_.apply(words_.data(), action, marks_);
    return violated | machine_.judge(words_.data(), marks_).violated;
  }

 private:
  const Machine& machine_;
  std::vector<const PlannedSession*> sessions_;
  std::vector<std::uint64_t> words_;
  std::vector<Action> enabled_;
  sim::Marks marks_;
};

std::optional<Action> find(Run& run, const StepIdentity& wanted) {
  std::optional<Action> best;
  int best_likeness = -1;
  for (const Action& action : run.enabled()) {
    const StepIdentity offered = run.what_is(action);
    if (!same_step(offered, wanted) || likeness(offered, wanted) <= best_likeness) continue;
    best = action;
    best_likeness = likeness(offered, wanted);
  }
  return best;
}

// A step that is not enabled may become so by what its session did not need to do where the guidance comes from, where
// a fault had cut it short: to handle the request, to receive the reply.
constexpr int kCatchUpStepsMax = 4;

std::vector<Action> catch_up(Run run, const StepIdentity& wanted) {
  std::vector<Action> taken;
  for (int i = 0; i <= kCatchUpStepsMax; ++i) {
    if (const std::optional<Action> action = find(run, wanted)) {
      taken.push_back(*action);
      return taken;
    }
    const std::vector<Action>& enabled = run.enabled();
    const auto next = std::find_if(enabled.begin(), enabled.end(), [&](const Action& action) {
      return action.kind != ActionKind::kFault && run.what_is(action).session == wanted.session;
    });
    if (next == enabled.end()) break;
    taken.push_back(*next);
    run.take(taken.back());
  }
  return {};
}

}  // namespace

std::shared_ptr<const Machine> machine_of(const std::shared_ptr<const Program>& program, const Plan& plan,
                                          const std::vector<std::string>& properties) {
  try {
    return std::make_shared<const Machine>(make_machine(program, words_of(plan), properties, Granularity::kPlain));
  } catch (const InputError&) {
    return nullptr;
  }
}

Case case_of(Plan plan, std::shared_ptr<const Machine> machine, std::vector<Action> actions) {
  Case made;
  Run run(plan, *machine);
  for (const Action& action : actions) {
    made.steps.push_back(run.what_is(action));
    run.take(action);
  }
  made.measure = measure(plan, *machine, made.steps);
  made.plan = std::move(plan);
  made.machine = std::move(machine);
  made.actions = std::move(actions);
  return made;
}

std::optional<Case> execute(Plan plan, std::shared_ptr<const Machine> machine,
                            const std::vector<StepIdentity>& guidance) {
  STALEMATE_INVARIANT(machine->properties().size() == 1, "a run is carried over for one property");
  Run run(plan, *machine);
  std::vector<Action> actions;
  const auto breaks = [&](const Action& action) {
    actions.push_back(action);
    return run.take(action) != 0;
  };
  for (const StepIdentity& wanted : guidance)
    for (const Action& action : catch_up(run, wanted))
      if (breaks(action)) return case_of(std::move(plan), std::move(machine), std::move(actions));
  while (true) {
    const std::vector<Action>& enabled = run.enabled();
    const auto next =
        std::find_if(enabled.begin(), enabled.end(), [](const Action& a) { return a.kind != ActionKind::kFault; });
    if (next == enabled.end()) return std::nullopt;
    const Action action = *next;
    if (breaks(action)) return case_of(std::move(plan), std::move(machine), std::move(actions));
  }
}

traces::Trace tell(const Case& found, const Protocol& protocol, std::uint64_t seed) {
  STALEMATE_INVARIANT(found.machine->properties().size() == 1, "a trace is of one property");
  const std::string property(found.machine->properties().front()->name);
  traces::Trace trace = tell_trace(*found.machine, protocol, found.machine->scenario().words, found.actions, property);
  trace.seed = seed;
  STALEMATE_INVARIANT(rewalk(trace, "hunt") == trace, "a trace that was found can be walked again");
  STALEMATE_INVARIANT(trace.steps.back().violates == std::vector<std::string>{property},
                      "the last step of a trace that was found breaks its property");
  return trace;
}

}  // namespace stalemate::model::hunting
