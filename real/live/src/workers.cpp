// See workers.hpp. The protocol is that of the tutorial's two diagrams; Worker::read and Worker::write are all of it.
#include "workers.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "os/signals.hpp"

namespace stalemate::real {
namespace {

constexpr std::array<std::string_view, kLiveProducts> kProducts = {
    "93410c29-1609-484d-8662-ae2d0aa93cc4", "47b0472d-708c-4377-aab4-acf8752f0ecb",
    "a1a879d8-58c0-4357-a570-a57c3b1fe059", "5ded80d3-fb55-4a2f-b339-43fc9c89894a",
    "b6afe0c5-9cab-4971-8c61-127fe5b4acd1", "7098227b-4883-4992-bc32-e12335efbc8c"};

// What a get answered; a refusal is nobody's value.
std::optional<std::int64_t> value_of(const Answer& answer, int key) {
  if (!answer.error.empty()) throw EnvironmentError(fmt::format("live: k{}: {}", key, answer.error));
  return answer.reply.value;
}

// A value that must be there.
std::int64_t row_of(const Answer& answer, int key) {
  const std::optional<std::int64_t> value = value_of(answer, key);
  if (!value)
    throw EnvironmentError(
        fmt::format("live: product k{} is gone from the database; run it where nobody else writes", key));
  return *value;
}

Link link_of(Proxy& proxy, int socket) { return proxy.link(local_port(socket), std::chrono::seconds(5)); }

// Counts a write as under way while it lives.
class UnderWay {
 public:
  explicit UnderWay(WriteCounts& counts) : counts_(counts) { ++counts_.begun; }
  ~UnderWay() { ++counts_.ended; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  WriteCounts& counts_;
};

}  // namespace

std::string live_product(int key) { return std::string(kProducts[static_cast<std::size_t>(key - 1)]); }

void StopFlag::stop() {
  const std::lock_guard lock(lock_);
  stopping_ = true;
  changed_.notify_all();
}

void StopFlag::fail(std::exception_ptr why) {
  const std::lock_guard lock(lock_);
  if (!failure_) failure_ = std::move(why);
  stopping_ = true;
  changed_.notify_all();
}

bool StopFlag::wait_until(std::chrono::steady_clock::time_point moment) {
  if (stopping_ || moment <= std::chrono::steady_clock::now()) return stopping_;
  std::unique_lock lock(lock_);
  changed_.wait_until(lock, moment, [this] { return stopping_.load(); });
  return stopping_;
}

std::exception_ptr StopFlag::failure() const {
  const std::lock_guard lock(lock_);
  return failure_;
}

std::shared_lock<std::shared_mutex> GlobalLock::share() {
  if (!is_on_) return {};
  const std::lock_guard turn(turn_);
  return std::shared_lock(mutex_);
}

std::unique_lock<std::shared_mutex> GlobalLock::own() {
  if (!is_on_) return {};
  const std::lock_guard turn(turn_);
  return std::unique_lock(mutex_);
}

Worker::Worker(LiveRun& run, int number, std::unique_ptr<DatabaseSession> database, std::unique_ptr<CacheSession> cache)
    : run_(run),
      process_(number),
      database_(std::move(database)),
      cache_(std::move(cache)),
      random_(run.options.seed, static_cast<std::uint64_t>(number)) {}

void Worker::read_until_stopped() { repeat(run_.options.read_every, EventFunction::kRead); }
void Worker::write_until_stopped() { repeat(run_.options.write_every, EventFunction::kWrite); }

void Worker::repeat(std::chrono::nanoseconds every, EventFunction function) {
  for (std::int64_t count = 0; !run_.stop.wait_until(run_.recorder.start() + count * every); ++count) {
    HistoryEvent event;
    event.function = function;
    event.process = process_;
    event.key = static_cast<int>(random_.below(kLiveProducts)) + 1;
    event = run_.recorder.record(event);
    try {
      function == EventFunction::kRead ? read(event) : write(event);
    } catch (const Interrupted&) {
      complete(event, EventType::kInfo, EventFault::kConnection);
      return;
    } catch (...) {
      complete(event, EventType::kInfo, EventFault::kConnection);
      run_.stop.fail(std::current_exception());
      return;
    }
  }
}

void Worker::complete(HistoryEvent event, EventType type, EventFault fault) {
  event.type = type;
  event.fault = fault;
  if (event.function == EventFunction::kRead && type != EventType::kOk) event.value.reset();
  run_.recorder.record(event);
  if (type == EventType::kInfo) process_ += run_.options.readers + run_.options.writers;
}

// As the diagram has it: get from the cache; if it does not exist, get from the database and set in the cache.
void Worker::read(HistoryEvent& event) {
  const bool loses_set = draw(run_.options.fail);
  const std::string product = live_product(event.key);
  const auto lock = run_.lock.share();
  if (cache_) event.value = value_of(cache_->get(product), event.key);
  event.is_hit = event.value.has_value();
  EventFault fault = EventFault::kNone;
  if (!event.is_hit) {
    event.value = row_of(database_->get(product), event.key);
    const auto set = [&] { return cache_->set(product, *event.value, std::nullopt); };
    if (cache_ && loses_set) fault = EventFault::kCacheSet;
    if (cache_ && loses_set && run_.options.wire_faults) lose_at_cache(set);
    if (cache_ && !loses_set) set();
  }
  complete(event, EventType::kOk, fault);
}

// As the diagram has it: set in the database, delete from the cache. A failed update ends the operation.
void Worker::write(HistoryEvent& event) {
  const bool loses_update = draw(run_.options.fail);
  const bool loses_reply = draw(run_.options.lost_reply);
  const bool loses_delete = draw(run_.options.fail);
  const std::string product = live_product(event.key);
  const auto lock = run_.lock.own();
  const UnderWay under_way(run_.writes[static_cast<std::size_t>(event.key - 1)]);
  const bool on_wire = run_.options.wire_faults;
  if (loses_update && !on_wire) return complete(event, EventType::kFail, EventFault::kDatabaseUpdate);
  const std::optional<Answer> answer = on_wire && loses_update  ? lose_update(event, Loss::What::kRequest)
                                       : on_wire && loses_reply ? lose_update(event, Loss::What::kReply)
                                                                : database_->set(product, *event.value);
  if (!answer)
    return complete(event, EventType::kInfo, loses_update ? EventFault::kDatabaseUpdate : EventFault::kLostReply);
  if (!answer->error.empty()) return complete(event, EventType::kFail, EventFault::kRefused);
  if (loses_reply && !on_wire) return complete(event, EventType::kInfo, EventFault::kLostReply);
  const auto erase = [&] { return cache_->erase(product); };
  if (cache_ && loses_delete && on_wire) lose_at_cache(erase);
  if (cache_ && !loses_delete) erase();
  complete(event, EventType::kOk, cache_ && loses_delete ? EventFault::kCacheDelete : EventFault::kNone);
}

// On CockroachDB a write is BEGIN, UPDATE and COMMIT: the UPDATE is lost, or the COMMIT's reply.
std::optional<Answer> Worker::lose_update(const HistoryEvent& event, Loss::What what) {
  const int before = !run_.options.urls.cockroach ? 0 : what == Loss::What::kRequest ? 1 : 2;
  link_of(*run_.stores.database_proxy, database_->socket()).lose({what, before, kWirePatience});
  try {
    return database_->set(live_product(event.key), *event.value);
  } catch (const NoAnswer&) {
    database_ = run_.stores.database->connect();
    return std::nullopt;
  }
}

template <class Request>
void Worker::lose_at_cache(Request request) {
  link_of(*run_.stores.cache_proxy, cache_->socket()).lose({.what = Loss::What::kRequest, .then_cut = {}});
  cache_->set_patience(kWirePatience);
  try {
    request();
  } catch (const NoAnswer&) {
    cache_ = run_.stores.connect_cache();
  }
}

bool Worker::draw(const Chance& chance) { return random_.below(1'000'000) < chance.per_million; }

Checker::Checker(LiveRun& run, std::unique_ptr<DatabaseSession> database, std::unique_ptr<CacheSession> cache)
    : run_(run), database_(std::move(database)), cache_(std::move(cache)) {}

void Checker::compare_until_stopped() {
  try {
    const std::chrono::nanoseconds every = run_.options.check_every;
    for (std::int64_t count = 0; !run_.stop.wait_until(run_.recorder.start() + count * every); ++count) compare_all();
  } catch (const Interrupted&) {
  } catch (...) {
    run_.stop.fail(std::current_exception());
  }
}

void Checker::compare_all() {
  for (int key = 1; key <= kLiveProducts; ++key) compare(key);
}

// Cache, database, and the cache again. What differs is incoherent only if the cache held the same both times and no
// write of the product was under way: nobody is on the way to repair it then.
void Checker::compare(int key) {
  const std::string product = live_product(key);
  const auto lock = run_.lock.own();
  const WriteCounts& writes = run_.writes[static_cast<std::size_t>(key - 1)];
  const std::uint64_t ended = writes.ended;  // before `begun`: equal means that none was under way at either moment
  const std::uint64_t begun = writes.begun;
  HistoryEvent event;
  event.type = EventType::kInfo;
  event.function = EventFunction::kCompare;
  event.key = key;
  event.cached = cache_ ? value_of(cache_->get(product), key) : std::nullopt;
  event.value = row_of(database_->get(product), key);
  const std::optional<std::int64_t> again = cache_ ? value_of(cache_->get(product), key) : std::nullopt;
  if (ended != begun || writes.begun != begun || again != event.cached) {
    event.comparison = Comparison::kUnderWay;
  } else if (!event.cached) {
    event.comparison = Comparison::kAbsent;
  } else {
    event.comparison = event.cached == event.value ? Comparison::kEqual : Comparison::kDiffers;
  }
  run_.recorder.record(event);
}

}  // namespace stalemate::real
