// What this program and the processes that it started tell each other: whole messages over a pair of local sockets,
// each with a file along if need be. A message of either side arrives whole or not at all; the end of the other
// process, whatever ended it, arrives as the end of the channel. Nothing here is seen in process lists or files.
#pragma once

#include <string>
#include <utility>

#include "os/owned_file.hpp"

namespace stalemate::real {

class Channel {
 public:
  struct Incoming {
    enum class What { kMessage, kNothing, kEnd };
    What what = What::kNothing;
    std::string text;
    OwnedFile file;  // what came along
  };

  explicit Channel(int fd = -1) : file_(fd) {}

  // REQUIRES: at most 64 KiB. Whether there still is another side.
  bool send(const std::string& text, int file = -1) const;
  // kNothing after `timeout_ms` (-1: never), or when a signal came.
  Incoming receive(int timeout_ms) const;
  int fd() const { return file_.get(); }
  void close() { file_.close(); }

 private:
  OwnedFile file_;
};

// Both ends, closed when another program is executed. Throws EnvironmentError (no file left to open).
std::pair<Channel, Channel> make_channel();

}  // namespace stalemate::real
