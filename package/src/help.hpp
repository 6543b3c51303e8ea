// The program's help as data, taken from the grammar that parses its command line: the one source of the manual page
// and of what shells complete. What a value is (a file, a page, one of some words) is told by the words of its help.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace stalemate::package {

enum class Takes { kNothing, kText, kNumber, kFile, kPage, kChoice };

// An option or a positional.
struct Argument {
  std::vector<std::string> names;    // "-o", "--output"; of a positional its one name, "PROTOCOL"
  std::string value;                 // what stands for it in a synopsis: "N", "FILE"; empty iff it takes nothing
  std::string standard;              // the value without the option; empty: none is stated apart from the help
  std::vector<std::string> choices;  // not empty iff it takes a choice
  std::string help;
  Takes takes = Takes::kNothing;
  bool repeatable = false;
  bool required = false;
};

struct Command {
  std::string name;
  std::string help;
  std::vector<Argument> positionals;
  std::vector<Argument> options;
  std::string footer;
};

struct Program {
  Command self;  // its name, its own options, what is said of all commands
  std::vector<Command> commands;
  std::string version;
};

Program describe(const CLI::App& program, const std::string& version);

// The texts, whole files each.
std::string manual(const Program& program);
std::string bash_completion(const Program& program);
std::string fish_completion(const Program& program);
std::string zsh_completion(const Program& program);

}  // namespace stalemate::package
