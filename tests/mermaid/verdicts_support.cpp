// What our reader says of diagrams: mermaid_reader_verdicts < diagrams > verdicts
//
// In: diagrams, each ended by a NUL byte. Out: for each a line of JSON: "" where it is parsed, else {"code": ...,
// "said":
// ...} of its first finding. Anything but an InputError ends the program.
#include <cstdio>
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "read/diagram.hpp"

namespace {

nlohmann::json verdict(const std::string& diagram) {
  try {
    stalemate::model::parse_document(diagram, "diagram.mmd");
    return "";
  } catch (const stalemate::InputError& error) {
    const std::string code = error.findings().empty() ? "" : error.findings().front().code;
    return {{"code", code}, {"said", error.what()}};
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string diagram; std::getline(std::cin, diagram, '\0');) {
    std::cout << verdict(diagram).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n' << std::flush;
  }
}
