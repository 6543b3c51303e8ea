// `stalemate lesson`: a protocol's story, its repair and its whole state space as one HTML file to teach with.
#include <fmt/format.h>

#include <memory>

#include "ask/lesson.hpp"
#include "base/error.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/lesson.hpp"

namespace stalemate::cli {
namespace {

struct LessonCommand {
  ProtocolOptions protocol;
  ScenarioOptions scenario;
  OutputOptions output;
  model::LessonOptions lesson;

  int run() const {
    if (output.path.empty()) throw InputError("say where the page goes: -o lesson.html");
    output.check();
    const model::Protocol read = protocol.read();
    const traces::Lesson made = model::make_lesson(read, scenario.scenario(read), lesson);
    output.write(traces::render_lesson(made));
    std::string told;
    for (const traces::LessonSide& side : made.sides)
      told +=
          fmt::format("{}{}: {}, {} states", told.empty() ? "" : "; ", excerpt(side.protocol),
                      side.broken.empty() ? "nothing is violated" : side.broken + " is violated", side.states.size());
    note("{}: open it in a browser\n{}\n", output.path, told);
    return 0;
  }
};

}  // namespace

void add_lesson(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand(
      "lesson", "a page to teach with: the story step by step, the same on the database alone, and a game");
  auto options = std::make_shared<LessonCommand>();
  options->protocol.add_to(command);
  options->scenario.add_to(command);
  command.add_option("--property", options->lesson.properties, "what to check (default: those that apply; repeatable)")
      ->allow_extra_args(false);
  options->output.add_to(command, "write the page to this file: one HTML file that needs no network");
  command.footer(
      fmt::format("The whole state space is part of the page: {} states at most. A fault that is asked for strikes in\n"
                  "its story if one can; on the database alone the same strikes, or the page says why none does.\n"
                  "Exit code: 0 written.\n"
                  "Examples:\n"
                  "  stalemate lesson cache-aside -o lesson.html\n"
                  "  stalemate lesson docs/caching.md --cached --fault lost-request@write:2 -o lost-delete.html",
                  model::kLessonStatesMax));
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
