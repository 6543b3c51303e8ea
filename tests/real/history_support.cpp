// See history_support.hpp.
#include "real/history_support.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace stalemate::real::support {
namespace {

// Invocations in the order of the list, 100 moments apart, so that there is room between them; lengths are drawn.
// Values are 1, 2, ... in the order of invocation, as the check requires. Moments differ: invocations are multiples of
// 100, completions are no multiple, and effects lie between.
std::vector<Operation> overlapping(int operations_max) {
  const int count = *rc::gen::inRange(0, operations_max + 1);
  std::vector<Operation> operations;
  std::set<std::int64_t> taken;
  std::int64_t value = 0;
  for (int i = 0; i < count; ++i) {
    Operation operation;
    operation.is_write = *rc::gen::inRange(0, 2) == 0;
    operation.invoked = std::int64_t{i} * 100;
    operation.completed = operation.invoked + *rc::gen::inRange<std::int64_t>(1, 450);
    while (operation.completed % 100 == 0 || taken.contains(operation.completed)) ++operation.completed;
    taken.insert(operation.completed);
    const int fate = *rc::gen::inRange(0, 10);
    operation.end = fate == 0 ? End::kFailed : fate == 1 ? End::kInDoubt : End::kOk;
    if (operation.is_write) operation.value = ++value;
    operations.push_back(operation);
  }
  return operations;
}

}  // namespace

std::vector<Moment> moments(const std::vector<Operation>& operations) {
  std::vector<Moment> all;
  for (const Operation& operation : operations) {
    all.push_back({operation.invoked, &operation, false});
    all.push_back({operation.completed, &operation, true});
  }
  std::sort(all.begin(), all.end(), [](const Moment& a, const Moment& b) { return a.now < b.now; });
  return all;
}

rc::Gen<std::vector<Operation>> register_history(int operations_max) {
  return rc::gen::exec([operations_max] {
    std::vector<Operation> operations = overlapping(operations_max);
    std::multimap<std::int64_t, Operation*> effects;
    for (Operation& operation : operations) {
      const std::int64_t length = operation.completed - operation.invoked;
      if (operation.is_write && operation.end == End::kFailed) continue;
      if (operation.is_write && operation.end == End::kInDoubt) {
        if (*rc::gen::inRange(0, 3) == 0) continue;  // never
        effects.emplace(operation.invoked + *rc::gen::inRange<std::int64_t>(0, 2000), &operation);
      } else {
        effects.emplace(operation.invoked + *rc::gen::inRange<std::int64_t>(0, length), &operation);
      }
    }
    std::int64_t value = 0;
    for (const auto& [moment, operation] : effects) {
      if (operation->is_write) {
        value = operation->value;
      } else {
        operation->value = value;
      }
    }
    return operations;
  });
}

rc::Gen<std::vector<Operation>> any_history(int operations_max) {
  return rc::gen::exec([operations_max] {
    std::vector<Operation> operations = overlapping(operations_max);
    const auto writes =
        std::count_if(operations.begin(), operations.end(), [](const Operation& o) { return o.is_write; });
    for (Operation& operation : operations)
      if (!operation.is_write) operation.value = *rc::gen::inRange<std::int64_t>(0, writes + 1);
    return operations;
  });
}

std::vector<HistoryEvent> events(const std::vector<Operation>& operations) {
  std::vector<HistoryEvent> lines;
  for (const Moment& moment : moments(operations)) {
    const Operation& operation = *moment.operation;
    HistoryEvent event;
    event.index = moment.now;
    event.time_ns = moment.now * 1'000'000;
    event.process = static_cast<int>(&operation - operations.data());
    event.function = operation.is_write ? EventFunction::kWrite : EventFunction::kRead;
    event.key = 1;
    if (moment.is_end) {
      event.type = operation.end == End::kOk       ? EventType::kOk
                   : operation.end == End::kFailed ? EventType::kFail
                                                   : EventType::kInfo;
    }
    if (operation.is_write || event.type == EventType::kOk) event.value = operation.value;
    lines.push_back(event);
  }
  return lines;
}

HistorySetup setup_for(const std::vector<Operation>& operations) {
  HistorySetup setup;
  setup.scenario = "before";
  setup.servers = "none";
  setup.readers = static_cast<int>(operations.size());
  setup.fail = "0%";
  setup.lost_reply = "0%";
  setup.keys = 1;
  setup.check_every_ns = 100'000'000;
  return setup;
}

}  // namespace stalemate::real::support
