// A second, naive search to compare the engine with: ordered sets and maps, one thread, no cleverness, and another way
// to the counterexample: it keeps for every state the greatest of all its shortest paths, compared action by action.
#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

struct ReferenceOptions {
  bool exhaust = false;
  PropertyMask checked = ~PropertyMask{0};
  std::optional<int> depth_max = std::nullopt;
};

struct ReferenceResult {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  int depth = 0;
  bool violation_ended_it = false;
  bool depth_limit = false;
  std::vector<std::uint64_t> label_counts = std::vector<std::uint64_t>(32);
  std::vector<std::uint64_t> violating_states = std::vector<std::uint64_t>(32);
  PropertyMask violated_properties = 0;
  std::optional<int> property;
  std::vector<std::size_t> path;  // the counterexample, as ordinals of actions
  Marks marks;
};

// By property, the greatest path of a level that breaks it.
using Broken = std::map<int, std::vector<std::size_t>>;

inline void note(PropertyMask mask, const std::vector<std::size_t>& path, ReferenceResult& result, Broken& broken) {
  result.violated_properties |= mask;
  for (int p = 0; p < 32; ++p) {
    if ((mask >> p & 1) == 0) continue;
    const auto [at, added] = broken.emplace(p, path);
    if (!added && path > at->second) at->second = path;
  }
}

inline void count(const Judgement& judgement, PropertyMask checked, ReferenceResult& result) {
  ++result.states;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    result.label_counts[bit] += judgement.labels >> bit & 1;
    result.violating_states[bit] += (judgement.violated & checked) >> bit & 1;
  }
}

template <System S>
ReferenceResult reference_search(const S& system, const ReferenceOptions& options) {
  using State = typename S::State;
  using Path = std::vector<std::size_t>;
  const auto key_of = [](const State& state) {
    std::string key(sizeof(State), '\0');
    std::memcpy(key.data(), &state, sizeof(State));
    return key;
  };
  ReferenceResult result;
  std::map<std::string, bool> known;
  std::map<std::string, std::pair<State, Path>> level;  // with the greatest path to each
  Broken broken;
  const State initial = system.initial();
  level.emplace(key_of(initial), std::pair{initial, Path{}});
  for (int depth = 0; !level.empty(); ++depth) {
    result.depth = depth;
    for (const auto& [key, entry] : level) {
      known[key] = true;
      const Judgement judgement = system.judge(entry.first, result.marks);
      note(judgement.violated & options.checked, entry.second, result, broken);
      count(judgement, options.checked, result);
    }
    if (!broken.empty() && !result.property) {
      result.property = broken.begin()->first;
      result.path = broken.begin()->second;
    }
    result.violation_ended_it = result.property && !options.exhaust;
    if (result.violation_ended_it) return result;
    std::map<std::string, std::pair<State, Path>> next_level;
    broken.clear();
    for (const auto& [key, entry] : level) {
      std::vector<typename S::Action> actions;
      system.actions(entry.first, actions);
      if (options.depth_max && depth >= *options.depth_max) {
        result.depth_limit |= !actions.empty();
        continue;
      }
      for (std::size_t i = 0; i < actions.size(); ++i) {
        const Applied<State> applied = system.apply(entry.first, actions[i], result.marks);
        ++result.transitions;
        Path path = entry.second;
        path.push_back(i);
        note(applied.violated & options.checked, path, result, broken);
        const std::string next_key = key_of(applied.next);
        if (known.count(next_key) != 0) continue;
        const auto [at, added] = next_level.emplace(next_key, std::pair{applied.next, path});
        if (!added && path > at->second.second) at->second.second = path;
      }
    }
    // A step that breaks a property counts at the depth it leads to, even where it leads to no new state.
    if (next_level.empty() && !broken.empty() && !result.property) {
      result.property = broken.begin()->first;
      result.path = broken.begin()->second;
      result.violation_ended_it = !options.exhaust;
    }
    level = std::move(next_level);
  }
  return result;
}

}  // namespace stalemate::sim::textbook
