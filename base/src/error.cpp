// See base/error.hpp.
#include "base/error.hpp"

#include <fmt/format.h>

namespace stalemate {

void fail_at(const std::string& file, Position at, std::string_view what) {
  throw InputError(fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
}

}  // namespace stalemate
