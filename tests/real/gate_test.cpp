// The gate before a Redis, for its replica: bytes, and how many of them pass.
#include "proxy/gate.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "real/proxy_support.hpp"

namespace stalemate::real {
namespace {

using namespace support;

// A server, which is a double: to each byte that it is sent it says 'a', 'b', 'c' and so on.
void say_the_alphabet(int socket) {
  char next = 'a';
  for (char byte; ::read(socket, &byte, 1) == 1; ++next)
    if (!write_all(socket, std::string(1, next))) return;
}

class Gated : public ::testing::Test {
 protected:
  ~Gated() override { ::close(client); }
  void ask(std::size_t count) const { ASSERT_TRUE(write_all(client, std::string(count, '.'))); }
  // So many bytes, which must come.
  std::string read(std::size_t count) const {
    std::string bytes(count, '\0');
    for (std::size_t at = 0; at < count;) {
      const ssize_t come = ::read(client, bytes.data() + at, count - at);
      if (come <= 0) return "(closed)";
      at += static_cast<std::size_t>(come);
    }
    return bytes;
  }
  bool is_silent() const {
    pollfd waiting = {client, POLLIN, 0};
    return ::poll(&waiting, 1, 50) == 0;
  }

  support::Listener server{say_the_alphabet};
  Gate gate{server.port()};
  int client = connect_to(gate.port());
};

TEST_F(Gated, EverythingPassesUntilItIsHeldAndThenWhatIsAllowed) {
  ask(3);
  EXPECT_EQ(read(3), "abc");
  EXPECT_EQ(gate.hold(), 3U);
  ask(4);
  EXPECT_TRUE(is_silent());
  gate.allow(4);
  EXPECT_EQ(read(1), "d");
  EXPECT_TRUE(is_silent());
  gate.allow(6);
  EXPECT_EQ(read(2), "ef");
  EXPECT_TRUE(is_silent());
  EXPECT_EQ(gate.hold(), 6U);
  gate.open();
  EXPECT_EQ(read(1), "g");
}

TEST_F(Gated, OneThatConnectsAnewIsCountedAnew) {
  ask(3);
  EXPECT_EQ(read(3), "abc");
  ::close(client);
  client = connect_to(gate.port());
  ask(2);
  EXPECT_EQ(read(2), "ab");
  EXPECT_EQ(gate.hold(), 2U);
}

TEST(Gate, LeavesNoThreadAndNoSocket) {
  const int sockets = count_sockets();
  const int threads = count_threads();
  {
    const Gate gate(1);
    const int client = connect_to(gate.port());
    EXPECT_EQ(read_all(client), "") << "nobody is there";
    ::close(client);
  }
  EXPECT_TRUE(eventually([&] { return count_sockets() == sockets && count_threads() == threads; }));
}

}  // namespace
}  // namespace stalemate::real
