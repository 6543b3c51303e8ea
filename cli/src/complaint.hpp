// What ends a command otherwise than with a result: its message, and the exit code of its kind.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace stalemate::cli {

struct Complaint {
  std::string message;  // may have several lines
  int code = 5;
};

// Does it; what it throws, if anything. Nothing is let through.
std::optional<Complaint> complaint_of(const std::function<void()>& act);

// Says it on stderr, line by line; its code.
int complain(const Complaint& complaint);

}  // namespace stalemate::cli
