// See local.hpp.
#include "os/local.hpp"

#include <fmt/format.h>

#include <utility>  // Boost 1.74's Asio forgets it

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/error.hpp"

namespace stalemate::real {

void refuse_remote(const std::string& host, const std::string& option) {
  if (host.starts_with('/')) return;
  boost::asio::io_context context;
  boost::asio::ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(host, "", error);
  if (error || found.empty()) {
    throw EnvironmentError(fmt::format("{}: no such host '{}': {}; check its name", option, host,
                                       error ? error.message() : "it has no address"));
  }
  for (const auto& entry : found) {
    const auto address = entry.endpoint().address();
    if (address.is_loopback()) continue;
    throw InputError(fmt::format(
        "{}: '{}' is not on this machine ({}); faults are meant for servers that nobody needs: add --allow-remote if "
        "that is one",
        option, host, address.to_string()));
  }
}

}  // namespace stalemate::real
