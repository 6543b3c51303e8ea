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

// Calls visit(unchanged, kept) for each lease of a server that a session has or sends along.
template <class Visit>
void Machine::each_lease(StateView words, const Server& server, const Visit& visit) const {
  const ServerId drawn = server.place().drawn;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const SessionFields& fields = sessions_[s];
    const InstructionId at = location(words, s).instruction;
    if (at != kNoInstruction && program_->operations[program_->instructions[at].operation].watched_in == drawn)
      visit(fields.unchanged, fields.kept);
    for (const Slots* requests : {&fields.slots, &fields.ghosts})
      for (const SessionFields::Slot& slot : *requests) {
        const std::uint64_t instruction = get(words, slot.instruction);
        if (instruction != 0 && program_->instructions[instruction - 1].server == drawn)
          visit(slot.unchanged, slot.kept);
      }
  }
}

// What replicas have, the leases included: bit n of `kept` is of the one that misses the last n + 1 commands.
void Machine::keep_leases(Step& step, const Server& server, Kept kept) const {
  if (!program_->leases || kept == Kept::kAsItWas) return;
  each_lease(step.words, server, [&](Field unchanged, Field field) {
    const std::uint64_t all = (std::uint64_t{1} << field.width) - 1;
    const std::uint64_t now = get(step.words, unchanged);
    set(step.words, field, kept == Kept::kAllAsNow ? now * all : (get(step.words, field) << 1 | now) & all);
  });
}

// A replica takes over: leases are data. All the others have then what it has.
void Machine::give_leases_back(Step& step, const Server& server, std::size_t missed) const {
  if (!program_->leases) return;
  each_lease(step.words, server, [&](Field unchanged, Field kept) {
    set(step.words, unchanged, get(step.words, kept) >> (missed - 1) & 1);
  });
  keep_leases(step, server, Kept::kAllAsNow);
}

// Whether whoever has a lease of the server would have it, or not, in both cases (Server::is_same_where_missed).
bool Machine::are_leases_same(StateView words, const Server& server, std::size_t fewer, std::size_t more) const {
  bool same = true;
  if (!program_->leases) return same;
  each_lease(words, server, [&](Field unchanged, Field kept) {
    const std::uint64_t now = fewer == 0 ? get(words, unchanged) : get(words, kept) >> (fewer - 1) & 1;
    same = same && now == (get(words, kept) >> (more - 1) & 1);
  });
  return same;
}

void Machine::forget_kept(Step& step) const {
  if (!program_->leases) return;
  for (const auto& server : servers_)
    each_lease(step.words, *server, [&](Field, Field kept) { set(step.words, kept, 0); });
}

// How many of the last commands a replica may have missed that takes over, as choices from 0: each that leads to
// something else than to miss fewer, or, where nobody watches anything, than none.
void Machine::push_failovers(StateView words, const Server& server, std::size_t most, bool watched,
                             std::vector<std::uint16_t>& choices) const {
  for (std::size_t missed = 1; missed <= most; ++missed) {
    bool is_another = true;
    for (std::size_t fewer = watched ? 1 : 0; fewer < missed && is_another; ++fewer)
      is_another = !server.is_same_where_missed(words, fewer, missed) || !are_leases_same(words, server, fewer, missed);
    if (is_another) choices.push_back(static_cast<std::uint16_t>(missed - 1));
  }
}

}  // namespace stalemate::model
