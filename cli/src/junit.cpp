// See junit.hpp.
#include "junit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stalemate::cli {
namespace {

// What XML 1.0 cannot hold at all becomes '?'. A line break within an attribute must be told as a number.
std::string escaped(const std::string& text, bool is_attribute) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += is_attribute ? "&quot;" : "\"";
        break;
      case '\n':
        out += is_attribute ? "&#10;" : "\n";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  }
  return out;
}

std::ptrdiff_t count(const std::vector<JunitCase>& cases, JunitCase::Result result) {
  return std::count_if(cases.begin(), cases.end(), [result](const JunitCase& one) { return one.result == result; });
}

}  // namespace

std::string junit_xml(const std::vector<JunitCase>& cases) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuite name=\"stalemate replay\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n", cases.size(),
                     count(cases, JunitCase::Result::kFailed), count(cases, JunitCase::Result::kError));
  for (const JunitCase& one : cases) {
    xml += fmt::format("  <testcase name=\"{}\" classname=\"{}\"", escaped(one.name, true), escaped(one.type, true));
    if (one.result == JunitCase::Result::kPassed) {
      xml += "/>\n";
      continue;
    }
    const char* const element = one.result == JunitCase::Result::kFailed ? "failure" : "error";
    xml += fmt::format(">\n    <{0} message=\"{1}\">{2}</{0}>\n  </testcase>\n", element, escaped(one.message, true),
                       escaped(one.details, false));
  }
  return xml + "</testsuite>\n";
}

}  // namespace stalemate::cli
