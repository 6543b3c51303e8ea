// The framers behind make_framer, and how bytes of a stranger are shown in a message.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "wire/wire.hpp"

namespace stalemate::real {

std::unique_ptr<Framer> make_resp_framer(Side sender, const WireLimits& limits);
std::unique_ptr<Framer> make_memcached_framer(Side sender, const WireLimits& limits);
std::unique_ptr<Framer> make_postgres_framer(Side sender, const WireLimits& limits);

// "'?'", "'\x16\x03...'": at most a dozen bytes, printable.
std::string shown(std::string_view bytes);

}  // namespace stalemate::real
