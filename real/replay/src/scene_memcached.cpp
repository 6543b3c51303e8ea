// A memcached in a scene. One of a sandbox is ours to kill.
#include <optional>

#include "app_child.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "proxy/proxy.hpp"
#include "sandbox/sandbox.hpp"
#include "scene_cache.hpp"

namespace stalemate::real {
namespace {

const MemcachedAddress& given_memcached(const Servers& servers) {
  STALEMATE_INVARIANT(servers.memcached, "a trace whose cache is a memcached is replayed with one");
  return *servers.memcached;
}

class MemcachedStore final : public CacheStore {
 public:
  MemcachedStore(const Servers& servers, const WorkArea& area)
      : CacheStore(area), address_(given_memcached(servers)), sandbox_(servers.memcacheds_sandbox), proxy_(address_) {
    open();
  }

  std::string_view product() const override { return "memcached"; }
  std::string called() const override { return real::place(address_); }

  void prepare(const Shapes&) override {
    if (sandbox_ != nullptr && sandbox_->memcached_epoch() != epoch()) open();
  }

  void set_names(const std::vector<std::string>& names) override {
    names_.insert(names_.end(), names.begin(), names.end());
    cache().set_names(names);
  }

  DriverPlace place() override {
    return {.proxy = &proxy_, .address = to_json(through(proxy_, address_)), .epoch = epoch()};
  }
  std::chrono::seconds drivers_timeout() const override { return std::chrono::seconds(address_.timeout_seconds); }
  bool knows(const Wanted& wanted) const override { return memcached_knows(wanted.verb, wanted.watch); }
  traces::Watch compares() const override { return traces::Watch::kEntry; }
  Decoded decode(const Wanted& wanted, const Held& reply) const override { return decode_memcached(wanted, reply); }
  std::string mistaken_request() const override { return "refuse\r\n"; }

  bool is_throw_away() const override { return sandbox_ != nullptr; }

 private:
  bool restart() override {
    if (sandbox_ == nullptr) {
      empty();
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
    stand(open_memcached(address_, area()), sandbox_ != nullptr ? sandbox_->memcached_epoch() : epoch());
    cache().set_names(names_);
  }

  MemcachedAddress address_;
  Sandbox* sandbox_;
  std::vector<std::string> names_;
  Proxy proxy_;
};

}  // namespace

std::unique_ptr<SceneStore> make_memcached_store(const Servers& servers, const WorkArea& area) {
  return std::make_unique<MemcachedStore>(servers, area);
}

}  // namespace stalemate::real
