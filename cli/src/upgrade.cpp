// `stalemate upgrade`: trace files of an older version, written anew in today's.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/invariant.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {
namespace {

// What was done with the file, in a line. It is replaced only by what reads as the very same trace.
std::string upgrade(const std::string& path) {
  const std::string before = read_text_file(path, kTraceBytesMax);
  const traces::Trace trace = traces::read_json(before, path);
  const std::string after = traces::write_json(trace);
  if (before == after) return fmt::format("{}: as this stalemate writes it; left as it is\n", path);
  STALEMATE_INVARIANT(traces::read_json(after, path) == trace, "what is written reads as what was read");
  write_file(path, after, Overwrite::kForce);
  return fmt::format("{}: written anew as version {}; only its form changed: {} step{}, read back and the same\n", path,
                     traces::kTraceVersion, trace.steps.size(), trace.steps.size() == 1 ? "" : "s");
}

}  // namespace

void add_upgrade(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand(
      "upgrade", "trace files of an older version, written anew in today's form; what they say stays the same");
  auto paths = std::make_shared<std::vector<std::string>>();
  command.add_option("TRACE", *paths, "trace files; each is replaced")->required();
  command.footer("Example: stalemate upgrade traces/*.json");
  command.callback([paths, &action] {
    action = [paths] {
      for (const std::string& path : *paths) check_file_name(path, "TRACE", "the name of a file, which is replaced");
      for (const std::string& path : *paths) print(upgrade(path));
      return 0;
    };
  });
}

}  // namespace stalemate::cli
