// A replica of a Redis in a scene: a real one that follows it through a gate (proxy/gate.hpp), which lets one change
// after the other pass.
#include <optional>

#include "app_child.hpp"
#include "base/error.hpp"
#include "proxy/gate.hpp"
#include "proxy/proxy.hpp"
#include "replay/stage.hpp"
#include "sandbox/sandbox.hpp"
#include "scene_store.hpp"
#include "stores/cache.hpp"
#include "stores/redis_replica.hpp"

namespace stalemate::real {
namespace {

// What it has is its primary's: nothing is put there or taken away.
class ReplicasContents final : public Store {
 public:
  ReplicasContents(const RedisAddress& address, const WorkArea& area) : cache_(open_redis(address, area)) {}
  std::string version() const override { return cache_->version(); }
  void fill(const std::vector<StoredValue>&) override {}
  void set_shapes(const Shapes& shapes) override { cache_->set_shapes(shapes); }
  std::vector<StoredValue> contents() override { return cache_->contents(); }
  void set_patience(int seconds) override { cache_->set_patience(seconds); }
  void tear_down() override {}
  void remove() override {}
  std::unique_ptr<CacheSession> connect() { return cache_->connect(); }

 private:
  std::unique_ptr<Cache> cache_;
};

class RedisReplicaStore final : public SceneStore, private Follower {
 public:
  RedisReplicaStore(const Servers& servers, const WorkArea& area) : sandbox_(servers.sandbox), area_(area) {
    if (sandbox_ == nullptr) throw InputError("replay: a replica is one of a throw-away Redis; leave out --redis");
  }

  std::string_view product() const override { return "redis-replica"; }
  std::string called() const override { return real::place(address_); }
  std::string area_called() const override { return "what its primary has"; }
  Store& store() override { return *contents_; }

  void prepare(const Shapes& shapes) override {
    proxy_.reset();
    gate_.emplace(sandbox_->redis().port);
    address_ = sandbox_->start_replica(gate_->port());
    await_replica(sandbox_->redis(), address_);
    contents_.emplace(address_, area_);
    contents_->set_shapes(shapes);
    proxy_.emplace(address_);
    ++epoch_;
    session_.reset();
  }

  DriverPlace place() override {
    return {.proxy = &*proxy_, .address = to_json(through(*proxy_, address_)), .epoch = epoch_};
  }
  std::chrono::seconds drivers_timeout() const override { return std::chrono::seconds(address_.timeout_seconds); }
  bool driver_gives_up() const override { return true; }
  bool knows(const Wanted& wanted) const override { return redis_knows(wanted.verb, wanted.watch); }
  Decoded decode(const Wanted& wanted, const Held& reply) const override { return decode_redis(wanted, reply); }
  std::string mistaken_request() const override { return "*1\r\n$6\r\nREFUSE\r\n"; }
  Answer ask(const Wanted& wanted) override {
    if (!session_) session_ = contents_->connect();
    return session_->ask(wanted);
  }

  Follower* follower() override { return this; }

  bool is_throw_away() const override { return true; }
  bool is_silent(const Silence&) const override { return true; }  // nothing of ours is there

 private:
  void open() override { gate_->open(); }

  void catch_up() override {
    gate_->open();
    await_replica(sandbox_->redis(), address_);
    passed_ = gate_->hold();
    begin_ = now();
  }

  std::int64_t now() override { return stream_offset(sandbox_->redis()); }

  void apply(std::int64_t until) override {
    gate_->allow(passed_ + static_cast<std::uint64_t>(until - begin_));
    await_offset(address_, until);
  }

  Sandbox* sandbox_;
  WorkArea area_;
  RedisAddress address_;
  int epoch_ = 0;
  std::optional<Gate> gate_;
  std::uint64_t passed_ = 0;  // when it was last closed, where the stream had come to
  std::int64_t begin_ = 0;
  std::optional<ReplicasContents> contents_;
  std::optional<Proxy> proxy_;
  std::unique_ptr<CacheSession> session_;
};

}  // namespace

std::unique_ptr<SceneStore> make_redis_replica_store(const Servers& servers, const WorkArea& area) {
  return std::make_unique<RedisReplicaStore>(servers, area);
}

}  // namespace stalemate::real
