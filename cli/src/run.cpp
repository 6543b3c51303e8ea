// The program as a whole: its subcommands, its errors on one line each, its exit codes.
#include "cli/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/grammar.hpp"
#include "cli/secrets.hpp"
#include "commands.hpp"
#include "complaint.hpp"
#include "machine/scenario.hpp"
#include "options.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

constexpr std::size_t kParserLineMax = 200;

constexpr const char* kDescription =
    "Finds the order of messages, or the lost one, that leaves a cache wrong beside its database; makes it happen on "
    "real "
    "servers; explains it.";
constexpr const char* kFooter =
    "Exit codes: 0 holds or reproduced, 1 violated or diverged, 2 usage or unreadable input, 3 inconclusive,\n"
    "4 read, but something in it is not modelled yet or must be asked, 5 environment.\n"
    "Example: stalemate check cache-aside -o race.json\n"
    "         stalemate replay race.json";

std::vector<std::string> names_of_subcommands(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// The argument that nobody understood, with the nearest one that exists.
std::string unknown_argument(const CLI::App& program, const std::string& argument) {
  const auto chosen = program.get_subcommands();
  const CLI::App& where = chosen.empty() ? program : *chosen.front();
  std::vector<std::string> known;
  if (argument.rfind('-', 0) == 0) {
    for (const CLI::Option* option : where.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  } else if (chosen.empty()) {
    known = names_of_subcommands(program);
  }
  return fmt::format("unknown {} {}{}; see stalemate {}--help", argument.rfind('-', 0) == 0 ? "option" : "argument",
                     excerpt(argument), suggestion(argument.substr(0, argument.find('=')), known),
                     chosen.empty() ? "" : where.get_name() + " ");
}

// What the command line asks for, done. Every misunderstanding of the parser's is an InputError in our words.
int parse_and_run(CLI::App& program, int argc, char** argv, const Action& action) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print(program.help());
    return 0;
  } catch (const CLI::CallForVersion& version) {
    print(fmt::format("{}\n", version.what()));
    return 0;
  } catch (const CLI::ExtrasError& error) {
    const std::vector<std::string> extras = program.remaining(true);
    throw InputError(extras.empty() ? error.what() : unknown_argument(program, extras.front()));
  } catch (const CLI::ConversionError& error) {
    // Numbers are read by our own code: what is left is a flag with a value, "Could not convert: --cached = foo".
    const std::string what = error.what();
    const std::size_t name = what.find("--");
    throw InputError(fmt::format("{}: it takes no value; see stalemate --help",
                                 name == std::string::npos ? what : excerpt(what.substr(name))));
  } catch (const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    throw InputError(fmt::format("{}; see stalemate {}--help", excerpt(error.what(), kParserLineMax),
                                 chosen.empty() ? "" : chosen.front()->get_name() + " "));
  }
  if (!action)
    throw InputError(
        fmt::format("say what to do: {}; see stalemate --help", fmt::join(names_of_subcommands(program), ", ")));
  hide_passwords(argc, argv);
  return action();
}

}  // namespace

void add_grammar(CLI::App& program, Action& action, const std::string& invocation) {
  program.name("stalemate");
  program.description(kDescription);
  program.footer(kFooter);
  program.set_version_flag("--version", "stalemate " STALEMATE_VERSION);
  program.require_subcommand(0, 1);
  add_check(program, action, invocation);
  add_hunt(program, action, invocation);
  add_step(program, action);
  add_replay(program, action);
  add_compare(program, action, invocation);
  add_conform(program, action, invocation);
  add_clean(program, action);
  add_show(program, action);
  add_explain(program, action);
  add_graph(program, action);
  add_lesson(program, action);
  add_lint(program, action);
  add_live(program, action);
  add_read(program, action);
  add_upgrade(program, action);
}

int run(int argc, char** argv) {
  int code = 0;
  const auto complaint = complaint_of([&] {
    hold_standard_streams();
    std::string invocation = "stalemate";
    for (int i = 1; i < argc; ++i) invocation += " " + shell_word(without_passwords(argv[i]));
    CLI::App program;
    Action action;
    add_grammar(program, action, invocation);
    code = parse_and_run(program, argc, argv, action);
  });
  return complaint ? complain(*complaint) : code;
}

}  // namespace stalemate::cli
