// `stalemate check`: options into a search, its report to stdout, its trace to a file, its verdict into the exit code.
#include <fmt/format.h>

#include <memory>
#include <thread>

#include "commands.hpp"
#include "model/check.hpp"
#include "model/property.hpp"
#include "model/scenario.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "traces/error.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {
namespace {

constexpr unsigned kThreadsMax = 256;

struct CheckCommand {
  ProtocolOptions protocol;
  ScenarioOptions scenario;
  OutputOptions output;
  model::CheckOptions check;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::optional<int> depth;
  std::string memory;
  std::string time;
  bool no_reduction = false;
  bool json = false;

  int run(const std::string& invocation) {
    output.check();
    if (threads < 1 || threads > static_cast<int>(kThreadsMax))
      throw traces::InputError(fmt::format("--threads {}: say a number from 1 to {}", threads, kThreadsMax));
    if (depth && *depth < 1) throw traces::InputError(fmt::format("--depth {}: say at least 1", *depth));
    check.threads = static_cast<unsigned>(threads);
    check.depth_max = depth;
    if (!memory.empty()) check.memory_bytes_max = parse_bytes(memory, "--memory");
    std::optional<std::chrono::milliseconds> time_max;
    if (!time.empty()) time_max = parse_duration(time, "--time");

    const model::Protocol read = protocol.read();
    const traces::Scenario words = scenario.scenario(read);
    model::Report report;
    {
      SearchProgress progress(fmt::format("stalemate " STALEMATE_VERSION " check {}: {}, {} threads", read.name,
                                          model::describe(words), threads),
                              time_max);
      check.interrupt = [&](const sim::Progress& now) { return progress.update(now); };
      report = model::check(read, words, check);
    }
    if (report.trace)
      output.write(traces::write_json(*report.trace));
    else if (!output.path.empty())
      fmt::print(stderr, "no trace to write: {} was not made\n", output.path);
    print(json ? model::to_json(report) : model::describe(report));
    if (report.verdict == model::Verdict::kViolated) fmt::print(stderr, "reproduce: {}\n", invocation);
    switch (report.verdict) {
      case model::Verdict::kHolds:
        return 0;
      case model::Verdict::kViolated:
        return 1;
      case model::Verdict::kInconclusive:
        return 3;
    }
    return 3;
  }
};

}  // namespace

void add_check(CLI::App& program, Action& action, const std::string& invocation) {
  CLI::App& command =
      *program.add_subcommand("check", "search the whole state space; the shortest trace, or a proof within bounds");
  auto options = std::make_shared<CheckCommand>();
  options->protocol.add_to(command);
  options->scenario.add_to(command);
  command.add_option("--property", options->check.properties, "what to check (default: those that apply; repeatable)")
      ->allow_extra_args(false);
  command.add_flag("--exhaust", options->check.exhaust, "go on after the first violation and count everything");
  command.add_flag("--count-schedules", options->check.count_schedules,
                   "count the schedules that end in a violation; implies --all-invoked");
  command.add_flag("--no-reduction", options->no_reduction, "search the plain state space");
  command.add_option("--threads", options->threads, "threads (default: all cores; never changes the result)");
  command.add_option("--depth", options->depth, "stop at this many steps, inconclusive");
  command.add_option("--memory", options->memory, "stop at this much memory for states, inconclusive: 4GiB");
  command.add_option("--time", options->time, "stop after this time, inconclusive: 30s");
  command.add_flag("--json", options->json, "print one JSON object");
  options->output.add_to(command, "write the trace to this file");
  command.footer(
      "Exit code: 0 holds, 1 violated, 3 inconclusive.\n"
      "Examples:\n"
      "  stalemate check docs/caching.md --readers 2 --writers 1 -o race.json\n"
      "  stalemate check cache-aside --cached --fault lost-reply@write:1\n"
      "  stalemate check cache-aside --count-schedules");
  command.callback(
      [options, &action, invocation] { action = [options, invocation] { return options->run(invocation); }; });
}

}  // namespace stalemate::cli
