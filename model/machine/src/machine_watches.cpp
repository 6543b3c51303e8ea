// What sessions watch in a cache, and what makes them watch in vain: a change of it; of leases also that a replica
// takes over.
#include "machine/machine.hpp"

namespace stalemate::model {

// Whoever watches one of these cells, by a request on its way or before it sends one, will not find it unchanged.
void Machine::forget_watches(Step& step, const Server& server, std::uint64_t cells) const {
  if (cells == 0) return;
  const auto touched = [&](std::size_t s, ServerId asked, std::size_t entry, std::uint64_t key) {
    const Place& place = server.place();
    const bool its_own = place.app == 0 || place.app == scenario_.sessions[s].app;
    return its_own && asked == place.drawn && (cells >> server.cell_of(entry, key) & 1) != 0;
  };
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const SessionFields& fields = sessions_[s];
    if (get(step.words, fields.unchanged) != 0) {
      const Instruction& at = program_->instructions[location(step.words, s).instruction];
      const ProgramOperation& operation = program_->operations[at.operation];
      if (touched(s, operation.watched_in, operation.watched, key(step.words, s))) set(step.words, fields.unchanged, 0);
    }
    for (const Slots* requests : {&fields.slots, &fields.ghosts})
      for (const SessionFields::Slot& slot : *requests) {
        if (get(step.words, slot.unchanged) == 0) continue;
        const Instruction& asks = program_->instructions[get(step.words, slot.instruction) - 1];
        if (touched(s, asks.server, asks.entry, get(step.words, slot.key))) set(step.words, slot.unchanged, 0);
      }
  }
}

void Machine::forget_watch(Step& step, std::size_t session) const {
  set(step.words, sessions_[session].unchanged, 0);
  set(step.words, sessions_[session].kept, 0);
}

// Calls visit(unchanged, kept) for each lease that a session has or sends along.
template <class Visit>
void Machine::each_lease(StateView words, const Visit& visit) const {
  for (const SessionFields& fields : sessions_) {
    visit(fields.unchanged, fields.kept);
    for (const Slots* requests : {&fields.slots, &fields.ghosts})
      for (const SessionFields::Slot& slot : *requests)
        if (get(words, slot.instruction) != 0) visit(slot.unchanged, slot.kept);
  }
}

// What the replica has, the leases included, is what there was before the command that is carried out.
void Machine::keep_leases(Step& step) const {
  if (!program_->leases) return;
  each_lease(step.words, [&](Field unchanged, Field kept) { set(step.words, kept, get(step.words, unchanged)); });
}

// The replica takes over: leases are data.
void Machine::give_leases_back(Step& step) const {
  if (!program_->leases) return;
  each_lease(step.words, [&](Field unchanged, Field kept) { set(step.words, unchanged, get(step.words, kept)); });
}

void Machine::forget_kept(Step& step) const {
  if (!program_->leases) return;
  each_lease(step.words, [&](Field, Field kept) { set(step.words, kept, 0); });
}

}  // namespace stalemate::model
