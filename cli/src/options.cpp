// Reading of the shared options: numbers, sizes, times, names of files, shell words.
#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/error.hpp"
#include "machine/fault.hpp"
#include "machine/scenario.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

constexpr int kAppsMax = 64;

// Splits "10 MB" into 10 and "MB".
std::pair<std::optional<std::uint64_t>, std::string> number_and_unit(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string unit(end, text.data() + text.size());
  unit.erase(0, unit.find_first_not_of(' ') == std::string::npos ? unit.size() : unit.find_first_not_of(' '));
  if (error != std::errc{}) return {std::nullopt, unit};
  return {value, unit};
}

bool has_kind(const model::Protocol& protocol, model::OperationKind kind) {
  return std::any_of(protocol.operations.begin(), protocol.operations.end(),
                     [&](const model::Operation& operation) { return operation.kind == kind; });
}

}  // namespace

void ProtocolOptions::add_to(CLI::App& command) {
  command
      .add_option("PROTOCOL", protocol, "a Markdown or .mmd file, or a page of the catalogue (stalemate read --list)")
      ->required();
  command.add_option("--role", roles, "what a participant is, where its name does not tell: X=cache (repeatable)")
      ->allow_extra_args(false);
}

model::Protocol ProtocolOptions::read() const {
  model::Understanding read = try_to_read();
  if (!read.protocol) fail_with(std::move(read.findings));
  return std::move(*read.protocol);
}

model::Understanding ProtocolOptions::try_to_read() const {
  check_file_name(protocol, "PROTOCOL", "/dev/stdin");
  std::error_code error;
  if (!std::filesystem::exists(protocol, error)) {
    for (const model::CataloguePage& page : model::catalogue()) {
      if (page.name == protocol) return model::try_to_read(page.text, std::string(page.name) + ".md", roles);
    }
    if (protocol.find('/') == std::string::npos) {
      std::vector<std::string> names;
      for (const model::CataloguePage& page : model::catalogue()) names.emplace_back(page.name);
      throw InputError(fmt::format("{}: no such file, and no such page in the catalogue{}; it has {}",
                                   excerpt(protocol), suggestion(protocol, names), fmt::join(names, ", ")));
    }
  }
  return model::try_to_read(read_text_file(protocol, kDiagramBytesMax), protocol, roles);
}

std::string faults_help(std::string_view how_often) {
  std::string names;
  for (const model::FaultKind& kind : model::fault_kinds()) names += fmt::format("{}, ", kind.name);
  return fmt::format(
      "what may go wrong, and {}: {}lost-message for both losses, or any for all that fit; several by commas; a "
      "message's fault aimed with @write:2 (the second arrow of Write); with a budget =N (default 1; repeatable)",
      how_often, names);
}

void ScenarioOptions::add_to(CLI::App& command) {
  add_number(command, "--readers", readers, {0, kAppsMax},
             "app instances that run one Read, any of those drawn (default 1)");
  add_number(command, "--writers", writers, {0, kAppsMax},
             "app instances that run one Write, any of those drawn (default 1)");
  command
      .add_option("--app", apps,
                  "one app instance and its script: 'read; write k2', with | between sessions (repeatable)")
      ->allow_extra_args(false);
  add_number(command, "--keys", keys, {1, model::kKeysMax}, "how many keys there are (default 1)");
  command.add_flag("--cached", cached, "every key starts cached with its initial value");
  command.add_option("--fault", faults, faults_help("how often"))->allow_extra_args(false);
  command
      .add_option("--on-database-timeout", on_database_timeout,
                  "fail: the operation ends; continue: it goes on with the next arrow after a database write")
      ->capture_default_str();
  command.add_flag("--all-invoked", all_invoked, "start with every session's first operation already invoked");
}

std::vector<std::string> ScenarioOptions::counted_apps(const model::Protocol& protocol) const {
  std::vector<std::string> counted;
  if (!apps.empty() && !readers && !writers) return counted;
  const auto add = [&](std::optional<int> count, model::OperationKind kind, const char* option, const char* drawn) {
    const bool is_drawn = has_kind(protocol, kind);
    if (count.value_or(0) > 0 && !is_drawn)
      throw InputError(fmt::format("{} {}: no {} is drawn in {}; draw one, or leave {} out", option, *count, drawn,
                                   protocol.file, option));
    const int otherwise = is_drawn && apps.empty() ? 1 : 0;
    counted.insert(counted.end(), static_cast<std::size_t>(count.value_or(otherwise)),
                   std::string(model::to_string(kind)));
  };
  add(readers, model::OperationKind::kRead, "--readers", "Read");
  add(writers, model::OperationKind::kWrite, "--writers", "Write");
  return counted;
}

traces::Scenario ScenarioOptions::scenario(const model::Protocol& protocol, std::string_view all_invoked_by) const {
  traces::Scenario scenario;
  scenario.apps = counted_apps(protocol);
  scenario.keys = keys.value_or(1);
  if ((all_invoked || !all_invoked_by.empty()) && scenario.keys > 1 && !scenario.apps.empty())
    throw InputError(fmt::format(
        "{} with --keys {}: every first operation needs its key; in place of --readers and --writers say --app 'read "
        "k1' --app 'write k1', and so on",
        all_invoked_by.empty() ? "--all-invoked" : all_invoked_by, scenario.keys));
  scenario.apps.insert(scenario.apps.end(), apps.begin(), apps.end());
  scenario.cached = cached;
  scenario.faults = faults;
  scenario.on_database_timeout = on_database_timeout;
  scenario.all_invoked = all_invoked;
  return scenario;
}

std::string ScenarioOptions::as_given() const {
  std::string words;
  if (readers) words += fmt::format(" --readers {}", *readers);
  if (writers) words += fmt::format(" --writers {}", *writers);
  for (const std::string& app : apps) words += " --app " + shell_word(app);
  if (keys) words += fmt::format(" --keys {}", *keys);
  if (cached) words += " --cached";
  for (const std::string& fault : faults) words += " --fault " + shell_word(fault);
  if (on_database_timeout != "fail") words += " --on-database-timeout " + shell_word(on_database_timeout);
  if (all_invoked) words += " --all-invoked";
  return words;
}

void ServerOptions::add_to(CLI::App& command) {
  command.add_option("--postgres", postgres, "on this PostgreSQL: postgresql://user@host:port/database");
  command.add_option("--redis", redis, "on this Redis: redis://user@host:port/database");
  command.add_flag("--allow-remote", allow_remote, "take servers that are not on this machine");
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

std::uint64_t parse_bytes(const std::string& text, const std::string& option) {
  const auto [value, unit] = number_and_unit(text);
  static constexpr std::pair<const char*, std::uint64_t> kUnits[] = {
      {"", 1},         {"B", 1},           {"KiB", 1ULL << 10},  {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30},
      {"kB", 1000ULL}, {"MB", 1000000ULL}, {"GB", 1000000000ULL}};
  for (const auto& [name, factor] : kUnits)
    if (value && *value > 0 && unit == name && *value <= std::numeric_limits<std::uint64_t>::max() / factor)
      return *value * factor;
  throw InputError(fmt::format("{} {}: say a size such as 512MiB or 4GiB", option, excerpt(text)));
}

// Far from where the clock's arithmetic overflows.
constexpr std::uint64_t kDurationMsMax = 1000ULL * 3600000;

std::chrono::milliseconds parse_duration(const std::string& text, const std::string& option) {
  const auto [value, unit] = number_and_unit(text);
  static constexpr std::pair<const char*, std::uint64_t> kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  for (const auto& [name, factor] : kUnits)
    if (value && *value > 0 && *value <= kDurationMsMax / factor && unit == name)
      return std::chrono::milliseconds(*value * factor);
  throw InputError(fmt::format("{} {}: say a whole number with its unit, such as 500ms, 30s or 10m, at most 1000h",
                               option, excerpt(text)));
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
