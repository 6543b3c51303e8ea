// The stores' values as bands, cut where they change, and the spans in which cache and database differ. A state per
// row: row 0 is the initial one, row n the one after step n, and the last row repeats the final one.
#include <algorithm>

#include "render/sequence_parts.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

constexpr int kToldAgainAfter = 140;  // pixels from a value to the bottom from which on it is written there again
constexpr int kFirstLine = 16;        // from where a value begins to the baseline that tells it
constexpr int kSecondLine = 31;

const State& state_of(const Trace& trace, std::size_t row) {
  if (row == 0 || trace.steps.empty()) return trace.initial;
  return trace.steps[std::min(row, trace.steps.size()) - 1].after;
}

// Where a row's change shows: in a step that a server handles, where the request arrives.
int change_y(const SequenceLayout& layout, std::size_t row) {
  return layout.rows[row].top + (row == 0 ? 0 : kFirstArrival);
}

std::size_t ordinal_of(std::vector<std::int64_t>& values, const std::optional<std::int64_t>& value) {
  if (!value) return 0;
  const auto found = std::find(values.begin(), values.end(), *value);
  if (found == values.end()) values.push_back(*value);
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), *value) - values.begin());
}

// The values of all tracks in the order of the rows, so that a value's ordinal does not depend on its track.
std::vector<std::int64_t> values_in_order(const Trace& trace, const SequenceLayout& layout) {
  std::vector<std::int64_t> values;
  for (std::size_t row = 0; row <= trace.steps.size(); ++row) {
    const State& state = state_of(trace, row);
    for (std::size_t i = trace.stores.size(); i-- > 0;)
      for (const Track& track : layout.tracks) ordinal_of(values, value_of(state, trace.stores[i].name, track.key));
  }
  return values;
}

class Values {
 public:
  Values(const Trace& trace, SequenceLayout& layout)
      : trace_(trace), layout_(layout), values_(values_in_order(trace, layout)) {}

  void add() {
    for (std::size_t track = 0; track < layout_.tracks.size(); ++track) {
      add_segments(track);
      if (is_cache(trace_, store_of(track))) add_incoherences(track);
    }
  }

 private:
  const std::string& store_of(std::size_t track) const { return layout_.columns[layout_.tracks[track].column].id; }

  std::optional<std::int64_t> value(std::size_t track, std::size_t row) const {
    return value_of(state_of(trace_, row), store_of(track), layout_.tracks[track].key);
  }

  std::string word(std::size_t track, std::size_t row) const {
    return word_of(state_of(trace_, row), store_of(track), layout_.tracks[track].key);
  }

  // What the database has of the track's key.
  std::optional<std::int64_t> stored(std::size_t track, std::size_t row) const {
    for (const Store& store : trace_.stores)
      if (store.kind == "database") return value_of(state_of(trace_, row), store.name, layout_.tracks[track].key);
    return std::nullopt;
  }

  void add_segments(std::size_t track) {
    const std::size_t last = layout_.rows.size() - 1;
    for (std::size_t row = 0; row <= last;) {
      Segment segment{.track = track, .first_row = row, .value = value(track, row), .word = word(track, row)};
      while (row <= last && value(track, row) == segment.value && word(track, row) == segment.word) ++row;
      segment.last_row = row - 1;
      segment.top = change_y(layout_, segment.first_row);
      segment.bottom = row > last ? layout_.lifelines_bottom : change_y(layout_, row);
      segment.ordinal = ordinal_of(values_, segment.value);
      segment.is_told_again = row > last && segment.bottom - segment.top > kToldAgainAfter;
      layout_.segments.push_back(segment);
    }
  }

  bool is_incoherent(std::size_t track, std::size_t row) const {
    const auto cached = value(track, row);
    return cached && cached != stored(track, row);
  }

  // One for each pair of values, because the difference is told with each.
  void add_incoherences(std::size_t track) {
    const std::size_t last = layout_.rows.size() - 1;
    for (std::size_t row = 0; row <= last;) {
      if (!is_incoherent(track, row)) {
        ++row;
        continue;
      }
      const auto cached = value(track, row);
      Incoherence span{.track = track, .first_row = row, .database = stored(track, row)};
      while (row <= last && value(track, row) == cached && stored(track, row) == span.database) ++row;
      span.last_row = row - 1;
      span.top = change_y(layout_, span.first_row);
      span.bottom = row > last ? layout_.lifelines_bottom : change_y(layout_, row);
      const bool value_is_told_here =
          span.first_row == 0 || value(track, span.first_row) != value(track, span.first_row - 1);
      span.remark_y = span.top + (value_is_told_here ? kSecondLine : kFirstLine);
      layout_.incoherences.push_back(span);
    }
  }

  const Trace& trace_;
  SequenceLayout& layout_;
  std::vector<std::int64_t> values_;
};

}  // namespace

void add_values(const Trace& trace, SequenceLayout& layout) { Values(trace, layout).add(); }

}  // namespace stalemate::traces::render
