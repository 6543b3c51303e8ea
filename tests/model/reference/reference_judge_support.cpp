// What the reference model's properties find: which values are old, what a Read that hands one over breaks, what a
// state at rest does.
#include <algorithm>

#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {
namespace {

// Where a value was committed last, among the commits of its key.
std::optional<std::size_t> last_commit(const History& history, Value value) {
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < history.commits.size(); ++i)
    if (history.commits[i].value == value) last = i;
  return last;
}

}  // namespace

// R3: an acknowledged Write is remembered with what it is to supersede.
void Model::mark_acknowledged(Running& running, bool set_ahead) const {
  World& world = running.step.next;
  const std::size_t r = running.runner;
  const Runner& runner = world.runners[r];
  if (!keep_history_ || protocol_.operations[runner.operation].kind != OperationKind::kWrite) return;
  if (!runner.wrote_well.value_or(true) || (!runner.wrote && !set_ahead)) return;
  running.step.reaches.insert("acknowledged-survives");
  if (changes_) running.step.reaches.insert("no-lost-update");
  History& history = world.history[runner.key];
  const WriteId id(r, runner.begun);
  Value value = places_[r].values[runner.begun - 1];
  for (const Commit& commit : history.commits)  // what removes a row writes that there is none
    if (!changes_ && commit.of == id) value = commit.value;
  history.acknowledged.insert({id, value, runner.commits_before, runner.before});
}

// What a Read invoked now must not return: a value that some acknowledged write supersedes. One without a commit that
// counts supersedes what was committed or acknowledged before it was invoked, but for what was committed since; one
// that has such a commit also every value that was committed last before it.
std::set<Value> Model::old_values(const History& history, std::optional<std::size_t> of) const {
  std::set<Value> old;
  for (const Acknowledged& write : history.acknowledged) {
    if (of && write.id.first != *of) continue;
    std::size_t own = 0;  // what was committed before this is older
    for (std::size_t i = 0; i < history.commits.size(); ++i)
      if (history.commits[i].of == write.id) own = i;
    std::set<Value> before = write.acknowledged_before;
    for (std::size_t i = 0; i < history.commits.size(); ++i)
      if (i < write.commits_before || i < own) before.insert(history.commits[i].value);
    for (const Value value : before) {
      const std::optional<std::size_t> last = last_commit(history, value);
      if ((changes_ || value != write.value) && (!last || *last < std::max(write.commits_before, own)))
        old.insert(value);
    }
  }
  return old;
}

// A Read hands its value over: is it one that was old when the Read was invoked, and was not committed since?
void Model::judge_return(Running& running) const {
  const World& world = running.step.next;
  const Runner& runner = world.runners[running.runner];
  if (!keep_history_ || protocol_.operations[runner.operation].kind != OperationKind::kRead || !runner.held) return;
  const std::vector<Commit>& commits = world.history[runner.key].commits;
  const bool committed_since = std::any_of(commits.begin() + static_cast<std::ptrdiff_t>(runner.commits_before),
                                           commits.end(), [&](const Commit& c) { return c.value == *runner.held; });
  running.step.judged |= runner.after_write;
  running.step.stale |= runner.before.contains(*runner.held) && !committed_since;
  judge_by_session(running, committed_since);
}

// What a Read returns beside what its own session wrote and read before, and beside what the database has had.
void Model::judge_by_session(Running& running, bool committed_since) const {
  World& world = running.step.next;
  Runner& runner = world.runners[running.runner];
  History& history = world.history[runner.key];
  const Value value = *runner.held;
  if (runner.after_own_write) running.step.reaches.insert("read-your-writes");
  if (runner.before_own.contains(value) && !committed_since) running.step.breaks.insert("read-your-writes");
  const std::optional<std::size_t> last = last_commit(history, value);
  for (const Value earlier : runner.returned[runner.key]) {
    running.step.reaches.insert("monotonic-reads");
    const std::optional<std::size_t> of_earlier = last_commit(history, earlier);
    if (last && of_earlier && *last < *of_earlier) running.step.breaks.insert("monotonic-reads");
  }
  const std::vector<Script>& script = places_[running.runner].script;
  const bool reads_again = std::any_of(script.begin() + static_cast<std::ptrdiff_t>(runner.begun), script.end(),
                                       [](const Script& operation) { return operation.kind == OperationKind::kRead; });
  if (reads_again) runner.returned[runner.key].insert(value);
  running.step.reaches.insert("committed-reads");
  if (!last) history.returned_early.insert(value);
}

bool Model::breaks_at_rest(const World& world, const std::string& property) const {
  for (std::size_t spot = 0; spot < world.cache.size(); ++spot) {
    const Spot& held = world.cache[spot];
    const std::size_t key = spot % setting_.keys;
    if (!held.value) continue;
    const bool left = held.stale && held.lease && !held.lease_runs_out;
    const bool heals = held.expiring || (held.stale && held.lease && held.lease_runs_out);
    if (property == "heals" && differs(world, spot) && !heals) return true;
    if (property == "refillable" && left) return true;
    if (property == "committed-reads" && keep_history_ && !last_commit(world.history[key], *held.value)) return true;
  }
  for (const History& history : world.history) {
    if (property == "committed-reads" && !history.returned_early.empty()) return true;
    for (const Acknowledged& write : history.acknowledged)
      if (property == "acknowledged-survives" && !changes_ && !last_commit(history, write.value)) return true;
  }
  return changes_ && has_database_ && loses_change(world, property);
}

// Whether a row lacks the change of an acknowledged Write, or has one twice.
bool Model::loses_change(const World& world, const std::string& property) const {
  if (property != "acknowledged-survives" && property != "no-lost-update") return false;
  for (std::size_t key = 0; key < world.history.size(); ++key) {
    for (const Acknowledged& write : world.history[key].acknowledged)
      if (times(world.database[key], write.value) == 0) return true;
    for (int sum = world.database[key]; sum > 0; sum /= 10)
      if (property == "no-lost-update" && sum % 10 > 1) return true;
  }
  return false;
}

bool Model::reaches_at_rest(const World& world, const std::string& property) const {
  return (property == "heals" || property == "committed-reads" || property == "refillable") &&
         std::any_of(world.cache.begin(), world.cache.end(), [](const Spot& spot) { return spot.value.has_value(); });
}

}  // namespace stalemate::model::reference
