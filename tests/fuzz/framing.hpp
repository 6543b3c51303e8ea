// What the targets of both framers demand: any bytes, cut in any way, give the same messages and the same end; messages
// and what is left are the bytes that were taken; never more is held than the limit; only WireError escapes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/wire.hpp"

namespace stalemate::fuzz {

struct Framed {
  std::vector<real::Message> messages;
  std::string error;
  std::string rest;
};

// `chunk_bytes`: 0 for one chunk of all.
inline Framed frame(real::Framer& framer, std::string_view stream, std::size_t chunk_bytes,
                    const real::WireLimits& limits) {
  Framed framed;
  try {
    while (!stream.empty()) {
      std::string_view chunk = stream.substr(0, chunk_bytes == 0 ? stream.size() : chunk_bytes);
      stream.remove_prefix(chunk.size());
      while (!chunk.empty()) {
        if (auto message = framer.next(chunk)) framed.messages.push_back(std::move(*message));
        if (framer.rest().size() > limits.message_bytes) std::abort();
      }
    }
  } catch (const real::WireError& error) {
    framed.error = error.what();
    if (framed.error.find('\n') != std::string::npos) std::abort();
  }
  framed.rest = framer.rest();
  return framed;
}

// The first byte says whose stream it is and how it is cut, the second how many requests for encryption a server heard.
inline void fuzz_framers(real::Protocol protocol, std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto choice = static_cast<unsigned char>(bytes[0]);
  const auto side = choice % 2 == 0 ? real::Side::kClient : real::Side::kServer;
  const std::size_t chunk_bytes = 1 + choice / 2;
  const int heard = static_cast<unsigned char>(bytes[1]) % 3;
  const std::string_view stream = bytes.substr(2);
  const real::WireLimits limits{4096, 256, 8};
  const auto whole = real::make_framer(protocol, side, limits);
  const auto cut = real::make_framer(protocol, side, limits);
  for (int i = 0; i < heard; ++i) {
    for (real::Framer* framer : {whole.get(), cut.get()}) framer->heard({real::Role::kAside, "SSLRequest", "", 0});
  }
  const Framed first = frame(*whole, stream, 0, limits);
  const Framed second = frame(*cut, stream, chunk_bytes, limits);
  if (first.messages != second.messages || first.error != second.error) std::abort();
  std::string taken;
  for (const real::Message& message : second.messages) {
    if (message.offset != taken.size() || message.bytes.empty()) std::abort();
    taken += message.bytes;
  }
  taken += second.rest;
  if (!stream.starts_with(taken) || (second.error.empty() && taken.size() != stream.size())) std::abort();
}

}  // namespace stalemate::fuzz
