// The parts the search is made of: the hash, the visited set's shard, the storage, the workers.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/detail/arrays.hpp"
#include "sim/detail/hash.hpp"
#include "sim/detail/index_table.hpp"
#include "sim/detail/workers.hpp"

namespace stalemate::sim::detail {
namespace {

TEST(HashTest, DependsOnEveryByteAndOnTheSize) {
  for (std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{16}, std::size_t{24}, std::size_t{256}}) {
    std::vector<unsigned char> bytes(size);
    std::set<std::uint64_t> hashes{hash_bytes(bytes.data(), size)};
    for (std::size_t i = 0; i < size; ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        bytes[i] = static_cast<unsigned char>(1 << bit);
        hashes.insert(hash_bytes(bytes.data(), size));
      }
      bytes[i] = 0;
    }
    EXPECT_EQ(hashes.size(), 8 * size + 1);
  }
  const std::uint64_t zero[2] = {};
  EXPECT_NE(hash_bytes(zero, 8), hash_bytes(zero, 16));
}

TEST(HashTest, SpreadsCountersOverShardsAndTags) {
  std::vector<int> shards(64);
  std::set<std::uint32_t> tags;
  for (std::uint64_t i = 0; i < 64'000; ++i) {
    const std::uint64_t words[2] = {i, 0};
    const std::uint64_t hash = hash_bytes(words, sizeof words);
    ++shards[hash >> 58];
    tags.insert(static_cast<std::uint32_t>(hash));
  }
  for (const int count : shards) {
    EXPECT_GT(count, 800);  // 1,000 expected, with a deviation of 32
    EXPECT_LT(count, 1'200);
  }
  EXPECT_GT(tags.size(), 63'980U);  // half a collision expected
}

TEST(IndexTableTest, FindsEveryEntryAgainAfterGrowingManyTimesThoughTagsCollide) {
  IndexTable table;
  constexpr std::uint32_t kEntries = 50'000;
  const auto tag_of = [](std::uint32_t i) { return (i / 5) * 0x9e3779b1U; };  // five entries a tag
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    table.make_room(1);
    const std::uint32_t position = table.probe(tag_of(i), [&](std::uint32_t other) { return other == i; });
    ASSERT_TRUE(table.empty_at(position));
    table.insert_at(position, tag_of(i), i);
  }
  EXPECT_EQ(table.size(), kEntries);
  EXPECT_LE(table.bytes(), kEntries * 8 * 8 / 3);
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    const std::uint32_t position = table.probe(tag_of(i), [&](std::uint32_t other) { return other == i; });
    ASSERT_FALSE(table.empty_at(position));
    ASSERT_EQ(table.reference_at(position), i);
  }
}

TEST(IndexTableTest, ProbesWrapAroundTheEnd) {
  IndexTable table;
  table.make_room(8);
  for (std::uint32_t i = 0; i < 8; ++i) {
    const std::uint32_t position = table.probe(~0U, [&](std::uint32_t other) { return other == i; });
    table.insert_at(position, ~0U, i);
  }
  for (std::uint32_t i = 0; i < 8; ++i) {
    EXPECT_FALSE(table.empty_at(table.probe(~0U, [&](std::uint32_t other) { return other == i; })));
  }
  EXPECT_TRUE(table.empty_at(table.probe(~0U, [](std::uint32_t) { return false; })));
}

TEST(BlockArrayTest, ElementsStayWhereTheyAreAndKeepTheirValues) {
  BlockArray<std::uint64_t> array;
  EXPECT_EQ(array.bytes(), 0U);
  array.extend_to(1);
  const std::uint64_t* first = &array[0];
  const std::size_t size = 3 * BlockArray<std::uint64_t>::kBlockElements + 1;
  const std::size_t announced = array.bytes_for(size);
  array.extend_to(size);
  EXPECT_EQ(array.bytes(), announced);
  EXPECT_EQ(&array[0], first);
  for (std::size_t i = 0; i < size; ++i) array[i] = i;
  for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(array[i], i);
}

TEST(WorkersTest, EveryItemIsDoneOnceInEveryRun) {
  for (const unsigned threads : {1U, 2U, 7U}) {
    Workers workers(threads);
    for (std::size_t items = 0; items < 300; items += 7) {
      std::vector<std::atomic<int>> done(items);
      workers.run(items, true, [&](unsigned worker, std::size_t item) {
        ASSERT_LT(worker, threads);
        ++done[item];
      });
      for (const auto& times : done) ASSERT_EQ(times.load(), 1);
    }
  }
}

TEST(WorkersTest, OneThreadOrASmallRunStaysOnTheCallingThreadAndInOrder) {
  const auto here = std::this_thread::get_id();
  Workers one(1);
  Workers four(4);
  for (Workers* workers : {&one, &four}) {
    std::vector<std::size_t> order;
    workers->run(5, workers == &one, [&](unsigned, std::size_t item) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      order.push_back(item);
    });
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  }
}

TEST(WorkersTest, AnExceptionReachesTheCallerAndTheWorkersGoOnWorking) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    Workers workers(threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      EXPECT_THROW(workers.run(100, true,
                               [](unsigned, std::size_t item) {
                                 if (item % 10 == 7) throw std::runtime_error(std::to_string(item));
                               }),
                   std::runtime_error);
      std::atomic<int> done = 0;
      workers.run(100, true, [&](unsigned, std::size_t) { ++done; });
      EXPECT_EQ(done.load(), 100);
    }
  }
}

}  // namespace
}  // namespace stalemate::sim::detail
