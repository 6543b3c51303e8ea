// PostgreSQL's protocol v3 (https://www.postgresql.org/docs/current/protocol-message-formats.html). A client begins
// with packets that have no type, then both sides send a type, a length and so many bytes. A request ends with Query,
// FunctionCall or Sync, its reply with ReadyForQuery. Refused by name: encryption, which hides where messages end, and
// COPY, whose data are no reply.
#include <fmt/format.h>

#include <array>
#include <span>

#include "framers.hpp"

namespace stalemate::real {
namespace {

struct Type {
  char byte;
  Role role;
  const char* name;
};

constexpr std::array<Type, 14> kClientTypes = {{{'Q', Role::kEnd, "Query"},
                                                {'P', Role::kPart, "Parse"},
                                                {'B', Role::kPart, "Bind"},
                                                {'D', Role::kPart, "Describe"},
                                                {'E', Role::kPart, "Execute"},
                                                {'C', Role::kPart, "Close"},
                                                {'S', Role::kEnd, "Sync"},
                                                {'H', Role::kFlush, "Flush"},
                                                {'F', Role::kEnd, "FunctionCall"},
                                                {'p', Role::kAside, "PasswordMessage"},  // SASL's answers, too
                                                {'X', Role::kAside, "Terminate"},
                                                {'d', Role::kPart, "CopyData"},
                                                {'c', Role::kPart, "CopyDone"},
                                                {'f', Role::kPart, "CopyFail"}}};

constexpr std::array<Type, 25> kServerTypes = {{{'R', Role::kPart, "Authentication"},
                                                {'K', Role::kPart, "BackendKeyData"},
                                                {'S', Role::kPart, "ParameterStatus"},
                                                {'Z', Role::kEnd, "ReadyForQuery"},
                                                {'T', Role::kPart, "RowDescription"},
                                                {'D', Role::kPart, "DataRow"},
                                                {'C', Role::kPart, "CommandComplete"},
                                                {'I', Role::kPart, "EmptyQueryResponse"},
                                                {'E', Role::kPart, "ErrorResponse"},
                                                {'N', Role::kPart, "NoticeResponse"},
                                                {'A', Role::kPart, "NotificationResponse"},
                                                {'n', Role::kPart, "NoData"},
                                                {'t', Role::kPart, "ParameterDescription"},
                                                {'s', Role::kPart, "PortalSuspended"},
                                                {'1', Role::kPart, "ParseComplete"},
                                                {'2', Role::kPart, "BindComplete"},
                                                {'3', Role::kPart, "CloseComplete"},
                                                {'V', Role::kPart, "FunctionCallResponse"},
                                                {'v', Role::kPart, "NegotiateProtocolVersion"},
                                                {'G', Role::kPart, "CopyInResponse"},
                                                {'H', Role::kPart, "CopyOutResponse"},
                                                {'W', Role::kPart, "CopyBothResponse"},
                                                {'d', Role::kPart, "CopyData"},
                                                {'c', Role::kPart, "CopyDone"},
                                                {'f', Role::kPart, "CopyFail"}}};

constexpr std::string_view kSslRequest = "SSLRequest";
constexpr std::string_view kGssRequest = "GSSENCRequest";
constexpr std::string_view kDisable = "connect with sslmode=disable and gssencmode=disable";

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(at, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// Messages with a type: one byte, the length with itself but without the type, the rest.
class TypedFramer : public Framer {
 public:
  TypedFramer(Side sender, const WireLimits& limits, std::span<const Type> types, std::string mend)
      : Framer(sender, limits), types_(types), mend_(std::move(mend)) {}

 protected:
  enum class Awaits { kType, kLength, kBody };

  Need first() override {
    awaits_ = Awaits::kType;
    return bytes_needed(1);
  }

  std::optional<Need> advance(std::string_view piece, Message& message) override {
    switch (awaits_) {
      case Awaits::kType:
        return begin(piece[0], message);
      case Awaits::kLength: {
        const std::uint32_t length = number_at(piece, 0);
        if (length < 4 || (type_ == 'Z' && length != 5)) {
          fail(fmt::format("{} of length {}", message.name, static_cast<std::int32_t>(length)), mend_);
        }
        awaits_ = Awaits::kBody;
        if (length == 4) return {};
        return bytes_needed(length - 4);
      }
      case Awaits::kBody:
        return {};
    }
    return {};
  }

  std::optional<Need> begin(char byte, Message& message) {
    for (const Type& type : types_) {
      if (type.byte != byte) continue;
      message.name = type.name;
      message.role = type.role;
      if (message.name.starts_with("Copy")) {
        fail(fmt::format("{}: COPY is not carried", message.name), "write rows with INSERT, read them with SELECT");
      }
      type_ = byte;
      awaits_ = Awaits::kLength;
      return bytes_needed(4);
    }
    fail(fmt::format("{} is no type of a message", shown({&byte, 1})), mend_);
  }

 private:
  std::span<const Type> types_;
  std::string mend_;
  Awaits awaits_ = Awaits::kType;
  char type_ = 0;
};

class ClientFramer : public TypedFramer {
 public:
  explicit ClientFramer(const WireLimits& limits)
      : TypedFramer(Side::kClient, limits, kClientTypes, "check that the client speaks PostgreSQL's protocol v3") {}

 private:
  static constexpr std::uint32_t kLongestStartup = 10'000;  // what PostgreSQL takes

  Need first() override {
    if (is_started_) return TypedFramer::first();
    has_head_ = false;
    return bytes_needed(8);
  }

  std::optional<Need> advance(std::string_view piece, Message& message) override {
    if (is_started_) return TypedFramer::advance(piece, message);
    if (!has_head_) {
      has_head_ = true;
      starts_ = false;
      const std::uint32_t length = number_at(piece, 0);
      if (length < 8 || length > kLongestStartup) {
        fail(fmt::format("{} begins no start-up packet", shown(piece)),
             "check that the client speaks PostgreSQL's protocol v3, without direct TLS");
      }
      message.role = Role::kAside;
      message.name = name_of(number_at(piece, 4));
      if (length > 8) return bytes_needed(length - 8);
    }
    is_started_ = starts_;
    return {};
  }

  std::string name_of(std::uint32_t code) {
    constexpr std::uint32_t kRequests = 1234U << 16;
    switch (code) {
      case kRequests | 5678U:
        return "CancelRequest";
      case kRequests | 5679U:
        return std::string(kSslRequest);
      case kRequests | 5680U:
        return std::string(kGssRequest);
      default:
        break;
    }
    if (code >> 16 != 3) {
      fail(fmt::format("protocol version {}.{}", code >> 16, code & 0xffffU), "use a client of protocol version 3");
    }
    starts_ = true;
    return "StartupMessage";
  }

  bool has_head_ = false;
  bool starts_ = false;      // this packet is a StartupMessage
  bool is_started_ = false;  // messages have types from now on
};

class ServerFramer : public TypedFramer {
 public:
  explicit ServerFramer(const WireLimits& limits)
      : TypedFramer(Side::kServer, limits, kServerTypes, "check that it is a PostgreSQL") {}

  void heard(const Message& message) override {
    if (message.role == Role::kAside && (message.name == kSslRequest || message.name == kGssRequest)) ++answers_due_;
  }

 private:
  Need first() override {
    is_first_byte_ = true;
    return TypedFramer::first();
  }

  // The answer to SSLRequest and GSSENCRequest is one byte, or an ErrorResponse.
  std::optional<Need> advance(std::string_view piece, Message& message) override {
    if (!is_first_byte_ || answers_due_ == 0) {
      is_first_byte_ = false;
      return TypedFramer::advance(piece, message);
    }
    is_first_byte_ = false;
    --answers_due_;
    if (piece[0] == 'S' || piece[0] == 'G') {
      fail("the server goes on encrypted, where no message can be told from the next", std::string(kDisable));
    }
    if (piece[0] != 'N') return TypedFramer::advance(piece, message);
    message.role = Role::kAside;
    message.name = "no encryption";
    return {};
  }

  bool is_first_byte_ = true;
  int answers_due_ = 0;
};

}  // namespace

std::unique_ptr<Framer> make_postgres_framer(Side sender, const WireLimits& limits) {
  if (sender == Side::kClient) return std::make_unique<ClientFramer>(limits);
  return std::make_unique<ServerFramer>(limits);
}

}  // namespace stalemate::real
