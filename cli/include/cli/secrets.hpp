// Passwords in URLs: kept out of what is said of a command line, and out of the list of processes.
#pragma once

#include <string>
#include <string_view>

namespace stalemate::cli {

// "postgresql://me:***@host" for each URL with a password; the rest as it is.
std::string without_passwords(std::string_view text);

// Writes over them where the system shows them (ps, /proc/PID/cmdline). REQUIRES: the arguments have been read.
void hide_passwords(int argc, char** argv);

}  // namespace stalemate::cli
