// Cells of a cache: what it has of one entry of one row, a value, a marker (a lock, a stamp, a tombstone) or nothing;
// and what a get is answered of it. A replica of a cache keeps cells of the same kind, as they were some changes ago.
#pragma once

#include <cstddef>
#include <vector>

#include "machine/layout.hpp"
#include "machine/server.hpp"

namespace stalemate::model {

// Where a cell stands. A field that the program never fills has no room, and reads 0.
struct Cell {
  Field value;  // 0, else value + 1
  Field expires;
  Field marker;
  Field version;
  Field generation;
  Field stale, lease;

  CodedValue value_in(StateView words) const { return static_cast<CodedValue>(get(words, value)); }
  unsigned version_in(StateView words) const { return static_cast<unsigned>(get(words, version)); }
  unsigned generation_in(StateView words) const { return static_cast<unsigned>(get(words, generation)); }
  bool is_there(StateView words) const;
  Held held(StateView words) const;
  void put(StateRef words, const Held& held) const;
  Answer answer_to_get(StateView words) const;  // one that takes no lease
};

// What some request may put into a cell of an entry of a cache.
struct CellParts {
  bool values = false;
  bool expires = false;
  bool markers = false;
  bool versions = false;
  bool generations = false;
  bool stale = false;
  bool leases = false;
};
CellParts parts_of_cell(const ServerSetting& setting, ServerId cache, std::size_t entry);
Cell lay_out_cell(const ServerSetting& setting, const CellParts& parts);

// Where what a request puts goes: its entry, or the one whose generation it counts up; whether it goes to this one.
std::size_t put_by(const Instruction& instruction);
bool puts(const Instruction& instruction, std::size_t entry);

// All that a cache has (machine/server.hpp says in which order), now or some changes ago.
using Cells = std::vector<Cell>;
void copy(StateRef words, const Cells& from, const Cells& to);
bool same(StateView words, const Cells& one, const Cells& other);
// Of what a cache had before its last change, before the one before that, and so on: what each says is said by the next
// from now on, and the first is to be put anew.
void move_back(StateRef words, const std::vector<Cells>& behind);

}  // namespace stalemate::model
