// The register check against a slow, independent one that tries every order, on small random histories, right and wrong
// ones; and what it does with planted faults, with writes in doubt, and with memory.
#include "live/register_check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "real/history_support.hpp"

namespace stalemate::real {
namespace {

using support::End;
using support::Operation;

// Wing and Gong's definition, tried directly: some order of the operations, with any choice of those in doubt, respects
// real time and reads what was written last.
bool is_linearizable_by_trying(const std::vector<Operation>& operations, std::vector<bool>& is_done, std::int64_t now) {
  bool is_over = true;
  std::int64_t first_end = INT64_MAX;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (is_done[i] || operations[i].end != End::kOk) continue;
    is_over = false;
    first_end = std::min(first_end, operations[i].completed);
  }
  if (is_over) return true;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& next = operations[i];
    const bool may_happen = next.end == End::kOk || (next.end == End::kInDoubt && next.is_write);
    if (is_done[i] || !may_happen || next.invoked > first_end) continue;
    if (!next.is_write && next.value != now) continue;
    is_done[i] = true;
    if (is_linearizable_by_trying(operations, is_done, next.is_write ? next.value : now)) return true;
    is_done[i] = false;
  }
  return false;
}

bool is_linearizable_by_trying(const std::vector<Operation>& operations) {
  std::vector<bool> is_done(operations.size(), false);
  return is_linearizable_by_trying(operations, is_done, 0);
}

RegisterCheck checked(const std::vector<Operation>& operations, std::size_t forget_every = 32) {
  RegisterCheck check(0, forget_every);
  for (const auto& [now, operation, is_end] : support::moments(operations)) {
    const Operation& it = *operation;
    if (!is_end) {
      it.is_write ? check.invoke_write(it.value, now, "test") : check.invoke_read(now);
    } else if (!it.is_write) {
      it.end == End::kOk ? check.read_ok(it.value, it.invoked, now) : check.read_unknown(it.invoked);
    } else if (it.end == End::kOk) {
      check.write_ok(it.value, it.invoked, now);
    } else {
      it.end == End::kFailed ? check.write_failed(it.value, it.invoked) : check.write_in_doubt(it.value, it.invoked);
    }
  }
  return check;
}

Operation write_of(std::int64_t value, std::int64_t from, std::int64_t to, End end = End::kOk) {
  return {.is_write = true, .value = value, .invoked = from, .completed = to, .end = end};
}
Operation read_of(std::int64_t value, std::int64_t from, std::int64_t to) {
  return {.is_write = false, .value = value, .invoked = from, .completed = to, .end = End::kOk};
}

RC_GTEST_PROP(RegisterCheck, agrees_with_trying_every_order_on_small_histories_with_any_values, ()) {
  for (int i = 0; i < 50; ++i) {
    const std::vector<Operation> operations = *support::any_history(8);
    const bool expected = is_linearizable_by_trying(operations);
    RC_ASSERT(checked(operations).is_linearizable() == expected);
    RC_ASSERT(checked(operations, 1).is_linearizable() == expected);
  }
}

RC_GTEST_PROP(RegisterCheck, agrees_with_trying_every_order_when_one_read_of_a_correct_history_is_changed, ()) {
  for (int i = 0; i < 20; ++i) {
    std::vector<Operation> operations = *support::register_history(14);
    const std::int64_t changed = *rc::gen::inRange<std::int64_t>(0, 8);
    const auto read =
        std::find_if(operations.rbegin(), operations.rend(), [](const Operation& o) { return !o.is_write; });
    if (read != operations.rend()) read->value = changed;
    const bool expected = is_linearizable_by_trying(operations);
    RC_ASSERT(checked(operations).is_linearizable() == expected);
    RC_ASSERT(checked(operations, 1).is_linearizable() == expected);
  }
}

// RapidCheck tries a hundred times: 1,000 histories.
RC_GTEST_PROP(RegisterCheck, calls_none_of_ten_histories_of_a_real_register_wrong, ()) {
  for (int i = 0; i < 10; ++i) {
    const std::vector<Operation> operations = *support::register_history(300);
    RC_ASSERT(!checked(operations).violation());
    RC_ASSERT(!checked(operations, 1).violation());
  }
}

TEST(RegisterCheck, a_planted_stale_read_is_wrong) {
  EXPECT_TRUE(checked({write_of(1, 0, 1), write_of(2, 2, 3), read_of(2, 4, 5)}).is_linearizable());
  const RegisterCheck check = checked({write_of(1, 0, 1), write_of(2, 2, 3), read_of(1, 4, 5)});
  EXPECT_FALSE(check.is_linearizable());
  EXPECT_EQ(check.violation(), "1 must come before 2, and 2 before 1");
}

TEST(RegisterCheck, a_planted_lost_write_is_wrong) {
  EXPECT_FALSE(checked({write_of(1, 0, 1), read_of(0, 2, 3)}).is_linearizable()) << "1 was acknowledged and is gone";
}

TEST(RegisterCheck, reads_of_values_new_then_old_are_wrong_without_any_write_acknowledged) {
  EXPECT_FALSE(checked({write_of(1, 0, 9), read_of(1, 1, 2), read_of(0, 3, 4)}).is_linearizable());
  EXPECT_TRUE(checked({write_of(1, 0, 9), read_of(0, 1, 2), read_of(1, 3, 4)}).is_linearizable());
}

TEST(RegisterCheck, a_write_in_doubt_may_take_effect_late_or_never_but_only_once) {
  const Operation doubt = write_of(1, 0, 1, End::kInDoubt);
  EXPECT_TRUE(checked({doubt, read_of(0, 2, 3)}).is_linearizable());
  EXPECT_TRUE(checked({doubt, read_of(0, 2, 3), read_of(1, 4, 5)}).is_linearizable());
  EXPECT_FALSE(checked({doubt, read_of(1, 2, 3), read_of(0, 4, 5)}).is_linearizable());
}

TEST(RegisterCheck, a_read_of_a_failed_write_or_of_one_not_yet_invoked_is_wrong) {
  EXPECT_FALSE(checked({write_of(1, 0, 1, End::kFailed), read_of(1, 2, 3)}).is_linearizable());
  EXPECT_FALSE(checked({read_of(1, 0, 1), write_of(1, 2, 3)}).is_linearizable());
}

TEST(RegisterCheck, a_value_forgotten_long_ago_is_still_wrong_when_it_is_read) {
  std::vector<Operation> operations;
  for (std::int64_t i = 1; i <= 1000; ++i) operations.push_back(write_of(i, 2 * i, 2 * i + 1));
  EXPECT_TRUE(checked(operations).is_linearizable());
  operations.push_back(read_of(3, 5000, 5001));
  EXPECT_FALSE(checked(operations).is_linearizable());
}

TEST(RegisterCheck, remembers_no_more_for_a_hundred_thousand_writes_than_for_a_hundred) {
  RegisterCheck check(0);
  std::size_t most = 0;
  for (std::int64_t i = 1; i <= 100'000; ++i) {
    check.invoke_write(i, 4 * i, "test");
    check.write_ok(i, 4 * i, 4 * i + 1);
    check.invoke_read(4 * i + 2);
    check.read_ok(i, 4 * i + 2, 4 * i + 3);
    most = std::max(most, check.size());
  }
  EXPECT_TRUE(check.is_linearizable());
  EXPECT_LE(most, 64U);
}

TEST(RegisterCheck, refuses_values_that_do_not_increase) {
  RegisterCheck check(5);
  EXPECT_THROW(check.invoke_write(5, 0, "run.jsonl:2"), InputError);
}

}  // namespace
}  // namespace stalemate::real
