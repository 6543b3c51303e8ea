// Two-phase commit as specified by Gray and Lamport ("Consensus on Transaction Commit", ACM TODS 31(1), 2006, module
// TwoPhase): a transaction manager and N resource managers; messages stay in the network for ever and are received any
// number of times. Like TLC, a step that changes nothing is a transition.
//
// A state is 8 bytes: sets of resource managers are bit sets.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

class TwoPhaseCommit {
 public:
  enum class Manager : std::uint8_t { kWorking, kPrepared, kCommitted, kAborted };
  enum class Decision : std::uint8_t { kNone, kCommitted, kAborted };
  struct State {
    std::uint8_t prepared_sent;      // resource managers whose Prepared message is in the network
    std::uint8_t prepared_received;  // those the transaction manager has heard of
    Decision decision;               // of the transaction manager; its message is in the network, too
    std::array<Manager, 5> managers;

    friend bool operator==(const State&, const State&) = default;
  };
  enum class Kind : std::uint8_t { kDecideCommit, kDecideAbort, kHearPrepared, kPrepare, kChooseAbort, kObey };
  struct Action {
    Kind kind;
    std::uint8_t manager;
  };

  // REQUIRES: 1 <= managers <= 5.
  explicit TwoPhaseCommit(int managers) : managers_(static_cast<std::uint8_t>(managers)) {}

  State initial() const { return {}; }

  void actions(const State& state, std::vector<Action>& out) const {
    const bool undecided = state.decision == Decision::kNone;
    if (undecided && state.prepared_received == (1 << managers_) - 1) out.push_back({Kind::kDecideCommit, 0});
    if (undecided) out.push_back({Kind::kDecideAbort, 0});
    for (std::uint8_t m = 0; m < managers_; ++m) {
      if (undecided && (state.prepared_sent >> m & 1) != 0) out.push_back({Kind::kHearPrepared, m});
      if (state.managers[m] == Manager::kWorking) out.push_back({Kind::kPrepare, m});
      if (state.managers[m] == Manager::kWorking) out.push_back({Kind::kChooseAbort, m});
      if (!undecided) out.push_back({Kind::kObey, m});
    }
  }

  Applied<State> apply(const State& state, const Action& action, Marks&) const {
    State next = state;
    const auto bit = static_cast<std::uint8_t>(1U << action.manager);
    Manager& manager = next.managers[action.manager];
    switch (action.kind) {
      case Kind::kDecideCommit:
        next.decision = Decision::kCommitted;
        break;
      case Kind::kDecideAbort:
        next.decision = Decision::kAborted;
        break;
      case Kind::kHearPrepared:
        next.prepared_received |= bit;
        break;
      case Kind::kPrepare:
        manager = Manager::kPrepared;
        next.prepared_sent |= bit;
        break;
      case Kind::kChooseAbort:
        manager = Manager::kAborted;
        break;
      case Kind::kObey:
        manager = state.decision == Decision::kCommitted ? Manager::kCommitted : Manager::kAborted;
        break;
    }
    return {.next = next, .violated = 0};
  }

  // Property 0: no manager has committed while another has aborted. Label 0: all have committed; label 1: all aborted.
  Judgement judge(const State& state, Marks&) const {
    int committed = 0;
    int aborted = 0;
    for (std::uint8_t m = 0; m < managers_; ++m) {
      committed += state.managers[m] == Manager::kCommitted ? 1 : 0;
      aborted += state.managers[m] == Manager::kAborted ? 1 : 0;
    }
    Judgement judgement;
    if (committed > 0 && aborted > 0) judgement.violated = 1;
    if (committed == managers_) judgement.labels |= 1;
    if (aborted == managers_) judgement.labels |= 2;
    return judgement;
  }

 private:
  std::uint8_t managers_;
};

}  // namespace stalemate::sim::textbook
