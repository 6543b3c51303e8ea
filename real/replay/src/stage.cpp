// See replay/stage.hpp.
#include "replay/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>

#include "app_host.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "base/text.hpp"
#include "director.hpp"
#include "sandbox/sandbox.hpp"
#include "scene.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "understand/protocol.hpp"

namespace stalemate::real {

Silence silence_at(const Servers& servers) {
  Silence silence;
  const auto is_silent = [&](const auto& open) {
    const auto begin = std::chrono::steady_clock::now();
    try {
      open();
      return false;
    } catch (const EnvironmentError& error) {
      if (std::chrono::steady_clock::now() - begin < std::chrono::seconds(kBriefSeconds)) return false;
      silence.why = error.what();
      return true;
    }
  };
  PostgresAddress postgres = servers.postgres;
  std::optional<RedisAddress> redis = servers.redis;
  if (servers.sandbox != nullptr) redis = servers.sandbox->redis();  // where it is by now
  postgres.timeout_seconds = kBriefSeconds;
  if (redis) redis->timeout_seconds = kBriefSeconds;
  silence.database = is_silent([&] { open_postgres(postgres, ""); });
  std::optional<MemcachedAddress> memcached = servers.memcached;
  if (memcached) memcached->timeout_seconds = kBriefSeconds;
  silence.cache = (redis && is_silent([&] { open_redis(*redis, ""); })) ||
                  (memcached && is_silent([&] { open_memcached(*memcached, ""); }));
  return silence;
}

std::shared_ptr<AppHost> start_app_host() { return std::make_shared<AppHost>(); }

class Stage::Impl {
 public:
  Impl(const Servers& servers, std::shared_ptr<AppHost> host) : servers_(servers), host_(std::move(host)) {
    scene_ = std::make_unique<Scene>(servers_, host_, "");
  }

  Conformance replay(const traces::Trace& trace, const ReplayOptions& options) {
    const traces::CacheServer cache = cache_server_of(trace, options);
    refuse_what_cannot_happen(trace, cache, servers_);
    take_mapping(trace, options);
    if (cache == traces::CacheServer::kMemcached && scene_->mapping() != nullptr && scene_->mapping()->has_cache())
      throw InputError("replay: a mapping's commands of a cache are Redis's; leave them out, or say --cache redis");
    // Who kills a cache waits until nobody else uses it, and the other way round.
    std::shared_lock<std::shared_mutex> with_others;
    std::unique_lock<std::shared_mutex> alone;
    const CachesNeeded needed = caches_needed(trace, cache);
    Sandbox* const sandbox = servers_.sandbox != nullptr ? servers_.sandbox : servers_.memcacheds_sandbox;
    if (sandbox != nullptr && (needed.redis || needed.memcached)) {
      if (kills_cache(trace)) alone = std::unique_lock(sandbox->caches_lock());
      if (!alone) with_others = std::shared_lock(sandbox->caches_lock());
    }
    try {
      scene_->set(trace.stores, cache, traces::shapes_of(trace, cache));
      return Director(trace, *scene_).run(options);
    } catch (...) {
      scene_->kill_apps();  // what is under way must not go on while the area is removed
      throw;
    }
  }

  std::string close(const Silence& silence) {
    if (std::exchange(is_closed_, true)) return "";
    return scene_->clean_up(silence);
  }

 private:
  // Another mapping is played on another scene.
  void take_mapping(const traces::Trace& trace, const ReplayOptions& options) {
    WorkArea area("");
    area.mapping = options.mapping ? checked(trace, options.mapping) : own_mapping(trace, options);
    if (area.mapping && area.mapping->has_cache()) refuse_other_entries(trace);
    if (area.mapping && !trace.initial.stores.empty())
      for (const traces::Entry& entry : trace.initial.stores.front().entries)
        area.names.push_back(area.mapping->name_of(entry.key));
    const model::Mapping* const now = scene_->mapping();
    const bool is_same = now == nullptr ? area.mapping == nullptr : area.mapping && *now == *area.mapping;
    if (is_same && (!area.mapping || area.names == scene_->names())) return;
    // Made first: where that fails, the scene before is still there to be cleaned up.
    auto next = std::make_unique<Scene>(servers_, host_, std::move(area));
    const std::string left = scene_->clean_up();
    if (!left.empty()) throw EnvironmentError("replay: the replay before is done" + left);
    scene_ = std::move(next);
  }

  static void refuse_other_entries(const traces::Trace& trace) {
    for (const traces::Contents& store : trace.initial.stores)
      for (const traces::Entry& entry : store.entries)
        if (traces::row_of(entry.key) != entry.key)
          throw InputError(fmt::format(
              "replay: {} is another entry than its row's value, and a mapping has no line for such; leave it out",
              entry.key));
  }

  static std::shared_ptr<const model::Mapping> checked(const traces::Trace& trace,
                                                       std::shared_ptr<const model::Mapping> mapping) {
    const std::string missing = protocol_of(trace).missing_in(*mapping);
    if (!missing.empty()) throw InputError("--mapping: " + missing);
    return mapping;
  }

  static std::shared_ptr<const model::Mapping> own_mapping(const traces::Trace& trace, const ReplayOptions& options) {
    if (!may_have_directives(trace.protocol.text)) return nullptr;
    auto mapping = std::make_shared<model::Mapping>(protocol_of(trace).mapping);
    if (mapping->empty()) return nullptr;
    if (options.trusts_traces) return mapping;
    throw InputError(
        fmt::format("replay: the trace brings statements of its own (\"{}\" and {} more); they stand in its protocol; "
                    "read them, then add "
                    "--trust-mapping, or give yours by --mapping",
                    excerpt(mapping->lines().front()), mapping->lines().size() - 1));
  }

  // Spares the reading of most protocols. The reader takes the word in any case, and spaces before its colon.
  static bool may_have_directives(std::string_view text) {
    constexpr std::string_view kWord = "stalemate";
    const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::search(text.begin(), text.end(), kWord.begin(), kWord.end(), is_same) != text.end();
  }

  static model::Protocol protocol_of(const traces::Trace& trace) {
    return model::read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles);
  }

  // Or has it be followed by a replica, of which a sandbox has one at a time.
  static bool kills_cache(const traces::Trace& trace) {
    return needs_replica(trace) || std::any_of(trace.steps.begin(), trace.steps.end(), [](const traces::Step& step) {
             return step.kind == traces::StepKind::kCacheRestart;
           });
  }

  Servers servers_;
  std::shared_ptr<AppHost> host_;
  std::unique_ptr<Scene> scene_;  // never null
  bool is_closed_ = false;
};

Stage::Stage(const Servers& servers, std::shared_ptr<AppHost> host)
    : impl_(std::make_unique<Impl>(servers, host ? std::move(host) : start_app_host())) {}

Stage::~Stage() { close(); }

Conformance Stage::replay(const traces::Trace& trace, const ReplayOptions& options) {
  return impl_->replay(trace, options);
}

std::string Stage::close(const Silence& silence) { return impl_->close(silence); }

}  // namespace stalemate::real
