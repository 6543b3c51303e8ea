// Results of many cases as JUnit XML, which continuous integration shows. No times and no hosts: the same results are
// the same bytes.
#pragma once

#include <string>
#include <vector>

namespace stalemate {

struct JunitCase {
  std::string name;  // what was judged: a file
  std::string type;  // its class: the property that a trace breaks
  enum class Result { kPassed, kFailed, kError, kSkipped } result = Result::kPassed;
  std::string message;  // one line
  std::string details;
};

std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace stalemate
