// What the reports of a check and of a hunt say alike.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ask/check.hpp"

namespace stalemate::model {

// "1 state", "2 states".
std::string plural(std::uint64_t count, std::string_view noun);

// A line for each property, with its verdict and claim, and one below with the reason where there is one.
std::string describe(const std::vector<PropertyReport>& properties);
nlohmann::ordered_json to_json(const std::vector<PropertyReport>& properties);

nlohmann::ordered_json to_json(const traces::Scenario& scenario);

}  // namespace stalemate::model
