// Everything that the reference model can do in a scenario, breadth first; and what of a trace it can say.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {

constexpr Value kMarkerShown = -1;  // of final stores: a marker

// Everything there is to reach, breadth first.
struct Explored {
  bool complete = false;  // false: more states than allowed; then nothing else counts
  std::size_t states = 0;
  std::size_t at_rest = 0;
  std::size_t incoherent_at_rest = 0;
  std::size_t stuck = 0;  // states in which an operation is under way, and nothing happens of its own accord
  std::optional<std::size_t> incoherent_steps;  // of a shortest way to an incoherent rest
  std::optional<std::size_t> stale_steps;       // of a shortest way to a stale read, that read included
  bool filled_at_rest = false;
  bool read_judged = false;
  std::map<std::string, std::size_t> shortest;  // by other property: the steps of a shortest run that breaks it
  std::set<std::string> reached;                // other properties whose antecedent is met somewhere
  bool committed_again = false;                 // some value came to a key's database entry twice
  std::set<std::pair<std::size_t, std::size_t>> struck;      // (budget, aim)
  std::set<std::vector<std::optional<Value>>> final_stores;  // where nothing is enabled: the database, then the cache
};
inline Explored explore(const Model& model, std::size_t states_max) {
  Explored found;
  std::map<World, std::size_t> depth_of;
  std::vector<World> queue = {model.initial()};
  depth_of.emplace(queue.front(), 0);
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (queue.size() > states_max) return found;
    const World world = queue[i];
    const std::size_t depth = depth_of.at(world);
    if (model.at_rest(world)) {
      ++found.at_rest;
      for (const Spot& spot : world.cache) found.filled_at_rest |= spot.value.has_value();
      for (const std::string& property : kOtherProperties) {
        if (model.breaks_at_rest(world, property)) found.shortest.emplace(property, depth);
        if (model.reaches_at_rest(world, property)) found.reached.insert(property);
      }
      if (model.incoherent(world)) {
        ++found.incoherent_at_rest;
        if (!found.incoherent_steps) found.incoherent_steps = depth;
      }
    }
    for (const History& history : world.history) {
      std::set<Value> values;
      for (const Commit& commit : history.commits) found.committed_again |= !values.insert(commit.value).second;
    }
    const std::vector<Enabled> steps = model.enabled(world);
    const bool runs =
        std::any_of(world.runners.begin(), world.runners.end(), [](const Runner& one) { return one.running; });
    const bool goes_on = std::any_of(steps.begin(), steps.end(), [](const Enabled& step) {
      return step.told.kind != traces::StepKind::kInvoke && !traces::is_fault(step.told.kind);
    });
    if (runs && !goes_on) ++found.stuck;
    if (steps.empty()) {
      std::vector<std::optional<Value>> stores;
      const auto add = [&](std::optional<Value> value) {
        if (value) value = static_cast<Value>(*model.shown(value));
        stores.push_back(value);
      };
      for (const Value value : world.database) add(value);
      for (const Cache* const cache : {&world.cache, &world.followed})
        for (const Spot& spot : *cache) {
          add(spot.value);
          if (spot.marker) stores.back() = kMarkerShown;
        }
      found.final_stores.insert(stores);
    }
    for (const Enabled& step : steps) {
      if (step.stale && !found.stale_steps) found.stale_steps = depth + 1;
      found.read_judged |= step.judged;
      for (const std::string& property : step.breaks) found.shortest.emplace(property, depth + 1);
      found.reached.insert(step.reaches.begin(), step.reaches.end());
      if (step.told.kind == traces::StepKind::kExpire)
        found.struck.insert(step.expirations.begin(), step.expirations.end());
      if (step.aim) found.struck.emplace(static_cast<std::size_t>(step.told.budget) - 1, *step.aim);
      if (depth_of.emplace(step.next, depth + 1).second) queue.push_back(step.next);
    }
  }
  found.complete = true;
  found.states = queue.size();
  return found;
}

// What a trace says, as the reference would: it tells of a state alone, which numbers no copies; and what nobody knows
// of any more, which arrives in any order, in the order of its arrows.
inline traces::State without_copies(traces::State state) {
  for (traces::InFlight& message : state.in_flight) message.copy = 0;
  const auto by_arrow = [](const traces::InFlight& a, const traces::InFlight& b) {
    return std::tuple(a.app, a.session, a.operation, a.request.arrow, a.request.value, a.request.key) <
           std::tuple(b.app, b.session, b.operation, b.request.arrow, b.request.value, b.request.key);
  };
  const auto others = [](const traces::InFlight& message) { return !message.is_ghost; };
  for (auto begin = state.in_flight.begin(); begin != state.in_flight.end();) {
    begin = std::find_if_not(begin, state.in_flight.end(), others);
    const auto end = std::find_if(begin, state.in_flight.end(), others);
    std::stable_sort(begin, end, by_arrow);
    begin = end;
  }
  return state;
}
inline traces::Step without_copies(traces::Step step) {
  step.copy = 0;
  step.after = without_copies(std::move(step.after));
  return step;
}

}  // namespace stalemate::model::reference
