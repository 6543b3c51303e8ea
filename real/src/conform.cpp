// Samples in chunks through replay_all(), and the descent from a sample that diverges to a small one that still does.
#include "real/conform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "model/sample.hpp"
#include "real/batch.hpp"
#include "traces/error.hpp"
#include "traces/render.hpp"

namespace stalemate::real {
namespace {

constexpr std::uint64_t kChunk = 500;       // over one sandbox
constexpr std::size_t kShrinksAtOnce = 24;  // smaller samples that are tried together
constexpr int kRoundsMax = 40;

bool diverges(const Replayed& result) { return result.conformance && !result.conformance->reproduced(); }

// The reason without the step it was met at, so that like ones count together.
std::string reason(const std::string& error) {
  const std::size_t step = error.find("step ");
  const std::size_t colon = step == std::string::npos ? step : error.find(": ", step);
  return colon == std::string::npos ? error : error.substr(colon + 2);
}

class Conforming {
 public:
  Conforming(const ReplayPlace& where, const ConformOptions& options) : where_(where), options_(options) {}

  ConformReport run() {
    while (drawn_ < options_.runs && !report_.stopped && !report_.disagreement) chunk();
    return std::move(report_);
  }

 private:
  void chunk() {
    const std::uint64_t count = std::min(kChunk, options_.runs - drawn_);
    std::vector<model::Sample> samples;
    for (std::uint64_t i = 0; i < count; ++i) samples.emplace_back(options_.seed, drawn_ + i);
    const std::vector<Replayed> results = replay(samples, drawn_);
    for (std::size_t i = 0; i < results.size(); ++i) {
      count_in(samples[i].trace(), results[i]);
      if (!diverges(results[i])) continue;
      report_.disagreement = shrink(samples[i], *results[i].conformance, drawn_ + i);
      break;
    }
    drawn_ += count;
  }

  std::vector<Replayed> replay(const std::vector<model::Sample>& samples, std::uint64_t before) {
    std::vector<traces::Trace> traces;
    for (const model::Sample& sample : samples) traces.push_back(sample.trace());
    BatchOptions batch;
    batch.jobs = options_.jobs;
    batch.on_done = [&](std::size_t done) {
      if (!options_.on_progress) return;
      const bool stop = options_.on_progress({before + done, report_.steps, shrinking_});
      report_.stopped = report_.stopped || stop;
    };
    return replay_all(traces, where_, batch);
  }

  void count_in(const traces::Trace& trace, const Replayed& result) {
    if (!result.conformance) {
      if (!result.is_input) throw traces::EnvironmentError(result.error);
      ++report_.left_out[reason(result.error)];
      return;
    }
    ++report_.runs;
    report_.steps += result.conformance->came_back.size();
    report_.round_trips += static_cast<std::uint64_t>(result.conformance->round_trips);
    for (std::size_t i = 0; i < result.conformance->came_back.size(); ++i)
      ++report_.kinds[std::string(to_string(trace.steps[i].kind)) + (trace.steps[i].is_ghost ? " of a ghost" : "")];
  }

  // The first of the smaller samples that still diverges, again and again.
  Disagreement shrink(model::Sample sample, Conformance conformance, std::uint64_t run) {
    Disagreement found{run, sample.trace(), sample.trace(), std::move(conformance)};
    shrinking_ = true;
    for (int round = 0; round < kRoundsMax && !report_.stopped; ++round) {
      const std::vector<model::Sample> smaller = sample.smaller(kShrinksAtOnce);
      if (smaller.empty()) break;
      const std::vector<Replayed> results = replay(smaller, drawn_);
      const auto still = std::find_if(results.begin(), results.end(), diverges);
      if (still == results.end()) break;
      sample = smaller[static_cast<std::size_t>(still - results.begin())];
      found.shrunk = sample.trace();
      found.conformance = *still->conformance;
    }
    return found;
  }

  const ReplayPlace& where_;
  const ConformOptions& options_;
  ConformReport report_;
  std::uint64_t drawn_ = 0;
  bool shrinking_ = false;
};

}  // namespace

ConformReport conform(const ReplayPlace& where, const ConformOptions& options) {
  return Conforming(where, options).run();
}

std::string describe(const ConformReport& report) {
  std::string text = fmt::format("{} runs, {} steps, {} round trips: {}\n", report.runs, report.steps,
                                 report.round_trips, report.disagreement ? "1 divergence" : "0 divergences");
  if (report.stopped) text += "stopped before all runs were done\n";
  for (const auto& [kind, count] : report.kinds) text += fmt::format("  {:<22} {}\n", kind, count);
  for (const auto& [why, count] : report.left_out) text += fmt::format("not replayed: {} ({})\n", why, count);
  if (!report.disagreement) return text;
  const Disagreement& found = *report.disagreement;
  text += fmt::format("\nrun {} diverges: {} steps as it was drawn, {} when shrunk\n\n", found.run,
                      found.drawn.steps.size(), found.shrunk.steps.size());
  for (std::size_t i = 0; i < found.shrunk.steps.size(); ++i)
    text += fmt::format("{:>4}  {}\n", i + 1, step_line(found.shrunk, found.shrunk.steps[i]));
  return text + "\n" + describe(found.shrunk, found.conformance);
}

}  // namespace stalemate::real
