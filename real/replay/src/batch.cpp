// See replay/batch.hpp; and replay_at(), which is a batch of one whose failure is its own.
#include "replay/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

#include "app_host.hpp"
#include "base/error.hpp"
#include "os/signals.hpp"
#include "replay/stage.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "stores/greeting.hpp"

namespace stalemate::real {
namespace {

class Batch {
 public:
  Batch(const std::vector<traces::Trace>& traces, const Servers& servers, std::shared_ptr<AppHost> host,
        const BatchOptions& options)
      : traces_(traces), servers_(servers), options_(options), host_(std::move(host)), results_(traces.size()) {}

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
    if (!stop_) return std::move(results_);
    for (const Replayed& result : results_) left_ += result.left;
    throw Interrupted(stop_->signal, stop_->what() + left_);
  }

 private:
  void work() {
    std::unique_ptr<Stage> stage;
    std::optional<std::size_t> latest;
    try {
      for (std::size_t i = next_++; i < traces_.size() && !has_stopped_; i = next_++) {
        results_[i] = replay(stage, traces_[i]);
        latest = i;
        const std::lock_guard lock(mutex_);
        if (options_.on_result) options_.on_result(i, results_[i]);
      }
    } catch (const Interrupted& stop) {
      const std::lock_guard lock(mutex_);
      if (!has_stopped_.exchange(true)) stop_ = stop;
    }
    if (!stage) return;
    const std::string left = stage->close(known());
    const std::lock_guard lock(mutex_);
    (latest ? results_[*latest].left : left_) += left;
  }

  // What is known of the servers when a stage is closed.
  Silence known() {
    const std::lock_guard lock(mutex_);
    Silence silence = silence_;
    silence.is_in_haste = stop_.has_value();
    return silence;
  }

  // A stage on which something failed is left; the next trace gets another. Where a server does not answer at all, no
  // other trace waits for it.
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
    } catch (const InputError& error) {
      result.is_input = true;
      result.error = error.what();
    } catch (const EnvironmentError& error) {
      throw_if_stopped();
      result.error = error.what();
    }
    Silence silence;
    if (!result.is_input) silence = silence_at(servers_);
    if (silence.any()) {
      const std::lock_guard lock(mutex_);
      if (!silence_.any()) silence_ = silence;
    }
    if (stage) result.left = stage->close(silence);
    stage.reset();
    return result;
  }

  std::string silent_server() {
    const std::lock_guard lock(mutex_);
    return silence_.why;
  }

  const std::vector<traces::Trace>& traces_;
  const Servers& servers_;
  const BatchOptions& options_;
  const std::shared_ptr<AppHost> host_;
  std::vector<Replayed> results_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> has_stopped_{false};
  std::mutex mutex_;
  Silence silence_;
  std::string left_;  // by stages on which nothing was replayed
  std::optional<Interrupted> stop_;
};

CachesNeeded needed_by(const std::vector<traces::Trace>& traces, const ReplayOptions& options) {
  CachesNeeded all;
  for (const traces::Trace& trace : traces) {
    const CachesNeeded one = caches_needed(trace, cache_server_of(trace, options));
    all.redis = all.redis || one.redis;
    all.memcached = all.memcached || one.memcached;
  }
  return all;
}

void check_place(const ReplayPlace& where, bool with_cache) {
  if (where.database != DatabaseKind::kCockroach) return;
  if (with_cache) {
    throw InputError(
        "--on cockroach: a trace has a cache; replay it on PostgreSQL and its cache, and on CockroachDB those that "
        "have none");
  }
  if (where.urls.postgres) throw InputError("--on cockroach and --postgres: leave out one of them");
}

void refuse_other_than_cockroach(const PostgresAddress& address) {
  const std::string found = open_postgres(address, "")->version();
  if (found.starts_with("CockroachDB")) return;
  throw InputError(fmt::format("--cockroach: {} is {}; give it as --postgres", place(address), found));
}

}  // namespace

struct WarmServers::Impl {
  StopSignals signals;
  // First of all: greeting a server, and a tunnel to it, take threads, beside which nothing is to be forked.
  std::shared_ptr<AppHost> host = start_app_host();
  GivenServers given;
  std::optional<Sandbox> sandbox;
  Servers servers;
};

WarmServers::WarmServers(const ReplayPlace& where, CachesNeeded caches) {
  check_place(where, caches.redis || caches.memcached);
  impl_ = std::make_unique<Impl>();
  GivenServers& given = impl_->given;
  given = find_servers(where.urls);
  auto& [database, redis, memcached, tunnels] = given;
  greet(given);
  SandboxOptions wanted = where.sandbox;
  const bool is_cockroach = where.database == DatabaseKind::kCockroach;
  wanted.postgres = !database && !is_cockroach;
  wanted.cockroach = !database && is_cockroach;
  wanted.redis = !redis && caches.redis;
  wanted.memcached = !memcached && caches.memcached;
  std::optional<Sandbox>& sandbox = impl_->sandbox;
  if (wanted.postgres || wanted.cockroach || wanted.redis || wanted.memcached) sandbox.emplace(wanted);
  const bool is_ours = wanted.postgres || wanted.cockroach;
  if (is_ours) database = sandbox->postgres();
  if (is_cockroach) refuse_other_than_cockroach(*database);
  if (wanted.redis) redis = sandbox->redis();
  if (wanted.memcached) memcached = sandbox->memcached();
  impl_->servers = {*database,
                    redis,
                    is_ours,
                    wanted.redis,
                    wanted.redis ? &*sandbox : nullptr,
                    memcached,
                    wanted.memcached ? &*sandbox : nullptr};
}

WarmServers::~WarmServers() = default;

const Servers& WarmServers::servers() const { return impl_->servers; }

std::vector<Replayed> WarmServers::replay_all(const std::vector<traces::Trace>& traces, const BatchOptions& options) {
  return Batch(traces, impl_->servers, impl_->host, options).run();
}

Conformance WarmServers::replay(const traces::Trace& trace, const ReplayOptions& options) {
  return real::replay(trace, impl_->servers, options, impl_->host);
}

void WarmServers::close() {
  impl_->sandbox.reset();
  throw_if_stopped();
}

std::vector<Replayed> replay_all(const std::vector<traces::Trace>& traces, const ReplayPlace& where,
                                 const BatchOptions& options) {
  WarmServers warm(where, needed_by(traces, options.replay));
  std::vector<Replayed> results = warm.replay_all(traces, options);
  warm.close();
  return results;
}

Conformance replay_at(const traces::Trace& trace, const ReplayPlace& where, const ReplayOptions& options) {
  WarmServers warm(where, caches_needed(trace, cache_server_of(trace, options)));
  Conformance result = warm.replay(trace, options);
  warm.close();
  return result;
}

}  // namespace stalemate::real
