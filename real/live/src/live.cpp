// See live/live.hpp: servers, connections, threads and their end.
#include "live/live.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "os/fresh.hpp"
#include "os/signals.hpp"
#include "stores/cache.hpp"
#include "stores/greeting.hpp"
#include "stores/removal.hpp"
#include "workers.hpp"

namespace stalemate::real {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);  // at signals
constexpr auto kProgressEvery = std::chrono::milliseconds(250);

// What cannot be removed, as a clause for an error message; "" if all is gone.
std::string clean_up(const LiveStores& stores, bool has_failed) {
  Removal database;
  Removal cache;
  if (has_failed && stores.database) stores.database->set_patience(kBriefSeconds);
  if (has_failed && stores.cache) stores.cache->set_patience(kBriefSeconds);
  if (stores.database && !stores.is_database_throw_away)
    database.attempt("schema stalemate_" + stores.run, [&] { stores.database->remove(); });
  if (stores.cache && !stores.is_cache_throw_away)
    cache.attempt("keys stalemate:" + stores.run + ":*", [&] { stores.cache->remove(); });
  return database.left() + cache.left();
}

// A driver behind a proxy sees a broken connection where the proxy knows what the server sent.
std::string reason(const EnvironmentError& error, const LiveStores& stores) {
  for (const std::optional<Proxy>* proxy : {&stores.database_proxy, &stores.cache_proxy}) {
    const std::optional<WireError> strange = *proxy ? (*proxy)->wire_error() : std::nullopt;
    if (strange) return strange->what();
  }
  return error.what();
}

HistorySetup setup_of(const LiveOptions& options, const LiveStores& stores) {
  HistorySetup setup;
  setup.scenario = options.scenario == LiveScenario::kBefore ? "before" : "after";
  setup.servers = stores.database->version();
  if (stores.cache) setup.servers += " and " + stores.cache->version();
  setup.readers = options.readers;
  setup.writers = options.writers;
  setup.read_every_ns = options.read_every.count();
  setup.write_every_ns = options.write_every.count();
  setup.check_every_ns = stores.cache ? options.check_every.count() : 0;
  setup.fail = options.fail.text;
  setup.lost_reply = options.lost_reply.text;
  setup.wire_faults = options.wire_faults;
  setup.serialize = options.serialize;
  setup.seed = options.seed;
  setup.keys = kLiveProducts;
  setup.initial = kLiveQuantity;
  return setup;
}

bool is_stop_signalled() {
  try {
    throw_if_stopped();
  } catch (const Interrupted&) {
    return true;
  }
  return false;
}

// Waits for the end of the run, showing progress.
void watch(LiveRun& run) {
  const auto start = run.recorder.start();
  auto shown = start;
  for (auto now = start; !run.stop.wait_until(now + kLook); now = std::chrono::steady_clock::now()) {
    if (is_stop_signalled() || run.recorder.has_failed()) break;
    if (run.options.run_for && now >= start + *run.options.run_for) break;
    if (now < shown + kProgressEvery) continue;
    shown = now;
    if (!run.options.on_progress && !run.options.is_enough) continue;
    const auto known = run.recorder.snapshot();
    if (run.options.on_progress) run.options.on_progress(known);
    if (run.options.is_enough && run.options.is_enough(known)) break;
  }
}

// One line of what stopped the run; empty where nothing did. What is no failure of the machine is thrown.
std::string line_of(const std::exception_ptr& failure, const LiveStores& stores) {
  if (!failure) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const EnvironmentError& error) {
    return reason(error, stores);
  }
}

LiveResult run_on(const LiveOptions& options, LiveStores& stores, std::unique_ptr<StreamedFile> file) {
  std::vector<StoredValue> rows;
  for (int key = 1; key <= kLiveProducts; ++key) rows.push_back({live_product(key), kLiveQuantity});
  stores.database->fill(rows);
  if (stores.cache) stores.cache->fill({});
  const int count = options.readers + options.writers;
  std::vector<std::pair<std::unique_ptr<DatabaseSession>, std::unique_ptr<CacheSession>>> sessions;
  for (int i = 0; i <= count; ++i) {
    auto database = stores.database->connect();
    sessions.emplace_back(std::move(database), stores.connect_cache());
  }

  Recorder recorder(setup_of(options, stores), std::move(file));  // time begins
  LiveRun run(options, stores, recorder);
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < count; ++i) {
    auto& [database, cache] = sessions[static_cast<std::size_t>(i)];
    workers.push_back(std::make_unique<Worker>(run, i, std::move(database), std::move(cache)));
  }
  Checker checker(run, std::move(sessions.back().first), std::move(sessions.back().second));

  std::vector<std::thread> threads;
  const auto join = [&] {
    run.stop.stop();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  };
  try {
    for (int i = 0; i < count; ++i) {
      Worker& worker = *workers[static_cast<std::size_t>(i)];
      const bool is_reader = i < options.readers;
      threads.emplace_back(
          [&worker, is_reader] { is_reader ? worker.read_until_stopped() : worker.write_until_stopped(); });
    }
    if (stores.cache && options.check_every.count() > 0)
      threads.emplace_back([&checker] { checker.compare_until_stopped(); });
    watch(run);
  } catch (...) {
    join();
    throw;
  }
  join();
  std::string failure = line_of(run.stop.failure(), stores);
  // At rest; after a signal the connections are shut, and where a server failed there is nothing to compare.
  if (failure.empty() && !recorder.has_failed() && !is_stop_signalled()) {
    try {
      checker.compare_all();
    } catch (const EnvironmentError&) {
      failure = line_of(std::current_exception(), stores);
    }
  }
  LiveResult result;
  std::string of_disk;
  result.judgement = recorder.finish(of_disk);
  result.failure = failure.empty() ? of_disk : failure + (of_disk.empty() ? "" : "; " + of_disk);
  return result;
}

}  // namespace

LiveResult run_live(const LiveOptions& options) {
  const bool has_cache = options.scenario == LiveScenario::kBefore;
  GivenServers given = find_servers(options.urls);
  auto& [database, redis, no_memcached, tunnels] = given;
  std::unique_ptr<StreamedFile> file;
  if (!options.history.empty()) file = std::make_unique<StreamedFile>(options.history, options.overwrite);

  const StopSignals signals;
  greet(given);
  SandboxOptions wanted = options.sandbox;
  wanted.postgres = !database;
  wanted.redis = has_cache && !redis;
  std::optional<Sandbox> sandbox;
  if (wanted.postgres || wanted.redis) sandbox.emplace(wanted);
  if (wanted.postgres) database = sandbox->postgres();
  if (wanted.redis) redis = sandbox->redis();

  LiveStores stores;
  stores.run = fresh_hex(6);
  if (options.wire_faults) database = through(stores.database_proxy.emplace(*database), *database);
  if (options.wire_faults && has_cache) redis = through(stores.cache_proxy.emplace(*redis), *redis);
  stores.is_database_throw_away = wanted.postgres;
  stores.is_cache_throw_away = wanted.redis;
  try {
    stores.database =
        options.urls.cockroach ? open_cockroach(*database, stores.run) : open_postgres(*database, stores.run);
    if (has_cache) stores.cache = open_redis(*redis, stores.run);
    LiveResult result = run_on(options, stores, std::move(file));
    const std::string left = clean_up(stores, !result.failure.empty() || is_stop_signalled());
    if (!left.empty()) result.failure += (result.failure.empty() ? "live: the run is over" : "") + left;
    return result;
  } catch (const Interrupted& stop) {
    throw Interrupted(stop.signal, stop.what() + clean_up(stores, true));
  } catch (const EnvironmentError& error) {
    throw EnvironmentError(reason(error, stores) + clean_up(stores, true));
  }
}

}  // namespace stalemate::real
