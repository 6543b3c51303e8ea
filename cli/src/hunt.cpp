// `stalemate hunt`: options into a hunt, what it finds to files before it is shown, its report to stdout, its verdict
// into the exit code. The one place where a fresh seed is drawn.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>

#include "ask/hunt.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "sim/strategies.hpp"
#include "streams.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {
namespace {

constexpr int kRunsMax = 1000000000;
constexpr int kKeysDrawn = 2;

std::string progress_line(const model::HuntProgress& now, double seconds) {
  return fmt::format("{} runs, {} steps, {:.0f} steps/s, {} distinct states, {} found, {:.0f} s{}", now.runs, now.steps,
                     static_cast<double>(now.steps) / seconds, now.states, now.found, seconds,
                     now.shrinking ? ", shrinking" : "");
}

struct HuntCommand {
  ProtocolOptions protocol;
  ScenarioOptions scenario;
  OutputOptions output;
  model::HuntOptions hunt;
  std::optional<int> apps;
  std::optional<int> operations;
  std::optional<int> runs;
  std::optional<std::string> seed;
  std::optional<std::string> time;
  bool json = false;

  int run(std::string invocation) {
    check_output();
    if (!seed) {
      hunt.seed = std::random_device{}();
      invocation += fmt::format(" --seed {}", hunt.seed);
    } else {
      hunt.seed = parse_seed(*seed);
    }
    std::optional<TimeLimit> time_limit;
    if (time) time_limit = TimeLimit{parse_duration(*time, "--for"), *time};
    if (runs)
      hunt.runs_max = static_cast<std::uint64_t>(*runs);
    else if (time_limit)
      hunt.runs_max = 0;

    const model::Protocol read = protocol.read();
    const model::HuntSpace space = this->space(read);
    model::HuntReport report;
    {
      WorkProgress progress(heading(read, space), Heading::kAtStart, std::move(time_limit));
      hunt.interrupt = [&](const model::HuntProgress& now) {
        return progress.update([&](double seconds) { return progress_line(now, seconds); });
      };
      std::size_t count = 0;
      hunt.found = [&](const model::HuntFound& found) {
        save(found, ++count);
        progress.clear_line();
        note("run {}: {}, {} steps{}\n", found.run, found.cause, found.trace.steps.size(),
             output.path.empty() ? "" : "; written to " + path_of(count));
      };
      report = model::hunt(read, space, hunt);
    }
    print(json ? model::to_json(report) : model::describe(report));
    if (report.found.empty() && !output.path.empty()) note("no trace to write to {}\n", output.path);
    note("reproduce: {}\n", invocation);
    return report.verdict == model::Verdict::kViolated ? 1 : 3;
  }

  // The scripts that are given, or what to draw them from.
  model::HuntSpace space(const model::Protocol& read) const {
    model::HuntSpace space;
    if (scenario.given.readers || scenario.given.writers || !scenario.given.app.empty()) {
      for (const auto& [name, value] : {std::pair{"--apps", apps}, std::pair{"--operations", operations}})
        if (value)
          throw InputError(fmt::format(
              "{} {}: --readers, --writers and --app say who runs what, so nothing is drawn; leave one of them out",
              name, *value));
      space.scenario = scenario.scenario(read);
      if (space.scenario.apps.empty())
        throw InputError("--readers 0 --writers 0: nothing would run; say how many of either, or leave both out");
      return space;
    }
    const model::ScenarioWords words = scenario.words(read);
    space.scenario.keys = words.keys.value_or(kKeysDrawn);
    words.add_rules_to(space.scenario);
    space.scenario.all_invoked = words.all_invoked;
    space.apps = apps.value_or(space.apps);
    space.operations = operations.value_or(space.operations);
    return space;
  }

  std::string heading(const model::Protocol& read, const model::HuntSpace& space) const {
    return fmt::format(
        "stalemate " STALEMATE_VERSION " hunt {}: {}, {}, strategy {}, {}{}, seed {}", read.name,
        model::describe(space),
        hunt.properties.empty() ? "every property that applies" : fmt::format("{}", fmt::join(hunt.properties, ", ")),
        hunt.strategy, hunt.runs_max == 0 ? "runs" : fmt::format("{} runs", hunt.runs_max), time ? " for " + *time : "",
        hunt.seed);
  }

  std::string path_of(std::size_t count) const { return hunt.all ? output.path_of_cause(count) : output.path; }

  void check_output() const { hunt.all ? output.check_folder() : output.check(); }

  void save(const model::HuntFound& found, std::size_t count) const {
    const std::string text = traces::write_json(found.trace);
    hunt.all ? output.write_cause(count, text) : output.write(text);
  }
};

std::string strategies_help() {
  std::string text = "how steps are chosen";
  for (std::size_t i = 0; i < sim::kStrategies.size(); ++i)
    text += fmt::format("{} {}: {}", i == 0 ? ":" : ";", sim::kStrategies[i].name, sim::kStrategies[i].summary);
  return text;
}

}  // namespace

void add_hunt(CLI::App& program, Action& action, const std::string& invocation) {
  CLI::App& command = *program.add_subcommand(
      "hunt", "random scenarios, faults and schedules, where the space is too large to search; shrinks what it finds");
  auto options = std::make_shared<HuntCommand>();
  options->protocol.add_to(command);
  add_number(command, "--apps", options->apps, {1, model::kHuntAppsMax},
             "draw up to this many app instances (default 3)");
  add_number(command, "--operations", options->operations, {1, model::kHuntOperationsMax},
             "of up to this many operations each (default 3)");
  options->scenario.add_to(command);
  command.get_option("--keys")->description(
      "draw from up to this many keys (default 2); with --app how many there are");
  command.get_option("--readers")->description("draw no scripts: app instances that run Read once");
  command.get_option("--writers")->description("draw no scripts: app instances that run Write once");
  command.get_option("--fault")->description(faults_help("how often at most"));
  command.add_option("--property", options->hunt.properties, "what to watch (default: those that apply; repeatable)")
      ->allow_extra_args(false);
  add_number(command, "--runs", options->runs, {1, kRunsMax}, "schedules to try (default 100000; none with --for)");
  command.add_option("--for", options->time, "stop after this time: 30s, 10m");
  command.add_option("--seed", options->seed, "repeats a hunt: the same seed finds the same (default: a fresh one)");
  command.add_option("--strategy", options->hunt.strategy, strategies_help())->capture_default_str();
  command.add_flag("--all", options->hunt.all, "go on after the first violation and keep one trace for each cause");
  command.add_flag("--json", options->json, "print one JSON object");
  options->output.add_to(command, "write the trace to this file; with --all each to a file in this folder");
  command.footer(
      "Exit code: 1 violated, 3 inconclusive: nothing found proves nothing, and what was covered is told.\n"
      "Examples:\n"
      "  stalemate hunt docs/caching.md --apps 4 --operations 3 --keys 2 --fault lost-message -o found.json\n"
      "  stalemate hunt cache-aside --fault any=2 --for 10m --all -o found/\n"
      "  stalemate hunt database-only --readers 3 --writers 3 --runs 1000000 --seed 7");
  command.callback(
      [options, &action, invocation] { action = [options, invocation] { return options->run(invocation); }; });
}

}  // namespace stalemate::cli
