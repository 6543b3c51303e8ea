// `stalemate clean`: what runs that were killed left behind, listed and removed.
#include <fmt/format.h>

#include <memory>

#include "base/error.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "os/signals.hpp"
#include "sandbox/leftovers.hpp"
#endif

namespace stalemate::cli {
namespace {

struct CleanCommand {
  ServerOptions servers;
  bool dry_run = false;

#ifdef STALEMATE_HAVE_REAL
  int run() const {
    try {
      const real::Leftovers left = real::clean({servers.postgres, servers.redis, {}, servers.allow_remote}, !dry_run);
      for (const std::string& each : left.found) print(fmt::format("{}\n", each));
      const std::size_t gone = left.found.size() - left.kept.size();
      if (left.found.empty())
        print("nothing is left of runs that were killed\n");
      else
        print(dry_run ? fmt::format("{} found, none removed\n", left.found.size()) : fmt::format("{} removed\n", gone));
      for (const std::string& each : left.kept) note("stalemate: still there: {}\n", each);
      return left.kept.empty() ? 0 : 5;
    } catch (const real::Interrupted& interrupted) {
      note("stalemate: {}\n", interrupted.what());
      real::end_by_signal(interrupted.signal);
    }
  }
#else
  int run() const {
    throw EnvironmentError(
        "clean: this build has no real servers; install libpqxx, hiredis and OpenSSL and build again");
  }
#endif
};

}  // namespace

void add_clean(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand("clean", "remove what runs that were killed left behind");
  auto options = std::make_shared<CleanCommand>();
  command.add_flag("--dry-run", options->dry_run, "list it only");
  options->servers.add_to(command);
  command.footer(
      std::string(kAboutUrls) +
      "Looks for folders of throw-away servers (in $TMPDIR, or /tmp), and with --postgres and --redis for schemas and\n"
      "keys of runs there. Only what bears such a run's mark and whose run is over is removed, and of\n"
      "folders only those of the same user, or for root of everybody. The next run does the same by itself where it "
      "works.\n"
      "Exit code: 0 nothing is left, 5 something could not be removed or a server is missing.\n"
      "Example: stalemate clean --dry-run\n"
      "         stalemate clean --postgres postgresql://me@localhost/shop --redis redis://localhost");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
