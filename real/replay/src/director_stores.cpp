// See director.hpp. The stores before the first step and after the last.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "director.hpp"

namespace stalemate::real {
namespace {

// The tutorial's table: six products, 1000 of each. Key k1 is the first, and so on.
constexpr std::array<std::string_view, 6> kProducts = {
    "93410c29-1609-484d-8662-ae2d0aa93cc4", "47b0472d-708c-4377-aab4-acf8752f0ecb",
    "a1a879d8-58c0-4357-a570-a57c3b1fe059", "5ded80d3-fb55-4a2f-b339-43fc9c89894a",
    "b6afe0c5-9cab-4971-8c61-127fe5b4acd1", "7098227b-4883-4992-bc32-e12335efbc8c"};
constexpr std::int64_t kQuantityAtFirst = 1000;

std::string text_of(const traces::Entry& entry) {
  std::vector<std::string> parts;
  if (entry.value) parts.push_back(fmt::format("{}", *entry.value));
  if (entry.marker) parts.emplace_back("a marker");
  if (entry.version.value_or(0) != 0) parts.push_back(fmt::format("version {}", *entry.version));
  if (entry.generation.value_or(0) != 0) parts.push_back(fmt::format("generation {}", *entry.generation));
  if (entry.stale) parts.emplace_back("stale");
  if (entry.lease) parts.emplace_back("leased");
  return parts.empty() ? "absent" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string value_text(const StoredValue& stored) { return stored.value ? fmt::format("{}", *stored.value) : "there"; }

std::string difference(const std::map<std::string, StoredValue>& found,
                       const std::map<std::string, StoredValue>& untouched) {
  for (const auto& [product, stored] : found) {
    const auto at = untouched.find(product);
    if (at == untouched.end() || at->second != stored) return fmt::format("{}={}", product, value_text(stored));
  }
  for (const auto& [product, stored] : untouched) {
    if (!found.contains(product)) return fmt::format("{}=absent", product);
  }
  return "";
}

}  // namespace

// Beyond the tutorial's six a made-up one.
std::string tutorials_product(const std::string& key) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(key.data() + 1, key.data() + key.size(), number);
  if (!key.starts_with('k') || error != std::errc() || end != key.data() + key.size() || number == 0) {
    throw InputError(fmt::format("replay: key '{}' is not one of k1, k2, ...; rename it in the trace", key));
  }
  if (number <= kProducts.size()) return std::string(kProducts[number - 1]);
  return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

// Another entry about a row bears the row's name before its own.
std::string Director::product_of(const std::string& key) const {
  const std::string row(traces::row_of(key));
  const std::string own = key.substr(row.size());
  return (scene_.mapping() != nullptr ? scene_.mapping()->name_of(row) : tutorials_product(row)) + own;
}

// What the trace's entries of a store are called in its server.
std::vector<std::string> Director::names_in(const std::string& store) const {
  std::vector<std::string> names;
  for (const traces::State* state : {&trace_.initial, &final_state(trace_)})
    for (const traces::Entry& entry : entries_of(*state, store)) names.push_back(product_of(entry.key));
  return names;
}

void Director::set_up() {
  for (const traces::Store& store : trace_.stores) {
    if (store.kind == "channel") continue;
    Contents& contents = at_first_[store.name];
    const auto put = [&](const std::string& product, std::optional<std::int64_t> value) {
      contents[product] = {.name = product, .value = value};
    };
    const bool is_database = traces::is_database(trace_, store.name);
    if (is_database && scene_.mapping() == nullptr)
      for (const std::string_view product : kProducts) put(std::string(product), kQuantityAtFirst);
    std::map<std::string, bool> expires;
    for (const traces::Entry& entry : entries_of(trace_.initial, store.name)) {
      const std::string product = product_of(entry.key);
      contents.erase(product);
      if (entry.value && !(is_database && is_no_row(*entry.value))) put(product, entry.value);
      expires[product] = entry.expires;
    }
    std::vector<StoredValue> values;
    for (const auto& [product, stored] : contents) {
      values.push_back(stored);
      if (expires[product]) values.back().ttl = kTimeToLiveMore;
    }
    if (store.app != 0) continue;
    scene_.at(store.name).set_names(names_in(store.name));
    scene_.at(store.name).store().fill(values);
  }
  std::set<int> apps;
  for (const traces::Store& store : trace_.stores)
    if (store.app != 0 && apps.insert(store.app).second) begin_app(store.app);
  start_replica(0);
  if (follower() != nullptr) catch_up();
  connect_sessions();
}

// How a row is written that is not there.
bool Director::is_no_row(std::int64_t value) const { return scene_.shapes().rows == Rows::kComeAndGo && value == 0; }

// Before the first step, as pools do: what a step costs, and where it fails, is the request's own then.
void Director::connect_sessions() {
  std::set<std::tuple<int, int, std::string, bool>> wanted;
  for (const traces::Step& step : trace_.steps) {
    if (step.is_ghost) continue;
    const auto add = [&](const traces::Request& request, const traces::MessageId& id) {
      if (scene_.find(request.to) == nullptr) return;
      const bool watches = watched_by(id, request) == to_string(traces::Watch::kKey);
      wanted.emplace(step.app, step.session, request.to, watches);
    };
    for (const traces::Request& request : step.sends) add(request, id_of(step, request));
    if (step.request) add(*step.request, id_of(step));
  }
  for (const auto& [app, session, server, watches] : wanted) {
    DriverPlace place = scene_.place(server);
    place.watches = watches;
    scene_.app(app).idle_driver(session, place);
  }
}

void Director::read_stores() {
  const traces::State& predicted = final_state(trace_);
  const bool judged = goes_on();  // a replay cut short has no final state to compare with
  step_number_ = 0;
  for (StoreAtEnd& store : result_.stores) {
    if (is_channel(trace_, store.name)) continue;
    Contents found;
    for (const StoredValue& stored : contents_of(*traces::find_store(trace_.stores, store.name)))
      found[stored.name] = stored;
    store.entries =
        judge_store(store.name, entries_of(predicted, store.name), std::move(found), at_first_[store.name], judged);
  }
}

// What a server has, as the trace writes it: of the numbers those that it tells, too.
traces::Entry Director::entry_of(const std::string& store, const traces::Entry& predicted, StoredValue stored) const {
  if (is_cache(trace_, store) && counts_.contains(predicted.key) && scene_.shapes().entries == Shape::kValue)
    stored.generation = std::exchange(stored.value, std::nullopt).value_or(0);
  traces::Entry entry{.key = predicted.key,
                      .value = stored.value,
                      .expires = predicted.expires,
                      .marker = stored.marker,
                      .stale = stored.stale,
                      .lease = stored.lease};
  if (predicted.version) entry.version = scene_.mapping() != nullptr ? *predicted.version : stored.version;
  if (stored.generation != 0) entry.generation = stored.generation;
  return entry;
}

// `untouched`: what the store held at first; keys outside the scenario must still be so.
std::vector<traces::Entry> Director::judge_store(const std::string& store, const std::vector<traces::Entry>& predicted,
                                                 Contents found, Contents untouched, bool judged) {
  std::vector<traces::Entry> real;
  const bool is_database = traces::is_database(trace_, store);
  for (traces::Entry entry : predicted) {
    if (is_database && entry.value && is_no_row(*entry.value)) entry.value.reset();
    const std::string product = product_of(entry.key);
    const auto at = found.find(product);
    real.push_back(entry_of(store, entry, at == found.end() ? StoredValue{} : at->second));
    found.erase(product);
    untouched.erase(product);
    if (judged && real.back() != entry)
      diverge(fmt::format("{} {}={}", store, entry.key, text_of(entry)), text_of(real.back()));
  }
  if (judged && found != untouched) {
    diverge(fmt::format("{} with nothing else changed", store), difference(found, untouched));
  }
  return real;
}

}  // namespace stalemate::real
