// Fuzzes the trace reader: any bytes are refused by InputError or give a trace that is written in one form, read back
// equal, and rendered by every renderer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stalemate::traces;
  const std::string text(data, data + size);
  Trace trace;
  try {
    trace = read_json(text, "fuzz.json");
  } catch (const stalemate::InputError& error) {
    const std::string_view line = error.what();
    if (!line.starts_with("fuzz.json:") || line.find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  const std::string written = write_json(trace);
  const Trace back = read_json(written, "fuzz.json");
  if (back != trace || write_json(back) != written) std::abort();
  for (const Renderer& renderer : renderers()) {
    if (renderer.render(trace, {}).empty()) std::abort();
  }
  for (const Step& step : trace.steps) {
    if (step_line(trace, step).empty()) std::abort();
  }
  return 0;
}
