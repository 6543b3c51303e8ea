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

#include "traces/step_kind.hpp"
#include "traces/verb.hpp"

namespace stalemate::traces {

inline constexpr int kTraceVersion = 2;

// The protocol as it was read: the whole text of the Markdown or .mmd file and its name without folders.
struct Protocol {
  std::string name;
  std::string text;
  std::vector<std::string> roles;  // what the command line added: "X=cache"
  bool operator==(const Protocol&) const = default;
};

inline constexpr int kRetriesMax = 10;

// The bounds, in the words of the command line; machine/scenario.hpp reads them back.
struct Scenario {
  std::vector<std::string> apps;  // one script per app instance: "read", "read k1; write k2", "read | write"
  int keys = 1;
  bool cached = false;                        // every key starts cached with its initial value
  std::vector<std::string> faults;            // "lost-message=1", "lost-reply@write:2=1"
  std::string on_database_timeout = "fail";   // or "continue"
  std::string on_cache_timeout = "continue";  // or "fail"
  bool all_invoked = false;
  bool no_expiry = false;           // nothing expires, whatever time to live it has
  std::string connections = "one";  // of a session to a server; or "pool"
  int retries = 0;              // how often a session runs an operation that failed again, at most, before it goes on
  bool no_replica_lag = false;  // a replica has each change in the step that makes it
  bool operator==(const Scenario&) const = default;
};

// A server, as requests name it. `kind`: "cache", "cache-replica" (of the cache that all share, and only asked to get),
// "database", or "channel", which keeps no entries. `app`: the app
// instance in whose process it is and that alone asks it; 0: all share it.
struct Store {
  std::string name;
  std::string kind;
  int app = 0;
  bool operator==(const Store&) const = default;
};

// What a message is, from its sending to its end: the operation that sends it, the arrow that it is drawn as, and which
// copy it is (0: none). A reply has its request's. (A loop's iteration will stand behind the arrow.)
struct MessageId {
  int app = 0;
  int session = 1;
  int operation = 1;
  int arrow = 0;
  int copy = 0;
  bool operator==(const MessageId&) const = default;
  // That of the request it is a copy of, or is itself.
  MessageId original() const { return {app, session, operation, arrow, 0}; }
};

// A request as it travels. `to` is a store's name; `verb` a word of traces/verb.hpp ("get"); `value` what it carries.
struct Request {
  int arrow = 0;  // ordinal among all arrows of its operation's diagram, from 1, as Mermaid's autonumber counts
  std::string to;
  std::string verb;
  std::string key;  // "k1": of a row; "k1/lock:user": of another entry of a cache
  std::optional<std::int64_t> value;
  std::string label;  // the text on the arrow, as drawn
  bool awaited = true;
  bool drawn_lost = false;  // the diagram itself loses it (-x): sent, never in flight. Only in Step::sends
  std::optional<std::int64_t> ttl = std::nullopt;  // seconds after which what a set or add stores may expire
  std::string watch = "";                          // of a get: a word of traces/verb.hpp, "" where it watches nothing
  std::optional<std::int64_t> version = std::nullopt;     // of what stores only over older: that of what it stores
  std::optional<std::int64_t> generation = std::nullopt;  // of what stores only if the other entry's is that
  // The key of the entry that must not be there (set-unless), whose generation is compared (set-if-generation) or
  // counted up (delete-and-count-up).
  std::string other = "";
  std::vector<std::string> also =
      {};                   // of a delete, a set or a mark-stale: further entries to which it is done at once
  bool other_rows = false;  // of a get from a cache: it asks for other rows, too, of which one may be missing
  std::string from = "";    // the store that sends it of its own; "": the app instance
  bool operator==(const Request&) const = default;
};

// A reply. `outcome`: "ok", "value", "miss", "conflict", "marker"; of a get that may take a lease also "granted" (a
// miss, and the lease), "denied" (a miss, and somebody else has it), "stale" (a value marked so, and somebody else has
// it), "won" (such a value, and the lease); of one that a cache asks the database for itself, "loaded". `value` there
// if the outcome is "value", "stale", "won" or "loaded"; and beside the "ok" of an increase, where what it has made of
// the value is stored elsewhere.
struct Reply {
  std::string outcome;
  std::optional<std::int64_t> value;
  std::optional<std::int64_t> version = std::nullopt;  // where anything is stored by version: of the row, or the entry
  std::optional<std::int64_t> generation = std::nullopt;  // of a get-generation
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

// One entry of a store. An absent key has no value, no marker, no generation
// and no lease.
struct Entry {
  std::string key;
  std::optional<std::int64_t> value;
  bool expires = false;  // it has a time to live
  bool marker = false;   // what is there is no value: a lock, a stamp, a tombstone
  // Where anything is stored by version: the row's last commit, from 0, or that of what the entry was stored with.
  std::optional<std::int64_t> version = std::nullopt;
  // How often it was counted up; with a value or without one.
  std::optional<std::int64_t> generation = std::nullopt;
  bool stale = false;  // the value is marked so
  bool lease = false;  // somebody was given its lease, who may be gone; with a value or without one
  bool operator==(const Entry&) const = default;
};

// A message in flight after a step, oldest first per session.
struct InFlight {
  int app = 0;
  int session = 1;
  int operation = 1;
  int copy = 0;
  bool is_reply = false;
  Request request;             // the request, or the one that is replied to
  std::optional<Reply> reply;  // iff is_reply
  bool is_ghost = false;       // a request that nobody knows of any more: late, a copy, or of an app that crashed
  bool operator==(const InFlight&) const = default;
};

// The row that the entry of a key is about: "k1" of "k1" and of "k1/lock:user".
std::string_view row_of(std::string_view key);

// What one store holds: every key of the scenario, in order; in a cache each followed by the other entries about its
// row.
struct Contents {
  std::string store;  // its name
  std::vector<Entry> entries;
  bool operator==(const Contents&) const = default;
};

// What was published and is on its way to the cache of an app instance: that an entry has changed.
struct Delivery {
  std::string store;  // whose
  std::string key;
  int count = 1;  // so often
  bool operator==(const Delivery&) const = default;
};

// A replica that has yet to apply the last changes of its cache.
struct Unapplied {
  std::string store;  // its name
  int count = 1;      // so many
  bool operator==(const Unapplied&) const = default;
};

// Everything a renderer needs of the state after a step. All stores, in the trace's order.
struct State {
  std::vector<Contents> stores;
  std::vector<InFlight> in_flight;
  std::vector<Delivery> deliveries = {};  // by store, then by key
  std::vector<Unapplied> unapplied = {};  // by store
  bool operator==(const State&) const = default;
};

// One step. Named by kind, app, session, operation, key, arrow, ghost, choice, missed and budget: never by an index
// into an enumeration (same_step). A step in a store has no app, session and operation (0) and no diagram (""); key is
// "" where it is about all of it.
struct Step {
  StepKind kind = StepKind::kInvoke;
  int app = 1;            // from 1
  int session = 1;        // within its app instance, from 1
  int operation = 1;      // ordinal within the session's script, from 1; each retry that it allows has its own
  std::string diagram;    // which diagram the operation runs: "Read", "Write", or its name where there are several
  std::string store;      // the store that it happens in, of itself or by a fault; "" otherwise
  std::string key;        // the operation's key: "k1"; evict, expire: the entry's
  int arrow = 0;          // of the request handled, lost or replied to; 0 for invoke
  bool is_ghost = false;  // handle: of a ghost, whose reply nobody gets
  int copy = 0;           // handle: which copy of the request; 0: itself
  int choice = 0;      // which way a free choice was taken, from 1; of a crash, how much arrives yet; 0: there was none
  std::string chosen;  // that branch's label, as drawn; "" where it has none or there was no choice
  int again = 0;       // invoke: which retry of the operation before, from 1; 0: none
  int missed = 0;      // of a cache-failover: how many of the last changes are lost, where it is not one; else 0
  int budget = 0;      // which --fault a fault was charged to, from 1; 0 for a step that is no fault

  // handle: what is handled; of other steps about a request in flight: that request
  std::optional<Request> request;
  // handle: what the server answers (absent: nobody awaits it); of steps about a reply in flight: that reply
  std::optional<Reply> reply;
  int answers = 0;  // handle: the arrow of the request that the reply is to, where it is another than `request`; else 0
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
  std::vector<Store> stores;          // caches first
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

// The message that a step is about; one that a step sends; one in flight. REQUIRES of the first: it is about one.
MessageId id_of(const Step& step);
MessageId id_of(const Step& sender, const Request& request);
MessageId id_of_reply(const Step& step);  // of the reply that the step makes or takes
MessageId id_of(const InFlight& message);
// The copy that a step makes of its request; the youngest copy of a message in flight.
MessageId copy_made(const Step& step);
MessageId latest_copy(const State& state, MessageId id);

// That message in flight, be it the request or its reply; null where it is not.
const InFlight* find_message(const State& state, const MessageId& id);

// Whether two steps are the same choice: in one state no two enabled ones are. Copies of one request are alike, so that
// which of them is handled first is no choice; the one made first is.
bool same_step(const Step& a, const Step& b);

// " again" of an invoke that is a retry; else "".
std::string_view again_words(const Step& step);

// What a cache-failover loses: "the last change", "the last 3 changes".
std::string missed_words(const Step& step);

// Gives the messages of a run their copy numbers (Step::copy, InFlight::copy), by following what its steps copy and
// handle. A regular value: where it was copied, another step may be tried. REQUIRES: each message has its operation.
class CopyNumbers {
 public:
  void start(State& initial);
  void take(Step& step);

 private:
  // The ghosts of one request that are in flight, by their numbers, ascending.
  struct Ghosts {
    MessageId request;
    std::vector<int> in_flight;
    int made = 0;  // copies so far
  };
  Ghosts& of(const InFlight& message);
  void number(State& state);
  static void keep(Ghosts& ghosts, Step& step);

  std::vector<Ghosts> known_;
};
// The same for a whole trace.
void number_copies(Trace& trace);

// What the store called `name` holds; no entries where there is none.
const std::vector<Entry>& entries_of(const State& state, std::string_view store);

// The store called `name`, null where there is none; whether that is a cache, a database.
const Store* find_store(const std::vector<Store>& stores, std::string_view name);
bool is_cache(const Trace& trace, std::string_view store);  // a replica of one included
bool is_replica(const Trace& trace, std::string_view store);
bool is_database(const Trace& trace, std::string_view store);
bool is_channel(const Trace& trace, std::string_view store);
// Whether any of them is a cache.
bool has_cache(const std::vector<Store>& stores);

// Sessions of app instance `app` (from 1): one more than the bars in its script. 0 if there is no such instance.
int session_count(const Scenario& scenario, int app);

// "app1", or "app1.2" for the second session of an app instance that has several in this trace's scenario.
std::string actor_name(const Trace& trace, int app, int session);
// Whose step it is: that, or the store that it happens in.
std::string actor_name(const Trace& trace, const Step& step);

}  // namespace stalemate::traces
