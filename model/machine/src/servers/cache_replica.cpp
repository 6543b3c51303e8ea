// A replica of a cache, which is read: it has what its cache had some changes ago, and applies one change after the
// other, in order, each at any later moment. What is kept is how many changes it is behind, and what its cache had
// before each of them, the last first; where none is kept, it has each change in the step that makes it. It may be as
// many behind as it has room for: one more, and it applies the oldest first.
#include <algorithm>

#include "base/invariant.hpp"
#include "cells.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class CacheReplica final : public Server {
 public:
  CacheReplica(const Place& place, const ServerSetting& setting)
      : Server(place, static_cast<std::size_t>(setting.scenario.keys), setting.program.entries.size()),
        followed_(*place.follows) {
    behind_ = setting.layout.add(setting.behind + std::uint64_t{1});
    before_.resize(setting.behind);
    for (Cells& before : before_)
      for (std::size_t entry = 0; entry < entries(); ++entry) {
        const CellParts parts = parts_of_cell(setting, followed_.place().drawn, entry);
        for (int key = 0; key < setting.scenario.keys; ++key) before.push_back(lay_out_cell(setting, parts));
      }
  }

  Held held(StateView words, std::size_t cell) const override {
    const std::size_t changes = behind(words);
    return changes == 0 ? followed_.held(words, cell) : before_[changes - 1][cell].held(words);
  }

  bool has_versions(std::size_t entry) const override { return followed_.has_versions(entry); }

  Answer peek(StateView words, const Query& query) const override {
    STALEMATE_INVARIANT(query.instruction.verb == Verb::kGet && query.instruction.watch == Watch::kNothing,
                        "a replica of a cache is asked to get");
    const std::size_t changes = behind(words);
    if (changes == 0) return followed_.peek(words, query);
    return before_[changes - 1][cell_of(query.instruction.entry, query.key)].answer_to_get(words);
  }

  void carry_out(const ServerStep&, const Query&, const Answer&) const override {}

  Touches touches(const Instruction& instruction) const override {
    return {.reads = std::uint64_t{1} << instruction.entry, .writes = 0};
  }

  bool acts_freely() const override { return !before_.empty(); }

  void free_steps(StateView words, std::vector<std::uint16_t>& choices) const override {
    if (behind(words) != 0) choices.push_back(0);
  }

  void happen(const ServerStep& step, std::uint16_t) const override {
    const std::vector<Held> had = contents(step.words);
    forget_oldest(step.words, behind(step.words));
    tell_since(step, had);
  }

  std::vector<Field> busy() const override { return behind_.width == 0 ? std::vector<Field>{} : std::vector{behind_}; }

  void fall_behind(const ServerStep& step, const std::vector<Held>& before) const override {
    const std::size_t changes = behind(step.words);
    STALEMATE_INVARIANT(changes < before_.size() || before_.empty() || before_.size() == kBehindMax,
                        "only where more changes may be made than are kept is one applied before its time");
    const std::vector<Held> had = before_.empty() ? before : contents(step.words);
    if (!before_.empty()) {
      move_back(step.words, before_);
      for (std::size_t cell = 0; cell < cells(); ++cell) before_.front()[cell].put(step.words, before[cell]);
      set(step.words, behind_, std::min(changes + 1, before_.size()));
    }
    // One that could be no more behind is as far behind as before.
    if (changes == before_.size()) tell_since(step, had);
  }

  unsigned unapplied(StateView words) const override { return static_cast<unsigned>(behind(words)); }

  void catch_up(const ServerStep& step) const override {
    const std::vector<Held> had = contents(step.words);
    for (std::size_t changes = behind(step.words); changes > 0; --changes) forget_oldest(step.words, changes);
    tell_since(step, had);
  }

 private:
  std::size_t behind(StateView words) const { return get(words, behind_); }

  void tell_since(const ServerStep& step, const std::vector<Held>& had) const {
    for (std::size_t cell = 0; cell < cells() && step.record != nullptr; ++cell)
      if (const Held has = held(step.words, cell); has != had[cell]) tell_change(step, cell, had[cell], has);
  }

  // It is `changes` behind, and one less from now on.
  void forget_oldest(StateRef words, std::size_t changes) const {
    for (const Cell& cell : before_[changes - 1]) cell.put(words, {});
    set(words, behind_, changes - 1);
  }

  const Server& followed_;
  Field behind_;               // how many changes
  std::vector<Cells> before_;  // what the followed had before its last change, before the one before that, and so on
};

}  // namespace

std::unique_ptr<const Server> cache_replica(const Place& place, const ServerSetting& setting) {
  return std::make_unique<CacheReplica>(place, setting);
}

}  // namespace stalemate::model
