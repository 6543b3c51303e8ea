// See junit.hpp.
#include "base/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace stalemate {
namespace {

std::ptrdiff_t count(const std::vector<JunitCase>& cases, JunitCase::Result result) {
  return std::count_if(cases.begin(), cases.end(), [result](const JunitCase& one) { return one.result == result; });
}

}  // namespace

std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
                     xml_escaped(suite, XmlPlace::kAttribute), cases.size(), count(cases, JunitCase::Result::kFailed),
                     count(cases, JunitCase::Result::kError), count(cases, JunitCase::Result::kSkipped));
  for (const JunitCase& one : cases) {
    xml += fmt::format("  <testcase name=\"{}\" classname=\"{}\"", xml_escaped(one.name, XmlPlace::kAttribute),
                       xml_escaped(one.type, XmlPlace::kAttribute));
    if (one.result == JunitCase::Result::kPassed) {
      xml += "/>\n";
      continue;
    }
    if (one.result == JunitCase::Result::kSkipped) {
      xml += fmt::format(">\n    <skipped message=\"{}\"/>\n  </testcase>\n",
                         xml_escaped(one.message, XmlPlace::kAttribute));
      continue;
    }
    const char* const element = one.result == JunitCase::Result::kFailed ? "failure" : "error";
    xml += fmt::format(">\n    <{0} message=\"{1}\">{2}</{0}>\n  </testcase>\n", element,
                       xml_escaped(one.message, XmlPlace::kAttribute), xml_escaped(one.details, XmlPlace::kElement));
  }
  return xml + "</testsuite>\n";
}

}  // namespace stalemate
