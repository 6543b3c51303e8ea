// What a real memcached does, asked as people ask it: the model takes it for granted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "real/memcached_support.hpp"

namespace stalemate::real {
namespace {

using support::RawMemcached;

TEST(MemcachedFacts, AGetsShowsANumberForWhateverIsThereAndNoneForWhatIsNot) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("gets k"), "END|") << "nothing to compare: who misses has to add";
  raw.run("set k 0 0 6|marker");
  EXPECT_TRUE(raw.run("gets k").starts_with("VALUE k 0 6 ")) << "a marker is an entry as any other";
  EXPECT_EQ(raw.run("add k 0 0 1|1"), "NOT_STORED|");
}

TEST(MemcachedFacts, EveryChangeOfAnEntryVoidsTheNumbersThatWereShownBefore) {
  for (const char* change : {"set k 0 0 1|1", "incr k 0", "delete k", "touch k -1", "md k I", "flush_all"}) {
    RawMemcached raw;
    raw.run("set k 0 0 1|1");
    const std::string before = raw.cas_of("k");
    raw.run(change);
    const std::string reply = raw.run(fmt::format("cas k 0 0 1 {}|2", before));
    EXPECT_TRUE(reply == "EXISTS|" || reply == "NOT_FOUND|") << change << ": " << reply;
  }
  RawMemcached raw;
  raw.run("set k 0 0 1|1");
  const std::string number = raw.cas_of("k");
  EXPECT_EQ(raw.run(fmt::format("cas k 0 0 1 {}|2", number)), "STORED|");
  EXPECT_EQ(raw.run(fmt::format("cas k 0 0 1 {}|3", number)), "EXISTS|") << "a cas is a change, too";
  EXPECT_EQ(raw.run("cas k 0 0 1 0|3"), "EXISTS|") << "who has no number";
  EXPECT_EQ(raw.run("cas none 0 0 1 0|3"), "NOT_FOUND|");
}

// Lease of what is not there: the first is told to fill it (W), the others that somebody does (Z).
TEST(MemcachedFacts, AMissIsLeasedToOneUntilItIsStoredOrDeleted) {
  RawMemcached raw;
  const std::string granted = raw.run("mg k v c N30");
  ASSERT_TRUE(granted.starts_with("VA 0 c") && granted.ends_with(" W||")) << granted;
  EXPECT_TRUE(raw.run("mg k v c N30").ends_with(" Z||"));
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 0||END|") << "to a plain get the placeholder is an empty value";
  EXPECT_EQ(raw.run("add k 0 0 1|1"), "NOT_STORED|") << "and to an add something is there";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|1", raw.cas_of("k"))), "HD|");
  EXPECT_TRUE(raw.run("mg k v c N30").starts_with("VA 1 c"));
  raw.run("delete k");
  EXPECT_TRUE(raw.run("mg k v c N30").ends_with(" W||")) << "a new lease";
}

TEST(MemcachedFacts, WhatIsMarkedStaleStaysAndIsLeasedAnewToOne) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("md k I"), "NF|") << "of what is not there nothing is marked";
  raw.run("set k 0 0 1|1");
  const std::string before = raw.cas_of("k");
  EXPECT_EQ(raw.run("md k I"), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|1|END|") << "a plain get neither sees it nor takes the lease";
  EXPECT_NE(raw.cas_of("k"), before);
  EXPECT_EQ(raw.run(fmt::format("mg k v N30")), "VA 1 X W|1|") << "the old value, and the lease";
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 Z X|1|") << "the old value alone";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|2", before)), "EX|");
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|2", raw.cas_of("k"))), "HD|");
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1|2|");
}

// The kind of entry that nobody can win (memcached, issue 1067): marked again between win and set, and stored anyway.
TEST(MemcachedFacts, AnInvalidSetLeavesAStaleValueThatNobodyCanWinUntilItIsMarkedAgain) {
  RawMemcached raw;
  raw.run("set k 0 0 1|1");
  raw.run("md k I");
  raw.run("mg k v N30");
  const std::string owner = raw.cas_of("k");
  raw.run("md k I");
  EXPECT_TRUE(raw.run("mg k v N30").ends_with("X W|1|")) << "the present owner";
  const std::string present = raw.cas_of("k");
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{} I|7", owner)), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|7|END|") << "the value is replaced";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|8", present)), "EX|") << "the present owner has lost the lease";
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 Z X|7|") << "and it stays given";
  raw.run("md k I");
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 X W|7|");
}

TEST(MemcachedFacts, ACountBeginsAtWhatIsSaidAndWhatIsNoNumberIsNotCounted) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("incr k 1"), "NOT_FOUND|");
  EXPECT_EQ(raw.run("ma k N30 J1 D1"), "HD|");
  EXPECT_EQ(raw.run("ma k N30 J1 D1"), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|2|END|");
  raw.run("set m 0 0 6|marker");
  EXPECT_EQ(raw.run("ma m D1"), "CLIENT_ERROR cannot increment or decrement non-numeric value|");
  raw.run("set d 0 0 2|10");
  EXPECT_EQ(raw.run("decr d 1"), "9|");
  EXPECT_EQ(raw.run("get d"), "VALUE d 0 2|9 |END|") << "a number that is shorter has a space behind it";
}

}  // namespace
}  // namespace stalemate::real
