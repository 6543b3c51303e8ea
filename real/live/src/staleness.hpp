// Stale reads of one key: those that returned a value older than one that was acknowledged before they were invoked.
// Value v is older than a write w if v was in force (acknowledged, or returned by a read) before w was invoked: what
// real time alone proves, so nothing is called stale wrongly. Remembers the values read last; what was superseded and
// not read for longer is forgotten, and a read of it is stale by at least the time since then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace stalemate::real {

class Staleness {
 public:
  explicit Staleness(std::int64_t initial, std::size_t remembered_max = 4096);

  struct Age {
    bool is_stale = false;
    bool is_bound = false;  // stale by at least so much
    std::int64_t by_ns = 0;
  };

  // A write was acknowledged; its invocation and completion as indices of events.
  void acknowledge(std::int64_t value, std::int64_t invoked, std::int64_t now, std::int64_t now_ns);
  // A read returned `value`. `is_first`: nobody read it before, and its write is under way or in doubt.
  struct Read {
    std::int64_t value = 0;
    bool is_first = false;
    std::int64_t invoked = 0;
    std::int64_t invoked_ns = 0;
    std::int64_t now = 0;
  };
  Age read(const Read& read);
  bool has_been_read(std::int64_t value) const;

 private:
  struct Superseded {
    std::int64_t since = 0;  // index of the event
    std::int64_t since_ns = 0;
    std::int64_t used = 0;  // index of the last event that named the value
  };
  void forget_unused();

  // I1: no value is in both.
  std::map<std::int64_t, std::int64_t> in_force_;  // value -> index of the event since which it is certainly in force
  std::map<std::int64_t, Superseded> superseded_;
  std::size_t remembered_max_;
  std::int64_t forgotten_value_;         // the greatest one
  std::int64_t forgotten_since_ns_ = 0;  // when the latest of them was superseded
};

}  // namespace stalemate::real
