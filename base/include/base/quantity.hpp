// Sizes and times as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace stalemate {

// "4GiB", "512 MB", "1000": bytes. "10s", "5m", "250ms": a duration. Throw InputError that names `option`.
std::uint64_t parse_bytes(const std::string& text, const std::string& option);
std::chrono::milliseconds parse_duration(const std::string& text, const std::string& option);

}  // namespace stalemate
