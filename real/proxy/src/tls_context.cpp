// See tls_context.hpp.
#include "tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <functional>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

namespace ssl = boost::asio::ssl;

// `take` is given its name and says 1 where it could.
void load(const std::string& what, const std::string& file, const std::string& place,
          const std::function<int(const char*)>& take) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format("{}: {}: {}: {}", place, what, file, why));
  };
  if (!std::ifstream(file)) refuse("it cannot be opened; check its name, and who may read it");
  ::ERR_clear_error();
  if (take(file.c_str()) == 1) return;
  const char* const reason = ::ERR_reason_error_string(::ERR_get_error());
  ::ERR_clear_error();
  refuse(fmt::format("{}; check that it is the right one, in PEM format, and without a password",
                     reason == nullptr ? "not understood" : reason));
}

}  // namespace

boost::asio::ssl::context tls_context(const Encryption& encryption, const std::string& place) {
  ssl::context tls(ssl::context::tls_client);
  SSL_CTX* const context = tls.native_handle();
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  tls.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  tls.set_verify_mode(encryption.checks_authority ? ssl::verify_peer : ssl::verify_none);
  if (encryption.checks_authority && encryption.authority.empty()) tls.set_default_verify_paths();
  const auto take = [&place](const std::string& what, const std::string& file, const auto& by) {
    if (!file.empty()) load(what, file, place, by);
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
  return tls;
}

}  // namespace stalemate::real
