// The program as a whole: its subcommands, its errors on one line each, its exit codes.
#include "cli/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "commands.hpp"
#include "model/scenario.hpp"
#include "options.hpp"
#include "traces/error.hpp"

namespace stalemate::cli {
namespace {

constexpr int kExitInput = 2;
constexpr int kExitEnvironment = 5;

constexpr const char* kDescription =
    "Finds the order of messages, or the lost one, that leaves a cache wrong beside its database; makes it happen on "
    "real "
    "servers; explains it.";
constexpr const char* kFooter =
    "Exit codes: 0 holds or reproduced, 1 violated or diverged, 2 usage or unreadable input, 3 inconclusive, 5 "
    "environment.\n"
    "Example: stalemate check cache-aside -o race.json && echo holds || stalemate replay race.json";

int complain(const std::string& message, int code) {
  fmt::print(stderr, "stalemate: {}\n", message);
  return code;
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
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
      known.push_back(command->get_name());
  }
  return fmt::format("unknown {} {}{}; see stalemate {}--help", argument.rfind('-', 0) == 0 ? "option" : "argument",
                     argument, model::suggestion(argument.substr(0, argument.find('=')), known),
                     chosen.empty() ? "" : where.get_name() + " ");
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App program(kDescription, "stalemate");
  program.footer(kFooter);
  program.set_version_flag("--version", "stalemate " STALEMATE_VERSION);
  program.require_subcommand(0, 1);

  std::string invocation = "stalemate";
  for (int i = 1; i < argc; ++i) invocation += " " + shell_word(argv[i]);
  Action action;
  add_check(program, action, invocation);
  add_step(program, action);
  add_replay(program, action);
  add_show(program, action);
  add_read(program, action);

  try {
    program.parse(argc, argv);
    if (!action) throw traces::InputError("say what to do: check, step, replay, show or read; see stalemate --help");
    return action();
  } catch (const CLI::Success& help) {
    return program.exit(help);
  } catch (const CLI::ExtrasError& error) {
    std::vector<std::string> extras = program.remaining(true);
    return complain(extras.empty() ? error.what() : unknown_argument(program, extras.front()), kExitInput);
  } catch (const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    return complain(
        fmt::format("{}; see stalemate {}--help", error.what(), chosen.empty() ? "" : chosen.front()->get_name() + " "),
        kExitInput);
  } catch (const traces::InputError& error) {
    return complain(error.what(), kExitInput);
  } catch (const traces::EnvironmentError& error) {
    return complain(error.what(), kExitEnvironment);
  } catch (const std::bad_alloc&) {
    return complain("out of memory; give --memory a limit, or take a smaller scenario", kExitEnvironment);
  }
}

}  // namespace stalemate::cli
