// A protocol: what an application does to Read and to Write, as understood from its diagrams. Meaning only: roles,
// verbs, guards and choices; no arrows' looks. machine/program.hpp compiles it into a table of steps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/finding.hpp"
#include "read/diagram.hpp"
#include "traces/verb.hpp"
#include "understand/mapping.hpp"
#include "understand/wanted.hpp"

namespace stalemate::model {

// A third party is told or asked something that no cache or database holds: mail, payment, metrics.
enum class Role { kApp, kCache, kDatabase, kReplica, kQueue, kWorker, kOutside, kThirdParty };
std::string_view to_string(Role role);  // "app", "cache", ..., "third-party"

// What a request asks of a server.
using traces::Verb;
using traces::Watch;
inline bool stores(Verb verb) { return traces::facts_of(verb).carries; }

// What answers a verb has. kFinds: a value or a miss; a marker, where the entry may hold one. kFindsMarker: a marker or
// a miss. kRemoves: done, whether or not it was there. kIfAbsent: done, or a conflict where the key, or the other key
// that is named, was there. kIfUnchanged: done, or a conflict where what was watched, a version or a generation has
// changed, or nothing is there to be changed. kIfNewer: done, or a conflict where what is there is as new. kTells: it
// is told, whatever is there. kFindsSame: whether what is there is what was received.
enum class Answers { kFinds, kFindsMarker, kDone, kRemoves, kIfAbsent, kIfUnchanged, kIfNewer, kTells, kFindsSame };
Answers answers_of(Verb verb);
inline bool changes(Verb verb) {
  const Answers answers = answers_of(verb);
  return answers != Answers::kFinds && answers != Answers::kFindsMarker && answers != Answers::kTells &&
         answers != Answers::kFindsSame;
}

// How a request turns out for the session that sent it. kConflict: an add found the key there, or what was
// watched has changed. kMarker: what is there is no value. kError and kTimeout are what faults make of it. Of a get
// that may take a lease: kGranted, a miss and the lease; kDenied, a miss while somebody has it; kStale, a value that is
// marked so while somebody has it; kWon, such a value and the lease. kNoRow: there is no such row, which who asked
// keeps as it keeps a value. kLoaded: the cache had nothing, has asked the database itself, and answers what that has.
enum class Outcome {
  kOk,
  kValue,
  kMiss,
  kConflict,
  kMarker,
  kGranted,
  kDenied,
  kStale,
  kWon,
  kNoRow,
  kLoaded,
  kError,
  kTimeout
};
inline constexpr int kOutcomeCount = 13;
std::string_view to_string(Outcome outcome);  // "ok", "value", "miss", "conflict", "marker", ..., "error", "timeout"
// Whether it brings a value.
constexpr bool brings_value(Outcome outcome) {
  constexpr auto bit = [](Outcome one) { return 1U << static_cast<unsigned>(one); };
  constexpr unsigned kBringing =
      bit(Outcome::kValue) | bit(Outcome::kStale) | bit(Outcome::kWon) | bit(Outcome::kNoRow) | bit(Outcome::kLoaded);
  return (kBringing & bit(outcome)) != 0;
}
constexpr bool is_failure(Outcome outcome) { return outcome == Outcome::kError || outcome == Outcome::kTimeout; }
constexpr bool brings_lease(Outcome outcome) { return outcome == Outcome::kGranted || outcome == Outcome::kWon; }

// What a get may find beside a value or nothing: a marker; nothing or what is stale, and then the lease. Of a database:
// whether a row may not be there.
struct Finds {
  bool absent = false;
  bool marker = false;
  bool lease = false;
  bool stale = false;          // of a get that may take a lease: something is marked so
  bool loads = false;          // of a get from a cache: what is not there it asks the database for itself (R6)
  bool beside_others = false;  // of a get from a cache: it asks for other rows, too (R7)
  bool operator==(const Finds&) const = default;
};

// Outcomes a server of this role may answer to a verb, without faults.
std::vector<Outcome> possible_outcomes(Role to, Verb verb, const Finds& finds = {});

// A set of outcomes.
class Outcomes {
 public:
  constexpr Outcomes() = default;
  constexpr Outcomes(std::initializer_list<Outcome> list) {
    for (Outcome o : list) add(o);
  }
  constexpr void add(Outcome o) { bits_ |= 1U << static_cast<unsigned>(o); }
  constexpr bool has(Outcome o) const { return (bits_ >> static_cast<unsigned>(o) & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Outcomes operator|(Outcomes other) const {
    Outcomes both;
    both.bits_ = bits_ | other.bits_;
    return both;
  }
  bool operator==(const Outcomes&) const = default;

 private:
  unsigned bits_ = 0;
};

// What acts do, in order from the first. These are the rules; machine/program.hpp resolves all of them but R3, R5 and
// R6.
//
// R1. A testing Choice takes the branch that tests the outcome of its request, else the one that is_else, else none.
// The
//     outcome is that of the request `about`, whatever was asked since.
// R2. A request that fails (times out, or is answered by an error): what stands behind it, up to the next awaited
//     request or the end of the operation, is searched for a Choice about it with a branch that tests this failure or
//     is_else; a free Choice is searched in all its ways, a Choice about another request in the one it takes, and a
//     request drawn as lost is awaited like others. If there is one, the failure is covered: it is the outcome, the
//     session goes on behind the request, and Guards about the request are passed over. Where a free Choice is met
//     before that one, a way of it that has none behind it is no longer covered from there on. Not covered: a cache get
//     counts as a miss (one that may take a lease as denied, where a branch looks at that), a set, add or delete at the
//     cache as ok, but with --on-cache-timeout=fail the operation fails at once; a database set counts as ok with
//     --on-database-timeout=continue; else the operation fails at once. What a cache is asked and passes on to the
//     database before it answers is taken as asked of the database.
//     Where nothing was received, a request of a Read that stores is skipped, and counts as ok. (Only a fault may
//     bring a Read there: one that may come there without is refused.)
// R3. Who started the operation is told by the first Acknowledge that does not fail, or by the operation's end where
//     there was no Acknowledge at all on the way; an operation whose every Acknowledge failed ends as failed. Told, a
//     Read returns what it received last. Told, a Write is acknowledged, unless it awaited a database set before and
//     the last of these was not answered ok; and unless it has written nothing: no request of it carried its own value
//     so far (R4; asked or drawn as lost, whatever became of it), and no database set stands behind.
// R4. What a request stores: in a Read what it received last. In a Write its own value, which no other operation
// writes;
//     but a set or add at the cache (not stores_new) stores what the database answered last, if it answered a get of
//     the Write since the Write last asked anything that carries its own value. If it was asked for the value since
//     then, and every time in vain, the set or add is skipped, and counts as ok.
//     What stores by version takes the version along that came last with a value that was received, with the answer to
//     the own write, or alone; since the database was asked to store, only what it answered counts. Where there is
//     none, the request is skipped, and counts as ok.
//     What stores if a generation is as it was read takes along the one that the operation was told last; where it
//     asked in vain, the request is skipped, and counts as ok.
//     A Write that changes what is there (an increase, or a request that adds) has no value of its own but a change,
//     which is its alone. An increase carries that. A request that adds stores what the Write received last, from a
//     cache, too, with its change once more in it; and that is then what it received last. What the database answers
//     to an increase is received, and what was received before it is forgotten. What else such a Write stores in a
//     cache is what it received. Where it received nothing, that and a request that adds are skipped, and count as ok.
// R6. A cache that passes a request on asks the database itself; no session does. A get that finds nothing is passed on
//     as a get (read-through): the cache keeps what the database answers, with the time to live of `passes_on`, and
//     only then answers the get. A set is passed on as a set of the same value: it is answered once the database has it
//     (write-through), or the request is not awaited, and it is answered at once (write-behind). Where the set
//     passed on `fills`, the cache keeps the value only once the database has it; else as soon as it is asked.
//     What a cache asks is in flight between it and the database, in no order with what others ask. Where such a
//     message is lost, whoever waits for the cache times out; where the database refuses, it gets an error. An app that
//     crashes, or an operation that is cancelled, changes nothing of it. A cache that restarts or fails over forgets
//     what it was about to do: gets that it has passed on, and of the sets that it has passed on for a session
//     the youngest, any number of them; whoever waits for it times out. For R3, a Write whose set is passed on and
//     awaited has awaited a database set. What a late or repeated request makes the cache ask is lost by no fault.
// R7. A get from a cache that asks for several rows at once stands for each of them alone. Where its row is found,
// another
//     may not be; whether that is so is free. Then it counts as a miss, though its value was received.
// R5. Old values (what fresh-reads forbids a Read to return): see machine/src/properties/fresh_reads.cpp.

// The app asks a server. I1: `to` is kCache or kDatabase; or kQueue, a channel, which is asked to publish and tells.
// I2: a database is only asked to get, to set, to change or remove what is there, to look again, or for a version. I3:
// a local cache is asked in one step, for call and return: such a request is awaited and not drawn as lost.
struct Request {
  Position at;
  Role to = Role::kCache;
  std::size_t cache = 0;  // of kCache: index in Protocol::caches
  Verb verb = Verb::kGet;
  bool awaited = true;      // false: sent and forgotten (-) arrows)
  bool drawn_lost = false;  // -x: the diagram itself says that it never arrives; the session times out at once
  // Of a set or add to the cache: seconds after which the entry may expire; of a get that may take a lease: after which
  // that may run out. 0: never. `of_placeholder`: of such a get, a lease to refill what is stale never does.
  int ttl = 0;
  bool of_placeholder = false;
  int arrow = 0;  // ordinal among the arrows of its operation, from 1: Message::number, where the diagram
                  // holds one operation
  Watch watch = Watch::kNothing;  // of a get from the cache: what a later set of the operation asks to be unchanged
  std::size_t entry = 0;          // of a cache: index in Protocol::entries
  std::size_t other = 0;          // of what is about two (traces::VerbFacts::names_other): the other entry
  // Of a delete, a set or a mark-stale: further entries to which the same is done, in the same step; ascending, without
  // `entry`.
  std::vector<std::size_t> also;
  Finds finds;              // of a get from the cache
  bool adds = false;        // of a set of a Write: R4
  bool stores_new = false;  // its label says that what it stores is new: R4
  // What a set or add may store, by R4, failures aside: the operation's own value, what it received, or either.
  bool carries_own = false;
  bool carries_received = false;
  // Once it is carried out every app instance that is up is told that an entry of its local cache has changed, at most
  // once: of a publish, every other one; of a set of a database that tells by itself, every one.
  struct Tells {
    std::size_t cache = 0;  // index in Protocol::caches
    std::size_t entry = 0;
    bool its_own = false;  // the instance that asks, too
    bool operator==(const Tells&) const = default;
  };
  std::optional<Tells> tells;
  // R6: of a get or a set of a cache that all share, what that asks of the database for it; at most one request, whose
  // arrow is its own. `fills`: of that request, what it stores or is answered is then kept by the cache; `ttl`
  // likewise.
  std::vector<Request> passes_on;
  bool fills = false;
  int answer_arrow = 0;  // of what fills: the arrow with which the database answers
  std::string label;
  std::string named, other_named;  // what its label calls the entry, and the other, where that was told from the label
};

// Whether it changes a row; whether it does, or what its cache passes on.
inline bool writes_row(const Request& request) { return request.to == Role::kDatabase && stores(request.verb); }
inline bool leads_to_row(const Request& request) {
  return writes_row(request) || (!request.passes_on.empty() && writes_row(request.passes_on.front()));
}
// Whether its answer waits for what its cache passes on.
inline bool waits_for_database(const Request& request) {
  return !request.passes_on.empty() && request.passes_on.front().awaited;
}
// Whether what it leaves has the change of its Write once more in it: R4.
inline bool makes_change(const Request& request) { return request.adds || traces::facts_of(request.verb).increases(); }

// A reply line outside alt that is a guard: what follows happens only if the request `about` turned out this way;
// otherwise the operation ends (with the value, if one was received). `arrow` is the reply line's own number.
struct Guard {
  Position at;
  Outcomes outcomes;
  int arrow = 0;
  int about = 0;  // arrow of the request: awaited, and asked before on every way that leads here
};

// The reply outward to who started the operation (R3); what follows still runs. A message to anybody else outside is no
// act.
struct Acknowledge {
  Position at;
  int arrow = 0;
  bool fails = false;  // it says error, failure or conflict
};

struct Act;

// alt, opt, break. A branch tests how the request `about` turned out, or (tests empty and not is_else) is free:
// explored both ways. I3: in one Choice either every branch is free, or none is. I4: at most one is_else, the last.
struct Branch {
  Position at;
  std::string label;
  Outcomes tests;
  bool is_else = false;         // taken where no other branch is
  bool ends_operation = false;  // break: when the branch is done, the operation ends
  std::vector<Act> body;
};
// Outcomes that no branch of a testing Choice takes pass it by.
struct Choice {
  Position at;
  BlockKind kind = BlockKind::kAlt;
  bool free = false;
  int about = 0;  // as in Guard; 0 where free
  // Of a free choice, whether it may take none of its branches: opt, break, and an alt of one branch.
  bool may_take_none = false;
  std::vector<Branch> branches;
};

struct Act {
  std::variant<Request, Guard, Acknowledge, Choice> node;
};

enum class OperationKind { kRead, kWrite };
std::string_view to_string(OperationKind kind);  // "read", "write"

struct Operation {
  Position at;
  OperationKind kind = OperationKind::kRead;
  std::string name;  // "Read", "Write", or its own name where there are several of a kind
  std::vector<Act> body;
  // Every arrow of the operation by ordinal (arrows[n-1] is arrow n): for aims such as lost-reply@write:2. A request's
  // entry is its own ordinal, a reply line's that of the request it answers, any other's 0.
  std::vector<int> arrows;
};

// What a race shows at one place: its instance number `instance` begins its operation number `operation` (both from 0),
// asks a server in it, or is answered.
struct DrawnMessage {
  enum class Kind { kBegins, kAsks, kIsAnswered };
  Position at;
  Kind kind = Kind::kAsks;
  std::size_t instance = 0;
  std::size_t operation = 0;
  int arrow = 0;      // of the request: its ordinal in the operation that this is a run of; 0 where one begins
  Outcomes says;      // of an answer: how the request turned out; empty where it does not say
  std::string value;  // that is written on it: what is stored, or what was found; empty where none is
};
// A diagram of several app instances: one order of what they do. Its operations stand among the protocol's.
struct DrawnRace {
  struct Instance {
    std::string name;                     // as written
    std::vector<std::size_t> operations;  // in the order in which it does them: indices of Protocol::operations
  };
  Position at;  // of its diagram
  std::vector<Instance> instances;
  std::vector<DrawnMessage> messages;  // from top to bottom
  Position choice;                     // where it holds a block that chooses, so that it is no one order; line 0: none
};

// One line of `stalemate read`: what a line of the file was taken to mean.
struct ReadingLine {
  Position at;
  std::string source;       // the statement, as written, trimmed; empty: the line above introduces a participant
  std::string meaning;      // "arrow 1: the app asks the cache to get the key"
  std::string assumed;      // what was guessed, and how to say it otherwise; empty where nothing was
  std::vector<Edit> edits;  // that say what was assumed, where one line does
};

// An entry that the cache may have of a row. The first is the one that pages draw without more words; others have
// names.
struct CacheEntry {
  std::string name;        // "lock:product", "products"; may be empty of the first
  bool markers = false;    // it holds markers alone: a lock, a stamp
  bool versioned = false;  // something is stored there by version
  bool of_key = true;      // each row has one; else its name says nothing of a row, and one stands for all rows
};
inline constexpr std::size_t kEntriesMax = 16;  // of a protocol

// A cache, as requests name it: "cache" where one alone is drawn and all app instances share it, "local cache" where
// each has one in its process, "cache replica" where it is a read replica of the one that all share.
// I5: with a replica there is exactly one cache that is neither, and the replica is only asked to get.
struct DrawnCache {
  std::string name = "cache";
  bool local = false;
  bool replica = false;
  bool operator==(const DrawnCache&) const = default;
};
inline constexpr std::size_t kCachesMax = 6;  // of a protocol

struct Protocol {
  std::string name;                                  // file name without folders
  std::string file;                                  // as it was given, folders included: for errors
  std::string text;                                  // the whole file, for traces
  std::vector<std::string> roles;                    // role overrides given from outside, "X=cache"
  std::vector<Operation> operations;                 // in the file's order; at least one
  std::vector<CacheEntry> entries = {CacheEntry{}};  // at least one; behind the first in the order of their names
  std::vector<DrawnCache> caches = {DrawnCache{}};   // at least one, asked or not
  std::vector<ReadingLine> reading;
  std::vector<DrawnRace> races;
  bool rows_start_absent = false;  // none is there before a Write puts it there
  Wanted wanted;                   // what the page says is to be checked
  Mapping mapping;                 // statements of a team's own, for replays
  bool has_cache() const;          // whether any operation asks a cache
  // What a mapping lacks for these operations: one line, "" if nothing.
  std::string missing_in(const Mapping& given) const;
};

// Reads a parsed document. `roles`: overrides "participant=role" from the command line, stronger than the diagram's own
// `%% stalemate: role X = cache`. Throws InputError "name:line:column: ..." where something cannot be told or
// is not yet modelled; the line says what would have been understood and how to say it.
Protocol understand(const Document& document, const std::vector<std::string>& roles);

// parse_document, then understand.
Protocol read_protocol(std::string_view text, const std::string& name, const std::vector<std::string>& roles);

// The reading as `stalemate read` prints it: diagrams, participants with roles, then line by line.
std::string describe_reading(const Protocol& protocol);

// The catalogue (model/protocols/*.md, compiled in). `name` without ".md".
struct CataloguePage {
  std::string_view name;
  std::string_view text;
};
std::vector<CataloguePage> catalogue();

// The page of this name, read with these roles; none where there is no such page.
std::optional<Protocol> read_page(std::string_view name, const std::vector<std::string>& roles = {});

// Calls `visit` with every request of an operation, those inside choices included, and behind one what is passed on of
// it.
template <typename Acts, typename Visit>
void visit_requests(Acts& body, const Visit& visit) {
  for (auto& act : body) {
    if (auto* request = std::get_if<Request>(&act.node)) {
      visit(*request);
      for (auto& passed_on : request->passes_on) visit(passed_on);
    }
    if (auto* choice = std::get_if<Choice>(&act.node)) {
      for (auto& branch : choice->branches) visit_requests(branch.body, visit);
    }
  }
}

}  // namespace stalemate::model
