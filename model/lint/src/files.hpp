// Which files are meant by the paths that are given.
#pragma once

#include <string>
#include <vector>

#include "lint/config.hpp"

namespace stalemate::model {

// In the order of the paths, a folder's files sorted; each file once. Symbolic links to folders are not followed.
// Throws InputError for a path that is not there.
std::vector<std::string> files_of(const std::vector<std::string>& paths, const LintConfig& config);

// Whether a file has a sequence diagram at all, whatever else it is; it is read in pieces. Throws InputError for one
// that cannot be read.
bool names_a_sequence_diagram(const std::string& path);

}  // namespace stalemate::model
