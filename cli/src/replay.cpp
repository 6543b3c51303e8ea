// `stalemate replay`: every trace is read and re-walked on the model before a server starts, then run for real; several
// at a time where there are several.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "base/junit.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "traces/json.hpp"
#include "understand/protocol.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "os/signals.hpp"
#include "replay/batch.hpp"
#endif

namespace stalemate::cli {
namespace {

constexpr int kJobsMax = 64;

// A trace as the command line names it, and what is known of it so far.
struct Item {
  std::string path;  // as it was given, for errors
  std::string name;
  traces::Trace trace;
  std::string remark;         // "its step 3 is not enabled any more: ..."
  bool fits_protocol = true;  // today's model enables its steps
};

// Another trace of the same property, by today's model; nothing where there is none.
std::optional<traces::Trace> find_another(const traces::Trace& trace) {
  if (trace.property.empty()) return {};
  model::CheckOptions options;
  options.properties = {trace.property};
  return model::check(model::read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles),
                      trace.scenario, options)
      .trace;
}

struct ReplayCommand {
  std::vector<std::string> paths;
  bool sandbox = false;
  ServerOptions servers;
  CacheOptions cache;
  std::string on = "postgres";
  std::optional<std::string> cockroach;
  std::optional<int> jobs;
  std::string on_divergence = "stop";
  std::optional<std::string> mapping;
  bool trust_mapping = false;
  OutputOptions junit;
  bool json = false;

  int run() const {
    if (sandbox && (servers.postgres || servers.redis || cache.memcached))
      throw InputError("--sandbox starts servers of its own; leave it out, or leave out their URLs");
    cache.check(servers);
    if (cockroach && on != "cockroach") throw InputError("--cockroach is for --on cockroach; add that");
    junit.check();
    std::vector<Item> items;
    for (const std::string& path : paths) {
      check_file_name(path, "TRACE", "/dev/stdin");
      Item item;
      item.path = path;
      item.name = base_name(path);
      item.trace = traces::read_json(read_text_file(path, kTraceBytesMax), path);
      fit(item);
      items.push_back(std::move(item));
    }
    return replay(items);
  }

  // Its steps must be those of the model; what they answer is for the servers to judge.
  void fit(Item& item) const {
    try {
      model::rewalk(item.trace, item.path);
    } catch (const InputError& error) {
      if (on_divergence == "stop") throw;
      item.fits_protocol = false;
      item.remark = fmt::format("does not fit its protocol: {}", error.what());
      if (on_divergence == "search" && !search(item)) throw;
    }
  }

  // Puts another trace of the same property in its place.
  static bool search(Item& item) {
    std::optional<traces::Trace> other = find_another(item.trace);
    if (!other) return false;
    item.trace = std::move(*other);
    item.remark += fmt::format("; instead, another trace that breaks {} was found and replayed", item.trace.property);
    return true;
  }

#ifdef STALEMATE_HAVE_REAL
  static constexpr std::size_t kMappingBytesMax = 1'000'000;
  static constexpr const char* kNotReplayed = "not replayed: interrupted before its turn was over";
  static constexpr const char* kDone = "the replay is done";  // and what is left of it follows

  int replay(std::vector<Item>& items) const {
    std::shared_ptr<const model::Mapping> given;
    if (mapping)
      given = std::make_shared<model::Mapping>(
          model::read_mapping_file(read_text_file(*mapping, kMappingBytesMax), *mapping));
    if (trust_mapping && !given) show_statements(items);
    real::Replayed not_yet;
    not_yet.error = kNotReplayed;
    std::vector<real::Replayed> results(items.size(), not_yet);
    std::optional<real::Interrupted> stop;
    try {
      replay_all(items, given, results);
      if (on_divergence == "search") replay_others(items, results, given);
    } catch (const real::Interrupted& interrupted) {
      stop = interrupted;
    }
    if (!stop) return tell(items, results);
    try {
      tell(items, results);
    } catch (const EnvironmentError& error) {
      note("stalemate: {}\n", error.what());
    }
    note("stalemate: {}\n", stop->what());
    real::end_by_signal(stop->signal);
  }

  // What is known of each; of those that an interruption left out, a report for people says how many they are.
  int tell(const std::vector<Item>& items, const std::vector<real::Replayed>& results) const {
    int code = 0;
    if (json) print(to_json(items, results));
    for (std::size_t i = 0; i < items.size(); ++i) {
      code = std::max(code, code_of(results[i]));
      if (!json && results[i].error != kNotReplayed) report(items[i], results[i], items.size());
    }
    if (items.size() > 1 && !json) print(summary(results));
    junit.write(junit_xml("stalemate replay", cases(items, results)));
    return code;
  }

  // What traces bring may do what the servers' user may: it is shown before anything runs, each set once.
  static void show_statements(const std::vector<Item>& items) {
    std::set<std::vector<std::string>> shown;
    for (const Item& item : items) {
      const traces::Protocol& protocol = item.trace.protocol;
      const std::vector<std::string> lines =
          model::read_protocol(protocol.text, protocol.name, protocol.roles).mapping.lines();
      if (lines.empty() || !shown.insert(lines).second) continue;
      note("{} runs these statements of its own:\n", printable(item.path));
      for (const std::string& line : lines) note("  {}\n", printable(line));
    }
  }

  using Given = std::shared_ptr<const model::Mapping>;

  // `results` has one for each item; an interruption leaves those as they are that were not replayed by then.
  void replay_all(const std::vector<Item>& items, const Given& given, std::vector<real::Replayed>& results) const {
    std::vector<traces::Trace> all;
    for (const Item& item : items) all.push_back(item.trace);
    real::ReplayPlace where;
    where.urls = {servers.postgres, servers.redis, cockroach, servers.allow_remote, cache.memcached};
    if (on == "cockroach") where.database = real::DatabaseKind::kCockroach;
    real::BatchOptions options;
    options.jobs = jobs.value_or(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
    options.replay.skip_divergences = on_divergence == "skip";
    options.replay.trusts_traces = trust_mapping;
    options.replay.mapping = given;
    options.replay.cache = [this](const traces::Trace&) { return cache.server(servers); };
    WorkProgress progress(
        fmt::format("stalemate " STALEMATE_VERSION " replay: {} traces, {} at a time", all.size(), options.jobs),
        Heading::kWithProgress, {});
    options.on_result = [&, done = 0](std::size_t which, const real::Replayed& replayed) mutable {
      results[which] = replayed;
      ++done;
      progress.update(
          [&](double seconds) { return fmt::format("{} of {} traces, {:.0f} s", done, all.size(), seconds); });
    };
    results = real::replay_all(all, where, options);
  }

  // For those that diverged, another one each, where today's model finds one.
  void replay_others(std::vector<Item>& items, std::vector<real::Replayed>& results, const Given& given) const {
    std::vector<Item> others;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!results[i].conformance || results[i].conformance->reproduced()) continue;
      Item other = items[i];
      other.remark = real::verdict(*results[i].conformance);
      if (!search(other) || other.trace == items[i].trace) continue;
      others.push_back(std::move(other));
      places.push_back(i);
    }
    if (others.empty()) return;
    std::vector<real::Replayed> found(others.size());
    replay_all(others, given, found);
    for (std::size_t i = 0; i < places.size(); ++i) {
      items[places[i]] = std::move(others[i]);
      results[places[i]] = std::move(found[i]);
    }
  }

  static int code_of(const real::Replayed& result) {
    if (!result.left.empty()) return 5;
    if (!result.conformance) return result.is_input ? 2 : 5;
    return result.conformance->reproduced() ? 0 : 1;
  }

  static std::string to_json(const std::vector<Item>& items, const std::vector<real::Replayed>& results) {
    std::vector<real::NamedReplay> all;
    for (std::size_t i = 0; i < items.size(); ++i)
      all.push_back({items[i].name, items[i].remark, items[i].trace, results[i]});
    return real::to_json(all);
  }

  // One trace is told step by step; of several only those that diverged.
  static void report(const Item& item, const real::Replayed& result, std::size_t count) {
    if (result.conformance)
      report_steps(item, result, count);
    else if (count == 1)
      note("stalemate: {}{}\n", result.error, result.left);
    else
      print(fmt::format("failed      {}: {}{}\n", item.name, result.error, result.left));
    if (result.conformance && !result.left.empty()) note("stalemate: {}{}\n", kDone, result.left);
  }

  static void report_steps(const Item& item, const real::Replayed& result, std::size_t count) {
    const real::Conformance& conformance = *result.conformance;
    const bool agrees = conformance.reproduced();
    if (count > 1)
      print(fmt::format("{}  {} ({} of {} steps, {} round trip{})\n", agrees ? "reproduced" : "diverged  ", item.name,
                        conformance.came_back.size(), item.trace.steps.size(), conformance.round_trips,
                        conformance.round_trips == 1 ? "" : "s"));
    if (!item.remark.empty()) print(fmt::format("{}: {}\n", item.name, item.remark));
    if (count == 1 || !agrees) print(real::describe(item.trace, conformance) + (count > 1 ? "\n" : ""));
  }

  static std::string summary(const std::vector<real::Replayed>& results) {
    std::size_t reproduced = 0;
    std::size_t not_replayed = 0;
    for (const real::Replayed& result : results) {
      if (result.conformance && result.conformance->reproduced()) ++reproduced;
      if (result.error == kNotReplayed) ++not_replayed;
    }
    return fmt::format("\n{} of {} traces reproduced{}\n", reproduced, results.size(),
                       not_replayed == 0 ? "" : fmt::format("; {} not replayed", not_replayed));
  }

  static std::vector<JunitCase> cases(const std::vector<Item>& items, const std::vector<real::Replayed>& results) {
    std::vector<JunitCase> all;
    for (std::size_t i = 0; i < items.size(); ++i) {
      JunitCase one;
      one.name = items[i].name;
      one.type = items[i].trace.property.empty() ? "walk" : items[i].trace.property;
      one.details = items[i].remark;
      if (!results[i].conformance) {
        one.result = JunitCase::Result::kError;
        one.message = results[i].error;
      } else if (!results[i].conformance->reproduced()) {
        one.result = JunitCase::Result::kFailed;
        one.message = real::verdict(*results[i].conformance);
        one.details += (one.details.empty() ? "" : "\n") + real::describe(items[i].trace, *results[i].conformance);
      }
      if (!results[i].left.empty()) {
        one.result = JunitCase::Result::kError;
        one.message += (one.message.empty() ? kDone : "") + results[i].left;
      }
      all.push_back(std::move(one));
    }
    return all;
  }
#else
  int replay(const std::vector<Item>&) const {
    throw EnvironmentError(
        "replay: this build has no real servers; install libpqxx, hiredis and OpenSSL and build again");
  }
#endif
};

}  // namespace

void add_replay(CLI::App& program, Action& action) {
  CLI::App& command =
      *program.add_subcommand("replay", "make a trace happen on a real PostgreSQL and a real Redis or memcached");
  auto options = std::make_shared<ReplayCommand>();
  command.add_option("TRACE", options->paths, "trace files")->required();
  command.add_flag("--sandbox", options->sandbox, "on throw-away servers of its own (the default)");
  options->servers.add_to(command);
  options->cache.add_to(command);
  command.add_option("--on", options->on, "which database: postgres or cockroach")
      ->check(CLI::IsMember({"postgres", "cockroach"}).description(""))
      ->capture_default_str();
  command.add_option("--cockroach", options->cockroach,
                     "this CockroachDB, for traces without a cache: postgresql://root@host:26257/defaultdb (else a "
                     "cockroach in PATH)");
  add_number(command, "--jobs", options->jobs, {1, kJobsMax}, "how many traces at a time (default: as many as cores)");
  command
      .add_option("--on-divergence", options->on_divergence,
                  "where a trace and the servers or its protocol disagree: stop there, skip the step and report every "
                  "divergence, or search for another trace of the same property and replay that")
      ->check(CLI::IsMember({"stop", "skip", "search"}).description(""))
      ->capture_default_str();
  command.add_option("--mapping", options->mapping,
                     "your own statements behind the verbs, from this file: sql set = UPDATE ...");
  command.add_flag(
      "--trust-mapping", options->trust_mapping,
      "show the statements that a trace brings in its protocol, and run them: they may do what the servers' user may");
  command.add_flag("--json", options->json, "print one JSON object; its steps are counted from 0");
  command.add_option("--junit", options->junit.path, "write the results to this file, as JUnit XML");
  command.add_flag("--force", options->junit.force, "replace that file if it exists");
  command.footer(
      std::string(kAboutUrls) +
      "Messages pass a proxy of its own that loses, delays and repeats them; an app instance is a process, and a "
      "crash\n"
      "kills it. At servers that exist it works in a schema and under a key prefix of its own, and removes both.\n"
      "Exit code: 0 reproduced, 1 diverged, 2 the trace does not fit its protocol, 5 a server is missing; of several\n"
      "traces the highest. Ctrl-C ends it with what was replayed by then.\n"
      "Examples: stalemate check cache-aside -o race.json\n"
      "          stalemate replay race.json\n"
      "          stalemate replay traces/saved/*.json --junit replay.xml\n"
      "          stalemate replay race.json --mapping shop.mapping --postgres postgresql://me@localhost/shop");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
