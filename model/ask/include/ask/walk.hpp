// One path through a scenario, step by step: what a person chooses (`step`), a file lists (`--schedule`) or a trace
// recorded. The same transition function as the search, told in the words of traces/trace.hpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tell/step_name.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

class Walk {
 public:
  // `properties`: names, empty for the default ones that apply. Throws InputError for a scenario that does not
  // fit the protocol.
  Walk(const Protocol& protocol, const traces::Scenario& scenario, const std::vector<std::string>& properties);
  ~Walk();
  Walk(Walk&&) noexcept;
  Walk& operator=(Walk&&) noexcept;

  // What can happen next, in the system's order, told as if it were taken (replies, state after and broken properties
  // included).
  const std::vector<traces::Step>& enabled() const;
  // REQUIRES: index < enabled().size().
  void take(std::size_t index);
  // Takes back the last step; false where there is none.
  bool undo();
  // The walk so far; `property` is the one its last step breaks, if any.
  traces::Trace trace() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Re-executes a trace with today's transition function: every step must be enabled, and ask and send what the trace
// says. Replies and stores are not compared: they are predictions, and replay judges them against real servers. Returns
// the trace as the model tells it today. Throws InputError "name: /steps/3: ..." otherwise.
traces::Trace rewalk(const traces::Trace& trace, const std::string& name);

}  // namespace stalemate::model
