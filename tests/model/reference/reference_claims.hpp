// The claims of an explanation, computed again upon the reference model (tests/model/reference/reference_model.hpp)
// from the definitions in ask/explain.hpp: plain depth-first walks over its worlds, without the machine, its state
// space, its graphs or its searches. Deterministic; for small scenarios.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/reference/reference_model.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::reference {

// The setting that a trace's scenario asks for: scripts of "read" and "write" with or without a key, faults of the
// kinds the reference knows.
Setting setting_of(const traces::Trace& trace);

// The schedules of a model: ways of handling and receiving up to where only what befalls the cache of itself is left,
// or nothing; a reply is received, lost or met by a crash as soon as it is there.
struct ScheduleCounts {
  std::uint64_t total = 0;
  std::uint64_t violating = 0;  // at their end
  std::uint64_t passing = 0;    // at some moment
  bool operator==(const ScheduleCounts&) const = default;
};

// Of coherent-at-rest, or (the model keeps history) of fresh-reads. None where there are more than `worlds_max` worlds.
std::optional<ScheduleCounts> count_schedules(const Model& model, bool at_rest, std::size_t worlds_max);

struct Claims {
  std::optional<std::pair<std::size_t, std::size_t>> racing_pair;
  std::optional<std::size_t> no_return;
  std::optional<std::size_t> first_doomed;   // the first step after which the trace is doomed, whatever comes
  std::optional<std::size_t> always_passed;  // of coherent-at-rest alone: the reference tells more states apart by
                                             // their history than the monitor of another property does
  ScheduleCounts schedules;
  bool all_invoked = true;
  std::vector<std::string> smallest_faults;
};

// None where a state space has more than `worlds_max` worlds. Throws std::logic_error where the reference does not
// follow the trace.
std::optional<Claims> claims_of(const Protocol& protocol, const Setting& setting, const traces::Trace& trace,
                                std::size_t worlds_max);

}  // namespace stalemate::model::reference
