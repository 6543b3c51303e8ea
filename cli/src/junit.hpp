// Results of replays as JUnit XML, which continuous integration shows. No times and no hosts: the same results are the
// same bytes.
#pragma once

#include <string>
#include <vector>

namespace stalemate::cli {

struct JunitCase {
  std::string name;  // the trace's file
  std::string type;  // the property that it breaks
  enum class Result { kPassed, kFailed, kError } result = Result::kPassed;
  std::string message;  // one line
  std::string details;
};

std::string junit_xml(const std::vector<JunitCase>& cases);

}  // namespace stalemate::cli
