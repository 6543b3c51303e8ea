// First fit: a field goes into the first word that has room for it, so a layout depends on the order of asking alone.
#include "machine/layout.hpp"

#include <bit>

#include "base/invariant.hpp"

namespace stalemate::model {

Coherence coherence_of(StateView words, const StoreFields& fields) {
  Coherence found;
  for (const std::vector<StoreFields::Entry>& cache : fields.caches) {
    for (const StoreFields::Entry& entry : cache) {
      const std::uint64_t held = get(words, entry.value);
      if (held == 0) continue;
      found.any_cached = true;
      const bool stale = entry.stale.width != 0 && get(words, entry.stale) != 0;
      const bool leased = stale && get(words, entry.lease) != 0;
      const bool runs_out = leased && entry.runs_out;
      if (leased && !runs_out) found.refillable = false;
      if (held == get(words, fields.database[entry.row]) + 1 || (stale && !leased)) continue;
      found.coherent = false;
      if (get(words, entry.expires) == 0 && !runs_out) found.heals = false;
    }
  }
  return found;
}

unsigned LayoutBuilder::width_of(std::uint64_t values) {
  STALEMATE_INVARIANT(values >= 1, "a field has at least one value");
  return static_cast<unsigned>(std::bit_width(values - 1));
}

Field LayoutBuilder::add(std::uint64_t values, Meaning meaning) { return add_bits(width_of(values), meaning); }

Field LayoutBuilder::add_bits(unsigned width, Meaning meaning) {
  STALEMATE_INVARIANT(width <= 64, "a field fits a word");
  Field field;
  if (width > 0) {
    const bool in_room = width <= room_left_;
    const std::size_t word = in_room ? room_word_ : word_with_space(width);
    if (in_room) room_left_ -= width;
    field = {static_cast<std::uint16_t>(word), static_cast<std::uint8_t>(used_[word]),
             static_cast<std::uint8_t>(width)};
    used_[word] += width;
  }
  (owner_ ? sessions_[*owner_] : shared_).push_back({field, meaning});
  return field;
}

void LayoutBuilder::begin_session(std::size_t session, unsigned width) {
  if (sessions_.size() <= session) sessions_.resize(session + 1);
  owner_ = session;
  room_left_ = width <= 64 ? width : 0;
  if (room_left_ != 0) room_word_ = word_with_space(room_left_);
}

void LayoutBuilder::end_session() {
  owner_.reset();
  room_left_ = 0;
}

std::size_t LayoutBuilder::word_with_space(unsigned width) {
  std::size_t word = 0;
  while (word < used_.size() && used_[word] + width > 64) ++word;
  if (word == used_.size()) used_.push_back(0);
  return word;
}

}  // namespace stalemate::model
