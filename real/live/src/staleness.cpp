// See staleness.hpp.
#include "staleness.hpp"

#include <algorithm>
#include <vector>

namespace stalemate::real {

Staleness::Staleness(std::int64_t initial, std::size_t remembered_max)
    : remembered_max_(remembered_max), forgotten_value_(initial - 1) {
  in_force_[initial] = -1;
}

void Staleness::acknowledge(std::int64_t value, std::int64_t invoked, std::int64_t now, std::int64_t now_ns) {
  for (auto at = in_force_.begin(); at != in_force_.end();) {
    if (at->first == value || at->second >= invoked) {
      ++at;
      continue;
    }
    superseded_[at->first] = {.since = now, .since_ns = now_ns, .used = now};
    at = in_force_.erase(at);
  }
  if (!superseded_.contains(value)) in_force_.emplace(value, now);  // unless a read showed it before
  if (superseded_.size() > remembered_max_) forget_unused();
}

Staleness::Age Staleness::read(const Read& read) {
  if (const auto at = superseded_.find(read.value); at != superseded_.end()) {
    at->second.used = read.now;
    if (at->second.since >= read.invoked) return {};
    return {.is_stale = true, .is_bound = false, .by_ns = read.invoked_ns - at->second.since_ns};
  }
  if (!read.is_first && read.value <= forgotten_value_ && !in_force_.contains(read.value)) {
    const std::int64_t by_ns = read.invoked_ns - forgotten_since_ns_;
    return {.is_stale = true, .is_bound = true, .by_ns = std::max<std::int64_t>(0, by_ns)};
  }
  in_force_.emplace(read.value, read.now);
  return {};
}

bool Staleness::has_been_read(std::int64_t value) const {
  return in_force_.contains(value) || superseded_.contains(value);
}

void Staleness::forget_unused() {
  std::vector<std::int64_t> uses;
  for (const auto& [value, what] : superseded_) uses.push_back(what.used);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::nth_element(uses.begin(), middle, uses.end());
  for (auto at = superseded_.begin(); at != superseded_.end();) {
    if (at->second.used >= *middle) {
      ++at;
      continue;
    }
    forgotten_value_ = std::max(forgotten_value_, at->first);
    forgotten_since_ns_ = std::max(forgotten_since_ns_, at->second.since_ns);
    at = superseded_.erase(at);
  }
}

}  // namespace stalemate::real
