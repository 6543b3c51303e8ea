// What the command line can say: every subcommand and option with its help, for run() and for what describes the
// program elsewhere (manual page, completions). Building it runs nothing.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace stalemate::cli {

// What the subcommand that was chosen does; returns the exit code.
using Action = std::function<int()>;

// Adds all of it to `program`, which is new. Parsing leaves in `action`, which must live as long, what is to be done;
// `invocation`: the command line in words that can be pasted, for what repeats it.
void add_grammar(CLI::App& program, Action& action, const std::string& invocation);

}  // namespace stalemate::cli
