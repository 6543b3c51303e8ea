// What readers, writers and the checker of a live run do, each on a thread of its own, and how they are told to stop.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "live/live.hpp"
#include "proxy/proxy.hpp"
#include "recorder.hpp"
#include "sim/random.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"

namespace stalemate::real {

// Tells threads to stop, and keeps the first reason other than that the time is over.
class StopFlag {
 public:
  void stop();
  void fail(std::exception_ptr why);
  // Waits until then; true if to stop.
  bool wait_until(std::chrono::steady_clock::time_point moment);
  bool is_stopping() const { return stopping_; }
  std::exception_ptr failure() const;

 private:
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::atomic<bool> stopping_{false};
  std::exception_ptr failure_;
};

// The lock of --serialize: shared by reads, exclusive for the rest. Who waits for it alone is not overtaken by new
// readers. Does nothing if off.
class GlobalLock {
 public:
  explicit GlobalLock(bool is_on) : is_on_(is_on) {}
  std::shared_lock<std::shared_mutex> share();
  std::unique_lock<std::shared_mutex> own();

 private:
  bool is_on_;
  std::mutex turn_;
  std::shared_mutex mutex_;
};

// How many writes of a product began and ended: whether one was under way during a comparison.
struct WriteCounts {
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::uint64_t> ended{0};
};

// The servers, as the run's area in each; and with faults on the wire the proxies that every connection passes.
struct LiveStores {
  std::string run;
  std::optional<Proxy> database_proxy;
  std::optional<Proxy> cache_proxy;
  std::unique_ptr<Database> database;
  std::unique_ptr<Cache> cache;  // null where there is none
  bool is_database_throw_away = false;
  bool is_cache_throw_away = false;

  std::unique_ptr<CacheSession> connect_cache() const { return cache ? cache->connect() : nullptr; }
};

// What all workers share.
struct LiveRun {
  LiveRun(const LiveOptions& options_given, LiveStores& stores_given, Recorder& recorder_given)
      : options(options_given), stores(stores_given), recorder(recorder_given), lock(options_given.serialize) {}

  const LiveOptions& options;
  LiveStores& stores;
  Recorder& recorder;
  GlobalLock lock;
  StopFlag stop;
  std::array<WriteCounts, kLiveProducts> writes;
};

// The id of product `key` (from 1): the tutorial's.
std::string live_product(int key);

// A reader's or writer's connections and choices. `cache` is null where there is none.
class Worker {
 public:
  Worker(LiveRun& run, int number, std::unique_ptr<DatabaseSession> database, std::unique_ptr<CacheSession> cache);

  // Operations at their moments until the run is stopped; then one that is under way has ended. An error stops the run.
  void read_until_stopped();
  void write_until_stopped();

 private:
  void repeat(std::chrono::nanoseconds every, EventFunction function);
  void complete(HistoryEvent event, EventType type, EventFault fault);
  void read(HistoryEvent& event);
  void write(HistoryEvent& event);
  bool draw(const Chance& chance);
  // Requests that are lost on the wire, or whose reply is. The driver gives up, and the worker connects anew. An answer
  // only if one came all the same.
  std::optional<Answer> lose_update(const HistoryEvent& event, Loss::What what);
  template <class Request>
  void lose_at_cache(Request request);

  LiveRun& run_;
  int process_;
  std::unique_ptr<DatabaseSession> database_;
  std::unique_ptr<CacheSession> cache_;
  sim::Random random_;
};

class Checker {
 public:
  Checker(LiveRun& run, std::unique_ptr<DatabaseSession> database, std::unique_ptr<CacheSession> cache);
  void compare_until_stopped();
  // Every product once. REQUIRES, where there is no cache: nothing is under way.
  void compare_all();

 private:
  void compare(int key);

  LiveRun& run_;
  std::unique_ptr<DatabaseSession> database_;
  std::unique_ptr<CacheSession> cache_;
};

}  // namespace stalemate::real
