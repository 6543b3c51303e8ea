// The wire: RESP2 and RESP3 (Redis), the text protocol of memcached and protocol v3 (PostgreSQL), cut into whole
// messages. A framer is a pure state machine for one direction of one connection: bytes in, in chunks of any size;
// messages out, the same for every way to cut the stream, and together byte for byte what came in. It understands no
// more than where a message ends and what part it plays. Memory is bounded by WireLimits whatever a peer sends: a
// length announced is judged, never allocated. No sockets, no clock, no threads here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace stalemate::real {

enum class Protocol { kRedis, kMemcached, kPostgres };
enum class Side { kClient, kServer };

// 16 MiB: far above what a diagram's request or reply holds (a key, a row), far below what Redis (512 MiB) and
// PostgreSQL (1 GiB) would take, so that dozens of hostile peers at once do not exhaust a machine.
struct WireLimits {
  std::size_t message_bytes = std::size_t{16} << 20;  // REQUIRES: at least 16
  std::size_t line_bytes = std::size_t{64} << 10;     // of RESP and memcached; Redis bounds an inline command alike
  std::size_t depth = 32;                             // of nested RESP replies
  std::size_t passing_bytes = SIZE_MAX;               // of a reply that a proxy does not hold
};

// What a peer sent and the protocol does not know, or this program refuses to carry. what() is one line, such as
// "the server's byte 17: '?' begins no RESP value; check that it is a Redis". It holds at most a few bytes of a
// message.
class WireError : public EnvironmentError {
 public:
  struct Parts {
    std::string where;  // "Redis at 127.0.0.1:6379", or empty
    Side sender = Side::kServer;
    std::uint64_t offset = 0;  // in the sender's stream, from 0
    std::string problem;
    std::string mend;
  };
  explicit WireError(Parts parts);
  const Parts& parts() const { return parts_; }
  WireError at(const std::string& where) const;

 private:
  Parts parts_;
};

// What part a message plays in the exchange of requests and replies. Every request has one reply.
enum class Role {
  kPart,   // more of the same request or reply follows: Parse, Bind, DataRow, ErrorResponse, NoticeResponse, ...
  kEnd,    // ends it: a RESP command or reply, END, Query, FunctionCall, Sync, ReadyForQuery
  kFlush,  // PostgreSQL's Flush: the client wants what the server has so far; the request goes on up to Sync
  kAside,  // neither: start-up, authentication, cancel, Terminate, a RESP3 push, a command without words
};

struct Message {
  Role role = Role::kEnd;
  // A command's first word, Redis's in capitals ("GET", "mg"), a reply's type or first word ("bulk string", "VA"),
  // PostgreSQL's name ("DataRow"). Never an argument.
  std::string name;
  std::string bytes;
  std::uint64_t offset = 0;  // of its first byte in the sender's stream
  bool operator==(const Message&) const = default;
};

class Framer {
 public:
  Framer(Side sender, const WireLimits& limits) : limits_(limits), sender_(sender) {}
  virtual ~Framer() = default;
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  // Takes bytes off the front of `chunk`: up to the end of a message, which it returns, or all of them. Throws
  // WireError, then and at every later call.
  std::optional<Message> next(std::string_view& chunk);
  // What there is of a message that is not whole yet.
  const std::string& rest() const { return bytes_; }
  // The other side's message went out: what this side answers may be framed by it (PostgreSQL's SSLRequest).
  virtual void heard(const Message& /*from_other_side*/) {}

 protected:
  // What the message needs next: so many bytes, or a line with its end.
  struct Need {
    std::size_t count = 0;
    bool line = false;
  };
  static Need bytes_needed(std::size_t count) { return {count, false}; }
  static Need line_needed() { return {0, true}; }

  // What a message begins with.
  virtual Need first() = 0;
  // The piece that was needed is there: what is needed now, or nothing if the message is whole, as `message` describes.
  virtual std::optional<Need> advance(std::string_view piece, Message& message) = 0;

  // REQUIRES: called in advance(). The error's place is the piece's first byte.
  [[noreturn]] void fail(std::string problem, std::string mend) const;
  [[noreturn]] void fail_too_long(std::uint64_t announced) const;
  // How many bytes this message may still grow by.
  std::size_t room() const { return limits_.message_bytes - bytes_.size(); }
  const WireLimits& limits() const { return limits_; }

 private:
  std::size_t take(std::string_view chunk) const;

  WireLimits limits_;
  Side sender_;
  std::string bytes_;  // I1: at most limits().message_bytes
  std::size_t piece_ = 0;
  std::uint64_t offset_ = 0;  // of the message's first byte
  std::optional<Need> need_;
  Message message_;
  mutable std::optional<WireError> error_;
};

// A framer for what `sender` sends on a fresh connection.
std::unique_ptr<Framer> make_framer(Protocol protocol, Side sender, const WireLimits& limits = {});

}  // namespace stalemate::real
