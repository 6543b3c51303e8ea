// Words and lines of what is not modelled: transactions, replicas, locks, queues, second caches, versions, leases,
// loops. A page that has one means something else now.
#include <utility>

#include "model/false_green/false_green_changes.hpp"
#include "model/false_green/false_green_words.hpp"

namespace stalemate::model::false_green {
namespace {

Operation* write_of(Page& page) {
  for (Operation& operation : page.operations)
    if (operation.kind == OperationKind::kWrite && !operation.body.empty()) return &operation;
  return nullptr;
}

// Around all that a Write does.
bool around_write(Page& page, const std::string& before, const std::string& after) {
  Operation* write = write_of(page);
  if (write == nullptr) return false;
  write->body.insert(write->body.begin(), raw(before));
  write->body.push_back(raw(after));
  return true;
}

struct Pair {
  std::string begin, end;
};

bool transaction_by_notes(Page& page, sim::Random& random) {
  static const std::vector<Pair> kPairs = {{"transaction begins", "transaction commits"},
                                           {"BEGIN", "COMMIT"},
                                           {"start of transaction", "end of transaction"},
                                           {"in one transaction", "committed"},
                                           {"begin tx", "commit tx"},
                                           {"open a DB transaction", "commit"},
                                           {"@Transactional", "the transaction ends here"}};
  const Pair& pair = any_of(kPairs, random);
  const std::string over = "Note over " + page.names[Who::kApp].id + ": ";
  return around_write(page, over + pair.begin, over + pair.end);
}
bool transaction_by_itself(Page& page, sim::Random& random) {
  static const std::vector<Pair> kPairs = {{"begin", "commit"},
                                           {"begin transaction", "commit transaction"},
                                           {"start transaction", "end transaction"},
                                           {"BEGIN", "COMMIT"},
                                           {"open transaction", "close transaction"}};
  const Pair& pair = any_of(kPairs, random);
  const std::string self = page.names[Who::kApp].id + "->>" + page.names[Who::kApp].id + ": ";
  return around_write(page, self + pair.begin, self + pair.end);
}
bool transaction_by_arrows(Page& page, sim::Random& random) {
  static const std::vector<Pair> kPairs = {
      {"BEGIN", "COMMIT"}, {"begin transaction", "commit"}, {"START TRANSACTION", "COMMIT"}, {"begin", "commit"}};
  const Pair& pair = any_of(kPairs, random);
  const std::string arrow = page.names[Who::kApp].id + "->>" + page.names[Who::kDatabase].id + ": ";
  return around_write(page, arrow + pair.begin, arrow + pair.end);
}
bool transaction_by_rectangle(Page& page, sim::Random& random) {
  static const Words kNotes = {"transaction", "one DB transaction", "tx", "atomic", "unit of work: transaction"};
  Operation* write = write_of(page);
  if (write == nullptr) return false;
  write->body.insert(write->body.begin(),
                     raw("Note right of " + page.names[Who::kApp].id + ": " + any_of(kNotes, random)));
  write->body.insert(write->body.begin(), raw("rect rgb(230, 240, 255)"));
  write->body.push_back(raw("end"));
  return true;
}
bool critical_transaction(Page& page, sim::Random& random) {
  return around_write(
      page, any_of(Words{"critical transaction", "critical in one transaction", "critical DB transaction"}, random),
      "end");
}

// In brackets behind requests of the database.
bool in_brackets(Page& page, sim::Random& random, Verb verb, const Words& words) {
  const auto lines = lines_where(page, [&](const Node& line) { return is_request(line, Who::kDatabase, verb); });
  for (Node* line : lines) {
    const std::string words_behind = " (" + any_of(words, random) + ")";
    line->behind += words_behind;
    if (!line->text.empty()) line->text += words_behind;
  }
  return !lines.empty();
}
bool transaction_in_brackets(Page& page, sim::Random& random) {
  return in_brackets(page, random, Verb::kSet,
                     {"in a transaction", "uncommitted", "in tx", "not yet committed", "transaction", "before commit"});
}
bool replica_in_brackets(Page& page, sim::Random& random) {
  return in_brackets(page, random, Verb::kGet,
                     {"read replica", "from the replica", "secondary", "follower", "replica", "from a standby"});
}

bool replica_by_name(Page& page, sim::Random& random) {
  bool reads = false;
  bool writes = false;
  for (const Node* line : lines_where(page, [](const Node& each) { return each.who == Who::kDatabase; })) {
    reads |= line->kind == Node::Kind::kRequest && line->verb == Verb::kGet;
    writes |= line->kind == Node::Kind::kRequest && line->verb == Verb::kSet;
  }
  if (!reads || !writes) return false;
  static const std::vector<Pair> kNames = {
      {"pg_r", "Read replica"}, {"replica", ""}, {"db2", "Follower"}, {"standby", ""}, {"R", "Secondary"}};
  const Pair& name = any_of(kNames, random);
  page.participants.push_back("participant " + name.begin + (name.end.empty() ? "" : " as " + name.end));
  for (Node* line : lines_where(page, [](const Node& each) { return is_request(each, Who::kDatabase, Verb::kGet); })) {
    line->text = page.names[Who::kApp].id + line->arrow + name.begin + ": Get " + page.noun;
    line->kind = Node::Kind::kRaw;
  }
  for (Node* line : lines_where(page, [](const Node& each) {
         return each.kind == Node::Kind::kReply && each.who == Who::kDatabase && each.says == Says::kHit;
       })) {
    line->text = name.begin + "-->>" + page.names[Who::kApp].id + ": " + line->text;
    line->kind = Node::Kind::kRaw;
  }
  return true;
}
bool replica_by_note(Page& page, sim::Random& random) {
  static const Words kNotes = {"reads go to a replica", "the replica may lag", "read replica, some ms behind",
                               "replication lag possible", "this is the follower"};
  insert(any_place(page, random),
         raw("Note right of " + page.names[Who::kDatabase].id + ": " + any_of(kNotes, random)));
  return true;
}

bool lock_by_itself(Page& page, sim::Random& random) {
  static const std::vector<Pair> kPairs = {{"acquire lock", "release lock"},
                                           {"lock", "unlock"},
                                           {"take the mutex", "give the mutex back"},
                                           {"lock the key", "unlock the key"}};
  const Pair& pair = any_of(kPairs, random);
  const std::string self = page.names[Who::kApp].id + "->>" + page.names[Who::kApp].id + ": ";
  return around_write(page, self + pair.begin, self + pair.end);
}
bool lock_by_note(Page& page, sim::Random& random) {
  static const Words kNotes = {"holds a lock", "under a distributed lock", "one at a time: lock on the key",
                               "with a mutex", "lock is held"};
  Operation* write = write_of(page);
  if (write == nullptr) return false;
  write->body.insert(write->body.begin(), raw("Note over " + page.names[Who::kApp].id + ": " + any_of(kNotes, random)));
  return true;
}
bool lock_by_arrows(Page& page, sim::Random&) {
  const std::string arrow = page.names[Who::kApp].id + "->>" + page.names[Who::kCache].id + ": ";
  return around_write(page, arrow + "acquire lock", arrow + "release lock");
}
bool lock_in_brackets(Page& page, sim::Random& random) {
  return in_brackets(page, random, Verb::kGet, {"FOR UPDATE", "with lock", "locks the row", "row lock"});
}

// The deletes go to a queue instead.
bool queue(Page& page, sim::Random& random) {
  const auto deletes = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kDelete); });
  if (deletes.empty()) return false;
  static const std::vector<Pair> kQueues = {
      {"kafka", "publish invalidation"}, {"queue", "enqueue delete"}, {"sqs", "drop the entry later"}};
  const Pair& chosen = any_of(kQueues, random);
  for (Node* line : deletes) {
    line->text = page.names[Who::kApp].id + "->>" + chosen.begin + ": " + chosen.end;
    line->kind = Node::Kind::kRaw;
  }
  return true;
}

bool second_cache(Page& page, sim::Random& random) {
  const auto gets = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kGet); });
  if (gets.empty()) return false;
  static const std::vector<Pair> kCaches = {{"request", "Request-scoped cache"},
                                            {"beside", "Sidecar cache"},
                                            {"near", "Near cache"},
                                            {"L1", "First-level cache"},
                                            {"cdn_cache", ""}};
  const Pair& chosen = any_of(kCaches, random);
  page.participants.push_back("participant " + chosen.begin + (chosen.end.empty() ? "" : " as " + chosen.end));
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      if (!is_request(body[i], Who::kCache, Verb::kGet)) continue;
      const auto at = body.begin() + static_cast<std::ptrdiff_t>(i);
      const std::string& app = page.names[Who::kApp].id;
      body.insert(
          at, {raw(app + "->>" + chosen.begin + ": get " + page.noun), raw(chosen.begin + "-->>" + app + ": miss")});
      return;
    }
  });
  return true;
}

bool by_version(Page& page, sim::Random& random) {
  if (page.noun.find(':') != std::string::npos) return false;  // "set product:1 if newer" is understood
  const auto sets = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kSet); });
  static const Words kConditions = {" if version is newer", " with version check",         " if newer",
                                    " (compare and set)",   " if the number is unchanged", " with CAS"};
  for (Node* line : sets) {
    const std::string& condition = any_of(kConditions, random);
    line->behind += condition;
    if (!line->text.empty()) line->text += condition;
  }
  return !sets.empty();
}

bool row_by_version(Page& page, sim::Random& random) {
  const auto sets = lines_where(page, [](const Node& line) { return is_request(line, Who::kDatabase, Verb::kSet); });
  static const Words kConditions = {"UPDATE products SET price = 2 WHERE id = 1 AND version = 7",
                                    "UPDATE ... WHERE version = 7", "update if version unchanged",
                                    "compare and set the row", "UPDATE price WHERE updated_at = :seen"};
  for (Node* line : sets) line->text = any_of(kConditions, random);
  return !sets.empty();
}

bool loop(Page& page, sim::Random& random) {
  return around_write(page, any_of(Words{"loop 3 times", "loop until it works", "loop retry"}, random), "end");
}
bool at_once(Page& page, sim::Random&) {
  Operation* write = write_of(page);
  if (write == nullptr || write->body.size() < 2) return false;
  write->body.insert(write->body.begin() + 1, raw("and"));
  write->body.insert(write->body.begin(), raw("par"));
  write->body.push_back(raw("end"));
  return true;
}

bool lease(Page& page, sim::Random& random) {
  const auto gets = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kGet); });
  for (Node* line : gets) line->text = any_of(Words{"get with lease", "lease get", "get or take lease"}, random);
  return !gets.empty();
}
bool tombstone(Page& page, sim::Random& random) {
  const auto deletes = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kDelete); });
  for (Node* line : deletes)
    line->text = any_of(Words{"set tombstone", "leave a tombstone", "delete with tombstone", "mark as stale"}, random);
  return !deletes.empty();
}

}  // namespace

std::vector<Change> changes_not_modelled() {
  return {{"a transaction by notes", Meaning::kNotModelled, transaction_by_notes},
          {"a transaction by messages of the app to itself", Meaning::kNotModelled, transaction_by_itself},
          {"a transaction by arrows", Meaning::kNotModelled, transaction_by_arrows},
          {"a transaction by a rectangle", Meaning::kNotModelled, transaction_by_rectangle},
          {"a critical transaction", Meaning::kNotModelled, critical_transaction},
          {"a transaction in brackets", Meaning::kNotModelled, transaction_in_brackets},
          {"a replica in brackets", Meaning::kNotModelled, replica_in_brackets},
          {"a replica by name", Meaning::kNotModelled, replica_by_name},
          {"a replica by note", Meaning::kNotModelled, replica_by_note},
          {"a lock by messages of the app to itself", Meaning::kNotModelled, lock_by_itself},
          {"a lock by note", Meaning::kNotModelled, lock_by_note},
          {"a lock by arrows", Meaning::kNotModelled, lock_by_arrows},
          {"a lock in brackets", Meaning::kNotModelled, lock_in_brackets},
          {"deletes by a queue", Meaning::kNotModelled, queue},
          {"a cache before the app, beside it or of less than it", Meaning::kNotModelled, second_cache},
          {"sets by version", Meaning::kNotModelled, by_version},
          {"rows by version", Meaning::kNotModelled, row_by_version},
          {"a loop", Meaning::kNotModelled, loop},
          {"both at once", Meaning::kNotModelled, at_once},
          {"a lease", Meaning::kNotModelled, lease},
          {"a tombstone", Meaning::kNotModelled, tombstone}};
}

}  // namespace stalemate::model::false_green
