// Counting the paths of a state graph from the initial state to where they may end.
#include "sim/schedules.hpp"

#include <memory>
#include <vector>

namespace stalemate::sim {
namespace {

// Of the paths from the initial state to one state.
struct PathCount {
  Count total = 0;
  Count broken = 0;   // those with a step that breaks a property
  Count touched = 0;  // those, and those with a state that does, this one not yet included
};

// A state is done when all that lead to it are. Only states that wait for others have a count in memory.
class Counting {
 public:
  Counting(const StateGraph& graph, const SearchOptions& options) : graph_(graph), options_(options) {}

  std::optional<ScheduleCount> run() {
    constexpr std::uint32_t kStatesBetweenChecks = 4096;
    const std::uint32_t states = graph_.state_count();
    if (!may_go_on(0)) return std::nullopt;
    incoming_.assign(states, 0);
    for (const std::uint32_t target : graph_.target) ++incoming_[target];
    if (incoming_[0] != 0) return std::nullopt;  // a cycle through the initial state
    counts_.resize(states);
    count_of(0).total = 1;
    ready_ = {0};
    std::uint32_t done = 0;
    while (!ready_.empty()) {
      if (done % kStatesBetweenChecks == 0 && !may_go_on(done)) return std::nullopt;
      const std::uint32_t state = ready_.back();
      ready_.pop_back();
      finish(state);
      ++done;
    }
    if (done != states) return std::nullopt;  // the others are on cycles or behind them
    return result_;
  }

 private:
  // Half a line of memory for the digits of each number; more are rare, and slow long before they are many.
  static constexpr std::uint64_t kCountBytes = sizeof(PathCount) + 3 * 32;

  bool may_go_on(std::uint32_t done) const {
    const std::uint64_t bytes = graph_.state_count() * std::uint64_t{sizeof(std::uint32_t) + sizeof(counts_[0])} +
                                ready_.capacity() * sizeof(std::uint32_t) + waiting_ * kCountBytes;
    if (options_.memory_bytes_max != 0 && graph_.bytes() + bytes > options_.memory_bytes_max) return false;
    return !options_.keep_going || options_.keep_going({.states = graph_.state_count(),
                                                        .transitions = graph_.target.size(),
                                                        .frontier = graph_.state_count() - done,
                                                        .memory_bytes = graph_.bytes() + bytes});
  }

  PathCount& count_of(std::uint32_t state) {
    if (!counts_[state]) {
      counts_[state] = std::make_unique<PathCount>();
      ++waiting_;
    }
    return *counts_[state];
  }

  void finish(std::uint32_t state) {
    const std::unique_ptr<PathCount> count = std::move(counts_[state]);
    --waiting_;
    const bool violated = graph_.violated_by_state[state] != 0;
    if (violated) count->touched = count->total;
    const std::uint64_t begin = graph_.first_edge[state];
    const std::uint64_t end = graph_.first_edge[state + 1];
    if (graph_.may_end[state]) {
      result_.total += count->total;
      result_.violating += violated ? count->total : count->broken;
      result_.passing_through += count->touched;
    }
    for (std::uint64_t edge = begin; edge < end; ++edge) {
      const std::uint32_t target = graph_.target[edge];
      const bool breaks = graph_.violated_by_step[edge] != 0;
      PathCount& next = count_of(target);
      next.total += count->total;
      next.broken += breaks ? count->total : count->broken;
      next.touched += breaks ? count->total : count->touched;
      if (--incoming_[target] == 0) ready_.push_back(target);
    }
  }

  const StateGraph& graph_;
  const SearchOptions& options_;
  std::vector<std::uint32_t> incoming_;  // by state: edges from states that are not done
  std::vector<std::unique_ptr<PathCount>> counts_;
  std::vector<std::uint32_t> ready_;
  std::uint64_t waiting_ = 0;  // states with a count
  ScheduleCount result_;
};

}  // namespace

std::optional<ScheduleCount> count_schedules(const StateGraph& graph, const SearchOptions& options) {
  return Counting(graph, options).run();
}

}  // namespace stalemate::sim
