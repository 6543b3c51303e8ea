// The engine against a naive search, over random systems.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/reference_search.hpp"
#include "sim/same_result.hpp"
#include "sim/search.hpp"
#include "sim/table_system.hpp"

namespace stalemate::sim {
namespace {

using textbook::CollidingTableSystem;
using textbook::RandomTable;
using textbook::ReferenceOptions;
using textbook::TableSystem;

// Empty where the engine, by any number of threads, finds what the naive search finds; else names what differs.
template <class S>
std::string disagreement(const std::vector<textbook::TableRow>& rows, const ReferenceOptions& reference_options) {
  const auto expected = textbook::reference_search(TableSystem(rows), reference_options);
  const SearchEnd end = expected.violation_ended_it ? SearchEnd::kViolation
                        : expected.depth_limit      ? SearchEnd::kDepthLimit
                                                    : SearchEnd::kExhausted;
  SearchOptions options;
  options.exhaust = reference_options.exhaust;
  options.checked = reference_options.checked;
  options.depth_max = reference_options.depth_max;
  const auto result = search(S(rows), options);
  if (result.end != end) return "end";
  if (result.states != expected.states) return "states";
  if (result.transitions != expected.transitions) return "transitions";
  if (result.depth != expected.depth) return "depth";
  if (result.label_counts != expected.label_counts) return "label counts";
  if (result.violating_states != expected.violating_states) return "violating states";
  if (result.violated_properties != expected.violated_properties) return "violated properties";
  if (result.counterexample.has_value() != expected.property.has_value()) return "violation found";
  if (expected.property) {
    std::vector<std::size_t> path;
    for (const auto& action : result.counterexample->actions) path.push_back(action.ordinal);
    if (result.counterexample->property != *expected.property) return "property";
    if (path != expected.path) return "path";
  }
  for (std::size_t mark = 0; mark < 2 * rows.size(); ++mark) {
    if (result.marks.reached(mark) != expected.marks.reached(mark)) return "mark " + std::to_string(mark);
  }
  for (const unsigned threads : {2U, 3U, 8U}) {
    options.threads = threads;
    const std::string differs = textbook::difference(result, search(S(rows), options), 2 * rows.size());
    if (!differs.empty()) return differs + " by " + std::to_string(threads) + " threads";
  }
  return {};
}

ReferenceOptions random_options() {
  ReferenceOptions options;
  options.exhaust = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) options.checked = *rc::gen::arbitrary<PropertyMask>();
  if (*rc::gen::inRange(0, 3) == 0) options.depth_max = *rc::gen::inRange(0, 8);
  return options;
}

RC_GTEST_PROP(SearchProperty, OnSmallRandomSystemsEveryFieldIsThatOfANaiveSearchForAnyNumberOfThreads, ()) {
  RandomTable shape;
  shape.states = *rc::gen::inRange(1U, 60U);
  shape.actions_max = *rc::gen::inRange(1U, 6U);
  shape.violation_rate = *rc::gen::element(0U, 3U, 20U, 100U);
  const auto rows = textbook::random_rows(shape, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(disagreement<TableSystem>(rows, random_options()) == "");
}

RC_GTEST_PROP(SearchProperty, StatesWhoseHashesCollideAreStillToldApart, ()) {
  RandomTable shape;
  shape.states = *rc::gen::inRange(1U, 300U);
  shape.violation_rate = *rc::gen::element(0U, 100U);
  const auto rows = textbook::random_rows(shape, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(disagreement<CollidingTableSystem>(rows, random_options()) == "");
}

// Levels of many batches, tables that grow several times, and enough states to wake the threads.
TEST(SearchLarge, OnLargeRandomSystemsEveryFieldIsThatOfANaiveSearchForAnyNumberOfThreads) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const std::uint32_t violation_rate : {0U, 5'000U}) {
      const auto rows =
          textbook::random_rows({.states = 20'000, .actions_max = 5, .violation_rate = violation_rate}, seed);
      for (const bool exhaust : {false, true}) {
        ReferenceOptions options;
        options.exhaust = exhaust;
        EXPECT_EQ(disagreement<TableSystem>(rows, options), "") << "seed " << seed;
      }
    }
  }
}

// Layers of up to 6,000 states, each with five steps to anywhere in the next one; only steps and states of the last
// layers violate. Many shortest paths end at the same depth, in different chunks and batches, so the order decides.
std::vector<textbook::TableRow> layered_rows(std::uint64_t seed) {
  constexpr std::uint32_t kSteps = 5;
  textbook::SplitMix64 draw(seed);
  std::vector<textbook::TableRow> rows(1);
  std::uint32_t layer_begin = 0;
  for (std::uint32_t width = 1, layer = 0; layer < 8; ++layer) {
    const std::uint32_t next_begin = layer_begin + width;
    const std::uint32_t next_width = std::min(6'000U, width * kSteps);
    rows.resize(next_begin + next_width);
    for (std::uint32_t s = layer_begin; s < next_begin; ++s) {
      for (std::uint32_t i = 0; i < kSteps; ++i) {
        const std::uint32_t target = next_begin + draw.below(next_width);
        rows[s].edges.push_back({target, layer == 7 && draw.one_in(2'000) ? PropertyMask{0b10} : 0});
      }
    }
    layer_begin = next_begin;
    width = next_width;
  }
  for (std::uint32_t s = layer_begin; s < rows.size(); ++s) rows[s].violated = draw.one_in(1'000) ? 0b10 : 0;
  return rows;
}

TEST(SearchLarge, OfManyEquallyShortTracesThroughLargeLevelsTheGreatestIsFound) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto rows = layered_rows(seed);
    for (const bool exhaust : {false, true}) {
      ReferenceOptions options;
      options.exhaust = exhaust;
      EXPECT_EQ(disagreement<TableSystem>(rows, options), "") << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace stalemate::sim
