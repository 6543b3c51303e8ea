// What the tests of how pages are read at first contact share: all operations of a diagram in one line, and what is
// asked about it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {

// "Read: get cache#1; if miss; get database#3 // Write: set database#1"
inline std::string told(const Protocol& protocol) {
  std::string text;
  for (const Operation& operation : protocol.operations)
    text += (text.empty() ? "" : " // ") + operation.name + ": " + outline(operation.body);
  return text;
}
inline std::string told(const std::string& lines) { return told(read_lines(lines)); }

inline void expect_asked(const std::string& lines, const std::string& part) {
  EXPECT_TRUE(contains(error_of_lines(lines), part)) << lines << "\n" << error_of_lines(lines);
}

}  // namespace stalemate::model
