// Which call of a session a verb is. The database here is a double that notes how it is called; the real one is asked
// by every replay. The Redis is a real one.
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "real/support.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

class NotingDatabase : public DatabaseSession {
 public:
  int socket() const override { return -1; }
  Answer get(const std::string& product) override {
    called = "get " + product;
    return {{"miss", {}}, ""};
  }
  Answer set(const std::string& product, std::int64_t value) override {
    called = "set " + product + " " + std::to_string(value);
    return {{"ok", {}}, ""};
  }
  std::string called;
};

TEST(Ask, whatever_a_trace_may_ask_of_a_store_it_is_asked) {
  for (const traces::VerbFacts& verb : traces::kVerbs) {
    EXPECT_EQ(redis_knows(verb.name), verb.replayed) << verb.name;
    EXPECT_EQ(DatabaseSession::knows(verb.name), verb.replayed && verb.of_databases) << verb.name;
  }
}

TEST(Ask, every_verb_of_a_database_is_the_call_of_its_name) {
  NotingDatabase database;
  EXPECT_EQ(database.ask({"get", "a"}).reply.outcome, "miss");
  EXPECT_EQ(database.called, "get a");
  database.ask({"set", "a", 7});
  EXPECT_EQ(database.called, "set a 7");
}

TEST(Ask, every_verb_does_at_a_real_redis_what_its_name_says) {
  const auto cache = open_redis(*support::shared_servers().redis, "a0b1c2d3e4f5");
  cache->fill({});
  const auto session = cache->connect();
  const auto outcome = [&](const Wanted& wanted) { return session->ask(wanted).reply.outcome; };
  EXPECT_EQ(outcome({"get", "a"}), "miss");
  EXPECT_EQ(outcome({"set", "a", 7}), "ok");
  EXPECT_EQ(session->ask({"get", "a"}).reply, (traces::Reply{"value", 7}));
  EXPECT_EQ(cache->expire("a"), "without a time to live");
  EXPECT_EQ(outcome({"add", "a", 8}), "conflict");
  EXPECT_EQ(outcome({"delete", "a"}), "ok");
  EXPECT_EQ(outcome({"delete", "a"}), "ok");
  EXPECT_EQ(outcome({"add", "a", 8, 60}), "ok");
  EXPECT_EQ(cache->contents(), (std::vector<StoredValue>{{"a", 8}}));
  EXPECT_EQ(cache->expire("a"), "");
  EXPECT_EQ(outcome({"set", "a", 9, 60}), "ok");
  EXPECT_EQ(cache->expire("a"), "");
  cache->remove();
}

TEST(Ask, a_verb_that_is_not_known_is_refused_and_nothing_is_called) {
  NotingDatabase database;
  const auto cache = open_redis(*support::shared_servers().redis, "a0b1c2d3e4f6");
  const auto session = cache->connect();
  for (const char* verb : {"incr", "touch", "", "GET"}) {
    EXPECT_FALSE(redis_knows(verb));
    EXPECT_FALSE(DatabaseSession::knows(verb));
    EXPECT_THROW(session->ask({verb, "a", 7}), InputError);
    EXPECT_THROW(database.ask({verb, "a", 7}), InputError);
  }
  EXPECT_FALSE(DatabaseSession::knows("delete"));
  EXPECT_THROW(database.ask({"delete", "a"}), InputError);
  EXPECT_EQ(database.called, "");
  EXPECT_TRUE(cache->contents().empty());
  cache->remove();
}

}  // namespace
}  // namespace stalemate::real
