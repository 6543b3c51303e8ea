// See real/replay.hpp: one trace on a stage of its own, and everything around it.
#include "real/replay.hpp"

#include "real/signals.hpp"
#include "real/stage.hpp"
#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::real {

bool needs_cache(const traces::Trace& trace) {
  if (!trace.initial.cache.empty()) return true;
  for (const traces::Step& step : trace.steps) {
    if (step.request && step.request->to == "cache") return true;
  }
  return false;
}

Conformance replay(const traces::Trace& trace, const Servers& servers, const ReplayOptions& options) {
  STALEMATE_INVARIANT(servers.redis || !needs_cache(trace), "a trace with a cache is replayed with a Redis");
  Stage stage(servers);
  try {
    Conformance result = stage.replay(trace, options);
    const std::string left = stage.close();
    if (!left.empty()) throw_if_stopped();
    if (!left.empty()) throw traces::EnvironmentError("replay: " + verdict(result) + left);
    return result;
  } catch (const Interrupted& stop) {
    throw Interrupted(stop.signal, stop.what() + stage.close());
  } catch (const traces::EnvironmentError& error) {
    throw traces::EnvironmentError(error.what() + stage.close());
  } catch (const traces::InputError& error) {
    throw traces::InputError(error.what() + stage.close());
  }
}

Conformance replay_at(const traces::Trace& trace, const ReplayPlace& where, const ReplayOptions& options) {
  std::optional<PostgresAddress> postgres;
  std::optional<RedisAddress> redis;
  if (where.postgres_url) postgres = parse_postgres_url(*where.postgres_url);
  if (where.redis_url) redis = parse_redis_url(*where.redis_url);
  const StopSignals signals;
  SandboxOptions wanted = where.sandbox;
  wanted.postgres = !postgres;
  wanted.redis = !redis && needs_cache(trace);
  std::optional<Sandbox> sandbox;
  if (wanted.postgres || wanted.redis) sandbox.emplace(wanted);
  if (wanted.postgres) postgres = sandbox->postgres();
  if (wanted.redis) redis = sandbox->redis();
  Servers servers{*postgres, redis, wanted.postgres, wanted.redis, wanted.redis ? &*sandbox : nullptr};
  Conformance result = replay(trace, servers, options);
  sandbox.reset();
  throw_if_stopped();
  return result;
}

}  // namespace stalemate::real
