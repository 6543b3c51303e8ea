// See app_child.hpp.
#include "app_child.hpp"

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "os/channel.hpp"
#include "proxy/proxy.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "stores/listener.hpp"
#include "stores/local_cache.hpp"

namespace stalemate::real {
namespace {

using nlohmann::json;

PostgresAddress postgres_address(const json& from) {
  PostgresAddress address;
  from.at("host").get_to(address.host);
  from.at("port").get_to(address.port);
  from.at("user").get_to(address.user);
  from.at("password").get_to(address.password);
  from.at("database").get_to(address.database);
  from.at("parameters").get_to(address.parameters);
  from.at("timeout").get_to(address.timeout_seconds);
  from.at("shown_as").get_to(address.shown_as);
  return address;
}

RedisAddress redis_address(const json& from) {
  RedisAddress address;
  from.at("host").get_to(address.host);
  from.at("port").get_to(address.port);
  from.at("user").get_to(address.user);
  from.at("password").get_to(address.password);
  from.at("database").get_to(address.database);
  from.at("timeout").get_to(address.timeout_seconds);
  from.at("shown_as").get_to(address.shown_as);
  return address;
}

MemcachedAddress memcached_address(const json& from) {
  return {from.at("host"),     from.at("port"),    from.at("user"),
          from.at("password"), from.at("timeout"), from.at("shown_as")};
}

WorkArea work_area(const json& command) {
  WorkArea area(command.at("area").get<std::string>());
  model::Mapping mapping;
  for (const std::string line : command.at("mapping")) mapping.add("mapping", {1, 1}, line);
  if (!mapping.empty()) area.mapping = std::make_shared<model::Mapping>(std::move(mapping));
  return area;
}

using Number = std::optional<std::int64_t>;

void put(json& into, const char* name, const Number& number) {
  if (number) into[name] = *number;
}

Number number_in(const json& from, const char* name) {
  return from.contains(name) ? Number(from.at(name).get<std::int64_t>()) : std::nullopt;
}

Wanted wanted_of(const json& from) {
  return {.verb = from.at("run"),
          .product = from.at("product"),
          .value = number_in(from, "value"),
          .ttl = number_in(from, "ttl"),
          .watch = from.at("watch"),
          .number = number_in(from, "number"),
          .other = from.at("other"),
          .also = from.at("also"),
          .token = from.at("token"),
          .shapes = {static_cast<Shape>(from.at("shape").get<int>()), static_cast<Rows>(from.at("rows").get<int>())}};
}

json to_json(const Answer& answer) {
  json told = {{"outcome", answer.reply.outcome}, {"error", answer.error}, {"token", answer.token}};
  put(told, "value", answer.reply.value);
  put(told, "version", answer.reply.version);
  put(told, "generation", answer.reply.generation);
  return told;
}

json to_json(const StoredValue& stored) {
  json told = {{"name", stored.name}, {"marker", stored.marker}, {"stale", stored.stale}, {"lease", stored.lease}};
  put(told, "value", stored.value);
  return told;
}

// The caches of this process, by their names. They stay as long as it does.
LocalCache& cache_in_process(const std::string& server) {
  static std::mutex mutex;
  static std::map<std::string, LocalCache> caches;
  const std::lock_guard lock(mutex);
  return caches[server];
}

class SessionInProcess : public StoreSession {
 public:
  explicit SessionInProcess(LocalCache& cache) : cache_(cache) {}
  int socket() const override { return -1; }
  Answer ask(const Wanted& wanted) override { return cache_.ask(wanted); }

 private:
  LocalCache& cache_;
};

// What befalls a cache in this process, and what is in it.
json manage(LocalCache& cache, const json& command) {
  const std::string what = command.at("entries");
  if (what == "contents") {
    json held = json::array();
    for (const StoredValue& stored : cache.contents()) held.push_back(to_json(stored));
    return {{"held", held}};
  }
  if (what == "fill") {
    std::vector<StoredValue> entries;
    for (const json& one : command.at("with"))
      entries.push_back({.name = one.at("name"), .value = number_in(one, "value"), .ttl = number_in(one, "ttl")});
    cache.fill(entries);
    return {{"came", "filled"}};
  }
  const std::string product = command.at("product");
  if (what == "drop") return {{"came", cache.drop(product) ? "dropped" : "absent"}};
  if (what == "end-lease") return {{"came", cache.end_lease(product) ? "ended" : "absent"}};
  return {{"came", cache.expire(product)}};
}

class Driver {
 public:
  Driver(int number, const Channel& channel) : number_(number), channel_(channel), thread_([this] { live(); }) {}

  void tell(json command) {
    {
      const std::lock_guard lock(mutex_);
      commands_.push_back(std::move(command));
    }
    told_.notify_one();
  }

  // The thread ends by itself, later, perhaps only when its library gives up.
  void let_go() { thread_.detach(); }

 private:
  void live() {
    for (;;) {
      const json command = next();
      json answer;
      if (command.contains("close")) return;
      try {
        answer = carry_out(command);
      } catch (const NoAnswer& nothing) {
        answer = {{"saw", nothing.saw}, {"failed", nothing.what()}};
      } catch (const std::exception& error) {
        answer = {{"saw", ""}, {"failed", error.what()}};
      }
      answer["driver"] = number_;
      channel_.send(answer.dump(-1, ' ', false, json::error_handler_t::replace));
    }
  }

  json next() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] { return !commands_.empty(); });
    json command = std::move(commands_.front());
    commands_.pop_front();
    return command;
  }

  json carry_out(const json& command) {
    if (command.contains("entries")) return manage(*cache_, command);
    if (command.contains("hear")) return hear(command);
    if (!command.contains("open")) return run(command);
    if (command.at("open") == "process") {
      cache_ = &cache_in_process(command.at("server"));
      session_ = std::make_unique<SessionInProcess>(*cache_);
      return {{"opened", 0}};
    }
    const WorkArea area = work_area(command);
    const json& address = command.at("address");
    if (command.at("open") == "redis-listener" || command.at("open") == "postgres-listener") {
      const bool is_redis = command.at("open") == "redis-listener";
      listener_ = is_redis ? listen_to_redis(redis_address(address), area, std::move(listener_))
                           : listen_to_postgres(postgres_address(address), area);
      return {{"opened", 0}};
    }
    if (command.at("open") == "postgres")
      session_ = connect_postgres(postgres_address(address), area);
    else if (command.at("open") == "memcached")
      session_ = connect_memcached(memcached_address(address), area);
    else
      session_ = connect_redis(redis_address(address), area);
    return {{"opened", local_port(session_->socket())}};
  }

  json hear(const json& command) {
    const std::string product = command.at("hear");
    listener_->hear(product, command.at("own"));
    for (const std::string server : command.at("drop_in")) cache_in_process(server).drop(product);
    return {{"came", "heard"}};
  }

  json run(const json& command) {
    session_->set_patience(std::chrono::milliseconds(command.at("patience_ms").get<int>()));
    return to_json(session_->ask(wanted_of(command)));
  }

  const int number_;
  const Channel& channel_;
  std::unique_ptr<StoreSession> session_;
  LocalCache* cache_ = nullptr;
  std::unique_ptr<Listener> listener_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::deque<json> commands_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

void live_as_app(int channel) {
  const Channel from_director(channel);
  std::map<int, Driver*> drivers;  // never deleted: their threads use them to the end
  for (;;) {
    const Channel::Incoming incoming = from_director.receive(-1);
    if (incoming.what == Channel::Incoming::What::kEnd) ::_exit(0);
    if (incoming.what == Channel::Incoming::What::kNothing) continue;
    json command = json::parse(incoming.text);
    const int number = command.at("driver");
    auto found = drivers.find(number);
    if (found == drivers.end()) found = drivers.emplace(number, new Driver(number, from_director)).first;
    const bool closes = command.contains("close");
    found->second->tell(std::move(command));
    if (!closes) continue;
    found->second->let_go();
    drivers.erase(found);
  }
}

nlohmann::json to_json(const PostgresAddress& address) {
  return {{"host", address.host},
          {"port", address.port},
          {"user", address.user},
          {"password", address.password},
          {"database", address.database},
          {"parameters", address.parameters},
          {"timeout", address.timeout_seconds},
          {"shown_as", address.shown_as}};
}

nlohmann::json to_json(const RedisAddress& address) {
  return {{"host", address.host},         {"port", address.port},         {"user", address.user},
          {"password", address.password}, {"database", address.database}, {"timeout", address.timeout_seconds},
          {"shown_as", address.shown_as}};
}

nlohmann::json to_json(const MemcachedAddress& address) {
  return {{"host", address.host},
          {"port", address.port},
          {"user", address.user},
          {"password", address.password},
          {"timeout", address.timeout_seconds},
          {"shown_as", address.shown_as}};
}

nlohmann::json to_json(const Wanted& wanted) {
  json told = {{"run", wanted.verb},
               {"product", wanted.product},
               {"watch", wanted.watch},
               {"other", wanted.other},
               {"also", wanted.also},
               {"token", wanted.token},
               {"shape", static_cast<int>(wanted.shapes.entries)},
               {"rows", static_cast<int>(wanted.shapes.rows)}};
  put(told, "value", wanted.value);
  put(told, "ttl", wanted.ttl);
  put(told, "number", wanted.number);
  return told;
}

Answer answer_of(const nlohmann::json& told) {
  return {{told.at("outcome"), number_in(told, "value"), number_in(told, "version"), number_in(told, "generation")},
          told.at("error"),
          told.at("token")};
}

}  // namespace stalemate::real
