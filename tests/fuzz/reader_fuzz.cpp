// libFuzzer target: any bytes as a bare diagram and as a Markdown file, parsed and then understood. Only
// InputError may escape; everything else, and every broken invariant, is a finding.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "read/diagram.hpp"
#include "understand/protocol.hpp"

namespace {

void read(const std::string& text, const char* name) {
  try {
    stalemate::model::understand(stalemate::model::parse_document(text, name), {});
  } catch (const stalemate::InputError&) {
    // The answer to most inputs.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  read(text, "fuzz.md");
  read("sequenceDiagram\n" + text, "fuzz.mmd");
  return 0;
}
