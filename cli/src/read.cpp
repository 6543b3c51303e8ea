// `stalemate read`: how a diagram was understood; `--list`: what the catalogue has; `--fix`: what was assumed, said in
// the file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "base/file.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "understand/page.hpp"
#include "understand/understanding.hpp"

namespace stalemate::cli {
namespace {

std::string list_catalogue() {
  std::string text;
  for (const model::CataloguePage& page : model::catalogue()) {
    const auto end = page.text.find('\n');
    std::string_view title = page.text.substr(0, end);
    while (!title.empty() && (title.front() == '#' || title.front() == ' ')) title.remove_prefix(1);
    text += fmt::format("{:<22} {}\n", page.name, title);
  }
  return text;
}

// What has to be asked, each question with its answers.
std::string questions_of(const model::Understanding& read) {
  std::string text;
  for (const Finding& finding : read.findings) {
    if (finding.severity == Severity::kAssumption) continue;
    text += finding.line() + "\n" + model::in_lines(finding.edits);
  }
  return text;
}

struct ReadCommand {
  ProtocolOptions protocol;
  bool list = false;
  bool json = false;
  bool fix = false;

  int run() {
    if (list) {
      print(list_catalogue());
      return 0;
    }
    if (protocol.protocol.empty()) throw InputError("read: say which file, or --list for the catalogue");
    if (fix) return mend();
    const model::Understanding read = protocol.try_to_read();
    if (json) print(model::to_json(read));
    if (!read.protocol) fail_with(read.findings);
    if (!json) print(model::describe_reading(*read.protocol));
    return 0;
  }

  int mend() {
    const std::string& path = protocol.protocol;
    if (!std::filesystem::is_regular_file(path))
      throw InputError(fmt::format("read --fix {}: writes into a file, and there is none of this name", excerpt(path)));
    const std::string text = read_text_file(path, model::kDiagramBytesMax);
    const model::Fixed fixed = model::fixed(text, path, protocol.roles);
    if (!fixed.applied.empty()) write_file(path, fixed.text, Overwrite::kForce);
    if (json) {
      print(model::to_json(fixed.read));
    } else {
      for (const Edit& edit : fixed.applied)
        print(fmt::format("{}: before line {}, now said: {}\n", path, edit.before, edit.line));
      if (fixed.applied.empty()) print(fmt::format("{}: nothing that was assumed can be said in a line\n", path));
      print(questions_of(fixed.read));
    }
    if (fixed.read.protocol) return 0;
    const auto is_error = [](const Finding& finding) { return finding.severity == Severity::kError; };
    return std::any_of(fixed.read.findings.begin(), fixed.read.findings.end(), is_error) ? 2 : 4;
  }
};

}  // namespace

void add_read(CLI::App& program, Action& action) {
  CLI::App& command =
      *program.add_subcommand("read", "how a diagram was understood, line by line, and what was assumed");
  auto options = std::make_shared<ReadCommand>();
  options->protocol.add_to(command);
  command.get_option("PROTOCOL")->required(false);
  command.add_flag("--list", options->list, "list the catalogue's pages");
  command.add_flag("--json", options->json,
                   "print one JSON object: operations, steps, participants, findings; also where something is open");
  command.add_flag(
      "--fix", options->fix,
      "write into the file, as %% lines, what was assumed and can be said so; show what must be asked, each "
      "question with its answers");
  command.footer(
      "A comment in a diagram says what was meant where it is asked: %% stalemate: role X = cache; operation = NAME; "
      "operation continues; same = A, B; means get; branch = miss; language = ko; ignore. The catalogue's README has "
      "them all.\n"
      "Exit code: 0 understood, 2 unreadable, 4 something is not modelled yet or must be asked.\n"
      "Examples:\n"
      "  stalemate read docs/caching.md --role store=cache\n"
      "  stalemate read docs/caching.md --fix\n"
      "  stalemate read docs/caching.md --json");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
