// The URLs of servers, taken apart. Stricter than libpq: what is not understood is refused rather than passed on.
#include "wire/servers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "base/error.hpp"
#include "os/local.hpp"
#include "wire/encryption.hpp"

namespace stalemate::real {
namespace {

struct UrlParts {
  std::string user;
  std::string password;
  std::string host;
  int port = 0;
  std::string path;   // without the slash
  std::string query;  // without the question mark, not yet decoded
};

bool is_keyword(std::string_view text) {
  for (const char c : text) {
    if ((c < 'a' || c > 'z') && c != '_') return false;
  }
  return !text.empty();
}

// What a URL looks like, for messages: the URL itself may hold a password.
class UrlReader {
 public:
  UrlReader(std::string_view flag, std::string_view shape) : flag_(flag), shape_(shape) {}

  [[noreturn]] void refuse(std::string_view what) const {
    throw InputError(fmt::format("{}: {}; it looks like {}", flag_, what, shape_));
  }

  UrlParts read(std::string_view rest, int default_port) const {
    UrlParts parts;
    const std::size_t end = rest.find_first_of("/?");
    std::string_view authority = rest.substr(0, end);
    std::string_view tail = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    if (const std::size_t question = tail.find('?'); question != std::string_view::npos) {
      parts.query = tail.substr(question + 1);
      tail = tail.substr(0, question);
    }
    if (!tail.empty()) parts.path = decode(tail.substr(1));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
      const std::string_view who = authority.substr(0, at);
      const std::size_t colon = who.find(':');
      parts.user = decode(who.substr(0, colon));
      if (colon != std::string_view::npos) parts.password = decode(who.substr(colon + 1));
      authority = authority.substr(at + 1);
    }
    std::size_t host_end = authority.find(':');
    if (authority.starts_with('[')) {
      const std::size_t bracket = authority.find(']');
      if (bracket == std::string_view::npos) refuse("the host's bracket is not closed");
      parts.host = decode(authority.substr(1, bracket - 1));
      host_end = bracket + 1;
      if (host_end == authority.size()) host_end = std::string_view::npos;
      if (host_end != std::string_view::npos && authority[host_end] != ':') refuse("after ']' comes ':' and the port");
    } else {
      parts.host = decode(authority.substr(0, host_end));
    }
    if (parts.host.empty()) refuse("no host is given");
    parts.port = host_end == std::string_view::npos
                     ? default_port
                     : number(authority.substr(host_end + 1), 1, 65535, "the port is a number from 1 to 65535");
    return parts;
  }

  int number(std::string_view text, int min, int max, std::string_view rule) const {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) refuse(rule);
    return value;
  }

  std::string decode(std::string_view text) const {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      unsigned byte = static_cast<unsigned char>(text[i]);
      if (text[i] == '%') {
        const std::string_view digits = text.substr(i + 1, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
          refuse("after '%' come two hexadecimal digits ('%25' is the sign itself)");
        }
        i += 2;
      }
      if (byte == 0) refuse("a zero byte cannot be part of it");
      plain += static_cast<char>(static_cast<unsigned char>(byte));
    }
    return plain;
  }

  // "keyword=value&..."
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view query) const {
    std::vector<std::pair<std::string, std::string>> all;
    while (!query.empty()) {
      const std::string_view pair = query.substr(0, query.find('&'));
      query.remove_prefix(pair.size() < query.size() ? pair.size() + 1 : pair.size());
      const std::size_t equals = pair.find('=');
      const std::string keyword = decode(pair.substr(0, equals));
      if (equals == std::string_view::npos || !is_keyword(keyword)) refuse("after '?' come keyword=value pairs");
      all.emplace_back(keyword, decode(pair.substr(equals + 1)));
    }
    return all;
  }

 private:
  std::string_view flag_;
  std::string_view shape_;
};

// Removes the first of `schemes` that `url` begins with.
bool strip_scheme(std::string_view& url, std::initializer_list<std::string_view> schemes) {
  for (const std::string_view scheme : schemes) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return true;
  }
  return false;
}

// redis-py's words.
Encryption encryption(const UrlReader& reader, std::string_view query) {
  Encryption encryption;
  for (const auto& [word, value] : reader.pairs(query)) {
    if (word == "ssl_ca_certs") {
      encryption.authority = value;
    } else if (word == "ssl_certfile") {
      encryption.certificate = value;
    } else if (word == "ssl_keyfile") {
      encryption.key = value;
    } else if (word == "ssl_cert_reqs" && (value == "none" || value == "required")) {
      encryption.checks_authority = value == "required";
    } else if (word == "ssl_check_hostname" && (value == "true" || value == "false")) {
      encryption.checks_name = value == "true";
    } else {
      reader.refuse(
          "after '?' come ssl_ca_certs=FILE, ssl_certfile=FILE, ssl_keyfile=FILE, "
          "ssl_cert_reqs=none|required and ssl_check_hostname=true|false");
    }
  }
  if (!encryption.key.empty() && encryption.certificate.empty())
    reader.refuse("ssl_keyfile is of no use without ssl_certfile");
  encryption.checks_name = encryption.checks_name && encryption.checks_authority;
  return encryption;
}

std::string host_and_port(const std::string& host, int port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

}  // namespace

PostgresAddress parse_postgres_url(std::string_view url, std::string_view option) {
  const UrlReader reader(option, "postgresql://user:password@host:5432/database");
  if (!strip_scheme(url, {"postgresql://", "postgres://"})) reader.refuse("the URL does not begin with postgresql://");
  const UrlParts parts = reader.read(url, 5432);
  PostgresAddress address{parts.host, parts.port, parts.user, parts.password, parts.path, {}, kServerTimeoutSeconds};
  address.parameters = reader.pairs(parts.query);
  for (auto& parameter : address.parameters)
    if (parameter == std::pair<std::string, std::string>("ssl", "true")) parameter = {"sslmode", "require"};  // JDBC's
  for (const auto& [keyword, value] : address.parameters) {
    for (const std::string_view own :
         {"host", "hostaddr", "port", "user", "password", "dbname", "service", "options"}) {
      if (keyword == own) reader.refuse(fmt::format("'{}' cannot stand after '?'", own));
    }
  }
  return address;
}

RedisAddress parse_redis_url(std::string_view url) {
  const bool is_encrypted = url.starts_with("rediss://");
  const UrlReader reader(
      "--redis", is_encrypted ? "rediss://:password@host:6379/0?ssl_ca_certs=FILE" : "redis://:password@host:6379/0");
  if (!strip_scheme(url, {"redis://", "rediss://"})) reader.refuse("the URL does not begin with redis:// or rediss://");
  const UrlParts parts = reader.read(url, 6379);
  if (!parts.query.empty() && !is_encrypted) reader.refuse("after '?' only rediss:// has something to say");
  if (is_encrypted && parts.host.starts_with('/'))
    reader.refuse("a socket on this machine is not encrypted; say redis://");
  const int database =
      parts.path.empty() ? 0 : reader.number(parts.path, 0, 65535, "after '/' comes the database's number");
  RedisAddress address{parts.host, parts.port, parts.user, parts.password, database, kServerTimeoutSeconds};
  if (is_encrypted) address.encryption = encryption(reader, parts.query);
  return address;
}

MemcachedAddress parse_memcached_url(std::string_view url) {
  const UrlReader reader("--memcached", "memcached://user:password@host:11211");
  if (!strip_scheme(url, {"memcached://"})) reader.refuse("the URL does not begin with memcached://");
  const UrlParts parts = reader.read(url, 11211);
  if (!parts.query.empty() || !parts.path.empty()) reader.refuse("nothing comes after the port");
  if (parts.host.starts_with('/')) reader.refuse("a socket cannot be given, only a host and a port");
  if (parts.user.empty() && !parts.password.empty()) reader.refuse("a password needs a user");
  return {parts.host, parts.port, parts.user, parts.password};
}

PostgresAddress by_way_of(int port, PostgresAddress server) {
  server.shown_as = place(server);
  server.host = "127.0.0.1";
  server.port = port;
  std::erase_if(server.parameters, [](const auto& parameter) { return is_of_encryption(parameter.first); });
  server.parameters.insert(server.parameters.end(), {{"sslmode", "disable"}, {"gssencmode", "disable"}});
  return server;
}

RedisAddress by_way_of(int port, RedisAddress server) {
  server.shown_as = place(server);
  server.host = "127.0.0.1";
  server.port = port;
  server.encryption.reset();
  return server;
}

MemcachedAddress by_way_of(int port, MemcachedAddress server) {
  server.shown_as = place(server);
  server.host = "127.0.0.1";
  server.port = port;
  return server;
}

GivenServers find_servers(const ServerUrls& urls) {
  GivenServers given;
  if (urls.postgres) given.database = parse_postgres_url(*urls.postgres);
  if (urls.cockroach) {
    given.database = parse_postgres_url(*urls.cockroach, "--cockroach");
    if (given.database->database.empty()) given.database->database = "defaultdb";
    given.database->shown_as = "CockroachDB at " + host_and_port(given.database->host, given.database->port);
  }
  if (urls.redis) given.redis = parse_redis_url(*urls.redis);
  if (urls.memcached) given.memcached = parse_memcached_url(*urls.memcached);
  if (urls.allow_remote) return given;
  if (given.database) refuse_remote(given.database->host, urls.cockroach ? "--cockroach" : "--postgres");
  if (given.redis) refuse_remote(given.redis->host, "--redis");
  if (given.memcached) refuse_remote(given.memcached->host, "--memcached");
  return given;
}

std::string place(const PostgresAddress& address) {
  return address.shown_as.empty() ? "PostgreSQL at " + host_and_port(address.host, address.port) : address.shown_as;
}

std::string place(const RedisAddress& address) {
  if (!address.shown_as.empty()) return address.shown_as;
  return "Redis at " + (address.host.starts_with('/') ? address.host : host_and_port(address.host, address.port));
}

std::string place(const MemcachedAddress& address) {
  return address.shown_as.empty() ? "memcached at " + host_and_port(address.host, address.port) : address.shown_as;
}

}  // namespace stalemate::real
