// The parts the search is made of: the hash, the visited set's shard, the storage, the workers.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/detail/arrays.hpp"
#include "sim/detail/hash.hpp"
#include "sim/detail/index_table.hpp"
#include "sim/detail/visited_set.hpp"
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

TEST(BlockQueueTest, ElementsStayWhereTheyAreInTheOrderInWhichTheyCame) {
  using Queue = BlockQueue<std::uint64_t>;
  Queue queue;
  EXPECT_EQ(Queue::bytes_for(0), 0U);
  EXPECT_EQ(queue.block_count(), 0U);
  const std::size_t size = 3 * Queue::kBlockElements + 1;
  queue.push_back(0);
  const std::uint64_t* first = queue.block(0);
  for (std::size_t i = 1; i < size; ++i) queue.push_back(i);
  EXPECT_EQ(queue.block(0), first);
  EXPECT_EQ(queue.size(), size);
  EXPECT_EQ(Queue::bytes_for(size), 4 * Queue::kBlockElements * sizeof(std::uint64_t));
  ASSERT_EQ(queue.block_count(), 4U);
  std::uint64_t expected = 0;
  for (std::size_t block = 0; block < 4; ++block) {
    for (std::size_t i = 0; i < queue.elements_in(block); ++i) ASSERT_EQ(queue.block(block)[i], expected++);
    queue.drop(block);
  }
  EXPECT_EQ(expected, size);
}

// A shard beside a std::map, on keys whose hashes collide, wrap around the end, or are all in one bucket.
using TwoWords = std::array<std::uint64_t, 2>;

template <class Hash>
void visited_set_is_a_map(Hash hash) {
  struct Keeping {
    using Kept = TwoWords;
    static std::uint64_t hash_of_kept(const Kept& kept) { return Hash{}(kept); }
  };
  for (const std::uint32_t shard : {0U, 17U, kShards - 1}) {
    VisitedSet<Keeping> set(shard, shard % 2 == 0 ? kRoomy : kDense);
    std::map<TwoWords, std::uint32_t> expected;
    const auto every_bit = ~std::uint64_t{0};
    std::vector<TwoWords> states{{every_bit, every_bit}, {every_bit, 0}, {0, every_bit}};
    for (std::uint64_t i = 0; i < 3'000; ++i) states.push_back({i * i % 2'000, i % 7});
    std::uint32_t depth = 0;
    for (const auto& state : states) {
      ASSERT_EQ(set.find(state, hash(state)).has_value(), expected.contains(state));
      ASSERT_EQ(set.insert_alone(state, hash(state), depth), expected.try_emplace(state, depth).second);
      depth = (depth + 1) % kDepthMax;
    }
    ASSERT_EQ(set.size(), expected.size());
    ASSERT_GT(expected.size(), 500U);
    for (const auto& [state, at] : expected) {
      const auto found = set.find(state, hash(state));
      ASSERT_TRUE(found);
      ASSERT_EQ(found->depth(), at);
      ASSERT_FALSE(found->walked());
      found->walk();
      ASSERT_TRUE(found->walked());
      ASSERT_EQ(found->depth(), at);
    }
  }
}

TEST(VisitedSetTest, IsAMapFromStatesToDepthsWhateverTheHash) {
  struct Good {
    std::uint64_t operator()(const TwoWords& state) const { return hash_bytes(&state, sizeof state) >> kShardBits; }
  };
  struct Constant {
    std::uint64_t operator()(const TwoWords&) const { return 0; }
  };
  struct AtTheEnd {
    std::uint64_t operator()(const TwoWords&) const { return ~std::uint64_t{0}; }
  };
  visited_set_is_a_map(Good{});
  visited_set_is_a_map(Constant{});
  visited_set_is_a_map(AtTheEnd{});
}

// Threads that insert the same states at once: each is added by exactly one of them, and is there with its depth.
template <class State>
void insert_from_many_threads() {
  struct Keeping {
    using Kept = State;
    static std::uint64_t hash_of_kept(const Kept& kept) { return hash_bytes(&kept, sizeof kept) % 64 << 52; }
  };
  constexpr unsigned kThreads = 4;
  const auto state_of = [](std::uint64_t number) {
    State kept;
    kept.fill(number % 3 == 0 ? number / 3 : number);
    return kept;
  };
  VisitedSet<Keeping> set(5, kDense);
  std::uint64_t states = 0;
  for (std::uint32_t round = 1; round <= 12; ++round) {
    if (set.room() == 0) set.insert_alone(state_of(1'000'000), 0, 0), ++states;
    const std::uint64_t count = set.room();
    std::array<std::atomic<std::uint64_t>, kThreads> added{};
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; i < count; ++i) {
          const State kept = state_of(round * 100'000 + i);
          added[t] += set.insert(kept, Keeping::hash_of_kept(kept), round) ? 1U : 0U;
        }
      });
    threads.clear();
    std::set<State> different;
    for (std::uint64_t i = 0; i < count; ++i) different.insert(state_of(round * 100'000 + i));
    std::uint64_t sum = 0;
    for (const auto& each : added) sum += each;
    std::erase_if(different, [&](const State& kept) {
      const auto found = set.find(kept, Keeping::hash_of_kept(kept));
      EXPECT_TRUE(found);
      return found && found->depth() != round;  // was there from an earlier round
    });
    ASSERT_EQ(sum, different.size());
    states += sum;
    set.settle(sum);
    ASSERT_EQ(set.size(), states);
  }
  EXPECT_GT(states, 500U);
}

TEST(VisitedSetTest, ThreadsThatInsertAtOnceAddEveryStateOnce) {
  insert_from_many_threads<std::array<std::uint64_t, 1>>();
  insert_from_many_threads<std::array<std::uint64_t, 2>>();
  insert_from_many_threads<std::array<std::uint64_t, 4>>();
}

TEST(VisitedSetTest, CostsWhatItSays) {
  struct Keeping {
    using Kept = std::uint64_t;
    static std::uint64_t hash_of_kept(Kept kept) { return hash_bytes(&kept, sizeof kept); }
  };
  struct Bounds {
    Packing packing;
    std::uint64_t least;  // load, in percent
    std::uint64_t most;
  };
  for (const auto& [packing, least, most] : {Bounds{kRoomy, 31, 63}, Bounds{kDense, 63, 85}}) {
    std::vector<VisitedSet<Keeping>> shards;
    for (std::uint32_t shard = 0; shard < kShards; ++shard) shards.emplace_back(shard, packing);
    std::uint64_t inserted = 0;
    for (std::uint64_t i = 0; i < 300'000; ++i) {
      const std::uint64_t hash = hash_bytes(&i, sizeof i);
      inserted += shards[shard_of(hash)].insert_alone(i, hash, 1) ? 1U : 0U;
      if (i < 100'000 || i % 10'000 != 0) continue;
      std::uint64_t bytes = 0;
      for (const auto& shard : shards) bytes += shard.bytes();
      EXPECT_LT(bytes, inserted * 64 * 100 / (6 * least));
      EXPECT_GT(bytes, inserted * 64 * 100 / (6 * most));
    }
    EXPECT_EQ(inserted, 300'000U);
  }
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
