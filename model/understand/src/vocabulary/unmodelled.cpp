// Words of what is not modelled yet: transactions, locks, replicas, queues, further caches, versions, retries. Most of
// them are ordinary words, too ("GET transaction 42", "the canal lock"), so what counts is what stands beside a word:
// a preposition or a verb of its trade makes it certain; a verb that stores or looks up, or a noun that it belongs to,
// makes it a thing of the application's own; where neither is said, it is likely. A long file: most of it is tables.
#include <algorithm>
#include <array>
#include <cstddef>

#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

using Words = std::vector<std::string>;
using Table = std::vector<std::string_view>;

constexpr std::string_view kTransaction = "work in a transaction";
constexpr std::string_view kBegin = "begin a transaction";
constexpr std::string_view kCommit = "commit a transaction";
constexpr std::string_view kRollBack = "roll back a transaction";
constexpr std::string_view kLock = "take a lock";
constexpr std::string_view kReplica = "read from a replica";
constexpr std::string_view kQueue = "hand something to a queue";
constexpr std::string_view kEvent = "publish an event";
constexpr std::string_view kWorker = "work that runs by itself";
constexpr std::string_view kSecondCache = "use another cache beside the one drawn";
constexpr std::string_view kOneAtATime = "let one request through at a time";
constexpr std::string_view kVersion = "compare and set by version";
constexpr std::string_view kMarker = "leave a marker";
constexpr std::string_view kRetry = "try again";

struct Phrase {
  std::string_view words;
  std::string_view meaning;
  bool deniable = true;  // "no lock" says that there is none; "not committed" says that there is a transaction
};
// Nobody says these of a thing of the application's own.
constexpr Phrase kPhrases[] = {
    {"for update", "lock a row"},
    {"for share", "lock a row"},
    {"skip locked", "lock a row"},
    {"row lock", "lock a row"},
    {"uncommitted", kTransaction, false},
    {"not committed", kTransaction, false},
    {"not yet committed", kTransaction, false},
    {"before commit", kTransaction, false},
    {"before committing", kTransaction, false},
    {"before the commit", kTransaction, false},
    {"before it commits", kTransaction, false},
    {"until commit", kTransaction, false},
    {"until the commit", kTransaction, false},
    {"pre commit", kTransaction, false},
    {"precommit", kTransaction, false},
    {"rollback", kRollBack},
    {"rollbacks", kRollBack},
    {"roll back", kRollBack},
    {"rolls back", kRollBack},
    {"rolled back", kRollBack},
    {"savepoint", kTransaction},
    {"unit of work", kTransaction},
    {"transactional", kTransaction},
    {"transactionally", kTransaction},
    {"atomically", kTransaction},
    {"isolation level", kTransaction},
    {"read committed", kTransaction},
    {"repeatable read", kTransaction},
    {"serializable", kTransaction},
    {"two phase commit", kTransaction},
    {"autocommit off", kTransaction},
    {"autocommit disabled", kTransaction},
    {"autocommit false", kTransaction},
    {"autocommit 0", kTransaction},
    {"no autocommit", kTransaction, false},
    {"without autocommit", kTransaction, false},
    {"disable autocommit", kTransaction},
    {"disables autocommit", kTransaction},
    {"become visible", kTransaction, false},
    {"becomes visible", kTransaction, false},
    {"visible only", kTransaction, false},
    {"visible to others", kTransaction, false},
    {"visible to other", kTransaction, false},
    {"not visible", kTransaction, false},
    {"not yet visible", kTransaction, false},
    {"only now visible", kTransaction, false},
    {"2pc", kTransaction},
    {"begin work", kBegin},
    {"begin transaction", kBegin},
    {"start transaction", kBegin},
    {"begin tx", kBegin},
    {"start tx", kBegin},
    {"multi exec", kTransaction},
    {"critical section", kLock},
    {"getapplock", kLock},
    {"releaseapplock", kLock},
    {"mutual exclusion", kLock},
    {"one at a time", kOneAtATime},
    {"single flight", kOneAtATime},
    {"singleflight", kOneAtATime},
    {"coalesce", kOneAtATime},
    {"coalesces", kOneAtATime},
    {"coalesced", kOneAtATime},
    {"coalescing", kOneAtATime},
    {"request collapsing", kOneAtATime},
    {"dogpile", kOneAtATime},
    {"stampede protection", kOneAtATime},
    {"lease", "take a lease"},
    {"leases", "take a lease"},
    {"read replica", kReplica},
    {"read replicas", kReplica},
    {"replica", kReplica},
    {"replicas", kReplica},
    {"replication", kReplica},
    {"replicated", kReplica},
    {"replicates", kReplica},
    {"reader endpoint", kReplica},
    {"read only endpoint", kReplica},
    {"read only node", kReplica},
    {"read only instance", kReplica},
    {"read only copy", kReplica},
    {"read only connection", kReplica},
    {"read only database", kReplica},
    {"read only db", kReplica},
    {"readonly endpoint", kReplica},
    {"readonly node", kReplica},
    {"readonly connection", kReplica},
    {"hot standby", kReplica},
    {"eventually consistent", kReplica},
    {"eventual consistency", kReplica},
    {"enqueue", kQueue},
    {"enqueues", kQueue},
    {"enqueued", kQueue},
    {"dequeue", kQueue},
    {"dequeues", kQueue},
    {"outbox", kQueue},
    {"kafka", kQueue},
    {"rabbitmq", kQueue},
    {"sqs", kQueue},
    {"debezium", kQueue},
    {"cdc", kQueue},
    {"binlog", kQueue},
    {"change data capture", kQueue},
    {"change stream", kQueue},
    {"pubsub", kEvent},
    {"pub sub", kEvent},
    {"background job", kWorker},
    {"background worker", kWorker},
    {"background task", kWorker},
    {"background thread", kWorker},
    {"background refresh", kWorker},
    {"in the background", kWorker},
    {"in background", kWorker},
    {"cron", kWorker},
    {"cronjob", kWorker},
    {"scheduled job", kWorker},
    {"scheduled task", kWorker},
    {"scheduled refresh", kWorker},
    {"nightly job", kWorker},
    {"batch job", kWorker},
    {"db trigger", kWorker},
    {"database trigger", kWorker},
    {"by a trigger", kWorker},
    {"by trigger", kWorker},
    {"local cache", kSecondCache},
    {"locally cached", kSecondCache},
    {"cache locally", kSecondCache},
    {"cached locally", kSecondCache},
    {"in process", kSecondCache},
    {"in memory cache", kSecondCache},
    {"in memory map", kSecondCache},
    {"in memory copy", kSecondCache},
    {"memory cache", kSecondCache},
    {"process memory", kSecondCache},
    {"near cache", kSecondCache},
    {"edge cache", kSecondCache},
    {"browser cache", kSecondCache},
    {"second cache", kSecondCache},
    {"other cache", kSecondCache},
    {"both caches", kSecondCache},
    {"two caches", kSecondCache},
    {"l1", kSecondCache},
    {"l2", kSecondCache},
    {"cdn", kSecondCache},
    {"compare and set", "compare and set"},
    {"compare and swap", "compare and set"},
    {"check and set", "compare and set"},
    {"cas", "compare and set"},
    {"with version", kVersion},
    {"where version", kVersion},
    {"and version", kVersion},
    {"if version", kVersion},
    {"version check", kVersion},
    {"version matches", kVersion},
    {"version match", kVersion},
    {"version mismatch", kVersion},
    {"version differs", kVersion},
    {"version changed", kVersion},
    {"check version", kVersion},
    {"compare version", kVersion},
    {"compare versions", kVersion},
    {"same version", kVersion},
    {"newer version", kVersion},
    {"older version", kVersion},
    {"if newer", kVersion},
    {"if older", kVersion},
    {"if unchanged", kVersion},
    {"versioned", kVersion},
    {"etag", kVersion},
    {"if match", kVersion},
    {"if none match", kVersion},
    {"fencing token", kVersion},
    {"generation number", kVersion},
    {"bump generation", kVersion},
    {"check generation", kVersion},
    {"same generation", kVersion},
    {"tombstone", kMarker},
    {"tombstones", kMarker},
    {"sentinel value", kMarker},
    {"deletion marker", kMarker},
    {"mark stale", kMarker},
    {"mark as stale", kMarker},
    {"marks it stale", kMarker},
    {"mark it stale", kMarker},
    {"mark it as stale", kMarker},
    {"marked stale", kMarker},
    {"marked as stale", kMarker},
    {"mark as deleted", kMarker},
    {"mark deleted", kMarker},
    {"mark as invalid", kMarker},
    {"mark invalid", kMarker},
    {"mark dirty", kMarker},
    {"mark as dirty", kMarker},
    {"leave a marker", kMarker},
    {"set a marker", kMarker},
    {"put a marker", kMarker},
    {"write a marker", kMarker},
    {"set marker", kMarker},
    {"negative caching", kMarker},
    {"cache null", kMarker},
    {"cache the miss", kMarker},
    {"lua script", "run a script"},
};

// Articles and the like, which stand between a word and what decides about it.
const Table kBetween = {"a",       "an",   "the", "one",   "same",     "single",      "this", "its", "their",
                        "our",     "db",   "sql", "short", "database", "open",        "new",  "own", "each",
                        "current", "long", "of",  "read",  "single",   "distributed", "redis"};
const Table kDenials = {"no",   "not",   "without", "never", "isnt",    "arent",  "doesnt", "dont", "non",
                        "wont", "didnt", "wasnt",   "nor",   "neither", "cannot", "cant",   "hasnt"};
// Between a denial and what it denies.
const Table kDenied = {"a",      "an",     "the",  "any",   "in",     "need",        "needs",   "for",
                       "take",   "takes",  "hold", "holds", "with",   "use",         "uses",    "using",
                       "inside", "within", "from", "of",    "db",     "database",    "read",    "row",
                       "under",  "more",   "part", "via",   "such",   "kind",        "one",     "explicit",
                       "single", "by",     "on",   "to",    "behind", "distributed", "replica", "replication"};
const Table kPrepositions = {"in",   "within", "inside", "under", "with",   "via",    "through", "by",
                             "from", "using",  "onto",   "into",  "behind", "during", "outside"};
// After the word for a thing of one's own.
const Table kOfAThing = {"id",     "ids",     "history", "list",    "details", "detail", "record", "records",
                         "data",   "amount",  "status",  "table",   "row",     "rows",   "total",  "type",
                         "fee",    "found",   "exists",  "missing", "service", "page",   "item",   "entry",
                         "value",  "key",     "number",  "not",     "by",      "count",  "name",   "title",
                         "cached", "details", "info",    "object",  "summary", "price",  "date",   "profile"};

bool has(const Table& table, std::string_view word) { return is_in(table, word); }

// What a word may mean, and what beside it decides.
struct Noun {
  Table forms;
  std::string_view meaning;
  Table before;        // certain where one of these stands before it
  Table after;         // certain where one of these follows
  Table own_before;    // of the application's own, where one of these stands before it
  Table own_after;     // ... or follows
  bool own_as_object;  // "get X", "save the X": the application's own
  bool likely;         // counts where nothing decides
};

const std::vector<Noun> kNouns = {
    {{"transaction", "tx", "txn", "trx"},
     kTransaction,
     {"begin",   "begins", "start",   "starts", "started", "opens",   "close",   "closes", "end",  "ends",   "commit",
      "commits", "abort",  "aborts",  "finish", "run",     "wrap",    "wrapped", "join",   "in",   "within", "inside",
      "under",   "during", "outside", "with",   "using",   "before",  "until",   "after",  "open", "by",     "through",
      "per",     "nested", "same",    "one",    "single",  "execute", "db",      "sql"},
     {"begin",  "begins",  "begun", "start",  "starts",   "started",   "opens",   "opened",
      "end",    "ends",    "ended", "commit", "commits",  "committed", "closes",  "closed",
      "aborts", "aborted", "block", "scope",  "boundary", "isolation", "manager", "template"},
     {"payment", "bank", "card", "purchase", "sales", "sale", "financial", "customer", "user", "last", "recent",
      "money", "refund", "wallet", "transfer", "credit", "debit", "pending"},
     {},
     true,
     true},
    {{"transactions"}, kTransaction, {"in", "with", "using", "within", "inside"}, {}, {}, {}, true, false},
    {{"atomic"},
     kTransaction,
     {"in", "within", "inside"},
     {"block", "update", "write", "operation", "unit", "section", "context", "commit", "batch", "transaction"},
     {},
     {"habits", "number", "weight", "clock"},
     true,
     true},
    {{"lock", "locks", "locked", "locking", "unlock", "unlocks", "unlocked", "mutex", "semaphore", "redlock",
      "deadlock", "spinlock"},
     kLock,
     {},
     {},
     {"door", "smart", "bike", "canal", "tidal", "wheel", "account", "user", "card"},
     {"screen", "screens", "code", "codes", "icon", "smith", "wallpaper", "status", "free", "account", "user", "card",
      "door"},
     false,
     true},
    {{"secondary"},
     kReplica,
     {"from", "on", "at", "via", "query", "queries", "ask", "asks", "read", "reads"},
     {"db", "database", "node", "server", "instance", "copy"},
     {},
     {"index", "email", "address", "key", "phone", "school", "color", "colour", "language", "id"},
     true,
     true},
    {{"follower"},
     kReplica,
     {"from", "on", "at", "via", "query", "queries", "ask", "asks"},
     {"db", "database", "node", "server", "instance", "read", "reads"},
     {"new", "user"},
     {},
     true,
     true},
    {{"followers"}, kReplica, {"from"}, {}, {}, {}, true, false},
    {{"standby"},
     kReplica,
     {"from", "on", "at", "via", "query", "queries", "ask", "asks", "read", "reads"},
     {"db", "database", "node", "server", "instance"},
     {},
     {"list", "ticket", "tickets", "passenger", "passengers", "seat", "flight", "mode"},
     true,
     true},
    {{"ro"}, kReplica, {","}, {"endpoint", "connection", "node", "pool", "instance"}, {}, {}, true, false},
    {{"slave"}, kReplica, {"from", "on", "at", "via"}, {}, {}, {}, false, true},
    {{"lag", "lags", "lagging"}, kReplica, {}, {}, {"jet"}, {}, false, true},
    {{"queue", "queues"},
     kQueue,
     {"to", "into", "onto", "on", "via", "from", "through", "in", "by", "message", "job", "task", "work", "event",
      "delay", "retry", "letter"},
     {},
     {"position"},
     {"position", "length", "size", "ticket", "place"},
     true,
     true},
    {{"queued"}, kQueue, {}, {}, {}, {}, false, true},
    {{"event", "events"},
     kEvent,
     {"publish", "publishes", "emit",       "emits",  "raise",        "raises",  "fire",
      "fires",   "dispatch",  "dispatches", "send",   "sends",        "consume", "consumes",
      "produce", "produces",  "domain",     "change", "invalidation", "via",     "through"},
     {"bus", "handler", "listener", "driven", "sourcing", "queue", "stream", "log", "published", "emitted", "fired",
      "arrives", "consumer"},
     {},
     {},
     true,
     false},
    {{"message", "invalidation", "change", "changes"},
     kEvent,
     {"publish", "publishes", "emit", "emits", "broadcast", "broadcasts"},
     {"published", "broadcast"},
     {},
     {},
     true,
     false},
    {{"publish", "publishes"}, kEvent, {}, {"to", "on", "key"}, {}, {}, false, false},
    {{"topic"}, kQueue, {"to", "on", "from", "via", "kafka"}, {}, {}, {}, true, false},
    {{"worker", "workers"}, kWorker, {"by", "via", "through", "a", "the"}, {}, {"social"}, {}, true, false},
    {{"marker"}, kMarker, {}, {}, {"map"}, {}, true, true},
    {{"retry", "retries", "retried", "retrying", "backoff"}, kRetry, {}, {}, {}, {"after"}, false, true},
};

bool is_number(std::string_view word) { return !word.empty() && word.front() >= '0' && word.front() <= '9'; }

// Whether the word at `at` is said not to be there: "no lock", "not in a transaction".
bool is_denied(const Words& words, std::size_t at) {
  while (at > 0 && has(kDenied, words[at - 1])) --at;
  return at > 0 && has(kDenials, words[at - 1]);
}

// Whether a verb that looks up or stores stands before it, with nothing between but what tells which one is meant.
bool is_object(const Words& words, std::size_t at) {
  constexpr std::size_t kAdjectivesMax = 2;
  std::size_t adjectives = 0;
  for (std::size_t i = at; i-- > 0;) {
    if (words[i] == ",") return false;
    if (is_request_verb(words[i]) || words[i] == "list" || words[i] == "show" || words[i] == "of" || words[i] == "for")
      return true;
    if (has(kPrepositions, words[i])) return words[i] == "from" || words[i] == "into";
    if (!has(kBetween, words[i]) && ++adjectives > kAdjectivesMax) return false;
  }
  return false;
}

std::optional<Unmodelled> read_noun(const Noun& noun, const Words& words, std::size_t at) {
  std::size_t before = at;
  bool certain = false;
  while (before > 0 && has(kBetween, words[before - 1])) {
    certain = certain || has(noun.before, words[before - 1]);
    --before;
  }
  static const Table kAuxiliaries = {"is", "are", "was", "gets", "has", "will"};
  std::size_t behind = at + 1;
  if (behind < words.size() && has(kAuxiliaries, words[behind])) ++behind;  // "the event is published"
  const std::string_view next = behind < words.size() ? std::string_view(words[behind]) : std::string_view();
  certain = certain || (before > 0 && has(noun.before, words[before - 1])) || has(noun.after, next);
  if (certain) return Unmodelled{noun.meaning, words[at], true};
  const bool own = (at > 0 && has(noun.own_before, words[at - 1])) || has(noun.own_after, next) ||
                   (is_number(next) && noun.meaning != kRetry) || has(kOfAThing, next) ||
                   (noun.own_as_object && is_object(words, at));
  if (own || !noun.likely) return std::nullopt;
  return Unmodelled{noun.meaning, words[at], noun.meaning == kLock};
}

// "BEGIN", "begin work"; not "begin checkout".
bool begins(const Words& words) {
  static const Table kGoesOn = {"work",   "isolation", "deferred", "immediate", "exclusive",
                                "commit", "tx",        "update",   "insert"};
  return words.front() == "begin" && (words.size() == 1 || words[1] == "," || has(kGoesOn, words[1]));
}

// "SELECT (reader)": which server is asked, not who asks.
bool names_reader(const Words& words, std::size_t at) {
  return words[at] == "reader" && at > 0 && words[at - 1] == "," && (at + 1 == words.size() || words[at + 1] == ",");
}

std::optional<Unmodelled> read_commit(const Words& words, std::size_t at) {
  static const Table kForms = {"commit", "commits", "committed", "committing"};
  if (!has(kForms, words[at])) return std::nullopt;
  const std::string_view next = at + 1 < words.size() ? std::string_view(words[at + 1]) : std::string_view();
  static const Table kOfGit = {"offset", "offsets", "hash", "message", "id", "sha", "log", "author"};
  if (has(kOfGit, next) || is_number(next)) return std::nullopt;
  if (at > 0 && (words[at - 1] == "git" || words[at - 1] == "latest")) return std::nullopt;
  if (at > 0 && words[at] != "committed" && is_object(words, at)) return std::nullopt;
  return Unmodelled{kCommit, words[at], !commits_something(words)};
}

// Its words, with "," where a clause ends.
Words words_and_clauses(std::string_view text) {
  Words words;
  while (true) {
    const std::size_t end = text.find_first_of("()[]{},;:");
    for (std::string& word : split_words(text.substr(0, end))) words.push_back(std::move(word));
    if (end == std::string_view::npos) return words;
    if (!words.empty() && words.back() != ",") words.push_back(",");
    text.remove_prefix(end + 1);
  }
}

Words cut_out(const Words& words, std::size_t from, std::size_t count) {
  Words rest(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(from));
  rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(std::min(from + count, words.size())),
              words.end());
  return rest;
}

std::optional<std::size_t> find_words(const Words& words, const Words& parts) {
  const auto found = std::search(words.begin(), words.end(), parts.begin(), parts.end());
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::optional<std::size_t> find_phrase(const Words& words, std::string_view phrase) {
  return find_words(words, split_words(phrase));
}

// The words of each of kPhrases, in their order.
const std::vector<Words>& words_of_phrases() {
  static const std::vector<Words> kWords = [] {
    std::vector<Words> all;
    for (const Phrase& phrase : kPhrases) all.push_back(split_words(phrase.words));
    return all;
  }();
  return kWords;
}

}  // namespace

bool commits_something(const std::vector<std::string>& words) {
  static const Table kForms = {"commit", "commits"};
  static const Table kEnds = {"transaction", "tx",      "txn",        "the",   "changes", "it",       "all",
                              "work",        "both",    "and",        "to",    "db",      "database", "row",
                              "update",      "write",   "everything", "now",   "ok",      "here",     ",",
                              "offset",      "offsets", "or",         "after", "before",  "then"};
  static const Table kNew = {"new", "value", "values"};
  static const Table kBefore = {"after", "on", "before", "until", "with", "no", "not", "without", "git", "auto"};
  if (words.size() < 2) return false;
  if (has(kForms, words.front())) return !has(kEnds, words[1]) && !is_number(words[1]);
  if (!has(kForms, words.back()) || has(kBefore, words[words.size() - 2])) return false;
  return std::any_of(words.begin(), words.end() - 1, [&](const std::string& word) { return has(kNew, word); }) &&
         std::none_of(words.begin(), words.end() - 1, [](const std::string& word) { return is_request_verb(word); });
}

CommitWords commit_words(std::string_view text) {
  static const Table kAfter = {"after", "on", "post", "once", "when", "upon", "following"};
  static const Table kMeans = {"commit", "commits", "committed", "committing"};
  static const Table kThing = {"transaction", "tx", "txn"};
  static const Table kDone = {"ends", "end", "ended", "completes", "completed", "closes", "succeeds", "succeeded"};
  constexpr std::size_t kReach = 5;
  CommitWords result;
  Words words = words_and_clauses(text);
  while (const auto at = find_phrase(words, "auto commit")) {
    words = cut_out(words, *at, 1);
    words[*at] = "autocommit";
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!has(kAfter, words[i])) continue;
    std::size_t last = 0;  // of what it is after
    bool thing = false;
    for (std::size_t j = i + 1; j < words.size() && j <= i + kReach; ++j) {
      if (has(kMeans, words[j])) {
        last = j;
        break;
      }
      if (has(kThing, words[j])) {
        thing = true;
        if (words[i] != "on") last = j;
        continue;
      }
      if (thing && has(kDone, words[j])) {
        last = j;
        break;
      }
      const bool passes = has(kBetween, words[j]) || words[j] == "has" || words[j] == "is" || words[j] == "was" ||
                          words[j] == "been" || words[j] == "have" || words[j] == "successful" || words[j] == "write" ||
                          words[j] == "update" || words[j] == "row";
      if (!passes) break;
    }
    if (last == 0) continue;
    result.after = true;
    words = cut_out(words, i, last - i + 1);
    --i;
  }
  for (const std::string_view whole : {"transactional event listener", "transaction phase", "commit hook", "hook"}) {
    if (!result.after) break;
    if (const auto at = find_phrase(words, whole)) words = cut_out(words, *at, split_words(whole).size());
  }
  result.rest = std::move(words);
  return result;
}

std::optional<Unmodelled> unmodelled_in(const std::vector<std::string>& words, bool certain_only) {
  if (words.empty()) return std::nullopt;
  for (std::size_t i = 0; i < words_of_phrases().size(); ++i) {
    const Phrase& phrase = kPhrases[i];
    const auto at = find_words(words, words_of_phrases()[i]);
    if (at && !(phrase.deniable && is_denied(words, *at)))
      return Unmodelled{phrase.meaning, std::string(phrase.words), true};
  }
  if (begins(words)) return Unmodelled{kBegin, words.front(), true};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (names_reader(words, i)) return Unmodelled{kReplica, words[i], true};
    if (auto found = read_commit(words, i); found && (found->certain || !certain_only)) return found;
    for (const Noun& noun : kNouns) {
      if (!has(noun.forms, words[i]) || is_denied(words, i)) continue;
      auto found = read_noun(noun, words, i);
      if (found && (found->certain || !certain_only)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace stalemate::model
