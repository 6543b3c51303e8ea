// What the program says and where: results to stdout, everything else to stderr. A result that cannot be written is an
// error; a remark that cannot be written is dropped, because it must never change how a run ends.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace stalemate::cli {

// Gives every standard stream that the caller closed a stand-in, so that no file or connection of this program gets
// its number and with it what is printed. Writing to a stdout that was closed still fails.
void hold_standard_streams();

// Writes to stdout; throws EnvironmentError where it cannot all be written.
void print(const std::string& text);

// Writes to stderr as it is; whether it arrives is not asked.
void remark(std::string_view text) noexcept;

// As fmt::print(stderr, …), by way of remark().
template <typename... Arguments>
void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  remark(fmt::format(format, std::forward<Arguments>(arguments)...));
}

// Text from outside, fit for a terminal.

}  // namespace stalemate::cli
