// What can be left out of a case, and the loop that leaves it out.
#include "hunt/shrink.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "reduce/packed_system.hpp"
#include "sim/search.hpp"

namespace stalemate::model::hunting {
namespace {

// --- smaller scenarios ---

void leave_out_apps_and_operations(const Plan& plan, std::vector<Plan>& smaller) {
  for (std::size_t a = 0; a < plan.apps.size(); ++a) {
    smaller.push_back(plan);
    smaller.back().apps.erase(smaller.back().apps.begin() + static_cast<std::ptrdiff_t>(a));
  }
  for (std::size_t a = 0; a < plan.apps.size(); ++a) {
    for (std::size_t s = 0; s < plan.apps[a].size(); ++s) {
      for (std::size_t i = 0; i < plan.apps[a][s].operations.size(); ++i) {
        smaller.push_back(plan);
        auto& operations = smaller.back().apps[a][s].operations;
        operations.erase(operations.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
}

void merge_keys(const Plan& plan, std::vector<Plan>& smaller) {
  for (int kept = 1; kept <= plan.frame.keys; ++kept) {
    for (int gone = kept + 1; gone <= plan.frame.keys; ++gone) {
      smaller.push_back(plan);
      for (auto& app : smaller.back().apps)
        for (PlannedSession& session : app)
          for (PlannedOperation& operation : session.operations)
            if (operation.key == gone) operation.key = kept;
    }
  }
}

// What the run chose, said in the script: which key, which of several diagrams.
void settle_choices(const Case& from, std::vector<Plan>& smaller) {
  const Program& program = from.machine->program();
  for (const StepIdentity& step : from.steps) {
    if (step.kind != ActionKind::kInvoke) continue;
    Plan settled = from.plan;
    for (auto& app : settled.apps)
      for (PlannedSession& session : app)
        for (PlannedOperation& operation : session.operations)
          if (operation.id == step.operation) {
            operation.key = static_cast<int>(step.key) + 1;
            operation.name = script_name(program, step.invoked);
          }
    smaller.push_back(std::move(settled));
  }
}

void leave_out_faults(const Case& from, std::vector<Plan>& smaller) {
  const std::vector<FaultBudget>& budgets = from.machine->scenario().budgets;
  for (std::size_t b = 0; b < from.plan.faults.size(); ++b) {
    smaller.push_back(from.plan);
    smaller.back().faults.erase(smaller.back().faults.begin() + static_cast<std::ptrdiff_t>(b));
    if (from.plan.faults[b].budget > 1) {
      smaller.push_back(from.plan);
      --smaller.back().faults[b].budget;
    }
    const std::vector<FaultTarget>& targets = budgets[b].targets;
    for (std::size_t gone = 0; targets.size() > 1 && gone < targets.size(); ++gone) {
      std::vector<std::string> kept;
      for (std::size_t t = 0; t < targets.size(); ++t)
        if (t != gone) kept.push_back(text_of(targets[t]));
      smaller.push_back(from.plan);
      smaller.back().faults[b].kinds = fmt::format("{}", fmt::join(kept, ","));
    }
  }
}

std::vector<Plan> smaller_plans(const Case& from) {
  std::vector<Plan> smaller;
  leave_out_apps_and_operations(from.plan, smaller);
  merge_keys(from.plan, smaller);
  settle_choices(from, smaller);
  leave_out_faults(from, smaller);
  for (Plan& plan : smaller) tidy(plan);
  const traces::Scenario same = words_of(from.plan);
  smaller.erase(
      std::remove_if(smaller.begin(), smaller.end(), [&](const Plan& plan) { return words_of(plan) == same; }),
      smaller.end());
  return smaller;
}

// --- smaller schedules ---

using Steps = std::vector<StepIdentity>;

// Without some steps: they are left to the end of the run, or for good.
void leave_out_steps(const Steps& steps, std::vector<Steps>& smaller) {
  for (std::size_t length = steps.size() / 2; length > 0; length /= 2) {
    for (std::size_t begin = 0; begin < steps.size(); begin += length) {
      const std::size_t end = std::min(begin + length, steps.size());
      Steps left(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(begin));
      left.insert(left.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
      smaller.push_back(std::move(left));
    }
  }
}

// With what one session does at two places brought together at either.
void join_turns(const Steps& steps, std::vector<Steps>& smaller) {
  std::vector<std::pair<std::size_t, std::size_t>> turns;  // from, to
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (turns.empty() || steps[i].session != steps[i - 1].session)
      turns.emplace_back(i, i + 1);
    else
      turns.back().second = i + 1;
  }
  const auto at = [&](std::size_t i) { return steps.begin() + static_cast<std::ptrdiff_t>(i); };
  for (std::size_t later = 0; later < turns.size(); ++later) {
    std::size_t earlier = later;
    while (earlier > 0 && steps[turns[earlier - 1].first].session != steps[turns[later].first].session) --earlier;
    if (earlier == 0) continue;
    const auto [first, first_end] = turns[earlier - 1];
    const auto [second, second_end] = turns[later];
    Steps forward = steps;
    std::rotate(forward.begin() + static_cast<std::ptrdiff_t>(first_end),
                forward.begin() + static_cast<std::ptrdiff_t>(second),
                forward.begin() + static_cast<std::ptrdiff_t>(second_end));
    smaller.push_back(std::move(forward));
    Steps back(steps.begin(), at(first));
    back.insert(back.end(), at(first_end), at(second));
    back.insert(back.end(), at(first), at(first_end));
    back.insert(back.end(), at(second), steps.end());
    smaller.push_back(std::move(back));
  }
}

// --- candidates, executed only when they are asked for ---

struct Candidate {
  std::optional<Plan> plan;  // none: the case's own
  Steps guidance;
};

// Without one of the faults that happened, nor the right to it.
void leave_out_fault_steps(const Case& from, std::vector<Candidate>& smaller) {
  for (std::size_t i = 0; i < from.actions.size(); ++i) {
    if (from.actions[i].kind != ActionKind::kFault) continue;
    const auto budget = static_cast<std::ptrdiff_t>(from.actions[i].budget);
    Candidate without{from.plan, from.steps};
    auto& faults = without.plan->faults;
    if (--faults[static_cast<std::size_t>(budget)].budget == 0) faults.erase(faults.begin() + budget);
    without.guidance.erase(without.guidance.begin() + static_cast<std::ptrdiff_t>(i));
    smaller.push_back(std::move(without));
  }
}

std::vector<Candidate> candidates(const Case& from) {
  std::vector<Candidate> all;
  for (Plan& plan : smaller_plans(from)) all.push_back({std::move(plan), from.steps});
  leave_out_fault_steps(from, all);
  std::vector<Steps> schedules;
  leave_out_steps(from.steps, schedules);
  join_turns(from.steps, schedules);
  for (Steps& steps : schedules) all.push_back({std::nullopt, std::move(steps)});
  return all;
}

std::vector<std::string> property_of(const Case& from) {
  return {std::string(from.machine->properties().front()->name)};
}

// --- exhaustive searches ---

// The states that searches may still look at.
class Searches {
 public:
  explicit Searches(const ShrinkOptions& options) : options_(options), left_(options.states_max) {}

  // A shortest violation; complete() tells whether none means that there is none.
  std::optional<std::vector<Action>> search(const Machine& machine) {
    sim::SearchOptions options;
    options.keep_going = [&](const sim::Progress& progress) { return progress.states <= left_ && options_.go_on(); };
    auto result = model::search(machine, options);
    left_ -= std::min(left_, result.states);
    complete_ = result.end == sim::SearchEnd::kExhausted || result.end == sim::SearchEnd::kViolation;
    if (!complete_ || !result.counterexample) return std::nullopt;
    return std::move(result.counterexample->actions);
  }
  bool complete() const { return complete_; }

 private:
  const ShrinkOptions& options_;
  std::uint64_t left_;
  bool complete_ = false;
};

// The faults of a run, by kind and message.
std::multiset<std::pair<std::size_t, InstructionId>> faults_of(const Case& of) {
  std::multiset<std::pair<std::size_t, InstructionId>> faults;
  for (const StepIdentity& step : of.steps)
    if (step.kind == ActionKind::kFault) faults.insert({step.fault, step.instruction});
  return faults;
}

// Any violation in a scenario that has one thing less. `proven`: there is none.
std::optional<Case> search_smaller(const std::shared_ptr<const Program>& program, const Case& from, Searches& searches,
                                   bool keep_faults, bool& proven) {
  proven = true;
  for (Plan& plan : smaller_plans(from)) {
    auto machine = machine_of(program, plan, property_of(from));
    if (!machine) continue;
    if (auto actions = searches.search(*machine)) {
      Case smaller = case_of(std::move(plan), std::move(machine), std::move(*actions));
      if (keep_faults && faults_of(smaller) != faults_of(from))
        proven = false;
      else if (smaller.measure < from.measure)
        return smaller;
    } else if (!searches.complete()) {
      proven = false;
    }
  }
  return std::nullopt;
}

// The case, and as its shrinks every smaller case that leaves one thing out or changes the order at one place; none any
// more once `go_on` says so.
rc::Shrinkable<Case> shrinkable(const std::shared_ptr<const Program>& program, Case found,
                                const std::function<bool()>& go_on) {
  return rc::shrinkable::shrinkRecur(std::move(found), [program, go_on](const Case& from) {
    return rc::seq::mapMaybe(rc::seq::fromContainer(candidates(from)), [program, from, go_on](Candidate&& candidate) {
      if (!go_on()) return rc::Maybe<Case>(rc::Nothing);
      auto machine = candidate.plan ? machine_of(program, *candidate.plan, property_of(from)) : from.machine;
      if (!machine) return rc::Maybe<Case>(rc::Nothing);
      const Plan& plan = candidate.plan ? *candidate.plan : from.plan;
      std::optional<Case> smaller = execute(plan, std::move(machine), candidate.guidance);
      if (!smaller || !(smaller->measure < from.measure)) return rc::Maybe<Case>(rc::Nothing);
      return rc::Maybe<Case>(std::move(*smaller));
    });
  });
}

}  // namespace

Shrunk shrink(const std::shared_ptr<const Program>& program, Case found, const ShrinkOptions& options) {
  Shrunk shrunk;
  shrunk.smallest = std::move(found);
  Searches searches(options);
  while (true) {
    rc::Shrinkable<Case> walk = shrinkable(program, shrunk.smallest, options.go_on);
    while (options.go_on()) {
      const auto smaller = walk.shrinks().next();
      if (!smaller) break;
      walk = *smaller;
      ++shrunk.smaller_cases;
    }
    shrunk.smallest = walk.value();

    std::optional<Case> smaller;
    const auto shortest = searches.search(*shrunk.smallest.machine);
    shrunk.exhausted = searches.complete();
    shrunk.shortest = shrunk.exhausted;
    if (shortest) {
      Case other = case_of(shrunk.smallest.plan, shrunk.smallest.machine, *shortest);
      if (other.actions.size() < shrunk.smallest.actions.size()) shrunk.shortest = false;
      const bool same_faults = faults_of(other) == faults_of(shrunk.smallest);
      if (other.measure < shrunk.smallest.measure && (!options.keep_faults || same_faults)) smaller = std::move(other);
    }
    if (!smaller)
      smaller = search_smaller(program, shrunk.smallest, searches, options.keep_faults, shrunk.smallest_scenario);
    shrunk.cut_short = !options.go_on();
    if (!smaller || shrunk.cut_short) return shrunk;
    shrunk.smallest = std::move(*smaller);
    ++shrunk.smaller_cases;
  }
}

}  // namespace stalemate::model::hunting
