// See encryption.hpp.
#include "encryption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "traces/error.hpp"

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

std::string said(const PostgresAddress& address, const Setting& setting) {
  std::string value = given(address, setting.keyword);
  const char* const variable = std::getenv(setting.variable);
  if (value.empty() && variable != nullptr) value = variable;
  return value;
}

// "" where nobody says one and there is none at its usual place.
std::string file_of(const PostgresAddress& address, const Setting& setting) {
  std::string value = said(address, setting);
  const char* const home = std::getenv("HOME");
  if (!value.empty() || home == nullptr) return value;
  value = fmt::format("{}/.postgresql/{}", home, setting.file);
  std::error_code unreadable;
  return std::filesystem::exists(value, unreadable) ? value : "";
}

[[noreturn]] void refuse(const PostgresAddress& address, const std::string& what) {
  throw traces::InputError(fmt::format("{}: {}", place(address), what));
}

void refuse_what_is_not_carried(const PostgresAddress& address) {
  if (given(address, "gssencmode") == "require")
    refuse(address,
           "gssencmode=require asks for GSSAPI, but a proxy must read the messages; say sslmode=require for TLS");
  if (given(address, "channel_binding") == "require")
    refuse(address,
           "channel_binding=require cannot be kept, because a proxy must read the messages; say sslmode=verify-full, "
           "which checks the server's certificate");
}

}  // namespace

std::optional<Encryption> encryption_of(const PostgresAddress& address) {
  refuse_what_is_not_carried(address);
  const std::string mode = said(address, kMode);
  const bool checks_name = mode == "verify-full";
  const bool verifies = checks_name || mode == "verify-ca";
  if ((mode != "require" && !verifies) || address.host.starts_with('/')) return {};
  for (const auto& [keyword, value] : address.parameters) {
    const auto is_it = [&keyword = keyword](const Setting& setting) { return setting.keyword == keyword; };
    if (keyword.starts_with("ssl") && std::none_of(kUnderstood.begin(), kUnderstood.end(), is_it))
      refuse(address, fmt::format("{} is not understood beside sslmode={}; of TLS there are sslmode, sslrootcert, "
                                  "sslcrl, sslcert and sslkey",
                                  keyword, mode));
  }
  Encryption encryption;
  encryption.authority = file_of(address, kAuthority);
  const bool is_system = encryption.authority == "system";
  if (is_system) encryption.authority.clear();
  if (is_system && !checks_name) refuse(address, "sslrootcert=system needs sslmode=verify-full");
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
