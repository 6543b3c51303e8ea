// OpenSSL's settings of a tunnel: whom it believes, and what it shows.
#pragma once

#include <utility>  // Boost 1.74's Asio forgets it

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "wire/servers.hpp"

namespace stalemate::real {

// Throws InputError: a file that is missing, or is not what it should be. `place` is the server, for errors.
boost::asio::ssl::context tls_context(const Encryption& encryption, const std::string& place);

}  // namespace stalemate::real
