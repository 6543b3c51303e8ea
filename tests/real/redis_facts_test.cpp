// What a real Redis does, asked as people ask it: the model takes it for granted.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "real/proxy_support.hpp"

namespace stalemate::real {
namespace {

using support::eventually;
using support::RedisDriver;

// A Redis alone: what is done to it would disturb other tests.
Sandbox& own_sandbox() {
  static Sandbox sandbox([] {
    SandboxOptions options;
    options.postgres = false;
    return options;
  }());
  return sandbox;
}

class RedisFacts : public ::testing::Test {
 protected:
  RedisFacts() { other.run({"FLUSHALL"}); }
  // Whether what was watched lets the transaction pass.
  bool executes() {
    watcher.run({"MULTI"});
    watcher.run({"SET", "k", "2"});
    return watcher.run({"EXEC"}) != "(nil)";
  }
  RedisDriver watcher{own_sandbox().redis()};
  RedisDriver other{own_sandbox().redis()};
};

TEST_F(RedisFacts, ToDeleteWhatIsNotThereVoidsNoWatch) {
  watcher.run({"WATCH", "k"});
  EXPECT_EQ(other.run({"DEL", "k"}), "0");
  EXPECT_TRUE(executes());
  EXPECT_EQ(other.run({"GET", "k"}), "2");
}

TEST_F(RedisFacts, EveryChangeOfWhatIsThereVoidsIt) {
  for (const std::vector<std::string>& change : std::vector<std::vector<std::string>>{
           {"DEL", "k"}, {"SET", "k", "1"}, {"INCRBY", "k", "0"}, {"EXPIRE", "k", "60"}, {"SET", "k", "1", "NX"}}) {
    other.run({"DEL", "k"});
    if (change.back() != "NX") other.run({"SET", "k", "1"});
    watcher.run({"WATCH", "k"});
    other.run(change);
    EXPECT_FALSE(executes()) << change.front();
  }
}

TEST_F(RedisFacts, WhatExpiresVoidsItToo) {
  other.run({"SET", "k", "1", "PX", "30"});
  watcher.run({"WATCH", "k"});
  EXPECT_TRUE(eventually([&] { return other.run({"EXISTS", "k"}) == "0"; }));
  EXPECT_FALSE(executes());
}

TEST_F(RedisFacts, WhatIsEvictedVoidsItToo) {
  other.run({"SET", "k", "1"});
  watcher.run({"WATCH", "k"});
  other.run({"CONFIG", "SET", "maxmemory-policy", "allkeys-random"});
  other.run({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(eventually([&] { return other.run({"EXISTS", "k"}) == "0" || other.run({"SET", "x", "1"}).empty(); }));
  other.run({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(other.run({"EXISTS", "k"}), "0");
  EXPECT_FALSE(executes());
}

TEST_F(RedisFacts, ARestartClosesTheConnectionThatWatches) {
  watcher.run({"WATCH", "k"});
  own_sandbox().restart_redis();
  EXPECT_EQ(watcher.run({"MULTI"}), "(broken)");
  RedisDriver anew(own_sandbox().redis());
  EXPECT_EQ(anew.run({"EXEC"}).rfind("ERR EXEC without MULTI", 0), 0U);
}

TEST(RedisCounts, ACountBeginsAtNothing) {
  RedisDriver driver(own_sandbox().redis());
  driver.run({"DEL", "k"});
  EXPECT_EQ(driver.run({"INCRBY", "k", "7"}), "7");
  EXPECT_EQ(driver.run({"INCR", "k"}), "8");
}

}  // namespace
}  // namespace stalemate::real
