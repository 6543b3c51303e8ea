// The compiled protocol as a model that another checker searches: Promela for SPIN, TLA+ for TLC. An independent check:
// only the protocol's program and the scenario are taken from here; what the servers' verbs do, what an app instance
// remembers and how messages get lost is written again in the other language (prelude/), which shares nothing with the
// machine.
//
// E1: a state of the export is a state of the machine without reductions (`check --no-reduction`), and a step a step:
// the
//     counts are equal.
// E2: what is claimed is coherent-at-rest. What the export does not cover is refused, never left out.
//
// Deterministic: the same protocol and scenario give the same bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct Exporter {
  std::string_view name;     // as in `show --as NAME`
  std::string_view summary;  // one line for --help
  // Throws NotModelledError, one line that names it, for what is not covered; InputError as make_machine does.
  std::string (*write)(const Protocol& protocol, const traces::Scenario& scenario);
};

// All of them, in the order --help lists them: promela, tla.
std::span<const Exporter> exporters();

// The one called `name`; null where there is none.
const Exporter* find_exporter(std::string_view name);

}  // namespace stalemate::model
