// See tunnel.hpp.
#include "tunnel.hpp"

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
#include <fstream>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "listener.hpp"
#include "real/wire.hpp"
#include "traces/error.hpp"

namespace stalemate::real {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using boost::system::error_code;

constexpr std::string_view kPostgresAsksForEncryption("\0\0\0\x08\x04\xd2\x16\x2f", 8);
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
  bool checks_name = true;
  ssl::context tls{ssl::context::tls_client};
};

// `take` is given its name and says 1 where it could.
void load(const std::string& what, const std::string& file, const std::string& place,
          const std::function<int(const char*)>& take) {
  const auto refuse = [&](const std::string& why) {
    throw traces::InputError(fmt::format("{}: {}: {}: {}", place, what, file, why));
  };
  if (!std::ifstream(file)) refuse("it cannot be opened; check its name, and who may read it");
  ::ERR_clear_error();
  if (take(file.c_str()) == 1) return;
  const char* const reason = ::ERR_reason_error_string(::ERR_get_error());
  ::ERR_clear_error();
  refuse(
      fmt::format("{}; check that it is the right one, in PEM format", reason == nullptr ? "not understood" : reason));
}

void configure(Way& way, const Encryption& encryption) {
  SSL_CTX* const context = way.tls.native_handle();
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  way.tls.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  way.checks_name = encryption.checks_name;
  way.tls.set_verify_mode(encryption.checks_authority ? ssl::verify_peer : ssl::verify_none);
  if (encryption.checks_authority && encryption.authority.empty()) way.tls.set_default_verify_paths();
  const auto take = [&way](const std::string& what, const std::string& file, const auto& by) {
    if (!file.empty()) load(what, file, way.place, by);
  };
  take("the certificate of its authority", encryption.authority,
       [&](const char* file) { return ::SSL_CTX_load_verify_locations(context, file, nullptr); });
  take("what its authority revoked", encryption.revoked, [&](const char* file) {
    X509_STORE* const store = ::SSL_CTX_get_cert_store(context);
    ::X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return ::X509_STORE_load_locations(store, file, nullptr);
  });
  take("the certificate to show", encryption.certificate,
       [&](const char* file) { return ::SSL_CTX_use_certificate_chain_file(context, file); });
  take("the key of that certificate", encryption.key.empty() ? encryption.certificate : encryption.key,
       [&](const char* file) { return ::SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM); });
}

template <class Address>
std::unique_ptr<Way> way_to(const Address& server, const Encryption& encryption, Protocol protocol, Mends mends) {
  auto way = std::make_unique<Way>();
  way->protocol = protocol;
  way->place = place(server);
  way->host = server.host;
  way->endpoints = endpoints_of(server.host, server.port, way->place);
  way->mends = std::move(mends);
  configure(*way, encryption);
  return way;
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

// One client and its encrypted connection. On the tunnel's thread alone.
class TunnelConnection : public std::enable_shared_from_this<TunnelConnection> {
 public:
  using Failed = std::function<void(std::string)>;
  TunnelConnection(Way& way, StreamSocket client, Failed failed, std::function<void()> agreed)
      : way_(way),
        failed_(std::move(failed)),
        agreed_(std::move(agreed)),
        client_(std::move(client)),
        server_(client_.get_executor(), way.tls),
        deadline_(client_.get_executor()) {
    if (way_.protocol == Protocol::kPostgres) greeting_ = make_framer(Protocol::kPostgres, Side::kServer);
  }

  void start() {
    close_after(std::chrono::seconds(kServerTimeoutSeconds));
    connect(0);
  }

  void close() {
    deadline_.cancel();
    for (StreamSocket* socket : {&client_, &server_.next_layer()}) {
      error_code ignored;
      socket->shutdown(StreamSocket::shutdown_both, ignored);  // also for a copy that a forked process has
      socket->close(ignored);
    }
  }

 private:
  void close_after(std::chrono::seconds patience) {
    deadline_.expires_after(patience);
    deadline_.async_wait([this, self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled) close();
    });
  }

  void fail(const std::string& what) {
    failed_(fmt::format("{}: {}", way_.place, what));
    close();
  }

  void connect(std::size_t number) {
    server_.next_layer().async_connect(way_.endpoints.at(number),
                                       [this, self = shared_from_this(), number](const error_code& error) {
                                         if (!error) {
                                           prepare(server_.next_layer());
                                           if (way_.protocol == Protocol::kPostgres) return ask();
                                           return shake_hands();
                                         }
                                         if (!client_.is_open()) return;
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
                        if (error) return close();
                        asio::async_read(server_.next_layer(), asio::buffer(from_server_, 1),
                                         [this, self](const error_code& lost, std::size_t) {
                                           if (lost) return close();
                                           if (from_server_[0] == 'S') return shake_hands();
                                           fail("it takes no encrypted connections; " + way_.mends.go_without);
                                         });
                      });
  }

  void shake_hands() {
    SSL* const tls = server_.native_handle();
    error_code no_address;
    asio::ip::make_address(way_.host, no_address);
    if (no_address) ::SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, way_.host.data());
    X509_VERIFY_PARAM* const expected = ::SSL_get0_param(tls);
    if (way_.checks_name && no_address) ::X509_VERIFY_PARAM_set1_host(expected, way_.host.c_str(), 0);
    if (way_.checks_name && !no_address) ::X509_VERIFY_PARAM_set1_ip_asc(expected, way_.host.c_str());
    server_.async_handshake(ssl::stream_base::client, [this, self = shared_from_this()](const error_code& error) {
      if (error) return fail(reason(error));
      deadline_.cancel();
      agreed_();
      to_server();
      to_client();
    });
  }

  std::string reason(const error_code& error) {
    const long doubt = ::SSL_get_verify_result(server_.native_handle());
    if (doubt == X509_V_ERR_HOSTNAME_MISMATCH || doubt == X509_V_ERR_IP_ADDRESS_MISMATCH)
      return fmt::format("its certificate is of another host, not of {}; name the host as the certificate does",
                         way_.host);
    if (doubt != X509_V_OK)
      return fmt::format("its certificate is not believed: {}; {}", ::X509_verify_cert_error_string(doubt),
                         way_.mends.name_authority);
    return fmt::format("no TLS was agreed on: {}; {}", error.message(), way_.mends.go_without);
  }

  void to_server() {
    client_.async_read_some(asio::buffer(from_client_), [this, self = shared_from_this()](const error_code& error,
                                                                                          std::size_t count) {
      if (error) return client_has_ended();
      asio::async_write(server_, asio::buffer(from_client_, count), [this, self](const error_code& lost, std::size_t) {
        if (lost) return close();
        to_server();
      });
    });
  }

  // What the server still has to say is passed on; not for ever, if it does not end.
  void client_has_ended() {
    if (!client_.is_open()) return;
    error_code ignored;
    server_.next_layer().shutdown(StreamSocket::shutdown_send, ignored);
    close_after(std::chrono::seconds(kServerTimeoutSeconds));
  }

  void to_client() {
    server_.async_read_some(asio::buffer(from_server_),
                            [this, self = shared_from_this()](const error_code& error, std::size_t count) {
                              if (error) return server_has_ended(error);
                              pass_on({from_server_.data(), count});
                            });
  }

  void server_has_ended(const error_code& error) {
    if (error.category() == asio::error::get_ssl_category() && client_.is_open())
      return fail(fmt::format("it ends the connection: {}; {}", error.message(), way_.mends.show_certificate));
    close();
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
                        if (lost) return close();
                        to_client();
                      });
  }

  Way& way_;
  Failed failed_;
  std::function<void()> agreed_;
  StreamSocket client_;
  ssl::stream<StreamSocket> server_;
  asio::steady_timer deadline_;
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
    const auto failed = [this](std::string why) {
      const std::lock_guard lock(mutex);
      failure = std::move(why);
    };
    const auto connection =
        std::make_shared<TunnelConnection>(*way, std::move(client), failed, [this] { has_agreed = true; });
    connections.push_back(connection);
    connection->start();
  }

  std::unique_ptr<Way> way;
  std::list<std::weak_ptr<TunnelConnection>> connections;  // on the tunnel's thread alone
  mutable std::mutex mutex;
  std::string failure;
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
  return impl_->failure;
}

bool Tunnel::has_agreed() const { return impl_->has_agreed; }

}  // namespace stalemate::real
