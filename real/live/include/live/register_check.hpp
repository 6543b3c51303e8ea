// Is the history of one key that of one register? Exact, by the test of P. Gibbons and E. Korach, "Testing Shared
// Memories", SIAM J. Comput. 26(4), 1997, for registers whose writes all write different values; in a form that takes
// the events as they come and forgets what can no longer matter, so that memory is bounded by what is under way at a
// time and by the writes in doubt that nobody has read.
//
// The test: the operations of a value are its write and the reads that returned it. Let f(v) be the first completion of
// one of them and s(v) the last invocation. Value a must come before b if f(a) < s(b): one of a's operations was over
// when one of b's began. The history is linearizable iff every read follows the start of the write whose value it
// returns and no two values must come before each other. (In Gibbons and Korach's words: no two forward zones overlap
// and no forward zone contains a backward zone.) A write in doubt completes at infinity if it was read and never was if
// not.
//
// REQUIRES of the history: the values written to a key increase in the order of invocation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace stalemate::real {

class RegisterCheck {
 public:
  // Times are the events' indices in the history, from 0: a total order.
  using Moment = std::int64_t;

  // `forget_every`: how many more values may be remembered before it is asked which are settled; changes no verdict.
  explicit RegisterCheck(std::int64_t initial, std::size_t forget_every = 32);

  void invoke_read(Moment now);
  // Throws InputError that begins with `place` unless `value` is greater than all written before.
  void invoke_write(std::int64_t value, Moment now, const std::string& place);

  // `invoked`: when the operation that completes was invoked.
  void read_ok(std::int64_t value, Moment invoked, Moment now);
  void read_unknown(Moment invoked);  // a read that failed or whose end nobody knows says nothing
  void write_ok(std::int64_t value, Moment invoked, Moment now);
  void write_failed(std::int64_t value, Moment invoked);
  void write_in_doubt(std::int64_t value, Moment invoked);

  bool is_linearizable() const { return !violation_; }
  // Why not, at the first completion that showed it: a clause such as "it returned 7, which no write had written yet".
  const std::optional<std::string>& violation() const { return violation_; }
  // How many values are remembered: for tests of the bound.
  std::size_t size() const { return live_.size() + doubtful_.size(); }

 private:
  static constexpr Moment kNever = INT64_MAX;
  struct Span {
    Moment first_end = kNever;  // f
    Moment last_start = 0;      // s
  };

  void complete(std::int64_t value, Moment invoked, Moment now);
  void forget_settled();
  void violate(std::string why);

  // I1: a value is in `live_` from its write's invocation until it is settled, failed or in doubt and unread.
  // I2: no two values of live_ must come before each other, as long as there is no violation.
  std::map<std::int64_t, Span> live_;
  std::map<std::int64_t, Moment> doubtful_;  // value -> invocation
  std::multiset<Moment> under_way_;          // invocations of operations that have not completed
  Moment forgotten_start_ = -1;              // the greatest s among forgotten values
  std::int64_t greatest_;                    // value written so far
  std::size_t forget_every_;
  std::size_t forget_at_;  // size of live_ at which to ask
  std::optional<std::string> violation_;
};

}  // namespace stalemate::real
