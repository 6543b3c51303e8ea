// The history of a live run as JSON lines in the manner of Jepsen: one event a line, an operation being an `invoke` and
// its completion `ok`, `fail` (it did not take effect) or `info` (nobody knows). Line 1 says how the run was set up,
// the last one when it ended; both, and what the checker saw, are `info` events of processes that are not numbers. A
// process whose operation is in doubt is retired: its worker goes on as process + number of workers. Lines stand in the
// order of their indices, times do not decrease. Reading and writing are functions of the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace stalemate::real {

// How a run was set up: the first line. Times in nanoseconds.
struct HistorySetup {
  std::string scenario;  // "before" or "after"
  std::string servers;   // "PostgreSQL 15.20 and Redis 7.0.15"
  int readers = 0;       // processes 0 to readers - 1
  int writers = 0;       // the next ones
  std::int64_t read_every_ns = 0;
  std::int64_t write_every_ns = 0;
  std::int64_t check_every_ns = 0;  // 0: nothing is compared
  std::string fail;                 // as it was given: "1%"
  std::string lost_reply;           // likewise
  bool wire_faults = false;         // what failed was lost on the wire
  bool serialize = false;
  std::uint64_t seed = 0;
  int keys = 0;              // k1 to k<keys>
  std::int64_t initial = 0;  // the value of each at the start
  bool operator==(const HistorySetup&) const = default;
};

enum class EventType { kInvoke, kOk, kFail, kInfo };
enum class EventFunction { kRead, kWrite, kCompare, kEnd };

// What was made to fail, or failed.
enum class EventFault { kNone, kDatabaseUpdate, kCacheDelete, kCacheSet, kLostReply, kRefused, kConnection };

// What the checker found when it read cache, database and cache again.
enum class Comparison { kEqual, kAbsent, kDiffers, kUnderWay };

// I1: `value` is there for a write, for a read that is ok, and for a comparison (what the database holds).
// I2: `cached` is there only for a comparison whose cache held something.
struct HistoryEvent {
  std::int64_t index = 0;
  std::int64_t time_ns = 0;  // since the run began
  EventType type = EventType::kInvoke;
  EventFunction function = EventFunction::kRead;
  int process = 0;
  int key = 0;  // from 1; 0: none
  std::optional<std::int64_t> value;
  std::optional<std::int64_t> cached;
  Comparison comparison = Comparison::kEqual;
  bool is_hit = false;  // a read that the cache answered
  EventFault fault = EventFault::kNone;
  bool operator==(const HistoryEvent&) const = default;
};

using HistoryLine = std::variant<HistorySetup, HistoryEvent>;

// One line with its line end.
std::string write_history_line(const HistoryLine& line);

// `place` begins the message of the InputError that anything else than such a line is: "run.jsonl:7".
HistoryLine read_history_line(std::string_view line, const std::string& place);

// Calls back for each line, in constant memory. Throws InputError: unreadable; a first line that is no setup,
// or another one that is; an index or a time that goes back.
void read_history(const std::string& path, const std::function<void(const HistorySetup&)>& on_setup,
                  const std::function<void(const HistoryEvent&, const std::string& place)>& on_event);

}  // namespace stalemate::real
