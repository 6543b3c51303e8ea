// describe FORM: prints the program's manual page (manual) or what a shell completes (bash, zsh, fish). Run by the
// build.
#include <cstdio>
#include <iterator>
#include <string>

#include "cli/grammar.hpp"
#include "help.hpp"

int main(int argc, char** argv) {
  namespace package = stalemate::package;
  static constexpr struct {
    const char* name;
    std::string (*text)(const package::Program& program);
  } kForms[] = {{"manual", package::manual},
                {"bash", package::bash_completion},
                {"fish", package::fish_completion},
                {"zsh", package::zsh_completion}};
  CLI::App grammar;
  stalemate::cli::Action action;
  stalemate::cli::add_grammar(grammar, action, "");
  const package::Program program = package::describe(grammar, STALEMATE_VERSION);
  for (const auto& form : kForms) {
    if (argc != 2 || form.name != std::string(argv[1])) continue;
    const std::string text = form.text(program);
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 5;
  }
  std::fputs("describe manual|bash|fish|zsh\n", stderr);
  return 2;
}
