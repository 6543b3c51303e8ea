// Playing a machine step by step, each step by its name.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ask/walk.hpp"
#include "model/understand/protocol_support.hpp"
#include "stores_of.hpp"

namespace stalemate::model {

inline traces::Scenario scenario(std::vector<std::string> apps, std::vector<std::string> faults, bool cached = false,
                                 int keys = 1) {
  traces::Scenario words;
  words.apps = std::move(apps);
  words.faults = std::move(faults);
  words.cached = cached;
  words.keys = keys;
  return words;
}

class Play {
 public:
  Play(const Protocol& protocol, const traces::Scenario& words, const std::vector<std::string>& properties = {})
      : walk_(protocol, words, properties) {}

  Play& take(const std::vector<std::string>& steps) {
    for (const std::string& step : steps) walk_.take(find_step(walk_.trace(), walk_.enabled(), step, "here"));
    return *this;
  }
  std::vector<std::string> enabled() const {
    std::vector<std::string> names;
    for (const traces::Step& step : walk_.enabled()) names.push_back(step_name(walk_.trace(), step));
    return names;
  }
  bool can(const std::string& step) const {
    const std::vector<std::string> names = enabled();
    return std::find(names.begin(), names.end(), step) != names.end();
  }
  std::optional<std::int64_t> cached() const {
    const auto now = state();
    return cache_of(now).at(0).value;
  }
  std::optional<std::int64_t> stored() const {
    const auto now = state();
    return database_of(now).at(0).value;
  }
  traces::Step last() const { return walk_.trace().steps.back(); }
  std::size_t in_flight() const { return state().in_flight.size(); }
  traces::Trace trace() const { return walk_.trace(); }
  traces::State state() const { return final_state(walk_.trace()); }

 private:
  Walk walk_;
};

}  // namespace stalemate::model
