// `stalemate step`: a walk by a person at a prompt, or by a file that lists the steps.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "ask/walk.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::cli {
namespace {

constexpr std::size_t kScheduleBytesMax = std::size_t{1} << 20;
constexpr std::size_t kPathMax = 4096;
constexpr const char* kHelp =
    "  a number     take that step\n"
    "  words        take the step they name, such as: handle app1\n"
    "  u, undo      take back the last step\n"
    "  t            the walk so far, as a table\n"
    "  w FILE       write it as a trace\n"
    "  ?, h, help   this list\n"
    "  q, quit      leave\n";

struct StepCommand {
  ProtocolOptions protocol;
  ScenarioOptions scenario;
  OutputOptions output;
  std::vector<std::string> properties;
  std::string schedule;

  int run() {
    output.check();
    const model::Protocol read = protocol.read();
    model::Walk walk(read, scenario.scenario(read), properties);
    if (!schedule.empty())
      follow(walk);
    else
      converse(walk);
    const traces::Trace trace = walk.trace();
    output.write(traces::write_json(trace));
    if (!schedule.empty()) {
      print(table(trace));
      if (!walk.enabled().empty()) print("\nenabled next:\n" + menu(walk));
    }
    return trace.property.empty() ? 0 : 1;
  }

  void follow(model::Walk& walk) const {
    const std::string text = read_text_file(schedule, kScheduleBytesMax);
    int line_number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line(trim(std::string_view(text).substr(begin, end - begin)));
      begin = end + 1;
      ++line_number;
      if (line.empty() || line[0] == '#') continue;
      walk.take(find(walk, line, fmt::format("{}:{}", schedule, line_number)));
    }
  }

  // model::find_step, with words that its message may hold: no name of a step is changed by the excerpt.
  static std::size_t find(const model::Walk& walk, const std::string& words, const std::string& where) {
    const traces::Trace trace = walk.trace();
    std::size_t longest = kExcerptMax;
    for (const traces::Step& step : walk.enabled()) longest = std::max(longest, model::step_name(trace, step).size());
    return model::find_step(trace, walk.enabled(), excerpt(words, longest), where);
  }

  void converse(model::Walk& walk) {
    print(fmt::format("{}: {}\nChoose what happens next; ? for help.\n", walk.trace().protocol.name,
                      model::describe(walk.trace().scenario)));
    bool show = true;
    while (true) {
      if (show) print("\n" + situation(walk.trace()) + menu(walk));
      show = false;
      print("> ");
      std::string line;
      if (!std::getline(std::cin, line)) break;
      line = std::string(trim(line));
      if (line == "q" || line == "quit") return;
      try {
        show = obey(walk, line);
      } catch (const InputError& error) {
        print(fmt::format("{}\n", error.what()));
      } catch (const EnvironmentError& error) {
        print(fmt::format("{}\n", error.what()));  // Throws in turn, and ends it, where it is stdout that failed.
      }
    }
    print("\n");
  }

  // Whether the situation changed.
  bool obey(model::Walk& walk, const std::string& line) {
    if (line.empty()) return true;
    if (line == "?" || line == "h" || line == "help") {
      print(kHelp);
    } else if (line == "u" || line == "undo") {
      if (walk.undo()) return true;
      print("nothing to undo\n");
    } else if (line == "t") {
      print(table(walk.trace()));
    } else if (line == "w" || line.rfind("w ", 0) == 0) {
      const std::string path(trim(std::string_view(line).substr(1)));
      check_file_name(path, "w", "/dev/stdout");
      write_file(path, traces::write_json(walk.trace()), output.force ? Overwrite::kForce : Overwrite::kKeep);
      print(fmt::format("written to {}\n", excerpt(path, kPathMax)));
    } else if (line.find_first_not_of("0123456789") == std::string::npos) {
      const std::size_t choice = line.size() > 6 ? 0 : std::stoul(line);
      if (choice < 1 || choice > walk.enabled().size())
        throw InputError(fmt::format("{}: say a number from 1 to {}", excerpt(line), walk.enabled().size()));
      take(walk, choice - 1);
      return true;
    } else {
      take(walk, named(walk, line));
      return true;
    }
    return false;
  }

  static std::size_t named(const model::Walk& walk, const std::string& words) {
    try {
      return find(walk, words, "not taken");
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}; ? lists what else can be said", error.what()));
    }
  }

  static void take(model::Walk& walk, std::size_t index) {
    const traces::Step step = walk.enabled()[index];
    walk.take(index);
    print(fmt::format("{}\n", traces::step_line(walk.trace(), step)));
    for (const std::string& property : step.violates) print(fmt::format("VIOLATED: {}\n", property));
  }

  static std::string situation(const traces::Trace& trace) {
    return fmt::format("after {} step{}: {}\n", trace.steps.size(), trace.steps.size() == 1 ? "" : "s",
                       traces::state_line(traces::final_state(trace)));
  }

  static std::string menu(const model::Walk& walk) {
    if (walk.enabled().empty()) return "  nothing is left to happen\n";
    std::string text;
    const traces::Trace trace = walk.trace();
    for (std::size_t i = 0; i < walk.enabled().size(); ++i)
      text += fmt::format("  {:>2}  {:<28}  {}\n", i + 1, model::step_name(trace, walk.enabled()[i]),
                          traces::step_line(trace, walk.enabled()[i]));
    return text;
  }

  static std::string table(const traces::Trace& trace) { return traces::find_renderer("text")->render(trace, {}); }
};

}  // namespace

void add_step(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand("step", "choose what happens next, by hand or from a file");
  auto options = std::make_shared<StepCommand>();
  options->protocol.add_to(command);
  options->scenario.add_to(command);
  command.add_option("--property", options->properties, "what to watch (default: those that apply; repeatable)")
      ->allow_extra_args(false);
  command.add_option("--schedule", options->schedule,
                     "take the steps this file lists, one a line, by their words (invoke app1); # starts a comment");
  options->output.add_to(command, "write what was walked as a trace to this file");
  command.footer(
      "Exit code: 0, or 1 when the last step breaks a property.\n"
      "Example: printf 'invoke app2\\nhandle app2\\nlose-reply app2\\n' > lost.txt\n"
      "         stalemate step cache-aside --cached --fault lost-reply --schedule lost.txt -o lost.json");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
