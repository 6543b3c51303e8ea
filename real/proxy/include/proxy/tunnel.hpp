// A plain door on this machine to a server that wants TLS: it listens on a loopback port, and each client that connects
// there has an encrypted connection of its own to the server. So proxies read what passes, and drivers need no TLS.
//
// Runs on a thread of its own. What a server offers that only works on an encrypted connection (PostgreSQL's
// SCRAM-SHA-256-PLUS) is not shown to the client.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "wire/servers.hpp"

namespace stalemate::real {

// What PostgreSQL answers with S (TLS may begin) or N: protocol v3, SSLRequest.
inline constexpr std::string_view kPostgresAsksForEncryption("\0\0\0\x08\x04\xd2\x16\x2f", 8);

class Tunnel {
 public:
  // Connects to nobody yet. Throws EnvironmentError (no such host, no port to listen on) and InputError
  // (a file of `encryption` that is none).
  Tunnel(const PostgresAddress& server, const Encryption& encryption);
  Tunnel(const RedisAddress& server, const Encryption& encryption);
  // Closes every connection; no thread and no socket is left.
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

  // On 127.0.0.1.
  int port() const;
  // Why the latest connection that could not be made, or that the server ended with a word about its encryption, could
  // not: one line with the mend. Empty: none.
  std::string failure() const;
  // What failed then was no TLS at all: somebody else may be there.
  bool is_other_kind() const;
  // Some connection was encrypted, however it ended.
  bool has_agreed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate::real
