// Walks the grammar. Groups and the order within them are the grammar's; what it hides stays hidden.
#include "help.hpp"

#include <algorithm>
#include <string_view>

namespace stalemate::package {
namespace {

bool is_word(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view between) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(between);
    parts.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + between.size());
  }
  return parts;
}

// The words that a value may be: those of "text|json", or those that the help explains one by one ("dot: for
// Graphviz; svg: drawn by dot"), the value that is the default first where more is said before it ("how steps are
// chosen: swarm: ...; uniform: ..."). Fewer than two are none.
std::vector<std::string> choices_of(const std::string& type, const std::string& standard, const std::string& help) {
  std::vector<std::string> choices;
  for (const std::string_view word : parts_of(type, "|")) {
    if (is_word(word)) choices.emplace_back(word);
  }
  if (choices.size() >= 2) return choices;
  choices.clear();
  for (std::string_view part : parts_of(help, "; ")) {
    if (const std::size_t end = part.rfind(". "); end != std::string_view::npos) part.remove_prefix(end + 2);
    const std::string_view word = part.substr(0, part.find(": "));
    if (is_word(word) && word.size() < part.size())
      choices.emplace_back(word);
    else if (is_word(standard) && part.find(" " + standard + ": ") != std::string_view::npos)
      choices.push_back(standard);
  }
  if (choices.size() < 2) choices.clear();
  return choices;
}

bool speaks_of(const std::string& help, std::string_view words) { return help.find(words) != std::string::npos; }

void say_what_it_takes(Argument& argument, const std::string& type) {
  argument.choices = choices_of(type, argument.standard, argument.help);
  argument.value = type;
  if (!argument.choices.empty()) {
    argument.takes = Takes::kChoice;
    argument.value.clear();
    for (const std::string& choice : argument.choices) argument.value += (argument.value.empty() ? "" : "|") + choice;
  } else if (speaks_of(argument.help, "page of the catalogue")) {
    argument.takes = Takes::kPage;
  } else if (type == "N") {
    argument.takes = Takes::kNumber;
  } else if (type == "FILE" || speaks_of(argument.help, "file") || speaks_of(argument.help, "folder")) {
    argument.takes = Takes::kFile;
    if (type == "TEXT") argument.value = "FILE";
  } else {
    argument.takes = Takes::kText;
  }
}

Argument argument_of(const CLI::Option& option) {
  Argument argument;
  argument.help = option.get_description();
  argument.standard = option.get_default_str();
  argument.required = option.get_required();
  argument.repeatable = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  if (option.get_positional()) {
    argument.names = {option.get_name(true)};
    say_what_it_takes(argument, option.get_type_name());
    if (argument.takes != Takes::kChoice) argument.value = argument.names.front();
    return argument;
  }
  for (const std::string& name : option.get_snames()) argument.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) argument.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) say_what_it_takes(argument, option.get_type_name());
  return argument;
}

Command command_of(const CLI::App& app) {
  Command command;
  command.name = app.get_name();
  command.help = app.get_description();
  command.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? command.positionals : command.options).push_back(argument_of(*option));
  }
  return command;
}

}  // namespace

Program describe(const CLI::App& program, const std::string& version) {
  Program described;
  described.self = command_of(program);
  described.version = version;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) described.commands.push_back(command_of(*command));
  }
  return described;
}

}  // namespace stalemate::package
