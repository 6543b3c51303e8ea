// Many replays: over one warm sandbox or given servers, several at a time, each worker on a stage of its own. Results
// come in the order of the traces; what each is does not depend on how many run at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay/replay.hpp"

namespace stalemate::real {

// What became of one trace. I1: conformance is there, or error says why not; `left` may be there beside either.
struct Replayed {
  std::optional<Conformance> conformance;
  std::string error;      // one line
  bool is_input = false;  // whether the trace is to blame for it (exit code 2), not the machine (5)
  // What could not be removed when the area it was replayed in was done with, in clauses: "; keys stalemate:1f:* may be
  // left behind (why)". Of the traces that shared the area the last one has it.
  std::string left = {};
};

struct BatchOptions {
  int jobs = 1;
  ReplayOptions replay;  // on_step is called by several threads
  // After each trace, one call at a time: which of them, counted from 0, and what became of it, but for `left`. What
  // was told so is all there is where the rest is interrupted.
  std::function<void(std::size_t which, const Replayed& replayed)> on_result;
};

// Servers to replay on: those that exist, by their URLs, and a sandbox for the others, started once. Holds StopSignals.
class WarmServers {
 public:
  // Throws InputError and EnvironmentError (a URL, a missing server) and Interrupted.
  WarmServers(const ReplayPlace& where, CachesNeeded caches);
  ~WarmServers();
  WarmServers(const WarmServers&) = delete;
  WarmServers& operator=(const WarmServers&) = delete;

  const Servers& servers() const;
  // A trace that fails does not keep others from being replayed; a server that does not answer any more does, and each
  // of the others says so. REQUIRES: the caches are there that any trace needs. Throws Interrupted.
  std::vector<Replayed> replay_all(const std::vector<traces::Trace>& traces, const BatchOptions& options);
  // One of them, as replay() does.
  Conformance replay(const traces::Trace& trace, const ReplayOptions& options);
  // Stops the sandbox; throws Interrupted if a signal came by then. The destructor stops it, too, and is silent.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All of it once.
std::vector<Replayed> replay_all(const std::vector<traces::Trace>& traces, const ReplayPlace& where,
                                 const BatchOptions& options);

// A trace as a report calls it, and what became of it.
struct NamedReplay {
  std::string name;
  std::string remark;  // of one line; may be empty
  const traces::Trace& trace;
  const Replayed& replayed;
};

// One JSON object; steps are counted from 0, as in the trace, and are null for what differs after the last.
std::string to_json(const std::vector<NamedReplay>& replays);

}  // namespace stalemate::real
