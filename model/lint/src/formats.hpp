// The formats of report.hpp, a file each.
#pragma once

#include <string>

#include "lint/report.hpp"

namespace stalemate::model {

std::string as_json(const Lint& result, Detail detail);
std::string as_junit(const Lint& result, Detail detail);
std::string as_sarif(const Lint& result, Detail detail);
std::string as_github(const Lint& result, Detail detail);

}  // namespace stalemate::model
