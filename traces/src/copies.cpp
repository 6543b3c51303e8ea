// Which copy of a request each message is. Copies of one request are alike, so that a state does not say which of them
// it has; the steps before it do: the first copy made is copy 1, and of several ghosts the lowest is handled first.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces {
void CopyNumbers::start(State& initial) {
  for (const InFlight& message : initial.in_flight) {
    if (!message.is_ghost) continue;
    Ghosts& ghosts = of(message);
    ghosts.in_flight.push_back(ghosts.in_flight.empty() ? 0 : ++ghosts.made);
  }
  number(initial);
}

void CopyNumbers::take(Step& step) {
  step.copy = 0;
  for (Ghosts& ghosts : known_) keep(ghosts, step);
  for (const InFlight& message : step.after.in_flight)
    if (message.is_ghost) keep(of(message), step);
  number(step.after);
}

void CopyNumbers::number(State& state) {
  std::vector<std::pair<MessageId, std::size_t>> seen;
  for (InFlight& message : state.in_flight) {
    message.copy = 0;
    if (!message.is_ghost) continue;
    const Ghosts& ghosts = of(message);
    auto alike = std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s.first == ghosts.request; });
    if (alike == seen.end()) alike = seen.insert(alike, {ghosts.request, 0});
    message.copy = ghosts.in_flight[alike->second++];
  }
}

CopyNumbers::Ghosts& CopyNumbers::of(const InFlight& message) {
  const MessageId request = id_of(message).original();
  const auto found =
      std::find_if(known_.begin(), known_.end(), [&](const Ghosts& ghosts) { return ghosts.request == request; });
  return found != known_.end() ? *found : known_.emplace_back(Ghosts{request, {}, 0});
}

// After the step as many are in flight as its state says.
void CopyNumbers::keep(Ghosts& ghosts, Step& step) {
  const auto count = static_cast<std::size_t>(std::count_if(
      step.after.in_flight.begin(), step.after.in_flight.end(),
      [&](const InFlight& message) { return message.is_ghost && id_of(message).original() == ghosts.request; }));
  std::vector<int>& numbers = ghosts.in_flight;
  while (numbers.size() > count) {
    if (step.is_ghost && id_of(step).original() == ghosts.request) step.copy = numbers.front();
    numbers.erase(numbers.begin());
  }
  while (numbers.size() < count) {
    // What a ghost makes a server ask is beside what the request itself makes it ask.
    const bool is_copy = facts_of(step.kind).effect == StepEffect::kCopied || step.is_ghost ||
                         (!numbers.empty() && numbers.front() == 0);
    numbers.insert(is_copy ? numbers.end() : numbers.begin(), is_copy ? ++ghosts.made : 0);
  }
}

// The highest number in flight.
MessageId copy_made(const Step& step) { return latest_copy(step.after, id_of(step)); }

MessageId latest_copy(const State& state, MessageId id) {
  for (const InFlight& message : state.in_flight) {
    if (id_of(message).original() == id.original()) id.copy = std::max(id.copy, message.copy);
  }
  return id;
}

void number_copies(Trace& trace) {
  CopyNumbers numbers;
  numbers.start(trace.initial);
  for (Step& step : trace.steps) numbers.take(step);
}

}  // namespace stalemate::traces
