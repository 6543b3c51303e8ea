// See replay/replay.hpp: one trace on a stage of its own.
#include "replay/replay.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "os/signals.hpp"
#include "replay/stage.hpp"
#include "stores/store.hpp"

namespace stalemate::real {

const StoreAtEnd* find_store(const Conformance& conformance, std::string_view name) {
  const auto found = std::find_if(conformance.stores.begin(), conformance.stores.end(),
                                  [&](const StoreAtEnd& store) { return store.name == name; });
  return found == conformance.stores.end() ? nullptr : &*found;
}

bool needs_cache(const traces::Trace& trace) { return has_cache(trace.stores); }

Conformance replay(const traces::Trace& trace, const Servers& servers, const ReplayOptions& options,
                   std::shared_ptr<AppHost> host) {
  STALEMATE_INVARIANT(servers.redis || !needs_cache(trace), "a trace with a cache is replayed with a Redis");
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
