// See encryption.hpp.
#include "wire/encryption.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

struct Setting {
  std::string_view keyword;
  const char* variable;
  const char* file;  // in ~/.postgresql, where neither says one
};

constexpr Setting kMode = {"sslmode", "PGSSLMODE", ""};
constexpr Setting kAuthority = {"sslrootcert", "PGSSLROOTCERT", "root.crt"};
constexpr Setting kRevoked = {"sslcrl", "PGSSLCRL", "root.crl"};
constexpr Setting kCertificate = {"sslcert", "PGSSLCERT", "postgresql.crt"};
constexpr Setting kKey = {"sslkey", "PGSSLKEY", "postgresql.key"};
constexpr std::array kUnderstood = {kMode, kAuthority, kRevoked, kCertificate, kKey};

std::string given(const PostgresAddress& address, std::string_view keyword) {
  std::string value;
  for (const auto& [name, said] : address.parameters) {
    if (name == keyword) value = said;  // the last one counts
  }
  return value;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string said(const PostgresAddress& address, const Setting& setting) {
  std::string value = given(address, setting.keyword);
  return value.empty() ? variable(setting.variable) : value;
}

std::string home() {
  if (std::string folder = variable("HOME"); !folder.empty()) return folder;
  passwd entry = {};
  passwd* found = nullptr;
  std::array<char, 16'384> buffer;
  const bool is_known =
      ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return is_known ? found->pw_dir : "";
}

// "" where nobody says one and there is none at its usual place.
std::string file_of(const PostgresAddress& address, const Setting& setting) {
  std::string value = said(address, setting);
  if (!value.empty()) return value;
  value = fmt::format("{}/.postgresql/{}", home(), setting.file);
  std::error_code unreadable;
  return std::filesystem::exists(value, unreadable) ? value : "";
}

[[noreturn]] void refuse(const PostgresAddress& address, const std::string& what) {
  throw InputError(fmt::format("{}: {}", place(address), what));
}

// One of libpq's six, however it is said. What is misspelt must not lead to a connection without encryption.
std::string mode_of(const PostgresAddress& address) {
  std::string mode = given(address, kMode.keyword);
  if (mode.empty() && given(address, "requiressl") == "1") mode = "require";
  if (mode.empty()) mode = variable(kMode.variable);
  if (mode.empty() && variable("PGREQUIRESSL") == "1") mode = "require";
  const bool is_system = said(address, kAuthority) == "system";
  if (mode.empty()) mode = is_system ? "verify-full" : "prefer";
  constexpr std::string_view kModes[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  if (std::find(std::begin(kModes), std::end(kModes), mode) == std::end(kModes))
    refuse(address, fmt::format("sslmode={} is none; say {}", mode, fmt::join(kModes, ", ")));
  if (is_system && mode != "verify-full") refuse(address, "sslrootcert=system needs sslmode=verify-full");
  return mode;
}

void refuse_what_is_not_carried(const PostgresAddress& address) {
  const auto says = [&](const char* keyword, const char* name) {
    const std::string value = given(address, keyword);
    return (value.empty() ? variable(name) : value) == "require";
  };
  if (says("gssencmode", "PGGSSENCMODE"))
    refuse(address,
           "gssencmode=require asks for GSSAPI, but a proxy must read the messages; say sslmode=require for TLS");
  if (says("channel_binding", "PGCHANNELBINDING"))
    refuse(address,
           "channel_binding=require cannot be kept, because a proxy must read the messages; say sslmode=verify-full, "
           "which checks the server's certificate");
}

// What would make it stricter than it is going to be.
void refuse_what_is_not_understood(const PostgresAddress& address, const std::string& mode) {
  for (const auto& [keyword, value] : address.parameters) {
    if (keyword.starts_with("ssl") && !is_of_encryption(keyword))
      refuse(address, fmt::format("{} is not understood beside sslmode={}; of TLS there are sslmode, sslrootcert, "
                                  "sslcrl, sslcert and sslkey",
                                  keyword, mode));
  }
  for (const char* name : {"PGSSLCRLDIR", "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGSSLCERTMODE",
                           "PGSSLNEGOTIATION", "PGSSLSNI"}) {
    if (!variable(name).empty())
      refuse(address, fmt::format("{} is set, and is not understood beside sslmode={}; unset it", name, mode));
  }
}

}  // namespace

bool is_of_encryption(std::string_view keyword) {
  const auto is_it = [keyword](const Setting& setting) { return setting.keyword == keyword; };
  return keyword == "requiressl" || keyword == "gssencmode" ||
         std::any_of(kUnderstood.begin(), kUnderstood.end(), is_it);
}

std::optional<Encryption> encryption_of(const PostgresAddress& address) {
  refuse_what_is_not_carried(address);
  const std::string mode = mode_of(address);
  const bool checks_name = mode == "verify-full";
  const bool verifies = checks_name || mode == "verify-ca";
  if ((mode != "require" && !verifies) || address.host.starts_with('/')) return {};
  refuse_what_is_not_understood(address, mode);
  Encryption encryption;
  encryption.authority = file_of(address, kAuthority);
  const bool is_system = encryption.authority == "system";
  if (is_system) encryption.authority.clear();
  if (verifies && !is_system && encryption.authority.empty())
    refuse(address, fmt::format("sslmode={} needs the certificate of the server's authority: say sslrootcert=FILE, or "
                                "sslrootcert=system with verify-full",
                                mode));
  encryption.checks_authority = is_system || !encryption.authority.empty();
  encryption.checks_name = checks_name;
  encryption.revoked = file_of(address, kRevoked);
  encryption.certificate = file_of(address, kCertificate);
  if (!encryption.certificate.empty()) encryption.key = file_of(address, kKey);
  return encryption;
}

}  // namespace stalemate::real
