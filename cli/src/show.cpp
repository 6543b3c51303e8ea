// `stalemate show`: a trace file through one of the renderers, or a protocol as a model for another checker.
#include <fmt/format.h>

#include <memory>

#include "ask/explain.hpp"
#include "base/error.hpp"
#include "commands.hpp"
#include "export/export.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::cli {
namespace {

// Calls visit(name, summary) for whatever --as may name.
template <class Visit>
void each_rendering(const Visit& visit) {
  for (const traces::Renderer& renderer : traces::renderers()) visit(renderer.name, renderer.summary);
  for (const model::Exporter& exporter : model::exporters()) visit(exporter.name, exporter.summary);
}

InputError no_such_rendering(const std::string& name) {
  std::vector<std::string> names;
  each_rendering([&](std::string_view each, std::string_view) { names.emplace_back(each); });
  return InputError(fmt::format("--as {}: no such rendering{}; there is {}", excerpt(name), suggestion(name, names),
                                fmt::join(names, ", ")));
}

// What to point out; nothing, with a remark, where the trace is not one of today's model.
traces::Highlights highlights_of(const traces::Trace& trace) {
  if (trace.property.empty()) return {};
  try {
    return model::find_highlights(trace);
  } catch (const InputError& error) {
    note("the racing pair and the point of no return are not marked: {}\n", error.what());
    return {};
  }
}

struct ShowCommand {
  ProtocolOptions shown;  // a trace file, or a protocol
  ScenarioOptions scenario;
  std::string as = "text";

  int run() const {
    if (const model::Exporter* exporter = model::find_exporter(as)) {
      const model::Protocol protocol = shown.read();
      print(exporter->write(protocol, scenario.scenario(protocol)));
      return 0;
    }
    const traces::Renderer* renderer = traces::find_renderer(as);
    if (renderer == nullptr) throw no_such_rendering(as);
    const std::string& path = shown.protocol;
    check_file_name(path, "TRACE", "/dev/stdin");
    if (!scenario.given.empty() || !shown.roles.empty())
      throw InputError(fmt::format("--as {}: a trace says its own scenario and roles; leave out{}{}", as,
                                   scenario.given.as_options(), shown.roles.empty() ? "" : " --role"));
    const traces::Trace trace = traces::read_json(read_text_file(path, kTraceBytesMax), path);
    print(renderer->render(trace, renderer->points_out ? highlights_of(trace) : traces::Highlights{}));
    return 0;
  }
};

}  // namespace

void add_show(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand(
      "show",
      "a trace as text, as a diagram to paste or to look at, or in another tool's format; a protocol as a model for "
      "another checker");
  auto options = std::make_shared<ShowCommand>();
  std::string formats;
  each_rendering([&](std::string_view name, std::string_view summary) {
    formats += fmt::format("{}{}: {}", formats.empty() ? "" : "; ", name, summary);
  });
  options->shown.add_trace_or_protocol_to(command);
  command.add_option("--as", options->as, formats)->capture_default_str();
  options->scenario.add_to(command);
  command.footer(
      "promela and tla take a PROTOCOL and the options of a scenario; the others take a TRACE alone.\n"
      "Exit code: 4 where the protocol or the scenario has something that is not exported to other checkers yet.\n"
      "Examples:\n"
      "  stalemate show race.json --as svg > race.svg\n"
      "  stalemate show cache-aside --cached --fault lost-reply --as promela > cache_aside.pml\n"
      "  stalemate show docs/caching.md --readers 2 --as tla > Caching.tla");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
