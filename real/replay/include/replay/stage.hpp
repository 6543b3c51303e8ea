// A stage: where traces are replayed one after another. It keeps warm what a replay needs (an area in each server, a
// proxy before each, a process for each app instance, connections) and makes it anew where a trace broke it. One thread
// uses a stage at a time; several stages may stand in the same servers, each with an area of its own, and share one
// host of app processes.
#pragma once

#include <memory>
#include <string>

#include "replay/replay.hpp"

namespace stalemate::real {

// Which servers are known not to answer: nothing more is asked of them.
struct Silence {
  bool database = false;
  bool cache = false;
  std::string why = {};      // of one of them, as an error; "" where both answer
  bool is_in_haste = false;  // little time is given to a server; it is where one is silent, too
  bool any() const { return database || cache; }
};

// Asks each, which takes two seconds where it is silent. One that is gone is not: it refuses at once.
Silence silence_at(const Servers& servers);

class Stage {
 public:
  // Connects to learn the servers' versions; without a host of app processes it starts its own. Throws
  // EnvironmentError, InputError (an address that a proxy cannot stand before) and Interrupted.
  explicit Stage(const Servers& servers, std::shared_ptr<AppHost> host = nullptr);
  // close(), where that was not called.
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // As real::replay(); the area stays for the next one. After an exception only close() is left.
  Conformance replay(const traces::Trace& trace, const ReplayOptions& options = {});
  // Removes what the stage made in servers that stay. "" if nothing is left there, or clauses for an error message:
  // "; schema stalemate_1f may be left behind (why)".
  std::string close(const Silence& silence = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate::real
