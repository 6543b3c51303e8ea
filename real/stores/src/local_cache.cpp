// See stores/local_cache.hpp.
#include "stores/local_cache.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "traces/shapes.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

using traces::Verb;

Answer told(std::string_view outcome) { return {{std::string(outcome), {}}, ""}; }

std::vector<std::string> all_of(const Wanted& wanted) {
  std::vector<std::string> products = wanted.also;
  products.insert(products.begin(), wanted.product);
  return products;
}

}  // namespace

Answer LocalCache::ask(const Wanted& wanted) {
  if (!traces::is_asked_in_process(wanted.verb, wanted.watch))
    throw InputError(fmt::format("a cache in a process cannot be asked to {} here", wanted.verb));
  const std::lock_guard lock(mutex_);
  switch (traces::find_verb(wanted.verb)->verb) {
    case Verb::kGet:
      return get(wanted);
    case Verb::kSet:
      return store(wanted, true);
    case Verb::kAdd:
      return store(wanted, !is_there(wanted.product));
    case Verb::kMark:
      return store(wanted, true, true);
    case Verb::kMarkIfAbsent:
      return store(wanted, !is_there(wanted.product), true);
    case Verb::kSetUnless:
      return store(wanted, !is_there(wanted.other));
    case Verb::kSetIfUnchanged: {
      const auto found = entries_.find(wanted.product);
      return store(wanted, found != entries_.end() && !wanted.token.empty() && found->second.token == wanted.token);
    }
    case Verb::kExists:
      return told(is_there(wanted.product) ? "marker" : "miss");
    case Verb::kIncrease:
      return increase(wanted, true);
    case Verb::kIncreaseIfThere:
      return increase(wanted, false);
    case Verb::kMarkStale:
      for (const std::string& product : all_of(wanted)) {
        const auto found = entries_.find(product);
        if (found == entries_.end()) continue;
        found->second.token.clear();
        found->second.stored.stale = found->second.stored.value.has_value();
        if (!found->second.stored.value && !found->second.stored.marker) entries_.erase(found);
      }
      return told("ok");
    default:
      for (const std::string& product : all_of(wanted)) entries_.erase(product);
      return told("ok");
  }
}

// A value, unless it is stale, is there for everybody; of what is not, the first to come is given the lease.
Answer LocalCache::get(const Wanted& wanted) {
  const auto found = entries_.find(wanted.product);
  const bool has_value = found != entries_.end() && found->second.stored.value;
  Answer answer = told(has_value                                                ? "value"
                       : found != entries_.end() && found->second.stored.marker ? "marker"
                                                                                : "miss");
  if (has_value) answer.reply.value = found->second.stored.value;
  if (wanted.watch.empty() || (has_value && !found->second.stored.stale)) return answer;
  if (found != entries_.end() && !found->second.token.empty()) {
    answer.reply.outcome = has_value ? "stale" : "denied";
    return answer;
  }
  answer.token = fmt::format("{}", ++leases_);
  Entry& entry = entries_[wanted.product];
  entry.stored.name = wanted.product;
  entry.token = answer.token;
  answer.reply.outcome = has_value ? "won" : "granted";
  return answer;
}

Answer LocalCache::store(const Wanted& wanted, bool condition, bool marker) {
  if (!condition) return told("conflict");
  for (const std::string& product : all_of(wanted)) put(product, wanted, marker);
  return told("ok");
}

void LocalCache::put(const std::string& product, const Wanted& wanted, bool marker) {
  Entry entry;
  entry.stored.name = product;
  entry.stored.marker = marker;
  if (!marker) entry.stored.value = wanted.value;
  entry.expires = wanted.ttl.has_value();
  entries_[product] = std::move(entry);
}

Answer LocalCache::increase(const Wanted& wanted, bool from_nothing) {
  const auto found = entries_.find(wanted.product);
  const bool has_value = found != entries_.end() && found->second.stored.value;
  if (!has_value && !from_nothing) return told("conflict");
  Entry& entry = entries_[wanted.product];
  entry.stored.name = wanted.product;
  entry.stored.value = entry.stored.value.value_or(0) + wanted.value.value();
  return told("ok");
}

bool LocalCache::drop(const std::string& product) {
  const std::lock_guard lock(mutex_);
  return entries_.erase(product) != 0;
}

std::string LocalCache::expire(const std::string& product) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(product);
  if (found == entries_.end()) return "absent";
  if (!found->second.expires) return "without a time to live";
  entries_.erase(found);
  return "";
}

bool LocalCache::end_lease(const std::string& product) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(product);
  if (found == entries_.end() || found->second.token.empty()) return false;
  found->second.token.clear();
  if (!found->second.stored.value) entries_.erase(found);
  return true;
}

void LocalCache::fill(const std::vector<StoredValue>& entries) {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  for (const StoredValue& stored : entries) {
    entries_[stored.name] = {stored, stored.ttl.has_value(), ""};
    entries_[stored.name].stored.ttl.reset();
  }
}

std::vector<StoredValue> LocalCache::contents() const {
  const std::lock_guard lock(mutex_);
  std::vector<StoredValue> all;
  for (const auto& [name, entry] : entries_) {
    all.push_back(entry.stored);
    all.back().lease = !entry.token.empty();
  }
  return all;
}

}  // namespace stalemate::real
