// `stalemate conform`: random walks through random protocols, replayed on real servers; what diverges is a defect of
// the model, shrunk and saved.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "traces/json.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "replay/conform.hpp"
#endif

namespace stalemate::cli {
namespace {

constexpr int kRunsMax = 10'000'000;
constexpr int kJobsMax = 64;

struct ConformCommand {
  ServerOptions servers;
  CacheOptions cache;
  std::optional<int> runs;
  std::optional<int> jobs;
  std::optional<std::string> seed;
  OutputOptions output;
  bool json = false;

#ifdef STALEMATE_HAVE_REAL
  static constexpr int kRunsDefault = 1000;

  int run(std::string invocation) const {
    output.check();
    real::ReplayPlace where;
    cache.check(servers);
    where.urls = {servers.postgres, servers.redis, {}, servers.allow_remote, cache.memcached};
    real::ConformOptions options;
    options.cache = cache.server(servers);
    options.runs = static_cast<std::uint64_t>(runs.value_or(kRunsDefault));
    options.jobs = jobs.value_or(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
    options.seed = seed ? parse_seed(*seed) : std::random_device{}();
    if (!seed) invocation += fmt::format(" --seed {}", options.seed);
    const real::ConformReport report = conform(where, options);
    if (report.disagreement) output.write(traces::write_json(report.disagreement->shrunk));
    print(json ? real::to_json(report) : real::describe(report));
    if (!report.failed.empty()) note("stalemate: {}; the report is of what was done by then\n", report.failed);
    note("reproduce: {}\n", invocation);
    if (report.disagreement) return 1;
    return !report.failed.empty() ? 5 : !report.stopped.empty() ? 3 : 0;
  }

  static real::ConformReport conform(const real::ReplayPlace& where, real::ConformOptions options) {
    WorkProgress progress(fmt::format("stalemate " STALEMATE_VERSION " conform: {} runs, {} at a time, seed {}",
                                      options.runs, options.jobs, options.seed),
                          Heading::kAtStart, {});
    options.on_progress = [&](const real::ConformProgress& now) {
      progress.update([&](double seconds) {
        if (now.shrinking)
          return fmt::format("shrinking what went wrong: {} steps, {} smaller walks tried, {:.0f} s", *now.shrinking,
                             now.tried, seconds);
        return fmt::format("{} of {} runs, {:.0f} s", now.runs, options.runs, seconds);
      });
    };
    return real::conform(where, options);
  }
#else
  int run(const std::string&) const {
    throw EnvironmentError(
        "conform: this build has no real servers; install libpqxx, hiredis and OpenSSL and build again");
  }
#endif
};

}  // namespace

void add_conform(CLI::App& program, Action& action, const std::string& invocation) {
  CLI::App& command = *program.add_subcommand(
      "conform", "random walks through random protocols, with faults: does the model say what real servers do?");
  auto options = std::make_shared<ConformCommand>();
  add_number(command, "--runs", options->runs, {1, kRunsMax}, "walks to replay (default 1000)");
  command.add_option("--seed", options->seed, "repeats a run: the same seed replays the same (default: a fresh one)");
  add_number(command, "--jobs", options->jobs, {1, kJobsMax}, "how many at a time (default: as many as cores)");
  options->servers.add_to(command);
  options->cache.add_to(command);
  command.add_flag("--json", options->json, "print one JSON object; its steps are counted from 0");
  options->output.add_to(command, "write a walk that diverges, shrunk, to this file");
  command.footer(
      std::string(kAboutUrls) +
      "A divergence is a defect of the model, or of replaying it: please report it with the file of -o.\n"
      "Exit code: 0 every walk was reproduced, 1 one diverged, 3 stopped before the end, 5 a server is missing or was\n"
      "lost, or something may be left there.\n"
      "Example: stalemate conform --runs 500 --seed 7 -o divergence.json");
  command.callback(
      [options, &action, invocation] { action = [options, invocation] { return options->run(invocation); }; });
}

}  // namespace stalemate::cli
