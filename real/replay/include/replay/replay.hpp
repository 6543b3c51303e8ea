// Replay: is a trace real? Every step runs, in the trace's order and with its faults, on a real PostgreSQL and a real
// Redis or memcached;
// each reply is compared with the trace's prediction, and both stores with its final state. Judges only what it is
// handed: that the trace's steps are enabled in the model is the caller's to check (model::rewalk). The result depends
// on the trace and the servers' answers, not on time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sandbox.hpp"
#include "traces/shapes.hpp"
#include "traces/trace.hpp"
#include "understand/mapping.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

// Where the servers and the trace first disagree. `step` counts from 1; 0 stands for the contents after the last step.
struct Divergence {
  int step = 0;
  std::string expected;  // "value 1000", "cache k1=1000"
  std::string got;       // "miss", "absent"
  bool operator==(const Divergence&) const = default;
};

// What a store of the trace was, and what it really held at the end: every key of the scenario, in order.
struct StoreAtEnd {
  std::string name;     // as the trace has it
  std::string product;  // "redis", "postgres"
  std::string version;  // "Redis 7.0.15"
  std::vector<traces::Entry> entries;
};

// I1: `came_back` has an entry for each step executed: all steps, or those up to the one that diverged where the replay
// stops there.
struct Conformance {
  std::optional<Divergence> divergence;
  // What the step really brought: "value 1000", "ok", "withheld: ok; the driver: timed out", "error: ..."; "" for an
  // invoke.
  std::vector<std::string> came_back;
  int round_trips = 0;             // requests the steps made to either server
  std::vector<StoreAtEnd> stores;  // in the trace's order

  // Where, after the divergence, they disagree again; only where the replay was to go on.
  std::vector<Divergence> further;

  bool reproduced() const { return !divergence; }
};
// The store called `name`; null where the trace has none.
const StoreAtEnd* find_store(const Conformance& conformance, std::string_view name);

struct ReplayOptions {
  // Called before each step with its number, from 1: for progress.
  std::function<void(int step)> on_step;
  // Statements of the user's own, instead of those that the trace brings in its protocol.
  std::shared_ptr<const model::Mapping> mapping;
  // Whether those that a trace brings may run; else it is refused. They may do what the servers' user may.
  bool trusts_traces = false;
  // Where a step diverges or cannot be done, go on with the next, and judge all.
  bool skip_divergences = false;
  // Which server is to be a trace's cache. None, or nothing: the one that its diagram names, or else can be it.
  std::function<std::optional<traces::CacheServer>(const traces::Trace& trace)> cache = {};
};

// Which server is the trace's cache: the one that is wanted; else the one that its diagram names, or Redis, if that can
// be it; else the one that can.
traces::CacheServer cache_server_of(const traces::Trace& trace, const ReplayOptions& options);
// What a trace takes beside a database. A channel is a Redis's.
struct CachesNeeded {
  bool redis = false;
  bool memcached = false;
};
CachesNeeded caches_needed(const traces::Trace& trace, traces::CacheServer cache);

class AppHost;

// To be called while the program has few threads: it forks. Throws EnvironmentError.
std::shared_ptr<AppHost> start_app_host();

// Runs the trace in a schema and under a key prefix of its own; in servers that stay, both are gone when it returns or
// throws (where a server cannot be reached any more, the error says what may be left there). REQUIRES: servers has
// the caches_needed(). Throws EnvironmentError (server unreachable, died, timed out, refuses),
// InputError (a trace that asks for what no server here does) and Interrupted. Without `host` it starts one.
Conformance replay(const traces::Trace& trace, const Servers& servers, const ReplayOptions& options = {},
                   std::shared_ptr<AppHost> host = nullptr);

// Which database a trace is replayed on. CockroachDB speaks PostgreSQL's protocol and has the same adapter.
enum class DatabaseKind { kPostgres, kCockroach };

// Each server that is not given and that the trace needs is started in a sandbox.
struct ReplayPlace {
  ServerUrls urls = {};
  SandboxOptions sandbox = {};  // which servers are set by what is needed
  // A CockroachDB for traces without a cache only.
  DatabaseKind database = DatabaseKind::kPostgres;
};

// replay() with everything around it: reads the URLs, holds StopSignals, starts and stops the sandbox.
Conformance replay_at(const traces::Trace& trace, const ReplayPlace& where, const ReplayOptions& options = {});

// What it was replayed on, the database first: "PostgreSQL 15.18", "Redis 7.0.15".
std::vector<std::string> versions_of(const Conformance& conformance);

// "reproduced", "diverged at step 4: expected value 999, got value 1000" or
// "diverged after the last step: expected cache k1=1000, got absent".
std::string verdict(const Conformance& conformance);

// The whole report: servers, each step executed with what came back, the verdict, and at the end the stores side by
// side
// ("redis: 1000", "postgres: 1"; with several keys "redis: k1=1000 k2=absent"). Of a lasso it says that its loop was
// run once: no replay shows for ever.
std::string describe(const traces::Trace& trace, const Conformance& conformance);

}  // namespace stalemate::real
