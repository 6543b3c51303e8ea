// What the renderers say alike: messages, values and scenarios in words. Everything returned stands on one line
// and is safe to print; foreign text in it is clipped. Pure functions of the trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/story.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::render {

using traces::request_of;
using traces::same_operation;
using traces::value_of;

inline constexpr std::size_t kForeignTextMax = 60;  // code points of a label or name that are shown

// Text that a user wrote, on one line, trimmed and clipped.
std::string foreign(std::string_view text);

// "1000", or "-" for none.
std::string value_words(const std::optional<std::int64_t>& value);
// As value_words(), "1000 v2" where it has a version, "1000~" where it has a time to live; "marker" for one. The
// second: of what the store holds of `key`, "" where it keeps no such entry.
inline constexpr std::string_view kMarkerWord = "marker";
// What is there and is no value: "marker", "generation 2"; "" where there is a value, or nothing.
std::string word_of(const Entry& entry);
std::string word_of(const State& state, std::string_view store, std::string_view key);
std::string entry_words(const Entry& entry);
std::string entry_words(const State& state, std::string_view store, std::string_view key);
// "get k1", "set k1=1000", "set k1=1000 for 60 s".
std::string request_words(const Request& request);
// "ok", "miss", or the value: "1000".
std::string reply_words(const Reply& reply);
// "answers outside", "returns 1000", "ends" (nothing to return), "fails".
std::string ending_words(const Ending& ending);
// " (feature flag on)": the branch a free choice took; "" if it has no name or there was no choice.
std::string chosen_words(const Step& step);
// "Read k1": the operation a step belongs to. REQUIRES: none that happens in the cache.
std::string operation_words(const Step& step);
// "evicts k1", "k1 expires", "restarts, empty", "fails over; the last change is lost": what happens in the cache.
// REQUIRES: is_of_store().
std::string store_event_words(const Step& step);
// As on the command line: "--readers 1 --writers 1", "--app 'read; write k2'".
std::string scenario_words(const Scenario& scenario);

// Whether nothing is in flight, as far as a trace's state tells. What the stores hold is a claim only then.
bool is_at_rest(const State& state);

// All keys of the stores, in order: those of a cache that has other entries beside the rows', each behind its row.
std::vector<std::string> keys_of(const State& state);
// Keys that some step is about or changes, in the stores' order; all of them if there are none.
std::vector<std::string> shown_keys(const Trace& trace);

// Where `step` stands in the trace; if it is not one of its steps, where a next one would.
std::size_t index_of(const Trace& trace, const Step& step);

}  // namespace stalemate::traces::render
