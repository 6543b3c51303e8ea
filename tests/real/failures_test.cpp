// What else may fail than the trace: a second connection, a clean-up that may not be done, a user without rights, a
// server that does not answer any more. Each ends in a line that says what it was, and nothing is left that is not
// said.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "real/support.hpp"
#include "replay/batch.hpp"
#include "sample_traces.hpp"
#include "sandbox/leftovers.hpp"
#include "stores/cache.hpp"
#include "traces/json.hpp"

namespace stalemate::real {
namespace {

traces::Trace mapped_trace() {
  const std::string page = support::project_file("real/examples/account.md");
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  model::CheckOptions options;
  options.properties = {"coherent-at-rest"};
  return model::check(model::read_protocol(page, "account.md", {}), scenario, options).trace.value();
}

traces::Trace without_cache() {
  const std::string path = "traces/saved/database-only-write-in-doubt.json";
  return traces::read_json(support::project_file(path), path);
}

// The statements of the example's page, one of them changed.
traces::Trace with_statement(const std::string& from, const std::string& to) {
  traces::Trace trace = mapped_trace();
  std::string& text = trace.protocol.text;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return trace;
}

BatchOptions trusting(int jobs = 1) {
  BatchOptions options;
  options.jobs = jobs;
  options.replay.trusts_traces = true;
  return options;
}

// Servers that stay, as somebody's own would.
ReplayPlace shared_place() {
  ReplayPlace where;
  where.urls.postgres = support::url(support::shared_servers().postgres);
  where.urls.redis = support::url(*support::shared_servers().redis);
  return where;
}

// A role of the shared PostgreSQL while it lives.
class Role {
 public:
  explicit Role(const std::string& attributes, const std::string& rights = "") {
    run("CREATE ROLE limited LOGIN PASSWORD 'secret' " + attributes);
    if (!rights.empty()) run("GRANT " + rights + " TO limited");
  }
  ~Role() {
    run("DROP OWNED BY limited");
    run("DROP ROLE limited");
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  static std::string url() {
    PostgresAddress address = support::shared_servers().postgres;
    address.user = "limited";
    address.password = "secret";
    return support::url(address);
  }

 private:
  static void run(const std::string& sql) {
    pqxx::connection connection(support::url(support::shared_sandbox().postgres_owner()));
    pqxx::nontransaction(connection).exec(sql);
  }
};

std::string database_name() {
  pqxx::connection connection(support::url(support::shared_servers().postgres));
  return connection.dbname();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The line by which servers are refused before anything is replayed.
std::string refusal_at(const ReplayPlace& where) {
  try {
    const Replayed result = replay_all({samples::cache_aside_race()}, where, {}).at(0);
    return result.error;
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

TEST(Failures, a_second_connection_that_fails_is_a_line) {
  // A mapping is played over a connection of its own beside the first one.
  const Role role("CONNECTION LIMIT 1", "CREATE ON DATABASE \"" + database_name() + "\"");
  ReplayPlace where = shared_place();
  where.urls.postgres = Role::url();
  for (const int jobs : {1, 2}) {
    const std::vector<Replayed> results = replay_all({mapped_trace(), mapped_trace()}, where, trusting(jobs));
    for (const Replayed& result : results) {
      EXPECT_FALSE(result.conformance);
      EXPECT_TRUE(holds(result.error, "cannot connect: too many connections for role")) << result.error;
    }
  }
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, a_right_that_is_missing_is_called_one) {
  const Role role("");
  ReplayPlace where = shared_place();
  where.urls.postgres = Role::url();
  const std::vector<Replayed> results = replay_all({samples::cache_aside_race()}, where, {});
  EXPECT_TRUE(holds(results.at(0).error, "its user lacks a right, for a statement: permission denied for database"))
      << results.at(0).error;
  EXPECT_TRUE(holds(results.at(0).error, "grant it; real/README.md lists the rights that are needed"));
}

// A user of the shared Redis while it lives.
class RedisUser {
 public:
  explicit RedisUser(const std::string& rights) { command("ACL SETUSER limited on >secret " + rights); }
  ~RedisUser() { command("ACL DELUSER limited"); }
  RedisUser(const RedisUser&) = delete;
  RedisUser& operator=(const RedisUser&) = delete;

  static std::string url() {
    RedisAddress address = *support::shared_servers().redis;
    address.user = "limited";
    address.password = "secret";
    return support::url(address);
  }

 private:
  static void command(const std::string& words) { support::redis_command(words); }
};

// Between these words of real/README.md.
std::string in_readme(const std::string& before, const std::string& after) {
  const std::string all = support::project_file("real/README.md");
  const std::size_t begin = all.find(before);
  EXPECT_NE(begin, std::string::npos) << before;
  if (begin == std::string::npos) return {};
  const std::size_t end = all.find(after, begin + before.size());
  return all.substr(begin + before.size(), end - begin - before.size());
}

TEST(Failures, the_rights_that_the_readme_lists_are_enough) {
  const Role role("", in_readme("`GRANT ", " ON DATABASE") + " ON DATABASE \"" + database_name() + "\"");
  const RedisUser user(in_readme("ACL SETUSER me on >secret ", "`"));
  ReplayPlace where = shared_place();
  where.urls.postgres = Role::url();
  where.urls.redis = RedisUser::url();
  std::vector<traces::Trace> all;
  for (const auto& entry : std::filesystem::directory_iterator(STALEMATE_SOURCE_DIR "/traces/saved")) {
    const std::string path = entry.path().string();
    const std::string name = entry.path().filename().string();
    const bool kills = name.find("restart") != std::string::npos || name.find("failover") != std::string::npos;
    const bool is_followed = name.starts_with("replica-");
    if (path.ends_with(".json") && !kills && !is_followed)
      all.push_back(traces::read_json(read_text_file(path, 1'000'000), path));
  }
  ASSERT_GT(all.size(), 10U);
  for (int round = 0; round < 2; ++round) {
    for (const Replayed& result : replay_all(all, where, {})) {
      EXPECT_EQ(result.error + result.left, "");
      EXPECT_TRUE(result.conformance && result.conformance->reproduced());
    }
  }
  EXPECT_EQ(clean({where.urls.postgres, where.urls.redis}, true).found, std::vector<std::string>{});
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, what_could_not_be_removed_is_said_by_the_last_trace_of_its_area) {
  const RedisUser user("~* +@all -del");
  ReplayPlace where = shared_place();
  where.urls.redis = RedisUser::url();
  traces::Trace trace = samples::cache_aside_race();
  const std::vector<Replayed> results = replay_all({trace}, where, {});
  const Replayed& only = results.at(0);
  const std::string told = only.error + only.left;
  EXPECT_TRUE(holds(told, "; keys stalemate:")) << told;
  EXPECT_TRUE(holds(told, "may be left behind (Redis at 127.0.0.1:")) << told;
  EXPECT_TRUE(holds(told, "its user lacks a right, for DEL: NOPERM")) << told;
  EXPECT_FALSE(support::areas_left().empty()) << "it is true";
  open_redis(*support::shared_servers().redis, "0123456789ab")->fill({});  // removes those of runs that have ended
  open_redis(*support::shared_servers().redis, "0123456789ab")->remove();
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, keys_of_a_trace_with_a_cache_go_although_a_trace_without_one_came_after_it) {
  const std::vector<Replayed> results = replay_all({samples::cache_aside_race(), without_cache()}, shared_place(), {});
  for (const Replayed& result : results) EXPECT_EQ(result.error + result.left, "");
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, a_teardown_with_a_mistake_is_said_and_the_schema_goes) {
  const traces::Trace trace =
      with_statement("%% stalemate: sql set", "%% stalemate: sql teardown = DROP TABLE acount\n%% stalemate: sql set");
  for (const bool sandboxed : {false, true}) {
    const ReplayPlace where = sandboxed ? ReplayPlace() : shared_place();
    const std::vector<Replayed> results = replay_all({trace}, where, trusting());
    EXPECT_EQ(results.at(0).error, "");
    EXPECT_TRUE(holds(results.at(0).left, "; what the mapping's teardown takes away may be left behind (PostgreSQL at"))
        << results.at(0).left;
    EXPECT_TRUE(holds(results.at(0).left, "it refuses the mapping's sql teardown: table \"acount\" does not exist"))
        << results.at(0).left;
  }
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, a_setup_that_leaves_a_transaction_open_is_named_and_diverges_nowhere) {
  const traces::Trace trace =
      with_statement("%% stalemate: sql set", "%% stalemate: sql setup = BEGIN; SELECT 1\n%% stalemate: sql set");
  const std::vector<Replayed> results = replay_all({trace}, shared_place(), trusting());
  EXPECT_TRUE(holds(results.at(0).error,
                    "the mapping's sql setup leaves a transaction open, so that nobody else sees what it did; end it "
                    "with COMMIT"))
      << results.at(0).error;
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, in_the_sandbox_a_traces_statements_may_do_nothing_outside_the_database) {
  for (const char* statement : {"SELECT pg_read_file('/etc/hostname')", "CREATE ROLE other SUPERUSER"}) {
    const traces::Trace trace = with_statement(
        "%% stalemate: sql set", std::string("%% stalemate: sql setup = ") + statement + "\n%% stalemate: sql set");
    const std::vector<Replayed> results = replay_all({trace}, ReplayPlace(), trusting());
    EXPECT_TRUE(holds(results.at(0).error, "its user lacks a right, for the mapping's sql setup"))
        << results.at(0).error;
  }
}

TEST(Failures, a_server_of_another_kind_is_named) {
  const Servers servers = support::shared_servers();
  ReplayPlace where = shared_place();
  where.urls.postgres = fmt::format("postgresql://me@127.0.0.1:{}/stock", servers.redis->port);
  EXPECT_EQ(refusal_at(where), fmt::format("PostgreSQL at 127.0.0.1:{}: a Redis answers there, not a PostgreSQL; check "
                                           "the port",
                                           servers.redis->port));
  where = shared_place();
  where.urls.redis = fmt::format("redis://127.0.0.1:{}", servers.postgres.port);
  EXPECT_EQ(refusal_at(where), fmt::format("Redis at 127.0.0.1:{}: a PostgreSQL answers there, not a Redis; check the "
                                           "port",
                                           servers.postgres.port));
}

// A variable of the environment while it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(Failures, a_password_that_the_url_leaves_out_comes_from_the_environment_or_its_file) {
  const Servers servers = support::shared_servers();
  const PostgresAddress& postgres = servers.postgres;
  ReplayPlace where;
  where.urls.postgres = fmt::format("postgresql://{}@127.0.0.1:{}/{}", postgres.user, postgres.port, postgres.database);
  where.urls.redis = fmt::format("redis://127.0.0.1:{}", servers.redis->port);
  const auto verdict_here = [&] {
    try {
      const Replayed result = replay_all({samples::cache_aside_race()}, where, {}).at(0);
      return result.conformance ? verdict(*result.conformance) : result.error;
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_TRUE(holds(refusal_at(where), "no password supplied")) << "without one";
  {
    const Variable database("PGPASSWORD", postgres.password);
    EXPECT_TRUE(holds(verdict_here(), "NOAUTH")) << verdict_here();
    const Variable cache("REDISCLI_AUTH", servers.redis->password);
    EXPECT_EQ(verdict_here(), "reproduced");
  }
  {
    const RedisUser user("~* &* +@all");
    where.urls.redis = fmt::format("redis://limited@127.0.0.1:{}", servers.redis->port);
    const Variable database("PGPASSWORD", postgres.password);
    EXPECT_EQ(verdict_here(), "--redis: a user needs a password; put it into REDISCLI_AUTH");
    const Variable cache("REDISCLI_AUTH", "secret");
    EXPECT_EQ(verdict_here(), "reproduced");
    where.urls.redis = fmt::format("redis://127.0.0.1:{}", servers.redis->port);
  }
  const support::Folder folder;
  const std::string file = folder.path() + "/passwords";
  std::ofstream(file) << "127.0.0.1:" << postgres.port << ":*:" << postgres.user << ":" << postgres.password << "\n";
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  const Variable database("PGPASSFILE", file);
  const Variable cache("REDISCLI_AUTH", servers.redis->password);
  EXPECT_EQ(verdict_here(), "reproduced") << "the proxies have other ports";
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Failures, a_redis_may_be_a_socket) {
  const support::Folder folder;
  const std::string path = folder.path() + "/redis.sock";
  const pid_t server = ::fork();
  ASSERT_GE(server, 0);
  if (server == 0) {
    ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path.c_str(), "--save", "", "--dir",
             folder.path().c_str(), "--logfile", "redis.log", nullptr);
    ::_exit(127);
  }
  ASSERT_TRUE(support::eventually([&] { return std::filesystem::exists(path); }));
  ReplayPlace where = shared_place();
  std::string encoded;
  for (const char c : path) encoded += c == '/' ? std::string("%2F") : std::string(1, c);
  where.urls.redis = "redis://" + encoded;
  const Replayed result = replay_all({samples::cache_aside_race()}, where, {}).at(0);
  EXPECT_EQ(result.error + result.left, "");
  EXPECT_TRUE(result.conformance && result.conformance->reproduced());
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  EXPECT_EQ(refusal_at(where).rfind("Redis at " + path + ": cannot connect: ", 0), 0U) << refusal_at(where);
}

TEST(Failures, a_server_that_stops_answering_is_waited_for_once) {
  const Sandbox sandbox{SandboxOptions()};
  ReplayPlace where;
  where.urls.postgres = support::url(sandbox.postgres());
  where.urls.redis = support::url(sandbox.redis());
  const pid_t redis = support::process_in(sandbox.folder(), "redis-server");
  ASSERT_GT(redis, 0);
  BatchOptions options = trusting();
  options.on_result = [&](std::size_t which, const Replayed& /*replayed*/) {
    if (which == 0) ::kill(redis, SIGSTOP);
  };
  const std::vector<traces::Trace> traces(5, samples::cache_aside_race());
  const std::vector<Replayed> results = replay_all(traces, where, options);
  ::kill(redis, SIGCONT);
  EXPECT_EQ(results.at(0).error, "");
  EXPECT_TRUE(holds(results.at(1).error, "no answer within 10 s")) << results.at(1).error;
  EXPECT_TRUE(holds(results.at(1).left, "; keys stalemate:")) << "what is left there is said: " << results.at(1).left;
  for (std::size_t i = 2; i < results.size(); ++i) {
    EXPECT_EQ(results[i].error.rfind("not replayed: Redis at 127.0.0.1:", 0), 0U) << results[i].error;
  }
}

// Each is spoken to, asked what it is, and waited for once more.
TEST(Failures, two_servers_that_are_silent_from_the_start_are_named_within_15_seconds) {
  const Sandbox sandbox{SandboxOptions()};
  ReplayPlace where;
  where.urls.postgres = support::url(sandbox.postgres());
  where.urls.redis = support::url(sandbox.redis());
  const pid_t redis = support::process_in(sandbox.folder(), "redis-server");
  const pid_t postgres = support::process_in(sandbox.folder(), "postgres");
  ASSERT_TRUE(redis > 0 && postgres > 0);
  for (const pid_t server : {redis, postgres}) ::kill(server, SIGSTOP);
  const auto begin = std::chrono::steady_clock::now();
  const std::string line = refusal_at(where);
  const auto took = std::chrono::steady_clock::now() - begin;
  for (const pid_t server : {redis, postgres}) ::kill(server, SIGCONT);
  EXPECT_EQ(line.rfind("PostgreSQL at 127.0.0.1:", 0), 0U) << line;
  EXPECT_LT(took, std::chrono::seconds(15));
}

}  // namespace
}  // namespace stalemate::real
