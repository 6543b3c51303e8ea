// The reviewed traces of traces/saved, and with them the hand-made ones: what every renderer must be right about.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "samples.hpp"
#include "traces/json.hpp"

namespace stalemate::traces::samples {

struct NamedTrace {
  std::string name;
  Trace trace;
};

// In the order of their names.
inline std::vector<NamedTrace> saved() {
  std::vector<NamedTrace> traces;
  for (const auto& entry : std::filesystem::directory_iterator(STALEMATE_SOURCE_DIR "/traces/saved")) {
    const std::string path = entry.path().string();
    if (path.ends_with(".json")) traces.push_back({path, read_json(read_text_file(path, 1 << 24), path)});
  }
  std::sort(traces.begin(), traces.end(), [](const NamedTrace& a, const NamedTrace& b) { return a.name < b.name; });
  return traces;
}

inline std::vector<NamedTrace> saved_and_made() {
  std::vector<NamedTrace> traces = saved();
  for (Sample& sample : all()) traces.push_back({sample.name, std::move(sample.trace)});
  return traces;
}

// Those with a cache that all share and no other: what several caches are drawn as has tests of its own.
inline std::vector<NamedTrace> saved_and_made_of_one_cache() {
  std::vector<NamedTrace> traces = saved_and_made();
  std::erase_if(traces, [](const NamedTrace& one) {
    const auto is_other = [](const Store& store) { return store.app != 0 || store.kind == "cache-replica"; };
    return std::any_of(one.trace.stores.begin(), one.trace.stores.end(), is_other);
  });
  return traces;
}

}  // namespace stalemate::traces::samples
