// See junit.hpp.
#include "junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace stalemate::cli {
namespace {

std::ptrdiff_t count(const std::vector<JunitCase>& cases, JunitCase::Result result) {
  return std::count_if(cases.begin(), cases.end(), [result](const JunitCase& one) { return one.result == result; });
}

}  // namespace

std::string junit_xml(const std::vector<JunitCase>& cases) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuite name=\"stalemate replay\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n", cases.size(),
                     count(cases, JunitCase::Result::kFailed), count(cases, JunitCase::Result::kError));
  for (const JunitCase& one : cases) {
    xml += fmt::format("  <testcase name=\"{}\" classname=\"{}\"", xml_escaped(one.name, XmlPlace::kAttribute),
                       xml_escaped(one.type, XmlPlace::kAttribute));
    if (one.result == JunitCase::Result::kPassed) {
      xml += "/>\n";
      continue;
    }
    const char* const element = one.result == JunitCase::Result::kFailed ? "failure" : "error";
    xml += fmt::format(">\n    <{0} message=\"{1}\">{2}</{0}>\n  </testcase>\n", element,
                       xml_escaped(one.message, XmlPlace::kAttribute), xml_escaped(one.details, XmlPlace::kElement));
  }
  return xml + "</testsuite>\n";
}

}  // namespace stalemate::cli
