// Many replays: over one warm sandbox or given servers, several at a time, each worker on a stage of its own. Results
// come in the order of the traces; what each is does not depend on how many run at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "real/replay.hpp"

namespace stalemate::real {

// What became of one trace. I1: conformance is there, or error says why not.
struct Replayed {
  std::optional<Conformance> conformance;
  std::string error;      // one line
  bool is_input = false;  // whether the trace is to blame for it (exit code 2), not the machine (5)
};

struct BatchOptions {
  int jobs = 1;
  ReplayOptions replay;  // on_step is called by several threads
  // After each trace, one call at a time: how many are done.
  std::function<void(std::size_t done)> on_done;
};

// Reads the URLs, holds StopSignals, starts and stops the sandbox. A trace that fails does not keep others from being
// replayed. Throws traces::InputError and traces::EnvironmentError (nothing could be replayed: a URL, a missing server)
// and Interrupted.
std::vector<Replayed> replay_all(const std::vector<traces::Trace>& traces, const ReplayPlace& where,
                                 const BatchOptions& options);

}  // namespace stalemate::real
