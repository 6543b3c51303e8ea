// A Redis in a scene. One of a sandbox is ours to kill, and may be at another address afterwards.
#include <map>
#include <optional>

#include "app_child.hpp"
#include "base/invariant.hpp"
#include "proxy/proxy.hpp"
#include "sandbox/sandbox.hpp"
#include "scene_cache.hpp"
#include "stores/redis_replica.hpp"

namespace stalemate::real {
namespace {

const RedisAddress& given_redis(const Servers& servers) {
  STALEMATE_INVARIANT(servers.redis, "a trace with a cache is replayed with a Redis");
  return *servers.redis;
}

class RedisStore final : public CacheStore {
 public:
  RedisStore(const Servers& servers, const WorkArea& area)
      : CacheStore(area),
        address_(given_redis(servers)),
        sandbox_(servers.sandbox),
        is_throw_away_(servers.is_redis_throw_away) {
    open();
  }

  std::string_view product() const override { return "redis"; }
  std::string called() const override { return real::place(address_); }

  void prepare(const Shapes& shapes) override {
    shapes_ = shapes;
    if (sandbox_ != nullptr && sandbox_->redis_epoch() != epoch()) open();
    cache().set_shapes(shapes_);
    std::erase_if(proxies_, [this](const auto& proxy) { return proxy.first != address_.port; });
  }

  DriverPlace place() override {
    Proxy& proxy = proxies_.at(address_.port);
    return {.proxy = &proxy, .address = to_json(through(proxy, address_)), .epoch = epoch()};
  }
  DriverPlace listeners_place() override { return {.address = to_json(address_)}; }  // it listens anew when it is told
  std::chrono::seconds drivers_timeout() const override { return std::chrono::seconds(address_.timeout_seconds); }
  bool knows(const Wanted& wanted) const override { return redis_knows(wanted.verb, wanted.watch); }
  Decoded decode(const Wanted& wanted, const Held& reply) const override { return decode_redis(wanted, reply); }
  CommandPart part_of(const Wanted& wanted, const Held& command) const override {
    return redis_part(wanted, command.name);
  }
  std::string mistaken_request() const override { return "*1\r\n$6\r\nREFUSE\r\n"; }

  bool is_throw_away() const override { return is_throw_away_; }

 private:
  bool restart() override {
    if (sandbox_ == nullptr) {
      empty();
      return false;
    }
    stream_offset(address_);  // once it answers this, it has sent what it had to say to those who listen
    sandbox_->restart_redis();
    open();
    return true;
  }

  void start_replica() override {
    replica_ = sandbox_->start_replica();
    await_replica(address_, *replica_);
  }

  void detach_replica() override {
    await_replica(address_, *replica_);
    real::detach_replica(*replica_);
  }

  void fail_over() override {
    stream_offset(address_);  // as before a restart
    sandbox_->fail_over();
    open();
  }

  void open() {
    if (sandbox_ != nullptr) address_ = sandbox_->redis();
    stand(open_redis(address_, area()), sandbox_ != nullptr ? sandbox_->redis_epoch() : epoch());
    cache().set_shapes(shapes_);
    proxies_.try_emplace(address_.port, address_);
  }

  RedisAddress address_;
  Sandbox* sandbox_;
  bool is_throw_away_;
  Shapes shapes_;
  std::optional<RedisAddress> replica_;
  std::map<int, Proxy> proxies_;  // by the server's port; what a former Redis still answered passes the older ones
};

}  // namespace

std::unique_ptr<SceneStore> make_redis_store(const Servers& servers, const WorkArea& area) {
  return std::make_unique<RedisStore>(servers, area);
}

}  // namespace stalemate::real
