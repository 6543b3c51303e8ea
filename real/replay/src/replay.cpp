// See replay/replay.hpp: one trace on a stage of its own.
#include "replay/replay.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "read/diagram.hpp"
#include "replay/stage.hpp"
#include "stores/store.hpp"
#include "understand/protocol.hpp"

namespace stalemate::real {

const StoreAtEnd* find_store(const Conformance& conformance, std::string_view name) {
  const auto found = std::find_if(conformance.stores.begin(), conformance.stores.end(),
                                  [&](const StoreAtEnd& store) { return store.name == name; });
  return found == conformance.stores.end() ? nullptr : &*found;
}

namespace {

// Whether the diagram calls its cache so.
bool names_memcached(const traces::Trace& trace) {
  constexpr std::string_view kName = "memcache";
  if (lower(trace.protocol.text).find(kName) == std::string::npos) return false;
  for (const model::Document::Entry& entry : model::parse_document(trace.protocol.text, trace.protocol.name).diagrams)
    for (const model::Participant& one : entry.diagram.participants)
      if (lower(one.alias).find(kName) != std::string::npos) return true;
  return false;
}

// Whether its cache is asked with commands of somebody's own, which are Redis's.
bool is_mapped(const traces::Trace& trace, const ReplayOptions& options) {
  if (options.mapping) return options.mapping->has_cache();
  return model::read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles).mapping.has_cache();
}

}  // namespace

traces::CacheServer cache_server_of(const traces::Trace& trace, const ReplayOptions& options) {
  using traces::CacheServer;
  if (options.cache)
    if (const std::optional<CacheServer> wanted = options.cache(trace)) return *wanted;
  const auto can = [&](CacheServer server) { return traces::why_not_replayed(trace, server).empty(); };
  // Where none can, the one whose reason says why.
  if (!can(CacheServer::kMemcached))
    return traces::asks_memcached(trace) ? CacheServer::kMemcached : CacheServer::kRedis;
  if (can(CacheServer::kRedis) && !names_memcached(trace)) return CacheServer::kRedis;
  return is_mapped(trace, options) ? CacheServer::kRedis : CacheServer::kMemcached;
}

CachesNeeded caches_needed(const traces::Trace& trace, traces::CacheServer cache) {
  CachesNeeded needed;
  for (const traces::Store& store : trace.stores) {
    if (store.app != 0) continue;
    const bool is_cache = traces::is_cache(trace, store.name);
    needed.memcached = needed.memcached || (is_cache && cache == traces::CacheServer::kMemcached);
    needed.redis = needed.redis || (is_cache && cache == traces::CacheServer::kRedis) || store.kind == "channel";
  }
  return needed;
}

Conformance replay(const traces::Trace& trace, const Servers& servers, const ReplayOptions& options,
                   std::shared_ptr<AppHost> host) {
  Stage stage(servers, std::move(host));
  try {
    Conformance result = stage.replay(trace, options);
    const std::string left = stage.close();
    if (!left.empty()) throw_if_stopped();
    if (!left.empty()) throw EnvironmentError("replay: " + verdict(result) + left);
    return result;
  } catch (const Interrupted& stop) {
    throw Interrupted(stop.signal, stop.what() + stage.close({.is_in_haste = true}));
  } catch (const NoAnswer& error) {
    Silence silence = {.is_in_haste = true};
    try {
      silence = silence_at(servers);
    } catch (const Interrupted&) {  // what is left is said first
    }
    throw EnvironmentError(error.what() + stage.close(silence));
  } catch (const EnvironmentError& error) {
    throw EnvironmentError(error.what() + stage.close());
  } catch (const InputError& error) {
    throw InputError(error.what() + stage.close());
  }
}

}  // namespace stalemate::real
