// Servers that want TLS: replayed on and judged through a tunnel, believed only for a reason, and named where they are
// not. Real servers, whose certificates are made here.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <vector>

#include "live_support.hpp"
#include "real/batch.hpp"
#include "real/leftovers.hpp"
#include "real/live.hpp"
#include "real/proxy.hpp"
#include "sample_traces.hpp"
#include "support.hpp"
#include "traces/error.hpp"
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
bool is_done(const RedisAddress& at, const std::string& words) {
  redisContext* const context = redisConnect(at.host.c_str(), at.port);
  freeReplyObject(redisCommand(context, "AUTH %s", at.password.c_str()));
  auto* const reply = static_cast<redisReply*>(redisCommand(context, words.c_str()));
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
      const std::string files = "CONFIG SET tls-cert-file " + certificate + " tls-key-file " + key +
                                " tls-ca-cert-file " + authority + " tls-auth-clients no tls-port ";
      EXPECT_TRUE(support::eventually([&] {
        redis_port_ = free_port();
        return is_done(sandbox_.redis(), files + std::to_string(redis_port_));
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

    void set_redis(const std::string& words) const { EXPECT_TRUE(is_done(sandbox_.redis(), "CONFIG SET " + words)); }

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
  servers().set_redis("tls-auth-clients yes");
  const std::string none = outcome(postgres, servers().redis(believed()));
  const std::string shown = outcome(postgres, servers().redis(believed() + "&ssl_certfile=" + file("certified.crt") +
                                                              "&ssl_keyfile=" + file("certified.key")));
  const std::string plain = outcome(postgres, servers().plain_redis());
  servers().set_redis("tls-auth-clients no");
  EXPECT_NE(none.find("it ends the connection: tlsv13 alert certificate required; say ?ssl_certfile=FILE&ssl_keyfile="),
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
      {support::url(support::shared_servers().postgres) + "?sslmode=require", servers().redis(believed()),
       "it takes no encrypted connections; switch ssl on there, or leave sslmode out"},
  };
  for (const auto& one : cases) {
    const std::string said = outcome(one.postgres, one.redis);
    EXPECT_NE(said.find(one.expected), std::string::npos) << one.postgres << "\n" << one.redis << "\n" << said;
  }
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

}  // namespace
}  // namespace stalemate::real
