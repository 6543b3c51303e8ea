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
#include "real/local.hpp"
#include "real/signals.hpp"
#include "real/stage.hpp"
#include "traces/error.hpp"

namespace stalemate::real {
namespace {

constexpr int kBriefSeconds = 2;  // libpq waits no less

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
      if (stage) results_[latest].left = stage->close();
    } catch (const Interrupted& stop) {
      const std::string left = stage ? stage->close() : "";
      const std::lock_guard lock(mutex_);
      if (!has_stopped_.exchange(true)) stop_ = Interrupted(stop.signal, stop.what() + left);
    }
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
    Servers servers = servers_;
    servers.postgres.timeout_seconds = kBriefSeconds;
    if (servers.redis) servers.redis->timeout_seconds = kBriefSeconds;
    const auto begin = std::chrono::steady_clock::now();
    try {
      open_postgres(servers.postgres, "");
      if (servers.redis && servers.sandbox == nullptr) open_redis(*servers.redis, "");
      if (servers.redis && servers.sandbox != nullptr) {
        RedisAddress redis = servers.sandbox->redis();
        redis.timeout_seconds = kBriefSeconds;
        open_redis(redis, "");
      }
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

// Nothing where it is to be started.
std::optional<PostgresAddress> cockroach_address(const ReplayPlace& where, bool with_cache) {
  if (with_cache) {
    throw traces::InputError(
        "--on cockroach: a trace has a cache; replay it on PostgreSQL and Redis, and on CockroachDB those that have "
        "none");
  }
  if (where.postgres_url) throw traces::InputError("--on cockroach and --postgres: leave out one of them");
  if (!where.cockroach_url) return {};
  PostgresAddress address = parse_postgres_url(*where.cockroach_url, "--cockroach");
  if (!where.allow_remote) refuse_remote(address.host, "--cockroach");
  address.shown_as = "CockroachDB" + place(address).substr(std::string_view("PostgreSQL").size());
  return address;
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
  std::optional<PostgresAddress> postgres;
  std::optional<RedisAddress> redis;
  if (where.database == DatabaseKind::kCockroach) postgres = cockroach_address(where, with_cache);
  if (where.postgres_url) postgres = parse_postgres_url(*where.postgres_url);
  if (where.redis_url) redis = parse_redis_url(*where.redis_url);
  if (postgres && !where.allow_remote) refuse_remote(postgres->host, "--postgres");
  if (redis && !where.allow_remote) refuse_remote(redis->host, "--redis");
  impl_ = std::make_unique<Impl>();
  if (postgres) greet(*postgres);
  if (redis) greet(*redis);
  SandboxOptions wanted = where.sandbox;
  const bool is_cockroach = where.database == DatabaseKind::kCockroach;
  wanted.postgres = !postgres && !is_cockroach;
  wanted.cockroach = !postgres && is_cockroach;
  wanted.redis = !redis && with_cache;
  std::optional<Sandbox>& sandbox = impl_->sandbox;
  if (wanted.postgres || wanted.cockroach || wanted.redis) sandbox.emplace(wanted);
  const bool is_ours = wanted.postgres || wanted.cockroach;
  if (is_ours) postgres = sandbox->postgres();
  if (is_cockroach) refuse_other_than_cockroach(*postgres);
  if (wanted.redis) redis = sandbox->redis();
  impl_->servers = {*postgres, redis, is_ours, wanted.redis, wanted.redis ? &*sandbox : nullptr};
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
