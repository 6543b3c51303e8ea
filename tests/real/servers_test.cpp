// Servers that exist: their URLs, what goes wrong with them (one line, never a password), and that nothing of ours
// stays.
#include "wire/servers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <pqxx/pqxx>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "real/sample_traces.hpp"
#include "real/support.hpp"

namespace stalemate::real {
namespace {

using samples::cache_aside_race;

TEST(ServerUrl, EveryPartOfAPostgresUrlIsRead) {
  const PostgresAddress address =
      parse_postgres_url("postgresql://an%20n:p%40ss:w%2Ford@db.example:6543/stock?sslmode=require&sslrootcert=%2Fca");
  EXPECT_EQ(address.user, "an n");
  EXPECT_EQ(address.password, "p@ss:w/ord");
  EXPECT_EQ(address.host, "db.example");
  EXPECT_EQ(address.port, 6543);
  EXPECT_EQ(address.database, "stock");
  EXPECT_EQ(address.parameters, (decltype(address.parameters){{"sslmode", "require"}, {"sslrootcert", "/ca"}}));
  EXPECT_EQ(place(address), "PostgreSQL at db.example:6543");
}

TEST(ServerUrl, PartsLeftOutHaveDefaults) {
  const PostgresAddress postgres = parse_postgres_url("postgres://[::1]");
  EXPECT_EQ(postgres.host, "::1");
  EXPECT_EQ(postgres.port, 5432);
  EXPECT_EQ(place(postgres), "PostgreSQL at [::1]:5432");
  const RedisAddress redis = parse_redis_url("redis://localhost");
  EXPECT_EQ(redis.port, 6379);
  EXPECT_EQ(redis.database, 0);
  const RedisAddress full = parse_redis_url("redis://me:secret@h:1/15");
  EXPECT_EQ(full.user, "me");
  EXPECT_EQ(full.password, "secret");
  EXPECT_EQ(full.port, 1);
  EXPECT_EQ(full.database, 15);
}

TEST(ServerUrl, AMemcachedHasAHostAndPerhapsAPortAndAUser) {
  EXPECT_EQ(place(parse_memcached_url("memcached://localhost")), "memcached at localhost:11211");
  const MemcachedAddress full = parse_memcached_url("memcached://me:secret@h:1");
  EXPECT_EQ(full.user, "me");
  EXPECT_EQ(full.password, "secret");
  EXPECT_EQ(full.port, 1);
  for (const char* url : {"memcache://h", "memcached://", "memcached://me:geheim@h/1", "memcached://me:geheim@h?a=b",
                          "memcached://:geheim@h", "memcached://me:geheim@%2Frun%2Fmemcached.sock"}) {
    try {
      parse_memcached_url(url);
      ADD_FAILURE() << url << " was taken";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find("geheim"), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).rfind("--memcached: ", 0), 0U) << error.what();
    }
  }
}

TEST(ServerUrl, WhatIsNoUrlIsRefusedWithoutRepeatingThePassword) {
  for (const char* url :
       {"mysql://u:geheim@h/d", "postgresql://", "postgresql://u:geheim@/d", "postgresql://u:geheim@h:0",
        "postgresql://u:geheim@h:65536", "postgresql://u:geheim@h:x", "postgresql://u:geheim@[::1",
        "postgresql://u:geheim%zz@h", "postgresql://u:geheim@h/d?password=geheim", "postgresql://u:geheim@h/d?sslmode",
        "postgresql://u:geheim%00@h", "postgresql://u:geheim%4"}) {
    try {
      parse_postgres_url(url);
      ADD_FAILURE() << url << " was taken";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find("geheim"), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).rfind("--postgres: ", 0), 0U) << error.what();
    }
  }
  for (const char* url :
       {"rediss://:geheim@h?a=b", "rediss://:geheim@h?ssl_cert_reqs=perhaps", "rediss://:geheim@h?ssl_keyfile=/k",
        "rediss://:geheim@%2Frun%2Fredis.sock", "redis://:geheim@h/x", "redis://:geheim@h/1?a=b",
        "redis://:geheim@h?ssl_ca_certs=/ca", "redis://", "h:6379"}) {
    try {
      parse_redis_url(url);
      ADD_FAILURE() << url << " was taken";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find("geheim"), std::string::npos) << error.what();
    }
  }
}

ReplayPlace given() {
  const Servers servers = support::shared_servers();
  return {{support::url(servers.postgres), support::url(*servers.redis)}};
}

std::string failure(const ReplayPlace& where, const ReplayOptions& options = {}) {
  try {
    return verdict(replay_at(cache_aside_race(), where, options));
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

TEST(GivenServers, AreLeftAsTheyWereWhetherTheTraceIsReproducedOrNot) {
  EXPECT_EQ(failure(given()), "reproduced");
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
  traces::Trace wrong = cache_aside_race();
  wrong.steps[6].reply = samples::miss();
  EXPECT_EQ(verdict(replay_at(wrong, given())), "diverged at step 7: expected miss, got ok");
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(GivenServers, AreLeftAsTheyWereAfterCtrlC) {
  for (const int stop : {SIGINT, SIGTERM}) {
    ReplayOptions options;
    options.on_step = [stop](int step) {
      if (step == 8) ::raise(stop);
    };
    EXPECT_THROW(replay_at(cache_aside_race(), given(), options), Interrupted);
    EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
  }
  EXPECT_EQ(failure(given()), "reproduced") << "a signal of the past does not stop the next replay";
}

TEST(GivenServers, OnlyTheMissingOneIsStarted) {
  ReplayPlace where = given();
  where.urls.redis.reset();
  where.sandbox.programs.postgres_versions = "/nonexistent";  // would fail if it were looked for
  EXPECT_EQ(failure(where), "reproduced");
}

TEST(GivenServers, WrongPasswordIsNamedButNotRepeated) {
  ReplayPlace where = given();
  PostgresAddress postgres = support::shared_sandbox().postgres();
  postgres.password = "not-the-password";
  where.urls.postgres = support::url(postgres);
  std::string line = failure(where);
  EXPECT_EQ(line, fmt::format("PostgreSQL at 127.0.0.1:{}: cannot connect: password authentication failed for user "
                              "\"stalemate\"; check that it runs and what --postgres says",
                              postgres.port));
  where = given();
  RedisAddress redis = support::shared_sandbox().redis();
  redis.password = "not-the-password";
  where.urls.redis = support::url(redis);
  line = failure(where);
  EXPECT_EQ(line.rfind(fmt::format("Redis at 127.0.0.1:{}: it refuses AUTH: WRONGPASS", redis.port), 0), 0U) << line;
  EXPECT_EQ(line.find("not-the-password"), std::string::npos) << line;
  where.urls.redis = fmt::format("redis://127.0.0.1:{}", redis.port);
  EXPECT_NE(failure(where).find("NOAUTH"), std::string::npos);
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(GivenServers, UnknownDatabaseAndUnreachableServersAreNamed) {
  ReplayPlace where = given();
  PostgresAddress postgres = support::shared_sandbox().postgres();
  postgres.database = "no_such_database";
  where.urls.postgres = support::url(postgres);
  EXPECT_NE(failure(where).find("database \"no_such_database\" does not exist"), std::string::npos) << failure(where);

  const int closed = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);  // bound, but nobody listens
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(closed, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(closed, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const int port = ntohs(address.sin_port);
  where = given();
  where.urls.postgres = fmt::format("postgresql://u:geheim@127.0.0.1:{}/d", port);
  EXPECT_EQ(
      failure(where).rfind(fmt::format("PostgreSQL at 127.0.0.1:{}: cannot connect: Connection refused", port), 0), 0U)
      << failure(where);
  where = given();
  where.urls.redis = fmt::format("redis://:geheim@127.0.0.1:{}", port);
  const std::string line = failure(where);
  EXPECT_EQ(line.rfind(fmt::format("Redis at 127.0.0.1:{}: cannot connect: Connection refused", port), 0), 0U) << line;
  EXPECT_EQ(line.find("geheim"), std::string::npos);
  ::close(closed);
}

constexpr int kPatienceSeconds = 5;  // of drivers whose server does not answer

// Whether a process has neither ended nor been stopped.
bool runs(pid_t process) {
  const std::string stat = support::text_of_process("/proc/" + std::to_string(process) + "/stat");
  const std::size_t state = stat.rfind(") ");
  return state != std::string::npos && std::string_view("ZTX").find(stat[state + 2]) == std::string_view::npos;
}

// Kills a server of a sandbox in the midst of a replay.
std::string failure_when_killed(const Sandbox& sandbox, const std::string& program, int signal) {
  Servers servers{sandbox.postgres(), sandbox.redis(), false, false};
  servers.postgres.timeout_seconds = kPatienceSeconds;
  servers.redis->timeout_seconds = kPatienceSeconds;
  ReplayOptions options;
  options.on_step = [&](int step) {
    if (step != 7) return;
    const std::vector<pid_t> found = support::processes_in(sandbox.folder(), program);
    ASSERT_FALSE(found.empty());
    for (const pid_t pid : found) ::kill(pid, signal);
    EXPECT_TRUE(support::eventually([&found] { return std::none_of(found.begin(), found.end(), runs); }));
  };
  try {
    return verdict(replay(cache_aside_race(), servers, options));
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

TEST(DyingServer, RedisIsNamedWithItsAddressAndWhatMayBeLeft) {
  const Sandbox sandbox{SandboxOptions{}};
  const std::string line = failure_when_killed(sandbox, "redis-server", SIGKILL);
  EXPECT_EQ(line.rfind(fmt::format("Redis at 127.0.0.1:{}: the connection was lost", sandbox.redis().port), 0), 0U)
      << line;
  EXPECT_NE(line.find("may be left behind"), std::string::npos) << line;
  EXPECT_EQ(line.find(sandbox.redis().password), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

TEST(DyingServer, PostgresIsNamedWithItsAddress) {
  const Sandbox sandbox{SandboxOptions{}};
  const std::string line = failure_when_killed(sandbox, "bin/postgres", SIGQUIT);
  EXPECT_EQ(line.rfind(fmt::format("PostgreSQL at 127.0.0.1:{}: the connection was lost", sandbox.postgres().port), 0),
            0U)
      << line;
  EXPECT_EQ(line.find(sandbox.postgres().password), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

TEST(FrozenServer, RedisThatStopsAnsweringTimesOut) {
  const Sandbox sandbox{SandboxOptions{}};
  const std::string line = failure_when_killed(sandbox, "redis-server", SIGSTOP);
  EXPECT_EQ(line.rfind(fmt::format("Redis at 127.0.0.1:{}: no answer within 5 s", sandbox.redis().port), 0), 0U)
      << line;
}

TEST(FrozenServer, PostgresThatStopsAnsweringTimesOutAndItsSandboxStillEnds) {
  std::string folder;
  {
    const Sandbox sandbox{SandboxOptions{}};
    folder = sandbox.folder();
    const std::string line = failure_when_killed(sandbox, "postgres", SIGSTOP);
    EXPECT_EQ(line.rfind(fmt::format("PostgreSQL at 127.0.0.1:{}: no answer within 5 s", sandbox.postgres().port), 0),
              0U)
        << line;
  }
  EXPECT_TRUE(support::processes_in(folder).empty());
}

// Somebody else's transaction holds the row that step 7 updates.
class LockedRow {
 public:
  LockedRow()
      : connection_(support::url(support::shared_sandbox().postgres())),
        observer_(support::url(support::shared_sandbox().postgres())),
        transaction_(connection_) {
    const std::vector<std::string> areas = support::areas_left();
    EXPECT_EQ(areas.size(), 2U);  // the schema, and the mark of the keys
    transaction_.exec(fmt::format("UPDATE {}.stock SET quantity = quantity", areas.at(0)));
  }
  void release() { transaction_.abort(); }
  // Whether a statement comes to wait for the row; whether, then, none waits any more.
  bool has_waiter() {
    return support::eventually([this] { return is_waited_for(); });
  }
  bool has_none() {
    return support::eventually([this] { return !is_waited_for(); });
  }

 private:
  bool is_waited_for() {
    pqxx::nontransaction look(observer_);
    return !look.exec("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").empty();
  }

  pqxx::connection connection_;
  pqxx::connection observer_;
  pqxx::work transaction_;
};

TEST(BlockedStatement, EndsByItsTimeout) {
  Servers servers = support::shared_servers();
  servers.postgres.timeout_seconds = kPatienceSeconds;
  std::optional<LockedRow> lock;
  std::thread later;
  ReplayOptions options;
  options.on_step = [&](int step) {
    if (step != 7) return;
    lock.emplace();
    later = std::thread([&lock] {
      EXPECT_TRUE(lock->has_waiter());
      EXPECT_TRUE(lock->has_none());  // it gave up; now cleaning up finds the row free
      lock->release();
    });
  };
  std::string line;
  try {
    replay(cache_aside_race(), servers, options);
  } catch (const EnvironmentError& error) {
    line = error.what();
  }
  if (later.joinable()) later.join();
  EXPECT_EQ(line, fmt::format("{}: no answer within 5 s; check what holds it up, then run it again",
                              place(servers.postgres)));
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(BlockedStatement, EndsByCtrlC) {
  std::optional<LockedRow> lock;
  std::thread later;
  ReplayOptions options;
  options.on_step = [&](int step) {
    if (step != 7) return;
    lock.emplace();
    later = std::thread([&lock] {
      EXPECT_TRUE(lock->has_waiter());
      ::kill(::getpid(), SIGINT);
      ::usleep(300'000);  // so that it does not end by the release, and cleaning up, which waits for it, ends well
      lock->release();
    });
  };
  EXPECT_THROW(replay_at(cache_aside_race(), given(), options), Interrupted);
  if (later.joinable()) later.join();
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

}  // namespace
}  // namespace stalemate::real
