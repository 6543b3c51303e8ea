// A memcached in a scene. One of a sandbox is ours to kill.
#include <optional>

#include "app_child.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "proxy/proxy.hpp"
#include "replay/stage.hpp"
#include "sandbox/sandbox.hpp"
#include "scene_store.hpp"
#include "stores/cache.hpp"

namespace stalemate::real {
namespace {

const MemcachedAddress& given_memcached(const Servers& servers) {
  STALEMATE_INVARIANT(servers.memcached, "a trace whose cache is a memcached is replayed with one");
  return *servers.memcached;
}

class MemcachedStore final : public SceneStore, private Misfortunes {
 public:
  MemcachedStore(const Servers& servers, const WorkArea& area)
      : address_(given_memcached(servers)), sandbox_(servers.memcacheds_sandbox), area_(area), proxy_(address_) {
    open();
  }

  std::string_view product() const override { return "memcached"; }
  std::string called() const override { return real::place(address_); }
  std::string area_called() const override { return "keys stalemate:" + area_.run + ":*"; }
  Store& store() override { return *cache_; }

  void prepare(const Shapes&) override {
    if (sandbox_ != nullptr && sandbox_->memcached_epoch() != epoch_) open();
  }

  void set_names(const std::vector<std::string>& names) override {
    names_.insert(names_.end(), names.begin(), names.end());
    cache_->set_names(names);
  }

  DriverPlace place() override {
    return {.proxy = &proxy_, .address = to_json(through(proxy_, address_)), .epoch = epoch_};
  }
  std::chrono::seconds drivers_timeout() const override { return std::chrono::seconds(address_.timeout_seconds); }
  bool driver_gives_up() const override { return true; }
  bool knows(const Wanted& wanted) const override { return memcached_knows(wanted.verb, wanted.watch); }
  traces::Watch compares() const override { return traces::Watch::kEntry; }
  Decoded decode(const Wanted& wanted, const Held& reply) const override { return decode_memcached(wanted, reply); }
  std::string mistaken_request() const override { return "refuse\r\n"; }
  Answer ask(const Wanted& wanted) override {
    if (!session_) session_ = cache_->connect();
    return session_->ask(wanted);
  }

  Misfortunes* misfortunes() override { return this; }

  bool is_throw_away() const override { return sandbox_ != nullptr; }
  bool is_silent(const Silence& silence) const override { return silence.cache; }

 private:
  bool drop(const std::string& product) override { return cache_->drop(product); }
  std::string expire(const std::string& product) override { return cache_->expire(product); }
  bool end_lease(const std::string& product) override { return cache_->end_lease(product); }

  bool restart() override {
    if (sandbox_ == nullptr) {
      cache_->fill({});
      ++epoch_;  // drivers connect anew, as they would have to
      return false;
    }
    sandbox_->restart_memcached();
    open();
    return true;
  }

  // It has none; traces::why_not_replayed says so first.
  void start_replica() override { throw InputError("replay: a memcached has no replica"); }
  void detach_replica() override { start_replica(); }
  void fail_over() override { start_replica(); }

  // At its port, which stays.
  void open() {
    if (sandbox_ != nullptr) epoch_ = sandbox_->memcached_epoch();
    session_.reset();
    cache_ = open_memcached(address_, area_);
    cache_->set_names(names_);
  }

  MemcachedAddress address_;
  Sandbox* sandbox_;
  WorkArea area_;
  int epoch_ = 0;
  std::vector<std::string> names_;
  Proxy proxy_;
  std::unique_ptr<Cache> cache_;
  std::unique_ptr<CacheSession> session_;
};

}  // namespace

std::unique_ptr<SceneStore> make_memcached_store(const Servers& servers, const WorkArea& area) {
  return std::make_unique<MemcachedStore>(servers, area);
}

}  // namespace stalemate::real
