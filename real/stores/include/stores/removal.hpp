// Removing, one thing after the other: what stays does not keep the rest from being tried, but a server that is known
// not to answer is not asked.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>

namespace stalemate::real {

// At one server.
class Removal {
 public:
  explicit Removal(bool is_silent = false) : is_silent_(is_silent) {}

  // Where `remove` throws, left() has one clause more: "; `what` may be left behind (why)".
  template <typename Remove>
  void attempt(const std::string& what, const Remove& remove) {
    if (is_silent_) return add(what, "its server does not answer");
    try {
      remove();
    } catch (const std::exception& error) {
      add(what, error.what());
    }
  }

  // Clauses for an error message; "" where nothing is left.
  const std::string& left() const { return left_; }

 private:
  void add(const std::string& what, const std::string& why) {
    left_ += fmt::format("; {} may be left behind ({})", what, why);
  }

  bool is_silent_;
  std::string left_;
};

}  // namespace stalemate::real
