// The words that reports share.
#include "report_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stalemate::model {

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string describe(const std::vector<PropertyReport>& properties) {
  std::string text;
  std::size_t width = 0;
  for (const PropertyReport& property : properties) width = std::max(width, property.property.size());
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const PropertyReport& property = properties[i];
    text +=
        fmt::format("  {:<{}}  {:<12}  {}\n", property.property, width, to_string(property.verdict), property.claim);
    // What several in a row have in common is said once, behind the last of them.
    const bool said_later = i + 1 < properties.size() && properties[i + 1].why == property.why;
    if (!property.why.empty() && !said_later)
      text += fmt::format("  {:<{}}  {:<12}  ({})\n", "", width, "", property.why);
  }
  return text;
}

nlohmann::ordered_json to_json(const std::vector<PropertyReport>& properties) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const PropertyReport& property : properties) {
    nlohmann::ordered_json entry = {{"property", property.property}, {"verdict", to_string(property.verdict)}};
    if (!property.why.empty()) entry["why"] = property.why;
    all.push_back(std::move(entry));
  }
  return all;
}

nlohmann::ordered_json to_json(const traces::Scenario& scenario) {
  nlohmann::ordered_json json = {{"apps", scenario.apps},
                                 {"keys", scenario.keys},
                                 {"cached", scenario.cached},
                                 {"faults", scenario.faults},
                                 {"on_database_timeout", scenario.on_database_timeout},
                                 {"all_invoked", scenario.all_invoked}};
  if (scenario.on_cache_timeout != "continue") json["on_cache_timeout"] = scenario.on_cache_timeout;
  if (scenario.connections != "one") json["connections"] = scenario.connections;
  if (scenario.retries != 0) json["retries"] = scenario.retries;
  if (scenario.no_expiry) json["no_expiry"] = true;
  if (scenario.no_replica_lag) json["no_replica_lag"] = true;
  return json;
}

}  // namespace stalemate::model
