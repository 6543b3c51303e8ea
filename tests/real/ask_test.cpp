// Which call of a session a verb is. The sessions here are doubles that note how they are called; the real ones are
// asked by every replay.
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "stores/ask.hpp"

namespace stalemate::real {
namespace {

class NotingCache : public CacheSession {
 public:
  int socket() const override { return -1; }
  void set_patience(std::chrono::milliseconds) override {}
  Answer get(const std::string& product) override { return note("get " + product); }
  Answer set(const std::string& product, std::int64_t value, Seconds ttl) override {
    return note("set " + product + " " + std::to_string(value) + (ttl ? " for " + std::to_string(*ttl) : ""));
  }
  Answer add(const std::string& product, std::int64_t value, Seconds) override {
    return note("add " + product + " " + std::to_string(value));
  }
  Answer erase(const std::string& product) override { return note("erase " + product); }
  std::string called;

 private:
  Answer note(std::string what) {
    called = std::move(what);
    return {{"ok", {}}, ""};
  }
};

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

TEST(Ask, every_verb_is_the_call_of_its_name) {
  NotingCache cache;
  const std::vector<std::pair<Wanted, std::string>> of_caches = {{{"get", "a", {}, {}}, "get a"},
                                                                 {{"set", "a", 7, {}}, "set a 7"},
                                                                 {{"set", "a", 7, 60}, "set a 7 for 60"},
                                                                 {{"add", "a", 7, {}}, "add a 7"},
                                                                 {{"delete", "a", {}, {}}, "erase a"}};
  for (const auto& [wanted, called] : of_caches) {
    EXPECT_TRUE(cache_knows(wanted.verb));
    EXPECT_EQ(ask(cache, wanted).reply.outcome, "ok");
    EXPECT_EQ(cache.called, called);
  }
  NotingDatabase database;
  EXPECT_EQ(ask(database, {"get", "a", {}, {}}).reply.outcome, "miss");
  EXPECT_EQ(database.called, "get a");
  ask(database, {"set", "a", 7, {}});
  EXPECT_EQ(database.called, "set a 7");
}

TEST(Ask, a_verb_that_is_not_known_is_refused_and_nothing_is_called) {
  NotingCache cache;
  NotingDatabase database;
  for (const char* verb : {"incr", "touch", "", "GET"}) {
    EXPECT_FALSE(cache_knows(verb));
    EXPECT_FALSE(database_knows(verb));
    EXPECT_THROW(ask(cache, {verb, "a", 7, {}}), InputError);
    EXPECT_THROW(ask(database, {verb, "a", 7, {}}), InputError);
  }
  EXPECT_FALSE(database_knows("delete"));
  EXPECT_THROW(ask(database, {"delete", "a", {}, {}}), InputError);
  EXPECT_EQ(cache.called, "");
  EXPECT_EQ(database.called, "");
}

}  // namespace
}  // namespace stalemate::real
