// Reading a trace: text, then JSON, then the fields, each asked for in the shape that trace.schema.json states, then
// what a schema cannot say (consistency.hpp). Hostile text must end in InputError, cheaply: json_document.hpp reads it,
// and numbers are checked before they are narrowed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "consistency.hpp"
#include "json_cursor.hpp"
#include "json_document.hpp"
#include "json_values.hpp"
#include "json_version1.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

// Format and version come before the rest, so that a foreign or a newer file is told for what it is.
void check_header(const json& document, const std::string& name) {
  if (!document.is_object() || document.value("format", json()) != "stalemate-trace") {
    refuse(name, "",
           "not a stalemate trace: it does not say \"format\": \"stalemate-trace\"; "
           "a trace is what `stalemate check ... -o FILE` writes");
  }
  const json version = document.value("version", json());
  const bool newer = version.is_number_unsigned() && version.get<std::uint64_t>() > std::uint64_t{kTraceVersion};
  if (newer) {
    refuse(name, "",
           fmt::format("written by a newer stalemate (trace version {}; this one reads up to {}); "
                       "update stalemate",
                       version.dump(), kTraceVersion));
  }
}

// One function for each definition of trace.schema.json, in its order. A trace holds what they give; what they refuse
// is off the schema, or a number that JSON can say and a trace cannot hold.

constexpr std::string_view kStoreKinds[] = {"cache", "cache-replica", "database", "channel"};
constexpr std::string_view kOutcomes[] = {"ok",     "value", "miss", "conflict", "marker", "granted",
                                          "denied", "stale", "won",  "no-row",   "loaded"};
constexpr std::string_view kWatchWords[] = {to_string(Watch::kEntry), to_string(Watch::kKey), to_string(Watch::kLease)};
static_assert(std::size(kWatchWords) + 1 == std::size(kWatches), "each but that of watching nothing");
constexpr std::string_view kTimeoutRules[] = {"fail", "continue"};
constexpr std::string_view kConnections[] = {"one", "pool"};
constexpr StepFamily kFamilies[] = {StepFamily::kInvoke, StepFamily::kHandle, StepFamily::kReceive,
                                    StepFamily::kCall,   StepFamily::kFault,  StepFamily::kFree};
constexpr Ending::Kind kEndingKinds[] = {Ending::Kind::kAcknowledged, Ending::Kind::kReturned, Ending::Kind::kFailed};

std::uint64_t read_seed(const Cursor& from) {
  const std::string& digits = from.text();
  const bool fits = !digits.empty() && is_digits(digits) && (digits[0] != '0' || digits.size() == 1);
  if (!fits) from.refuse_value("decimal digits without leading zeros");
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc()) from.refuse("too large; at most 18446744073709551615");
  return seed;
}

Protocol read_protocol(Cursor from) {
  Protocol protocol;
  protocol.name = from.at("name").text();
  protocol.roles = read_each(from.at("roles").items(), read_text);
  const char* separator = "";
  for (const Cursor& line : from.at("text").some_items()) {
    if (line.text().find('\n') != std::string::npos) {
      line.refuse("holds a line feed; give each line a string of its own");
    }
    protocol.text += separator + line.text();
    separator = "\n";
  }
  from.done();
  return protocol;
}

Scenario read_scenario(Cursor from) {
  Scenario scenario;
  scenario.apps = read_each(from.at("apps").items(), read_text);
  scenario.keys = from.at("keys").integer_between(1, kKeyCountMax);
  scenario.cached = from.at("cached").boolean();
  scenario.faults = read_each(from.at("faults").items(), read_text);
  scenario.on_database_timeout = read_word(from.at("on_database_timeout"), kTimeoutRules);
  scenario.all_invoked = from.at("all_invoked").boolean();
  if (const auto rule = from.find("on_cache_timeout")) scenario.on_cache_timeout = read_word(*rule, kTimeoutRules);
  if (const auto pool = from.find("connections")) scenario.connections = read_word(*pool, kConnections);
  if (const auto retries = from.find("retries")) scenario.retries = retries->integer_between(1, kRetriesMax);
  if (const auto held = from.find("no_expiry")) scenario.no_expiry = held->boolean();
  if (const auto held = from.find("no_replica_lag")) scenario.no_replica_lag = held->boolean();
  from.done();
  return scenario;
}

// In version 1 a trace had one cache and one database, by these names, and a cache without entries was none.
constexpr std::string_view kVersion1Stores[] = {"cache", "database"};

Reply read_reply(Cursor from) {
  Reply reply;
  reply.outcome = read_word(from.at("outcome"), kOutcomes);
  reply.value = read_optional_integer(from.find("value"));
  if (const auto version = from.find("version")) reply.version = read_number(*version);
  if (const auto generation = from.find("generation")) reply.generation = read_number(*generation);
  from.done();
  return reply;
}

Ending read_ending(Cursor from) {
  Ending ending;
  ending.kind = read_kind(from.at("kind"), kEndingKinds);
  ending.value = read_optional_integer(from.find("value"));
  from.done();
  return ending;
}

Unapplied read_unapplied(Cursor from) {
  Unapplied unapplied;
  unapplied.store = from.at("store").some_text();
  unapplied.count = read_ordinal(from.at("count"));
  from.done();
  return unapplied;
}

Delivery read_delivery(Cursor from) {
  Delivery delivery;
  delivery.store = from.at("store").some_text();
  delivery.key = read_key(from.at("key"));
  if (const auto count = from.find("count")) delivery.count = read_several(*count);
  from.done();
  return delivery;
}

// "shared", or "app1": the app instance whose own it is.
int read_scope(const Cursor& from) {
  const std::string& scope = from.text();
  if (scope == "shared") return 0;
  const std::string number = scope.substr(0, 3) == "app" ? scope.substr(3) : "";
  const bool fits = !number.empty() && number.size() <= 4 && number[0] != '0' && is_digits(number);
  if (!fits) from.refuse_value("shared, or the app instance whose own it is, as in \"app1\"");
  return std::stoi(number);
}

Store read_store(Cursor from) {
  Store store;
  store.name = from.at("name").some_text();
  store.kind = read_word(from.at("kind"), kStoreKinds);
  store.app = read_scope(from.at("scope"));
  from.done();
  return store;
}

std::string read_property(const Cursor& from) { return from.some_text(); }

// What differs between the versions stands in the functions of this class.
class Reader {
 public:
  Trace read(Cursor from) {
    from.at("format");  // checked with the header
    version_ = from.at("version").integer_between(1, kTraceVersion);
    Trace trace;
    trace.protocol = read_protocol(from.at("protocol"));
    trace.scenario = read_scenario(from.at("scenario"));
    if (version_ > 1) trace.stores = read_each(from.at("stores").some_items(), read_store);
    trace.property = from.at("property").some_text_or_null();
    if (const auto seed = from.find("seed")) trace.seed = read_seed(*seed);
    if (const auto loop = from.find("loop"))
      trace.loop = static_cast<std::size_t>(loop->integer_between(0, kOrdinalMax));
    stores_ = &trace.stores;
    trace.initial = read_state(from.at("initial"));
    trace.steps = read_each(from.at("steps").items(), [&](const Cursor& step) { return read_step(step); });
    from.done();
    if (version_ == 1) complete_version_1(trace);
    return trace;
  }

  int version() const { return version_; }  // of what was read

 private:
  Request read_request(Cursor from) const {
    Request request;
    request.arrow = read_ordinal(from.at("arrow"));
    request.to = version_ == 1 ? read_word(from.at("to"), kVersion1Stores) : from.at("to").some_text();
    request.verb = read_verb(from.at("verb"));
    request.key = read_key(from.at("key"));
    request.value = read_optional_integer(from.find("value"));
    request.label = from.at("label").text();
    if (const auto awaited = from.find("awaited")) {
      if (awaited->boolean()) awaited->refuse_value("false, or no such field where the reply is awaited");
      request.awaited = false;
    }
    request.drawn_lost = read_flag(from.find("drawn_lost"), "where the diagram loses nothing");
    if (const auto ttl = from.find("ttl")) request.ttl = read_ordinal(*ttl);
    if (const auto watch = from.find("watch")) request.watch = read_word(*watch, kWatchWords);
    if (const auto version = from.find("version")) request.version = read_number(*version);
    if (const auto generation = from.find("generation")) request.generation = read_number(*generation);
    if (const auto other = from.find("other")) request.other = read_key(*other);
    if (const auto also = from.find("also")) request.also = read_each(also->some_items(), read_key);
    request.other_rows = read_flag(from.find("other_rows"), "where it asks for one row");
    if (const auto sender = from.find("from")) request.from = sender->some_text();
    from.done();
    return request;
  }

  InFlight read_in_flight(Cursor from) const {
    InFlight message;
    message.app = read_ordinal(from.at("app"));
    message.session = read_ordinal(from.at("session"));
    if (version_ > 1) {
      message.operation = read_ordinal(from.at("operation"));
      message.copy = read_optional_ordinal(from.find("copy"));
    }
    message.request = read_request(from.at("request"));
    if (const auto reply = from.find("reply")) message.reply = read_reply(*reply);
    message.is_reply = message.reply.has_value();
    message.is_ghost = read_flag(from.find("ghost"), "where somebody knows of it");
    from.done();
    return message;
  }

  Entry read_entry(const std::string& key, Cursor from) const {
    if (version_ == 1 || !from.is_object()) return {.key = key, .value = from.integer_or_null()};
    Entry entry{.key = key, .value = {}};
    entry.marker = read_flag(from.find("marker"), "where there is a value");
    if (const auto generation = from.find("generation")) entry.generation = read_ordinal(*generation);
    entry.stale = read_flag(from.find("stale"), "where the value is not marked so");
    entry.lease = read_flag(from.find("lease"), "where nobody was given one");
    const bool else_there = entry.generation || entry.lease;
    if (!entry.marker && (!else_there || entry.stale)) entry.value = from.at("value").integer();
    if (else_there && !entry.stale) entry.value = read_optional_integer(from.find("value"));
    entry.expires = read_flag(from.find("expires"), "where it has no time to live");
    if (const auto version = from.find("version")) entry.version = read_number(*version);
    if (!entry.marker && !entry.expires && !entry.version && !else_there && !entry.stale) from.at("expires");
    from.done();
    return entry;
  }

  // Keys in the order of their numbers: JSON leaves the order of names open.
  std::vector<Entry> read_entries(const Cursor& from) const {
    std::vector<Entry> entries;
    for (const auto& [key, value] : from.entries()) entries.push_back(read_entry(key, value));
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      const std::string_view row_a = row_of(a.key);
      const std::string_view row_b = row_of(b.key);
      if (row_a.size() != row_b.size()) return row_a.size() < row_b.size();
      return row_a != row_b ? row_a < row_b : a.key < b.key;
    });
    return entries;
  }

  State read_state(Cursor from) const {
    State state;
    if (version_ == 1) {
      read_version_1_stores(from, state);
    } else {
      for (const auto& [name, store] : from.at("stores").entries()) state.stores.push_back({name, read_entries(store)});
      std::stable_sort(state.stores.begin(), state.stores.end(),
                       [&](const Contents& a, const Contents& b) { return place_of(a.store) < place_of(b.store); });
    }
    state.in_flight = read_each(from.at("in_flight").items(), [&](const Cursor& m) { return read_in_flight(m); });
    if (version_ > 1) {
      if (const auto deliveries = from.find("deliveries"))
        state.deliveries = read_each(deliveries->some_items(), [](const Cursor& d) { return read_delivery(d); });
      if (const auto unapplied = from.find("unapplied"))
        state.unapplied = read_each(unapplied->some_items(), [](const Cursor& u) { return read_unapplied(u); });
    }
    from.done();
    return state;
  }

  // Among the trace's stores; behind them, if it is none.
  std::ptrdiff_t place_of(const std::string& name) const {
    const Store* store = find_store(*stores_, name);
    return store == nullptr ? static_cast<std::ptrdiff_t>(stores_->size()) : store - stores_->data();
  }

  void read_version_1_stores(Cursor& from, State& state) const {
    std::vector<Entry> cache = read_entries(from.at("cache"));
    if (const auto expiring = from.find("expiring")) {
      auto last = cache.begin();
      for (const Cursor& item : expiring->some_items()) {
        const std::string key = read_key(item);
        const auto entry = std::find_if(cache.begin(), cache.end(), [&](const Entry& e) { return e.key == key; });
        if (entry == cache.end() || !entry->value) item.refuse("is not in the cache, so it cannot expire");
        if (entry->expires || entry < last) item.refuse("stands behind a larger key, or twice");
        entry->expires = true;
        last = entry;
      }
    }
    if (!cache.empty()) state.stores.push_back({"cache", std::move(cache)});
    for (const auto& [key, value] : from.at("database").entries()) value.integer();  // no row is absent
    state.stores.push_back({"database", read_entries(from.at("database"))});
  }

  StepKind read_step_kind(Cursor& from) const {
    const Cursor kind = from.at("kind");
    std::vector<StepKind> kinds;
    std::vector<std::string_view> names;
    if (version_ == 1) {
      for (const StepKindFacts& facts : step_kinds()) {
        if (facts.kind == StepKind::kCall || facts.kind == StepKind::kDeliver ||
            facts.kind == StepKind::kLoseDelivery || facts.kind == StepKind::kGiveUp ||
            facts.kind == StepKind::kApply || facts.kind == StepKind::kAppRestart ||
            facts.kind == StepKind::kIdleRestart)
          continue;  // there were no local caches and no replicas, no cache asked anything, and who crashed was gone
        kinds.push_back(facts.kind);
        names.push_back(facts.name);
      }
      return kinds[kind.word(names)];
    }
    for (const StepFamily family : kFamilies) names.push_back(to_string(family));
    const StepFamily family = kFamilies[kind.word(names)];
    names.clear();
    for (const StepKindFacts& facts : step_kinds()) {
      if (facts.family != family) continue;
      kinds.push_back(facts.kind);
      names.push_back(facts.own_name);
    }
    return names.front().empty() ? kinds.front() : kinds[from.at("name").word(names)];
  }

  Step read_step(Cursor from) const {
    Step step;
    step.kind = read_step_kind(from);
    if (is_of_store(step.kind)) {
      step.app = step.session = step.operation = 0;
      step.store = version_ == 1 ? std::string(kVersion1Stores[0]) : from.at("store").some_text();
      if (facts_of(step.kind).of_one_entry) step.key = read_key(from.at("key"));
    } else {
      step.app = read_ordinal(from.at("app"));
      step.session = read_ordinal(from.at("session"));
      step.operation = read_ordinal(from.at("operation"));
      step.diagram = from.at("diagram").text();
      step.key = read_key(from.at("key"));
    }
    step.arrow = read_optional_ordinal(from.find("arrow"));
    step.is_ghost = read_flag(from.find("ghost"), "where the request is no ghost");
    if (version_ > 1) step.copy = read_optional_ordinal(from.find("copy"));
    step.choice = read_optional_ordinal(from.find("choice"));
    if (const auto chosen = from.find("chosen")) step.chosen = chosen->some_text();
    if (const auto again = from.find("again")) step.again = again->integer_between(1, kRetriesMax);
    if (const auto missed = from.find("missed")) step.missed = read_several(*missed);
    step.budget = read_optional_ordinal(from.find("budget"));
    if (const auto request = from.find("request")) step.request = read_request(*request);
    if (const auto reply = from.find("reply")) step.reply = read_reply(*reply);
    step.answers = read_optional_ordinal(from.find("answers"));
    const auto request = [&](const Cursor& one) { return read_request(one); };
    if (const auto sends = from.find("sends")) step.sends = read_each(sends->some_items(), request);
    if (const auto endings = from.find("endings")) step.endings = read_each(endings->some_items(), read_ending);
    step.after = read_state(from.at("after"));
    if (const auto violates = from.find("violates")) step.violates = read_each(violates->some_items(), read_property);
    from.done();
    return step;
  }

  int version_ = kTraceVersion;
  const std::vector<Store>* stores_ = nullptr;
};

}  // namespace

Trace read_json(std::string_view text, const std::string& name) {
  const json document = parse_document(text, name);
  check_header(document, name);
  try {
    Reader reader;
    Trace trace = reader.read(Cursor(document));
    check_consistency(trace, reader.version());
    return trace;
  } catch (const Refusal& refusal) {
    refuse(name, refusal.pointer, refusal.problem);
  }
}

}  // namespace stalemate::traces
