// What a user may name by mistake or malice: `replay` and `live` at a URL where something else speaks than a PostgreSQL
// or a Redis. Each ends in a named error of the environment, in bounded memory. The servers here are doubles.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "live/live.hpp"
#include "real/proxy_support.hpp"
#include "real/sample_traces.hpp"
#include "real/wire_samples.hpp"
#include "replay/batch.hpp"

namespace stalemate::real {
namespace {

using namespace support;

// Sanitizers keep what was freed, and shadows of it.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kRoomBytes = std::size_t{800} << 20;
#else
constexpr std::size_t kRoomBytes = std::size_t{100} << 20;
#endif

// The most this process ever had; it never falls.
std::size_t peak_bytes() {
  std::ifstream file("/proc/self/status");
  std::string word;
  std::size_t kibibytes = 0;
  while (file >> word && word != "VmHWM:") continue;
  file >> kibibytes;
  return kibibytes * 1024;
}

std::string noise(unsigned seed) {
  std::mt19937 generator(seed);
  std::string bytes;
  for (int i = 0; i < 3000; ++i) bytes += static_cast<char>(static_cast<unsigned char>(generator() >> 24));
  return bytes;
}

// How `replay` and `live` end there.
std::vector<std::string> ends_at(const ReplayPlace& where) {
  LiveOptions options;
  options.urls.postgres = where.urls.postgres;
  options.urls.redis = where.urls.redis;
  options.run_for = std::chrono::milliseconds(300);
  std::vector<std::string> ends;
  const auto add = [&ends](auto run) {
    try {
      run();
      ends.emplace_back("nothing was noticed");
    } catch (const EnvironmentError& error) {
      ends.emplace_back(error.what());
    }
  };
  add([&] { replay_at(samples::cache_aside_race(), where); });
  const auto live = [&] {
    const LiveResult result = run_live(options);
    if (!result.failure.empty()) throw EnvironmentError(result.failure);
  };
  add(live);
  options.wire_faults = true;
  add(live);
  return ends;
}

void expect_named(const ReplayPlace& where, const std::string& name, const std::string& part) {
  const std::size_t before = peak_bytes();
  for (const std::string& line : ends_at(where)) {
    EXPECT_EQ(line.rfind(name, 0), 0U) << line;
    EXPECT_NE(line.find(part), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
  EXPECT_LT(peak_bytes(), before + kRoomBytes);
}

void expect_redis_named(const std::string& bytes, bool endless, const std::string& part) {
  const Babbler server(bytes, endless);
  ReplayPlace where = {{url(shared_sandbox().postgres()), "redis://127.0.0.1:" + std::to_string(server.port())}};
  expect_named(where, "Redis at 127.0.0.1:" + std::to_string(server.port()) + ": ", part);
}

void expect_postgres_named(const Listener& server, const std::string& part) {
  const std::string at = "127.0.0.1:" + std::to_string(server.port());
  ReplayPlace where = {{"postgresql://me:secret@" + at + "/db", url(shared_sandbox().redis())}};
  expect_named(where, "PostgreSQL at " + at + ": ", part);
}

void babble(int client, const std::string& bytes, bool endless) {
  while (write_all(client, bytes) && endless) continue;
  read_all(client);
}

const std::string kTooLong = " bytes or more, where at most 16777216 are carried";

TEST(HostileUrl, of_a_redis_with_lengths_beyond_all_bounds_is_named) {
  expect_redis_named("$2147483648\r\n", false, "a message of 2147483661" + kTooLong);
  expect_redis_named("*2147483647\r\n", false, "a message of 6442450954" + kTooLong);
}

TEST(HostileUrl, of_a_redis_whose_message_never_ends_is_named_in_bounded_memory) {
  expect_redis_named(std::string(4096, '+'), true, "a line of more than 65536 bytes");
  expect_redis_named("*1\r\n", true, " nested ");
  std::string array = "*5000000\r\n";
  for (int i = 0; i < 100'000; ++i) array += "$1\r\nx\r\n";
  expect_redis_named(array, true, kTooLong);
}

TEST(HostileUrl, of_a_redis_that_says_random_bytes_or_answers_what_was_not_asked_is_named) {
  for (unsigned seed = 1; seed <= 5; ++seed) expect_redis_named(noise(seed), true, "the server's byte ");
  expect_redis_named("+OK\r\n", true, "its reply to SCAN is none that Redis gives");
  expect_redis_named(":1\r\n", true, "its reply to SCAN is none that Redis gives");
}

TEST(HostileUrl, of_a_postgres_with_lengths_beyond_all_bounds_is_named) {
  const Listener server([](int client) { babble(client, "R" + samples::number(1U << 31), false); });
  expect_postgres_named(server, "a message of 2147483649" + kTooLong);
}

TEST(HostileUrl, of_a_postgres_that_says_random_bytes_is_named) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const Listener server([seed](int client) { babble(client, noise(seed), true); });
    expect_postgres_named(server, "the server's byte ");
  }
}

// What a server says that lets a driver in.
std::string welcome() {
  const std::string version = std::string("server_version") + '\0' + "15.0" + '\0';
  return samples::typed('R', samples::number(0)) + samples::typed('S', version);
}

TEST(HostileUrl, of_a_postgres_whose_rows_never_end_is_named_in_bounded_memory) {
  const Listener server([](int client) {
    write_all(client, welcome() + samples::typed('Z', "I"));
    char byte = 0;
    while (byte != 'Q' && ::read(client, &byte, 1) == 1) continue;
    while (write_all(client, samples::typed('D', std::string(100'000, 'd')))) continue;
  });
  expect_postgres_named(server, "make a request or reply of more than 16777216 bytes");
}

TEST(HostileUrl, of_a_postgres_that_goes_on_greeting_is_named_in_bounded_memory) {
  std::string names;
  for (int i = 0; i < 1000; ++i) {
    const std::string status = "name" + std::to_string(i) + '\0' + std::string(1000, 'v') + '\0';
    names += samples::typed('S', status);
  }
  const Listener server([&names](int client) {
    write_all(client, welcome());
    babble(client, names, true);
  });
  expect_postgres_named(server, "make a request or reply of more than 16777216 bytes");
}

}  // namespace
}  // namespace stalemate::real
