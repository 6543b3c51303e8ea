// `stalemate read`: how a diagram was understood; `--list`: what the catalogue has.
#include <fmt/format.h>

#include <memory>

#include "base/error.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"

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

}  // namespace

void add_read(CLI::App& program, Action& action) {
  CLI::App& command =
      *program.add_subcommand("read", "how a diagram was understood, line by line, and what was assumed");
  auto protocol = std::make_shared<ProtocolOptions>();
  auto list = std::make_shared<bool>(false);
  protocol->add_to(command);
  command.get_option("PROTOCOL")->required(false);
  command.add_flag("--list", *list, "list the catalogue's pages");
  command.footer(
      "A comment in a diagram says what was meant where it is asked: %% stalemate: role X = cache; operation = NAME; "
      "operation continues; same = A, B; means get; branch = miss; ignore. The catalogue's README has them all.\n"
      "Example: stalemate read docs/caching.md --role store=cache");
  command.callback([protocol, list, &action] {
    action = [protocol, list] {
      if (*list) {
        print(list_catalogue());
        return 0;
      }
      if (protocol->protocol.empty()) throw InputError("read: say which file, or --list for the catalogue");
      print(model::describe_reading(protocol->read()));
      return 0;
    };
  });
}

}  // namespace stalemate::cli
