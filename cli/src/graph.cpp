// `stalemate graph`: the whole state space of a small scenario, for a person or for a tool that draws.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "commands.hpp"
#include "graphviz.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "reduce/state_space.hpp"
#include "streams.hpp"
#include "tell/state_graph.hpp"
#include "traces/state_graph.hpp"

namespace stalemate::cli {
namespace {

constexpr std::uint64_t kCountMax = 1000000;  // states that are counted to say how large a graph would be

// `states_max`: what a tool still shows at once; of svg, what `dot` lays out within seconds.
struct Format {
  std::string_view name;
  std::string_view summary;
  std::uint64_t states_max;
  std::string (*write)(const traces::StateGraph& graph);
};
constexpr std::array kFormats = {
    Format{"dot", "for Graphviz", 2000, traces::write_dot},
    Format{"graphml", "for Gephi, yEd, NetworkX", 2000, traces::write_graphml},
    Format{"svg", "drawn by Graphviz's dot", 800,
           [](const traces::StateGraph& graph) { return draw_svg(traces::write_dot(graph)); }},
};

const Format& find_format(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw InputError(fmt::format("--as {}: no such format{}; there is {}", excerpt(name), suggestion(name, names),
                               fmt::join(names, ", ")));
}

struct GraphCommand {
  ProtocolOptions protocol;
  ScenarioOptions scenario;
  OutputOptions output;
  std::vector<std::string> properties;
  std::string as = "dot";

  int run() const {
    const Format& format = find_format(as);
    output.check();
    model::refuse_liveness(properties);
    const model::Protocol read = protocol.read();
    const model::Machine machine =
        model::make_machine(read, scenario.scenario(read), properties, model::Granularity::kPlain);
    const auto space = model::build_state_space(machine, format.states_max);
    if (!space) throw InputError(too_large(machine, format));
    const std::string drawn = format.write(model::tell_state_graph(machine, read, *space));
    if (output.path.empty())
      print(drawn);
    else
      output.write(drawn);
    note("{} states, {} steps\n", space->state_count(), space->actions.size());
    return 0;
  }

  std::string too_large(const model::Machine& machine, const Format& format) const {
    const model::SpaceSize size = model::measure_state_space(machine, kCountMax);
    std::string larger;
    for (const Format& other : kFormats)
      if (size.complete && size.states <= other.states_max)
        larger += fmt::format("{}--as {}", larger.empty() ? "" : " or ", other.name);
    return fmt::format(
        "--as {}: {}{} states are too many, it draws at most {}; take {}a smaller scenario, or the "
        "shortest trace alone: {}",
        format.name, size.complete ? "" : "more than ", size.complete ? size.states : kCountMax, format.states_max,
        larger.empty() ? "" : larger + ", ", trace_command());
  }

  // The command that finds the trace of this very scenario.
  std::string trace_command() const {
    std::string command = "stalemate check " + shell_word(protocol.protocol);
    for (const std::string& role : protocol.roles) command += " --role " + shell_word(role);
    command += scenario.given.as_options();
    for (const std::string& property : properties) command += " --property " + shell_word(property);
    return command + " -o trace.json";
  }
};

}  // namespace

void add_graph(CLI::App& program, Action& action) {
  CLI::App& command =
      *program.add_subcommand("graph", "every state of a small scenario and every step between, as a drawing");
  auto options = std::make_shared<GraphCommand>();
  options->protocol.add_to(command);
  options->scenario.add_to(command);
  command
      .add_option("--property", options->properties,
                  "what is marked where it is broken (default: those that apply; repeatable)")
      ->allow_extra_args(false);
  std::string formats;
  for (const Format& format : kFormats)
    formats += fmt::format("{}{}: {}, at most {} states", formats.empty() ? "" : "; ", format.name, format.summary,
                           format.states_max);
  command.add_option("--as", options->as, formats)->capture_default_str();
  options->output.add_to(command, "write the drawing to this file (default: to stdout)");
  command.footer(
      "Thick: the shortest way to break a property.\n"
      "Examples:\n"
      "  stalemate graph cache-aside --as svg -o states.svg\n"
      "  stalemate graph cache-aside --cached --fault lost-message --as graphml -o states.graphml");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
