// See live/register_check.hpp.
//
// Forgetting. Let H be the earliest invocation of an operation under way, or now. Every operation that completes later
// was invoked at H or later. Value u is settled if f(u) < H and another w with f(w) < H has s(w) > f(u): u comes before
// w, and one more read of u, invoked after H > f(w), would put w before u. So every further read of u is a violation,
// and u's name may be forgotten. What u means for a value c that changes later: then s(c) >= H > f(u), u comes before
// c; c comes before u iff f(c) < s(u). The greatest s of all that was forgotten is enough to see that.
#include "live/register_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace stalemate::real {

RegisterCheck::RegisterCheck(std::int64_t initial, std::size_t forget_every)
    : greatest_(initial), forget_every_(forget_every), forget_at_(forget_every) {
  live_[initial] = {.first_end = -1, .last_start = -2};
}

void RegisterCheck::invoke_read(Moment now) { under_way_.insert(now); }

void RegisterCheck::invoke_write(std::int64_t value, Moment now, const std::string& place) {
  if (value <= greatest_) {
    throw InputError(
        fmt::format("{}: {} is written after {}; a history is judged where the values written to a key increase", place,
                    value, greatest_));
  }
  greatest_ = value;
  under_way_.insert(now);
  if (!violation_) live_[value] = {.first_end = kNever, .last_start = now};
}

void RegisterCheck::read_ok(std::int64_t value, Moment invoked, Moment now) {
  under_way_.erase(under_way_.find(invoked));
  complete(value, invoked, now);
}

void RegisterCheck::read_unknown(Moment invoked) { under_way_.erase(under_way_.find(invoked)); }

void RegisterCheck::write_ok(std::int64_t value, Moment invoked, Moment now) {
  under_way_.erase(under_way_.find(invoked));
  complete(value, invoked, now);
}

void RegisterCheck::write_failed(std::int64_t value, Moment invoked) {
  under_way_.erase(under_way_.find(invoked));
  const auto at = live_.find(value);
  if (at == live_.end()) return;  // after a violation nothing is kept; before, no value is settled while it is written
  const bool was_read = at->second.first_end != kNever;
  live_.erase(at);
  if (was_read) violate(fmt::format("{} was read, but its write failed", value));
}

void RegisterCheck::write_in_doubt(std::int64_t value, Moment invoked) {
  under_way_.erase(under_way_.find(invoked));
  const auto at = live_.find(value);
  if (at == live_.end() || at->second.first_end != kNever) return;
  live_.erase(at);
  doubtful_[value] = invoked;
}

void RegisterCheck::complete(std::int64_t value, Moment invoked, Moment now) {
  if (violation_) return;
  if (const auto doubtful = doubtful_.find(value); doubtful != doubtful_.end()) {
    live_[value] = {.first_end = kNever, .last_start = doubtful->second};
    doubtful_.erase(doubtful);
  }
  const auto at = live_.find(value);
  if (at == live_.end()) {
    violate(value > greatest_ ? fmt::format("a read returned {}, which no write had written yet", value)
                              : fmt::format("a read returned {}, which was overwritten before the read began, failed, "
                                            "or was never written",
                                            value));
    return;
  }
  Span& span = at->second;
  span.first_end = std::min(span.first_end, now);
  span.last_start = std::max(span.last_start, invoked);
  if (span.first_end < forgotten_start_) {
    violate(fmt::format("{} was read again after a newer value had been", value));
    return;
  }
  for (const auto& [other, its] : live_) {
    if (other == value || !(span.first_end < its.last_start && its.first_end < span.last_start)) continue;
    violate(fmt::format("{} must come before {}, and {} before {}", std::min(value, other), std::max(value, other),
                        std::max(value, other), std::min(value, other)));
    return;
  }
  if (live_.size() >= forget_at_) forget_settled();
}

void RegisterCheck::forget_settled() {
  const Moment horizon = under_way_.empty() ? kNever : *under_way_.begin();
  const auto has_ended = [&](const Span& span) { return span.first_end != kNever && span.first_end < horizon; };
  Moment greatest = -2;
  Moment second = -2;
  for (const auto& [value, span] : live_) {
    if (!has_ended(span)) continue;
    second = std::max(second, std::min(greatest, span.last_start));
    greatest = std::max(greatest, span.last_start);
  }
  Moment forgotten = forgotten_start_;
  for (auto at = live_.begin(); at != live_.end();) {
    const Span& span = at->second;
    const Moment others = std::max(span.last_start == greatest ? second : greatest, forgotten_start_);
    if (has_ended(span) && others > span.first_end) {
      forgotten = std::max(forgotten, span.last_start);
      at = live_.erase(at);
    } else {
      ++at;
    }
  }
  forgotten_start_ = forgotten;
  forget_at_ = live_.size() + forget_every_;
}

void RegisterCheck::violate(std::string why) {
  if (violation_) return;
  violation_ = std::move(why);
  live_.clear();
  doubtful_.clear();
}

}  // namespace stalemate::real
