// Reading of the shared options: numbers, sizes, times, names of files, shell words.
#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <limits>
#include <thread>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "machine/fault.hpp"
#include "machine/scenario.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

// "docs/caching.md:12"; line 0 where it is not of this form.
std::pair<std::string, int> file_and_line(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  int line = 0;
  if (colon == std::string::npos || colon == 0) return {text, 0};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, line);
  if (error != std::errc{} || end != last || line <= 0) return {text, 0};
  return {text.substr(0, colon), line};
}

}  // namespace

namespace {

constexpr const char* kAboutProtocol =
    "a Markdown or .mmd file (FILE:LINE: of several features, the one whose diagram is there), or a page of the "
    "catalogue (stalemate read --list)";

void add_roles(CLI::App& command, std::vector<std::string>& roles) {
  command.add_option("--role", roles, "what a participant is, where its name does not tell: X=cache (repeatable)")
      ->allow_extra_args(false);
}

}  // namespace

void ProtocolOptions::add_to(CLI::App& command) {
  command.add_option("PROTOCOL", protocol, kAboutProtocol)->required();
  add_roles(command, roles);
}

void ProtocolOptions::add_trace_or_protocol_to(CLI::App& command) {
  command.add_option("TRACE|PROTOCOL", protocol, fmt::format("a trace file; or, as a PROTOCOL, {}", kAboutProtocol))
      ->required();
  add_roles(command, roles);
}

void ProtocolOptions::add_to(CLI::App& command, std::vector<std::string>& protocols) {
  command.add_option("PROTOCOL", protocols, kAboutProtocol)->required();
  add_roles(command, roles);
}

model::Protocol ProtocolOptions::read() const {
  model::Understanding read = try_to_read();
  if (!read.protocol) fail_with(std::move(read.findings));
  return std::move(*read.protocol);
}

namespace {

// What is named: a text, its name, and the line of it that is said, or 0.
struct Named {
  std::string text;
  std::string name;
  int line = 0;
};

Named find(const std::string& protocol) {
  check_file_name(protocol, "PROTOCOL", "/dev/stdin");
  std::error_code error;
  if (!std::filesystem::exists(protocol, error)) {
    if (const auto [file, line] = file_and_line(protocol); line != 0 && std::filesystem::exists(file, error))
      return {read_text_file(file, model::kDiagramBytesMax), file, line};
    for (const model::CataloguePage& page : model::catalogue()) {
      if (page.name == protocol) return {std::string(page.text), std::string(page.name) + ".md"};
    }
    if (protocol.find('/') == std::string::npos) {
      std::vector<std::string> names;
      for (const model::CataloguePage& page : model::catalogue()) names.emplace_back(page.name);
      throw InputError(fmt::format("{}: no such file, and no such page in the catalogue{}; it has {}",
                                   excerpt(protocol), suggestion(protocol, names), fmt::join(names, ", ")));
    }
  }
  return {read_text_file(protocol, model::kDiagramBytesMax), protocol};
}

}  // namespace

model::Understanding ProtocolOptions::try_to_read() const {
  const Named named = find(protocol);
  if (named.line != 0) return model::try_to_read_at(named.text, named.name, named.line, roles);
  return model::try_to_read(named.text, named.name, roles);
}

std::pair<model::Page, int> ProtocolOptions::read_page() const {
  const Named named = find(protocol);
  return {model::part_page(named.text, named.name, roles), named.line};
}

std::string faults_help(std::string_view how_often) {
  std::string names;
  for (const model::FaultKind& kind : model::fault_kinds()) names += fmt::format("{}, ", kind.name);
  return fmt::format(
      "what may go wrong, and {}: {}lost-message for both losses, or any for all that fit; several by commas; a "
      "message's fault aimed with @write:2 (the second arrow of Write); cache-failover:3 misses up to 3 changes; "
      "with a budget =N (default 1; repeatable)",
      how_often, names);
}

void ScenarioOptions::add_to(CLI::App& command) {
  add_number(command, "--readers", given.readers, {0, model::kAppsMax},
             "app instances that run one Read, any of those drawn (default 1)");
  add_number(command, "--writers", given.writers, {0, model::kAppsMax},
             "app instances that run one Write, any of those drawn (default 1)");
  command
      .add_option("--app", given.app,
                  "one app instance and its script: 'read; write k2', with | between sessions (repeatable)")
      ->allow_extra_args(false);
  add_number(command, "--keys", given.keys, {1, model::kKeysMax}, "how many keys there are (default 1)");
  command.add_flag("--cached", given.cached, "every key starts cached with its initial value");
  command.add_option("--fault", given.fault, faults_help("how often"))->allow_extra_args(false);
  command.add_option(
      "--on-database-timeout", given.on_database_timeout,
      "fail: the operation ends; continue: it goes on with the next arrow after a database write (default fail)");
  command.add_option("--on-cache-timeout", given.on_cache_timeout,
                     "continue: a get that fails counts as a miss, what changes the cache as done; fail: the operation "
                     "ends (default continue)");
  command.add_option("--connections", given.connections,
                     "one: what a session asks of a server goes over one connection, in the order sent, and over a new "
                     "one after a timeout; pool: only what it waits for keeps an order (default one)");
  add_number(command, "--retries", given.retries, {0, traces::kRetriesMax},
             "how often a session runs an operation that failed again, with the same value, before it goes on (default "
             "0)");
  command.add_flag("--all-invoked", given.all_invoked, "start with every session's first operation already invoked");
  command.add_flag("--no-expiry", given.no_expiry, "nothing expires, whatever time to live it has");
  command.add_flag("--no-replica-lag", given.no_replica_lag,
                   "a replica of a cache has each change at once (those of a database are refused by name so far)");
}

void SearchOptions::add_to(CLI::App& command, std::string_view ended) {
  constexpr int kThreadsMax = 256;
  add_number(command, "--threads", threads, {1, kThreadsMax}, "threads (default: all cores; never changes the result)");
  command.add_option("--memory", memory, fmt::format("stop before the program takes more memory, {}: 4GiB", ended));
  command.add_option("--time", time, fmt::format("stop after this time, {}: 30s", ended));
}

void SearchOptions::add_to(model::CheckOptions& check) const {
  check.threads = threads ? static_cast<unsigned>(*threads) : std::max(1U, std::thread::hardware_concurrency());
  if (!memory.empty()) check.memory_bytes_max = parse_bytes(memory, "--memory");
}

std::optional<TimeLimit> SearchOptions::time_limit() const {
  if (time.empty()) return std::nullopt;
  return TimeLimit{parse_duration(time, "--time"), time};
}

void ServerOptions::add_to(CLI::App& command) {
  command.add_option("--postgres", postgres, "on this PostgreSQL: postgresql://user@host:port/database");
  command.add_option("--redis", redis, "on this Redis: redis://user@host:port/database");
  command.add_flag("--allow-remote", allow_remote, "take servers that are not on this machine");
}

void CacheOptions::add_to(CLI::App& command) {
  command.add_option("--memcached", memcached, "on this memcached: memcached://user@host:port");
  command
      .add_option(
          "--cache", wanted,
          "which server stands for a cache: redis or memcached (default: the one whose URL is given, or that the "
          "diagram names, or else Redis, where that can be it)")
      ->check(CLI::IsMember({"redis", "memcached"}).description(""));
}

void CacheOptions::check(const ServerOptions& servers) const {
  if (wanted == "redis" && memcached) throw InputError("--cache redis: leave out --memcached, or the other way round");
  if (wanted == "memcached" && servers.redis)
    throw InputError("--cache memcached: leave out --redis, or the other way round");
}

std::optional<traces::CacheServer> CacheOptions::server(const ServerOptions& servers) const {
  if (wanted) return traces::CacheServer{*wanted == to_string(traces::CacheServer::kMemcached)};
  if (memcached.has_value() == servers.redis.has_value()) return std::nullopt;
  return traces::CacheServer{memcached.has_value()};
}

void OutputOptions::add_to(CLI::App& command, const std::string& what) {
  command.add_option_function<std::string>(
      "-o,--output",
      [this](const std::string& given) {
        check_file_name(given, "-o", "/dev/stdout");
        path = given;
      },
      what);
  command.add_flag("--force", force, "replace the output file if it exists");
}

void OutputOptions::check() const {
  if (!path.empty()) check_writable(path, force ? Overwrite::kForce : Overwrite::kKeep);
}

void OutputOptions::write(const std::string& text) const {
  if (!path.empty()) write_file(path, text, force ? Overwrite::kForce : Overwrite::kKeep);
}

void OutputOptions::check_folder() const {
  if (path.empty()) return;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    throw InputError(fmt::format("-o {}: with --all it names a folder that exists; there is none", excerpt(path)));
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (!force && name.rfind("cause-", 0) == 0 && entry.path().extension() == ".json")
      throw InputError(fmt::format("-o {}: holds {} already; say --force to replace it, or another folder",
                                   excerpt(path), excerpt(name)));
  }
  check_writable(path_of_cause(1), force ? Overwrite::kForce : Overwrite::kKeep);
}

std::string OutputOptions::path_of_cause(std::size_t count) const {
  return (std::filesystem::path(path) / fmt::format("cause-{}.json", count)).string();
}

void OutputOptions::write_cause(std::size_t count, const std::string& text) const {
  if (!path.empty()) write_file(path_of_cause(count), text, force ? Overwrite::kForce : Overwrite::kKeep);
}

CLI::Option* add_number(CLI::App& command, const std::string& name, std::optional<int>& value, Range range,
                        const std::string& what) {
  const auto read = [&value, name, range](const std::string& text) {
    int number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last || number < range.least || number > range.most)
      throw InputError(
          fmt::format("{} {}: say a whole number from {} to {}", name, excerpt(text), range.least, range.most));
    value = number;
  };
  return command.add_option_function<std::string>(name, read, what)->type_name("N");
}

void check_file_name(const std::string& path, std::string_view option, std::string_view stream) {
  if (path.empty()) throw InputError(fmt::format("{}: the name is empty; say a file name", option));
  if (path == "-") throw InputError(fmt::format("{} -: no file is meant by that; say {}", option, stream));
}

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seed);
  if (error != std::errc{} || end != last)
    throw InputError(fmt::format("--seed {}: say a whole number from 0 to {}", excerpt(text), ~std::uint64_t{0}));
  return seed;
}

}  // namespace stalemate::cli
