// See tunnel.hpp.
#include "proxy/tunnel.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <utility>  // Boost 1.74's Asio forgets it

#include <boost/asio/ssl.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "listener.hpp"
#include "tls_context.hpp"
#include "wire/wire.hpp"

namespace stalemate::real {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using boost::system::error_code;

constexpr std::string_view kChannelBinding = "SCRAM-SHA-256-PLUS";

// What a user can do where the server's certificate is not believed, where it wants one of its client, and where it
// speaks no TLS.
struct Mends {
  std::string name_authority;
  std::string show_certificate;
  std::string go_without;
};

// Where a tunnel leads, and how.
struct Way {
  Protocol protocol = Protocol::kRedis;
  std::string place;  // "Redis at db.example:6380"
  std::string host;
  std::vector<StreamEndpoint> endpoints;
  Mends mends;
  bool checks_authority = true;
  bool checks_name = true;
  ssl::context tls;
};

template <class Address>
std::unique_ptr<Way> way_to(const Address& server, const Encryption& encryption, Protocol protocol, Mends mends) {
  const std::string where = place(server);
  return std::make_unique<Way>(Way{protocol, where, server.host, endpoints_of(server.host, server.port, where),
                                   std::move(mends), encryption.checks_authority, encryption.checks_name,
                                   tls_context(encryption, where)});
}

// The message of a PostgreSQL that offers ways to authenticate by SASL, without the one that needs an encrypted
// connection. (Protocol v3, AuthenticationSASL: 'R', its length, 10, names that each end in a zero byte, a zero byte.)
std::string without_channel_binding(const std::string& message) {
  constexpr std::size_t kHead = 9;
  constexpr std::string_view kSasl("\0\0\0\x0a", 4);
  if (message.size() < kHead || message[0] != 'R' || message.compare(5, 4, kSasl) != 0) return message;
  std::string names;
  for (std::size_t at = kHead; at < message.size() && message[at] != '\0';) {
    const std::string name = message.c_str() + at;
    at += name.size() + 1;
    if (name != kChannelBinding) names += name + '\0';
  }
  if (names.empty()) return message;
  names += '\0';
  std::string shorter = "R";
  const std::size_t length = names.size() + kHead - 1;
  for (const int shift : {24, 16, 8, 0}) shorter += static_cast<char>(static_cast<unsigned char>(length >> shift));
  return shorter.append(kSasl) + names;
}

}  // namespace

// Why a connection could not be encrypted.
struct TunnelFailure {
  std::string why;             // one line, with the mend
  bool is_other_kind = false;  // no TLS is spoken there
};

// One client and its encrypted connection. On the tunnel's thread alone.
class TunnelConnection : public std::enable_shared_from_this<TunnelConnection> {
 public:
  struct Heard {
    std::function<void(TunnelFailure)> failed;
    std::function<void()> agreed;  // it is encrypted
  };
  TunnelConnection(Way& way, StreamSocket client, Heard heard)
      : way_(way),
        heard_(std::move(heard)),
        client_(std::move(client)),
        server_(client_.get_executor(), way.tls),
        deadline_(client_.get_executor()) {
    if (way_.protocol == Protocol::kPostgres) greeting_ = make_framer(Protocol::kPostgres, Side::kServer);
  }

  void start() {
    deadline_.expires_after(std::chrono::seconds(kServerTimeoutSeconds));
    deadline_.async_wait([this, self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled)
        fail(fmt::format("no answer within {} s while TLS was begun; check the port, and what holds it up",
                         kServerTimeoutSeconds));
    });
    connect(0);
  }

  void close() {
    is_closed_ = true;
    deadline_.cancel();
    for (StreamSocket* socket : {&client_, &server_.next_layer()}) {
      error_code ignored;
      socket->shutdown(StreamSocket::shutdown_both, ignored);  // also for a copy that a forked process has
      socket->close(ignored);
    }
  }

 private:
  void fail(const std::string& what, bool is_other_kind = false) {
    if (is_closed_) return;
    heard_.failed({fmt::format("{}: {}", way_.place, what), is_other_kind});
    close();
  }

  void connect(std::size_t number) {
    server_.next_layer().async_connect(way_.endpoints.at(number),
                                       [this, self = shared_from_this(), number](const error_code& error) {
                                         if (is_closed_) return;
                                         if (!error) {
                                           prepare(server_.next_layer());
                                           if (way_.protocol == Protocol::kPostgres) return ask();
                                           return shake_hands();
                                         }
                                         error_code ignored;
                                         server_.next_layer().close(ignored);
                                         if (number + 1 < way_.endpoints.size()) return connect(number + 1);
                                         fail(fmt::format("cannot connect: {}; check that it runs", error.message()));
                                       });
  }

  // PostgreSQL is asked first, and says in one byte whether it goes on encrypted.
  void ask() {
    asio::async_write(server_.next_layer(), asio::buffer(kPostgresAsksForEncryption),
                      [this, self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return hear_no_tls();
                        asio::async_read(server_.next_layer(), asio::buffer(from_server_, 1),
                                         [this, self](const error_code& lost, std::size_t) { hear_answer(!lost); });
                      });
  }

  void hear_answer(bool is_there) {
    if (is_there && from_server_[0] == 'S') return shake_hands();
    if (is_there && from_server_[0] == 'N') return fail("it takes no encrypted connections; " + way_.mends.go_without);
    hear_no_tls();
  }

  void hear_no_tls() { fail("what answers there begins no TLS; " + way_.mends.go_without, true); }

  void shake_hands() {
    if (!expect_host()) return fail(fmt::format("no certificate can be checked to be of {}", way_.host));
    server_.async_handshake(ssl::stream_base::client, [this, self = shared_from_this()](const error_code& error) {
      if (is_closed_) return;
      if (error) return handshake_failed(error);
      deadline_.cancel();
      heard_.agreed();
      to_server();
      to_client();
    });
  }

  // Whose certificate is wanted; and who is asked for, where many share an address.
  bool expect_host() {
    SSL* const tls = server_.native_handle();
    X509_VERIFY_PARAM* const expected = ::SSL_get0_param(tls);
    ::X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    error_code no_address;
    const asio::ip::address address = asio::ip::make_address(way_.host, no_address);
    if (no_address) {
      return ::SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, way_.host.data()) == 1 &&
             (!way_.checks_name || ::X509_VERIFY_PARAM_set1_host(expected, way_.host.c_str(), 0) == 1);
    }
    if (!way_.checks_name) return true;
    if (address.is_v4()) {
      const auto bytes = address.to_v4().to_bytes();
      return ::X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), bytes.size()) == 1;
    }
    const auto bytes = address.to_v6().to_bytes();  // without the name of an interface
    return ::X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), bytes.size()) == 1;
  }

  void handshake_failed(const error_code& error) {
    const long doubt = ::SSL_get_verify_result(server_.native_handle());
    if (way_.checks_authority && doubt != X509_V_OK) return fail(why_not_believed(doubt));
    if (error.category() != asio::error::get_ssl_category()) return hear_no_tls();  // it hung up
    const auto number = static_cast<unsigned long>(error.value());
    if (is_alert(number))
      return fail(fmt::format("it refuses the encryption: {}; if it wants a certificate, {}", text_of(number),
                              way_.mends.show_certificate));
    if (ERR_GET_REASON(number) == SSL_R_UNSUPPORTED_PROTOCOL)
      return fail("it speaks no TLS that is new enough; switch TLS 1.2 or 1.3 on there");
    hear_no_tls();
  }

  std::string why_not_believed(long doubt) const {
    switch (doubt) {
      case X509_V_ERR_HOSTNAME_MISMATCH:
      case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return fmt::format("its certificate is of another host, not of {}; name the host as the certificate does",
                           way_.host);
      case X509_V_ERR_CERT_HAS_EXPIRED:
      case X509_V_ERR_CERT_NOT_YET_VALID:
        return fmt::format("its certificate is not believed: {}; have it renewed, or set this machine's clock",
                           ::X509_verify_cert_error_string(doubt));
      case X509_V_ERR_CERT_REVOKED:
        return "its certificate is not believed: its authority revoked it; have another one made";
      case X509_V_ERR_UNABLE_TO_GET_CRL:
      case X509_V_ERR_CRL_HAS_EXPIRED:
      case X509_V_ERR_CRL_NOT_YET_VALID:
        return fmt::format("its certificate is not believed: {}; check what sslcrl names",
                           ::X509_verify_cert_error_string(doubt));
      default:
        return fmt::format("its certificate is not believed: {}; {}", ::X509_verify_cert_error_string(doubt),
                           way_.mends.name_authority);
    }
  }

  // OpenSSL gives an alert that came from the other side its number, plus an offset.
  static bool is_alert(unsigned long number) { return ERR_GET_REASON(number) >= SSL_AD_REASON_OFFSET; }

  // Asio's own text of these differs from version to version.
  static std::string text_of(unsigned long number) {
    const char* const text = ::ERR_reason_error_string(number);
    return text == nullptr ? fmt::format("OpenSSL's error {:x}", number) : text;
  }

  void to_server() {
    client_.async_read_some(asio::buffer(from_client_), [this, self = shared_from_this()](const error_code& error,
                                                                                          std::size_t count) {
      if (is_closed_) return;
      if (error) return client_has_ended();
      asio::async_write(server_, asio::buffer(from_client_, count), [this, self](const error_code& lost, std::size_t) {
        if (is_closed_) return;
        if (lost) return close_soon();
        to_server();
      });
    });
  }

  void client_has_ended() {
    error_code ignored;
    server_.next_layer().shutdown(StreamSocket::shutdown_send, ignored);
    close_soon();
  }

  // What the server still has to say is passed on; not for ever, if it does not end.
  void close_soon() {
    deadline_.expires_after(std::chrono::seconds(kServerTimeoutSeconds));
    deadline_.async_wait([this, self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled) close();
    });
  }

  void to_client() {
    server_.async_read_some(asio::buffer(from_server_),
                            [this, self = shared_from_this()](const error_code& error, std::size_t count) {
                              if (is_closed_) return;
                              if (error) return server_has_ended(error);
                              pass_on({from_server_.data(), count});
                            });
  }

  void server_has_ended(const error_code& error) {
    if (error.category() != asio::error::get_ssl_category()) return close();
    fail(fmt::format("it ends the connection: {}; if it wants a certificate, {}",
                     text_of(static_cast<unsigned long>(error.value())), way_.mends.show_certificate));
  }

  void pass_on(std::string_view bytes) {
    try {
      to_pass_.clear();
      while (greeting_ && !bytes.empty()) {
        const std::optional<Message> message = greeting_->next(bytes);
        if (!message) continue;
        to_pass_ += without_channel_binding(message->bytes);
        if (message->bytes[0] != 'v') greeting_.reset();  // before it, NegotiateProtocolVersion may come
      }
    } catch (const WireError& error) {
      return fail(error.what());
    }
    to_pass_ += bytes;
    asio::async_write(client_, asio::buffer(to_pass_),
                      [this, self = shared_from_this()](const error_code& lost, std::size_t) {
                        if (is_closed_) return;
                        if (lost) return close();
                        to_client();
                      });
  }

  Way& way_;
  Heard heard_;
  StreamSocket client_;
  ssl::stream<StreamSocket> server_;
  asio::steady_timer deadline_;
  bool is_closed_ = false;
  std::array<char, 16'384> from_client_ = {};
  std::array<char, 16'384> from_server_ = {};
  std::unique_ptr<Framer> greeting_;  // of the server's first messages
  std::string to_pass_;
};

struct Tunnel::Impl {
  explicit Impl(std::unique_ptr<Way> leads) : way(std::move(leads)) {}
  ~Impl() {
    listener.end([this] {
      for (const auto& weak : connections) {
        if (const auto connection = weak.lock()) connection->close();
      }
    });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void add(StreamSocket client) {
    std::erase_if(connections, [](const auto& connection) { return connection.expired(); });
    const auto failed = [this](TunnelFailure what) {
      const std::lock_guard lock(mutex);
      failure = std::move(what);
    };
    const auto connection = std::make_shared<TunnelConnection>(
        *way, std::move(client), TunnelConnection::Heard{failed, [this] { has_agreed = true; }});
    connections.push_back(connection);
    connection->start();
  }

  std::unique_ptr<Way> way;
  std::list<std::weak_ptr<TunnelConnection>> connections;  // on the tunnel's thread alone
  mutable std::mutex mutex;
  TunnelFailure failure;
  std::atomic<bool> has_agreed = false;
  Listener listener{"the tunnel to " + way->place,
                    [this](StreamSocket client, int /*port*/) { add(std::move(client)); }};  // last: it uses the others
};

Tunnel::Tunnel(const PostgresAddress& server, const Encryption& encryption)
    : impl_(std::make_unique<Impl>(
          way_to(server, encryption, Protocol::kPostgres,
                 {"say sslrootcert=FILE, the certificate of its authority", "say sslcert=FILE and sslkey=FILE",
                  "switch ssl on there, or leave sslmode out"}))) {}

Tunnel::Tunnel(const RedisAddress& server, const Encryption& encryption)
    : impl_(std::make_unique<Impl>(
          way_to(server, encryption, Protocol::kRedis,
                 {"say ?ssl_ca_certs=FILE, the certificate of its authority", "say ?ssl_certfile=FILE&ssl_keyfile=FILE",
                  "name its TLS port, or say redis://"}))) {}

Tunnel::~Tunnel() = default;

int Tunnel::port() const { return impl_->listener.port(); }

std::string Tunnel::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure.why;
}

bool Tunnel::is_other_kind() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure.is_other_kind;
}

bool Tunnel::has_agreed() const { return impl_->has_agreed; }

}  // namespace stalemate::real
