// Servers and clients that no one would write, before and behind the proxy: each ends in a named error that the
// director sees and a broken connection that the other side sees, in bounded memory. The servers here are doubles.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "real/proxy_support.hpp"
#include "real/wire_samples.hpp"

namespace stalemate::real {
namespace {

using namespace support;

// Sanitizers keep what was freed, and shadows of it.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kMiB = std::size_t{8} << 20;
#else
constexpr std::size_t kMiB = std::size_t{1} << 20;
#endif

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

RedisAddress redis_at(int port) { return {"127.0.0.1", port, "", "", 0, 5}; }
PostgresAddress postgres_at(int port) { return {"127.0.0.1", port, "me", "secret", "db", {}, 5}; }

// The line of the WireError that the director gets.
std::string named_error(Link link) {
  try {
    link.wait_reply(kPatience);
    return "no error";
  } catch (const WireError& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
}

// What a client that sends `first` sees, and the director's line without the place it begins with.
std::string error_of(Proxy& proxy, const std::string& place, const std::string& first, std::string* seen = nullptr) {
  const int client = connect_to(proxy.port());
  Link link = proxy.link(local_port(client), kPatience);
  write_all(client, first);
  const std::string bytes = read_all(client);
  if (seen != nullptr) *seen = bytes;
  ::close(client);
  const std::string line = named_error(link);
  EXPECT_EQ(line.rfind(place + ": the ", 0), 0U) << line;
  EXPECT_TRUE(link.wait_closed(kPatience));
  return line.substr(std::min(line.size(), place.size() + 2));
}

std::string error_of_redis(const std::string& bytes, bool endless = false) {
  const Babbler server(bytes, endless);
  Proxy proxy(redis_at(server.port()));
  return error_of(proxy, place(redis_at(server.port())), "PING\r\n");
}

std::string error_of_postgres(const std::string& bytes, bool endless = false) {
  const Babbler server(bytes, endless);
  Proxy proxy(postgres_at(server.port()));
  return error_of(proxy, place(postgres_at(server.port())), samples::untyped(samples::kVersionThree, "user"));
}

TEST(HostileServer, WithLengthsBeyondAllBoundsEndsInANamedError) {
  const std::string too_long = "or more, where at most 16777216 are carried; send less at a time";
  EXPECT_EQ(error_of_redis("$2147483648\r\n"), "the server's byte 1: a message of 2147483661 bytes " + too_long);
  EXPECT_EQ(error_of_redis("*2147483647\r\n"), "the server's byte 1: a message of 6442450954 bytes " + too_long);
  EXPECT_EQ(error_of_postgres("R" + samples::number(1U << 31)),
            "the server's byte 1: a message of 2147483649 bytes " + too_long);
  EXPECT_EQ(error_of_postgres("R" + samples::number(0)),
            "the server's byte 1: Authentication of length 0; check that it is a PostgreSQL");
}

TEST(HostileServer, WithAnEndlessMessageEndsInANamedErrorInBoundedMemory) {
  const std::size_t before = resident_bytes();
  EXPECT_EQ(error_of_redis(std::string(4096, '+'), true),
            "the server's byte 1: a line of more than 65536 bytes; check what speaks there");
  EXPECT_EQ(error_of_redis("*1\r\n", true),
            "the server's byte 129: values nested deeper than 32; check that it is a Redis");
  std::string array = "*5000000\r\n";
  for (int i = 0; i < 100'000; ++i) array += "$1\r\nx\r\n";
  EXPECT_NE(error_of_redis(array, true).find(" bytes or more, where at most 16777216 are carried"), std::string::npos);
  EXPECT_LT(resident_bytes(), before + 80 * kMiB);
}

TEST(HostileServer, WhoseHeldReplyNeverEndsEndsInANamedErrorInBoundedMemory) {
  const Listener server([](int client) {
    char byte = 0;
    while (byte != 'Q' && ::read(client, &byte, 1) == 1) continue;
    while (write_all(client, samples::typed('D', std::string(100'000, 'd')))) continue;
  });
  Proxy proxy(postgres_at(server.port()));
  const std::size_t before = resident_bytes();
  const int client = connect_to(proxy.port());
  Link link = proxy.link(local_port(client), kPatience);
  link.hold();
  write_all(client, samples::untyped(samples::kVersionThree, "user") + samples::typed('Q', "SELECT"));
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  EXPECT_EQ(read_all(client), "");
  EXPECT_EQ(named_error(link), place(postgres_at(server.port())) +
                                   ": the server's byte 16700835: its messages up to here make a request or reply of "
                                   "more than 16777216 bytes; send less at a time");
  EXPECT_LT(resident_bytes(), before + 80 * kMiB);
  ::close(client);
}

TEST(HostileServer, WithRandomBytesEndsInANamedErrorWhateverTheyAre) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 generator(seed);
    std::string noise;
    for (int i = 0; i < 300; ++i) noise += static_cast<char>(static_cast<unsigned char>(generator() >> 24));
    EXPECT_NE(error_of_redis(noise, true).find("the server's byte "), std::string::npos) << seed;
    EXPECT_NE(error_of_postgres(noise, true).find("the server's byte "), std::string::npos) << seed;
  }
}

TEST(HostileServer, ThatOffersEncryptionIsRefusedBeforeAnythingOfItPasses) {
  const Listener server([](int client) {
    std::string asked(8, ' ');
    if (::read(client, asked.data(), asked.size()) == 8) write_all(client, "S");
    read_all(client);
  });
  Proxy proxy(postgres_at(server.port()));
  std::string seen = "untouched";
  EXPECT_EQ(error_of(proxy, place(postgres_at(server.port())), samples::untyped(samples::kSslCode, ""), &seen),
            "the server's byte 0: the server goes on encrypted, where no message can be told from the next; connect "
            "with sslmode=disable and gssencmode=disable");
  EXPECT_EQ(seen, "");
}

TEST(HostileServer, ErrorsNeverRepeatWhatWasSent) {
  const Babbler server("");
  Proxy proxy(postgres_at(server.port()));
  const std::string start = samples::untyped(samples::kVersionThree, "user");
  const std::string line =
      error_of(proxy, place(postgres_at(server.port())), start + samples::typed('p', "the-secret-password") + "z");
  EXPECT_EQ(line.find("secret"), std::string::npos) << line;
  Proxy before_redis(redis_at(server.port()));
  const std::string auth =
      error_of(before_redis, place(redis_at(server.port())), "*2\r\n$4\r\nAUTH\r\n$4\r\nsecret\r\n");
  EXPECT_EQ(
      auth,
      "the client's byte 18: a string that does not end in CR LF where it should; check that the client speaks RESP");
}

TEST(HostileClient, EndsInANamedErrorAndNothingOfItsBadMessageReachesTheServer) {
  const Babbler server("");
  Proxy proxy(redis_at(server.port()));
  EXPECT_EQ(error_of(proxy, place(redis_at(server.port())), "*1\r\n$-5\r\n"),
            "the client's byte 5: '-5' is no length; check that the client speaks RESP");
}

// How much a client can send until nobody takes more for a while.
std::size_t flood(int client, const std::string& bytes) {
  ::fcntl(client, F_SETFL, ::fcntl(client, F_GETFL) | O_NONBLOCK);
  std::size_t sent = 0;
  for (int idle = 0; idle < 20 && sent < (std::size_t{1} << 30);) {
    const ssize_t count = ::write(client, bytes.data(), bytes.size());
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      idle = 0;
    } else {
      ++idle;
      ::usleep(10'000);
    }
  }
  return sent;
}

TEST(BackPressure, AClientWhoseRequestIsHeldIsReadNoFurther) {
  const Babbler server("");
  Proxy proxy(redis_at(server.port()));
  const int client = connect_to(proxy.port());
  Link link = proxy.link(local_port(client), kPatience);
  link.hold();
  const std::size_t before = resident_bytes();
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "PING\r\n";
  EXPECT_LT(flood(client, many), std::size_t{64} << 20) << "what the kernel's buffers hold";
  EXPECT_LT(resident_bytes(), before + 8 * kMiB);
  EXPECT_EQ(link.wait_request(kPatience).value().name, "PING");
  ::close(client);
}

TEST(BackPressure, AServerIsReadNoFurtherThanItsClientReads) {
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "+OK\r\n";
  const std::size_t before = resident_bytes();
  const Babbler server(many, true);
  Proxy proxy(redis_at(server.port()));
  const int client = connect_to(proxy.port());
  ::usleep(1'000'000);
  EXPECT_LT(resident_bytes(), before + 64 * kMiB);
  ::close(client);
}

}  // namespace
}  // namespace stalemate::real
