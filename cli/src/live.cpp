// `stalemate live`: the tutorial's workloads on real servers, or a history of one judged again. The report goes to
// stdout; what is seen while it runs to stderr: on a terminal a table that is drawn again and again, elsewhere a line
// every ten seconds.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "live/live.hpp"
#include "os/signals.hpp"
#endif

namespace stalemate::cli {
namespace {

struct LiveCommand {
  std::string scenario;
  std::string judge;
  std::optional<int> readers;
  std::optional<int> writers;
  std::string read_every = "100ms";
  std::string write_every = "1s";
  std::string check_every = "100ms";
  std::string fail;  // empty: not given
  std::string lost_reply = "0%";
  bool wire_faults = false;
  bool serialize = false;
  bool as_tutorial = false;
  std::string run_for;
  std::string seed = "1";
  std::string history;
  std::string plot;
  bool force = false;
  bool json = false;
  ServerOptions servers;
  std::optional<std::string> cockroach;

  int run() const {
    if (scenario.empty() == judge.empty())
      throw InputError("live: say before or after, or --judge FILE; see stalemate live --help");
    if (as_tutorial && (scenario != "before" || serialize || !fail.empty()))
      throw InputError("--as-tutorial is for live before, and has --fail 1% --serialize: leave those out");
    if (!plot.empty()) check_writable(plot, overwrite());
    return judge.empty() ? run_workload() : run_judge();
  }

  Overwrite overwrite() const { return force ? Overwrite::kForce : Overwrite::kKeep; }

#ifdef STALEMATE_HAVE_REAL
  int run_judge() const { return report({real::judge_history(judge), ""}); }

  int run_workload() const {
    real::LiveOptions options = live_options();
    note(
        "stalemate live {} -r {} -w {} --check-every {} --readers {} --writers {} --fail {} --lost-reply {}{}{} --seed "
        "{}{}\n",
        scenario, read_every, write_every, check_every, options.readers, options.writers, options.fail.text, lost_reply,
        wire_faults ? " --wire-faults" : "", options.serialize ? " --serialize" : "", seed,
        run_for.empty() ? "; Ctrl-C ends it" : " --for " + run_for);
    View view;
    options.on_progress = [&view](const real::Judgement& judgement) { view.show(judgement); };
    try {
      const real::LiveResult result = real::run_live(options);
      view.close();
      return report(result);
    } catch (const real::Interrupted& interrupted) {
      view.close();
      note("stalemate: {}\n", interrupted.what());
      real::end_by_signal(interrupted.signal);
    } catch (...) {
      view.close();
      throw;
    }
  }

  // First what is known, then what could not be written.
  int report(const real::LiveResult& result) const {
    const real::Judgement& judgement = result.judgement;
    print(json ? real::to_json(result) : real::describe(judgement));
    if (!result.failure.empty()) note("stalemate: {}; the report is of what was done by then\n", result.failure);
    if (!plot.empty()) write_file(plot, real::plot_svg(judgement), overwrite());
    if (!result.failure.empty()) return 5;
    return judgement.is_coherent() ? 0 : 1;
  }

  real::LiveOptions live_options() const {
    real::LiveOptions options;
    if (scenario == "after") {
      options.scenario = real::LiveScenario::kAfter;
      if (servers.redis) throw InputError("--redis: after has no cache; leave it out");
    } else if (scenario != "before") {
      throw InputError(fmt::format("live {}: say before or after", excerpt(scenario)));
    } else if (cockroach) {
      throw InputError("--cockroach: before runs on PostgreSQL; say after, or use --postgres");
    }
    if (cockroach && servers.postgres)
      throw InputError("--cockroach and --postgres: one database; leave one of them out");
    options.readers = readers.value_or(1);
    options.writers = writers.value_or(1);
    if (options.readers + options.writers > real::kLiveWorkersMax)
      throw InputError(fmt::format("--readers and --writers: at most {} together", real::kLiveWorkersMax));
    options.read_every = interval(read_every, "-r");
    options.write_every = interval(write_every, "-w");
    options.check_every = parse_duration(check_every, "--check-every");
    const std::string fails = !fail.empty() ? fail : as_tutorial ? "1%" : "0%";
    options.fail = {chance(fails, "--fail"), fails};
    options.lost_reply = {chance(lost_reply, "--lost-reply"), lost_reply};
    options.wire_faults = wire_faults;
    options.serialize = serialize || as_tutorial;
    options.seed = seed_number();
    if (!run_for.empty()) options.run_for = parse_duration(run_for, "--for");
    options.history = history;
    options.overwrite = overwrite();
    options.urls = {servers.postgres, servers.redis, cockroach, servers.allow_remote};
    return options;
  }

  static std::chrono::milliseconds interval(const std::string& text, const std::string& option) {
    if (text == "0") return std::chrono::milliseconds(0);
    return parse_duration(text, option);
  }

  // "1%", "0.25%": millionths.
  static std::uint32_t chance(const std::string& text, const std::string& option) {
    const std::size_t point = text.find('.');
    std::string digits = text;
    std::size_t decimals = 0;
    if (!digits.empty() && digits.back() == '%') digits.pop_back();
    if (point != std::string::npos && point < digits.size()) {
      decimals = digits.size() - point - 1;
      digits.erase(point, 1);
    }
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_read = error == std::errc() && end == digits.data() + digits.size() && text.back() == '%';
    if (is_read && decimals <= 4 && value <= 1'000'000) {
      for (std::size_t i = decimals; i < 4; ++i) value = std::min<std::uint32_t>(value, 1'000'000) * 10;
      if (value <= 1'000'000) return value;
    }
    throw InputError(
        fmt::format("{} {}: say a percentage from 0% to 100%, such as 1% or 0.25%", option, excerpt(text)));
  }

  std::uint64_t seed_number() const {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(seed.data(), seed.data() + seed.size(), number);
    if (error != std::errc() || end != seed.data() + seed.size())
      throw InputError(fmt::format("--seed {}: say a whole number from 0 to 2^64 - 1", excerpt(seed)));
    return number;
  }

  class View {
   public:
    View() : on_terminal_(isatty(STDERR_FILENO) == 1) {}

    void show(const real::Judgement& judgement) {
      const std::int64_t now = judgement.duration_ns;
      if (on_terminal_) {
        remark(fmt::format("{}{}", is_open_ ? "\r\033[6A\033[J" : "", table(judgement)));
        is_open_ = true;
        return;
      }
      if (now < shown_ns_ + 10'000'000'000) return;
      shown_ns_ = now;
      note("{} s: {} reads, {} writes, {} injected, cache {} correct, {} incorrect, {} stale reads\n",
           now / 1'000'000'000, judgement.reads_ok, judgement.writes_ok, injected(judgement),
           compared(judgement, real::Comparison::kEqual), compared(judgement, real::Comparison::kDiffers),
           judgement.stale_reads);
    }

    void close() {
      if (is_open_) remark("\r\033[6A\033[J");
      is_open_ = false;
      terminal_.restore();
    }

   private:
    static std::int64_t compared(const real::Judgement& judgement, real::Comparison kind) {
      return judgement.compared[static_cast<std::size_t>(kind)];
    }

    static std::int64_t injected(const real::Judgement& judgement) {
      std::int64_t count = 0;
      for (const real::EventFault fault : {real::EventFault::kDatabaseUpdate, real::EventFault::kCacheDelete,
                                           real::EventFault::kCacheSet, real::EventFault::kLostReply})
        count += judgement.faults[static_cast<std::size_t>(fault)];
      return count;
    }

    // Six lines.
    static std::string table(const real::Judgement& judgement) {
      return fmt::format(
          "{:<10} {:>6} s\n{:<10} {:>10} hits {:>10} misses\n{:<10} {:>10} ok   {:>10} in doubt\n{:<10} {:>10}\n"
          "{:<10} {:>10} correct {:>7} incorrect\n{:<10} {:>10} stale\n",
          "running", judgement.duration_ns / 1'000'000'000, "reads", judgement.hits, judgement.misses, "writes",
          judgement.writes_ok, judgement.writes_in_doubt, "injected", injected(judgement), "cache",
          compared(judgement, real::Comparison::kEqual), compared(judgement, real::Comparison::kDiffers), "reads",
          judgement.stale_reads);
    }

    UnflushedTerminal terminal_;
    bool on_terminal_;
    bool is_open_ = false;
    std::int64_t shown_ns_ = 0;
  };
#else
  int run_judge() const { return run_workload(); }
  int run_workload() const {
    throw EnvironmentError(
        "live: this build has no real servers; install libpqxx, hiredis and OpenSSL and build again");
  }
#endif
};

constexpr const char* kFooter =
    "Without URLs it runs on throw-away servers of its own. At servers that exist it works in a schema and under a\n"
    "key prefix of its own, and removes both. Ctrl-C ends a run with its result so far.\n"
    "Exit code: 0 no incoherence found, 1 found, 2 usage, 5 a server is missing or died, or the disk is\n"
    "full: report, history and plot are of what was done by then.\n"
    "Example: stalemate live before --as-tutorial --for 30s\n"
    "         stalemate live before -r 1ms -w 5ms --fail 1% --for 60s -o run.jsonl --plot run.svg\n"
    "         stalemate live before -r 0 -w 0 --readers 8 --writers 4 --for 60s\n"
    "         stalemate live before -r 1ms -w 5ms --fail 1% --lost-reply 1% --wire-faults --for 60s\n"
    "         stalemate live after --for 60s\n"
    "         stalemate live --judge run.jsonl";

}  // namespace

void add_live(CLI::App& program, Action& action) {
  CLI::App& command =
      *program.add_subcommand("live", "run the tutorial's readers and writers on real servers and judge what they saw");
  auto options = std::make_shared<LiveCommand>();
  command.add_option("SCENARIO", options->scenario,
                     "before: PostgreSQL with Redis as a cache; after: the database alone");
  command.add_option_function<std::string>(
      "--judge",
      [options](const std::string& path) {
        check_file_name(path, "--judge", "/dev/stdin");
        options->judge = path;
      },
      "judge the history in this file again; nothing runs");
  add_number(command, "--readers", options->readers, {0, 150}, "threads that read (1), each with its own connections");
  add_number(command, "--writers", options->writers, {0, 150}, "threads that write (1), each with its own connections");
  command.add_option("-r,--read-every", options->read_every, "how often each reader reads (100ms); 0: at once again");
  command.add_option("-w,--write-every", options->write_every, "how often each writer writes (1s); 0: at once again");
  command.add_option("--check-every", options->check_every, "how often cache and database are compared (100ms)");
  command.add_option("--fail", options->fail,
                     "chance that a database update, a cache delete or a cache set is not sent (0%)");
  command.add_option("--lost-reply", options->lost_reply,
                     "chance that the reply to a database update is lost: done, but the writer cannot know (0%)");
  command.add_flag(
      "--wire-faults", options->wire_faults,
      "lose these on the wire, in a proxy before each server: drivers see timeouts and broken connections");
  command.add_flag("--serialize", options->serialize,
                   "one lock for all: reads share it, writes and comparisons do not");
  command.add_flag("--as-tutorial", options->as_tutorial,
                   "before, as the tutorial's program is: --fail 1% --serialize; what is wrong then is what failed");
  command.add_option("--for", options->run_for, "how long, such as 60s (until Ctrl-C)");
  command.add_option("--seed", options->seed, "which products are taken and which requests fail (1)");
  const auto file_option = [&command](const std::string& name, std::string& path, const std::string& what) {
    command.add_option_function<std::string>(
        name,
        [&path, name](const std::string& given) {
          check_file_name(given, name, "/dev/stdout");
          path = given;
        },
        what);
  };
  file_option("-o,--history", options->history, "write every operation to this file, as JSON lines");
  file_option("--plot", options->plot, "draw incoherence over time into this SVG file");
  command.add_flag("--force", options->force, "replace these files if they exist");
  command.add_flag("--json", options->json, "print the report as one JSON object; its durations are nanoseconds");
  options->servers.add_to(command);
  command.add_option("--cockroach", options->cockroach,
                     "after, on this CockroachDB: postgresql://root@host:26257/defaultdb");
  command.footer(std::string(kAboutUrls) + kFooter);
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
