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

std::string text_of(const std::optional<std::int64_t>& value) { return value ? fmt::format("{}", *value) : "absent"; }

std::string difference(const std::map<std::string, std::int64_t>& found,
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

std::string Director::product_of(const std::string& key) const {
  return scene_.mapping() != nullptr ? scene_.mapping()->name_of(key) : tutorials_product(key);
}

void Director::set_up() {
  for (const traces::Store& store : trace_.stores) {
    Contents& contents = at_first_[store.name];
    if (is_database(trace_, store.name) && scene_.mapping() == nullptr)
      for (const std::string_view product : kProducts) contents[std::string(product)] = kQuantityAtFirst;
    for (const traces::Entry& entry : entries_of(trace_.initial, store.name)) {
      const std::string product = product_of(entry.key);
      contents.erase(product);
      if (entry.value) contents[product] = *entry.value;
    }
    std::vector<StoredValue> values;
    for (const auto& [product, value] : contents) values.push_back({product, value});
    for (const traces::Entry& entry : entries_of(trace_.initial, store.name)) {
      if (!entry.expires || !entry.value) continue;
      const auto filled = std::find_if(values.begin(), values.end(),
                                       [&](const StoredValue& stored) { return stored.name == product_of(entry.key); });
      filled->ttl = kTimeToLiveMore;
    }
    scene_.at(store.name).store().fill(values);
  }
  start_replica(0);
  connect_sessions();
}

// Before the first step, as pools do: what a step costs, and where it fails, is the request's own then.
void Director::connect_sessions() {
  std::set<std::tuple<int, int, std::string>> wanted;
  for (const traces::Step& step : trace_.steps) {
    if (step.is_ghost) continue;
    for (const traces::Request& request : step.sends) wanted.emplace(step.app, step.session, request.to);
    if (step.request) wanted.emplace(step.app, step.session, step.request->to);
  }
  for (const auto& [app, session, server] : wanted) {
    if (scene_.find(server) != nullptr) scene_.app(app).idle_driver(session, scene_.place(server));
  }
}

void Director::read_stores() {
  const traces::State& predicted = final_state(trace_);
  const bool judged = goes_on();  // a replay cut short has no final state to compare with
  step_number_ = 0;
  for (StoreAtEnd& store : result_.stores) {
    Contents found;
    for (const StoredValue& stored : scene_.at(store.name).store().contents()) found[stored.name] = stored.value;
    store.entries =
        judge_store(store.name, entries_of(predicted, store.name), std::move(found), at_first_[store.name], judged);
  }
}

// `untouched`: what the store held at first; keys outside the scenario must still be so.
std::vector<traces::Entry> Director::judge_store(std::string_view store, const std::vector<traces::Entry>& predicted,
                                                 Contents found, Contents untouched, bool judged) {
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
  if (judged && found != untouched) {
    diverge(fmt::format("{} with nothing else changed", store), difference(found, untouched));
  }
  return real;
}

}  // namespace stalemate::real
