// A file descriptor that is closed when its owner is gone.
#pragma once

#include <unistd.h>

#include <utility>

namespace stalemate::real {

class OwnedFile {
 public:
  explicit OwnedFile(int fd = -1) : fd_(fd) {}
  ~OwnedFile() { close(); }
  OwnedFile(OwnedFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFile& operator=(OwnedFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

}  // namespace stalemate::real
