// The manual page, in man(7): what the help says, set as a manual sets it.
#include <fmt/format.h>

#include <string_view>

#include "help.hpp"

namespace stalemate::package {
namespace {

// As it stands, whatever roff would make of it. A hyphen stays one that can be pasted into a shell.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A line of text: one that begins like a request is none.
std::string line(std::string_view text) {
  const bool like_a_request = !text.empty() && text.front() == '.';
  return fmt::format("{}{}\n", like_a_request ? "\\&" : "", escaped(text));
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string heading_of(const Argument& argument, bool positional) {
  std::string text;
  if (positional) {
    text = italic(argument.names.front());
  } else {
    for (const std::string& name : argument.names) text += (text.empty() ? "" : ", ") + bold(name);
    if (!argument.value.empty()) text += " " + italic(argument.value);
  }
  return text + (argument.repeatable && positional ? " ..." : "");
}

std::string described(const Argument& argument, bool positional) {
  std::string text = ".TP\n" + heading_of(argument, positional) + "\n" + line(argument.help);
  if (!argument.standard.empty()) text += line(fmt::format("(default: {})", argument.standard));
  return text;
}

std::string synopsis_of(const std::string& program, const Command& command) {
  std::string text = bold(program + " " + command.name) + " [" + italic("OPTION") + "]...";
  for (const Argument& argument : command.positionals) {
    const std::string name = italic(argument.names.front()) + (argument.repeatable ? "..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text + "\n";
}

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// What stands below the options: paragraphs, filled; then examples, line by line as they are.
std::string footer_of(std::string_view footer) {
  std::string text;
  bool in_examples = false;
  bool in_paragraph = false;
  while (!footer.empty()) {
    const std::size_t end = footer.find('\n');
    const std::string_view current = footer.substr(0, end);
    footer.remove_prefix(end == std::string_view::npos ? footer.size() : end + 1);
    if (!in_examples && begins(current, "Example")) {
      text += ".PP\n.nf\n";
      in_examples = true;
    }
    if (!in_examples && (!in_paragraph || begins(current, "Exit code"))) {
      text += ".PP\n";
      in_paragraph = true;
    }
    text += line(current);
  }
  return text + (in_examples ? ".fi\n" : "");
}

}  // namespace

std::string manual(const Program& program) {
  const Command& self = program.self;
  std::string summary = self.help.substr(0, self.help.find(';'));
  summary.front() = static_cast<char>(summary.front() | 0x20);  // "Finds ..." is no sentence after a dash
  std::string text =
      fmt::format(".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n", "STALEMATE", self.name, program.version);
  // Names are pasted: none is parted at the end of a line; and long ones leave lines that cannot be stretched. The
  // string is what groff 1.23 takes up again after each heading.
  text += ".nh\n.ds AD l\n.ad l\n";
  text += fmt::format(".SH NAME\n{} \\- {}\n", self.name, escaped(summary));
  text += fmt::format(".SH SYNOPSIS\n{} {} [{}]... [{}]...\n", bold(self.name), italic("COMMAND"), italic("OPTION"),
                      italic("ARGUMENT"));
  text += ".SH DESCRIPTION\n" + line(self.help) + footer_of(self.footer);
  text += ".SH OPTIONS\n";
  for (const Argument& option : self.options) text += described(option, false);
  text += ".SH COMMANDS\n";
  for (const Command& command : program.commands) {
    text += ".SS " + escaped(self.name + " " + command.name) + "\n" + synopsis_of(self.name, command);
    text += ".PP\n" + line(command.help);
    for (const Argument& argument : command.positionals) text += described(argument, true);
    for (const Argument& argument : command.options) text += described(argument, false);
    text += footer_of(command.footer);
  }
  return text;
}

}  // namespace stalemate::package
