// What every cache in a scene has in common, whichever server it is: it is asked over a connection of its own, loses
// entries, and is emptied where it is not ours to kill.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "replay/stage.hpp"
#include "scene_store.hpp"
#include "stores/cache.hpp"

namespace stalemate::real {

class CacheStore : public SceneStore, private Misfortunes {
 public:
  explicit CacheStore(const WorkArea& area) : area_(area) {}

  std::string area_called() const final { return "keys stalemate:" + area_.run + ":*"; }
  Store& store() final { return *cache_; }
  bool driver_gives_up() const final { return true; }
  Answer ask(const Wanted& wanted) final {
    if (!session_) session_ = cache_->connect();
    return session_->ask(wanted);
  }
  Misfortunes* misfortunes() final { return this; }
  bool is_silent(const Silence& silence) const final { return silence.cache; }

 protected:
  // What is asked from now on, over other connections than before.
  void stand(std::unique_ptr<Cache> cache, int epoch) {
    session_.reset();
    cache_ = std::move(cache);
    epoch_ = epoch;
  }
  Cache& cache() { return *cache_; }
  const WorkArea& area() const { return area_; }
  int epoch() const { return epoch_; }
  // Instead of a restart: our entries go, and drivers connect anew, as they would have to.
  void empty() {
    cache_->fill({});
    ++epoch_;
  }

 private:
  bool drop(const std::string& product) final { return cache_->drop(product); }
  std::string expire(const std::string& product) final { return cache_->expire(product); }
  bool end_lease(const std::string& product) final { return cache_->end_lease(product); }

  WorkArea area_;
  int epoch_ = 0;
  std::unique_ptr<Cache> cache_;
  std::unique_ptr<CacheSession> session_;
};

}  // namespace stalemate::real
