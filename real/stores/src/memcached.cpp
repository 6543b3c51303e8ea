// A memcached behind the seam of stores/cache.hpp. It cannot list what it has: contents() has what the trace names.
#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/error.hpp"
#include "memcached_connection.hpp"
#include "memcached_verbs.hpp"
#include "redis_area.hpp"
#include "redis_verbs.hpp"
#include "stores/cache.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

using memcached::Connection;

const MemcachedVerb& row_of(const Wanted& wanted) {
  const MemcachedVerb* const verb = find_memcached_verb(wanted.verb, wanted.watch);
  if (verb == nullptr || !wanted.also.empty())
    throw InputError(fmt::format("a memcached cannot be asked to {} here", wanted.verb));
  return *verb;
}

Answer asked(Connection& connection, const Wanted& wanted, const std::string& prefix) {
  const MemcachedVerb& verb = row_of(wanted);
  const std::string request = memcached_request(verb, wanted, prefix);
  const Decoded decoded = verb.answer(read_memcached_reply(connection.ask(request)));
  if (!decoded.is_answer) connection.throw_refused(request.substr(0, request.find(' ')), decoded.answer.error);
  return decoded.answer;
}

class MemcachedSession : public CacheSession {
 public:
  MemcachedSession(const MemcachedAddress& address, const WorkArea& area)
      : connection_(address, Purpose::kWork), prefix_(Area(area.run).prefix) {}

  int socket() const override { return connection_.socket(); }
  void set_patience(std::chrono::milliseconds patience) override { connection_.set_patience(patience); }
  Answer ask(const Wanted& wanted) override { return asked(connection_, wanted, prefix_); }

 private:
  Connection connection_;
  std::string prefix_;
};

class Memcached : public Cache {
 public:
  Memcached(const MemcachedAddress& address, WorkArea area)
      : address_(address), area_(std::move(area)), prefix_(Area(area_.run).prefix) {
    version_ = first_line(control().ask("version\r\n"));
    const std::string_view begin = "VERSION ";
    if (!version_.starts_with(begin)) control().throw_refused("version", version_);
    version_ = "memcached " + version_.substr(begin.size());
    const std::string nothing = first_line(control().ask("mn\r\n"));
    if (nothing != "MN") control().throw_refused("mn", nothing);
  }

  std::string version() const override { return version_; }

  std::unique_ptr<CacheSession> connect() override { return std::make_unique<MemcachedSession>(address_, area_); }

  void set_names(const std::vector<std::string>& names) override { names_.insert(names.begin(), names.end()); }

  void fill(const std::vector<StoredValue>& entries) override {
    remove_entries(control());
    for (const StoredValue& entry : entries) {
      names_.insert(entry.name);
      asked(control(), {.verb = "set", .product = entry.name, .value = entry.value, .ttl = entry.ttl}, prefix_);
    }
  }

  bool drop(const std::string& product) override {
    return first_line(control().ask(fmt::format("md {}{}\r\n", prefix_, product))) == "HD";
  }

  // "ME KEY exp=-43100 ...": how long it has, below zero.
  std::string expire(const std::string& product) override {
    const MemcachedReply told = read_memcached_reply(control().ask(fmt::format("me {}{}\r\n", prefix_, product)));
    if (told.word() == "EN") return "absent";
    const std::string exp = told.words.size() > 2 ? told.words[2] : "";
    const std::size_t digits = exp.find_first_of("0123456789");
    const auto left = digits == std::string::npos ? std::nullopt : whole_number(exp.substr(digits));
    if (!exp.starts_with("exp=") || !left) control().throw_refused("me", told.line());
    if (*left > (kStays + kExpiresAtMost).count() / 2) return "without a time to live";
    end(product);
    return "";
  }

  // Of what is not there: the placeholder that bears it. That of a stale value stays as long as that is there.
  bool end_lease(const std::string& product) override {
    const MemcachedReply held = read_memcached_reply(control().ask(fmt::format("get {}{}\r\n", prefix_, product)));
    if (held.word() != "VALUE" || !held.data->empty()) return false;
    end(product);
    return true;
  }

  // What asks whether an entry is leased takes the lease where nobody has it: to be called when all else is done.
  std::vector<StoredValue> contents() override {
    std::vector<StoredValue> entries;
    for (const std::string& name : names_) {
      const MemcachedReply held = read_memcached_reply(control().ask(fmt::format("mg {}{} v\r\n", prefix_, name)));
      StoredValue stored{.name = name};
      if (held.word() == "VA") read_entry(held, stored);
      if (stored != StoredValue{.name = name}) entries.push_back(std::move(stored));
    }
    return entries;
  }

  void set_patience(int seconds) override { address_.timeout_seconds = seconds; }
  void tear_down() override {}  // a mapping has no commands of a memcached

  void remove() override {
    Connection cleaner(address_, Purpose::kCleanUp);
    remove_entries(cleaner);
  }

 private:
  Connection& control() {
    if (!control_) control_.emplace(address_, Purpose::kWork);
    return *control_;
  }

  void end(const std::string& product) {
    const std::string reply = first_line(control().ask(fmt::format("touch {}{} -1\r\n", prefix_, product)));
    if (reply != "TOUCHED") control().throw_refused("touch", reply);
  }

  void remove_entries(Connection& connection) const {
    for (const std::string& name : names_) {
      const std::string reply = first_line(connection.ask(fmt::format("md {}{}\r\n", prefix_, name)));
      if (reply != "HD" && reply != "NF") connection.throw_refused("md", reply);
    }
  }

  void read_entry(const MemcachedReply& held, StoredValue& stored) {
    const Answer answer = find_memcached_verb("get", "")->answer({{"VALUE"}, held.data}).answer;
    if (!answer.error.empty())
      throw EnvironmentError(fmt::format("{}: key {}{}: {}; run it again where nobody else writes", place(address_),
                                         prefix_, stored.name, answer.error));
    stored.value = answer.reply.value;
    stored.marker = answer.reply.outcome == "marker";
    stored.stale = stored.value && held.has("X");
    stored.lease = held.has("Z");
  }

  MemcachedAddress address_;
  WorkArea area_;
  std::string prefix_;
  std::string version_;
  std::set<std::string> names_;  // of all traces so far
  std::optional<Connection> control_;
};

}  // namespace

std::unique_ptr<Cache> open_memcached(const MemcachedAddress& address, const WorkArea& area) {
  return std::make_unique<Memcached>(address, area);
}

bool memcached_knows(std::string_view verb, std::string_view watch) {
  return find_memcached_verb(verb, watch) != nullptr;
}

std::unique_ptr<CacheSession> connect_memcached(const MemcachedAddress& address, const WorkArea& area) {
  return std::make_unique<MemcachedSession>(address, area);
}

}  // namespace stalemate::real
