// How each server of a sandbox is started: its program, with all it needs to know. Nothing here starts anything.
#pragma once

#include <string>
#include <vector>

#include "sandbox/sandbox.hpp"

namespace stalemate::real {

using Command = std::vector<std::string>;  // the program first

// `folder`: the sandbox's.
Command initdb_command(const Programs& programs, const std::string& folder);
std::string initdb_password_file(const std::string& folder);
Command postgres_command(const Programs& programs, const std::string& folder, int port);
// It chooses its ports by itself and writes its URL into that file when it takes connections.
Command cockroach_command(const Programs& programs, const std::string& url_file);
// `more`: further lines.
std::string redis_configuration(int port, const std::string& password, const std::string& more);
// `logins`: a file, of a line "user:password".
Command memcached_command(const Programs& programs, int port, const std::string& logins);

// What a cache is told by who wants to log in, and what it says to that.
struct Login {
  std::string request;
  std::string answer;
};
Login redis_login(const std::string& password);
Login memcached_login(const std::string& password);

}  // namespace stalemate::real
