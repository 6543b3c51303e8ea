// `stalemate compare`: what a change of a protocol wins and loses.
#include <fmt/format.h>

#include <memory>

#include "ask/compare.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

struct CompareCommand {
  ProtocolOptions before;
  ProtocolOptions after;
  std::vector<std::string> roles;
  ScenarioOptions scenario;
  model::CompareOptions compare;
  SearchOptions search;
  bool json = false;
  bool markdown = false;

  int run(const std::string& invocation) {
    before.roles = roles;
    after.roles = roles;
    const model::Protocol was = before.read();
    const model::Protocol is = after.read();
    compare.given = scenario.words(is);
    compare.given.fault = scenario.given.fault;
    search.add_to(compare.check);
    std::optional<TimeLimit> time_limit = search.time_limit();
    model::Comparison comparison;
    {
      WorkProgress progress(fmt::format("stalemate " STALEMATE_VERSION " compare {} {}", was.name, is.name),
                            Heading::kWithProgress, std::move(time_limit));
      compare.check.interrupt = [&](const sim::Progress& now) {
        return progress.update([&](double seconds) {
          return fmt::format("{} distinct states in this row and side, depth {}, {:.0f} s", now.states, now.depth,
                             seconds);
        });
      };
      comparison = model::compare(was, is, compare);
    }
    print(json ? model::to_json(comparison) : markdown ? model::to_markdown(comparison) : model::describe(comparison));
    if (comparison.has(model::Change::kLost)) {
      note("reproduce: {}\n", invocation);
      return 1;
    }
    return comparison.has(model::Change::kUndecided) || !comparison.limits.empty() ? 3 : 0;
  }
};

}  // namespace

void add_compare(CLI::App& program, Action& action, const std::string& invocation) {
  CLI::App& command = *program.add_subcommand(
      "compare", "what a change wins and loses: every property, without faults and with each fault alone");
  auto options = std::make_shared<CompareCommand>();
  command.add_option("BEFORE", options->before.protocol, "a Markdown or Mermaid file, or a page of the catalogue")
      ->required();
  command.add_option("AFTER", options->after.protocol, "the same, after the change")->required();
  command.add_option("--role", options->roles, "of both: what a participant is, X=cache (repeatable)")
      ->allow_extra_args(false);
  options->scenario.add_to(command);
  command
      .add_option("--property", options->compare.properties,
                  "what to compare (default: those that apply to either; repeatable)")
      ->allow_extra_args(false);
  command.add_flag("--count-schedules", options->compare.count_schedules,
                   "with each fault, too, count the orders that end in a violation");
  options->search.add_to(command, "undecided");
  CLI::Option* const json = command.add_flag("--json", options->json, "print one JSON object");
  command.add_flag("--markdown", options->markdown, "print Markdown, to paste into a pull request")->excludes(json);
  command.footer(
      "With --fault the rows are those faults, else each kind alone that can strike either side. What the command "
      "line\n"
      "leaves open of the scenario, the lines of AFTER may say.\n"
      "Exit code: 0 nothing lost, 1 something lost: it held and is violated now; 3 a limit came before the end.\n"
      "Examples:\n"
      "  stalemate compare cache-aside double-delete\n"
      "  stalemate compare old.md new.md --readers 2 --fault lost-message --markdown");
  command.callback(
      [options, &action, invocation] { action = [options, invocation] { return options->run(invocation); }; });
}

}  // namespace stalemate::cli
