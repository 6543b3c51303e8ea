// The same said in other words: requests, replies, the names of operations and participants.
#include "model/false_green/false_green_words.hpp"

#include <algorithm>
#include <utility>

#include "model/false_green/false_green_changes.hpp"

namespace stalemate::model::false_green {
namespace {

// Other words for every request that asks for this, or for some of them.
bool reword(Page& page, sim::Random& random, Who who, Verb verb, const Words& words) {
  bool any = false;
  for (Node* node : lines_where(page, [&](const Node& line) { return is_request(line, who, verb); })) {
    if (any && random.below(3) == 0) continue;
    node->word = any_of(words, random);
    node->text.clear();
    any = true;
  }
  return any;
}

bool get_words(Page& page, sim::Random& random) {
  const bool cache = reword(page, random, Who::kCache, Verb::kGet, kGetWords);
  const bool database = reword(page, random, Who::kDatabase, Verb::kGet, kGetWords);
  return cache || database;
}
bool set_words_of_cache(Page& page, sim::Random& random) {
  return reword(page, random, Who::kCache, Verb::kSet, kSetWordsOfCache);
}
bool set_words_of_database(Page& page, sim::Random& random) {
  return reword(page, random, Who::kDatabase, Verb::kSet, kSetWordsOfDatabase);
}
bool delete_words(Page& page, sim::Random& random) {
  return reword(page, random, Who::kCache, Verb::kDelete, kDeleteWords);
}
bool add_words(Page& page, sim::Random& random) {
  const auto adds = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kAdd); });
  for (Node* add : adds) {
    std::tie(add->word, add->behind) = any_of(kAddWords, random);
    add->text.clear();
  }
  return !adds.empty();
}

bool noun(Page& page, sim::Random& random) {
  page.noun = any_of(kNouns, random);
  return true;
}

bool sql(Page& page, sim::Random& random) {
  const auto lines = lines_where(
      page, [](const Node& line) { return line.kind == Node::Kind::kRequest && line.who == Who::kDatabase; });
  const std::uint64_t style = random.below(3);
  for (Node* line : lines) {
    const bool get = line->verb == Verb::kGet;
    if (style == 0) line->text = get ? "SELECT" : "UPDATE";
    if (style == 1)
      line->text = get ? "SELECT price FROM products WHERE id = 1" : "UPDATE products SET price = 2 WHERE id = 1";
    if (style == 2)
      line->text = get ? "SELECT * FROM products" : "INSERT INTO products VALUES (1, 2) ON CONFLICT DO UPDATE";
  }
  return !lines.empty();
}

// What was a new value is a change of the one that is there: what was wrong is.
bool changes_of_rows(Page& page, sim::Random& random) {
  static const Words kChanges = {"UPDATE products SET n = n + 1", "UPDATE products SET stock = stock - 2 WHERE id = 1",
                                 "increment value", "decrement value", "UPDATE products SET n += 1"};
  const auto lines = lines_where(page, [](const Node& line) { return is_request(line, Who::kDatabase, Verb::kSet); });
  for (Node* line : lines) line->text = any_of(kChanges, random);
  return !lines.empty();
}

bool commands_about(Page& page, const std::string& key, sim::Random& random) {
  const auto lines = lines_where(page, [](const Node& line) {
    return line.kind == Node::Kind::kRequest && line.who == Who::kCache && line.behind.find("TTL") == std::string::npos;
  });
  for (Node* line : lines) {
    switch (line->verb) {
      case Verb::kGet:
        line->text = "GET " + key;
        break;
      case Verb::kSet:
        line->text = "SET " + key + " 2";
        break;
      case Verb::kAdd:
        line->text = random.below(2) == 0 ? "SET " + key + " 2 NX" : "SETNX " + key + " 2";
        break;
      case Verb::kSetIfUnchanged:
        line->text = "cas " + key + " 2";
        break;
      case Verb::kExists:
      case Verb::kMark:
      case Verb::kMarkIfAbsent:
      case Verb::kSetUnless:
      case Verb::kSetIfNewer:
      case Verb::kMarkIfNewer:
      case Verb::kGetVersion:
      case Verb::kCountUp:
      case Verb::kDeleteAndCountUp:
      case Verb::kGetGeneration:
      case Verb::kSetIfGeneration:
      case Verb::kMarkStale:
      case Verb::kPublish:
      case Verb::kIncrease:
      case Verb::kIncreaseIfThere:
      case Verb::kSetIfVersion:
      case Verb::kRemove:
      case Verb::kWait:
      case Verb::kLookAgain:
        break;  // random pages hold none; false_green_entries_support.cpp puts them there
      case Verb::kDelete:
        line->text = (random.below(2) == 0 ? "DEL " : "UNLINK ") + key;
        break;
    }
  }
  return !lines.empty();
}

// Half of what a watched fill takes changes nothing: a key that is watched and then set in any case, or a transaction
// of Redis without anything watched.
bool watches_in_vain(Page& page, sim::Random& random) {
  const bool watches = random.below(2) == 0;
  const std::string key = any_of(Words{"price", "product:1", "user_1"}, random);
  const auto lines = lines_where(page, [&](const Node& line) {
    return is_request(line, Who::kCache, watches ? Verb::kGet : Verb::kSet) &&
           line.behind.find("TTL") == std::string::npos;
  });
  for (Node* line : lines) line->text = watches ? "WATCH " + key + ", GET " + key : "MULTI, SET " + key + " 2, EXEC";
  return !lines.empty();
}

// A marker beside the entry, which nobody looks at, put or taken away in front of some request.
bool lock_in_vain(Page& page, sim::Random& random) {
  if (!page.plain()) return false;  // a choice about a timeout would be about that of the lock
  std::vector<Place> places;
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i < body.size(); ++i)
      if (body[i].kind == Node::Kind::kRequest) places.push_back({&body, static_cast<std::ptrdiff_t>(i)});
  });
  if (places.empty() || page.frame == Frame::kRace) return false;
  Node lock;
  lock.kind = Node::Kind::kRequest;
  lock.verb = Verb::kMark;
  lock.text = any_of(
      Words{"SET lock:product:1 EX 30", "SET lock:product:1", "DEL lock:product:1", "SET lock:product:1 NX EX 5"},
      random);
  insert(any_of(places, random), std::move(lock));
  return true;
}

// A fill that a lock keeps away which nobody ever puts there: asked about.
bool unless_nobodys_lock(Page& page, sim::Random& random) {
  const auto sets = lines_where(page, [](const Node& line) {
    return is_request(line, Who::kCache, Verb::kSet) && line.behind.find("TTL") == std::string::npos;
  });
  for (Node* line : sets)
    line->text = "SET product:1 unless " + any_of(Words{"lock:product:1", "busy:product:1"}, random) + " exists";
  return !sets.empty();
}

bool commands(Page& page, sim::Random& random) {
  static const Words kKeys = {"price", "product:1", "price:{id}", "user_1"};
  return commands_about(page, any_of(kKeys, random), random);
}

// Where it is filled at the start, a write that deletes nothing leaves it as it was.
bool deletes_of_several(Page& page, sim::Random& random) {
  static const Words kDeletes = {"DEL product:1 shape:1", "DEL shape:1 product:1", "UNLINK product:1 shape:1",
                                 "invalidate product:1, shape:1", "delete product:1 and shape:1"};
  if (!commands_about(page, "product:1", random)) return false;
  const auto deletes = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kDelete); });
  for (Node* line : deletes) line->text = any_of(kDeletes, random);
  return !deletes.empty();
}

bool gets_of_several_rows(Page& page, sim::Random& random) {
  static const Words kGets = {"MGET product:1 product:2", "GET product:1, product:2",
                              "MGET product:1 product:2 product:3"};
  if (!commands_about(page, "product:1", random)) return false;
  const auto gets = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kGet); });
  for (Node* line : gets) line->text = any_of(kGets, random);
  return !gets.empty();
}

// Every line of reply and every label of a branch that says this.
bool say(Page& page, sim::Random& random, Says says, const Words& words) {
  bool any = false;
  each_body(page, [&](std::vector<Node>& body) {
    for (Node& node : body) {
      if (node.kind == Node::Kind::kReply && node.says == says && node.who == Who::kCache)
        node.text = any_of(words, random), any = true;
      for (Branch& branch : node.branches)
        if (branch.says == says && !branch.label.empty()) branch.label = any_of(words, random), any = true;
    }
  });
  return any;
}
bool miss_words(Page& page, sim::Random& random) { return say(page, random, Says::kMiss, kMissWords); }
bool hit_words(Page& page, sim::Random& random) { return say(page, random, Says::kHit, kHitWords); }
bool negated_hits(Page& page, sim::Random& random) { return say(page, random, Says::kMiss, kNegatedHits); }
bool negated_misses(Page& page, sim::Random& random) { return say(page, random, Says::kHit, kNegatedMisses); }

bool names_of_operations(Page& page, sim::Random& random) {
  if (page.frame == Frame::kCallsInOne) return false;
  for (Operation& operation : page.operations)
    operation.name = any_of(operation.kind == OperationKind::kRead ? kReadNames : kWriteNames, random);
  return true;
}

void declare_all(Page& page) {
  for (const Who who : {Who::kApp, Who::kCache, Who::kDatabase})
    if (std::find(page.declared.begin(), page.declared.end(), who) == page.declared.end()) page.declared.push_back(who);
}

bool ids(Page& page, sim::Random& random) {
  page.names[Who::kApp] = {any_of(kAppNames, random)};
  page.names[Who::kCache] = {any_of(kCacheNames, random)};
  page.names[Who::kDatabase] = {any_of(kDatabaseNames, random)};
  page.names[Who::kUser] = {any_of(kUserNames, random)};
  return true;
}

void alias(Page& page, sim::Random& random) {
  page.names[Who::kApp].alias = any_of(kAppAliases, random);
  page.names[Who::kCache].alias = any_of(kCacheAliases, random);
  page.names[Who::kDatabase].alias = any_of(kDatabaseAliases, random);
  declare_all(page);
}

bool letters(Page& page, sim::Random& random) {
  page.names[Who::kApp].id = "A";
  page.names[Who::kCache].id = "C";
  page.names[Who::kDatabase].id = "D";
  alias(page, random);
  return true;
}

// The id has another role's word; what people see is right.
bool lying_ids(Page& page, sim::Random& random) {
  static const std::vector<std::vector<std::string>> kIds = {
      {"redis_client", "db1", "cache1"}, {"client", "pg_cache", "redis_db"},  {"db_api", "sql", "memcached"},
      {"cache_service", "store", "kv"},  {"user_api", "app_cache", "app_db"}, {"server", "server_c", "server_d"},
      {"worker", "queue", "topic"}};
  const auto& chosen = any_of(kIds, random);
  page.names[Who::kApp].id = chosen[0];
  page.names[Who::kCache].id = chosen[1];
  page.names[Who::kDatabase].id = chosen[2];
  alias(page, random);
  return true;
}

}  // namespace

std::vector<Change> changes_of_words() {
  return {{"other words for get", Meaning::kSame, get_words},
          {"other words for set at the cache", Meaning::kSame, set_words_of_cache},
          {"other words for set at the database", Meaning::kSame, set_words_of_database},
          {"other words for delete", Meaning::kSame, delete_words},
          {"other words for set if absent", Meaning::kSame, add_words},
          {"another noun", Meaning::kSame, noun},
          {"SQL at the database", Meaning::kSame, sql},
          {"commands at the cache", Meaning::kSame, commands},
          {"deletes of an entry that nobody fills, too", Meaning::kWorse, deletes_of_several},
          {"gets of other rows, too", Meaning::kWorse, gets_of_several_rows},
          {"rows that are changed instead of written anew", Meaning::kWorse, changes_of_rows},
          {"a watch or a transaction alone", Meaning::kSame, watches_in_vain},
          {"a lock that nobody looks at", Meaning::kSame, lock_in_vain, true},
          {"a fill kept away by nobody's lock", Meaning::kNotModelled, unless_nobodys_lock},
          {"a miss in other words", Meaning::kSame, miss_words},
          {"a hit in other words", Meaning::kSame, hit_words},
          {"a miss as no hit", Meaning::kSame, negated_hits},
          {"a hit as no miss", Meaning::kSame, negated_misses},
          {"other names of operations", Meaning::kSame, names_of_operations},
          {"other ids", Meaning::kSame, ids},
          {"letters with aliases", Meaning::kSame, letters},
          {"ids with another role's word, aliases that are right", Meaning::kSame, lying_ids}};
}

}  // namespace stalemate::model::false_green
