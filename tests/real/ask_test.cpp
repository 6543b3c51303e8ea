// Every verb does at a real Redis and a real PostgreSQL what its name says, in each shape in which it is asked.
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "real/support.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

constexpr Shapes kValues = {};
constexpr Shapes kRecords = {Shape::kRecord, Rows::kAlways};

// A cache of its own in the shared Redis, and a session of it.
class CacheAsked {
 public:
  explicit CacheAsked(Shapes shapes, const std::string& run = "a0b1c2d3e4f5")
      : cache(open_redis(*support::shared_servers().redis, run)), shapes_(shapes) {
    cache->set_shapes(shapes);
    cache->fill({});
    session = cache->connect();
  }
  ~CacheAsked() { cache->remove(); }
  CacheAsked(const CacheAsked&) = delete;
  CacheAsked& operator=(const CacheAsked&) = delete;

  Answer ask(Wanted wanted, CacheSession* by = nullptr) {
    wanted.shapes = shapes_;
    return (by == nullptr ? session.get() : by)->ask(wanted);
  }
  std::string outcome(Wanted wanted) { return ask(std::move(wanted)).reply.outcome; }
  std::vector<StoredValue> contents() { return cache->contents(); }

  std::unique_ptr<Cache> cache;
  std::unique_ptr<CacheSession> session;

 private:
  Shapes shapes_;
};

TEST(Ask, whatever_a_trace_may_ask_of_a_store_it_is_asked) {
  for (const traces::VerbFacts& verb : traces::kVerbs) {
    const bool is_of_caches = redis_knows(verb.name, "") || redis_knows(verb.name, "lease");
    EXPECT_EQ(is_of_caches || postgres_knows(verb.name), verb.replayed) << verb.name;
    EXPECT_TRUE(!postgres_knows(verb.name) || verb.of_databases) << verb.name;
    EXPECT_TRUE(!verb.of_databases || postgres_knows(verb.name)) << verb.name;
  }
  EXPECT_TRUE(redis_knows("get", "key"));
  EXPECT_FALSE(redis_knows("get", "entry")) << "that is memcached's";
}

TEST(Ask, values_are_set_added_and_deleted) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    EXPECT_EQ(at.outcome({"get", "a"}), "miss");
    EXPECT_EQ(at.outcome({"set", "a", 7}), "ok");
    const traces::Reply got = at.ask({"get", "a"}).reply;
    EXPECT_EQ(got.outcome, "value");
    EXPECT_EQ(got.value, 7);
    EXPECT_EQ(at.cache->expire("a"), "without a time to live");
    EXPECT_EQ(at.outcome({"add", "a", 8}), "conflict");
    EXPECT_EQ(at.outcome({"delete", "a"}), "ok");
    EXPECT_EQ(at.outcome({"delete", "a"}), "ok");
    EXPECT_EQ(at.outcome({"add", "a", 8, 60}), "ok");
    EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{"a", 8}}));
    EXPECT_EQ(at.cache->expire("a"), "");
    EXPECT_EQ(at.outcome({"set", "a", 9, 60}), "ok");
    EXPECT_EQ(at.cache->expire("a"), "");
    EXPECT_EQ(at.cache->expire("a"), "absent");
  }
}

TEST(Ask, several_entries_are_set_and_deleted_at_once) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    EXPECT_EQ(at.outcome({.verb = "set", .product = "a", .value = 7, .ttl = 60, .also = {"b", "c"}}), "ok");
    EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{"a", 7}, {"b", 7}, {"c", 7}}));
    EXPECT_EQ(at.cache->expire("c"), "") << "each has the time to live";
    EXPECT_EQ(at.outcome({.verb = "delete", .product = "a", .also = {"b"}}), "ok");
    EXPECT_TRUE(at.contents().empty());
  }
}

TEST(Ask, a_marker_is_there_and_is_no_value) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    EXPECT_EQ(at.outcome({"exists", "lock"}), "miss");
    EXPECT_EQ(at.outcome({"mark-if-absent", "lock", {}, 60}), "ok");
    EXPECT_EQ(at.outcome({"mark-if-absent", "lock"}), "conflict");
    EXPECT_EQ(at.outcome({"exists", "lock"}), "marker");
    EXPECT_EQ(at.outcome({"get", "lock"}), "marker");
    EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "lock", .marker = true}}));
    EXPECT_EQ(at.outcome({.verb = "set-unless", .product = "a", .value = 7, .other = "lock"}), "conflict");
    EXPECT_EQ(at.cache->expire("lock"), "");
    EXPECT_EQ(at.outcome({.verb = "set-unless", .product = "a", .value = 7, .other = "lock"}), "ok");
    EXPECT_EQ(at.outcome({"mark", "a"}), "ok") << "in place of the value";
    EXPECT_EQ(at.outcome({"get", "a"}), "marker");
    EXPECT_EQ(at.outcome({"set", "a", 8}), "ok");
    EXPECT_EQ(at.outcome({"get", "a"}), "value");
  }
}

TEST(Ask, an_increase_starts_from_nothing_and_one_that_asks_does_not) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    EXPECT_EQ(at.outcome({"increase-if-there", "a", 5}), "conflict");
    EXPECT_EQ(at.outcome({"increase", "a", 5}), "ok");
    EXPECT_EQ(at.outcome({"increase-if-there", "a", 2}), "ok");
    EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{"a", 7}}));
    EXPECT_EQ(at.outcome({"set", "a", 1, 60}), "ok");
    EXPECT_EQ(at.outcome({"increase", "a", 5, 60}), "ok");
    EXPECT_EQ(at.cache->expire("a"), "") << "it lives as long as before";
  }
}

TEST(Ask, a_set_takes_place_if_a_generation_is_as_it_was_read) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    const auto generation = [&] { return at.ask({"get-generation", "gen"}).reply.generation; };
    const auto set = [&](std::int64_t read) {
      return at.outcome({.verb = "set-if-generation", .product = "a", .value = 7, .number = read, .other = "gen"});
    };
    EXPECT_EQ(generation(), 0) << "as if it were there";
    EXPECT_EQ(set(0), "ok");
    EXPECT_EQ(at.outcome({"count-up", "gen"}), "ok");
    EXPECT_EQ(set(0), "conflict");
    EXPECT_EQ(at.outcome({.verb = "delete-and-count-up", .product = "a", .ttl = 60, .other = "gen"}), "ok");
    EXPECT_EQ(generation(), 2);
    EXPECT_EQ(at.outcome({"get", "a"}), "miss");
    EXPECT_EQ(set(2), "ok");
    EXPECT_EQ(at.cache->expire("gen"), "");
    EXPECT_EQ(generation(), 0);
  }
}

TEST(Ask, a_generation_may_stand_beside_the_value) {
  CacheAsked at(kRecords);
  const auto set = [&](std::int64_t read) {
    return at.outcome({.verb = "set-if-generation", .product = "a", .value = 7, .number = read, .other = "a"});
  };
  EXPECT_EQ(set(0), "ok");
  EXPECT_EQ(at.outcome({.verb = "delete-and-count-up", .product = "a", .other = "a"}), "ok");
  EXPECT_EQ(at.outcome({"get", "a"}), "miss");
  EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "a", .generation = 1}}));
  EXPECT_EQ(set(0), "conflict");
  EXPECT_EQ(set(1), "ok");
  EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "a", .value = 7, .generation = 1}}));
  EXPECT_EQ(at.outcome({"delete", "a"}), "ok");
  EXPECT_TRUE(at.contents().empty()) << "the generation went with it";
  EXPECT_EQ(at.outcome({"set", "a", 8, 60}), "ok");
  EXPECT_EQ(at.outcome({.verb = "delete-and-count-up", .product = "a", .other = "a"}), "ok");
  EXPECT_EQ(at.cache->expire("a"), "") << "what was there had a time to live, and it goes on";
}

TEST(Ask, what_is_newer_is_stored_and_what_is_as_old_is_not) {
  CacheAsked at(kRecords);
  const auto ask = [&](const char* verb, std::int64_t version, std::optional<std::int64_t> value = {}) {
    return at.outcome({.verb = verb, .product = "a", .value = value, .number = version});
  };
  EXPECT_EQ(ask("set-if-newer", 2, 7), "ok");
  EXPECT_EQ(ask("set-if-newer", 2, 8), "conflict");
  EXPECT_EQ(at.ask({"get", "a"}).reply, (traces::Reply{"value", 7, 2}));
  EXPECT_EQ(ask("mark-if-newer", 1), "conflict");
  EXPECT_EQ(ask("mark-if-newer", 3), "ok");
  EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "a", .marker = true, .version = 3}}));
  EXPECT_EQ(ask("set-if-newer", 3, 9), "conflict") << "a tombstone has a version, too";
  EXPECT_EQ(at.outcome({"delete", "a"}), "ok");
  EXPECT_EQ(ask("set-if-newer", 0, 9), "ok") << "of what is not there nothing is newer";
}

TEST(Ask, one_session_at_a_time_has_the_lease) {
  CacheAsked at(kRecords);
  const auto get = [&] { return at.ask({.verb = "get", .product = "a", .watch = "lease"}); };
  const auto set = [&](std::int64_t value, const std::string& token) {
    return at.outcome({.verb = "set-if-unchanged", .product = "a", .value = value, .watch = "lease", .token = token});
  };
  const Answer first = get();
  EXPECT_EQ(first.reply.outcome, "granted");
  EXPECT_EQ(get().reply.outcome, "denied");
  EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "a", .lease = true}}));
  EXPECT_EQ(set(6, ""), "conflict") << "who has none";
  EXPECT_EQ(set(7, first.token), "ok");
  EXPECT_EQ(get().reply.outcome, "value");
  EXPECT_EQ(at.outcome({"mark-stale", "a"}), "ok");
  const Answer won = get();
  EXPECT_EQ(won.reply.outcome, "won");
  EXPECT_EQ(won.reply.value, 7);
  EXPECT_NE(won.token, first.token);
  EXPECT_EQ(get().reply.outcome, "stale");
  EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{.name = "a", .value = 7, .stale = true, .lease = true}}));
  EXPECT_EQ(at.outcome({"mark-stale", "a"}), "ok");
  EXPECT_EQ(set(8, won.token), "conflict") << "its lease is void";
  EXPECT_EQ(get().reply.outcome, "won");
  EXPECT_TRUE(at.cache->end_lease("a"));
  EXPECT_FALSE(at.cache->end_lease("a"));
  EXPECT_EQ(get().reply.outcome, "won");
  EXPECT_EQ(at.outcome({"delete", "a"}), "ok");
  EXPECT_EQ(get().reply.outcome, "granted");
  at.cache->drop("a");
  EXPECT_EQ(set(9, won.token), "conflict");
}

TEST(Ask, a_watched_key_is_set_if_nobody_has_touched_it) {
  for (const Shapes shapes : {kValues, kRecords}) {
    CacheAsked at(shapes);
    const auto other = at.cache->connect();
    const auto get = [&] { return at.ask({.verb = "get", .product = "a", .watch = "key"}); };
    const auto set = [&](std::int64_t value, const std::string& token) {
      return at.outcome({.verb = "set-if-unchanged", .product = "a", .value = value, .watch = "key", .token = token});
    };
    EXPECT_EQ(set(1, ""), "conflict") << "nothing is watched";
    const Answer first = get();
    EXPECT_EQ(first.reply.outcome, "miss");
    EXPECT_EQ(set(1, first.token), "ok") << "nothing was there, and nothing is";
    EXPECT_EQ(set(2, first.token), "conflict") << "it watches once";
    const Answer second = get();
    at.ask({"set", "a", 1}, other.get());
    EXPECT_EQ(set(2, second.token), "conflict") << "the same value was set";
    const Answer third = get();
    at.ask({"set", "a", 5}, other.get());
    const Answer fourth = get();
    EXPECT_EQ(fourth.reply.value, 5);
    EXPECT_EQ(set(2, fourth.token), "ok") << "what was watched before is not any more";
    const Answer fifth = get();
    EXPECT_EQ(set(2, ""), "conflict") << "a session that was told nothing has nothing to compare";
    at.cache->drop("a");
    EXPECT_EQ(get().reply.outcome, "miss");
    at.ask({"delete", "a"}, other.get());
    EXPECT_EQ(set(3, third.token), "ok") << "to delete nothing is no change";
    EXPECT_EQ(at.contents(), (std::vector<StoredValue>{{"a", 3}}));
  }
}

// A schema of its own in the shared PostgreSQL, and a session of it.
class DatabaseAsked {
 public:
  explicit DatabaseAsked(Rows rows) : database(open_postgres(support::shared_servers().postgres, "a0b1c2d3e4f5")) {
    database->fill({{"a", 1}, {"other", 1}});
    session = database->connect();
    rows_ = rows;
  }
  ~DatabaseAsked() { database->remove(); }
  DatabaseAsked(const DatabaseAsked&) = delete;
  DatabaseAsked& operator=(const DatabaseAsked&) = delete;

  traces::Reply ask(Wanted wanted) {
    wanted.shapes.rows = rows_;
    return session->ask(wanted).reply;
  }
  StoredValue row() { return database->contents().front(); }

  std::unique_ptr<Database> database;
  std::unique_ptr<DatabaseSession> session;

 private:
  Rows rows_;
};

TEST(Ask, a_row_is_read_set_increased_and_looked_at_again) {
  DatabaseAsked at(Rows::kAlways);
  EXPECT_EQ(at.ask({"get", "a"}), (traces::Reply{"value", 1}));
  EXPECT_EQ(at.ask({"get", "nobody"}).outcome, "miss");
  EXPECT_EQ(at.ask({"set", "a", 7}).outcome, "ok");
  EXPECT_EQ(at.session->ask({"set", "nobody", 7}).error, "0 rows were updated instead of one");
  EXPECT_EQ(at.ask({"increase", "a", 5}), (traces::Reply{"ok", 12}));
  EXPECT_EQ(at.ask({"look-again", "a", 12}).outcome, "ok");
  EXPECT_EQ(at.ask({"look-again", "a", 7}).outcome, "conflict");
  EXPECT_EQ(at.row(), (StoredValue{"a", 12}));
}

TEST(Ask, a_row_with_a_version_is_set_if_it_is_the_one_that_was_read) {
  DatabaseAsked at(Rows::kVersioned);
  EXPECT_EQ(at.ask({"get", "a"}), (traces::Reply{"value", 1, 0}));
  EXPECT_EQ(at.ask({"set", "a", 7}), (traces::Reply{"ok", {}, 1}));
  EXPECT_EQ(at.ask({"get-version", "a"}), (traces::Reply{"ok", {}, 1}));
  const auto set = [&](std::int64_t read) {
    return at.ask({.verb = "set-if-version", .product = "a", .value = 8, .number = read});
  };
  EXPECT_EQ(set(0).outcome, "conflict");
  EXPECT_EQ(set(1), (traces::Reply{"ok", {}, 2}));
  EXPECT_EQ(at.ask({"increase", "a", 2}), (traces::Reply{"ok", 10, 3}));
  EXPECT_EQ(at.ask({"look-again", "a", 10}).outcome, "ok");
  EXPECT_EQ(at.row(), (StoredValue{.name = "a", .value = 10, .version = 3}));
  at.database->fill({{"a", 10}, {"other", 1}});
  EXPECT_EQ(at.row().version, 0) << "filled anew it was never committed";
}

TEST(Ask, a_row_comes_and_goes) {
  DatabaseAsked at(Rows::kComeAndGo);
  EXPECT_EQ(at.ask({"remove", "a"}).outcome, "ok");
  EXPECT_EQ(at.ask({"remove", "a"}).outcome, "ok") << "what is not there, too";
  EXPECT_EQ(at.ask({"get", "a"}), (traces::Reply{"no-row", 0}));
  EXPECT_EQ(at.ask({"look-again", "a", 0}).outcome, "ok") << "0 is how no row is written";
  EXPECT_EQ(at.ask({"set", "a", 7}).outcome, "ok");
  EXPECT_EQ(at.ask({"get", "a"}), (traces::Reply{"value", 7}));
  EXPECT_EQ(at.ask({"look-again", "a", 0}).outcome, "conflict");
  EXPECT_EQ(at.ask({"increase", "a", 1}).value, 8);
}

TEST(Ask, a_verb_that_is_not_known_is_refused_and_nothing_is_asked) {
  CacheAsked cache(kValues);
  DatabaseAsked database(Rows::kAlways);
  for (const char* verb : {"incr", "touch", "", "GET"}) {
    EXPECT_FALSE(redis_knows(verb, ""));
    EXPECT_FALSE(postgres_knows(verb));
    EXPECT_THROW(cache.ask({verb, "a", 7}), InputError);
    EXPECT_THROW(database.ask({verb, "a", 7}), InputError);
  }
  EXPECT_FALSE(postgres_knows("delete"));
  EXPECT_THROW(database.ask({"delete", "a"}), InputError);
  EXPECT_TRUE(cache.contents().empty());
  EXPECT_EQ(database.row(), (StoredValue{"a", 1}));
}

}  // namespace
}  // namespace stalemate::real
