// A trace: what was found. Self-contained (protocol text, scenario, property), so that it can be told, rendered and
// re-executed after the catalogue or the file it came from has changed. A regular value: equal traces are equal
// members, and write_json() (traces/json.hpp) gives equal bytes. No times, hosts or folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stalemate::traces {

inline constexpr int kTraceVersion = 1;

// The protocol as it was read: the whole text of the Markdown or .mmd file and its name without folders.
struct Protocol {
  std::string name;
  std::string text;
  std::vector<std::string> roles;  // what the command line added: "X=cache"
  bool operator==(const Protocol&) const = default;
};

// The bounds, in the words of the command line; machine/scenario.hpp reads them back.
struct Scenario {
  std::vector<std::string> apps;  // one script per app instance: "read", "read k1; write k2", "read | write"
  int keys = 1;
  bool cached = false;                       // every key starts cached with its initial value
  std::vector<std::string> faults;           // "lost-message=1", "lost-reply@write:2=1"
  std::string on_database_timeout = "fail";  // or "continue"
  bool all_invoked = false;
  bool operator==(const Scenario&) const = default;
};

enum class StepKind {
  kInvoke,         // an operation starts
  kHandle,         // a server carries out a request
  kReceive,        // the app gets a reply
  kLoseRequest,    // a request never arrives; who awaits it times out
  kLoseReply,      // carried out, but the reply never arrives; the session times out
  kLateRequest,    // the session times out; the request is a ghost from now on
  kDuplicate,      // a copy of a request in flight is a ghost from now on
  kCrash,          // an app instance dies, while a message of this session is in flight
  kEvict,          // the cache drops one entry
  kExpire,         // an entry's time to live is over; no fault
  kCacheRestart,   // the cache drops everything
  kCacheFailover,  // a replica takes over that misses the last command that changed the cache
};
std::string_view to_string(StepKind kind);  // "invoke", "lose-request", "cache-failover", ...

// What kinds of steps have in common.
bool is_fault(StepKind kind);     // it is charged to one of the scenario's faults
bool is_of_cache(StepKind kind);  // it happens in the cache: no app instance, session, operation or message
bool takes_reply(StepKind kind);  // it is about a reply in flight, which it takes away: receive, lose-reply

// A request as it travels. `to` is a role ("cache", "database"); `verb` a word of understand/protocol.hpp ("get",
// "set", "add", "delete"); `value` what a set or add carries.
struct Request {
  int arrow = 0;  // ordinal among all arrows of its operation's diagram, from 1, as Mermaid's autonumber counts
  std::string to;
  std::string verb;
  std::string key;  // "k1"
  std::optional<std::int64_t> value;
  std::string label;  // the text on the arrow, as drawn
  bool awaited = true;
  bool drawn_lost = false;  // the diagram itself loses it (-x): sent, never in flight. Only in Step::sends
  std::optional<std::int64_t> ttl = std::nullopt;  // seconds after which what a set or add stores may expire
  bool operator==(const Request&) const = default;
};

// A reply: `outcome` is "ok", "value", "miss" or "conflict"; `value` there iff the outcome is "value".
struct Reply {
  std::string outcome;
  std::optional<std::int64_t> value;
  bool operator==(const Reply&) const = default;
};

// How an operation ended, or that it was acknowledged to an outside participant and goes on.
struct Ending {
  enum class Kind { kAcknowledged, kReturned, kFailed };
  Kind kind = Kind::kReturned;
  std::optional<std::int64_t> value;  // what a Read returned, if it got one
  bool operator==(const Ending&) const = default;
};
std::string_view to_string(Ending::Kind kind);  // "acknowledged", "returned", "failed"

// One entry of a store. In the cache an absent key has no value.
struct Entry {
  std::string key;
  std::optional<std::int64_t> value;
  bool operator==(const Entry&) const = default;
};

// A message in flight after a step, oldest first per session.
struct InFlight {
  int app = 0;
  int session = 1;
  bool is_reply = false;
  Request request;             // the request, or the one that is replied to
  std::optional<Reply> reply;  // iff is_reply
  bool is_ghost = false;       // a request that nobody knows of any more: late, a copy, or of an app that crashed
  bool operator==(const InFlight&) const = default;
};

// Everything a renderer needs of the state after a step. Both stores list every key of the scenario, in order; `cache`
// is empty where the protocol has none.
struct State {
  std::vector<Entry> cache;
  std::vector<Entry> database;
  std::vector<InFlight> in_flight;
  std::vector<std::string> expiring = {};  // the keys whose cached entry has a time to live, in order
  bool operator==(const State&) const = default;
};

// One step. Named by kind, app, session, operation, key, arrow, ghost, choice and budget: never by an index into an
// enumeration. Of a step in the cache, app, session and operation are 0 and diagram is ""; key is "" where it is about
// the whole cache.
struct Step {
  StepKind kind = StepKind::kInvoke;
  int app = 1;            // from 1
  int session = 1;        // within its app instance, from 1
  int operation = 1;      // ordinal within the session's script, from 1
  std::string diagram;    // which diagram the operation runs: "Read", "Write", or its name where there are several
  std::string key;        // the operation's key: "k1"; evict, expire: the entry's
  int arrow = 0;          // of the request handled, lost or replied to; 0 for invoke
  bool is_ghost = false;  // handle: of a ghost, whose reply nobody gets
  int choice = 0;      // which way a free choice was taken, from 1; of a crash, how much arrives yet; 0: there was none
  std::string chosen;  // that branch's label, as drawn; "" where it has none or there was no choice
  int budget = 0;      // which --fault a fault was charged to, from 1; 0 for a step that is no fault

  // handle: what is handled; of other steps about a request in flight: that request
  std::optional<Request> request;
  // handle: what the server answers (absent: nobody awaits it); of steps about a reply in flight: that reply
  std::optional<Reply> reply;
  // What this step sends, in order: asynchronous ones and ones drawn as lost (whoever awaits such a one times out at
  // once), then at most one that is awaited in flight.
  std::vector<Request> sends;
  std::vector<Ending> endings;  // acknowledged and/or ended by this step
  State after;
  std::vector<std::string> violates;  // properties this step breaks
  bool operator==(const Step&) const = default;
};

struct Trace {
  Protocol protocol;
  Scenario scenario;
  std::string property;               // the one violated by the last step; "" for a walk that was merely saved
  std::optional<std::uint64_t> seed;  // of the run that found it, if it was random
  // Of a lasso: how many steps lead to its loop. The rest repeat for ever; none left: nothing happens any more, and the
  // last state stays.
  std::optional<std::size_t> loop = std::nullopt;
  State initial;
  std::vector<Step> steps;
  bool operator==(const Trace&) const = default;
};

// The state after the last step (the initial one if there is none).
const State& final_state(const Trace& trace);

// Sessions of app instance `app` (from 1): one more than the bars in its script. 0 if there is no such instance.
int session_count(const Scenario& scenario, int app);

// "app1", or "app1.2" for the second session of an app instance that has several in this trace's scenario; "cache" for
// app 0.
std::string actor_name(const Trace& trace, int app, int session);

}  // namespace stalemate::traces
