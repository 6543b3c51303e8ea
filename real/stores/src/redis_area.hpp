// What a run calls its own in a Redis.
#pragma once

#include <string>

namespace stalemate::real {

// The names of one run in the server. While a connection called `client` is there, the run lives; `marker` is a key
// that says that what is under `prefix` is ours.
struct Area {
  explicit Area(const std::string& run)
      : client("stalemate-" + run), marker("stalemate:" + run), prefix("stalemate:" + run + ":") {}
  std::string client;
  std::string marker;
  std::string prefix;
};

}  // namespace stalemate::real
