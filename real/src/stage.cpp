// See real/stage.hpp.
#include "real/stage.hpp"

#include <mutex>
#include <shared_mutex>

#include "app_host.hpp"
#include "director.hpp"
#include "scene.hpp"
#include "sim/invariant.hpp"

namespace stalemate::real {

std::shared_ptr<AppHost> start_app_host() { return std::make_shared<AppHost>(); }

class Stage::Impl {
 public:
  Impl(const Servers& servers, std::shared_ptr<AppHost> host) : servers_(servers), scene_(servers, std::move(host)) {}

  Conformance replay(const traces::Trace& trace, const ReplayOptions& options) {
    refuse_what_cannot_happen(trace, servers_);
    // Who kills the Redis waits until nobody else uses it, and the other way round.
    std::shared_lock<std::shared_mutex> with_others;
    std::unique_lock<std::shared_mutex> alone;
    if (servers_.sandbox != nullptr && needs_cache(trace)) {
      if (kills_cache(trace)) alone = std::unique_lock(scene_.cache_lock());
      if (!alone) with_others = std::shared_lock(scene_.cache_lock());
    }
    try {
      scene_.set(needs_cache(trace));
      return Director(trace, scene_).run(options);
    } catch (...) {
      scene_.kill_apps();  // what is under way must not go on while the area is removed
      throw;
    }
  }

  std::string close() {
    if (std::exchange(is_closed_, true)) return "";
    return scene_.clean_up();
  }

 private:
  static bool kills_cache(const traces::Trace& trace) {
    for (const traces::Step& step : trace.steps) {
      if (step.kind == traces::StepKind::kCacheRestart || step.kind == traces::StepKind::kCacheFailover) return true;
    }
    return false;
  }

  Servers servers_;
  Scene scene_;
  bool is_closed_ = false;
};

Stage::Stage(const Servers& servers, std::shared_ptr<AppHost> host)
    : impl_(std::make_unique<Impl>(servers, host ? std::move(host) : start_app_host())) {}

Stage::~Stage() { close(); }

Conformance Stage::replay(const traces::Trace& trace, const ReplayOptions& options) {
  return impl_->replay(trace, options);
}

std::string Stage::close() { return impl_->close(); }

}  // namespace stalemate::real
