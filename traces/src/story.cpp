// Looking along the steps of a trace for what became of its writes and reads.
#include "traces/story.hpp"

#include "render/fates.hpp"
#include "render/words.hpp"

namespace stalemate::traces {
namespace {

bool is_database_set(const Trace& trace, const Step& step, const std::string& key) {
  return step.kind == StepKind::kHandle && step.request && is_database(trace, step.request->to) &&
         step.request->key == key && step.request->value.has_value();
}

// What became of the database set that step `committed` carried out; none if it was not acknowledged.
std::optional<AcknowledgedWrite> acknowledgement(const Trace& trace, std::size_t committed) {
  const Step& set = trace.steps[committed];
  if (set.is_ghost && set.request->awaited) return std::nullopt;  // nobody gets the reply
  std::optional<std::size_t> answered;
  std::optional<std::size_t> told;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (!same_operation(step, set)) continue;
    const bool arrives = step.kind == StepKind::kReceive && step.arrow == set.arrow && i > committed;
    if (arrives && !answered) answered = i;
    const bool tells = std::any_of(step.endings.begin(), step.endings.end(),
                                   [](const Ending& e) { return e.kind != Ending::Kind::kFailed; });
    if (tells && !told) told = i;
  }
  if (!told) return std::nullopt;
  const bool asked_before = set.request->awaited && committed < *told;
  if (asked_before && (!answered || *answered > *told)) return std::nullopt;
  return AcknowledgedWrite{.committed = committed, .told = *told, .value = *set.request->value};
}

// The last step that committed `value` to `key`; none for the initial value.
std::optional<std::size_t> last_commit_of(const Trace& trace, const std::string& key,
                                          std::optional<std::int64_t> value) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (is_database_set(trace, trace.steps[i], key) && trace.steps[i].request->value == value) found = i;
  }
  return found;
}

// The write of `key` that was acknowledged last before step `end`, of those committed after step `after` (none: all).
std::optional<AcknowledgedWrite> last_acknowledged_write(const Trace& trace, const std::string& key, std::size_t end,
                                                         std::optional<std::size_t> after) {
  std::optional<AcknowledgedWrite> found;
  for (std::size_t i = after ? *after + 1 : 0; i < end; ++i) {
    if (!is_database_set(trace, trace.steps[i], key)) continue;
    const auto write = acknowledgement(trace, i);
    if (!write || write->told >= end) continue;
    if (!found || write->told > found->told) found = write;
  }
  return found;
}

// The last step, of the first `end`, that changed what the store has of `key`.
std::optional<std::size_t> last_change(const Trace& trace, std::string_view store, const std::string& key,
                                       std::size_t end) {
  for (std::size_t i = end; i-- > 0;) {
    const State& before = i == 0 ? trace.initial : trace.steps[i - 1].after;
    if (value_of(before, store, key) != value_of(trace.steps[i].after, store, key)) return i;
  }
  return std::nullopt;
}

// The last step, of the first `end`, that put `key` into the store.
std::optional<std::size_t> last_put(const Trace& trace, std::string_view store, const std::string& key,
                                    std::size_t end) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < end; ++i) {
    const Step& step = trace.steps[i];
    if (!carries_out(step.kind) || !step.request || step.request->to != store) continue;
    const VerbFacts* const verb = find_verb(step.request->verb);
    const bool stores = verb != nullptr && verb->carries;
    const bool refused = step.reply && step.reply->outcome == "conflict";
    if (stores && !refused && step.request->key == key) found = i;
  }
  return found;
}

// Whether some state of the trace has this value of a key in a database.
bool was_stored(const Trace& trace, const std::string& key, std::int64_t value) {
  const auto has = [&](const State& state) {
    return std::any_of(trace.stores.begin(), trace.stores.end(), [&](const Store& store) {
      return is_database(trace, store.name) && value_of(state, store.name, key) == value;
    });
  };
  return has(trace.initial) ||
         std::any_of(trace.steps.begin(), trace.steps.end(), [&](const Step& step) { return has(step.after); });
}

// What a step handed over to who started its operation.
std::optional<std::int64_t> returned_by(const Step& step) {
  for (const Ending& ending : step.endings)
    if (ending.value) return ending.value;
  return std::nullopt;
}

}  // namespace

StaleRead find_stale_read(const Trace& trace) {
  const std::size_t last = trace.steps.size() - 1;
  const Step& step = trace.steps[last];
  StaleRead read;
  for (const Ending& ending : step.endings)
    if (ending.value && !read.value) read.value = ending.value;
  for (std::size_t i = 0; i <= last; ++i) {
    const Step& earlier = trace.steps[i];
    if (!same_operation(earlier, step)) continue;
    if (earlier.kind == StepKind::kInvoke) read.began = i;
    if (carries_out(earlier.kind) && earlier.reply && earlier.reply->value && read.value == earlier.reply->value)
      read.found = i;
  }
  if (!read.began) return read;
  const auto returned_commit = read.value ? last_commit_of(trace, step.key, read.value) : std::nullopt;
  read.missed = last_acknowledged_write(trace, step.key, *read.began, returned_commit);
  return read;
}

std::optional<BackwardRead> find_backward_read(const Trace& trace) {
  if (trace.steps.empty()) return std::nullopt;
  const Step& last = trace.steps.back();
  const std::optional<std::int64_t> value = returned_by(last);
  if (!value) return std::nullopt;
  const std::optional<std::size_t> own = last_commit_of(trace, last.key, value);
  std::optional<BackwardRead> found;
  for (std::size_t i = 0; i + 1 < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    const std::optional<std::int64_t> earlier = returned_by(step);
    if (!earlier || step.app != last.app || step.session != last.session || step.key != last.key) continue;
    const std::optional<std::size_t> committed = last_commit_of(trace, step.key, earlier);
    if (committed && (!own || *committed > *own)) found = BackwardRead{*value, i, *earlier, *committed};
  }
  return found;
}

std::vector<NeverCommitted> find_never_committed(const Trace& trace) {
  std::vector<NeverCommitted> all;
  const auto of = [&](const std::string& key, std::int64_t value) -> NeverCommitted* {
    if (was_stored(trace, key, value)) return nullptr;
    for (NeverCommitted& known : all)
      if (known.key == key && known.value == value) return &known;
    return &all.emplace_back(NeverCommitted{key, value, "", std::nullopt});
  };
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const std::optional<std::int64_t> value = returned_by(trace.steps[i]);
    NeverCommitted* const seen = value ? of(trace.steps[i].key, *value) : nullptr;
    if (seen != nullptr && !seen->read) seen->read = i;
  }
  for (const Contents& store : final_state(trace).stores) {
    if (!is_cache(trace, store.store)) continue;
    for (const Entry& entry : store.entries) {
      NeverCommitted* const seen = entry.value ? of(entry.key, *entry.value) : nullptr;
      if (seen != nullptr) seen->cache = store.store;
    }
  }
  return all;
}

std::vector<LostWrite> find_lost_writes(const Trace& trace) {
  std::vector<LostWrite> all;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    const bool told = std::any_of(step.endings.begin(), step.endings.end(), [](const Ending& ending) {
      return ending.kind != Ending::Kind::kFailed && !ending.value;
    });
    if (!told) continue;
    std::optional<std::int64_t> sent;
    for (const Step& other : trace.steps) {
      if (!same_operation(other, step)) continue;
      for (const Request& request : other.sends)
        if (request.value && !was_stored(trace, step.key, *request.value)) sent = request.value;
    }
    const bool known =
        sent && std::any_of(all.begin(), all.end(), [&](const LostWrite& one) { return one.value == *sent; });
    if (sent && !known) all.push_back({i, *sent});
  }
  return all;
}

namespace {

// The amount by which an operation changes a row: what its increase carries, or what it stores beyond what it received
// last. 0: none that it sends.
std::int64_t amount_of(const Trace& trace, const Step& of, std::size_t& asked) {
  std::optional<std::int64_t> received;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (!same_operation(step, of)) continue;
    if (step.reply && step.reply->value && step.kind != StepKind::kHandle) received = step.reply->value;
    for (const Request& request : step.sends) {
      if (!is_database(trace, request.to) || !request.value) continue;
      const VerbFacts* const verb = find_verb(request.verb);
      asked = i;
      if (verb != nullptr && verb->increases()) return *request.value;
      if (received) return *request.value - *received;
    }
  }
  return 0;
}

bool tells_it_is_done(const Step& step) {
  return std::any_of(step.endings.begin(), step.endings.end(),
                     [](const Ending& ending) { return ending.kind != Ending::Kind::kFailed && !ending.value; });
}

}  // namespace

std::vector<WrongChange> find_wrong_changes(const Trace& trace) {
  std::vector<WrongChange> all;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (step.kind != StepKind::kInvoke) continue;
    WrongChange change{.at = i};
    change.amount = amount_of(trace, step, change.at);
    for (std::size_t later = i; later < trace.steps.size() && change.amount > 0; ++later) {
      if (!same_operation(trace.steps[later], step) || !tells_it_is_done(trace.steps[later])) continue;
      change.told = true;
      change.at = later;
    }
    if (change.amount <= 0) continue;
    for (const Store& store : trace.stores) {
      const auto before = value_of(trace.initial, store.name, step.key);
      const auto after = value_of(final_state(trace), store.name, step.key);
      if (store.kind != "database" || !before || !after) continue;
      change.held = *after;
      change.times = (*after - *before) / change.amount % 10;
      if (change.times > 1 || (change.times == 0 && change.told)) all.push_back(change);
    }
  }
  return all;
}

namespace {

DifferingEntry how_it_came(const Trace& trace, const std::string& cache, const Entry& entry,
                           const std::string& database) {
  const std::size_t steps = trace.steps.size();
  DifferingEntry found{.cache = cache,
                       .key = entry.key,
                       .cached = *entry.value,
                       .expires = entry.expires,
                       .stored = value_of(final_state(trace), database, entry.key),
                       .changed = last_change(trace, database, entry.key, steps),
                       .put = std::nullopt,
                       .sent = std::nullopt};
  std::size_t until = steps;
  const auto last = last_change(trace, cache, entry.key, until);
  if (last && trace.steps[*last].kind == StepKind::kCacheFailover) {
    found.restored = last;
    for (std::size_t i = first_missed(trace, *last, 0); i < *last && !found.forgotten; ++i)
      if (last_change(trace, cache, entry.key, i + 1) == i) found.forgotten = i;
    until = found.forgotten.value_or(*last);
  }
  found.put = last_put(trace, cache, entry.key, until);
  if (found.put) {
    const render::Fates fates = render::find_fates(trace);
    const render::RequestFate* fate = fates.handled_by(*found.put);
    if (fate != nullptr) found.sent = fate->sent;
  }
  return found;
}

}  // namespace

std::size_t first_missed(const Trace& trace, std::size_t failover, std::size_t from) {
  const std::string& store = trace.steps[failover].store;
  int missed = std::max(trace.steps[failover].missed, 1);
  for (std::size_t i = failover; i-- > from;) {
    const Step& step = trace.steps[i];
    if (step.kind != StepKind::kHandle || !step.request || step.request->to != store) continue;
    if (step.request->verb == to_string(Verb::kWait)) return i + 1;  // by then it had everything
    const State& before = i == 0 ? trace.initial : trace.steps[i - 1].after;
    if (entries_of(before, store) != entries_of(step.after, store) && --missed == 0) return i;
  }
  return from;
}

std::vector<DifferingEntry> find_differing_entries(const Trace& trace) {
  std::vector<DifferingEntry> differing;
  const State& end = final_state(trace);
  const auto database = std::find_if(trace.stores.begin(), trace.stores.end(),
                                     [](const Store& store) { return store.kind == "database"; });
  if (database == trace.stores.end()) return differing;
  for (const Store& store : trace.stores) {
    if (store.kind != "cache") continue;
    for (const Entry& entry : entries_of(end, store.name))
      if (entry.value && entry.value != value_of(end, database->name, entry.key))
        differing.push_back(how_it_came(trace, store.name, entry, database->name));
  }
  return differing;
}

const Request* request_of(const Trace& trace, const Step& step) {
  if (step.request) return &*step.request;
  if (facts_of(step.kind).about == StepAbout::kNoMessage) return nullptr;
  for (std::size_t i = render::index_of(trace, step); i-- > 0;) {
    const Step& earlier = trace.steps[i];
    if (!same_operation(earlier, step)) continue;
    for (const Request& request : earlier.sends) {
      if (request.arrow == step.arrow && !request.drawn_lost) return &request;
    }
  }
  return subject_of(trace.initial, step);
}

const Request* subject_of(const State& before, const Step& step) {
  if (step.request) return &*step.request;
  if (facts_of(step.kind).about == StepAbout::kNoMessage) return nullptr;
  const InFlight* const message = find_message(before, id_of(step));
  return message == nullptr ? nullptr : &message->request;
}

bool same_operation(const Step& a, const Step& b) {
  return a.app == b.app && a.session == b.session && a.operation == b.operation;
}

std::optional<std::int64_t> value_of(const State& state, std::string_view store, std::string_view key) {
  const auto held = [&](std::string_view wanted) -> const Entry* {
    for (const Entry& entry : entries_of(state, store))
      if (entry.key == wanted) return &entry;
    return nullptr;
  };
  const Entry* const entry = held(key);
  const Entry* const row = entry != nullptr ? entry : held(row_of(key));
  return row == nullptr ? std::nullopt : row->value;
}

std::string shown_text(std::string_view text) { return render::foreign(text); }

}  // namespace stalemate::traces
