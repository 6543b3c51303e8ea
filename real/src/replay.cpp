// See real/replay.hpp. One function, Run::step, decides what each kind of step does; adapters only carry it out.
#include "real/replay.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "fresh.hpp"
#include "real/cache.hpp"
#include "real/database.hpp"
#include "real/signals.hpp"
#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::real {
namespace {

// The tutorial's table: six products, 1000 of each. Key k1 is the first, and so on.
constexpr std::array<std::string_view, 6> kProducts = {
    "93410c29-1609-484d-8662-ae2d0aa93cc4", "47b0472d-708c-4377-aab4-acf8752f0ecb",
    "a1a879d8-58c0-4357-a570-a57c3b1fe059", "5ded80d3-fb55-4a2f-b339-43fc9c89894a",
    "b6afe0c5-9cab-4971-8c61-127fe5b4acd1", "7098227b-4883-4992-bc32-e12335efbc8c"};
constexpr std::int64_t kQuantityAtFirst = 1000;

// The product id of "k1", "k2", ...; beyond the tutorial's six a made-up one.
std::string product_of(const std::string& key) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(key.data() + 1, key.data() + key.size(), number);
  if (!key.starts_with('k') || error != std::errc() || end != key.data() + key.size() || number == 0) {
    throw traces::InputError(fmt::format("replay: key '{}' is not one of k1, k2, ...; rename it in the trace", key));
  }
  if (number <= kProducts.size()) return std::string(kProducts[number - 1]);
  return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

std::string text_of(const std::optional<std::int64_t>& value) { return value ? fmt::format("{}", *value) : "absent"; }

std::string text_of(const Answer& answer) {
  if (!answer.error.empty()) return "error: " + answer.error;
  if (answer.reply.outcome == "value") return "value " + text_of(answer.reply.value);
  return answer.reply.outcome;
}

class Run {
 public:
  Run(const traces::Trace& trace, Database& database, Cache* cache)
      : trace_(trace), database_(database), cache_(cache) {
    result_.database_version = database.version();
    if (cache != nullptr) result_.cache_version = cache->version();
  }

  Conformance run(const ReplayOptions& options) {
    set_up();
    for (std::size_t i = 0; i < trace_.steps.size() && !result_.divergence; ++i) {
      throw_if_stopped();
      step_number_ = static_cast<int>(i) + 1;
      if (options.on_step) options.on_step(step_number_);
      result_.came_back.push_back(step(trace_.steps[i]));
    }
    throw_if_stopped();
    read_stores();
    return std::move(result_);
  }

 private:
  using SessionId = std::pair<int, int>;             // app, session
  using RequestId = std::tuple<int, int, int, int>;  // app, session, operation, arrow

  void set_up() {
    for (const std::string_view product : kProducts) rows_[std::string(product)] = kQuantityAtFirst;
    for (const traces::Entry& entry : trace_.initial.database) {
      const std::string product = product_of(entry.key);
      rows_.erase(product);
      if (entry.value) rows_[product] = *entry.value;
    }
    std::vector<StoredValue> rows;
    for (const auto& [product, quantity] : rows_) rows.push_back({product, quantity});
    database_.create(rows);
    if (cache_ != nullptr) {
      const std::unique_ptr<CacheSession> control = cache_->connect();
      for (const traces::Entry& entry : trace_.initial.cache) {
        if (entry.value) control->set(product_of(entry.key), *entry.value);
      }
    }
    for (const traces::Step& step : trace_.steps) {
      const SessionId who{step.app, step.session};
      if (databases_.contains(who)) continue;
      databases_[who] = database_.connect();
      if (cache_ != nullptr) caches_[who] = cache_->connect();
    }
  }

  // Executes one step; returns what came back, and notes where that is not what the trace says.
  std::string step(const traces::Step& step) {
    const RequestId id{step.app, step.session, step.operation, step.arrow};
    switch (step.kind) {
      case traces::StepKind::kInvoke:
        return "";
      case traces::StepKind::kLoseRequest:
        return "not sent";
      case traces::StepKind::kHandle:
        return handle(step, id);
      case traces::StepKind::kLoseReply: {
        const std::string withheld = hand_over(step, id);
        return "withheld: " + withheld;
      }
      case traces::StepKind::kReceive:
        return hand_over(step, id);
      case traces::StepKind::kLateRequest:
      case traces::StepKind::kDuplicate:
      case traces::StepKind::kCrash:
      case traces::StepKind::kEvict:
      case traces::StepKind::kExpire:
      case traces::StepKind::kCacheRestart:
      case traces::StepKind::kCacheFailover:
        throw traces::InputError(
            fmt::format("replay: step {}: {} cannot be replayed yet", step_number_, to_string(step.kind)));
    }
    STALEMATE_INVARIANT(false, "a step is of a known kind");
    return "";
  }

  std::string handle(const traces::Step& step, const RequestId& id) {
    if (!step.request) refuse("it handles no request");
    const Answer answer = execute(*step.request, {step.app, step.session});
    ++result_.round_trips;
    if (step.reply) {
      compare(*step.reply, answer);
      replies_[id] = answer;
    } else if (!answer.error.empty()) {  // nobody awaits the reply, but the request must have been carried out
      diverge("no error", text_of(answer));
    }
    return text_of(answer);
  }

  // Takes the reply that the server really gave out of those in flight.
  std::string hand_over(const traces::Step& step, const RequestId& id) {
    const auto found = replies_.find(id);
    if (found == replies_.end()) refuse("no reply to that request is on its way");
    const Answer answer = found->second;
    replies_.erase(found);
    if (step.reply) compare(*step.reply, answer);
    return text_of(answer);
  }

  Answer execute(const traces::Request& request, const SessionId& who) {
    const std::string product = product_of(request.key);
    const bool writes = request.verb == "set" || request.verb == "add";
    if (writes && !request.value) refuse("the request carries no value");
    if (request.to == "database") {
      DatabaseSession& session = *databases_.at(who);
      if (request.verb == "get") return session.get(product);
      if (request.verb == "set") return session.set(product, *request.value);
    }
    if (request.to == "cache" && cache_ != nullptr) {
      CacheSession& session = *caches_.at(who);
      if (request.verb == "get") return session.get(product);
      if (request.verb == "set") return session.set(product, *request.value);
      if (request.verb == "add") return session.add(product, *request.value);
      if (request.verb == "delete") return session.erase(product);
    }
    refuse(fmt::format("no server here can be asked '{}: {}'", request.to, request.verb));
  }

  void compare(const traces::Reply& expected, const Answer& answer) {
    if (answer.error.empty() && answer.reply == expected) return;
    diverge(text_of(Answer{expected, ""}), text_of(answer));
  }

  void diverge(std::string expected, std::string got) {
    if (!result_.divergence) result_.divergence = Divergence{step_number_, std::move(expected), std::move(got)};
  }

  [[noreturn]] void refuse(std::string_view what) const {
    throw traces::InputError(
        fmt::format("replay: step {}: {}; the trace is not one that stalemate wrote", step_number_, what));
  }

  void read_stores() {
    const traces::State& predicted = final_state(trace_);
    const bool judged = !result_.divergence;  // a replay cut short has no final state to compare with
    step_number_ = 0;
    if (cache_ != nullptr) {
      std::map<std::string, std::int64_t> found;
      for (const StoredValue& entry : cache_->contents()) found[entry.name] = entry.value;
      result_.cache = judge_store("cache", predicted.cache, found, {}, judged);
    }
    std::map<std::string, std::int64_t> found;
    for (const StoredValue& row : database_.contents()) found[row.name] = row.value;
    result_.database = judge_store("database", predicted.database, found, rows_, judged);
  }

  // `untouched`: what the store held at first; keys outside the scenario must still be so.
  std::vector<traces::Entry> judge_store(std::string_view store, const std::vector<traces::Entry>& predicted,
                                         std::map<std::string, std::int64_t> found,
                                         std::map<std::string, std::int64_t> untouched, bool judged) {
    std::vector<traces::Entry> real;
    for (const traces::Entry& entry : predicted) {
      const std::string product = product_of(entry.key);
      const auto at = found.find(product);
      const std::optional<std::int64_t> value = at == found.end() ? std::nullopt : std::optional(at->second);
      real.push_back({entry.key, value});
      found.erase(product);
      untouched.erase(product);
      if (judged && value != entry.value) {
        diverge(fmt::format("{} {}={}", store, entry.key, text_of(entry.value)), text_of(value));
      }
    }
    if (judged && found != untouched)
      diverge(fmt::format("{} with nothing else changed", store), difference(found, untouched));
    return real;
  }

  static std::string difference(const std::map<std::string, std::int64_t>& found,
                                const std::map<std::string, std::int64_t>& untouched) {
    for (const auto& [product, value] : found) {
      const auto at = untouched.find(product);
      if (at == untouched.end() || at->second != value) return fmt::format("{}={}", product, value);
    }
    for (const auto& [product, value] : untouched) {
      if (!found.contains(product)) return fmt::format("{}=absent", product);
    }
    return "";
  }

  const traces::Trace& trace_;
  Database& database_;
  Cache* cache_;
  Conformance result_;
  int step_number_ = 0;
  std::map<std::string, std::int64_t> rows_;  // the table as it was created
  std::map<SessionId, std::unique_ptr<DatabaseSession>> databases_;
  std::map<SessionId, std::unique_ptr<CacheSession>> caches_;
  std::map<RequestId, Answer> replies_;  // in flight
};

// What cannot be removed, as a clause for an error message; "" if all is gone.
std::string clean_up(Database& database, Cache* cache, const Servers& servers, const std::string& run) {
  std::string left;
  const auto attempt = [&left](const std::string& what, auto remove) {
    try {
      remove();
    } catch (const std::exception& error) {
      left += fmt::format("; {} may be left behind ({})", what, error.what());
    }
  };
  if (!servers.is_postgres_throw_away) attempt("schema stalemate_" + run, [&] { database.remove(); });
  if (cache != nullptr && !servers.is_redis_throw_away)
    attempt("keys stalemate:" + run + ":*", [&] { cache->remove(); });
  return left;
}

}  // namespace

bool needs_cache(const traces::Trace& trace) {
  if (!trace.initial.cache.empty()) return true;
  for (const traces::Step& step : trace.steps) {
    if (step.request && step.request->to == "cache") return true;
  }
  return false;
}

Conformance replay(const traces::Trace& trace, const Servers& servers, const ReplayOptions& options) {
  STALEMATE_INVARIANT(servers.redis || !needs_cache(trace), "a trace with a cache is replayed with a Redis");
  const std::string run = fresh_hex(6);
  const std::unique_ptr<Database> database = open_postgres(servers.postgres, run);
  const std::unique_ptr<Cache> cache = needs_cache(trace) ? open_redis(*servers.redis, run) : nullptr;
  try {
    Conformance result = Run(trace, *database, cache.get()).run(options);
    const std::string left = clean_up(*database, cache.get(), servers, run);
    if (!left.empty()) throw_if_stopped();
    if (!left.empty()) throw traces::EnvironmentError("replay: " + verdict(result) + left);
    return result;
  } catch (const Interrupted& stop) {
    throw Interrupted(stop.signal, stop.what() + clean_up(*database, cache.get(), servers, run));
  } catch (const traces::EnvironmentError& error) {
    throw traces::EnvironmentError(error.what() + clean_up(*database, cache.get(), servers, run));
  } catch (const traces::InputError& error) {
    throw traces::InputError(error.what() + clean_up(*database, cache.get(), servers, run));
  } catch (...) {  // not ours to word: what a caller's own on_step threw
    clean_up(*database, cache.get(), servers, run);
    throw;
  }
}

Conformance replay_at(const traces::Trace& trace, const ReplayPlace& where, const ReplayOptions& options) {
  std::optional<PostgresAddress> postgres;
  std::optional<RedisAddress> redis;
  if (where.postgres_url) postgres = parse_postgres_url(*where.postgres_url);
  if (where.redis_url) redis = parse_redis_url(*where.redis_url);
  const StopSignals signals;
  SandboxOptions wanted = where.sandbox;
  wanted.postgres = !postgres;
  wanted.redis = !redis && needs_cache(trace);
  std::optional<Sandbox> sandbox;
  if (wanted.postgres || wanted.redis) sandbox.emplace(wanted);
  if (wanted.postgres) postgres = sandbox->postgres();
  if (wanted.redis) redis = sandbox->redis();
  Conformance result = replay(trace, {*postgres, redis, wanted.postgres, wanted.redis}, options);
  sandbox.reset();
  throw_if_stopped();
  return result;
}

}  // namespace stalemate::real
