// The history file and what is read from it: bytes, refusals, stale reads, stretches of incoherence, intervals, the
// plot.
#include "live/judge.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "real/history_support.hpp"
#include "real/support.hpp"

namespace stalemate::real {
namespace {

using support::End;
using support::Operation;

Judgement judged(const std::vector<Operation>& operations) {
  Judge judge(support::setup_for(operations));
  for (const HistoryEvent& event : support::events(operations)) judge.add(event, "test");
  return judge.finish();
}

Operation write_of(std::int64_t value, std::int64_t from, std::int64_t to, End end = End::kOk) {
  return {.is_write = true, .value = value, .invoked = from, .completed = to, .end = end};
}
Operation read_of(std::int64_t value, std::int64_t from, std::int64_t to) {
  return {.is_write = false, .value = value, .invoked = from, .completed = to, .end = End::kOk};
}

HistoryEvent comparison(std::int64_t index, std::int64_t ms, Comparison result) {
  HistoryEvent event;
  event.type = EventType::kInfo;
  event.function = EventFunction::kCompare;
  event.key = 1;
  event.index = index;
  event.time_ns = ms * 1'000'000;
  event.cached = 1;
  event.value = 2;
  event.comparison = result;
  return event;
}

TEST(Judge, a_stale_read_is_counted_with_the_time_since_the_write_that_it_missed_was_acknowledged) {
  const Judgement judgement = judged({write_of(1, 0, 10), write_of(2, 20, 30), read_of(1, 75, 80), read_of(2, 90, 95)});
  EXPECT_EQ(judgement.stale_reads, 1);
  EXPECT_EQ(judgement.stale_by_max_ns, 45'000'000) << "acknowledged at 30 ms, invoked at 75 ms";
  EXPECT_FALSE(judgement.keys[0].is_linearizable);
  EXPECT_FALSE(judgement.is_coherent());
}

TEST(Judge, a_lost_write_is_a_stale_read_of_what_was_there_before) {
  const Judgement judgement = judged({write_of(1, 0, 10), read_of(0, 20, 21)});
  EXPECT_EQ(judgement.stale_reads, 1);
  EXPECT_FALSE(judgement.keys[0].is_linearizable);
}

TEST(Judge, a_read_that_overlaps_the_acknowledgement_is_not_stale) {
  const Judgement judgement = judged({write_of(1, 0, 10), read_of(0, 9, 40)});
  EXPECT_EQ(judgement.stale_reads, 0);
  EXPECT_TRUE(judgement.is_coherent());
}

RC_GTEST_PROP(Judge, finds_nothing_stale_or_wrong_in_what_a_register_answered, ()) {
  const Judgement judgement = judged(*support::register_history(200));
  RC_ASSERT(judgement.stale_reads == 0);
  RC_ASSERT(judgement.is_coherent());
}

TEST(Judge, a_write_in_doubt_that_is_read_later_took_effect_though_it_was_not_counted) {
  const Judgement judgement =
      judged({write_of(1, 0, 10, End::kInDoubt), write_of(2, 20, 30, End::kInDoubt), read_of(1, 40, 50)});
  EXPECT_EQ(judgement.writes_in_doubt, 2);
  EXPECT_EQ(judgement.in_doubt_seen, 1);
  EXPECT_EQ(judgement.writes_ok, 0);
}

TEST(Judge, a_stretch_lasts_at_least_between_its_incoherent_comparisons_and_at_most_to_their_neighbours) {
  Judge judge(support::setup_for({}));
  std::int64_t index = 0;
  judge.add(comparison(index++, 100, Comparison::kEqual), "test");
  judge.add(comparison(index++, 200, Comparison::kDiffers), "test");
  judge.add(comparison(index++, 300, Comparison::kUnderWay), "test");
  judge.add(comparison(index++, 400, Comparison::kDiffers), "test");
  judge.add(comparison(index++, 500, Comparison::kAbsent), "test");
  judge.add(comparison(index++, 600, Comparison::kDiffers), "test");
  const Incoherences all = judge.finish().incoherences;
  EXPECT_EQ(all.count, 2);
  EXPECT_EQ(all.open, 1);
  EXPECT_EQ(all.longest_at_least_ns, 200'000'000);
  EXPECT_EQ(all.longest_at_most_ns, 400'000'000);
  EXPECT_EQ(all.at_most_ns, 500'000'000) << "the open one ends with the history";
}

TEST(Judge, promises_are_time_over_interval_and_a_start_is_late_beyond_a_tenth_of_it) {
  HistorySetup setup = support::setup_for({});
  setup.readers = 1;
  setup.read_every_ns = 100'000'000;
  Judge judge(setup);
  std::int64_t index = 0;
  for (const std::int64_t ms : {0, 105, 250, 300}) {
    HistoryEvent event;
    event.key = 1;
    event.index = index++;
    event.time_ns = ms * 1'000'000;
    judge.add(event, "test");
    event.index = index++;
    event.time_ns += 1'000'000;
    event.type = EventType::kOk;
    event.value = 0;
    judge.add(event, "test");
  }
  const Pace pace = judge.finish().reads;
  EXPECT_EQ(pace.promised, 3) << "301 ms at 100 ms";
  EXPECT_EQ(pace.started, 4);
  EXPECT_EQ(pace.late, 1);
  EXPECT_EQ(pace.latest_ns, 50'000'000);
  EXPECT_EQ(pace.took.quantile_ns(500), 1'000'000);
  EXPECT_EQ(pace.by_ticker, 3) << "at 100, 200 and 300 ms";
}

TEST(Judge, a_ticker_drops_what_comes_while_a_tick_waits_and_so_does_not_catch_up) {
  HistorySetup setup = support::setup_for({});
  setup.readers = 1;
  setup.read_every_ns = 100'000'000;
  Judge judge(setup);
  std::int64_t index = 0;
  // The second takes three and a half intervals; the next two catch up. By a ticker: at 100, at 450 (the tick of 200
  // has waited, those of 300 and 400 were dropped), and at 500.
  for (const auto& [begin_ms, end_ms] :
       std::vector<std::pair<int, int>>{{0, 1}, {100, 450}, {450, 451}, {451, 452}, {452, 453}, {500, 501}}) {
    HistoryEvent event;
    event.key = 1;
    event.index = index++;
    event.time_ns = begin_ms * std::int64_t{1'000'000};
    judge.add(event, "test");
    event.index = index++;
    event.time_ns = end_ms * std::int64_t{1'000'000};
    event.type = EventType::kOk;
    event.value = 0;
    judge.add(event, "test");
  }
  const Pace pace = judge.finish().reads;
  EXPECT_EQ(pace.started, 6);
  EXPECT_EQ(pace.by_ticker, 3);
}

TEST(Judge, a_snapshot_is_incorrect_once_however_many_keys_differ) {
  HistorySetup setup = support::setup_for({});
  setup.keys = 2;
  Judge judge(setup);
  std::int64_t index = 0;
  using enum Comparison;
  for (const auto& [one, other] : std::vector<std::pair<Comparison, Comparison>>{
           {kEqual, kAbsent}, {kDiffers, kDiffers}, {kUnderWay, kDiffers}, {kEqual, kUnderWay}}) {
    for (const int key : {1, 2}) {
      HistoryEvent event;
      event.type = EventType::kInfo;
      event.function = EventFunction::kCompare;
      event.key = key;
      event.index = index;
      event.time_ns = index++ * 1'000'000;
      event.value = 0;
      event.comparison = key == 1 ? one : other;
      judge.add(event, "test");
    }
  }
  EXPECT_EQ(judge.finish().snapshots, 4);
  EXPECT_EQ(judge.finish().snapshots_incorrect, 2);
}

TEST(Judge, refuses_a_completion_that_nothing_invoked) {
  Judge judge(support::setup_for({}));
  HistoryEvent event;
  event.key = 1;
  event.type = EventType::kOk;
  event.value = 0;
  EXPECT_THROW(judge.add(event, "run.jsonl:2"), InputError);
}

TEST(Judge, durations_are_bounded_from_above_by_at_most_an_eighth) {
  for (const std::int64_t ns : {0, 7, 8, 15, 16, 17, 1000, 123'456'789}) {
    DurationCounts counts;
    counts.add(ns);
    counts.add(INT64_MAX / 2);
    EXPECT_GE(counts.quantile_ns(500), ns);
    EXPECT_LE(counts.quantile_ns(500), ns + ns / 8);
  }
}

RC_GTEST_PROP(History, every_line_reads_back_as_it_was_written, ()) {
  const std::vector<Operation> operations = *support::any_history(20);
  const HistorySetup setup = support::setup_for(operations);
  RC_ASSERT(read_history_line(write_history_line(setup), "test") == HistoryLine(setup));
  for (const HistoryEvent& event : support::events(operations))
    RC_ASSERT(read_history_line(write_history_line(event), "test") == HistoryLine(event));
  const HistoryEvent sample = comparison(3, 4, Comparison::kDiffers);
  RC_ASSERT(read_history_line(write_history_line(sample), "test") == HistoryLine(sample));
}

TEST(History, a_line_has_the_keys_of_a_jepsen_operation) {
  HistoryEvent event;
  event.index = 7;
  event.time_ns = 1234;
  event.type = EventType::kOk;
  event.process = 2;
  event.key = 3;
  event.value = 1000;
  event.is_hit = true;
  EXPECT_EQ(write_history_line(event),
            "{\"type\":\"ok\",\"process\":2,\"f\":\"read\",\"key\":\"k3\",\"value\":1000,\"time\":1234,\"index\":7,"
            "\"from\":\"cache\"}\n");
}

TEST(History, bad_files_are_refused_with_file_and_line) {
  const support::Folder folder;
  const std::string start = write_history_line(support::setup_for({}));
  const std::string read = R"({"type":"invoke","process":0,"f":"read","key":"k1","value":null,"time":5,"index":1})"
                           "\n";
  const struct {
    std::string text;
    const char* part;
  } cases[] = {
      {"", "empty"},
      {"no json\n", "bad.jsonl:1: not a JSON object"},
      {read, "bad.jsonl:1: the first line is not the start"},
      {start + start, "bad.jsonl:2: a second start"},
      {start + read + read, "bad.jsonl:3: index or time goes back"},
      {start + R"({"type":"invoke","process":0,"f":"read","key":"k2","value":null,"time":5,"index":1})", "k1 to k1"},
      {start + R"({"type":"sleep","process":0,"f":"read","key":"k1","value":null,"time":5,"index":1})", "'type'"},
      {start + R"({"type":"ok","process":0,"f":"read","key":"k1","value":null,"time":5,"index":1})", "'value'"},
  };
  for (const auto& one : cases) {
    const std::string path = folder.path() + "/bad.jsonl";
    std::ofstream(path) << one.text;
    try {
      judge_history(path);
      FAIL() << one.text;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(one.part), std::string::npos) << error.what();
    }
  }
}

TEST(Plot, is_well_formed_and_darkens_a_track_where_comparisons_differed) {
  HistorySetup setup = support::setup_for({});
  setup.keys = 2;
  Judge judge(setup);
  for (std::int64_t i = 0; i < 10; ++i)
    judge.add(comparison(i, 1000 * i, i == 4 ? Comparison::kDiffers : Comparison::kEqual), "test");
  const std::string svg = plot_svg(judge.finish());
  EXPECT_EQ(svg, plot_svg(judge.finish()));
  std::istringstream stream(svg);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(stream, tree);  // throws unless well formed
  int tracks = 0;
  int bad = 0;
  for (const auto& [name, element] : tree.get_child("svg")) {
    if (name != "rect") continue;
    const auto css = element.get_optional<std::string>("<xmlattr>.class");
    tracks += css == std::string("track") ? 1 : 0;
    bad += css == std::string("bad") ? 1 : 0;
  }
  EXPECT_EQ(tracks, 2);
  EXPECT_EQ(bad, 1);
}

TEST(Plot, ten_hours_are_drawn_in_as_few_parts_as_a_minute) {
  Judge judge(support::setup_for({}));
  std::int64_t compared = 0;
  for (std::int64_t i = 0; i < 36'000; ++i) judge.add(comparison(i, 1000 * i, Comparison::kEqual), "test");
  const Judgement judgement = judge.finish();
  EXPECT_LE(judgement.buckets.size(), 600U);
  for (const Bucket& bucket : judgement.buckets) compared += bucket.compared[0];
  EXPECT_EQ(compared, 36'000) << "nothing is lost when parts are joined";
}

}  // namespace
}  // namespace stalemate::real
