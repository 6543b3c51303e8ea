// Which participants are replicas of a cache, and what is refused of them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

TEST(ProtocolReplicas, a_replica_of_the_cache_is_told_by_its_name_or_said) {
  const std::string both = "app->>X: Get\napp->>db: Get\napp->>Redis: Set";
  const std::vector<DrawnCache> expected = {{"cache replica", false, true}, {"cache", false, false}};
  for (const char* const alias : {"Redis replica", "Redis read replica", "redis-replica", "Valkey follower",
                                  "cache replica", "Cache (read replica)", "ElastiCache replica", "Redis slave"}) {
    const Protocol protocol =
        read_lines(std::string("participant X as ") + alias + "\nparticipant Redis as Cache\n" + both);
    EXPECT_EQ(protocol.caches, expected) << alias;
    EXPECT_TRUE(contains(describe_reading(protocol),
                         "it is a read replica of the cache, which lags behind it; where it "
                         "is the cache itself, say role X = cache"))
        << alias;
  }
  EXPECT_EQ(read_lines("%% stalemate: role X = cache-replica\n" + both).caches, expected);
  EXPECT_EQ(read_lines(both, {"X=cache-replica"}).caches, expected);
  EXPECT_TRUE(starts_with(error_of_lines("%% stalemate: role X = cache-replica\n%% stalemate: role X = cache\n" + both),
                          "t.mmd:3:1: \"X\" is the cache-replica since line 2"));
  // Several replicas lag each on its own; these are app instances; and these are of a database.
  for (const char* const alias : {"Redis replicas", "Redis replica set", "cache per replica", "Redis standby"})
    EXPECT_TRUE(contains(error_of_lines(std::string("participant X as ") + alias + "\n" + both), "cannot tell what "))
        << alias;
  for (const char* const alias : {"Read replica", "DB replica", "Postgres follower"})
    EXPECT_TRUE(
        contains(error_of_lines(std::string("participant X as ") + alias + "\n" + both), "a message of a replica"))
        << alias;
}

TEST(ProtocolReplicas, a_replica_is_of_the_one_cache_that_is_drawn_and_only_asked_to_get) {
  const std::string replica = "participant X as Redis replica\nparticipant Redis as Redis\n";
  const auto refused = [&](const std::string& lines) { return error_of_lines(lines); };
  EXPECT_TRUE(contains(refused("participant X as Redis replica\napp->>X: Get\napp->>db: Get"),
                       "t.mmd:2:1: understood as \"a replica of a cache that is not drawn\""));
  EXPECT_TRUE(contains(refused(replica + "participant M as Memcached\napp->>X: Get\napp->>db: Get\napp->>M: Set\n"
                                         "app->>Redis: Set"),
                       "understood as \"a replica of one of several caches\""));
  EXPECT_TRUE(contains(refused(replica + "participant Y as Redis follower\napp->>X: Get\napp->>Y: Get\napp->>db: "
                                         "Get\napp->>Redis: Set"),
                       "understood as \"a second replica of a cache\""));
  const std::string fills = "\napp->>db: Get\napp->>Redis: Set";
  EXPECT_TRUE(contains(refused(replica + "app->>X: Get\napp->>db: Get\napp->>X: Set\napp->>Redis: Set"),
                       "understood as \"asking a replica of a cache to set the key\""));
  EXPECT_TRUE(contains(refused(replica + "app->>X: Delete" + fills), "asking a replica of a cache to delete the key"));
  EXPECT_TRUE(contains(refused(replica + "app->>X: WAIT 1 100" + fills), "asking a replica of a cache"));
  const std::string watches = "a get from a replica of a cache that takes a lease or watches";
  EXPECT_TRUE(contains(
      refused(replica + "app->>X: get item:1, take a lease if it is missing\napp->>db: Get\napp->>Redis: set item:1 "
                        "if the lease is still valid"),
      watches));
  EXPECT_TRUE(
      contains(refused(replica + "app->>X: WATCH k, GET k\napp->>db: Get\napp->>Redis: MULTI, SET k, EXEC"), watches));
  EXPECT_TRUE(contains(refused(replica + "app->>X: GET k\napp->>db: Get\napp->>Redis: Set k if unchanged"),
                       "a condition on what a replica of a cache has answered"));
  EXPECT_TRUE(contains(refused(replica + "app->>X: Get\nX->>db: Get\ndb-->>X: value\napp->>Redis: Set"),
                       "a replica of a cache that asks the database itself"));
  EXPECT_EQ(read_lines(replica + "app->>X: Get" + fills).caches.size(), 2U);
}

}  // namespace
}  // namespace stalemate::model
