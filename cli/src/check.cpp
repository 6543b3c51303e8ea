// `stalemate check`: options into a search, its report to stdout, its trace to a file, its verdict into the exit code.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "ask/as_drawn.hpp"
#include "ask/check.hpp"
#include "base/error.hpp"
#include "base/exit_code.hpp"
#include "cli/secrets.hpp"
#include "commands.hpp"
#include "complaint.hpp"
#include "machine/property.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {
namespace {

constexpr int kDepthMax = 1000000000;

std::string progress_line(const sim::Progress& now, double seconds) {
  return fmt::format("{} successors, {} distinct states, {:.0f}/s, depth {}, frontier {}, {} MiB, {:.0f} s",
                     now.transitions, now.states, static_cast<double>(now.states) / seconds, now.depth, now.frontier,
                     now.memory_bytes >> 20, seconds);
}

struct CheckCommand {
  std::vector<std::string> protocols;  // that are named
  ProtocolOptions protocol;            // that is checked
  ScenarioOptions scenario;
  OutputOptions output;
  model::CheckOptions check;
  SearchOptions search;
  std::optional<int> depth;
  bool no_reduction = false;
  bool no_fusing = false;
  bool no_symmetry = false;
  bool no_independence = false;
  bool as_drawn = false;
  bool json = false;

  // Each by itself.
  int run(const std::string& invocation) {
    if (protocols.size() == 1) {
      protocol.protocol = protocols.front();
      return run_one(invocation);
    }
    if (!output.path.empty())
      throw InputError("-o: several protocols may have a trace each, and the file holds one; check them one by one");
    std::vector<int> codes;
    if (json) print("[\n");
    for (const std::string& named : protocols) {
      if (!codes.empty()) print(json ? ",\n" : "\n");
      protocol.protocol = named;
      if (!json) print(named + "\n");
      int code = 0;
      const auto complaint = complaint_of([&] { code = run_one(invocation); });
      if (complaint) {
        code = complain(*complaint);
        const nlohmann::ordered_json told = {
            {"protocol", named}, {"error", without_passwords(complaint->message)}, {"exit_code", code}};
        if (json) print(told.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
      }
      codes.push_back(code);
      if (stop_was_asked()) break;
    }
    if (json) print("]\n");
    if (codes.size() < protocols.size())
      note("stopped: {} of {} protocols were not looked at\n", protocols.size() - codes.size(), protocols.size());
    if (codes.size() < protocols.size()) codes.push_back(3);
    return exit_code_of(codes);
  }

  int run_one(const std::string& invocation) {
    check.all ? output.check_folder() : output.check();
    search.add_to(check);
    check.depth_max = depth;
    check.reductions = {!no_reduction && !no_fusing, !no_reduction && !no_symmetry, !no_reduction && !no_independence};
    std::optional<TimeLimit> time_limit = search.time_limit();
    if (as_drawn) return run_as_drawn(std::move(time_limit), invocation);

    const model::Protocol read = protocol.read();
    const traces::Scenario words = scenario.scenario(read, check.count_schedules ? "--count-schedules" : "");
    model::Report report;
    {
      WorkProgress progress(fmt::format("stalemate " STALEMATE_VERSION " check {}: {}, {} threads", read.name,
                                        model::describe(words), check.threads),
                            Heading::kWithProgress, std::move(time_limit));
      check.interrupt = [&](const sim::Progress& now) {
        return progress.update([&](double seconds) { return progress_line(now, seconds); });
      };
      report = model::check(read, words, check);
    }
    if (report.causes)
      keep_all(*report.causes);
    else
      keep(report.trace ? &*report.trace : nullptr);
    print(json ? model::to_json(report) : model::describe(report));
    if (report.verdict == model::Verdict::kViolated) note("reproduce: {}\n", invocation);
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

  // The races of the page, in the order that they show.
  int run_as_drawn(std::optional<TimeLimit> time_limit, const std::string& invocation) {
    const model::ScenarioWords& said = scenario.given;
    if (said.readers || said.writers || !said.app.empty() || said.keys || said.all_invoked || check.count_schedules ||
        !check.properties.empty() || check.exhaust || check.all)
      throw InputError(
          "--as-drawn: the diagram says who does what; leave out --readers, --writers, --app, --keys, "
          "--all-invoked, --property, --exhaust, --all and --count-schedules");
    const auto [page, line] = protocol.read_page();
    model::AsDrawnReport report;
    {
      WorkProgress progress(fmt::format("stalemate " STALEMATE_VERSION " check {} --as-drawn", page.file),
                            Heading::kWithProgress, std::move(time_limit));
      check.interrupt = [&](const sim::Progress& now) {
        return progress.update([&](double seconds) { return progress_line(now, seconds); });
      };
      model::AsDrawnOptions options;
      options.given = said;
      options.interrupt = check.interrupt;
      report = model::as_drawn(page, line, options, check);
    }
    const auto answers = [&](model::AsDrawn::Answer answer) {
      return std::find_if(report.races.begin(), report.races.end(),
                          [&](const model::AsDrawn& race) { return race.answer == answer; });
    };
    const auto wrong = answers(model::AsDrawn::Answer::kEndsWrong);
    const auto shown = wrong != report.races.end() ? wrong : answers(model::AsDrawn::Answer::kEndsRight);
    keep(shown != report.races.end() ? &*shown->trace : nullptr);
    print(json ? model::to_json(report) : model::describe(report));
    if (wrong != report.races.end()) {
      note("reproduce: {}\n", invocation);
      return 1;
    }
    const bool all_shown = std::all_of(report.races.begin(), report.races.end(), [](const model::AsDrawn& race) {
      return race.answer == model::AsDrawn::Answer::kEndsRight;
    });
    return all_shown ? 0 : 3;
  }

  void keep_all(const std::vector<model::Cause>& causes) const {
    for (std::size_t i = 0; i < causes.size(); ++i) output.write_cause(i + 1, traces::write_json(causes[i].trace));
    if (causes.empty() && !output.path.empty()) note("no trace to write to {}\n", output.path);
  }

  // Null: there is none.
  void keep(const traces::Trace* trace) const {
    if (trace != nullptr)
      output.write(traces::write_json(*trace));
    else if (!output.path.empty())
      note("{}", no_trace(output.path));
  }

  // What became of the output file of a check that found nothing to write to it.
  static std::string no_trace(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored))
      return fmt::format("no trace to write; the older {} is left as it was\n", path);
    return fmt::format("no trace to write: {} was not made\n", path);
  }
};

}  // namespace

void add_check(CLI::App& program, Action& action, const std::string& invocation) {
  CLI::App& command =
      *program.add_subcommand("check", "search the whole state space; its shortest trace, or a proof within bounds");
  auto options = std::make_shared<CheckCommand>();
  options->protocol.add_to(command, options->protocols);
  options->scenario.add_to(command);
  command
      .add_option("--property", options->check.properties,
                  fmt::format("what to check (default: those that apply, and {} only when it is named; repeatable)",
                              fmt::join(model::named_only(), ", ")))
      ->allow_extra_args(false);
  command.add_flag("--exhaust", options->check.exhaust, "go on after the first violation and count everything");
  command.add_flag(
      "--all", options->check.all,
      "go on after the first violation and keep one shortest trace for each cause: property, faults, race");
  command.add_flag("--count-schedules", options->check.count_schedules,
                   "count the schedules that end in a violation; implies --all-invoked");
  command.add_flag("--compact", options->check.compact,
                   "memory before speed: a denser table, and of each state over 8 bytes a fingerprint of 64 bits (then "
                   "the chance that one was missed is printed)");
  command.add_flag("--no-reduction", options->no_reduction, "search the plain state space: none of these");
  command.add_flag("--no-fusing", options->no_fusing,
                   "receive a reply in a step of its own; the trace then has the fewest steps of all");
  command.add_flag("--no-symmetry", options->no_symmetry, "tell app instances with the same script apart");
  command.add_flag("--no-independence", options->no_independence, "try every order of steps that commute");
  options->search.add_to(command, "inconclusive");
  add_number(command, "--depth", options->depth, {1, kDepthMax}, "stop at this many steps, inconclusive");
  command.add_flag(
      "--as-drawn", options->as_drawn,
      "of a diagram that shows a race, with a participant for each app instance: take the order that it "
      "shows; say whether it can happen, how it ends, and whether another protocol of the page forbids it");
  command.add_flag("--json", options->json, "print one JSON object");
  options->output.add_to(command, "write the trace to this file; with --all each to a file in this folder");
  command.footer(
      "Exit code: 0 holds, 1 violated, 3 inconclusive, 4 something drawn is not modelled yet or must be asked.\n"
      "Examples:\n"
      "  stalemate check docs/caching.md --readers 2 --writers 1 -o race.json\n"
      "  stalemate check docs/*.md --json\n"
      "  stalemate check docs/race.md --as-drawn\n"
      "  stalemate check cache-aside --cached --fault lost-reply@write:1\n"
      "  stalemate check cache-aside --cached --fault any --all -o causes/\n"
      "  stalemate check cache-aside --count-schedules");
  command.callback(
      [options, &action, invocation] { action = [options, invocation] { return options->run(invocation); }; });
}

}  // namespace stalemate::cli
