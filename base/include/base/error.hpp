// Operating errors: what a user did or a machine lacks, as opposed to a bug (see base/invariant.hpp) or a broken
// property (an ordinary result). what() is one complete line: where (file:line:column, a JSON address, a host), what is
// wrong, and what would mend it. The command line prints it and exits with the code of its kind.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"

namespace stalemate {

// Usage or unreadable input: a bad flag, diagram, trace or schedule. Exit code 2. Where it is about places in a file,
// what() has a line for each of its findings.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  // REQUIRES: not empty.
  explicit InputError(std::vector<Finding> findings);
  const std::vector<Finding>& findings() const;  // empty where it is not about a place in a file

 private:
  std::shared_ptr<const std::vector<Finding>> findings_;  // shared: copying an exception must not throw
};

// Something that was read, but of which nothing can be said: it is not modelled yet, or it may mean two things and its
// author has to say which. Exit code 4.
class NotModelledError : public InputError {
  using InputError::InputError;
};

// Throws InputError "file:line:column: what". `code`: Finding::code.
[[noreturn]] void fail_at(const std::string& file, Position at, std::string_view what,
                          std::string_view code = "unreadable");

// Throws all of them as one: a NotModelledError where each can be read. REQUIRES: not empty.
[[noreturn]] void fail_with(std::vector<Finding> findings);

// The machine: a server or library is missing, a disk is full, a password is refused. Exit code 5.
class EnvironmentError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace stalemate
