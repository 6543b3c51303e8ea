// What the wire proxy costs: round trips per second of a driver to a real Redis and PostgreSQL, directly, through the
// proxy, and through it with every request and every reply held until another thread releases it. The column CPU is all
// of this process: driver, proxy and director, not the server; it says more than the time on a machine that is busy.
#ifdef STALEMATE_HAVE_REAL

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <atomic>
#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <thread>

#include "proxy/proxy.hpp"
#include "sandbox/sandbox.hpp"

namespace stalemate::real {
namespace {

using namespace std::chrono_literals;

const Sandbox& warm_sandbox() {
  static const Sandbox sandbox{SandboxOptions{}};
  return sandbox;
}

// A driver's connection: one round trip a call, and its socket.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual void round_trip() = 0;
  virtual int socket() const = 0;
};

class RedisDriver : public Driver {
 public:
  explicit RedisDriver(const RedisAddress& at) : context_(redisConnect(at.host.c_str(), at.port), redisFree) {
    freeReplyObject(redisCommand(context_.get(), "AUTH %s", at.password.c_str()));
  }
  void round_trip() override { freeReplyObject(redisCommand(context_.get(), "GET key")); }
  int socket() const override { return context_->fd; }

 private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

class PostgresDriver : public Driver {
 public:
  explicit PostgresDriver(const PostgresAddress& at)
      : connection_(fmt::format("host={} port={} user={} password={} dbname={} sslmode=disable", at.host, at.port,
                                at.user, at.password, at.database)) {}
  void round_trip() override { benchmark::DoNotOptimize(pqxx::nontransaction(connection_).exec("SELECT 1")); }
  int socket() const override { return connection_.sock(); }

 private:
  pqxx::connection connection_;
};

void measure(benchmark::State& state, Driver& driver) {
  for (auto _ : state) driver.round_trip();
  state.SetItemsProcessed(state.iterations());
}

void measure_held(benchmark::State& state, Proxy& proxy, Driver& driver) {
  Link link = proxy.link(local_port(driver.socket()), 5s);
  link.hold();
  std::atomic<bool> is_done = false;
  std::thread session([&] {
    while (!is_done) driver.round_trip();
  });
  const auto let_through = [&link] {
    link.wait_request(5s);
    link.release_request();
    link.wait_reply(5s);
    link.release_reply();
  };
  for (auto _ : state) let_through();
  is_done = true;
  if (link.wait_request(500ms)) {  // one more, if the session had begun it
    link.release_request();
    link.wait_reply(5s);
    link.release_reply();
  }
  session.join();
  state.SetItemsProcessed(state.iterations());
}

void proxy_redis_direct(benchmark::State& state) {
  RedisDriver driver(warm_sandbox().redis());
  measure(state, driver);
}
void proxy_redis_passing(benchmark::State& state) {
  Proxy proxy(warm_sandbox().redis());
  RedisDriver driver(through(proxy, warm_sandbox().redis()));
  measure(state, driver);
}
void proxy_redis_held(benchmark::State& state) {
  Proxy proxy(warm_sandbox().redis());
  RedisDriver driver(through(proxy, warm_sandbox().redis()));
  measure_held(state, proxy, driver);
}
void proxy_postgres_direct(benchmark::State& state) {
  PostgresDriver driver(warm_sandbox().postgres());
  measure(state, driver);
}
void proxy_postgres_passing(benchmark::State& state) {
  Proxy proxy(warm_sandbox().postgres());
  PostgresDriver driver(through(proxy, warm_sandbox().postgres()));
  measure(state, driver);
}
void proxy_postgres_held(benchmark::State& state) {
  Proxy proxy(warm_sandbox().postgres());
  PostgresDriver driver(through(proxy, warm_sandbox().postgres()));
  measure_held(state, proxy, driver);
}

BENCHMARK(proxy_redis_direct)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(proxy_redis_passing)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(proxy_redis_held)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(proxy_postgres_direct)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(proxy_postgres_passing)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(proxy_postgres_held)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stalemate::real

#endif  // STALEMATE_HAVE_REAL
