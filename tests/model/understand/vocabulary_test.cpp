// The words themselves, without a diagram around them. Includes a header of model's own, which only this test needs. A
// long file: most of it is lists of words.
#include "../../../model/understand/src/vocabulary/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stalemate::model {
namespace {

using Words = std::vector<std::string>;

TEST(Vocabulary, words_are_split_at_what_is_no_letter_and_inside_camel_case) {
  EXPECT_EQ(split_words("redis-cache"), (Words{"redis", "cache"}));
  EXPECT_EQ(split_words("getStockById(42)"), (Words{"get", "stock", "by", "id", "42"}));
  EXPECT_EQ(split_words("SETEX k 60"), (Words{"setex", "k", "60"}));
  EXPECT_EQ(split_words("doesn't exist"), (Words{"doesnt", "exist"}));
  EXPECT_EQ(split_words("doesn\xE2\x80\x99t"), (Words{"doesnt"}));
  EXPECT_EQ(split_words("Gr\xC3\xB6\xC3\x9F"
                        "e lesen"),
            (Words{"gr\xC3\xB6\xC3\x9F"
                   "e",
                   "lesen"}));
  EXPECT_EQ(split_words(" ... "), Words{});
}

TEST(Vocabulary, a_participant_is_known_by_any_word_of_its_name) {
  const auto role = [](std::string_view text) { return role_words(text).role; };
  for (const char* name :
       {"cache", "Redis", "memcached", "redis-cache", "my cache", "KeyDB", "redis1", "Redis Server"}) {
    EXPECT_EQ(role(name), Role::kCache) << name;
  }
  for (const char* name :
       {"db", "PostgreSQL", "MySQL", "CockroachDB", "crdb", "orders_db", "SQL Server", "data store"}) {
    EXPECT_EQ(role(name), Role::kDatabase) << name;
  }
  for (const char* name : {"app", "API", "order-service", "WebApp", "backend", "app2", "app server"}) {
    EXPECT_EQ(role(name), Role::kApp) << name;
  }
  for (const char* name : {"user", "Client", "web browser", "Web", "web tier", "www"})
    EXPECT_EQ(role(name), Role::kOutside) << name;
  EXPECT_EQ(role("read replica"), Role::kReplica);
  EXPECT_EQ(role("database replica"), Role::kReplica);
  EXPECT_EQ(role("Kafka"), Role::kQueue);
  EXPECT_EQ(role("invalidator"), Role::kWorker);
}

TEST(Vocabulary, a_participant_whose_words_contradict_each_other_is_ambiguous) {
  for (const char* name : {"cache service", "cache db", "user database"}) {
    EXPECT_FALSE(role_words(name).role.has_value()) << name;
    EXPECT_TRUE(role_words(name).ambiguous) << name;
  }
  EXPECT_FALSE(role_words("foo").ambiguous);
  EXPECT_EQ(role_words("queue worker").role, Role::kWorker);
  EXPECT_EQ(role_words("Job queue").role, Role::kQueue);
  EXPECT_EQ(role_words("user service").role, Role::kApp);
  EXPECT_FALSE(role_words("user service").assumed.empty());
}

// "api reader endpoint": an app by one word, a replica by the others, and no third party at all.
TEST(Vocabulary, whatever_words_meet_in_a_name_a_role_has_a_word_for_it_and_a_doubt_two_roles) {
  const std::vector<std::string> words = {
      "cache", "redis",  "local",  "edge",   "database",  "postgres",        "store",     "memory", "app",
      "api",   "server", "reader", "writer", "read only", "reader endpoint", "replica",   "copy",   "reporting",
      "user",  "client", "queue",  "worker", "mail",      "stripe",          "cassandra", "foo"};
  for (const std::string& one : words)
    for (const std::string& two : words)
      for (const std::string& three : words) {
        const std::string name = one + " " + two + " " + three;
        const RoleWords found = role_words(name);
        if (found.role) {
          EXPECT_FALSE(found.word.empty()) << name;
          EXPECT_FALSE(found.ambiguous) << name;
        } else if (found.ambiguous) {
          ASSERT_EQ(found.either.size(), 2U) << name;
          EXPECT_NE(found.either[0], found.either[1]) << name;
        }
      }
}

void expect_verb(Verb verb, const std::vector<std::string>& labels) {
  for (const std::string& label : labels) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(words.kind, RequestWords::Kind::kVerb) << label << " " << words.not_modelled;
    EXPECT_EQ(words.verb, verb) << label;
  }
}

TEST(Vocabulary, labels_that_get) {
  expect_verb(Verb::kGet,
              {"Get value", "read", "Fetch the row", "load product", "look up key", "Looks up key", "lookup",
               "Check if value exists", "query by id", "SELECT quantity FROM stock WHERE id = $1", "GET k",
               "HGET stock:1 quantity", "getStock(id)", "1. Get value", "Request value", "MGET a b"});
}

TEST(Vocabulary, labels_that_set) {
  expect_verb(Verb::kSet,
              {"Set value", "put", "Store result", "save", "Write new value", "UPDATE stock SET quantity = 1",
               "populate cache", "INSERT INTO stock VALUES (1)", "SET k v", "SETEX k 60 v", "SET k v EX 60",
               "Update value read before", "Cache the result", "upsert", "refresh entry"});
}

TEST(Vocabulary, labels_that_add_only_if_absent) {
  expect_verb(Verb::kAdd, {"SET k v NX", "SETNX k v", "Set value if absent", "add if absent", "Put if not exists",
                           "set value if it does not exist", "Set if missing", "ADD k 0 60 v", "set k v nx ex 60",
                           "store unless present", "Set value only if not present"});
}

TEST(Vocabulary, labels_that_delete) {
  expect_verb(Verb::kDelete,
              {"Delete value", "DEL k", "remove cached value", "Invalidate", "evict key", "purge", "wipe sailing 9",
               "UNLINK k", "Delete cached value", "cache invalidation", "delete if exists", "Request deletion"});
}

TEST(Vocabulary, what_is_forgotten_is_deleted_unless_it_is_somebody_who_forgets_or_does_not_wait) {
  expect_verb(Verb::kDelete, {"forget rate:1", "Forget the rate", "cache forgets user", "then forget k"});
  expect_verb(Verb::kSet, {"remember rate:1", "set k (fire and forget)", "SET k, fire-and-forget", "set and forget k"});
  expect_verb(Verb::kDelete, {"forget to delete k"});  // and is asked about
  for (const char* label : {"forgot password", "forgotten password", "don't forget k", "fire and forget"})
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kNothing) << label;
}

TEST(Vocabulary, a_question_whether_something_is_there_is_a_get_unless_another_verb_stands_in_it) {
  expect_verb(Verb::kGet,
              {"do you have rate:1?", "Do we have the rate?", "have you got user 7", "is there an entry for k?"});
  expect_verb(Verb::kSet, {"is there space to store k?"});
  expect_verb(Verb::kDelete, {"do you have k? then delete it"});
  EXPECT_EQ(request_words("is there a lock?").not_modelled, "take a lock");
  for (const char* label : {"you have mail", "what do you have", "is user 5 premium?"})
    EXPECT_NE(request_words(label).kind, RequestWords::Kind::kVerb) << label;
  for (const char* label : {"do you have rate:1?", "is there an entry?", "EXISTS k", "does k exist?", "cached?"})
    EXPECT_TRUE(asks_whether_there(label)) << label;
  for (const char* label :
       {"get k", "is order 5 paid?", "is k not cached?", "get the cached value", "has user 5 paid?"})
    EXPECT_FALSE(asks_whether_there(label)) << label;
}

TEST(Vocabulary, a_stored_procedure_does_what_its_name_says_and_exec_alone_commits) {
  expect_verb(Verb::kGet, {"EXEC dbo.GetDepartures 'ZRH'", "exec usp_get_price 7", "EXEC FetchPrice(7)"});
  expect_verb(Verb::kSet, {"EXEC dbo.SaveDepartures 'ZRH'", "EXEC usp_update_price 7, 10"});
  expect_verb(Verb::kDelete, {"EXEC dbo.DeletePrice 7"});
  for (const char* label :
       {"EXEC", "exec", "EXEC (atomic)", "EXEC transaction", "EXEC, then get k", "EXEC get k", "Exec"})
    EXPECT_EQ(request_words(label).not_modelled, "commit a transaction") << label;
  for (const char* label : {"EXEC dbo.RecalculateDepartures", "EXEC dbo.GetOrCreatePrice 7", "EXEC dbo.GetAndDelete 7"})
    EXPECT_NE(request_words(label).kind, RequestWords::Kind::kVerb) << label;
  for (const char* label : {"EXEC dbo.CommitTransaction", "EXEC dbo.GetLock 7", "EXEC sp_getapplock 'k'",
                            "EXEC dbo.GetPriceForUpdate 7", "EXEC dbo.ReadQueue", "EXEC dbo.PublishPrice 7"})
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kNotModelled) << label;
}

TEST(Vocabulary, an_object_that_a_query_takes_names_fields_and_a_list_of_keys_names_entries) {
  for (const char* label : {"findUnique({where: {id: \"lan\"}})", "user.findUnique({ where: { id: 5 } })",
                            "findOne({_id: 5})", "get({key: \"k\", fresh: [1]})"})
    EXPECT_LE(keys_named(label).size(), 1U) << label;
  for (const char* label : {"MGET user:1 user:2", "get {user:1, user:2}", "mget({keys: [\"user:1\", \"user:2\"]})",
                            "findMany({where: {key: {in: [\"user:1\", \"user:2\"]}}})", "get user:{id} and item:{id}"})
    EXPECT_EQ(keys_named(label).size(), 2U) << label;
  EXPECT_EQ(keys_named("GET item{7}").size(), 1U);
}

TEST(Vocabulary, a_negated_verb_asks_for_nothing) {
  for (const char* label : {"don't delete", "Do not delete", "do not cache", "without deleting", "no update",
                            "never set", "no cache update", "no need to update", "nothing to invalidate",
                            "skip the update", "don\xE2\x80\x99t delete", "don't delete, set instead"}) {
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kNothing) << label;
  }
  expect_verb(Verb::kGet, {"if not cached, read", "if not in cache get", "read, do not cache"});
  expect_verb(Verb::kSet, {"update, don't delete", "set without expiry"});
}

TEST(Vocabulary, a_key_is_named_by_a_redis_command_or_by_how_it_is_written) {
  const auto key = [](std::string_view label) { return key_named(label).value_or("none"); };
  EXPECT_EQ(key("GET user:1"), "user:1");
  EXPECT_EQ(key("SET x 1"), "x");
  EXPECT_EQ(key("SETEX product:42 300 \"...\""), "product:42");
  EXPECT_EQ(key("get(user:{id})"), "user:{id}");
  EXPECT_EQ(key("delete user_list"), "user_list");
  EXPECT_EQ(key("DEL user_list"), "user_list");
  EXPECT_EQ(key("remove the entry order:7"), "order:7");
  for (const char* label : {"get value", "GET", "GET the value", "Set value", "delete user 1", "Redis: get", "",
                            "invalidate", "get at 12:30", "fetch http://host/x", "save {a:1}"}) {
    EXPECT_EQ(key(label), "none") << label;
  }
}

TEST(Vocabulary, add_alone_is_a_set_and_said_to_be_assumed) {
  const RequestWords words = request_words("Add value to cache");
  EXPECT_EQ(words.verb, Verb::kSet);
  EXPECT_FALSE(words.assumed.empty());
  EXPECT_TRUE(request_words("Set value").assumed.empty());
}

TEST(Vocabulary, two_steps_in_one_label_are_asked_about) {
  for (const char* label : {"Update and delete", "delete and set", "update, then delete", "check or update"}) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(words.kind, RequestWords::Kind::kAmbiguous) << label;
    EXPECT_NE(words.question.find("draw an arrow for each"), std::string::npos) << words.question;
  }
  expect_verb(Verb::kDelete, {"delete, don't update"});
}

TEST(Vocabulary, a_label_that_is_led_by_a_word_for_keeping_stores) {
  expect_verb(Verb::kSet,
              {"cache query result", "cache the search results", "cache result of SELECT", "cache product", "cache it",
               "cache user by id", "Cache response for 5 min", "caching the result", "keep query result",
               "keep 30 seconds", "memoize query", "remember lookup", "stash row", "save the fetched row",
               "store looked up row", "then cache the rows", "caches the read value"});
  expect_verb(Verb::kGet, {"cache lookup", "cache get", "cache read", "cache check", "cache lookup by id"});
  expect_verb(Verb::kDelete, {"cache invalidation", "cache delete", "cache eviction"});
  expect_verb(Verb::kSet, {"cache update", "cache set", "cache write", "cache put"});
  for (const char* label : {"cache query", "cache search", "cache product lookup"})
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kAmbiguous) << label;
  for (const char* label : {"cache miss?", "cache hit", "keep-alive", "keep in touch"})
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kNothing) << label;
}

TEST(Vocabulary, an_expiry_is_noticed) {
  for (const char* label : {"SETEX k 60 v", "SET k v EX 60", "Set value, TTL 60", "store with expiry"}) {
    EXPECT_GT(request_words(label).ttl, 0) << label;
  }
  EXPECT_EQ(request_words("Set value").ttl, 0);
  EXPECT_EQ(request_words("SET key value EX 300").ttl, 300);
  EXPECT_EQ(request_words("SETEX key 20 value").ttl, 20);
  EXPECT_EQ(request_words("SET key value PX 1500").ttl, 2);
  EXPECT_EQ(request_words("store value (TTL 5 min)").ttl, 300);
  EXPECT_EQ(request_words("Set value with ttl 2h").ttl, 7200);
  EXPECT_EQ(request_words("Set value with a TTL").ttl, 60);
  EXPECT_EQ(request_words("SET key value EX 0").ttl, 0);
}

TEST(Vocabulary, a_time_to_live_is_read_in_all_the_ways_it_is_written) {
  const struct {
    const char* label;
    int seconds;
  } cases[] = {
      {"SETEX product:42 300", 300},
      {"SETEX product:42 300 \"...\"", 300},
      {"setex(\"user:\" + id, 3600, json)", 3600},
      {"PSETEX product:42 1500 v", 2},
      {"set(k, v, ex=300)", 300},
      {"Set value TTL: 5 min", 300},
      {"put value ttl=5m", 300},
      {"store for 5 min", 300},
      {"store for an hour", 3600},
      {"store for half an hour", 1800},
      {"set value, expires in 1 hour", 3600},
      {"set, expires in an hour", 3600},
      {"put, expiring after 10 s", 10},
      {"put value, expires after two minutes", 120},
      {"keep 30 seconds", 30},
      {"cache 30 days", 2592000},
      {"set value (5m)", 300},
      {"set value (60s)", 60},
      {"set with 1 day expiry", 86400},
      {"set with a 60 s TTL", 60},
      {"set k v 1h30m", 5400},
      {"set value with TTL of 2 hours", 7200},
      {"set value, ttl 60*5", 300},
      {"set value with 60-90s TTL", 60},
      {"set value, max-age=60", 60},
      {"put(key, value, Duration.ofMinutes(5))", 300},
      {"put(key, value, 5, TimeUnit.MINUTES)", 300},
      {"set user:42", 0},
      {"SET session:300 x", 0},
      {"set order 42", 0},
      {"SET product:42 60", 0},
      {"Set value without expiry", 0},
      {"set value, no TTL", 0},
      {"set, never expires", 0},
      {"set value in 5 min", 0},
      {"write 5 minute average", 0},
      {"set value every 5 min", 0},
      {"Set value", 0},
  };
  for (const auto& one : cases) {
    const RequestWords words = request_words(one.label);
    EXPECT_EQ(words.kind, RequestWords::Kind::kVerb) << one.label;
    EXPECT_EQ(words.ttl, one.seconds) << one.label;
    EXPECT_EQ(words.assumed_ttl, "") << one.label;
  }
  for (const char* label :
       {"store with expiry", "set value with a TTL", "cache for a while", "SET k v EXAT 1700000000"}) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(words.ttl, 60) << label;
    EXPECT_NE(words.assumed_ttl.find("a minute is taken"), std::string::npos) << label;
  }
}

TEST(Vocabulary, a_set_that_asks_whether_something_is_unchanged) {
  for (const std::string_view label :
       {"set k if unchanged", "SET k only if unchanged", "set k if it has not changed",
        "set k if it was not modified since", "set the value if nothing has changed", "cas k",
        "CAS product:1 with the token", "compare-and-set k", "compare and swap k", "check-and-set k",
        "cas product:1 with the number that gets returned"}) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(words.kind, RequestWords::Kind::kVerb) << label;
    EXPECT_EQ(to_string(words.verb), "set-if-unchanged") << label;
  }
  for (const std::string_view label : {"MULTI, SET k, EXEC", "MULTI/SET k 2/EXEC", "multi, set k EX 60, exec"}) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(to_string(words.verb), "set") << label;
    EXPECT_TRUE(words.is_exec) << label;
  }
  EXPECT_EQ(request_words("multi, set k EX 60, exec").ttl, 60);
  for (const std::string_view label : {"WATCH k, GET k", "watch k and get k", "WATCH product:1 + GET product:1"}) {
    const RequestWords words = request_words(label);
    EXPECT_EQ(to_string(words.verb), "get") << label;
    EXPECT_EQ(words.watch, Watch::kKey) << label;
  }
  EXPECT_EQ(request_words("gets product:1").watch, Watch::kEntry);
  EXPECT_EQ(request_words("get product:1").watch, Watch::kNothing);
}

TEST(Vocabulary, a_refused_compare_and_set_is_a_conflict) {
  for (const std::string_view text :
       {"conflict", "nil", "EXISTS", "changed", "not stored", "NOT_FOUND", "already changed"})
    EXPECT_EQ(reply_words(text, Verb::kSetIfUnchanged).outcomes, Outcomes{Outcome::kConflict}) << text;
  for (const std::string_view text : {"ok", "stored", "STORED", "done"})
    EXPECT_EQ(reply_words(text, Verb::kSetIfUnchanged).outcomes, Outcomes{Outcome::kOk}) << text;
}

TEST(Vocabulary, what_is_not_modelled_is_told_by_name) {
  const auto what = [](std::string_view label) {
    const RequestWords words = request_words(label);
    return words.kind == RequestWords::Kind::kNotModelled ? words.not_modelled : std::string("modelled");
  };
  EXPECT_EQ(what("BEGIN"), "begin a transaction");
  EXPECT_EQ(what("Start transaction"), "begin a transaction");
  EXPECT_EQ(what("COMMIT;"), "commit a transaction");
  EXPECT_EQ(what("rollback"), "roll back a transaction");
  EXPECT_EQ(what("SELECT * FROM stock FOR UPDATE"), "lock a row");
  EXPECT_EQ(what("acquire lock"), "take a lock");
  EXPECT_EQ(what("WATCH k"), "watch a key for a transaction");
  EXPECT_EQ(what("WATCH a:1, GET b:1"), "watch a key for a transaction");
  EXPECT_EQ(what("set k if the version is unchanged"), "change something only if a condition holds");
  EXPECT_EQ(what("set k if the price has not changed"), "change something only if a condition holds");
  EXPECT_EQ(what("Set value if version matches"), "compare and set by version");
  EXPECT_EQ(what("Delete if value is 3"), "change something only if a condition holds");
  EXPECT_EQ(what("UPDATE t SET v = 2 WHERE id = 1 AND version < 3"), "compare and set by version");
  EXPECT_EQ(what("UPDATE t SET v = 2 WHERE id = 1"), "modelled");
  EXPECT_EQ(what("get lease"), "take a lease");
  EXPECT_EQ(what("publish event"), "publish an event");
  EXPECT_EQ(what("SET product and increment hits"), "a change of what is there beside something else, in one step");
  EXPECT_EQ(what("INCR k if it is free"), "change something only if a condition holds");
  EXPECT_EQ(what("INCR k EX 60"), "change when an entry expires");
  EXPECT_EQ(what("EXPIRE k 60"), "change when an entry expires");
  EXPECT_EQ(what("FLUSHALL"), "clear the whole cache");
  EXPECT_EQ(what("Get value"), "modelled");
}

// The meaning of what `text` says and is not modelled; "" where there is nothing of the kind.
std::string unmodelled(std::string_view text, bool certain_only = false) {
  const auto found = unmodelled_in(commit_words(text).rest, certain_only);
  return found ? std::string(found->meaning) : std::string();
}

TEST(Vocabulary, words_of_a_transaction_are_known_wherever_they_stand) {
  for (const char* text : {"transaction",
                           "transaction begins",
                           "begin",
                           "BEGIN",
                           "BEGIN;",
                           "begin tx",
                           "begin work",
                           "open a DB transaction",
                           "start of transaction",
                           "end of transaction",
                           "in one transaction",
                           "UPDATE (transaction)",
                           "UPDATE (uncommitted)",
                           "update row in tx",
                           "within a txn",
                           "save in atomic block",
                           "atomically",
                           "@Transactional",
                           "commit",
                           "COMMIT;",
                           "commit tx",
                           "committed",
                           "not yet committed",
                           "before commit",
                           "roll back",
                           "ROLLBACK",
                           "SAVEPOINT a",
                           "unit of work",
                           "the transaction ends here",
                           "part of the same transaction",
                           "Write, inside a transaction",
                           "a database session with autocommit off",
                           "SET autocommit = 0",
                           "no auto-commit here",
                           "changes become visible only now",
                           "the row is not yet visible to others",
                           "tx.begin()",
                           "outside the transaction"}) {
    EXPECT_NE(unmodelled(text), "") << text;
  }
  for (const char* text : {"GET transaction 42",
                           "save transaction",
                           "list transactions",
                           "payment transaction",
                           "insert payment transaction",
                           "SELECT * FROM transactions",
                           "get transaction by id",
                           "UPDATE transactions SET x = 1",
                           "transaction history",
                           "GET tx:42",
                           "commit offset",
                           "latest commit",
                           "GET commit 7",
                           "get atomic habits",
                           "begin checkout",
                           "autocommit",
                           "UPDATE (auto-commit)",
                           "no transaction",
                           "without a transaction",
                           "not in a transaction",
                           "never in a transaction",
                           "users see old data until TTL",
                           "late fill!",
                           "race!",
                           "this may be stale"}) {
    EXPECT_EQ(unmodelled(text), "") << text;
  }
}

TEST(Vocabulary, words_of_other_things_that_are_not_modelled_are_known_wherever_they_stand) {
  for (const char* text : {"SELECT (read replica)",
                           "SELECT (reader)",
                           "from the secondary",
                           "query secondary",
                           "ask the standby",
                           "SELECT [RO]",
                           "select (follower)",
                           "this is the follower",
                           "from a standby",
                           "reads go to a replica",
                           "replication lag possible",
                           "read-only endpoint",
                           "eventually consistent read",
                           "the replica may lag",
                           "acquire lock",
                           "lock",
                           "lock the key",
                           "under a distributed lock",
                           "with a mutex",
                           "SELECT ... FOR UPDATE",
                           "locks the row",
                           "SET lock:k 1 NX",
                           "lease",
                           "one at a time",
                           "enqueue delete",
                           "send to queue",
                           "via kafka",
                           "publish event",
                           "publish invalidation",
                           "emits an event",
                           "outbox",
                           "CDC",
                           "via pub/sub",
                           "check L1",
                           "local cache",
                           "near-cache",
                           "in-process cache",
                           "single-flight",
                           "coalesce requests",
                           "if version is newer",
                           "WHERE version = 3",
                           "ETag",
                           "CAS",
                           "leave a tombstone",
                           "mark as stale",
                           "retry until ok",
                           "3 retries",
                           "with backoff",
                           "a background job deletes it",
                           "cron",
                           "deleted by a worker",
                           "by a database trigger"}) {
    EXPECT_NE(unmodelled(text), "") << text;
  }
  for (const char* text : {"get followers of user 7",
                           "get secondary email",
                           "standby list",
                           "GET lock-screen",
                           "get door lock 7",
                           "get block 7",
                           "get clock",
                           "GET event 7",
                           "GET event:7",
                           "save event",
                           "get queue position",
                           "get queue:7",
                           "get version",
                           "version 7 of redis",
                           "get order book",
                           "get stream 4",
                           "no lock",
                           "without locking",
                           "lock-free",
                           "no replica lag",
                           "no queue",
                           "map marker",
                           "log line",
                           "track event",
                           "audit event",
                           "about 3 ms",
                           "one of ten instances"}) {
    EXPECT_EQ(unmodelled(text), "") << text << ": " << unmodelled(text);
  }
}

TEST(Vocabulary, a_bare_word_that_may_name_a_thing_is_only_likely) {
  for (const char* text : {"transaction", "queue", "follower", "commit new sheet"}) {
    EXPECT_NE(unmodelled(text), "") << text;
    EXPECT_EQ(unmodelled(text, true), "") << text;
  }
  EXPECT_NE(unmodelled("in a transaction", true), "");
}

TEST(Vocabulary, what_happens_after_the_commit_is_no_commit) {
  for (const char* text :
       {"invalidate (on_commit)", "invalidate (after commit)", "delete after_commit", "DEL k afterCommit",
        "post_commit: delete key", "post-commit hook: delete", "once committed, delete",
        "delete once the transaction has committed", "delete after the transaction commits",
        "@TransactionalEventListener(AFTER_COMMIT) delete key", "on commit: delete key",
        "delete when the update is committed", "delete after the transaction"}) {
    EXPECT_TRUE(commit_words(text).after) << text;
    const RequestWords words = request_words(text);
    EXPECT_EQ(words.kind, RequestWords::Kind::kVerb) << text << words.not_modelled;
    EXPECT_EQ(words.verb, Verb::kDelete) << text;
    EXPECT_TRUE(words.after_commit) << text;
  }
  for (const char* text : {"delete before commit", "delete pre_commit", "commit", "delete on rollback"}) {
    EXPECT_FALSE(commit_words(text).after) << text;
    EXPECT_NE(unmodelled(text), "") << text;
  }
}

TEST(Vocabulary, verbs_count_as_whole_words_only) {
  for (const char* label : {"settings", "together", "", "hello", "budget", "offset"}) {
    EXPECT_EQ(request_words(label).kind, RequestWords::Kind::kNothing) << label;
  }
}

void expect_outcomes(Verb verb, Outcomes outcomes, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    EXPECT_EQ(list_of(reply_words(text, verb).outcomes), list_of(outcomes)) << text;
  }
}

TEST(Vocabulary, replies_to_a_get) {
  expect_outcomes(Verb::kGet, {Outcome::kMiss},
                  {"Does not exist",
                   "nil",
                   "(nil)",
                   "null",
                   "None",
                   "miss",
                   "Cache miss",
                   "not found",
                   "404 Not Found",
                   "absent",
                   "empty",
                   "no value",
                   "no rows",
                   "0 rows",
                   "value not found",
                   "isn't cached",
                   "key not in cache",
                   "doesn't exist",
                   "cacheMiss",
                   "no entry for key",
                   "miss: no data",
                   "entry expired"});
  expect_outcomes(Verb::kGet, {Outcome::kValue},
                  {"Value", "hit", "Cache hit", "data", "row", "result", "found", "cached value", "value found",
                   "200 OK, data", "key exists", "in cache", "not empty", "not null", "value is not stale"});
  expect_outcomes(Verb::kGet, {Outcome::kValue, Outcome::kMiss}, {"value or nil", "hit / miss", "value/null", "OK"});
  expect_outcomes(Verb::kGet, {}, {"product", "", "quantity", "42"});
}

TEST(Vocabulary, a_negation_turns_round_what_a_reply_says) {
  expect_outcomes(Verb::kGet, {Outcome::kMiss},
                  {"not found in cache",
                   "does not exist in cache",
                   "not present in cache",
                   "no data in cache",
                   "nothing cached",
                   "nothing found",
                   "unless cached",
                   "if not cached",
                   "isn't in the cache",
                   "unknown key",
                   "cache is empty",
                   "no such key",
                   "key absent",
                   "not (yet) cached",
                   "couldn't find it",
                   "never cached",
                   "cache has no value",
                   "none found",
                   "zero rows",
                   "expired",
                   "cold",
                   "no hit",
                   "no longer there",
                   "without value",
                   "null returned",
                   "value missing",
                   "found nothing",
                   "no rows returned",
                   "no match",
                   "not a hit",
                   "cache hit? no",
                   "hit = false",
                   "found == null",
                   "value is null",
                   "exists? no",
                   "if (!cached)",
                   "cached == nil",
                   "!hit",
                   "rows: 0",
                   "found: false",
                   "not cached or expired",
                   "not found (expired)",
                   "value not available",
                   "not available",
                   "neither found nor cached",
                   "nothing",
                   "not in redis",
                   "evicted",
                   "no value found in the cache"});
  expect_outcomes(Verb::kGet, {Outcome::kValue},
                  {"no miss", "not missing", "is not null", "value != null", "miss = false", "not null or empty",
                   "not expired", "non-null", "hit (not expired)", "cached? yes", "in redis", "found in cache",
                   "it is there", "value found, not expired", "never missing"});
  expect_outcomes(Verb::kGet, {Outcome::kValue, Outcome::kMiss},
                  {"hit or miss", "row, if any", "value if present", "no error", "did not fail"});
  for (const char* text : {"hit, not found", "not in cache, found in db", "hit and miss", "stale", "stale value"})
    EXPECT_TRUE(reply_words(text, Verb::kGet).unclear) << text;
  for (const char* text : {"hit or miss", "not found in cache", "value is not stale", "no error"})
    EXPECT_FALSE(reply_words(text, Verb::kGet).unclear) << text;
}

TEST(Vocabulary, replies_to_changes) {
  expect_outcomes(Verb::kSet, {Outcome::kOk}, {"OK", "done", "success", "ack", "stored", "200", "1 row updated"});
  expect_outcomes(Verb::kDelete, {Outcome::kOk}, {"OK", "deleted", "not found", "nil"});
  expect_outcomes(Verb::kAdd, {Outcome::kOk}, {"OK", "stored", "key absent", "(integer) 1"});
  expect_outcomes(Verb::kAdd, {Outcome::kConflict},
                  {"exists", "already there", "not stored", "NOT_STORED", "nil", "conflict", "(integer) 0"});
  EXPECT_TRUE(reply_words("not found", Verb::kSet).outcomes.empty());
  EXPECT_TRUE(reply_words("not found", Verb::kSet).impossible);
}

TEST(Vocabulary, failures_and_timeouts) {
  for (const Verb verb : {Verb::kGet, Verb::kSet, Verb::kAdd, Verb::kDelete}) {
    expect_outcomes(verb, {Outcome::kError, Outcome::kTimeout}, {"error", "failed", "cache unavailable", "failure"});
    expect_outcomes(verb, {Outcome::kTimeout},
                    {"timeout", "timed out", "no reply", "request times out", "redis does not answer", "no response",
                     "does not respond", "unreachable"});
    expect_outcomes(verb, {Outcome::kError, Outcome::kTimeout},
                    {"cache not available", "cannot connect", "the cache is not reachable", "offline"});
  }
}

TEST(Vocabulary, a_reply_to_a_caller_that_says_failure) {
  for (const char* text : {"error", "500", "409 Conflict", "Save failed", "rejected", "access denied", "not saved",
                           "timed out", "already exists", "429 Too Many Requests", "please retry"})
    EXPECT_TRUE(says_failure(text)) << text;
  for (const char* text : {"done", "200 OK", "saved", "no errors", "value", "404", "", "200 OK or 409", "thanks"})
    EXPECT_FALSE(says_failure(text)) << text;
}

TEST(Vocabulary, operations_are_told_by_whole_words) {
  const auto kind = [](std::string_view text) { return operation_words(text).kind(); };
  for (const char* text : {"Read", "Reading a value", "Product lookup", "Fetch", "GET /stock", "How to look up"}) {
    EXPECT_EQ(kind(text), OperationKind::kRead) << text;
  }
  for (const char* text : {"Write", "Update path", "Save", "PUT /stock/1", "Deletes and updates", "Insert"}) {
    EXPECT_EQ(kind(text), OperationKind::kWrite) << text;
  }
  for (const char* text : {"Before", "Read and write", "", "Let's get started", "Set up", "Already there"}) {
    EXPECT_FALSE(kind(text).has_value()) << text;
  }
  EXPECT_TRUE(operation_words("Write path").only);
  EXPECT_TRUE(operation_words("2. Read").only);
  EXPECT_FALSE(operation_words("now write the value to the log").only);
}

TEST(Vocabulary, what_a_call_returns_turns_it_round_as_a_name_does) {
  for (const char* text : {"isHit() = false", "isHit()=false", "isHit() == false", "hit() = false", "exists(k) = false",
                           "contains(key) is false", "isPresent() == false", "isHit: false"})
    EXPECT_EQ(reply_words(text, Verb::kGet).outcomes, Outcomes{Outcome::kMiss}) << text;
  for (const char* text : {"isHit() = true", "exists(k) = true", "isEmpty() = false"})
    EXPECT_EQ(reply_words(text, Verb::kGet).outcomes, Outcomes{Outcome::kValue}) << text;
}

TEST(Vocabulary, a_literal_is_the_one_value_that_a_label_names) {
  const std::vector<std::pair<std::string, std::string>> labels = {{"SET price:7 12", "12"},
                                                                   {"SET price 10 EX 60", "10"},
                                                                   {"UPDATE price = 20", "20"},
                                                                   {"UPDATE p SET price = 20 WHERE id = 7", "20"},
                                                                   {"10 (stale)", "10"},
                                                                   {"price=10", "10"},
                                                                   {"v2", "v2"},
                                                                   {"SET name v1", "v1"},
                                                                   {"hit: 100", "100"},
                                                                   {"12.50", "12.50"},
                                                                   {"SETEX k 60 10", ""},
                                                                   {"GET product:42", ""},
                                                                   {"0", ""},
                                                                   {"1 row", ""},
                                                                   {"200 OK", ""},
                                                                   {"set value, TTL 300", ""},
                                                                   {"value", ""}};
  for (const auto& [label, value] : labels) EXPECT_EQ(literal_in(label), value) << label;
}

TEST(Vocabulary, a_text_may_say_whose_work_it_is) {
  const std::vector<std::pair<std::string, std::string>> texts = {{"[T1] GET x", "t1"},
                                                                  {"T2: DEL x", "t2"},
                                                                  {"UPDATE (thread 2)", "thread 2"},
                                                                  {"Request 1 continues", "request 1"},
                                                                  {"writer B goes on", "writer b"},
                                                                  {"client1 again", "client 1"},
                                                                  {"GET user 7", ""},
                                                                  {"GET k1", ""},
                                                                  {"request a copy", ""},
                                                                  {"SET k1 v2", ""}};
  for (const auto& [text, who] : texts) EXPECT_EQ(whose(text), who) << text;
  EXPECT_EQ(name_without_number("Reader 1"), name_without_number("Reader 22"));
  EXPECT_EQ(name_without_number("web-1"), name_without_number("web-2"));
  EXPECT_EQ(name_without_number("app1"), name_without_number("App 2"));
  EXPECT_EQ(name_without_number("Orders"), "");
}

}  // namespace
}  // namespace stalemate::model
