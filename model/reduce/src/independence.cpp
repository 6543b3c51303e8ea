// What each request touches, by the program; what may follow it, by a fixed point over that table; and the
// comparison of one session's present with all the others' futures.
#include "reduce/independence.hpp"

#include <algorithm>
#include <bit>

#include "base/invariant.hpp"

namespace stalemate::model {
void Independence::Accesses::add(const Accesses& other) {
  for (std::size_t server = 0; server < kServersMax; ++server) {
    reads[server] |= other.reads[server];
    writes[server] |= other.writes[server];
  }
  budgets |= other.budgets;
  events |= other.events;
}

void Independence::Touch::add(const Touch& other) {
  for (std::size_t server = 0; server < kServersMax; ++server) {
    reads[server] |= other.reads[server];
    writes[server] |= other.writes[server];
  }
  budgets |= other.budgets;
  events |= other.events;
}

Independence::Accesses Independence::Touch::at(std::uint64_t keys) const {
  Accesses accesses;
  for (std::size_t server = 0; server < kServersMax; ++server) {
    if (reads[server]) accesses.reads[server] = keys;
    if (writes[server]) accesses.writes[server] = keys;
  }
  accesses.budgets = budgets;
  accesses.events = events;
  return accesses;
}

Independence::Independence(const Machine& machine) : machine_(machine) {
  const Program& program = machine.program();
  events_matter_ = std::any_of(machine.properties().begin(), machine.properties().end(),
                               [](const PropertyKind* kind) { return kind->hears_events; });
  for (std::size_t instruction = 0; instruction < program.instructions.size(); ++instruction) {
    Touch touch = touch_of(program.instructions[instruction]);
    touch.budgets = machine.budgets_covering(static_cast<InstructionId>(instruction));
    handling_.push_back(touch);
  }
  // The least fixed point: what follows a request is what follows any transition from it.
  onwards_ = handling_;
  const auto add_way = [&](Touch& touch, const Transition& transition) {
    touch.add(touch_of(transition));
    for (const Effect& effect : transition.effects)
      if (effect.kind == EffectKind::kSendAsync) touch.add(handling_[effect.instruction]);
    if (transition.next != kNoInstruction) touch.add(onwards_[transition.next]);
  };
  // A chain of requests is no longer than the table.
  for (std::size_t round = 0; round < program.instructions.size(); ++round)
    for (std::size_t instruction = 0; instruction < program.instructions.size(); ++instruction)
      for (const std::vector<Transition>& transitions : program.instructions[instruction].after)
        for (const Transition& transition : transitions) add_way(onwards_[instruction], transition);

  constexpr auto kTimeout = static_cast<std::size_t>(Outcome::kTimeout);
  received_.resize(program.locations.size());
  after_.resize(program.locations.size());
  for (std::size_t location = 0; location < program.locations.size(); ++location) {
    const Location& at = program.locations[location];
    if (at.instruction == kNoInstruction || !at.is_reply) continue;
    const Instruction& instruction = program.instructions[at.instruction];
    received_[location].budgets = after_[location].budgets = handling_[at.instruction].budgets;
    // A database write that is answered, or in doubt, is an event.
    const bool write = events_matter_ && instruction.commits;
    received_[location].events = after_[location].events = write;
    for (const std::size_t outcome : {static_cast<std::size_t>(at.outcome), kTimeout}) {
      for (const Transition& transition : instruction.after[outcome]) {
        received_[location].add(touch_of(transition));
        add_way(after_[location], transition);
      }
    }
  }

  for (const Session& session : machine.scenario().sessions) {
    std::vector<Accesses> to_come(session.operations.size() + 1);
    for (std::size_t i = session.operations.size(); i-- > 0;) {
      const ScriptedOperation& operation = session.operations[i];
      Touch touch;
      touch.events = events_matter_;
      for (const std::uint16_t candidate : operation.candidates)
        for (const Transition& transition : program.operations[candidate].start) add_way(touch, transition);
      const std::uint64_t keys =
          operation.key == kAnyKey ? ~std::uint64_t{0} : std::uint64_t{1} << static_cast<unsigned>(operation.key);
      to_come[i] = to_come[i + 1];
      to_come[i].add(touch.at(keys));
    }
    to_come_.push_back(std::move(to_come));
  }
}

// Handled at the server, and received or lost by the session, now or later.
Independence::Touch Independence::touch_of(const Instruction& instruction) const {
  Touch touch;
  const Touches touches = machine_.servers()[instruction.server]->touches(instruction);
  touch.reads[instruction.server] = touches.reads;
  touch.writes[instruction.server] = touches.writes;
  touch.events = events_matter_ && instruction.commits;
  for (const std::vector<Transition>& transitions : instruction.after)
    for (const Transition& transition : transitions) touch.add(touch_of(transition));
  return touch;
}

Independence::Touch Independence::touch_of(const Transition& transition) const {
  Touch touch;
  const bool told = std::any_of(transition.effects.begin(), transition.effects.end(),
                                [](const Effect& effect) { return effect.kind == EffectKind::kAcknowledge; });
  touch.events = events_matter_ && (told || transition.next == kNoInstruction);
  return touch;
}

Independence::Accesses Independence::in_slots(const std::uint64_t* words, std::size_t session) const {
  Accesses accesses;
  if (machine_.program().has_async)
    for (const RequestRecord& request : machine_.in_slots(words, session))
      accesses.add(handling_[request.instruction].at(std::uint64_t{1} << request.key));
  return accesses;
}

// What a session's next steps may touch.
Independence::Accesses Independence::present(const std::uint64_t* words, std::size_t session) const {
  Accesses accesses = in_slots(words, session);
  const Location& at = machine_.location(words, session);
  if (at.instruction == kNoInstruction) {
    accesses.events |= events_matter_;  // of an invoke
    return accesses;
  }
  const Touch& touch = at.is_reply ? received_[machine_.program_counter(words, session)] : handling_[at.instruction];
  accesses.add(touch.at(std::uint64_t{1} << machine_.key(words, session)));
  return accesses;
}

// What a session's steps may touch from now on.
Independence::Accesses Independence::future(const std::uint64_t* words, std::size_t session) const {
  Accesses accesses = to_come_[session][machine_.invoked(words, session)];
  accesses.add(in_slots(words, session));
  const Location& at = machine_.location(words, session);
  if (at.instruction == kNoInstruction) return accesses;
  const Touch& touch = at.is_reply ? after_[machine_.program_counter(words, session)] : onwards_[at.instruction];
  accesses.add(touch.at(std::uint64_t{1} << machine_.key(words, session)));
  return accesses;
}

bool Independence::conflict(const Accesses& a, const Accesses& b, std::uint64_t budgets) {
  for (std::size_t server = 0; server < kServersMax; ++server) {
    if ((a.writes[server] & (b.reads[server] | b.writes[server])) != 0) return true;
    if ((a.reads[server] & b.writes[server]) != 0) return true;
  }
  return (a.budgets & b.budgets & budgets) != 0 || (a.events && b.events);
}

std::uint64_t Independence::needed(const std::uint64_t* words) const {
  const std::size_t count = to_come_.size();
  std::array<Accesses, kSessionsMax> presents;
  std::array<Accesses, kSessionsMax> futures;
  for (std::size_t s = 0; s < count; ++s) {
    presents[s] = present(words, s);
    futures[s] = future(words, s);
  }
  const std::uint64_t budgets = machine_.budgets_left(words);
  const std::uint64_t all = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  std::uint64_t smallest = all;
  for (std::size_t start = 0; start < count; ++start) {
    if (!machine_.in_flight(words, start)) continue;
    // Closed under: whoever may ever conflict with what the set can do now.
    std::uint64_t set = std::uint64_t{1} << start;
    for (std::uint64_t unseen = set; unseen != 0 && std::popcount(set) < std::popcount(smallest);) {
      const auto member = static_cast<std::size_t>(std::countr_zero(unseen));
      unseen &= unseen - 1;
      for (std::size_t other = 0; other < count; ++other) {
        const std::uint64_t bit = std::uint64_t{1} << other;
        if ((set & bit) != 0 || !conflict(presents[member], futures[other], budgets)) continue;
        set |= bit;
        unseen |= bit;
      }
    }
    if (std::popcount(set) < std::popcount(smallest)) smallest = set;
  }
  return smallest;
}

}  // namespace stalemate::model
