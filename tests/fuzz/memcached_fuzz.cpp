// libFuzzer target: any bytes as memcached's text protocol, from a client or from a server (tests/fuzz/framing.hpp).
#include <cstddef>
#include <cstdint>

#include "framing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  stalemate::fuzz::fuzz_framers(stalemate::real::Protocol::kMemcached, bytes);
  return 0;
}
