// What a trace is about, found by looking along its steps: which write a stale read missed, how an entry that differs
// from the database came to stand in the cache, which message a step is about. Facts of the steps only; that a property
// is broken is what the trace says. Pure functions. Steps are counted from 0, as indices into Trace::steps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces {

// A write that was acknowledged: the operation ended or answered outside, and its database set was answered before, if
// it awaited one.
struct AcknowledgedWrite {
  std::size_t committed = 0;  // the step that carried out the database set
  std::size_t told = 0;       // the first step that ended the operation or answered outside
  std::int64_t value = 0;
};

// The read that the last step ends, or answers outside, and the write it missed: of those acknowledged before it began
// and newer than what it returned, the one acknowledged last.
struct StaleRead {
  std::optional<std::int64_t> value;        // what it returned
  std::optional<std::size_t> began;         // none: before the first step
  std::optional<std::size_t> found;         // the step in which a server answered with the value
  std::optional<AcknowledgedWrite> missed;  // none: not to be told from the steps
};
// REQUIRES: the trace has a step.
StaleRead find_stale_read(const Trace& trace);

// A cached entry that differs from the database after the last step, and how it came to be there.
struct DifferingEntry {
  std::string cache;  // the store that holds it
  std::string key;
  std::int64_t cached = 0;
  bool expires = false;
  std::optional<std::int64_t> stored;
  std::optional<std::size_t> changed;  // the last step that changed the database's value
  std::optional<std::size_t> put;      // the last step that stored the key in the cache; none: it stood there at first
  std::optional<std::size_t> sent;     // the step that sent what `put` stored
  // The failover that brought the entry back, where the cache holds it because of one; and the step whose change of the
  // key that failover forgot, where one is seen. What `put` stored came before both.
  std::optional<std::size_t> restored = std::nullopt;
  std::optional<std::size_t> forgotten = std::nullopt;
};
std::vector<DifferingEntry> find_differing_entries(const Trace& trace);

// The first step whose change of the store is taken back by a failover, which is the step `failover`: that of the last
// command that changed the store, or of the first of the last few. Where fewer did since the step `from`, that step:
// what the store dropped of itself since then is taken back, too.
std::size_t first_missed(const Trace& trace, std::size_t failover, std::size_t from);

// The request a step is about, found in the step or among what was sent before it; null for an invoke or if unknown.
// REQUIRES for all but handle and lose-request: `step` is one of the trace's.
const Request* request_of(const Trace& trace, const Step& step);
// The same, where only the state before the step is known.
const Request* subject_of(const State& before, const Step& step);

// Of the last step, which returned something: the step by which its session had read something newer before.
struct BackwardRead {
  std::int64_t value = 0;
  std::size_t earlier = 0;
  std::int64_t newer = 0;
  std::size_t committed = 0;  // the step that committed the newer value last
};
std::optional<BackwardRead> find_backward_read(const Trace& trace);

// A value that no state of the trace has in a database, and where it is seen: in a cache at the end, or by what a step
// returned.
struct NeverCommitted {
  std::string key;
  std::int64_t value = 0;
  std::string cache;                // "": no cache holds it at the end
  std::optional<std::size_t> read;  // the first step that returned it
};
std::vector<NeverCommitted> find_never_committed(const Trace& trace);

// An operation that was told to be done, and the value it sent that no state of the trace has in a database.
struct LostWrite {
  std::size_t told = 0;  // the step that told it
  std::int64_t value = 0;
};
std::vector<LostWrite> find_lost_writes(const Trace& trace);

// A Write that changes what is there by an amount of its own, and how often that amount is in what the database has of
// the key at the end: not at all though it was told to be done, or more than once.
struct WrongChange {
  std::size_t at = 0;  // the step that told it; where none did, the one that asked
  bool told = false;
  std::int64_t amount = 0;
  std::int64_t times = 0;
  std::int64_t held = 0;  // what the database has
};
std::vector<WrongChange> find_wrong_changes(const Trace& trace);

// Whether two steps belong to one operation of one session.
bool same_operation(const Step& a, const Step& b);

// What the store called `store` has of `key`; none if absent.
std::optional<std::int64_t> value_of(const State& state, std::string_view store, std::string_view key);

// Text that a user wrote (a label, the name of a diagram), as it may stand in a sentence: on one line, without control
// characters, trimmed and clipped.
std::string shown_text(std::string_view text);

}  // namespace stalemate::traces
