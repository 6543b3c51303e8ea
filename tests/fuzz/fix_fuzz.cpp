// libFuzzer target: any bytes as a page, mended by `read --fix`. What was written is read again: to a protocol where
// there was one, with the same operations and the same requests; and a second time there is nothing left to write.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "understand/understanding.hpp"

namespace {

using stalemate::model::Understanding;

std::string meaning_of(const Understanding& read) {
  std::string text;
  if (!read.protocol) return "open";
  for (const stalemate::model::Operation& operation : read.protocol->operations) {
    text += std::string(to_string(operation.kind)) + ":";
    stalemate::model::visit_requests(operation.body, [&](const stalemate::model::Request& request) {
      text += " " + std::string(to_string(request.to)) + " " + std::string(to_string(request.verb)) + " " +
              std::to_string(request.arrow) + (request.awaited ? "" : " -)") + " " + std::to_string(request.ttl);
    });
    text += "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  for (const char* name : {"fuzz.md", "fuzz.mmd"}) {
    try {
      const std::string before = meaning_of(stalemate::model::try_to_read(text, name, {}));
      const stalemate::model::Fixed fixed = stalemate::model::fixed(text, name, {});
      if (meaning_of(stalemate::model::try_to_read(fixed.text, name, {})) != before) std::abort();
      if (fixed.applied.empty() && fixed.text != text) std::abort();
    } catch (const stalemate::InputError&) {
      // A fence that never ends.
    }
  }
  return 0;
}
