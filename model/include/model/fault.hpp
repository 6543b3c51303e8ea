// Faults: named things that may go wrong, each within a budget. Each is one file in src/faults/ and one line in the
// table in src/fault.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/program.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

class Machine;

// What a fault may strike: a message of a session. slot 0 is the awaited one (request or reply), slot i the i-th
// asynchronous request in flight.
struct MessageRef {
  std::size_t session = 0;
  std::size_t slot = 0;
  RowId row = kNoRow;
  bool is_reply = false;
};

struct FaultKind {
  std::string_view name;
  std::string_view summary;
  traces::StepKind told_as;  // how the step is named in a trace
  // Whether it can strike this message.
  bool (*strikes)(const Program& program, const MessageRef& message);
};

std::span<const FaultKind> fault_kinds();

// Names that stand for several kinds: "lost-message", "any".
struct FaultAlias {
  std::string_view name;
  std::vector<std::string_view> kinds;
};
std::vector<FaultAlias> fault_aliases();

// Names of the design that are not modelled yet.
std::span<const std::string_view> planned_faults();

}  // namespace stalemate::model
