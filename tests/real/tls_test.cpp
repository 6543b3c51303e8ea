// Servers that want TLS: replayed on and judged through a tunnel, believed only for a reason, and named where they are
// not. Real servers, whose certificates are made here. A long file: the certificates are made in it.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "live/live.hpp"
#include "live_support.hpp"
#include "proxy/proxy.hpp"
#include "replay/batch.hpp"
#include "sample_traces.hpp"
#include "sandbox/leftovers.hpp"
#include "support.hpp"
#include "traces/json.hpp"

namespace stalemate::real {
namespace {

void shell(const std::string& command) {
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (status != 0) throw std::runtime_error(command + ": status " + std::to_string(status));
}

// An authority, a certificate of "localhost" that it signed, and one of the user who asks.
class Certificates {
 public:
  Certificates() {
    const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    const std::string quiet = " > /dev/null 2>&1";
    shell("openssl req -x509 -days 2 -subj /CN=authority" + key + " -keyout " + file("ca.key") + " -out " +
          file("ca.crt") + quiet);
    shell("openssl req -x509 -days 2 -subj /CN=other" + key + " -keyout " + file("other.key") + " -out " +
          file("other.crt") + quiet);
    for (const std::string name : {"localhost", "certified"}) {
      std::ofstream(file("names")) << "subjectAltName=DNS:" << name << "\n";
      shell("openssl req -subj /CN=" + name + key + " -keyout " + file(name + ".key") + " -out " + file(name + ".csr") +
            quiet);
      shell("openssl x509 -req -days 2 -CAcreateserial -CA " + file("ca.crt") + " -CAkey " + file("ca.key") + " -in " +
            file(name + ".csr") + " -out " + file(name + ".crt") + " -extfile " + file("names") + quiet);
    }
  }

  std::string file(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string folder() const { return folder_.path(); }

  // What the authority takes back, before and after it took back the certificate of localhost.
  void make_revocations() const {
    std::ofstream(file("index.txt")).close();
    std::ofstream(file("crlnumber")) << "01\n";
    std::ofstream(file("ca.cnf")) << "[ca]\ndefault_ca = it\n[it]\ndatabase = " << file("index.txt")
                                  << "\ncrlnumber = " << file("crlnumber") << "\ncertificate = " << file("ca.crt")
                                  << "\nprivate_key = " << file("ca.key")
                                  << "\ndefault_md = sha256\ndefault_crl_days = 2\n";
    const std::string ca = "openssl ca -config " + file("ca.cnf");
    const std::string quiet = " > /dev/null 2>&1";
    shell(ca + " -gencrl -out " + file("nothing.crl") + quiet);
    shell(ca + " -revoke " + file("localhost.crt") + quiet);
    shell(ca + " -gencrl -out " + file("localhost.crl") + quiet);
  }

  // A server takes a key only from its own user, and one that others cannot read.
  void give_to_owner_of(const std::string& folder) const {
    struct stat owner = {};
    ASSERT_EQ(::stat(folder.c_str(), &owner), 0);
    ASSERT_EQ(::chown(file("localhost.key").c_str(), owner.st_uid, owner.st_gid), 0);
    ASSERT_EQ(::chmod(file("localhost.key").c_str(), 0600), 0);
  }

 private:
  support::Folder folder_;
};

std::string first_value(const PostgresAddress& at, const std::string& sql) {
  pqxx::connection connection(support::url(at));
  const pqxx::result rows = pqxx::nontransaction(connection).exec(sql);
  return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].as<std::string>();
}

// Whether the reply is no error.
bool is_done(const RedisAddress& at, const std::vector<std::string>& words) {
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  redisContext* const context = redisConnect(at.host.c_str(), at.port);
  freeReplyObject(redisCommand(context, "AUTH %s", at.password.c_str()));
  auto* const reply = static_cast<redisReply*>(
      redisCommandArgv(context, static_cast<int>(arguments.size()), arguments.data(), nullptr));
  const bool is_done = reply != nullptr && reply->type != REDIS_REPLY_ERROR;
  freeReplyObject(reply);
  redisFree(context);
  return is_done;
}

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  static_cast<void>(::bind(probe, reinterpret_cast<const sockaddr*>(&address), size));
  static_cast<void>(::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size));
  ::close(probe);
  return ntohs(address.sin_port);
}

// A sandbox's servers that speak TLS, and a PostgreSQL that takes nothing else.
class Tls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { servers_ = std::make_unique<EncryptedServers>(); }
  static void TearDownTestSuite() { servers_.reset(); }

  class EncryptedServers {
   public:
    EncryptedServers() : sandbox_(SandboxOptions()) {
      certificates.give_to_owner_of(sandbox_.folder() + "/postgres");
      const std::string certificate = certificates.file("localhost.crt");
      const std::string key = certificates.file("localhost.key");
      const std::string authority = certificates.file("ca.crt");
      const PostgresAddress owner = sandbox_.postgres_owner();
      for (const std::string& setting : {"ssl_cert_file = '" + certificate + "'", "ssl_key_file = '" + key + "'",
                                         "ssl_ca_file = '" + authority + "'", std::string("ssl = on")})
        first_value(owner, "ALTER SYSTEM SET " + setting);
      first_value(owner, "CREATE ROLE certified LOGIN");
      first_value(owner, "GRANT CREATE ON DATABASE \"" + sandbox_.postgres().database + "\" TO certified");
      std::ofstream(first_value(owner, "SHOW hba_file")) << "hostssl all certified 127.0.0.1/32 cert\n"
                                                         << "hostssl all all 127.0.0.1/32 scram-sha-256\n";
      first_value(owner, "SELECT pg_reload_conf()");
      EXPECT_TRUE(support::eventually([&] { return wants_tls(owner); }));
      const auto files_and_port = [&](int port) -> std::vector<std::string> {
        return {"CONFIG",           "SET",     "tls-cert-file",    certificate, "tls-key-file", key,
                "tls-ca-cert-file", authority, "tls-auth-clients", "no",        "tls-port",     std::to_string(port)};
      };
      EXPECT_TRUE(support::eventually([&] {
        redis_port_ = free_port();
        return is_done(sandbox_.redis(), files_and_port(redis_port_));
      }));
    }

    const Certificates certificates;

    std::string postgres(const std::string& query, const std::string& host = "localhost") const {
      PostgresAddress address = sandbox_.postgres();
      address.host = host;
      return support::url(address) + query;
    }

    // Who shows a certificate there needs no password.
    std::string postgres_as_certified(const std::string& query) const {
      return "postgresql://certified@localhost:" + std::to_string(sandbox_.postgres().port) + "/" +
             sandbox_.postgres().database + query;
    }

    std::string redis(const std::string& query, const std::string& host = "localhost") const {
      RedisAddress address = sandbox_.redis();
      address.host = host;
      address.port = redis_port_;
      return "rediss" + support::url(address).substr(std::string("redis").size()) + query;
    }

    std::string plain_redis() const {
      RedisAddress address = sandbox_.redis();
      address.port = redis_port_;
      return support::url(address);
    }

    void set_redis(const std::string& name, const std::string& value) const {
      EXPECT_TRUE(is_done(sandbox_.redis(), {"CONFIG", "SET", name, value}));
    }

    // A URL of the Redis whose port is not encrypted, as if it were.
    std::string encrypted_where_it_is_plain() const {
      return "rediss" + support::url(sandbox_.redis()).substr(std::string("redis").size());
    }

   private:
    static bool wants_tls(const PostgresAddress& address) {
      try {
        pqxx::connection(support::url(address) + "?sslmode=disable");
        return false;
      } catch (const pqxx::broken_connection& error) {
        return std::string(error.what()).find("no encryption") != std::string::npos;
      }
    }

    Sandbox sandbox_;
    int redis_port_ = 0;
  };

  static const EncryptedServers& servers() { return *servers_; }
  static std::string file(const std::string& name) { return servers().certificates.file(name); }
  static std::string verified() { return "?sslmode=verify-full&sslrootcert=" + file("ca.crt"); }
  static std::string believed() { return "?ssl_ca_certs=" + file("ca.crt"); }

  // A variable of the environment while it lives.
  class Variable {
   public:
    Variable(const std::string& name, const std::string& value) : name_(name) {
      const char* const before = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
      if (before != nullptr) before_ = before;
      ::setenv(name.c_str(), value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    }
    ~Variable() {
      ::unsetenv(name_.c_str());                                  // NOLINT(concurrency-mt-unsafe)
      if (before_) ::setenv(name_.c_str(), before_->c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

   private:
    std::string name_;
    std::optional<std::string> before_;
  };

  // What becomes of a trace there.
  static std::string outcome(const std::string& postgres, const std::string& redis) {
    ReplayPlace where;
    where.urls.postgres = postgres;
    where.urls.redis = redis;
    try {
      return verdict(replay_at(samples::cache_aside_race(), where));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

 private:
  static std::unique_ptr<EncryptedServers> servers_;
};

std::unique_ptr<Tls::EncryptedServers> Tls::servers_;

TEST_F(Tls, traces_with_faults_on_the_wire_reproduce_and_nothing_is_left) {
  std::vector<traces::Trace> traces;
  for (const std::string name : {"cache-aside-late-fill", "cache-aside-late-request", "cache-aside-lost-delete",
                                 "cache-aside-update-in-doubt", "write-through-duplicate", "cache-aside-crash"})
    traces.push_back(traces::read_json(support::project_file("traces/saved/" + name + ".json"), name));
  ReplayPlace where;
  where.urls.postgres = servers().postgres(verified());
  where.urls.redis = servers().redis(believed());
  BatchOptions options;
  options.jobs = 2;
  for (const Replayed& replayed : replay_all(traces, where, options)) {
    ASSERT_TRUE(replayed.conformance) << replayed.error;
    EXPECT_EQ(verdict(*replayed.conformance).rfind("reproduced", 0), 0U) << verdict(*replayed.conformance);
    EXPECT_EQ(replayed.left, "");
  }
  const Leftovers left = clean(where.urls, false);
  EXPECT_TRUE(left.found.empty() && left.kept.empty());
}

TEST_F(Tls, a_live_run_goes_through_it) {
  LiveOptions options;
  options.scenario = LiveScenario::kBefore;
  options.urls.postgres = servers().postgres(verified());
  options.urls.redis = servers().redis(believed());
  options.wire_faults = true;
  options.lost_reply = {500'000, "50%"};
  options.read_every = std::chrono::milliseconds(1);
  options.write_every = std::chrono::milliseconds(1);
  const Judgement judgement = support::run_live_until(options, [](const Judgement& so_far) {
    return so_far.hits > 10 && so_far.writes_ok > 3 && so_far.writes_in_doubt > 3;
  });
  EXPECT_GT(judgement.hits, 10);
  EXPECT_GT(judgement.writes_in_doubt, 3);
}

TEST_F(Tls, a_certificate_is_shown_where_a_server_wants_one) {
  const std::string postgres = servers().postgres_as_certified(verified() + "&sslcert=" + file("certified.crt") +
                                                               "&sslkey=" + file("certified.key"));
  servers().set_redis("tls-auth-clients", "yes");
  const std::string none = outcome(postgres, servers().redis(believed()));
  const std::string shown = outcome(postgres, servers().redis(believed() + "&ssl_certfile=" + file("certified.crt") +
                                                              "&ssl_keyfile=" + file("certified.key")));
  const std::string plain = outcome(postgres, servers().plain_redis());
  servers().set_redis("tls-auth-clients", "no");
  EXPECT_NE(
      none.find("it ends the connection: tlsv13 alert certificate required; if it wants a certificate, say ?ssl_"),
      std::string::npos)
      << none;
  EXPECT_EQ(shown, "reproduced");
  EXPECT_NE(plain.find("TLS is spoken there; say rediss:// instead of redis://"), std::string::npos) << plain;
}

TEST_F(Tls, who_is_not_who_it_should_be_is_not_spoken_to) {
  const std::string other = file("other.crt");
  const struct {
    std::string postgres, redis, expected;
  } cases[] = {
      {servers().postgres("?sslmode=require"), servers().redis("?ssl_cert_reqs=none"), "reproduced"},
      {servers().postgres("?sslmode=verify-ca&sslrootcert=" + file("ca.crt"), "127.0.0.1"),
       servers().redis(believed() + "&ssl_check_hostname=false", "127.0.0.1"), "reproduced"},
      {servers().postgres(verified(), "127.0.0.1"), servers().redis(believed()),
       "its certificate is of another host, not of 127.0.0.1; name the host as the certificate does"},
      {servers().postgres(verified()), servers().redis(believed(), "127.0.0.1"),
       "its certificate is of another host, not of 127.0.0.1; name the host as the certificate does"},
      {servers().postgres("?sslmode=verify-ca&sslrootcert=" + other), servers().redis(believed()),
       "self-signed certificate in certificate chain; say sslrootcert=FILE, the certificate of its authority"},
      {servers().postgres("?sslmode=require&sslrootcert=" + other), servers().redis(believed()),
       "self-signed certificate in certificate chain; say sslrootcert=FILE, the certificate of its authority"},
      {servers().postgres(verified()), servers().redis("?ssl_ca_certs=" + other),
       "self-signed certificate in certificate chain; say ?ssl_ca_certs=FILE, the certificate of its authority"},
      {servers().postgres(verified()), servers().redis(""),
       "self-signed certificate in certificate chain; say ?ssl_ca_certs=FILE, the certificate of its authority"},
      {servers().postgres("?sslmode=verify-full&sslrootcert=system"), servers().redis(believed()),
       "self-signed certificate in certificate chain; say sslrootcert=FILE, the certificate of its authority"},
      {servers().postgres("?sslmode=verify-full&sslrootcert=/nowhere"), servers().redis(believed()),
       "the certificate of its authority: /nowhere: it cannot be opened; check its name, and who may read it"},
      {servers().postgres(verified() + "&sslcrl=" + file("ca.key")), servers().redis(believed()),
       "check that it is the right one"},
      {servers().postgres("?sslmode=require&sslpassword=x"), servers().redis(believed()),
       "sslpassword is not understood beside sslmode=require; of TLS there are sslmode, sslrootcert, sslcrl"},
      {servers().postgres(verified() + "&channel_binding=require"), servers().redis(believed()),
       "channel_binding=require cannot be kept"},
      {servers().postgres("?gssencmode=require"), servers().redis(believed()), "gssencmode=require asks for GSSAPI"},
      {servers().postgres("?sslmode=verify-ca&sslrootcert=system"), servers().redis(believed()),
       "sslrootcert=system needs sslmode=verify-full"},
      {servers().postgres("?sslmode=disable"), servers().redis(believed()),
       "no encryption; say sslmode=require, if it takes encrypted connections alone"},
      {servers().postgres(""), servers().redis(believed()),
       "no encryption; say sslmode=require, if it takes encrypted connections alone"},
      {servers().postgres(verified()), servers().encrypted_where_it_is_plain(),
       "a Redis answers there, not a Redis that speaks TLS; check the port"},
      {servers().postgres("?sslmode=verify_full"), servers().redis(believed()),
       "sslmode=verify_full is none; say disable, allow, prefer, require, verify-ca, verify-full"},
      {servers().postgres("?sslrootcert=system"), servers().redis(believed()), "; say sslrootcert=FILE, the"},
      {servers().postgres("?requiressl=1"), servers().redis(believed()), "reproduced"},
      {servers().postgres("?ssl=true"), servers().redis(believed()), "reproduced"},
      {servers().postgres(verified() + "&sslcrl=" + file("nothing.crl")), servers().redis(believed()), "reproduced"},
      {servers().postgres(verified() + "&sslcrl=" + file("localhost.crl")), servers().redis(believed()),
       "its certificate is not believed: its authority revoked it; have another one made"},
      {support::url(support::shared_servers().postgres) + "?sslmode=require", servers().redis(believed()),
       "it takes no encrypted connections; switch ssl on there, or leave sslmode out"},
  };
  servers().certificates.make_revocations();
  for (const auto& one : cases) {
    const std::string said = outcome(one.postgres, one.redis);
    EXPECT_NE(said.find(one.expected), std::string::npos) << one.postgres << "\n" << one.redis << "\n" << said;
  }
}

TEST_F(Tls, the_environment_says_what_libpq_would_take_from_it_and_nothing_is_weaker_than_it_says) {
  std::filesystem::create_directory(file(".postgresql"));
  std::filesystem::copy_file(file("other.crt"), file(".postgresql/root.crt"));
  const struct {
    std::vector<std::pair<std::string, std::string>> variables;
    std::string query, expected;
  } cases[] = {
      {{{"PGSSLMODE", "require"}}, "", "reproduced"},
      {{{"PGREQUIRESSL", "1"}}, "", "reproduced"},
      {{{"PGSSLMODE", "verify-full"}, {"PGSSLROOTCERT", file("ca.crt")}}, "", "reproduced"},
      {{{"PGSSLMODE", "verify-full"}}, "?sslmode=require", "reproduced"},
      {{{"PGSSLMODE", "verify-full"}, {"PGSSLROOTCERT", file("other.crt")}}, "", "its certificate is not believed"},
      {{{"PGSSLMODE", "strict"}}, "", "sslmode=strict is none; say disable"},
      {{{"HOME", servers().certificates.folder()}}, "?sslmode=require", "its certificate is not believed"},
      {{{"PGGSSENCMODE", "require"}}, verified(), "gssencmode=require asks for GSSAPI"},
      {{{"PGCHANNELBINDING", "require"}}, verified(), "channel_binding=require cannot be kept"},
      {{{"PGSSLCRLDIR", "/"}},
       verified(),
       "PGSSLCRLDIR is set, and is not understood beside sslmode=verify-full; unset"},
      {{{"PGSSLMINPROTOCOLVERSION", "TLSv1.3"}}, verified(), "PGSSLMINPROTOCOLVERSION is set"},
  };
  for (const auto& one : cases) {
    std::vector<std::unique_ptr<Variable>> set;
    for (const auto& [name, value] : one.variables) set.push_back(std::make_unique<Variable>(name, value));
    const std::string said = outcome(servers().postgres(one.query), servers().redis(believed()));
    EXPECT_NE(said.find(one.expected), std::string::npos) << one.expected << "\n" << said;
  }
}

TEST_F(Tls, an_address_with_an_interface_is_checked_as_one_without) {
  servers().set_redis("bind", "127.0.0.1 -::1");
  for (const std::string host : {"[::1]", "[::1%251]"}) {
    const std::string said = outcome(servers().postgres(verified()), servers().redis(believed(), host));
    const bool is_there = said.find("cannot connect") == std::string::npos;  // some machines have no IPv6
    EXPECT_EQ(is_there, said.find("its certificate is of another host, not of ::1") != std::string::npos) << said;
  }
}

TEST_F(Tls, an_alert_is_told_as_one_and_nobody_is_told_to_go_without) {
  const std::string protected_key = file("protected.key");
  shell("openssl ec -aes128 -passout pass:x -in " + file("certified.key") + " -out " + protected_key + " 2> /dev/null");
  servers().set_redis("tls-protocols", "TLSv1.2");
  servers().set_redis("tls-auth-clients", "yes");
  const std::string none = outcome(servers().postgres(verified()), servers().redis(believed()));
  const std::string unverified = outcome(servers().postgres(verified()), servers().redis("?ssl_cert_reqs=none"));
  servers().set_redis("tls-auth-clients", "no");
  servers().set_redis("tls-protocols", "TLSv1.2 TLSv1.3");
  for (const std::string& said : {none, unverified}) {
    EXPECT_NE(said.find("it refuses the encryption: "), std::string::npos) << said;
    EXPECT_NE(said.find("; if it wants a certificate, say ?ssl_certfile=FILE&ssl_keyfile=FILE"), std::string::npos);
  }
  const std::string locked =
      outcome(servers().postgres(verified()),
              servers().redis(believed() + "&ssl_certfile=" + file("certified.crt") + "&ssl_keyfile=" + protected_key));
  EXPECT_NE(locked.find("in PEM format, and without a password"), std::string::npos) << locked;
}

// Whoever shows a certificate needs no password; another user of this machine must not pass for that one.
TEST_F(Tls, no_other_user_of_the_machine_gets_in) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const Proxy proxy(*support::shared_servers().redis);
  const auto bytes_for = [&proxy](uid_t user) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setuid(user) != 0) ::_exit(100);
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address = {};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(static_cast<std::uint16_t>(proxy.port()));
      if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(101);
      char answer[16];
      static_cast<void>(::send(socket, "PING\r\n", 6, MSG_NOSIGNAL));
      const ssize_t count = ::recv(socket, answer, sizeof answer, 0);
      ::_exit(count < 0 ? 0 : static_cast<int>(count));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  };
  EXPECT_GT(bytes_for(0), 4);
  EXPECT_LT(bytes_for(0), 100);
  EXPECT_EQ(bytes_for(65534), 0);
}

// Of a connection that its process has closed before anybody looks, the kernel no longer tells whose it was.
TEST_F(Tls, nor_does_one_who_hangs_up_at_once) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(server, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(server, 1000), 0);
  ASSERT_EQ(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size), 0);
  RedisAddress behind;
  behind.host = "127.0.0.1";
  behind.port = ntohs(address.sin_port);
  {
    const Proxy proxy(behind);
    address.sin_port = htons(static_cast<std::uint16_t>(proxy.port()));
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setuid(65534) != 0) ::_exit(1);
      for (int i = 0; i < 300; ++i) {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(2);
        static_cast<void>(::send(socket, "PING\r\n", 6, MSG_NOSIGNAL));
        ::close(socket);
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    // One of this user's own comes last, and gets through.
    const int own = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(own, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    int first = -1;
    EXPECT_TRUE(support::eventually([&] { return (first = ::accept(server, nullptr, nullptr)) >= 0; }));
    EXPECT_LT(::accept(server, nullptr, nullptr), 0) << "one of the others got through";
    ::close(first);
    ::close(own);
  }
  ::close(server);
}

}  // namespace
}  // namespace stalemate::real
