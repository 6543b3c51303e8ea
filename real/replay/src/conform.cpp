// Samples in chunks through replay_all(), and the descent from a sample that diverges to a small one that still does.
#include "replay/conform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ask/sample.hpp"
#include "base/error.hpp"
#include "director.hpp"
#include "os/signals.hpp"
#include "traces/render.hpp"

namespace stalemate::real {
namespace {

constexpr std::uint64_t kChunk = 50;        // drawn before they are replayed
constexpr std::size_t kShrinksAtOnce = 24;  // smaller samples that are tried together

// Throws where a machine is to blame.
bool goes_wrong(const Replayed& result) {
  if (result.conformance) return !result.conformance->reproduced();
  if (!result.is_input) throw EnvironmentError(result.error);
  return true;
}

class Conforming {
 public:
  Conforming(WarmServers& servers, const ConformOptions& options, ConformReport& report)
      : servers_(servers), options_(options), report_(report) {}

  void run() {
    while (drawn_ < options_.runs && !report_.disagreement && left_.empty()) chunk();
  }

  // What could not be removed, in clauses.
  const std::string& left() const { return left_; }

 private:
  void chunk() {
    const std::uint64_t count = std::min(kChunk, options_.runs - drawn_);
    preferred_ = traces::CacheServer{drawn_ / kChunk % 2 == 1};
    std::vector<model::Sample> samples;
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i < count; ++i) {
      throw_if_stopped();
      model::Sample sample(options_.seed, drawn_ + i);
      const bool is_asked = !options_.cache || traces::why_not_replayed(sample.trace(), *options_.cache).empty();
      if (!is_asked || !can_happen(sample.trace(), servers_.servers())) {
        ++report_.passed_over;
        continue;
      }
      samples.push_back(std::move(sample));
      numbers.push_back(drawn_ + i);
    }
    const ConformProgress before = now_;
    const std::vector<Replayed> results =
        replay(samples, [&](std::size_t done) { now_.runs = before.runs + static_cast<std::uint64_t>(done); });
    for (std::size_t i = 0; i < results.size(); ++i) {
      const bool is_wrong = goes_wrong(results[i]);
      ++report_.runs;
      if (results[i].conformance) count_in(samples[i].trace(), results[i]);
      if (!is_wrong) continue;
      const traces::Trace drawn = told(samples[i]);
      report_.disagreement = Disagreement{numbers[i], drawn, drawn, results[i]};
      shrink(samples[i], *report_.disagreement);
      break;
    }
    drawn_ += count;
  }

  template <typename Count>
  std::vector<Replayed> replay(const std::vector<model::Sample>& samples, const Count& count) {
    std::vector<traces::Trace> traces;
    for (const model::Sample& sample : samples) {
      throw_if_stopped();
      traces.push_back(told(sample));
    }
    BatchOptions batch;
    batch.jobs = options_.jobs;
    batch.replay.cache = [this](const traces::Trace& trace) { return cache_for(trace); };
    batch.on_result = [&, done = std::size_t{0}](std::size_t /*which*/, const Replayed& /*replayed*/) mutable {
      count(++done);
      if (options_.on_progress) options_.on_progress(now_);
    };
    std::vector<Replayed> results = servers_.replay_all(traces, batch);
    for (const Replayed& result : results) left_ += result.left;
    return results;
  }

  // Where both can be it, one chunk has the one and the next the other.
  traces::CacheServer cache_for(const traces::Trace& trace) const {
    if (options_.cache) return *options_.cache;
    const auto can = [&](traces::CacheServer server) { return traces::why_not_replayed(trace, server).empty(); };
    const traces::CacheServer other = traces::CacheServer{preferred_ == traces::CacheServer::kRedis};
    return can(preferred_) ? preferred_ : other;
  }

  traces::Trace told(const model::Sample& sample) const {
    return options_.retell ? options_.retell(sample.trace()) : sample.trace();
  }

  void count_in(const traces::Trace& trace, const Replayed& result) {
    report_.steps += result.conformance->came_back.size();
    const auto product = [&](const std::string& store) {
      const StoreAtEnd* const found = find_store(*result.conformance, store);
      return found == nullptr ? store : found->product;
    };
    report_.round_trips += static_cast<std::uint64_t>(result.conformance->round_trips);
    for (std::size_t i = 0; i < result.conformance->came_back.size(); ++i) {
      const traces::Step& step = trace.steps[i];
      ++report_.kinds[std::string(to_string(step.kind)) + (step.is_ghost ? " of a ghost" : "")];
      if (step.kind != traces::StepKind::kHandle || !step.request) continue;
      const traces::Request& asked = *step.request;
      ++report_.verbs[fmt::format("{} {}{}{}", product(asked.to), asked.verb, asked.watch.empty() ? "" : " ",
                                  asked.watch)];
    }
  }

  // To the first of the smaller samples that still goes wrong, again and again.
  void shrink(const model::Sample& drawn, Disagreement& found) {
    std::optional<model::Sample> sample = drawn;
    while (sample) {
      now_.shrinking = found.shrunk.steps.size();
      const std::vector<model::Sample> smaller = sample->smaller();
      sample.reset();
      for (std::size_t begin = 0; begin < smaller.size() && !sample; begin += kShrinksAtOnce) {
        const auto first = smaller.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = first + static_cast<std::ptrdiff_t>(std::min(kShrinksAtOnce, smaller.size() - begin));
        const std::vector<Replayed> results = replay({first, last}, [&](std::size_t) { ++now_.tried; });
        const auto still = std::find_if(results.begin(), results.end(), goes_wrong);
        if (still == results.end()) continue;
        sample = *(first + (still - results.begin()));
        found.shrunk = told(*sample);
        found.replayed = *still;
      }
    }
  }

  WarmServers& servers_;
  const ConformOptions& options_;
  ConformReport& report_;
  std::uint64_t drawn_ = 0;
  traces::CacheServer preferred_ = traces::CacheServer::kRedis;
  ConformProgress now_;
  std::string left_;
};

}  // namespace

ConformReport conform(const ReplayPlace& where, const ConformOptions& options) {
  ConformReport report;
  report.seed = options.seed;
  try {
    using traces::CacheServer;
    // What is published goes by a Redis, whatever the cache is.
    WarmServers servers(where, {.redis = true, .memcached = options.cache != CacheServer::kRedis});
    Conforming conforming(servers, options, report);
    try {
      conforming.run();
      if (!conforming.left().empty()) report.failed = "conform: some runs are done";
    } catch (const Interrupted& interrupted) {
      report.stopped = interrupted.what() + conforming.left();
      return report;
    } catch (const EnvironmentError& error) {
      if (report.runs == 0) throw EnvironmentError(error.what() + conforming.left());
      report.failed = error.what();
    }
    report.failed += conforming.left();
  } catch (const Interrupted& interrupted) {
    report.stopped = interrupted.what();
  }
  return report;
}

std::string describe(const ConformReport& report) {
  std::string text = fmt::format("{} runs, {} steps, {} round trips: {}\n", report.runs, report.steps,
                                 report.round_trips, report.disagreement ? "1 went wrong" : "0 divergences");
  if (!report.stopped.empty()) text += fmt::format("{}\n", report.stopped);
  if (report.passed_over > 0)
    text += fmt::format("{} more were drawn that these servers cannot be asked for, such as to fail over\n",
                        report.passed_over);
  for (const auto& [kind, count] : report.kinds) text += fmt::format("  {:<26} {}\n", kind, count);
  if (!report.verbs.empty()) text += "asked:\n";
  for (const auto& [verb, count] : report.verbs) text += fmt::format("  {:<26} {}\n", verb, count);
  if (!report.disagreement) return text;
  const Disagreement& found = *report.disagreement;
  text += fmt::format("\nrun {} {}: {} steps as it was drawn, {} when shrunk\n\n", found.run,
                      found.replayed.conformance ? "diverges" : "is refused", found.drawn.steps.size(),
                      found.shrunk.steps.size());
  for (std::size_t i = 0; i < found.shrunk.steps.size(); ++i)
    text += fmt::format("{:>4}  {}\n", i + 1, step_line(found.shrunk, found.shrunk.steps[i]));
  text += "\n";
  if (!found.replayed.conformance) return text + found.replayed.error + found.replayed.left + "\n";
  return text + describe(found.shrunk, *found.replayed.conformance);
}

}  // namespace stalemate::real
