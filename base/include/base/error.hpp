// Operating errors: what a user did or a machine lacks, as opposed to a bug (see base/invariant.hpp) or a broken
// property (an ordinary result). what() is one complete line: where (file:line:column, a JSON address, a host), what is
// wrong, and what would mend it. The command line prints it and exits with the code of its kind.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace stalemate {

// Where something stands in a text: 1-based; columns count Unicode code points. {0, 0}: nowhere in particular.
struct Position {
  int line = 0;
  int column = 0;
  bool operator==(const Position&) const = default;
};

// Usage or unreadable input: a bad flag, diagram, trace or schedule. Exit code 2.
class InputError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Something that was read, but of which nothing can be said: it is not modelled yet, or it may mean two things and its
// author has to say which. Exit code 4.
class NotModelledError : public InputError {
  using InputError::InputError;
};

// Throws InputError "file:line:column: what".
[[noreturn]] void fail_at(const std::string& file, Position at, std::string_view what);

// The machine: a server or library is missing, a disk is full, a password is refused. Exit code 5.
class EnvironmentError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace stalemate
