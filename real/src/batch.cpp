// See real/batch.hpp; and replay_at(), which is a batch of one whose failure is its own.
#include "real/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

#include "app_host.hpp"
#include "real/cache.hpp"
#include "real/database.hpp"
#include "real/greeting.hpp"
#include "real/signals.hpp"
#include "real/stage.hpp"
#include "traces/error.hpp"

namespace stalemate::real {
namespace {

class Batch {
 public:
  Batch(const std::vector<traces::Trace>& traces, const Servers& servers, const BatchOptions& options)
      : traces_(traces), servers_(servers), options_(options), results_(traces.size()) {}

  std::vector<Replayed> run() {
    const int jobs = std::clamp(options_.jobs, 1, std::max(1, static_cast<int>(traces_.size())));
    std::vector<std::thread> workers;
    // With all signals blocked: handlers run on the caller's thread.
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    for (int i = 0; i < jobs; ++i) workers.emplace_back([this] { work(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    for (std::thread& worker : workers) worker.join();
    if (stop_) throw Interrupted(*stop_);
    return std::move(results_);
  }

 private:
  void work() {
    std::unique_ptr<Stage> stage;
    std::size_t latest = 0;
    try {
      for (std::size_t i = next_++; i < traces_.size() && !has_stopped_; i = next_++) {
        results_[i] = replay(stage, traces_[i]);
        latest = i;
        const std::lock_guard lock(mutex_);
        ++done_;
        if (options_.on_done) options_.on_done(done_);
      }
    } catch (const Interrupted& stop) {
      const std::lock_guard lock(mutex_);
      if (!has_stopped_.exchange(true)) stop_ = stop;
    }
    if (!stage) return;
    const std::string left = stage->close();
    const std::lock_guard lock(mutex_);
    results_[latest].left = left;
    if (stop_) stop_ = Interrupted(stop_->signal, stop_->what() + left);
  }

  // A stage on which something failed is left; the next trace gets another.
  Replayed replay(std::unique_ptr<Stage>& stage, const traces::Trace& trace) {
    Replayed result;
    if (std::string silent = silent_server(); !silent.empty()) {
      result.error = "not replayed: " + silent;
      return result;
    }
    try {
      if (!stage) stage = std::make_unique<Stage>(servers_, host_);
      result.conformance = stage->replay(trace, options_.replay);
      return result;
    } catch (const traces::InputError& error) {
      result.is_input = true;
      result.error = error.what();
    } catch (const traces::EnvironmentError& error) {
      throw_if_stopped();
      result.error = error.what();
    }
    const bool is_silent = !result.is_input && looks_for_silence();
    if (stage) result.error += stage->close(is_silent ? std::optional(kBriefSeconds) : std::nullopt);
    stage.reset();
    return result;
  }

  std::string silent_server() {
    const std::lock_guard lock(mutex_);
    return silent_;
  }

  // After a failure: whether a server does not answer at all, so that no other trace needs to wait for it. One that is
  // gone is no reason to give up: it refuses at once, and may come back.
  bool looks_for_silence() {
    PostgresAddress postgres = servers_.postgres;
    std::optional<RedisAddress> redis = servers_.redis;
    if (servers_.sandbox != nullptr) redis = servers_.sandbox->redis();  // where it is by now
    postgres.timeout_seconds = kBriefSeconds;
    if (redis) redis->timeout_seconds = kBriefSeconds;
    const auto begin = std::chrono::steady_clock::now();
    try {
      open_postgres(postgres, "");
      if (redis) open_redis(*redis, "");
      return false;
    } catch (const traces::EnvironmentError& error) {
      if (std::chrono::steady_clock::now() - begin < std::chrono::seconds(kBriefSeconds)) return false;
      const std::lock_guard lock(mutex_);
      if (silent_.empty()) silent_ = error.what();
      return true;
    }
  }

  const std::vector<traces::Trace>& traces_;
  const Servers& servers_;
  const BatchOptions& options_;
  const std::shared_ptr<AppHost> host_ = start_app_host();  // before any thread
  std::vector<Replayed> results_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> has_stopped_{false};
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::string silent_;  // a server that does not answer, as an error; empty: none is known
  std::optional<Interrupted> stop_;
};

void check_place(const ReplayPlace& where, bool with_cache) {
  if (where.database != DatabaseKind::kCockroach) return;
  if (with_cache) {
    throw traces::InputError(
        "--on cockroach: a trace has a cache; replay it on PostgreSQL and Redis, and on CockroachDB those that have "
        "none");
  }
  if (where.urls.postgres) throw traces::InputError("--on cockroach and --postgres: leave out one of them");
}

void refuse_other_than_cockroach(const PostgresAddress& address) {
  const std::string found = open_postgres(address, "")->version();
  if (found.starts_with("CockroachDB")) return;
  throw traces::InputError(fmt::format("--cockroach: {} is {}; give it as --postgres", place(address), found));
}

}  // namespace

struct WarmServers::Impl {
  StopSignals signals;
  std::optional<Sandbox> sandbox;
  Servers servers;
};

WarmServers::WarmServers(const ReplayPlace& where, bool with_cache) {
  check_place(where, with_cache);
  GivenServers given = find_servers(where.urls);
  auto& [database, redis] = given;
  impl_ = std::make_unique<Impl>();
  greet(given);
  SandboxOptions wanted = where.sandbox;
  const bool is_cockroach = where.database == DatabaseKind::kCockroach;
  wanted.postgres = !database && !is_cockroach;
  wanted.cockroach = !database && is_cockroach;
  wanted.redis = !redis && with_cache;
  std::optional<Sandbox>& sandbox = impl_->sandbox;
  if (wanted.postgres || wanted.cockroach || wanted.redis) sandbox.emplace(wanted);
  const bool is_ours = wanted.postgres || wanted.cockroach;
  if (is_ours) database = sandbox->postgres();
  if (is_cockroach) refuse_other_than_cockroach(*database);
  if (wanted.redis) redis = sandbox->redis();
  impl_->servers = {*database, redis, is_ours, wanted.redis, wanted.redis ? &*sandbox : nullptr};
}

WarmServers::~WarmServers() = default;

const Servers& WarmServers::servers() const { return impl_->servers; }

std::vector<Replayed> WarmServers::replay_all(const std::vector<traces::Trace>& traces, const BatchOptions& options) {
  return Batch(traces, impl_->servers, options).run();
}

void WarmServers::close() {
  impl_->sandbox.reset();
  throw_if_stopped();
}

std::vector<Replayed> replay_all(const std::vector<traces::Trace>& traces, const ReplayPlace& where,
                                 const BatchOptions& options) {
  WarmServers warm(where, std::any_of(traces.begin(), traces.end(), needs_cache));
  std::vector<Replayed> results = warm.replay_all(traces, options);
  warm.close();
  return results;
}

Conformance replay_at(const traces::Trace& trace, const ReplayPlace& where, const ReplayOptions& options) {
  WarmServers warm(where, needs_cache(trace));
  Conformance result = replay(trace, warm.servers(), options);
  warm.close();
  return result;
}

}  // namespace stalemate::real
