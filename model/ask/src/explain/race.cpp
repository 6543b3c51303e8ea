// The racing pair: every candidate is put to the test by running the trace again with the other order.
#include <algorithm>
#include <utility>

#include "explain/parts.hpp"

namespace stalemate::model::explaining {
namespace {

struct Choice {
  Action action;
  traces::Step told;
};

std::vector<Choice> choices_in(const Machine& machine, const Words& words) {
  std::vector<Action> actions;
  machine.actions(words.data(), actions);
  std::vector<Choice> choices;
  Words after;
  for (const Action& action : actions) choices.push_back({action, try_step(machine, words, action, after)});
  return choices;
}

bool goes_by_itself(const Action& action) {
  return action.kind != ActionKind::kInvoke && action.kind != ActionKind::kFault && action.kind != ActionKind::kExpire;
}

// The trace, and after its end what happens by itself.
Path followed_to_rest(const Subject& subject) {
  Path path = subject.path;
  while (true) {
    std::vector<Action> actions;
    subject.machine.actions(path.states.back().data(), actions);
    const auto next = std::find_if(actions.begin(), actions.end(), goes_by_itself);
    if (next == actions.end()) return path;
    path.take(subject.machine, *next);
  }
}

bool changes_store(const Machine& machine, const Words& before, const Words& after) {
  for (const auto& server : machine.servers())
    for (std::size_t cell = 0; cell < server->cells(); ++cell) {
      Held was = server->held(before.data(), cell);
      const Held is = server->held(after.data(), cell);
      was.expires = is.expires;  // when it expires is no change
      if (was != is) return true;
    }
  return false;
}

bool is_candidate(const Machine& machine, const Path& path, std::size_t a, std::size_t b) {
  const traces::Step& first = path.told[a];
  const traces::Step& second = path.told[b];
  if (!traces::carries_out(first.kind) || !traces::carries_out(second.kind)) return false;
  const bool in_turn = first.app == second.app && first.session == second.session;
  if (in_turn && !first.is_ghost && !second.is_ghost) return false;
  if (first.request->to != second.request->to || first.key != second.key) return false;
  return changes_store(machine, path.states[a], path.states[a + 1]) ||
         changes_store(machine, path.states[b], path.states[b + 1]);
}

// The run in which step `a` of `path` comes after step `b`; none where b does not happen then, or something breaks.
// REQUIRES: the first `a` steps break nothing.
std::optional<std::vector<Action>> reversed(const Machine& machine, const Path& path, std::size_t a, std::size_t b) {
  std::vector<bool> taken(path.told.size());
  std::fill_n(taken.begin(), a, true);
  std::vector<Action> actions;
  Words words = path.states[a];
  while (true) {
    std::vector<Choice> choices = choices_in(machine, words);
    if (!taken[b]) std::erase_if(choices, [&](const Choice& choice) { return same_step(choice.told, path.told[a]); });
    auto next = choices.end();
    for (std::size_t i = a; i < taken.size() && next == choices.end(); ++i) {
      if (taken[i]) continue;
      next = std::find_if(choices.begin(), choices.end(),
                          [&](const Choice& choice) { return same_step(choice.told, path.told[i]); });
      if (next != choices.end()) taken[i] = true;
    }
    if (next == choices.end())
      next = std::find_if(choices.begin(), choices.end(),
                          [](const Choice& choice) { return goes_by_itself(choice.action); });
    if (next == choices.end()) break;
    if (!next->told.violates.empty()) return std::nullopt;
    sim::Marks unused;
    machine.apply(words.data(), next->action, unused);
    actions.push_back(next->action);
  }
  if (!taken[b]) return std::nullopt;
  return actions;
}

// The deciding pair with the latest b, then the latest a, of those with `from` <= b < `to`.
std::optional<Race> find_in(const Subject& subject, const Path& path, std::size_t from, std::size_t to) {
  // Before the first violation, that is: the steps before a are the same in both orders.
  const auto violating =
      std::find_if(path.told.begin(), path.told.end(), [](const traces::Step& step) { return !step.violates.empty(); });
  const auto sound = static_cast<std::size_t>(violating - path.told.begin());
  for (std::size_t b = to; b-- > from;) {
    for (std::size_t a = std::min(b, sound + 1); a-- > 0;) {
      if (!is_candidate(subject.machine, path, a, b)) continue;
      const auto actions = reversed(subject.machine, path, a, b);
      if (actions) return Race{a, b, path.told[b], {a, continue_with(subject, a, *actions)}};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Race> find_race(const Subject& subject) {
  const std::size_t steps = subject.trace.steps.size();
  std::optional<Race> race = find_in(subject, subject.path, 0, steps);
  if (race) return race;
  const Path longer = followed_to_rest(subject);
  return find_in(subject, longer, steps, longer.told.size());
}

}  // namespace stalemate::model::explaining
