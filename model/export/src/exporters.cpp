// The table of languages.
#include <algorithm>
#include <iterator>

#include "export/export.hpp"
#include "outline.hpp"

namespace stalemate::model {

// Each in a file of its name.
std::string write_promela(const Outline& outline);
std::string write_tla(const Outline& outline);

namespace {

template <std::string (*Write)(const Outline& outline)>
std::string write_outline_of(const Protocol& protocol, const traces::Scenario& scenario) {
  return Write(outline_of(protocol, scenario));
}

constexpr Exporter kExporters[] = {
    {"promela", "a model of a PROTOCOL that SPIN checks", write_outline_of<write_promela>},
    {"tla", "a model of a PROTOCOL that TLC checks", write_outline_of<write_tla>},
};

}  // namespace

std::span<const Exporter> exporters() { return kExporters; }

const Exporter* find_exporter(std::string_view name) {
  const auto* found = std::find_if(std::begin(kExporters), std::end(kExporters),
                                   [&](const Exporter& exporter) { return exporter.name == name; });
  return found == std::end(kExporters) ? nullptr : found;
}

}  // namespace stalemate::model
