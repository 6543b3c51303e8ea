// The words of diagrams: which participant names mean which role, which labels mean which request, reply or operation.
// Words are compared whole, ASCII letters without regard to case, independent of the locale. Labels are looked at one
// by one, without the diagram around them; understand_steps.hpp puts them into context.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

// The words of a text in lower case: split where neither a letter nor a digit stands, and inside camelCase. Apostrophes
// are dropped ("doesn't" is "doesnt"); bytes beyond ASCII count as letters.
std::vector<std::string> split_words(std::string_view text);
// Whether a word is made of pictures alone: "✅". And one that crosses out or forbids: "❌".
bool is_picture(std::string_view word);
bool is_cross(std::string_view word);
std::vector<std::string> whole_words(std::string_view text);  // not split inside camelCase

// Whether the words of `phrase` (separated by single spaces) stand next to each other in `words`.
bool has_phrase(const std::vector<std::string>& words, std::string_view phrase);

template <typename Table>
bool is_in(const Table& table, std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
}

// The first phrase of a table that stands in the words; empty where none does.
template <typename Table>
std::string phrase_in(const Table& phrases, const std::vector<std::string>& words) {
  const auto found = std::find_if(std::begin(phrases), std::end(phrases),
                                  [&](std::string_view phrase) { return has_phrase(words, phrase); });
  return found == std::end(phrases) ? std::string() : std::string(*found);
}

// What a participant's alias or id says. `role` is empty where no word is known or where several contradict each other
// (`ambiguous`). `assumed` is filled where two words meet and one yields ("user service" is an app).
enum class CacheKind {
  kShared,       // one for all app instances
  kLocal,        // one in the process of each
  kReplica,      // a read replica of the one that all share
  kOfLess,       // one of a request, a thread, a browser; or beside each app instance
  kEdge,         // before the app
  kWritesLater,  // writes the database by itself
};
struct RoleWords {
  std::optional<Role> role;
  bool ambiguous = false;
  std::string word;  // the word that decided; where ambiguous, those that contradict each other, in quotation marks
  std::vector<Role> either;  // where ambiguous: what these would be
  std::string assumed;
  bool may_be_app = false;      // a third party by name, unless it asks servers ("mail server")
  bool may_be_outside = false;  // an app by name, unless it only asks apps ("farm client app")
  bool vague = false;           // a database by a word for anything that keeps something ("ShelfStore")
  CacheKind cache_kind = CacheKind::kShared;
  std::string cache_word;  // what says that it is another kind of cache
  bool of_others = false;  // a cache in each app instance but the one that does what is drawn
  bool channel = false;    // a queue of which everybody hears at most once ("Pub/sub")
};
RoleWords role_words(std::string_view text);
std::set<Role> roles_spoken_of(std::string_view text);  // by each of its words alone
std::optional<Role> role_named(std::string_view word);  // exactly "app", "cache", …
// Whether the label of a box that holds an app and its cache says that there are several such boxes: "each pod".
bool says_one_of_many(std::string_view label);
// Of a name with a number or a single letter, as several of one kind have ("Reader 1", "App B", "web-2"), the rest;
// empty where it has none.
std::string name_without_number(std::string_view name);
// Whether a name speaks of one of several that do the same: "thread", "instance", "reader".
bool names_instance(std::string_view name);
// The one value that a label or a reply names: "10" of "SET price:7 10 EX 60", "v2"; empty where it names none, or
// several.
std::string literal_in(std::string_view text);
// Whose work a label or a note says that it is: "thread 2" of "DEL k (thread 2)", "t1" of "[T1] GET k". Empty where it
// does not.
std::string whose(std::string_view text);
inline constexpr std::string_view kRoleNames =
    "app, cache, local-cache, cache-replica, database, replica, queue, worker, outside, third-party";
// A cache that stands in each app instance.
inline constexpr std::string_view kLocalCacheName = "local-cache";
// A read replica of the cache that all app instances share.
inline constexpr std::string_view kCacheReplicaName = "cache-replica";
// Whether two names of a cache, or of a database, are of one server: certainly not where they name different products,
// numbers or uses ("Redis", "Memcached"; "user cache", "order cache").
enum class SameServer { kYes, kMaybe, kNo };
SameServer same_server(std::string_view a, std::string_view b);
bool names_other_instances(std::string_view text);  // "Peers", "other instances"
// Whether a text says that something happens in every app instance, the one that does what is drawn included.
bool says_every_instance(std::string_view text);
// Whether it says that something is gone or has changed, or is to be deleted.
bool says_changed(std::string_view text);
// A text without what names a cache in the app's own process ("in the local cache", "L1"), or the shared one behind
// such a one ("L2").
std::string without_name_of_cache(std::string_view text, bool local);
// Words of a server's name that are no role, product, number or plain word of such names: "order" of "Order cache".
std::vector<std::string> own_words_of_server(std::string_view text);

// What the label of an arrow from the app to a server asks for.
struct RequestWords {
  enum class Kind { kVerb, kNotModelled, kAmbiguous, kNothing };
  Kind kind = Kind::kNothing;
  Verb verb = Verb::kGet;
  std::string not_modelled;       // "begin a transaction"
  std::string word;               // the word that says what is not modelled
  bool certain = true;            // it can hardly be the name of a thing of the application's own
  std::string question;           // kAmbiguous: what is open, and how to answer
  bool after_commit = false;      // says that it happens after the commit
  bool commits = false;           // it is called a commit: a write, unless the operation writes more
  int ttl = 0;                    // of a set, an add or a lease: in seconds, rounded up; 0: none
  bool of_placeholder = false;    // Request::of_placeholder
  Watch watch = Watch::kNothing;  // of a get: what its label says that it watches; kLease of a set, too: by a lease
  std::string key, other;         // where it is plainly one: the key that it names; of a set-unless, the other
  std::string inner;              // of a command among others that belong to it ("MULTI, SET k, EXEC"): it alone
  bool adds = false;              // of a set: of what was read, with a change on it
  bool is_exec = false;           // a set between MULTI and EXEC, which may be refused where a key is watched
  bool is_command_add = false;    // "add KEY", which to a memcached is one of its commands
  bool of_row = false;      // leading_request(): by a verb that is said of rows alone: "mark it paid", "count orders"
  std::string assumed_ttl;  // where it names one but not how long
  std::string assumed;
};
// About what is no value: markers, as a lock is, versions and generations. None where a label asks for nothing of the
// kind.
std::optional<RequestWords> marker_request(std::string_view label);
// Whether a key is that of a marker by its name: "lock:product:1".
bool names_marker(const std::string& key);
bool names_generation(const std::string& key);  // likewise: "gen:product:1"
// Whether a reply or the label of a branch speaks of one; whether it says that what was found is one.
bool speaks_of_marker(const std::vector<std::string>& words);
bool says_marker(const std::vector<std::string>& words);
// What a reply, or the label of a branch, says of a get that may take a lease; empty where it speaks of none.
Outcomes says_of_lease(const std::vector<std::string>& words, const Finds& finds);
// Whether such a text says nothing else than that a marker is there, or is not, or was put there; or of a lease who has
// it.
bool says_only_of_markers(std::string_view label, bool leases);
// A verb that is negated ("don't delete", "no update") asks for nothing that is understood: kNothing.
RequestWords request_words(std::string_view label);
// The same, where a server is known to be asked, with the verbs that ask for something only where they lead a label:
// "mark it paid", "count orders". Of anybody else they may be said in passing.
RequestWords leading_request(std::string_view label);
// What the label says beside its verb that makes it another step than the one drawn, as the rest of a question about
// it: doubt, a condition, a failure, another time, a second step. Empty where there is nothing of the kind.
struct DrawnRequest {
  Verb verb = Verb::kGet;
  bool awaited = true;   // its arrow is one that is waited for
  bool lost = false;     // drawn as lost
  bool on_miss = false;  // drawn where a miss is known, so that "on a miss" says nothing more
};
std::string doubt_about(std::string_view label, const DrawnRequest& drawn);
// Whether it says first of all that nobody waits for it: "SET k (async, fire-and-forget)".
bool says_nobody_waits(std::string_view label);
// The word by which a label asks for something else behind a comma, an arrow or the like; empty where none does.
std::string second_step_in(std::string_view label, Verb verb);
// What the label of a set says to store, as the rest of a question, where it is hardly the whole value that the
// operation has: "null", "the old value", "timestamp". Empty where there is nothing of the kind.
// `is_read`: it is what the operation read before, so that it may be called old.
std::string doubt_about_stored(std::string_view label, Role server, bool is_read = false);
// By which a cache hands on what it was given, whatever that is: "flush", "persist".
bool says_handing_on(const std::string& label);
// A get whose label says how it turned out, too: "get user:7 (miss)", "GET k => nil". Both parts of the label; no reply
// where it says nothing of the kind, or not clearly.
struct AskedAndAnswered {
  std::string_view request;
  std::string_view reply;
};
AskedAndAnswered asked_and_answered(std::string_view label);
// Whether "yes" answers the label of a get by a hit, and "no" by a miss: "do you have rate:1?", "EXISTS rate:1".
bool asks_whether_there(std::string_view label);
bool is_request_verb(std::string_view word);  // whether labels ask by it: "get", "saves"
bool is_leading_verb(std::string_view word);  // whether they do where it stands first: "mark", "verify"
inline constexpr std::string_view kKnownRequests =
    "get, read, fetch, load, look up, check, query, SELECT, GET; set, put, store, save, write, update, INSERT, SET; "
    "set if absent, SET NX; delete, remove, invalidate, evict, DEL";
// The key that the label of a request to a cache names, as written; none where it is plain English.
std::optional<std::string> key_named(std::string_view label);
std::vector<std::string> keys_named(std::string_view label);  // all that are written like one ("user:1")
// The field of a hash that a Redis command names; kWholeEntry where a get asks for all of it; empty where neither is
// said.
inline constexpr std::string_view kWholeEntry = "*";
std::string field_named(std::string_view label, Verb verb);
// What stands behind commas and "and" in a label: "products" of "delete product:1 and products". And, of a command
// whose arguments are keys, each of them.
std::vector<std::string> further_parts(const std::string& label);
// What a text is about, beyond what it asks and who takes part: nouns in the singular, as far as they can be told from
// the rest. "SELECT price FROM products" is about "product". Empty where it speaks only of values, rows, lists.
enum class NamesIn { kHeading, kDatabaseLabel, kCacheLabel };
std::vector<std::string> things_named(std::string_view text, NamesIn where);
std::string singular(const std::string& word);
// Words of a label that no table reads and that are no key, value or small word: things of the application, and
// whatever else somebody may say.
std::vector<std::string> words_left(std::string_view label, bool is_reply);
// The tables of an SQL statement, as words in the singular; none where it is no whole statement.
std::vector<std::string> tables_named(std::string_view label);

// What the label of a request to the cache calls the entry: by a key, or by its words. Nothing is `shown` where it
// calls it nothing in particular ("get value").
struct EntryName {
  std::string shown;                      // as written, small words left out
  std::vector<std::string> key;           // its parts where it is a key; "#": one that stands for any
  std::vector<std::string> numbers;       // written for such a part
  std::vector<std::string> placeholders;  // for each such part, what it is called; empty where it is a number
  std::vector<std::string> things;
  std::string shape;  // "list", "object", ...
  std::string by;     // "email", of "user by email"
  // Of entries_named() alone:
  std::string qualifier;  // "eu", of "user (EU)"
  std::string field;      // of a hash; kWholeEntry where all of it is meant
  std::string age;        // "current" or "old", where a get or delete names one of them
  bool is_like(const EntryName& other) const {
    return key == other.key && numbers == other.numbers && things == other.things && shape == other.shape &&
           by == other.by && placeholders == other.placeholders && qualifier == other.qualifier &&
           field == other.field && age == other.age;
  }
};
EntryName entry_named(std::string_view label);
EntryName entry_of_key(std::string_view key);
// All entries that a request names: a get, a delete or a set of several may name several keys. Keys of several rows
// ("hive:3 hive:8") are one entry.
std::vector<EntryName> entries_named(std::string_view label, Verb verb);
// Whether a request names several rows at once: "MGET hive:3 hive:8".
bool names_several_rows(std::string_view label);
// Whether two names are of entries that may be two.
bool are_other_entries(const EntryName& a, const EntryName& b);

std::optional<Verb> verb_named(std::string_view word);  // exactly "get", "set", "add", "delete"

// What a reply, or the label of a branch, says of a request with this verb. `outcomes` is empty where it fits none.
// A failure names both kError and kTimeout (a session cannot tell them apart), a timeout kTimeout alone.
struct ReplyWords {
  Outcomes outcomes;
  bool weak = false;        // only by words such as "value" or "data", which also occur in passing
  bool plain = false;       // nothing else is said: "the value is there", not "the value is large"
  bool unclear = false;     // says a hit and a miss in one breath, or that age decides
  bool impossible = false;  // says something that this verb cannot turn out as
  std::string impossible_what;
};
ReplyWords reply_words(std::string_view text, Verb verb, const Finds& finds = {});
// How the look-up turned out that a text says to follow, and nothing else: "Cache hit", "Scenario 2: miss". Empty where
// it does not.
Outcomes outcome_of_way(std::string_view text);
// What the label of a branch says beside an outcome, where it says one. `named`: words, in the singular, by which the
// request, what it asks for and its server are called.
struct BesideOutcome {
  std::string other;           // a word of something else, in the clause that says the outcome: "discount found"
  std::string condition;       // a clause that says no outcome, and not what is done then: "ok, VIP only"
  bool alternative = false;    // one of the two stands behind "or", "if", "when" or "only"
  bool aged = false;           // something is there, but too old or not whole: "soft TTL expired"
  bool fresh = false;          // something that is there may not be good enough: "valid entry"
  bool names_request = false;  // by what it asks for, its verb or a server
  bool none() const { return other.empty() && condition.empty(); }
};
BesideOutcome beside_outcome(std::string_view label, Verb verb, const std::vector<std::string>& named);
// The words of a label up to what it says is done then: "miss, load from the database".
std::string outcome_clauses(std::string_view label, Verb verb);
// Whether a label says a miss as likely as a failure, so that the reply behind it decides.
bool may_say_miss(std::string_view label);
// Whether a label says nothing but that a server can be reached: "Redis available".
bool says_reachable(std::string_view label);
// Whether a remark says that the operation ends where it stands, or leaves out what follows: "return early".
bool says_end(std::string_view text);
// Words of a label that may name what it is about, in the singular.
std::vector<std::string> things_in(std::string_view label);
// Whether a reply to who started an operation says that it failed: an error, a timeout, a conflict, a refusal.
bool says_failure(std::string_view text);
// Whether such a reply says no for a reason ("403 Forbidden"), and not that something went wrong.
bool says_refusal(std::string_view text);
// Whether an answer to the caller comes under a condition alone: "blocked if over the limit".
bool says_condition(std::string_view text);
// Whether the labels of an alt that tests no reply leave nothing out: the last says nothing, or "otherwise", or of two
// one says what the other denies.
bool cover_every_case(const std::vector<std::string_view>& labels);
std::optional<Outcome> outcome_named(std::string_view word);
std::string list_of(Outcomes outcomes);  // "value or miss", in the order of Outcome

// Something that is not modelled yet, as a text names it.
struct Unmodelled {
  std::string_view meaning;  // "work in a transaction"; lives for ever
  std::string word;          // that says so
  bool certain = false;      // else it may be the name of a thing of the application's own
};
// `words`: CommitWords::rest. With `certain_only` what is merely likely is passed over: for texts that speak of the
// application's own things, such as what a user asks for.
std::optional<Unmodelled> unmodelled_in(const std::vector<std::string>& words, bool certain_only = false);

// Whether a text says that something happens after the commit ("on_commit", "once committed"), and its words without
// those that say so; "," stands where a clause ends.
// "commit new sheet", "new value commit": a write of what is named, which may be a transaction's end all the same where
// more was written before it.
bool commits_something(const std::vector<std::string>& words);
struct CommitWords {
  bool after = false;
  std::vector<std::string> rest;
};
CommitWords commit_words(std::string_view text);

// The time to live that the label of a set gives.
struct TimeToLive {
  int seconds = 0;      // rounded up; 0: none
  bool unsaid = false;  // one is named, but not how long: a minute
};
TimeToLive time_to_live(std::string_view label);

// Whether a heading, title, note or label speaks of reading, of writing, both or neither. `only` is set where it holds
// nothing but such words and fillers ("Write path"), as a note must to separate operations.
struct OperationWords {
  bool read = false;
  bool write = false;
  bool only = false;
  std::optional<OperationKind> kind() const;  // where it says exactly one of them
};
OperationWords operation_words(std::string_view text);

}  // namespace stalemate::model
