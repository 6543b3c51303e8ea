// What a history proves: stale reads and by how much, how long cache and database differed, whether each key behaved as
// one register, what the intervals promised and what was done, writes in doubt that took effect. A function of the
// history: no clock, no servers. Events are taken as they come; memory does not grow with their number.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/history.hpp"

namespace stalemate::real {

// Counts of durations in bins 1/8 of their power of two wide, so a quantile is exact to 12.5 %.
class DurationCounts {
 public:
  void add(std::int64_t ns);
  std::int64_t count() const { return count_; }
  std::int64_t max_ns() const { return max_; }
  // An upper bound of the q-quantile, q in per mille; 0 if nothing was added.
  std::int64_t quantile_ns(int per_mille) const;

 private:
  std::array<std::int64_t, 512> bins_ = {};
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
};

// One kind of work against its interval. A start is late if it came more than a tenth of the interval, and more than
// 1 ms, after the moment that its worker's first start and the interval promised.
struct Pace {
  int workers = 0;
  std::int64_t every_ns = 0;
  std::int64_t promised = 0;  // workers x run / interval, rounded down for each worker; 0 for interval 0
  std::int64_t started = 0;
  std::int64_t late = 0;
  std::int64_t latest_ns = 0;
  // Of those, how many a worker would have come to that starts by a ticker, as Go has it: the first tick comes after
  // the first interval, and a tick that comes while another waits is dropped.
  std::int64_t by_ticker = 0;
  DurationCounts took;
};

// One stretch of comparisons of a key, all incoherent or under way, from the first to the last incoherent one.
struct Incoherences {
  std::int64_t count = 0;
  std::int64_t open = 0;                 // not over when the run ended
  std::int64_t at_least_ns = 0;          // sum, from its first incoherent comparison to its last
  std::int64_t at_most_ns = 0;           // sum, from the comparison before to the one after
  std::int64_t longest_at_least_ns = 0;  // of one
  std::int64_t longest_at_most_ns = 0;
};

struct KeyVerdict {
  bool is_linearizable = true;
  std::string why;           // of the first event that showed it
  std::int64_t index = 0;    // of that event
  std::int64_t time_ns = 0;  // of that event
};

// What happened in one stretch of time, for the plot.
struct Bucket {
  std::int64_t reads = 0;
  std::int64_t stale = 0;
  std::vector<std::int64_t> compared;    // of each key
  std::vector<std::int64_t> incoherent;  // of each key
};

struct Judgement {
  HistorySetup setup;
  std::int64_t events = 0;
  std::int64_t duration_ns = 0;
  bool is_whole = false;  // the history has its last line

  std::int64_t reads_ok = 0, hits = 0, misses = 0, reads_failed = 0;
  std::int64_t writes_ok = 0, writes_failed = 0, writes_in_doubt = 0;
  std::int64_t in_doubt_seen = 0;             // of these, whose value was read, or found in the database
  std::array<std::int64_t, 7> faults = {};    // by EventFault
  std::array<std::int64_t, 4> compared = {};  // by Comparison
  std::int64_t snapshots = 0;                 // all keys compared, one after the other
  std::int64_t snapshots_incorrect = 0;       // of these, in which some key differed

  std::int64_t stale_reads = 0;
  std::int64_t stale_by_max_ns = 0;
  bool is_stale_by_max_a_bound = false;  // the value was superseded longer ago than is remembered
  DurationCounts stale_by;
  Incoherences incoherences;
  std::vector<KeyVerdict> keys;  // k1 first
  Pace reads, writes, comparisons;

  std::int64_t bucket_ns = 0;
  std::vector<Bucket> buckets;

  // Whether anything was found that a single database would not have shown.
  bool is_coherent() const;
};

class Judge {
 public:
  explicit Judge(const HistorySetup& setup);
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // Throws InputError that begins with `place` for a history no run can have: a completion without its
  // invocation, a process with two operations at a time, a key that is none, values that do not increase.
  void add(const HistoryEvent& event, const std::string& place);
  // What is known so far, as if the run ended now.
  Judgement finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads and judges a file in constant memory. Throws InputError.
Judgement judge_history(const std::string& path);

// "coherent" or "incoherent", and why, as the last lines of the report have it.
std::string describe(const Judgement& judgement);

// Incoherence over time as one SVG file: a track for each key that is dark where comparisons were incoherent, and
// the stale reads a second below.
std::string plot_svg(const Judgement& judgement);

}  // namespace stalemate::real
