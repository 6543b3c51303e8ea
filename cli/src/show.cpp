// `stalemate show`: a trace file through one of the renderers.
#include <fmt/format.h>

#include <memory>

#include "ask/explain.hpp"
#include "base/error.hpp"
#include "commands.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::cli {
namespace {

InputError no_such_rendering(const std::string& name) {
  std::vector<std::string> names;
  for (const traces::Renderer& renderer : traces::renderers()) names.emplace_back(renderer.name);
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

}  // namespace

void add_show(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand(
      "show", "a trace as text, as a diagram to paste or to look at, or in another tool's format");
  struct Options {
    std::string path;
    std::string as = "text";
  };
  auto options = std::make_shared<Options>();
  std::string formats;
  for (const traces::Renderer& renderer : traces::renderers())
    formats += fmt::format("{}{}: {}", formats.empty() ? "" : "; ", renderer.name, renderer.summary);
  command.add_option("TRACE", options->path, "a trace file")->required();
  command.add_option("--as", options->as, formats)->capture_default_str();
  command.footer("Example: stalemate show race.json --as svg > race.svg");
  command.callback([options, &action] {
    action = [options] {
      const traces::Renderer* renderer = traces::find_renderer(options->as);
      if (renderer == nullptr) throw no_such_rendering(options->as);
      check_file_name(options->path, "TRACE", "/dev/stdin");
      const traces::Trace trace = traces::read_json(read_text_file(options->path, kTraceBytesMax), options->path);
      print(renderer->render(trace, renderer->points_out ? highlights_of(trace) : traces::Highlights{}));
      return 0;
    };
  });
}

}  // namespace stalemate::cli
