// See quantity.hpp.
#include "base/quantity.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace stalemate {
namespace {

// Splits "10 MB" into 10 and "MB".
std::pair<std::optional<std::uint64_t>, std::string> number_and_unit(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string unit(end, text.data() + text.size());
  unit.erase(0, unit.find_first_not_of(' ') == std::string::npos ? unit.size() : unit.find_first_not_of(' '));
  if (error != std::errc{}) return {std::nullopt, unit};
  return {value, unit};
}

}  // namespace

std::uint64_t parse_bytes(const std::string& text, const std::string& option) {
  const auto [value, unit] = number_and_unit(text);
  static constexpr std::pair<const char*, std::uint64_t> kUnits[] = {
      {"", 1},         {"B", 1},           {"KiB", 1ULL << 10},  {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30},
      {"kB", 1000ULL}, {"MB", 1000000ULL}, {"GB", 1000000000ULL}};
  for (const auto& [name, factor] : kUnits)
    if (value && *value > 0 && unit == name && *value <= std::numeric_limits<std::uint64_t>::max() / factor)
      return *value * factor;
  throw InputError(fmt::format("{} {}: say a size such as 512MiB or 4GiB", option, excerpt(text)));
}

// Far from where the clock's arithmetic overflows.
constexpr std::uint64_t kDurationMsMax = 1000ULL * 3600000;

std::chrono::milliseconds parse_duration(const std::string& text, const std::string& option) {
  const auto [value, unit] = number_and_unit(text);
  static constexpr std::pair<const char*, std::uint64_t> kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  for (const auto& [name, factor] : kUnits)
    if (value && *value > 0 && *value <= kDurationMsMax / factor && unit == name)
      return std::chrono::milliseconds(*value * factor);
  throw InputError(fmt::format("{} {}: say a whole number with its unit, such as 500ms, 30s or 10m, at most 1000h",
                               option, excerpt(text)));
}

}  // namespace stalemate
