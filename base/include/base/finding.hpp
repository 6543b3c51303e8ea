// What was found in a file, as data: a fault of it, a question it leaves open, something it says that is not modelled.
// Not for broken properties, which are results. One error (base/error.hpp) carries one finding or several.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stalemate {

// Where something stands in a text: 1-based; columns count Unicode code points. {0, 0}: nowhere in particular.
struct Position {
  int line = 0;
  int column = 0;
  bool operator==(const Position&) const = default;
};

// From what stops everything to what was merely taken for granted.
enum class Severity {
  kError,        // cannot be read
  kNotModelled,  // read, but nothing can be said of it
  kQuestion,     // read, but it may mean two things, of which its author has to say one
  kAssumption,   // read, and something was taken for granted
};
std::string_view to_string(Severity severity);  // "error", "not-modelled", "question", "assumption"

// One way to mend or to answer: a line of its own, before line `before` of the file, as far indented as that is.
struct Edit {
  int before = 0;
  std::string line;   // "%% stalemate: role X = cache"
  std::string means;  // what is so then: "X is the cache"
  // Obeying it cannot change what the file means: it says what is assumed anyway.
  bool safe = false;
  bool operator==(const Edit&) const = default;
};

struct Finding {
  std::string code;  // of its kind, for ever: "role-unknown"
  Severity severity = Severity::kError;
  std::string file;  // as it was given, folders included
  Position at;
  std::string what;         // one sentence for who wrote the file: what is wrong or open, and what would mend it
  std::string feature;      // kNotModelled: what is not
  std::vector<Edit> edits;  // each of them alone is a way to mend or answer it
  bool operator==(const Finding&) const = default;

  std::string line() const;  // "file:line:column: what"
};

// By position, those at one place in the order given; the same said twice of one place is said once.
void sort(std::vector<Finding>& findings);

}  // namespace stalemate
