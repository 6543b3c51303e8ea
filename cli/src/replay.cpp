// `stalemate replay`: every trace is read and re-walked on the model before a server starts, then run for real.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "model/walk.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "traces/error.hpp"
#include "traces/json.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "real/replay.hpp"
#include "real/signals.hpp"
#endif

namespace stalemate::cli {
namespace {

struct ReplayCommand {
  std::vector<std::string> paths;
  bool sandbox = false;
  std::optional<std::string> postgres;
  std::optional<std::string> redis;

  int run() const {
    if (sandbox && (postgres || redis))
      throw traces::InputError(
          "--sandbox starts servers of its own; leave it out, or leave out --postgres and --redis");
    std::vector<traces::Trace> all;
    for (const std::string& path : paths) {
      check_file_name(path, "TRACE", "/dev/stdin");
      const std::string name = traces::base_name(path);
      all.push_back(traces::read_json(traces::read_text_file(path, kTraceBytesMax), name));
      // Its steps must be those of the model; what they answer is for the servers to judge.
      model::rewalk(all.back(), name);
    }
    return replay(all);
  }

#ifdef STALEMATE_HAVE_REAL
  int replay(const std::vector<traces::Trace>& all) const {
    int code = 0;
    try {
      real::ReplayPlace where;
      where.postgres_url = postgres;
      where.redis_url = redis;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const real::Conformance conformance = real::replay_at(all[i], where);
        if (all.size() > 1) print(fmt::format("{}{}\n", i > 0 ? "\n" : "", traces::base_name(paths[i])));
        print(real::describe(all[i], conformance));
        if (!conformance.reproduced()) code = 1;
      }
    } catch (const real::Interrupted& interrupted) {
      note("stalemate: {}\n", interrupted.what());
      real::end_by_signal(interrupted.signal);
    }
    return code;
  }
#else
  int replay(const std::vector<traces::Trace>&) const {
    throw traces::EnvironmentError(
        "replay: this build has no real servers; install libpqxx and hiredis and build again");
  }
#endif
};

}  // namespace

void add_replay(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand("replay", "make a trace happen on a real PostgreSQL and a real Redis");
  auto options = std::make_shared<ReplayCommand>();
  command.add_option("TRACE", options->paths, "trace files")->required();
  command.add_flag("--sandbox", options->sandbox, "on throw-away servers of its own (the default)");
  command.add_option("--postgres", options->postgres,
                     "on this PostgreSQL: postgresql://user:password@host:port/database");
  command.add_option("--redis", options->redis, "on this Redis: redis://user:password@host:port/database");
  command.footer(
      "At servers that exist it works in a schema and under a key prefix of its own, and removes both.\n"
      "Exit code: 0 reproduced, 1 diverged, 2 the trace does not fit its protocol, 5 a server is missing.\n"
      "Example: stalemate check cache-aside -o race.json\n"
      "         stalemate replay race.json");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
