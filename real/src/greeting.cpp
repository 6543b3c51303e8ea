// See real/database.hpp: the first connection to a server that a user named.
#include "real/database.hpp"
#include "real/proxy.hpp"

namespace stalemate::real {

void greet(const PostgresAddress& address) {
  if (asks_for_encryption(address)) return;
  constexpr std::size_t kReplyBytesMax = std::size_t{16} << 20;
  Proxy proxy(address, {.passing_bytes = kReplyBytesMax});
  try {
    open_postgres(through(proxy, address), "");
  } catch (const traces::EnvironmentError& error) {
    if (const std::optional<WireError> strange = proxy.wire_error()) throw WireError(*strange);
    if (dynamic_cast<const NoAnswer*>(&error) != nullptr) throw;
    // It refuses this connection; perhaps it does not refuse one that is encrypted. The next one says why.
  }
}

}  // namespace stalemate::real
