// `stalemate explain`: a trace file in plain sentences.
#include <fmt/format.h>

#include <memory>

#include "ask/explain.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {

void add_explain(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand(
      "explain", "a trace in plain sentences: what was missed, which order decided, when it became inevitable");
  struct Options {
    std::string path;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  command.add_option("TRACE", options->path, "a trace file that breaks a property")->required();
  command.add_flag("--json", options->json, "the explanation as one JSON object; its steps are counted from 0");
  command.footer(
      "Steps are counted as in `stalemate show TRACE`.\n"
      "Example: stalemate check cache-aside -o race.json\n"
      "         stalemate explain race.json");
  command.callback([options, &action] {
    action = [options] {
      check_file_name(options->path, "TRACE", "/dev/stdin");
      const traces::Trace trace =
          model::rewalk(traces::read_json(read_text_file(options->path, kTraceBytesMax), options->path), options->path);
      if (trace.property.empty() || trace.steps.empty() || trace.steps.back().violates.empty())
        throw InputError(
            fmt::format("{}: breaks no property, so there is nothing to explain; see it with stalemate show {}",
                        excerpt(options->path), shell_word(options->path)));
      const model::Explanation explanation = model::explain(trace);
      print(options->json ? model::to_json(trace, explanation) : model::describe(trace, explanation));
      return 0;
    };
  });
}

}  // namespace stalemate::cli
