// The workloads of a tutorial on caches, against real servers: `before` keeps a cache beside the database and does not
// take care (read: cache, on a miss database, fill; write: database, delete from the cache), `after` has the database
// alone. Readers and writers start at fixed intervals, a checker compares both stores, some requests are made to fail,
// and everything that is invoked or completes goes through a Judge, and into a history file if one is named. Real time
// and real threads: two runs differ; the judgement of a history does not.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "live/judge.hpp"
#include "sandbox/sandbox.hpp"
#include "stores/database.hpp"

namespace stalemate::real {

inline constexpr int kLiveProducts = 6;
inline constexpr std::int64_t kLiveQuantity = 1000;  // of each product at first
inline constexpr int kLiveWorkersMax = 150;          // each has a connection to each server
// After this long a driver whose request or reply was lost on the wire gives up (Redis), or is cut off (the database).
inline constexpr auto kWirePatience = std::chrono::milliseconds(50);

enum class LiveScenario { kBefore, kAfter };

// How often something is made to fail, in millionths, and the user's words for it.
struct Chance {
  std::uint32_t per_million = 0;
  std::string text = "0%";
};

struct LiveOptions {
  LiveScenario scenario = LiveScenario::kBefore;
  int readers = 1;
  int writers = 1;
  // Intervals; 0: one operation after the other. Read n of a reader is due n intervals after its first, whatever the
  // ones before took.
  std::chrono::nanoseconds read_every = std::chrono::milliseconds(100);
  std::chrono::nanoseconds write_every = std::chrono::seconds(1);
  std::chrono::nanoseconds check_every = std::chrono::milliseconds(100);
  Chance fail;        // that a database update, a cache delete or a cache set is not sent; each on its own
  Chance lost_reply;  // that the reply to a database update is thrown away, so that the writer cannot know
  // Where these failures happen: in the application, which does not send or throws away; or on the wire, where a proxy
  // before each server loses the request or the reply, and the driver sees a timeout or a broken connection.
  bool wire_faults = false;
  bool serialize = false;  // one lock for the process: reads share it, writes and comparisons have it alone
  std::uint64_t seed = 1;  // which products, which failures
  std::optional<std::chrono::nanoseconds> run_for;  // until a stop signal, where not given
  std::string history;                              // a file; none if empty
  Overwrite overwrite = Overwrite::kKeep;

  ServerUrls urls;  // what is not given is started in a sandbox; a CockroachDB for kAfter only
  SandboxOptions sandbox;

  // Called every quarter of a second with what is known.
  std::function<void(const Judgement&)> on_progress;
  // Asked as often; true ends the run as `run_for` does.
  std::function<bool(const Judgement&)> is_enough;
};

struct LiveResult {
  Judgement judgement;
  // Why the run ended before its time (a server died or refused, the disk is full), or what may be left behind: one
  // line. Empty: nothing of the kind. What was known by then is judged, and stands in the history.
  std::string failure;
};

// Runs to its end, or until SIGINT, SIGTERM or SIGHUP: that is an orderly end, too. Works in a schema and under a key
// prefix of its own, removed from servers that stay. Throws, all of it before the run has begun: InputError (a
// URL, a file, a remote server), EnvironmentError (a server that is missing or refuses) and Interrupted.
LiveResult run_live(const LiveOptions& options);

// One JSON object: all that describe() tells of the judgement; durations in nanoseconds.
std::string to_json(const LiveResult& result);

}  // namespace stalemate::real
