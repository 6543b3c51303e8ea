// Streams of whole messages for the tests of the framers, made by hand: they know where a message ends because they put
// it together, not because they read it. And feeding a framer in pieces.
#pragma once

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "wire/wire.hpp"

namespace stalemate::real::samples {

// What came of a stream: messages, then the error it ended in, if any, and what was left of an unfinished message.
struct Framed {
  std::vector<Message> messages;
  std::string error;
  std::string rest;
  std::size_t most_held = 0;
  bool operator==(const Framed& other) const {
    return messages == other.messages && error == other.error && (!error.empty() || rest == other.rest);
  }
};

inline void showValue(const Framed& framed, std::ostream& os) {
  for (const Message& message : framed.messages) os << '[' << message.name << ' ' << message.bytes.size() << ']';
  os << framed.error << " +" << framed.rest.size();
}

// `cuts`: where the chunks end.
inline Framed frame(Framer& framer, const std::string& stream, std::vector<std::size_t> cuts = {}) {
  cuts.push_back(stream.size());
  std::sort(cuts.begin(), cuts.end());
  Framed framed;
  std::size_t begin = 0;
  try {
    for (const std::size_t cut : cuts) {
      const std::size_t end = std::min(cut, stream.size());
      std::string_view chunk = std::string_view(stream).substr(begin, end - begin);
      begin = end;
      while (!chunk.empty()) {
        if (auto message = framer.next(chunk)) framed.messages.push_back(std::move(*message));
        framed.most_held = std::max(framed.most_held, framer.rest().size());
      }
    }
  } catch (const WireError& error) {
    framed.error = error.what();
  }
  framed.rest = framer.rest();
  return framed;
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

inline std::vector<std::string> bytes_of(const std::vector<Message>& messages) {
  std::vector<std::string> all;
  for (const Message& message : messages) all.push_back(message.bytes);
  return all;
}

// Between 0 and 30 cuts, or one after every byte.
inline std::vector<std::size_t> any_cuts(std::size_t size) {
  std::vector<std::size_t> cuts;
  if (*rc::gen::inRange(0, 4) == 0) {
    for (std::size_t i = 1; i <= size; ++i) cuts.push_back(i);
    return cuts;
  }
  const int count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) cuts.push_back(*rc::gen::inRange<std::size_t>(0, size + 1));
  return cuts;
}

inline std::string any_bytes(std::size_t longest = 40) {
  const auto size = *rc::gen::inRange<std::size_t>(0, longest + 1);
  // Ends of lines and what begins values are likelier than chance has it.
  return *rc::gen::container<std::string>(
      size, rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::elementOf(std::string("\r\n$*:+-QZS0123"))));
}

inline std::string any_line() {
  std::string line = any_bytes(20);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, '.');
  return line;
}

inline std::string any_count(char type, std::size_t count) { return fmt::format("{}{}\r\n", type, count); }

inline std::string bulk(const std::string& bytes, char type = '$') {
  return any_count(type, bytes.size()) + bytes + "\r\n";
}

inline std::string command(const std::vector<std::string>& words) {
  std::string bytes = any_count('*', words.size());
  for (const std::string& word : words) bytes += bulk(word);
  return bytes;
}

// A request of memcached's text protocol, with a reply of its own.
inline std::string any_memcached_request() {
  const std::string data = any_bytes();
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return fmt::format("set k 0 0 {}\r\n{}\r\n", data.size(), data);
    case 1:
      return fmt::format("cas k 1 30 {} 7\r\n{}\r\n", data.size(), data);
    case 2:
      return fmt::format("ms k {} C7 T30\r\n{}\r\n", data.size(), data);
    case 3:
      return "mg k v c N30\r\n";
    case 4:
      return "gets k l m\n";
    case 5:
      return "md k I\r\n";
    case 6:
      return "\r\n";
    default:
      return "incr k 1\r\n";
  }
}

// A reply of memcached, or a part of one.
inline std::string any_memcached_reply() {
  const std::string data = any_bytes();
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return fmt::format("VALUE k 0 {} 7\r\n{}\r\n", data.size(), data);
    case 1:
      return fmt::format("VA {} c7 W\r\n{}\r\n", data.size(), data);
    case 2:
      return "END\r\n";
    case 3:
      return *rc::gen::element<std::string>("HD\r\n", "EN\r\n", "NF c7\r\n", "NS\r\n", "EX\r\n", "MN\r\n");
    case 4:
      return *rc::gen::element<std::string>("STORED\r\n", "NOT_FOUND\r\n", "ERROR\r\n", "CLIENT_ERROR bad\r\n");
    case 5:
      return "STAT pid 7\r\n";
    case 6:
      return "key=k exp=-1 la=1 cas=2 fetch=no cls=1 size=64\n";
    default:
      return fmt::format("{}\r\n", *rc::gen::arbitrary<std::uint64_t>());
  }
}

// A RESP reply that is no push.
inline std::string any_reply(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 17 : 13);
  const auto elements = [depth](std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += any_reply(depth - 1);
    return bytes;
  };
  const auto count = *rc::gen::inRange<std::size_t>(0, 4);
  switch (kind) {
    case 0:
      return "+" + any_line() + "\r\n";
    case 1:
      return "-" + any_line() + "\r\n";
    case 2:
      return fmt::format(":{}\r\n", *rc::gen::arbitrary<std::int64_t>());
    case 3:
      return "$-1\r\n";
    case 4:
      return "*-1\r\n";
    case 5:
      return "_\r\n";
    case 6:
      return *rc::gen::element<std::string>("#t\r\n", "#f\r\n");
    case 7:
      return *rc::gen::element<std::string>(",3.25\r\n", ",-inf\r\n", ",1e+300\r\n", ",nan\r\n");
    case 8:
      return "(-3492890328409238509324850943850943825024385\r\n";
    case 9:
      return bulk(any_bytes(), '!');
    case 10:
      return bulk("txt:" + any_bytes(), '=');
    case 11:
    case 12:
      return bulk(any_bytes());
    case 13:
      return any_count('*', count) + elements(count);
    case 14:
      return any_count('~', count) + elements(count);
    case 15:
      return any_count('%', count) + elements(2 * count);
    default:
      return any_count('|', count) + elements(2 * count) + any_reply(depth - 1);
  }
}

inline std::string any_command() {
  const int kind = *rc::gen::inRange(0, 6);
  if (kind == 0)
    return *rc::gen::element<std::string>("PING\r\n", "get k\n", "  SET k v \r\n", "\r\n", "\n", "*0\r\n", "*-1\r\n");
  std::vector<std::string> words = {*rc::gen::element<std::string>("GET", "set", "Del", "EVAL")};
  for (int i = 1; i < kind; ++i) words.push_back(any_bytes());
  return command(words);
}

inline std::string number(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
  return bytes;
}

inline std::string typed(char type, const std::string& body) { return type + number(body.size() + 4) + body; }
inline std::string untyped(std::size_t code, const std::string& body) {
  return number(body.size() + 8) + number(code) + body;
}
inline const std::string& ready() {
  static const std::string kReady = typed('Z', "I");
  return kReady;
}
constexpr std::size_t kCancelCode = 80877102;
constexpr std::size_t kSslCode = 80877103;
constexpr std::size_t kGssCode = 80877104;
constexpr std::size_t kVersionThree = 3U << 16;

// A client's messages from the first byte on, and the server's beside it.
struct PostgresStreams {
  std::vector<std::string> client;
  std::vector<std::string> server;
};

inline PostgresStreams any_postgres_streams() {
  PostgresStreams streams;
  for (const std::size_t code : {kGssCode, kSslCode}) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    streams.client.push_back(untyped(code, ""));
    streams.server.emplace_back("N");
  }
  streams.client.push_back(untyped(kVersionThree, std::string("user\0me\0", 8) + any_bytes()));
  streams.client.push_back(typed('p', any_bytes()));
  for (const char type : std::string("RRSSK")) streams.server.push_back(typed(type, any_bytes()));
  streams.server.push_back(ready());
  for (const char type : *rc::gen::container<std::string>(rc::gen::elementOf(std::string("QPBDECSHFX")))) {
    streams.client.push_back(typed(type, any_bytes()));
  }
  for (const char type : *rc::gen::container<std::string>(rc::gen::elementOf(std::string("SZTDCIENAnts123Vv")))) {
    streams.server.push_back(type == 'Z' ? ready() : typed(type, any_bytes()));
  }
  return streams;
}

// A framer that has heard what belongs to a stream from its beginning.
inline std::unique_ptr<Framer> postgres_server_framer(const PostgresStreams& streams, const WireLimits& limits = {}) {
  auto framer = make_framer(Protocol::kPostgres, Side::kServer, limits);
  const auto client = make_framer(Protocol::kPostgres, Side::kClient);
  for (const Message& message : frame(*client, joined(streams.client)).messages) framer->heard(message);
  return framer;
}

}  // namespace stalemate::real::samples
