// See live/judge.hpp. Each of the small classes follows one question through the events; Judge::Impl hands them out.
#include "live/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/error.hpp"
#include "live/register_check.hpp"
#include "staleness.hpp"

namespace stalemate::real {
namespace {

constexpr std::size_t kBucketsMax = 600;
constexpr std::int64_t kFirstBucketNs = 100'000'000;
constexpr std::int64_t kLateNs = 1'000'000;

// The comparisons of one key.
struct Stretch {
  std::int64_t calm_ns = 0;    // the last comparison that was coherent, or the start
  std::int64_t first_ns = -1;  // the first incoherent one since; -1: none
  std::int64_t last_ns = 0;

  void add(Comparison comparison, std::int64_t now, Incoherences& all) {
    if (comparison == Comparison::kUnderWay) return;
    if (comparison == Comparison::kDiffers) {
      if (first_ns < 0) first_ns = now;
      last_ns = now;
      return;
    }
    if (first_ns >= 0) close(now, all);
    calm_ns = now;
    first_ns = -1;
  }

  void close(std::int64_t now, Incoherences& all) const {
    ++all.count;
    all.at_least_ns += last_ns - first_ns;
    all.at_most_ns += now - calm_ns;
    all.longest_at_least_ns = std::max(all.longest_at_least_ns, last_ns - first_ns);
    all.longest_at_most_ns = std::max(all.longest_at_most_ns, now - calm_ns);
  }
};

struct Key {
  Key(std::int64_t initial) : check(initial), staleness(initial) {}

  RegisterCheck check;
  Staleness staleness;
  Stretch stretch;
  // Writes that nobody has read yet and that are not acknowledged.
  struct Unread {
    bool is_in_doubt = false;
    bool is_stored = false;  // the checker found it in the database
  };
  std::map<std::int64_t, Unread> unread;
  KeyVerdict verdict;
};

// One worker's starts against its interval.
struct Worker {
  std::int64_t first_ns = -1;
  std::int64_t started = 0;
  // The same, by a ticker: when its latest operation began, and ended.
  std::int64_t tick_began_ns = 0;
  std::int64_t tick_ended_ns = 0;

  // Whether an operation that took `took_ns` and has ended by `now_ns` is one that a ticker would have started.
  bool starts_by_ticker(std::int64_t took_ns, std::int64_t now_ns, std::int64_t every_ns) {
    const bool waits = tick_ended_ns / every_ns > tick_began_ns / every_ns;  // a tick came meanwhile
    const std::int64_t begin = waits ? tick_ended_ns : (tick_ended_ns / every_ns + 1) * every_ns;
    if (begin > now_ns) return false;
    tick_began_ns = begin;
    tick_ended_ns = begin + took_ns;
    return true;
  }
};

}  // namespace

void DurationCounts::add(std::int64_t ns) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
  std::size_t bin = static_cast<std::size_t>(value);
  if (value >= 8) {
    const auto power = static_cast<unsigned>(std::bit_width(value)) - 4;  // value >> power is 8 to 15
    bin = 8 * std::size_t{power} + static_cast<std::size_t>(value >> power);
  }
  ++bins_[std::min(bin, bins_.size() - 1)];
  ++count_;
  max_ = std::max(max_, ns);
}

std::int64_t DurationCounts::quantile_ns(int per_mille) const {
  std::int64_t left = (count_ * per_mille + 999) / 1000;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    left -= bins_[bin];
    if (left > 0 || count_ == 0) continue;
    if (bin < 16) return std::min<std::int64_t>(max_, static_cast<std::int64_t>(bin));
    const std::size_t power = bin / 8 - 1;
    return std::min<std::int64_t>(max_, (static_cast<std::int64_t>(bin % 8 + 9) << power) - 1);
  }
  return 0;
}

bool Judgement::is_coherent() const {
  return stale_reads == 0 && compared[static_cast<std::size_t>(Comparison::kDiffers)] == 0 &&
         std::all_of(keys.begin(), keys.end(), [](const KeyVerdict& key) { return key.is_linearizable; });
}

struct Judge::Impl {
  explicit Impl(const HistorySetup& setup)
      : workers(static_cast<std::size_t>(std::max(setup.readers + setup.writers, 1)) + 1) {
    result.setup = setup;
    result.bucket_ns = kFirstBucketNs;
    result.reads = {.workers = setup.readers, .every_ns = setup.read_every_ns, .took = {}};
    result.writes = {.workers = setup.writers, .every_ns = setup.write_every_ns, .took = {}};
    result.comparisons = {.workers = setup.check_every_ns > 0 ? 1 : 0, .every_ns = setup.check_every_ns, .took = {}};
    for (int key = 0; key < setup.keys; ++key) keys.push_back(std::make_unique<Key>(setup.initial));
  }

  void add(const HistoryEvent& event, const std::string& place) {
    ++result.events;
    result.duration_ns = event.time_ns;
    if (event.function == EventFunction::kEnd) {
      result.is_whole = true;
      return;
    }
    if (event.key < 1 || event.key > result.setup.keys)
      throw InputError(fmt::format("{}: the run had the keys k1 to k{}", place, result.setup.keys));
    Key& key = *keys[static_cast<std::size_t>(event.key - 1)];
    if (event.function == EventFunction::kCompare) {
      compare(key, event);
    } else if (event.type == EventType::kInvoke) {
      invoke(key, event, place);
    } else {
      complete(key, event, place);
    }
    if (!key.check.is_linearizable() && key.verdict.is_linearizable)
      key.verdict = {false, *key.check.violation(), event.index, event.time_ns};
  }

  void invoke(Key& key, const HistoryEvent& event, const std::string& place) {
    if (!pending.emplace(event.process, event).second)
      throw InputError(fmt::format("{}: process {} has an operation under way already", place, event.process));
    const bool is_read = event.function == EventFunction::kRead;
    // A process in doubt is retired, and its worker goes on under another number.
    start(is_read ? result.reads : result.writes, static_cast<std::size_t>(event.process) % (workers.size() - 1),
          event.time_ns);
    if (is_read) {
      key.check.invoke_read(event.index);
    } else {
      key.check.invoke_write(*event.value, event.index, place);
      key.unread[*event.value];
    }
  }

  void complete(Key& key, const HistoryEvent& event, const std::string& place) {
    const auto at = pending.find(event.process);
    if (at == pending.end() || at->second.key != event.key || at->second.function != event.function ||
        (event.function == EventFunction::kWrite && at->second.value != event.value)) {
      throw InputError(fmt::format("{}: process {} completes what it did not invoke", place, event.process));
    }
    const HistoryEvent invoke = at->second;
    pending.erase(at);
    ++result.faults[static_cast<std::size_t>(event.fault)];
    const bool is_read = event.function == EventFunction::kRead;
    Pace& pace = is_read ? result.reads : result.writes;
    const std::int64_t took = event.time_ns - invoke.time_ns;
    pace.took.add(took);
    Worker& worker = workers[static_cast<std::size_t>(event.process) % (workers.size() - 1)];
    if (pace.every_ns > 0 && worker.starts_by_ticker(took, event.time_ns, pace.every_ns)) ++pace.by_ticker;
    if (is_read) {
      complete_read(key, invoke, event);
    } else {
      complete_write(key, invoke, event);
    }
  }

  void complete_read(Key& key, const HistoryEvent& invoke, const HistoryEvent& event) {
    if (event.type != EventType::kOk) {
      ++result.reads_failed;
      key.check.read_unknown(invoke.index);
      return;
    }
    ++result.reads_ok;
    ++(event.is_hit ? result.hits : result.misses);
    Bucket& bucket = bucket_at(event.time_ns);
    ++bucket.reads;
    const auto unread = key.unread.find(*event.value);
    const bool is_first = unread != key.unread.end();
    if (is_first) {
      if (unread->second.is_in_doubt && !unread->second.is_stored) ++result.in_doubt_seen;
      if (unread->second.is_in_doubt) key.unread.erase(unread);
    }
    key.check.read_ok(*event.value, invoke.index, event.index);
    const Staleness::Age age = key.staleness.read({.value = *event.value,
                                                   .is_first = is_first,
                                                   .invoked = invoke.index,
                                                   .invoked_ns = invoke.time_ns,
                                                   .now = event.index});
    if (!age.is_stale) return;
    ++result.stale_reads;
    ++bucket.stale;
    result.stale_by.add(age.by_ns);
    if (age.by_ns >= result.stale_by_max_ns) {
      result.stale_by_max_ns = age.by_ns;
      result.is_stale_by_max_a_bound = age.is_bound;
    }
  }

  void complete_write(Key& key, const HistoryEvent& invoke, const HistoryEvent& event) {
    if (event.type == EventType::kInfo) {
      ++result.writes_in_doubt;
      key.check.write_in_doubt(*event.value, invoke.index);
      Key::Unread& unread = key.unread[*event.value];
      unread.is_in_doubt = true;
      const bool is_read = key.staleness.has_been_read(*event.value);
      if (is_read || unread.is_stored) ++result.in_doubt_seen;
      if (is_read) key.unread.erase(*event.value);
      return;
    }
    key.unread.erase(*event.value);
    if (event.type == EventType::kFail) {
      ++result.writes_failed;
      key.check.write_failed(*event.value, invoke.index);
      return;
    }
    ++result.writes_ok;
    key.check.write_ok(*event.value, invoke.index, event.index);
    key.staleness.acknowledge(*event.value, invoke.index, event.index, event.time_ns);
  }

  void compare(Key& key, const HistoryEvent& event) {
    ++result.compared[static_cast<std::size_t>(event.comparison)];
    if (event.key == 1) {
      ++result.snapshots;
      is_snapshot_incorrect = false;
    }
    if (event.comparison == Comparison::kDiffers && !std::exchange(is_snapshot_incorrect, true))
      ++result.snapshots_incorrect;
    if (event.key == 1) start(result.comparisons, workers.size() - 1, event.time_ns);
    Bucket& bucket = bucket_at(event.time_ns);
    const auto index = static_cast<std::size_t>(event.key - 1);
    ++bucket.compared[index];
    if (event.comparison == Comparison::kDiffers) ++bucket.incoherent[index];
    if (const auto unread = key.unread.find(*event.value); unread != key.unread.end() && !unread->second.is_stored) {
      unread->second.is_stored = true;
      if (unread->second.is_in_doubt) ++result.in_doubt_seen;
    }
    key.stretch.add(event.comparison, event.time_ns, result.incoherences);
  }

  void start(Pace& pace, std::size_t number, std::int64_t now) {
    ++pace.started;
    Worker& worker = workers[number];
    if (worker.first_ns < 0) worker.first_ns = now;
    const std::int64_t late = now - worker.first_ns - worker.started++ * pace.every_ns;
    if (pace.every_ns == 0 || late <= std::max(kLateNs, pace.every_ns / 10)) return;
    ++pace.late;
    pace.latest_ns = std::max(pace.latest_ns, late);
  }

  // Twice as wide, where there would be too many.
  Bucket& bucket_at(std::int64_t now) {
    while (static_cast<std::size_t>(now / result.bucket_ns) >= kBucketsMax) {
      result.bucket_ns *= 2;
      for (std::size_t i = 0; i < result.buckets.size(); ++i) {
        if (i % 2 == 0) {
          if (i > 0) result.buckets[i / 2] = result.buckets[i];
          continue;
        }
        add_to(result.buckets[i / 2], result.buckets[i]);
      }
      result.buckets.resize((result.buckets.size() + 1) / 2);
    }
    const auto index = static_cast<std::size_t>(now / result.bucket_ns);
    const std::vector<std::int64_t> zeros(keys.size(), 0);
    while (result.buckets.size() <= index) result.buckets.push_back({0, 0, zeros, zeros});
    return result.buckets[index];
  }

  static void add_to(Bucket& sum, const Bucket& other) {
    sum.reads += other.reads;
    sum.stale += other.stale;
    for (std::size_t key = 0; key < sum.compared.size(); ++key) {
      sum.compared[key] += other.compared[key];
      sum.incoherent[key] += other.incoherent[key];
    }
  }

  Judgement finish() const {
    Judgement judgement = result;
    for (const auto& key : keys) {
      judgement.keys.push_back(key->verdict);
      if (key->stretch.first_ns < 0) continue;
      key->stretch.close(result.duration_ns, judgement.incoherences);
      ++judgement.incoherences.open;
    }
    for (const auto& [process, invoke] : pending) {
      if (invoke.function == EventFunction::kWrite) ++judgement.writes_in_doubt;
    }
    for (Pace* pace : {&judgement.reads, &judgement.writes, &judgement.comparisons})
      pace->promised = pace->every_ns == 0 ? 0 : pace->workers * (result.duration_ns / pace->every_ns);
    return judgement;
  }

  Judgement result;
  bool is_snapshot_incorrect = false;  // the one at hand
  std::vector<std::unique_ptr<Key>> keys;
  std::vector<Worker> workers;  // readers, writers, checker
  std::map<int, HistoryEvent> pending;
};

Judge::Judge(const HistorySetup& setup) : impl_(std::make_unique<Impl>(setup)) {}
Judge::~Judge() = default;
void Judge::add(const HistoryEvent& event, const std::string& place) { impl_->add(event, place); }
Judgement Judge::finish() const { return impl_->finish(); }

Judgement judge_history(const std::string& path) {
  std::optional<Judge> judge;
  read_history(
      path, [&](const HistorySetup& setup) { judge.emplace(setup); },
      [&](const HistoryEvent& event, const std::string& place) { judge->add(event, place); });
  return judge->finish();
}

}  // namespace stalemate::real
