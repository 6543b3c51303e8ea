// Where the servers' programs are installed.
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sandbox/sandbox.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string on_path(const ProgramSearch& search, std::string_view name) {
  const char* from_environment = std::getenv("PATH");
  std::string rest = search.path.value_or(from_environment != nullptr ? from_environment : "/usr/bin:/bin");
  while (!rest.empty()) {
    const std::string folder = rest.substr(0, rest.find(':'));
    rest.erase(0, folder.size() + 1);
    // A relative folder would mean another program in another current directory.
    if (folder.starts_with('/') && is_program(fs::path(folder) / name)) return folder + "/" + std::string(name);
  }
  return "";
}

// The newest VERSION/bin that has an initdb; "" if there is none.
std::string newest_initdb(const std::string& versions) {
  std::map<int, std::string> found;
  std::error_code error;
  for (fs::directory_iterator it(versions, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    const fs::path initdb = it->path() / "bin" / "initdb";
    if (is_program(initdb) && is_program(it->path() / "bin" / "postgres")) found[version] = initdb.string();
  }
  return found.empty() ? "" : found.rbegin()->second;
}

}  // namespace

Programs find_programs(const SandboxOptions& options) {
  const ProgramSearch& search = options.programs;
  Programs programs;
  if (options.postgres) {
    programs.initdb = newest_initdb(search.postgres_versions);
    if (programs.initdb.empty()) programs.initdb = on_path(search, "initdb");
    std::error_code error;
    const fs::path real = fs::canonical(programs.initdb, error);
    if (programs.initdb.empty() || error || !is_program(real.parent_path() / "postgres")) {
      throw EnvironmentError(
          fmt::format("PostgreSQL is not installed (initdb not found in {}/*/bin or PATH); install postgresql, or give "
                      "--postgres URL",
                      search.postgres_versions));
    }
    programs.postgres = (real.parent_path() / "postgres").string();
  }
  if (options.cockroach) {
    programs.cockroach = on_path(search, "cockroach");
    if (programs.cockroach.empty()) {
      throw EnvironmentError(
          "CockroachDB is not installed (cockroach not found in PATH); install it, or give --cockroach URL");
    }
  }
  if (options.redis) {
    programs.redis_server = on_path(search, "redis-server");
    if (programs.redis_server.empty()) {
      throw EnvironmentError(
          "Redis is not installed (redis-server not found in PATH); install redis-server, or give --redis URL");
    }
  }
  if (options.memcached) {
    programs.memcached = on_path(search, "memcached");
    if (programs.memcached.empty()) {
      throw EnvironmentError(
          "memcached is not installed (memcached not found in PATH); install memcached, or give --memcached URL");
    }
  }
  return programs;
}

}  // namespace stalemate::real
