// A second implementation of what a protocol does, slow and literal, to compare model/ with: it walks the acts of a
// model::Protocol where they stand, keeps messages as objects in lists, states in a std::map, and for fresh-reads the
// whole history of commits. It shares no table, layout or monitor with the machine; only the types of the protocol and
// of a told step are common. Deterministic. Not for anything larger than a few thousand states. A long file: all that a
// state is, and every question that is asked of one, in one place.
//
// A session's place is a path: act, branch, act, branch, ..., act. R1, R2, ... are the rules of
// understand/protocol.hpp.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::reference {

// The bounds, taken apart. A key is counted from 0; none: invoking chooses.
struct Script {
  OperationKind kind = OperationKind::kRead;
  std::optional<std::size_t> key;
  bool again = false;  // in the model alone: run only if the one before failed
};
struct Aim {
  std::string kind;        // "lost-request", "crash", ...
  std::string operation;   // or server, lower case; empty: anywhere
  int arrow = 0;           // 0: any of them
  std::size_t missed = 1;  // of a failover: how many of the last changes, at most
};
struct Budget {
  std::vector<Aim> aims;
  unsigned count = 1;  // kUnlimited: as often as it can happen
};
constexpr unsigned kUnlimited = 0;
struct Setting {
  std::vector<std::vector<std::vector<Script>>> apps;  // app instance, session, operation
  std::size_t keys = 1;
  bool has_cache = true;  // a cache is reached by some request that is not drawn as lost
  bool cached = false;
  bool all_invoked = false;
  bool continue_on_database_timeout = false;
  bool fail_on_cache_timeout = false;
  bool no_expiry = false;
  bool no_replica_lag = false;
  bool pooled = false;
  int retries = 0;
  std::vector<Budget> budgets;
};

constexpr std::size_t kMostToApply = 8;  // by a replica: one that is to miss more applies the oldest first

// The setting in the words of the command line.
inline traces::Scenario words_of(const Setting& setting) {
  traces::Scenario words;
  words.keys = static_cast<int>(setting.keys);
  words.cached = setting.cached;
  words.all_invoked = setting.all_invoked;
  words.no_expiry = setting.no_expiry;
  words.no_replica_lag = setting.no_replica_lag;
  if (setting.pooled) words.connections = "pool";
  words.retries = setting.retries;
  if (setting.continue_on_database_timeout) words.on_database_timeout = "continue";
  if (setting.fail_on_cache_timeout) words.on_cache_timeout = "fail";
  for (const auto& app : setting.apps) {
    std::string text;
    for (std::size_t s = 0; s < app.size(); ++s) {
      if (s > 0) text += " | ";
      for (std::size_t i = 0; i < app[s].size(); ++i) {
        if (i > 0) text += "; ";
        text += to_string(app[s][i].kind);
        if (app[s][i].key) text += " k" + std::to_string(*app[s][i].key + 1);
      }
    }
    words.apps.push_back(text);
  }
  for (const Budget& budget : setting.budgets) {
    std::string text;
    for (const Aim& aim : budget.aims) {
      if (!text.empty()) text += ',';
      text += aim.kind;
      if (aim.missed > 1) text += ':' + std::to_string(aim.missed);
      if (!aim.operation.empty()) text += '@' + aim.operation;
      if (aim.arrow != 0) text += ':' + std::to_string(aim.arrow);
    }
    words.faults.push_back(text + '=' + (budget.count == kUnlimited ? "*" : std::to_string(budget.count)));
  }
  return words;
}

using Path = std::vector<std::size_t>;
// 0 the initial one, w what write number w of the scenario writes. Where Writes change what is there, a sum: write
// number w changes it by 10^(w - 1).
using Value = int;
inline Value change_of(Value write) { return write == 1 ? 1 : 10 * change_of(write - 1); }
inline int times(Value sum, Value write) { return sum / change_of(write) % 10; }

inline Path after(Path path) {
  ++path.back();
  return path;
}

struct Message {
  std::size_t operation = 0;  // of the protocol
  std::size_t ordinal = 0;    // of the script that sent it, from 1
  Path at;
  std::size_t key = 0;
  std::optional<Value> value;      // what a set or add carries
  bool unchanged = false;          // of a set that asks: nothing has changed what its session watched when it sent it
  bool leased = false;             // of such a set: its operation was given a lease
  unsigned version = 0;            // of what stores by version
  unsigned generation = 0;         // of what stores if one is as it was
  std::optional<Value> seen = {};  // of who looks again: what it has
  // R6: 1: what a cache asks the database because it was asked what stands `at`; 2: what the database answers it.
  int stage = 0;
  unsigned connection = 0;  // of its session to that server: counted anew as long as it matters
  bool orphaned = false;    // who sent it is gone, and its app instance has started again since
  auto operator<=>(const Message&) const = default;
};

inline bool increases(Verb verb) { return verb == Verb::kIncrease || verb == Verb::kIncreaseIfThere; }
constexpr Value kNoRow = -1;  // a row that is not there
inline bool changes_what_is_there(const Request& request) { return increases(request.verb) || request.adds; }
// Whether a verb stores a value; whether it stores what is none.
inline bool carries_value(Verb verb) {
  return verb == Verb::kSet || verb == Verb::kAdd || verb == Verb::kSetIfUnchanged || verb == Verb::kSetUnless ||
         verb == Verb::kSetIfNewer || verb == Verb::kSetIfGeneration || verb == Verb::kSetIfVersion ||
         verb == Verb::kRemove || increases(verb);
}
inline bool puts_marker(Verb verb) {
  return verb == Verb::kMark || verb == Verb::kMarkIfAbsent || verb == Verb::kMarkIfNewer;
}
inline bool only_looks(Verb verb) {
  return verb == Verb::kGet || verb == Verb::kExists || verb == Verb::kGetVersion || verb == Verb::kGetGeneration ||
         verb == Verb::kLookAgain || verb == Verb::kWait;
}
inline bool names_other(Verb verb) {
  return verb == Verb::kSetUnless || verb == Verb::kSetIfGeneration || verb == Verb::kDeleteAndCountUp;
}
inline bool changes_row(const Request& request) { return request.to == Role::kDatabase && carries_value(request.verb); }
// Whether its answer says that a row was changed: it does that, or its cache does before it answers.
inline bool answers_for_row(const Request& request) {
  return changes_row(request) ||
         (!request.passes_on.empty() && request.passes_on.front().awaited && changes_row(request.passes_on.front()));
}
inline bool takes_version(Verb verb) {
  return verb == Verb::kSetIfVersion || verb == Verb::kSetIfNewer || verb == Verb::kMarkIfNewer;
}
inline bool asks_for_newer(Verb verb) { return verb == Verb::kSetIfNewer || verb == Verb::kMarkIfNewer; }

struct Reply {
  Outcome outcome = Outcome::kOk;
  std::optional<Value> value;
  std::optional<unsigned> version = {};  // of the row, or of what was found
  std::optional<unsigned> generation = {};
  auto operator<=>(const Reply&) const = default;
};

// What a Write has of the value that is not its own, since it last asked anything that carries its own; of one that
// changes what is there, the sum that it received or made last.
struct Fetched {
  bool asked = false;               // the database, for the value
  std::optional<Value> value = {};  // what it answered last
  auto operator<=>(const Fetched&) const = default;
};

struct Runner {
  std::size_t begun = 0;  // operations invoked
  bool running = false;
  bool fails = false;         // its last operation failed, and is going to be run again
  std::size_t operation = 0;  // while running, as all that follow
  std::size_t key = 0;
  std::map<int, Outcome> outcomes = {};  // by arrow, of the requests awaited so far that something ahead looks at
  bool told = false;                     // who started it: a reply outward that does not fail
  bool told_failure = false;             // a reply outward that fails
  bool wrote = false;                    // of a Write: something it asked carried its own value
  std::optional<bool> wrote_well = {};   // of a Write: whether the last database set that it awaited was answered ok
  Fetched fetched = {};                  // of a Write
  std::optional<Value> held = {};        // of a Read: the last value received; afterwards its result
  // With history. Of a Write: the commits and the acknowledged values of its key when it was invoked. Of a Read: the
  // commits then, the values that were old then, and whether any write was acknowledged.
  std::size_t commits_before = 0;
  std::set<Value> before = {};
  bool after_write = false;
  // The same of the writes of its own session alone; and by key, what its Reads returned, while another is to come.
  std::set<Value> before_own = {};
  bool after_own_write = false;
  std::map<std::size_t, std::set<Value>> returned = {};
  std::vector<Message> asynchronous = {};            // in flight, in the order sent
  std::map<std::size_t, unsigned> connections = {};  // by server: the one that is used now, where it is not 0
  std::optional<Message> awaited = {};               // the request it waits for
  std::optional<Reply> reply = {};                   // its reply, if in flight
  std::optional<unsigned> version = {};              // that it knows of what it would store
  std::optional<unsigned> generation = {};           // that it was told last
  std::optional<std::size_t> watched = {};           // what it watches in the cache, while nothing has changed that
  bool leased = false;                               // it was given a lease, valid or not
  bool crashed = false;                              // what of it still arrives stands in `asynchronous`
  bool worked = false;               // what it awaits was handled by a cache that asks the database first
  std::vector<Message> ghosts = {};  // late requests and copies, sorted
  auto operator<=>(const Runner&) const = default;
};

// One write of the scenario: the runner, and the ordinal of its operation.
using WriteId = std::pair<std::size_t, std::size_t>;

struct Commit {
  Value value = 0;
  std::optional<WriteId> of = {};  // none: the initial value, or what came late or twice of a request that was awaited
  auto operator<=>(const Commit&) const = default;
};
struct Acknowledged {
  WriteId id;
  Value value = 0;
  std::size_t commits_before = 0;  // when it was invoked, as the next
  std::set<Value> acknowledged_before = {};
  auto operator<=>(const Acknowledged&) const = default;
};
struct History {
  std::vector<Commit> commits = {Commit{}};  // the initial value first
  std::set<Acknowledged> acknowledged = {};
  std::set<Value> returned_early = {};  // what Reads returned that was not committed then, and is not yet
  auto operator<=>(const History&) const = default;
};

// Whose a lease is: of an operation of a runner; or of nobody who could still use it.
using Owner = std::pair<std::size_t, std::size_t>;
constexpr Owner kNobody = {~std::size_t{0}, 0};

// What is in one place of the cache: a value, a marker, or neither.
struct Spot {
  std::optional<Value> value = {};
  bool marker = false;
  bool expiring = false;    // it has a time to live
  unsigned version = 0;     // of what was stored by one
  unsigned generation = 0;  // beside that, or alone
  bool stale = false;
  std::optional<Owner> lease = {};
  bool lease_runs_out = false;  // it may be over of itself
  bool there() const { return value.has_value() || marker || generation > 0 || lease; }
  auto operator<=>(const Spot&) const = default;
};
// Shelf after shelf; on each the first entry of each row, then the second of each, and so on.
using Cache = std::vector<Spot>;

struct World {
  std::vector<Value> database;
  std::vector<unsigned> versions = {};  // by key: how often it was committed, where anything is stored by version
  Cache cache;
  std::vector<unsigned> told = {};  // by spot: how often it is to hear that it has changed
  std::vector<Runner> runners;
  // The cache before the last command that changed it, before the one before that, and so on, or at the start: what a
  // replica has that misses so many. None: there will be no failover.
  std::vector<Cache> replicas = {};
  // Of a replica that is read: what it has, and what the cache that it follows had after each change that it has not
  // applied yet, the oldest first; of both only that shelf.
  Cache followed = {};
  std::vector<Cache> to_apply = {};
  std::vector<unsigned> spent;   // of each budget
  std::vector<History> history;  // by key. Empty: not kept
  auto operator<=>(const World&) const = default;
};

// One enabled step, told (all but `choice` and `chosen`, which name what the reference does not), and where it leads.
struct Enabled {
  traces::Step told;
  World next;
  bool stale = false;                  // a Read returned what was already superseded when it was invoked
  bool judged = false;                 // a Read returned a value, and was invoked after an acknowledged write
  std::set<std::string> breaks = {};   // of the other properties that a step alone may break
  std::set<std::string> reaches = {};  // those whose antecedent it meets
  std::optional<std::size_t> aim;      // of a fault: which of its budget's aims struck
  std::set<std::pair<std::size_t, std::size_t>> expirations = {};  // of an expiry: the budgets and aims that allow one
};

class Model {
 public:
  Model(const Protocol& protocol, const Setting& setting, bool keep_history);

  World initial() const;
  std::vector<Enabled> enabled(const World& world) const;
  bool at_rest(const World& world) const;
  bool differs(const World& world, std::size_t spot) const;
  bool incoherent(const World& world) const;  // some cached entry differs from the database
  // Whether a state at rest breaks a property, and whether it meets its antecedent.
  bool breaks_at_rest(const World& world, const std::string& property) const;
  bool reaches_at_rest(const World& world, const std::string& property) const;
  // Whether a step breaks it, by itself or by the state at rest that it leads to.
  bool breaks(const Enabled& step, const std::string& property) const;
  traces::State tell(const World& world) const;
  // The value as people see it: the tutorial's stock starts at 1000.
  std::optional<std::int64_t> shown(std::optional<Value> value) const;

 private:
  // A step on its way along the acts.
  struct Running {
    Enabled step;
    std::size_t runner = 0;
    int uncovered = 0;       // the arrow of a request that failed, while the choice that covers it is not met; 0: none
    bool told_last = false;  // replied outward in this step, and sent nothing since
  };

  const Request& request(const Message& message) const;
  const Request& asked_first(const Message& message) const;  // what a session asked that led to it
  // R6.
  Reply carry_out(World& world, std::size_t r, const Message& message, bool counts) const;
  void do_to_others(World& world, std::size_t r, const Message& message) const;
  std::optional<Message> passed_on(const Message& message, const Reply& reply) const;
  static bool works_for(const Runner& runner, const Message& message);
  static bool is_worked_on(const Runner& runner);
  bool in_one_line(const Message& a, const Message& b) const;
  void give_up(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  bool is_work_of(const Message& message, std::size_t shelf) const;
  bool has_work(const World& world, std::size_t shelf) const;
  std::vector<World> forgetting(const World& world, std::size_t shelf) const;
  void lose_work(const World& world, std::size_t r, std::size_t asynchronous, std::vector<Enabled>& out) const;
  const Act* act(std::size_t operation, const Path& path) const;
  bool settle_place(std::size_t operation, Path& path) const;
  traces::Request tell(std::size_t r, const Message& message) const;

  void fail(Running running, Outcome failure, const Path& path, const Request& asked, std::vector<Enabled>& out) const;
  bool covers(const Runner& runner, Path path, int about, Outcome failure) const;
  bool settle_uncovered(Running& running, const Request& asked) const;
  void go_on(Running running, Path path, std::vector<Enabled>& out) const;
  void send(Running running, const Path& path, const Request& sent, std::vector<Enabled>& out) const;
  void choose(Running running, const Path& path, const Choice& choice, std::vector<Enabled>& out) const;
  void choose_freely(const Running& running, const Path& way, std::vector<Enabled>& out) const;
  bool loses_change(const World& world, const std::string& property) const;
  void acknowledge(Running& running, const Path& path) const;
  // `is_given_up`: nobody is there to run it again.
  void finish(Running running, bool failed, std::vector<Enabled>& out, bool is_given_up = false) const;
  std::size_t behind_retries(std::size_t r, std::size_t begun) const;
  void refuse(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  void cancel(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  // Whether who sent this, one of those that stand in `asynchronous`, awaited it and is gone.
  bool is_left(const Runner& runner, const Message& message) const {
    return message.stage == 0 && (runner.crashed || message.orphaned || request(message).awaited);
  }
  void judge_return(Running& running) const;
  void judge_by_session(Running& running, bool committed_since) const;
  void mark_acknowledged(Running& running, bool set_ahead) const;
  void forget(Runner& runner, const Path& path) const;
  // `of`: by the writes of this runner alone.
  std::set<Value> old_values(const History& history, std::optional<std::size_t> of = {}) const;

  void invoke(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  void handle(const World& world, std::size_t r, std::optional<std::size_t> asynchronous,
              std::vector<Enabled>& out) const;
  void receive(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  void call(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  void lose(const World& world, std::size_t r, std::optional<std::size_t> asynchronous,
            std::vector<Enabled>& out) const;
  // The budgets that may pay for a fault of this kind that strikes a message (null: the cache): (budget, aim).
  std::vector<std::pair<std::size_t, std::size_t>> payers(const World& world, const std::string& kind,
                                                          const Message* message) const;
  Running strike(const World& world, std::size_t r, traces::StepKind kind,
                 std::pair<std::size_t, std::size_t> payer) const;
  void charge(Enabled& step, std::pair<std::size_t, std::size_t> payer) const;
  void handle_ghosts(const World& world, std::size_t r, std::vector<Enabled>& out) const;
  void copy(const World& world, std::size_t r, const Message& message, std::vector<Enabled>& out) const;
  std::vector<Message> struck_by_crash(const Runner& runner) const;
  void crash(const World& world, std::size_t r, const std::string& fault, std::vector<Enabled>& out) const;
  void empty_process(World& world, int app) const;
  void restart_idle(const World& world, std::size_t shelf, std::vector<Enabled>& out) const;
  void crash_by(const World& world, std::size_t r, const Message& message, bool is_awaited, bool starts_again,
                std::pair<std::size_t, std::size_t> payer, std::vector<Enabled>& out) const;
  void happen_in_cache(const World& world, std::vector<Enabled>& out) const;
  // Where a request of a runner goes to; what a shelf, an entry of its is called.
  std::size_t shelf_of(std::size_t r, const Message& message) const;
  bool is_call(std::size_t r, const Message& message) const;
  std::size_t shelf_size() const { return setting_.keys * protocol_.entries.size(); }
  std::string shelf_name(std::size_t shelf) const;
  std::size_t spot_of(std::size_t r, const Message& message, bool other = false) const;
  std::string spot_name(std::size_t spot) const;
  std::size_t entry_of(std::size_t spot) const { return spot % shelf_size() / setting_.keys; }
  traces::Reply told_reply(const Reply& reply) const;
  bool sums(std::size_t operation) const { return sums_[operation]; }
  bool needs_sum(std::size_t operation) const;
  Reply serve_row(World& world, std::size_t r, const Message& message, bool counts) const;
  bool is_kept(std::size_t shelf, std::size_t entry) const;
  bool fills_expire(std::size_t shelf, std::size_t entry) const;
  bool tells(std::size_t operation, int arrow, Outcome outcome) const;
  Outcome counted(const Message& message, Outcome outcome) const;
  Outcome missed_lease(std::size_t operation, int arrow) const;
  bool takes_leases(std::size_t operation) const;
  void forget_owners(World& world) const;
  void touch(World& world, std::size_t from, std::size_t to) const;  // spots
  void touch(World& world, std::size_t spot) const { touch(world, spot, spot + 1); }
  void fall(const World& world, std::size_t shelf, std::vector<Enabled>& out) const;
  void tell_all(World& world, std::size_t r, const Message& message) const;
  std::size_t server_number(const Request& asked) const;  // caches, the channel, the database
  void count_connections_anew(Runner& runner) const;
  bool watched(const World& world) const;
  bool may_fail_over(const World& world) const;
  bool is_of_replica(const Request& asked) const {
    return asked.to == Role::kCache && protocol_.caches[asked.cache].replica;
  }
  // Whether it is about this shelf: it is asked of it, or of its replica.
  bool is_about(const Request& asked, std::size_t cache) const {
    const bool followed = !protocol_.caches[cache].local && !protocol_.caches[cache].replica;
    return asked.to == Role::kCache && (asked.cache == cache || (followed && is_of_replica(asked)));
  }
  traces::Entry told_entry(std::size_t spot, const Spot& held) const;
  void tell_replica(const World& world, traces::State& state) const;
  Cache seen_by_replica(const World& world) const;
  void follow(const World& before, World& after) const;
  void apply(const World& world, std::vector<Enabled>& out) const;
  Reply serve(World& world, std::size_t r, const Message& message, bool counts) const;
  Running start(const World& world, std::size_t r, traces::StepKind kind) const;
  void about(Running& running, const Message& message) const;

  const Protocol& protocol_;
  Setting setting_;
  bool keep_history_;
  std::vector<bool> by_version_;    // by entry: something is stored there by version
  bool stores_by_version_ = false;  // any of them, or only if the row has one
  std::vector<bool> sums_;          // by operation: it changes what is there
  bool changes_ = false;            // any of them
  bool from_zero_ = false;          // an entry that is not there may be counted up
  bool has_database_ = false;
  std::optional<std::size_t> followed_;  // the shelf that a replica is read of
  struct Place {
    int app = 1;
    int session = 1;
    std::vector<Script> script;
    std::vector<Value> values;  // of its writes, by operation; 0 for a Read
  };
  std::vector<Place> places_;
  // A cache; one that each app instance has for itself once for each of them.
  struct Shelf {
    std::size_t cache = 0;  // of the protocol
    int app = 0;            // 0: all share it
  };
  std::vector<Shelf> shelves_;
  // What a database answers a cache, by the operation and the arrow that a session sent.
  mutable std::map<std::pair<std::size_t, int>, Request> answers_;
};

// What is compared of them beside coherent-at-rest and fresh-reads.
inline const std::vector<std::string> kOtherProperties = {
    "read-your-writes", "monotonic-reads", "committed-reads", "acknowledged-survives", "heals",
    "no-lost-update",   "refillable"};

}  // namespace stalemate::model::reference
