// The claims of an explanation, computed again upon the reference model (tests/model/reference_model.hpp) from the
// definitions in model/explain.hpp: plain depth-first walks over its worlds, without the machine, its state space, its
// graphs or its searches. Deterministic; for small scenarios.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/protocol.hpp"
#include "model/reference_model.hpp"
#include "traces/trace.hpp"

namespace stalemate::model::reference {

// The setting that a trace's scenario asks for: scripts of "read" and "write" with or without a key, faults of the
// kinds the reference knows.
Setting setting_of(const traces::Trace& trace);

struct Claims {
  std::optional<std::pair<std::size_t, std::size_t>> racing_pair;
  std::optional<std::size_t> no_return;
  std::optional<std::size_t> first_doomed;   // the first step after which the trace is doomed, whatever comes
  std::optional<std::size_t> always_passed;  // of coherent-at-rest alone: the reference tells more states apart by
                                             // their history than the monitor of another property does
  std::uint64_t schedules = 0;
  std::uint64_t violating = 0;
  bool all_invoked = true;
  std::vector<std::string> smallest_faults;
};

// None where a state space has more than `worlds_max` worlds. Throws std::logic_error where the reference does not
// follow the trace.
std::optional<Claims> claims_of(const Protocol& protocol, const Setting& setting, const traces::Trace& trace,
                                std::size_t worlds_max);

}  // namespace stalemate::model::reference
