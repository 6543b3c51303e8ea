// Options that several subcommands share, and how they become scenarios and limits. Values that make no sense are
// refused as InputError, in words that say what would.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ask/check.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "progress.hpp"
#include "traces/shapes.hpp"
#include "traces/trace.hpp"
#include "understand/page.hpp"
#include "understand/protocol.hpp"
#include "understand/understanding.hpp"
#include "understand/wanted.hpp"

namespace stalemate::cli {

inline constexpr std::size_t kTraceBytesMax = std::size_t{64} << 20;

// PROTOCOL and --role.
struct ProtocolOptions {
  std::string protocol;
  std::vector<std::string> roles;

  void add_to(CLI::App& command);
  // Where a trace file may be named instead.
  void add_trace_or_protocol_to(CLI::App& command);
  // As many as are named, one after the other.
  void add_to(CLI::App& command, std::vector<std::string>& protocols);
  // A file, or else a page of the catalogue. Throws InputError.
  model::Protocol read() const;
  // Likewise, but what is wrong or open in it is no error.
  model::Understanding try_to_read() const;
  // The whole page that it stands in, and the line where one was said, else 0.
  std::pair<model::Page, int> read_page() const;
};

// --readers … --all-invoked. What the command line leaves open, the page's own lines may say.
struct ScenarioOptions {
  model::ScenarioWords given;

  void add_to(CLI::App& command);
  // `all_invoked_by`: another option that implies --all-invoked, where one does.
  traces::Scenario scenario(const model::Protocol& protocol, std::string_view all_invoked_by = {}) const {
    return model::scenario_of(words(protocol), protocol, all_invoked_by);
  }
  model::ScenarioWords words(const model::Protocol& protocol) const { return given.over(protocol.wanted.scenario); }
};

// --threads, --memory and --time: how a search is made, and where it ends early.
struct SearchOptions {
  std::optional<int> threads;
  std::string memory;
  std::string time;

  // `ended`: what comes of it then, "inconclusive".
  void add_to(CLI::App& command, std::string_view ended);
  void add_to(model::CheckOptions& check) const;
  std::optional<TimeLimit> time_limit() const;
};

// --postgres, --redis and --allow-remote.
struct ServerOptions {
  std::optional<std::string> postgres;
  std::optional<std::string> redis;
  bool allow_remote = false;

  void add_to(CLI::App& command);
};

// --memcached and --cache: for who replays traces, whose cache may be either.
struct CacheOptions {
  std::optional<std::string> memcached;
  std::optional<std::string> wanted;

  void add_to(CLI::App& command);
  // Throws InputError where they and --redis do not fit.
  void check(const ServerOptions& servers) const;
  // Which server every cache is to be; nothing: as each trace has it.
  std::optional<traces::CacheServer> server(const ServerOptions& servers) const;
};
// What the help of such a command says of URLs.
inline constexpr const char* kAboutUrls =
    "A password in a URL is seen by who lists the processes, if only for a moment: leave it out, and it is taken\n"
    "from PGPASSWORD, PGPASSFILE or ~/.pgpass, for Redis from REDISCLI_AUTH, for memcached from MEMCACHED_AUTH.\n"
    "Over TLS: postgresql://...?sslmode=verify-full&sslrootcert=FILE, rediss://...?ssl_ca_certs=FILE.\n";

// -o and --force.
struct OutputOptions {
  std::string path;  // empty: not given
  bool force = false;

  void add_to(CLI::App& command, const std::string& what);
  // Refuses early what write() would refuse late.
  void check() const;
  void write(const std::string& text) const;  // nothing where no path was given
  // With --all it names a folder, which holds cause-1.json, cause-2.json and so on.
  void check_folder() const;
  std::string path_of_cause(std::size_t count) const;
  void write_cause(std::size_t count, const std::string& text) const;
};

// The value of --seed. Throws InputError.
std::uint64_t parse_seed(const std::string& text);

// The help of --fault, every kind named. `how_often`: how the budget is meant.
std::string faults_help(std::string_view how_often);

// An option that takes a whole number from `least` to `most`; anything else is refused by name, with the range.
struct Range {
  int least = 0;
  int most = 0;
};
CLI::Option* add_number(CLI::App& command, const std::string& name, std::optional<int>& value, Range range,
                        const std::string& what);

// Refuses the names of files that are none: "" and "-", which other programs take for a stream that is `stream` here.
void check_file_name(const std::string& path, std::string_view option, std::string_view stream);

}  // namespace stalemate::cli
