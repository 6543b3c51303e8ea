// One example of each cause, from the whole state graph. For each property breadth first along runs that have not
// broken it before; what tells two ways to one state apart is which faults struck on them. Of each state and step that
// breaks the property, with each set of faults, a shortest trace; and of those with the same cause the first.
#include "causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "hunt/cause.hpp"
#include "reduce/state_space.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kWaysMax = 4'000'000;  // that are kept: states, with the faults on the way to them
constexpr std::size_t kRunsMax = 20'000;     // that are looked at: to tell the cause of one takes about a millisecond
constexpr std::size_t kRunsBetweenChecks = 64;
constexpr std::size_t kWaysBetweenChecks = 4096;

// What a fault is to a cause: its kind, and the request or the server that it struck, whoever sent it.
using Fault = std::pair<std::size_t, std::size_t>;

// A way from the initial state: where it leads, which faults struck (by number), and its last edge.
struct Way {
  std::uint32_t state = 0;
  std::uint32_t faults = 0;
  std::size_t before = 0;  // the way that it makes longer; of the empty one, itself
  std::size_t edge = 0;
  bool ends = false;  // the state that it leads to breaks the property
};

class Looking {
 public:
  Looking(const Machine& machine, const Protocol& protocol, const traces::Scenario& scenario, const StateSpace& space,
          const sim::SearchOptions& options)
      : machine_(machine), protocol_(protocol), scenario_(scenario), space_(space), options_(options) {
    number_of({});
  }

  // False: it was stopped.
  bool look_for(std::size_t property) {
    ways_ = {Way{}};
    std::unordered_map<std::uint64_t, std::size_t> known = {{key_of(0, 0), 0}};
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      const Way way = ways_[i];
      if (way.ends) continue;
      if (i % kWaysBetweenChecks == 0 && is_stopped()) return false;
      for (std::size_t edge = space_.first_edge(way.state); edge < space_.first_edge(way.state + 1); ++edge) {
        const std::uint32_t to = space_.graph.target[edge];
        const bool ends = (space_.graph.violated_by_state[to] >> property & 1) != 0;
        const Way longer{to, faults_after(way, edge), i, edge, ends};
        if ((space_.graph.violated_by_step[edge] >> property & 1) != 0) {
          if (!add(property, longer)) return false;
          continue;
        }
        if (!known.try_emplace(key_of(to, longer.faults), ways_.size()).second) continue;
        if (ways_.size() == kWaysMax) return stop(fmt::format("more than {} ways lead to its states", kWaysMax));
        ways_.push_back(longer);
        if (ends && !add(property, longer)) return false;
      }
    }
    return true;
  }

  Causes found;

 private:
  static std::uint64_t key_of(std::uint32_t state, std::uint32_t faults) { return std::uint64_t{state} << 32 | faults; }

  bool is_stopped() const { return options_.keep_going && !options_.keep_going(space_.progress()); }

  bool stop(const std::string& why) {
    found.limit = why + "; the causes of further ones were not looked for";
    return false;
  }

  std::uint32_t number_of(const std::multiset<Fault>& faults) {
    const auto [at, is_new] = numbers_.try_emplace(faults, static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) faults_.push_back(&at->first);
    return at->second;
  }

  std::uint32_t faults_after(const Way& way, std::size_t edge) {
    const Action& action = space_.actions[edge];
    if (action.kind != ActionKind::kFault && action.kind != ActionKind::kHandleLose) return way.faults;
    const std::uint64_t* words = space_.state(way.state);
    const Server* server = machine_.server_of(action.session);
    const std::size_t struck =
        server != nullptr ? machine_.program().instructions.size() + server->place().number
                          : static_cast<std::size_t>(
                                machine_.program().instructions[machine_.request_of(words, action).instruction].alike);
    std::multiset<Fault> faults = *faults_[way.faults];
    faults.emplace(static_cast<std::size_t>(machine_.fault(action).told_as), struck);
    return number_of(faults);
  }

  bool add(std::size_t property, const Way& way) {
    if (runs_ == kRunsMax) return stop(fmt::format("more than {} runs go wrong", runs_));
    if (++runs_ % kRunsBetweenChecks == 0 && is_stopped()) return false;
    std::vector<Action> actions = {space_.actions[way.edge]};
    for (std::size_t at = way.before; at != 0; at = ways_[at].before) actions.push_back(space_.actions[ways_[at].edge]);
    std::reverse(actions.begin(), actions.end());
    traces::Trace trace =
        tell_trace(machine_, protocol_, scenario_, actions, std::string(machine_.properties()[property]->name));
    std::string cause = hunting::cause_of(trace);
    if (seen_.insert(cause).second) found.causes.push_back({std::move(cause), std::move(trace)});
    return true;
  }

  const Machine& machine_;
  const Protocol& protocol_;
  const traces::Scenario& scenario_;
  const StateSpace& space_;
  const sim::SearchOptions& options_;
  std::vector<Way> ways_;
  std::map<std::multiset<Fault>, std::uint32_t> numbers_;
  std::vector<const std::multiset<Fault>*> faults_;  // by number
  std::size_t runs_ = 0;
  std::set<std::string> seen_;
};

}  // namespace

Causes find_causes(const Machine& machine, const Protocol& protocol, const traces::Scenario& scenario,
                   const sim::SearchOptions& options) {
  const std::optional<StateSpace> space = build_state_space(machine, options);
  if (!space) return {};
  Looking looking(machine, protocol, scenario, *space, options);
  looking.found.complete = true;
  for (std::size_t property = 0; property < machine.properties().size() && looking.found.complete; ++property)
    looking.found.complete = looking.look_for(property);
  std::stable_sort(looking.found.causes.begin(), looking.found.causes.end(),
                   [](const Cause& a, const Cause& b) { return a.trace.steps.size() < b.trace.steps.size(); });
  return std::move(looking.found);
}

}  // namespace stalemate::model
