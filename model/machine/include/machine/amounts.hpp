// Values where Writes change what is there, as "n = n + 1" does: such a value says how often the change of each Write
// is in it, and nothing of how large a change is. Two are the same exactly if the same changes are in them equally
// often, in whichever order they came, so a change that was lost or made twice shows whatever the amounts are.
//
// An entry that is not there may be counted up, as by INCRBY: then it starts from 0, and it is taken that rows do, too.
#pragma once

#include <cstdint>
#include <vector>

namespace stalemate::model {

// The value that every key starts with, as people see it (the tutorial's stock).
inline constexpr std::int64_t kInitialValue = 1000;

class Amounts {
 public:
  // Nothing is changed so: value 0 is the initial one, and w what Write number w writes.
  Amounts() = default;
  // Each change is in a value at most `times_max` times. `from_zero`: rows start from 0.
  Amounts(unsigned writes, unsigned times_max, bool from_zero);

  bool any() const { return !changes_.empty(); }
  std::uint64_t values() const { return values_; }  // from 0, the initial one
  // Writes are numbered from 1. REQUIRES of those that ask about one: any().
  unsigned change_of(unsigned write) const { return changes_[write - 1]; }  // to be added to a value
  unsigned times(unsigned value, unsigned write) const { return value / changes_[write - 1] % base_; }
  unsigned writes() const { return static_cast<unsigned>(changes_.size()); }

  // As people see it: Write number w changes the initial value by 10^(w - 1), so the digits tell what is in a value.
  std::int64_t shown(unsigned value) const;
  std::int64_t shown_change(unsigned change) const;

 private:
  std::vector<unsigned> changes_;  // by Write
  unsigned base_ = 1;
  std::int64_t initial_ = kInitialValue;
  std::uint64_t values_ = 0;
};

}  // namespace stalemate::model
