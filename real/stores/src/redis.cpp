// Redis behind the seam of stores/cache.hpp, by hiredis. Commands are sent as argument vectors: nothing is ever quoted.
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "redis_area.hpp"
#include "redis_connection.hpp"
#include "redis_verbs.hpp"
#include "stores/cache.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

using redis::Connection;
using redis::Reply;
using redis::text_of;

constexpr std::size_t kKeysMax = 1'000'000;  // of one run: far more than it has products

// Every key of that pattern, sorted. SCAN may give a key twice, and misses none that is there all the time.
std::vector<std::string> keys_like(Connection& connection, const std::string& pattern) {
  std::vector<std::string> keys;
  std::string cursor = "0";
  do {
    const Reply page = connection.execute({"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"});
    const bool is_page = page->type == REDIS_REPLY_ARRAY && page->elements == 2 &&
                         page->element[1]->type == REDIS_REPLY_ARRAY && page->element[0]->str != nullptr;
    if (!is_page) connection.throw_strange("SCAN");
    cursor = text_of(*page->element[0]);
    const redisReply& found = *page->element[1];
    for (std::size_t i = 0; i < found.elements; ++i) keys.push_back(text_of(*found.element[i]));
    if (keys.size() > kKeysMax) connection.throw_strange("SCAN");
  } while (cursor != "0");
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<std::string> keys_under(Connection& connection, const std::string& prefix) {
  return keys_like(connection, prefix + "*");
}

constexpr const char* kMarked = "removed by its run, or by a later one once that has ended";

void remove_keys(Connection& connection, const Area& area) {
  for (const std::string& key : keys_under(connection, area.prefix)) connection.execute({"DEL", key});
  connection.execute({"DEL", area.marker});
}

// Keys of runs that were killed. Markers are read before clients: a run has called its connection before it sets one.
// Where the user may not see the clients, nothing is touched.
std::vector<Area> abandoned(Connection& connection) {
  std::vector<std::string> runs;
  const std::string_view begin = "stalemate:";
  for (const std::string& key : keys_like(connection, "stalemate:????????????")) {
    const std::string run = key.substr(begin.size());
    if (run.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    const Reply value = connection.try_execute({"GET", key});
    if (value->type == REDIS_REPLY_STRING && text_of(*value) == kMarked) runs.push_back(run);
  }
  std::vector<Area> areas;
  if (runs.empty()) return areas;
  const Reply clients = connection.try_execute({"CLIENT", "LIST"});
  if (clients->type == REDIS_REPLY_ERROR) return areas;
  const std::string list = text_of(*clients);
  for (const std::string& run : runs) {
    Area area(run);
    if (list.find(" name=" + area.client + " ") == std::string::npos) areas.push_back(std::move(area));
  }
  return areas;
}

void remove_abandoned(Connection& connection) {
  for (const Area& area : abandoned(connection)) remove_keys(connection, area);
}

bool is_mapped(const WorkArea& area) { return area.mapping && area.mapping->has_cache(); }

std::string mend_for(const WorkArea& area) {
  return is_mapped(area) ? "mend the mapping, or check what --redis says" : "check what --redis says";
}

// Commands of an area: those of the table, or of the mapping; the area's prefix before every word that holds a key.
class Commands {
 public:
  Commands(const WorkArea& area, const Area& names)
      : mapping_(is_mapped(area) ? area.mapping : nullptr), prefix_(names.prefix) {}

  std::vector<std::string> of(const RedisVerb& verb, const Wanted& wanted) const {
    if (mapping_ == nullptr) return redis_command(verb, wanted, prefix_);
    std::vector<std::string> words;
    const bool takes_ttl = wanted.ttl && traces::find_verb(wanted.verb)->takes_ttl();
    for (const model::CacheWord& word : mapping_->cache(takes_ttl ? wanted.verb + "-ttl" : wanted.verb))
      words.push_back(word.parameter ? bound(word, wanted) : word.before);
    return words;
  }
  // The key that an entry has in the server.
  std::string key(const std::string& product) const {
    if (mapping_ == nullptr) return prefix_ + product;
    for (const model::CacheWord& word : mapping_->cache("get"))
      if (word.parameter == model::Parameter::kKey) return prefix_ + word.before + product + word.after;
    return prefix_ + product;
  }
  static std::vector<std::string> plain(const model::CacheCommand& command) {
    std::vector<std::string> words;
    for (const model::CacheWord& word : command) words.push_back(word.before);
    return words;
  }

 private:
  std::string bound(const model::CacheWord& word, const Wanted& wanted) const {
    switch (*word.parameter) {
      case model::Parameter::kKey:
        return prefix_ + word.before + wanted.product + word.after;
      case model::Parameter::kValue:
        return fmt::format("{}", wanted.value.value());
      case model::Parameter::kTtl:
        return fmt::format("{}", wanted.ttl.value());
      case model::Parameter::kVersion:
        return fmt::format("{}", wanted.number.value());
    }
    return "";
  }

  std::shared_ptr<const model::Mapping> mapping_;
  std::string prefix_;
};

const RedisVerb& row_of(const Wanted& wanted) {
  const RedisVerb* const verb = find_redis_verb(wanted.verb, wanted.watch);
  if (verb == nullptr) throw InputError(fmt::format("a cache cannot be asked to {} here", wanted.verb));
  return *verb;
}

Answer asked(Connection& connection, const Commands& commands, const Wanted& wanted) {
  const RedisVerb& verb = row_of(wanted);
  return verb.answer(*connection.execute(commands.of(verb, wanted))).answer;
}

class RedisSession : public CacheSession {
 public:
  RedisSession(const RedisAddress& address, const WorkArea& work_area)
      : connection_(address, Purpose::kWork, mend_for(work_area)), commands_(work_area, Area(work_area.run)) {
    connection_.name(Area(work_area.run).client);
  }

  int socket() const override { return connection_.socket(); }
  void set_patience(std::chrono::milliseconds patience) override { connection_.set_patience(patience); }

  Answer ask(const Wanted& wanted) override {
    if (wanted.watch != "key") return asked(connection_, commands_, wanted);
    return wanted.verb == "get" ? watch(wanted) : transact(wanted);
  }

 private:
  // What it watched before is not what it watches now.
  Answer watch(const Wanted& wanted) {
    if (std::exchange(is_watching_, true)) connection_.execute({"UNWATCH"});
    connection_.execute({"WATCH", commands_.key(wanted.product)});
    Answer answer = asked(connection_, commands_, wanted);
    answer.token = kWatched;
    return answer;
  }

  // A connection that watches nothing, be it a new one, has nothing to compare.
  Answer transact(const Wanted& wanted) {
    const RedisVerb& verb = row_of(wanted);
    if (!is_watching_ || wanted.token != kWatched) {
      const Reply none = connection_.try_execute({"DISCARD"});
      if (none->type != REDIS_REPLY_ERROR) connection_.throw_strange("DISCARD");
      return verb.answer(*none).answer;
    }
    is_watching_ = false;  // EXEC ends it, however it goes
    connection_.execute({"MULTI"});
    connection_.execute(commands_.of(verb, wanted));
    return verb.answer(*connection_.execute({"EXEC"})).answer;
  }

  static constexpr const char* kWatched = "watched";
  Connection connection_;
  Commands commands_;
  bool is_watching_ = false;
};

class Redis : public Cache {
 public:
  Redis(const RedisAddress& address, WorkArea work_area)
      : address_(address), work_area_(std::move(work_area)), area_(work_area_.run), commands_(work_area_, area_) {
    const std::string info = text_of(*control().execute({"INFO", "server"}));
    const std::string_view field = "redis_version:";
    const std::size_t at = info.find(field);
    version_ = at == std::string::npos ? "Redis" : "Redis " + first_line(info.substr(at + field.size()));
  }

  std::string version() const override { return version_; }

  std::unique_ptr<CacheSession> connect() override { return std::make_unique<RedisSession>(address_, work_area_); }

  void fill(const std::vector<StoredValue>& entries) override {
    if (!is_marked_) mark();
    for (const std::string& key : keys_under(control(), area_.prefix)) control().execute({"DEL", key});
    if (is_mapped(work_area_)) {
      if (std::exchange(is_set_up_, true)) run(control(), work_area_.mapping->cache_teardown());
      run(control(), work_area_.mapping->cache_setup());
    }
    for (const StoredValue& entry : entries) {
      asked(control(), commands_, {.verb = "set", .product = entry.name, .value = entry.value, .shapes = shapes_});
      if (entry.ttl) control().execute({"PEXPIRE", commands_.key(entry.name), fmt::format("{}", *entry.ttl * 1000)});
    }
  }

  bool drop(const std::string& product) override {
    return control().execute({"DEL", commands_.key(product)})->integer == 1;
  }

  std::string expire(const std::string& product) override {
    const std::string key = commands_.key(product);
    const auto left = control().execute({"PTTL", key})->integer;
    if (left == -2) return "absent";
    if (left == -1) return "without a time to live";
    control().execute({"PEXPIRE", key, "1"});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(address_.timeout_seconds);
    while (control().execute({"EXISTS", key})->integer != 0) {
      throw_if_stopped();
      if (std::chrono::steady_clock::now() > deadline) {
        throw EnvironmentError(
            fmt::format("{}: an entry does not expire within {} s; check the server's clock, then run it again",
                        place(address_), address_.timeout_seconds));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return "";
  }

  bool end_lease(const std::string& product) override {
    if (shapes_.entries != Shape::kRecord) return false;
    return control().execute({"HDEL", commands_.key(product), "lease"})->integer == 1;
  }

  void set_shapes(const Shapes& shapes) override { shapes_ = shapes; }

  std::vector<StoredValue> contents() override {
    std::vector<StoredValue> entries;
    if (is_mapped(work_area_)) {
      for (const std::string& name : work_area_.names) {
        const Answer answer = asked(control(), commands_, {"get", name});
        if (!answer.error.empty())
          throw EnvironmentError(fmt::format("{}: redis get: {}; mend the mapping", place(address_), answer.error));
        if (answer.reply.value) entries.push_back({name, *answer.reply.value});
      }
      return entries;
    }
    for (const std::string& key : keys_under(control(), area_.prefix)) {
      StoredValue stored{.name = key.substr(area_.prefix.size())};
      if (stored.name != kLeasesKey && read_entry(key, stored)) entries.push_back(std::move(stored));
    }
    return entries;
  }

  void set_patience(int seconds) override { address_.timeout_seconds = seconds; }

  void tear_down() override {
    if (!std::exchange(is_set_up_, false)) return;
    Connection cleaner(address_, Purpose::kCleanUp, mend_for(work_area_));
    run(cleaner, work_area_.mapping->cache_teardown());
  }

  void remove() override {
    Connection cleaner(address_, Purpose::kCleanUp, mend_for(work_area_));
    is_marked_ = false;
    remove_keys(cleaner, area_);
    if (!keys_under(cleaner, area_.prefix).empty()) {
      throw EnvironmentError(fmt::format("{}: keys {}* are still there after they were deleted; delete them by hand",
                                         place(address_), area_.prefix));
    }
  }

 private:
  Connection& control() {
    if (!control_) {
      control_.emplace(address_, Purpose::kWork, mend_for(work_area_));
      is_named_ = control_->name(area_.client);
    }
    return *control_;
  }

  // Of that key; no where it is not there any more.
  bool read_entry(const std::string& key, StoredValue& stored) {
    if (shapes_.entries == Shape::kRecord) return read_record(key, stored);
    const Reply reply = control().execute({"GET", key});
    if (reply->type == REDIS_REPLY_NIL) return false;
    stored.marker = text_of(*reply) == kMarkerText;
    if (!stored.marker) stored.value = number_in(key, *reply);
    return true;
  }

  bool read_record(const std::string& key, StoredValue& stored) {
    const Reply fields =
        control().execute({"HMGET", key, "value", "marker", "version", "generation", "stale", "lease"});
    if (fields->type != REDIS_REPLY_ARRAY || fields->elements != 6) control().throw_strange("HMGET");
    const auto has = [&](std::size_t at) { return fields->element[at]->type != REDIS_REPLY_NIL; };
    if (has(0)) stored.value = number_in(key, *fields->element[0]);
    stored.marker = has(1);
    if (has(2)) stored.version = number_in(key, *fields->element[2]);
    if (has(3)) stored.generation = number_in(key, *fields->element[3]);
    stored.stale = has(4);
    stored.lease = has(5);
    return stored != StoredValue{.name = stored.name};
  }

  std::int64_t number_in(const std::string& key, const redisReply& reply) const {
    if (const std::optional<std::int64_t> value = whole_number(text_of(reply))) return *value;
    throw EnvironmentError(
        fmt::format("{}: key {} holds something that is not a whole number; run it again where nobody else writes",
                    place(address_), key));
  }

  static void run(Connection& connection, const std::vector<model::CacheCommand>& commands) {
    for (const model::CacheCommand& command : commands) connection.execute(Commands::plain(command));
  }

  void mark() {
    remove_abandoned(control());
    if (is_named_) control().execute({"SET", area_.marker, kMarked});
    is_marked_ = true;
  }

  RedisAddress address_;
  WorkArea work_area_;
  Area area_;
  Commands commands_;
  Shapes shapes_;
  std::string version_;
  std::optional<Connection> control_;
  bool is_named_ = false;
  bool is_marked_ = false;
  bool is_set_up_ = false;
};

}  // namespace

std::vector<std::string> abandoned_keys(const RedisAddress& address) {
  Connection connection(address, Purpose::kWork);
  std::vector<std::string> names;
  for (const Area& area : abandoned(connection)) names.push_back(area.prefix + "*");
  return names;
}

void remove_abandoned_keys(const RedisAddress& address) {
  Connection connection(address, Purpose::kWork);
  remove_abandoned(connection);
}

std::unique_ptr<Cache> open_redis(const RedisAddress& address, const WorkArea& area) {
  return std::make_unique<Redis>(address, area);
}

bool redis_knows(std::string_view verb, std::string_view watch) { return find_redis_verb(verb, watch) != nullptr; }

std::unique_ptr<CacheSession> connect_redis(const RedisAddress& address, const WorkArea& area) {
  return std::make_unique<RedisSession>(address, area);
}

}  // namespace stalemate::real
