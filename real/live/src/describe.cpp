// The report of a judged history, in words. A function of the judgement.
#include <fmt/format.h>

#include "live/judge.hpp"

namespace stalemate::real {
namespace {

// "340 us", "12.3 ms", "4.56 s": three digits, computed in whole numbers.
std::string time_text(std::int64_t ns) {
  static constexpr struct {
    std::int64_t unit;
    const char* name;
  } kUnits[] = {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const auto& [unit, name] : kUnits) {
    if (ns < unit) continue;
    if (ns >= 100 * unit) return fmt::format("{} {}", ns / unit, name);
    if (ns >= 10 * unit) return fmt::format("{}.{} {}", ns / unit, ns % unit / (unit / 10), name);
    return fmt::format("{}.{:02} {}", ns / unit, ns % unit / (unit / 100), name);
  }
  return fmt::format("{} ns", ns);
}

std::string per_mille_text(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  const std::int64_t per_mille = part * 1000 / whole;
  return fmt::format("{}.{} %", per_mille / 10, per_mille % 10);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void describe_pace(std::string& text, const char* name, const Pace& pace) {
  if (pace.workers == 0) return;
  const bool has_interval = pace.every_ns > 0;
  text += fmt::format("{:<12} {:>9} {:>9} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9}\n", name,
                      has_interval ? time_text(pace.every_ns) : "none",
                      has_interval ? fmt::format("{}", pace.promised) : "-", pace.started,
                      has_interval ? per_mille_text(pace.late, pace.started) : "-",
                      has_interval ? time_text(pace.latest_ns) : "-", time_text(pace.took.quantile_ns(500)),
                      time_text(pace.took.quantile_ns(990)), time_text(pace.took.max_ns()));
}

// Why counts stay behind what an interval promises, with this run's own figures.
void describe_drift(std::string& text, const char* name, const Pace& pace) {
  if (pace.workers == 0 || pace.every_ns == 0 || pace.took.count() == 0) return;
  text += fmt::format(
      "  {}: {} promised, {} started, {} by a ticker as Go has it: its first tick comes after {}, and\n"
      "  ticks that come while one waits are dropped, so whatever takes longer than {} loses some for good.\n",
      name, pace.promised, pace.started, pace.by_ticker, time_text(pace.every_ns), time_text(pace.every_ns));
}

void describe_counts(std::string& text, const Judgement& judgement) {
  const auto fault = [&](EventFault kind) { return judgement.faults[static_cast<std::size_t>(kind)]; };
  const auto compared = [&](Comparison kind) { return judgement.compared[static_cast<std::size_t>(kind)]; };
  const bool has_cache = judgement.setup.scenario == "before";
  text += fmt::format("reads        {} ok", judgement.reads_ok);
  if (has_cache) text += fmt::format(" ({} hits, {} misses)", judgement.hits, judgement.misses);
  text += fmt::format(", {} failed\n", judgement.reads_failed);
  text += fmt::format("writes       {} ok, {} failed, {} in doubt", judgement.writes_ok, judgement.writes_failed,
                      judgement.writes_in_doubt);
  if (judgement.writes_in_doubt > 0) text += fmt::format(" (at least {} of them took effect)", judgement.in_doubt_seen);
  text += fmt::format("\n{}{} database updates", judgement.setup.wire_faults ? "lost on wire " : "injected     ",
                      fault(EventFault::kDatabaseUpdate));
  if (has_cache)
    text +=
        fmt::format(", {} cache deletes, {} cache sets", fault(EventFault::kCacheDelete), fault(EventFault::kCacheSet));
  text += fmt::format(", {} lost replies\n", fault(EventFault::kLostReply));
  if (!has_cache) return;
  text += fmt::format("snapshots    {}, {} of them incorrect\n", judgement.snapshots, judgement.snapshots_incorrect);
  text += fmt::format("cache        {} correct, {} incorrect; {} times empty, {} times not settled\n",
                      compared(Comparison::kEqual), compared(Comparison::kDiffers), compared(Comparison::kAbsent),
                      compared(Comparison::kUnderWay));
}

void describe_incoherence(std::string& text, const Judgement& judgement) {
  if (judgement.setup.scenario != "before") return;
  const Incoherences& all = judgement.incoherences;
  text += fmt::format("incoherent   {}", counted(all.count, "stretch", "stretches"));
  if (all.count > 0) {
    text += fmt::format(" of a key, {} not over at the end; together {} to {}, the longest {} to {}", all.open,
                        time_text(all.at_least_ns), time_text(all.at_most_ns), time_text(all.longest_at_least_ns),
                        time_text(all.longest_at_most_ns));
  }
  text += fmt::format("\n             (seen by comparing every {}: what is shorter can be missed)\n",
                      time_text(judgement.setup.check_every_ns));
}

void describe_stale(std::string& text, const Judgement& judgement) {
  text += fmt::format("stale reads  {} ({} of reads)", judgement.stale_reads,
                      per_mille_text(judgement.stale_reads, judgement.reads_ok));
  if (judgement.stale_reads > 0) {
    text += fmt::format(", behind an acknowledged write by {} (median), {} (99 %), {}{} (worst)",
                        time_text(judgement.stale_by.quantile_ns(500)), time_text(judgement.stale_by.quantile_ns(990)),
                        judgement.is_stale_by_max_a_bound ? "at least " : "", time_text(judgement.stale_by_max_ns));
  }
  text += "\n";
  std::string bad;
  for (std::size_t key = 0; key < judgement.keys.size(); ++key) {
    const KeyVerdict& verdict = judgement.keys[key];
    if (verdict.is_linearizable) continue;
    bad += fmt::format("             k{}: not, since {} (index {}): {}\n", key + 1, time_text(verdict.time_ns),
                       verdict.index, verdict.why);
  }
  text += fmt::format("linearizable {}\n{}", bad.empty() ? "every key" : "not every key:", bad);
}

void describe_intervals(std::string& text, const Judgement& judgement) {
  text += fmt::format("\n{:<12} {:>9} {:>9} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9}\n", "", "every", "promised", "started",
                      "late", "latest by", "took 50 %", "99 %", "longest");
  describe_pace(text, "reads", judgement.reads);
  describe_pace(text, "writes", judgement.writes);
  if (judgement.comparisons.workers > 0)
    text +=
        fmt::format("{:<12} {:>9} {:>9} {:>9} {:>9} {:>10}\n", "comparisons", time_text(judgement.comparisons.every_ns),
                    judgement.comparisons.promised, judgement.comparisons.started,
                    per_mille_text(judgement.comparisons.late, judgement.comparisons.started),
                    time_text(judgement.comparisons.latest_ns));
  text += "\nWhy counts drift from what the intervals promise:\n";
  describe_drift(text, "reads", judgement.reads);
  describe_drift(text, "writes", judgement.writes);
  text += judgement.writes_in_doubt == 0
              ? "  writes in doubt: none, so none took effect that the application did not count.\n"
              : fmt::format(
                    "  writes in doubt: {} that the application cannot count; at least {} of them were seen in "
                    "the database all the same.\n",
                    judgement.writes_in_doubt, judgement.in_doubt_seen);
}

}  // namespace

std::string describe(const Judgement& judgement) {
  const HistorySetup& setup = judgement.setup;
  const bool fails_never = setup.scenario == "before" && setup.fail.find_first_of("123456789") == std::string::npos;
  std::string text = fmt::format(
      "{}: {}; {}, {}, {} keys{}\nfail {}{}, lost reply {}{}, seed {}\nran {}, {} events{}\n\n", setup.scenario,
      setup.servers, counted(setup.readers, "reader", "readers"), counted(setup.writers, "writer", "writers"),
      setup.keys, setup.serialize ? ", one lock for all" : "", setup.fail,
      fails_never ? " (1% in the tutorial's program: --as-tutorial)" : "", setup.lost_reply,
      setup.wire_faults ? ", both on the wire" : "", setup.seed, time_text(judgement.duration_ns), judgement.events,
      judgement.is_whole ? "" : " (the history breaks off: its last line is not the end)");
  describe_counts(text, judgement);
  describe_incoherence(text, judgement);
  describe_stale(text, judgement);
  describe_intervals(text, judgement);
  text += judgement.is_coherent() ? "\nno incoherence found\n" : "\nincoherence found\n";
  return text;
}

}  // namespace stalemate::real
