#include "cells.hpp"

#include <algorithm>
#include <bit>

namespace stalemate::model {

bool Cell::is_there(StateView words) const {
  return get(words, value) != 0 || get(words, marker) != 0 || get(words, generation) != 0 || get(words, lease) != 0;
}

Held Cell::held(StateView words) const {
  return {value_in(words),      get(words, expires) != 0, get(words, marker) != 0, version_in(words),
          generation_in(words), get(words, stale) != 0,   get(words, lease) != 0};
}

void Cell::put(StateRef words, const Held& held) const {
  if (value.width != 0) set(words, value, held.value);
  if (expires.width != 0) set(words, expires, held.expires ? 1 : 0);
  if (marker.width != 0) set(words, marker, held.marker ? 1 : 0);
  if (version.width != 0) set(words, version, held.version);
  if (generation.width != 0) set(words, generation, held.generation);
  if (stale.width != 0) set(words, stale, held.stale ? 1 : 0);
  if (lease.width != 0) set(words, lease, held.lease ? 1 : 0);
}

Answer Cell::answer_to_get(StateView words) const {
  if (const CodedValue found = value_in(words); found != 0) return {Outcome::kValue, found, version_in(words)};
  return {get(words, marker) != 0 ? Outcome::kMarker : Outcome::kMiss, 0};
}

CellParts parts_of_cell(const ServerSetting& setting, ServerId cache, std::size_t entry) {
  const DrawnServer& drawn = setting.program.servers[cache];
  const auto any = [&](auto holds) {
    return std::any_of(setting.program.instructions.begin(), setting.program.instructions.end(),
                       [&](const Instruction& one) { return one.server == cache && puts(one, entry) && holds(one); });
  };
  CellParts parts;
  // Another cache may be the only one to have it.
  const bool asked = (drawn.entries >> entry & 1) != 0;
  const bool filled_for_a_time = setting.scenario.cached && (drawn.fills_expire >> entry & 1) != 0;
  parts.values = asked && !setting.program.entries[entry].markers;
  parts.expires = filled_for_a_time ||
                  any([](const Instruction& one) { return one.ttl != 0 && traces::facts_of(one.verb).puts(); });
  parts.markers = any([](const Instruction& one) { return traces::facts_of(one.verb).marks; });
  parts.versions = asked && setting.program.entries[entry].versioned;
  parts.generations = any([](const Instruction& one) { return traces::facts_of(one.verb).counts; });
  parts.stale = any([](const Instruction& one) { return one.verb == Verb::kMarkStale; });
  parts.leases = any([](const Instruction& one) { return one.watch == Watch::kLease; });
  return parts;
}

Cell lay_out_cell(const ServerSetting& setting, const CellParts& parts) {
  Cell cell;
  if (parts.values) cell.value = setting.layout.add(setting.scenario.values + std::uint64_t{1}, Meaning::kCoded);
  if (parts.expires) cell.expires = setting.layout.add(2);
  if (parts.markers) cell.marker = setting.layout.add(2);
  if (parts.versions) cell.version = setting.layout.add(setting.versions);
  if (parts.generations) cell.generation = setting.layout.add(setting.generations);
  if (parts.stale) cell.stale = setting.layout.add(2);
  if (parts.leases) cell.lease = setting.layout.add(2);
  return cell;
}

std::size_t put_by(const Instruction& instruction) {
  return instruction.verb == Verb::kDeleteAndCountUp ? instruction.other : instruction.entry;
}

bool puts(const Instruction& instruction, std::size_t entry) {
  return put_by(instruction) == entry || (instruction.also >> entry & 1) != 0;
}

void copy(StateRef words, const Cells& from, const Cells& to) {
  for (std::size_t cell = 0; cell < from.size(); ++cell) to[cell].put(words, from[cell].held(words));
}

bool same(StateView words, const Cells& one, const Cells& other) {
  return std::equal(one.begin(), one.end(), other.begin(),
                    [&](const Cell& a, const Cell& b) { return a.held(words) == b.held(words); });
}

void move_back(StateRef words, const std::vector<Cells>& behind) {
  for (std::size_t changes = behind.size(); changes-- > 1;) copy(words, behind[changes - 1], behind[changes]);
}

}  // namespace stalemate::model
