// One function a subcommand, each in the file of its name: adds itself to the program and leaves behind what to run.
// Add one: a file, a line here and a line in run.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/grammar.hpp"

namespace stalemate::cli {

void add_check(CLI::App& program, Action& action, const std::string& invocation);
void add_clean(CLI::App& program, Action& action);
void add_compare(CLI::App& program, Action& action, const std::string& invocation);
void add_conform(CLI::App& program, Action& action, const std::string& invocation);
void add_explain(CLI::App& program, Action& action);
void add_graph(CLI::App& program, Action& action);
void add_hunt(CLI::App& program, Action& action, const std::string& invocation);
void add_lesson(CLI::App& program, Action& action);
void add_lint(CLI::App& program, Action& action);
void add_live(CLI::App& program, Action& action);
void add_read(CLI::App& program, Action& action);
void add_replay(CLI::App& program, Action& action);
void add_show(CLI::App& program, Action& action);
void add_step(CLI::App& program, Action& action);
void add_upgrade(CLI::App& program, Action& action);

}  // namespace stalemate::cli
