// The proxy before a real PostgreSQL, with libpqxx as the client: what the driver sees of each fault, and what the
// server did.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "base/error.hpp"
#include "real/proxy_support.hpp"
#include "real/wire_samples.hpp"

namespace stalemate::real {
namespace {

using namespace support;

const PostgresAddress& server() { return shared_sandbox().postgres(); }

// A table of the test's own with one row (1, 1000), a connection behind a proxy whose link is held, and one beside it.
class ProxiedPostgres : public ::testing::Test {
 protected:
  ProxiedPostgres() {
    run(direct, "DROP TABLE IF EXISTS proxied; CREATE TABLE proxied (id INT PRIMARY KEY, quantity INT NOT NULL)");
    run(direct, "INSERT INTO proxied VALUES (1, 1000)");
    link.hold();
  }
  ~ProxiedPostgres() override { run(direct, "DROP TABLE IF EXISTS proxied"); }

  static pqxx::result run(pqxx::connection& connection, const std::string& sql) {
    return pqxx::nontransaction(connection).exec(sql);
  }
  int quantity() { return run(direct, "SELECT quantity FROM proxied WHERE id = 1")[0][0].as<int>(); }

  // Whether that backend comes to its pg_sleep().
  bool sleeps(int backend) {
    return eventually([&] {
      return !run(direct,
                  fmt::format("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = {}", backend))
                  .empty();
    });
  }

  // What a statement brought, on a thread of its own: "1 row affected", or the kind of the driver's exception.
  std::future<std::string> begin(std::function<pqxx::result()> statement) {
    return std::async(std::launch::async, [statement = std::move(statement)]() -> std::string {
      try {
        return fmt::format("{} affected", statement().affected_rows());
      } catch (const pqxx::in_doubt_error&) {
        return "in doubt";
      } catch (const pqxx::broken_connection&) {
        return "broken";
      } catch (const pqxx::sql_error& error) {
        return error.sqlstate().empty() ? "broken" : "error " + error.sqlstate();
      }
    });
  }
  std::future<std::string> begin(const std::string& sql) {
    return begin([this, sql] { return run(driver, sql); });
  }
  // Lets one request and its reply through; their names.
  std::string let_through() {
    const std::string request = link.wait_request(kPatience).value().name;
    link.release_request();
    const std::string reply = link.wait_reply(kPatience).value().name;
    link.release_reply();
    return request + " -> " + reply;
  }

  pqxx::connection direct{connection_string(server())};
  Proxy proxy{server()};
  pqxx::connection driver{connection_string(through(proxy, server()))};
  Link link = proxy.link(local_port(driver.sock()), kPatience);
};

constexpr const char* kDecrement = "UPDATE proxied SET quantity = quantity - 1 WHERE id = 1";

TEST_F(ProxiedPostgres, ALossDecidedAheadBreaksTheConnectionOfARequestThatWasHandledOrWasNot) {
  const std::string add = "UPDATE proxied SET quantity = quantity + 1";
  link.pass();
  link.lose({.what = Loss::What::kRequest, .after = 1, .then_cut = 20ms});
  EXPECT_EQ(begin(add).get(), "1 affected");
  EXPECT_EQ(begin(add).get(), "broken");
  EXPECT_EQ(quantity(), 1001);

  pqxx::connection other(connection_string(through(proxy, server())));
  proxy.link(local_port(other.sock()), kPatience).lose({.what = Loss::What::kReply, .then_cut = 20ms});
  EXPECT_EQ(begin([&] { return pqxx::nontransaction(other).exec_params(add); }).get(), "broken");
  EXPECT_TRUE(eventually([this] { return quantity() == 1002; })) << quantity();
}

TEST_F(ProxiedPostgres, SimpleAndExtendedQueriesAreOneRequestAndOneReplyEach) {
  std::future<std::string> simple = begin(kDecrement);
  ASSERT_TRUE(link.wait_request(kPatience));
  EXPECT_EQ(quantity(), 1000) << "nothing happens before the request is released";
  EXPECT_EQ(let_through(), "Query -> CommandComplete");
  EXPECT_EQ(simple.get(), "1 affected");
  std::future<std::string> extended = begin([this] {
    return pqxx::nontransaction(driver).exec_params("UPDATE proxied SET quantity = $1 WHERE id = $2", 7, 1);
  });
  EXPECT_EQ(let_through(), "Execute -> CommandComplete");
  EXPECT_EQ(extended.get(), "1 affected");
  std::future<std::string> prepared = begin([this] {  // prepare() asks the server at once, or only before the first use
    driver.prepare("by", "UPDATE proxied SET quantity = quantity - $1 WHERE id = 1");
    return pqxx::nontransaction(driver).exec_prepared("by", 2);
  });
  EXPECT_EQ(let_through(), "Parse -> ParseComplete");
  EXPECT_EQ(let_through(), "Execute -> CommandComplete");
  EXPECT_EQ(prepared.get(), "1 affected");
  std::future<std::string> wrong =
      begin([this] { return pqxx::nontransaction(driver).exec_params("SELECT 1 / $1::int", 0); });
  EXPECT_EQ(let_through(), "Execute -> ErrorResponse");
  EXPECT_EQ(wrong.get(), "error 22012");
  EXPECT_EQ(quantity(), 5);
}

TEST_F(ProxiedPostgres, AReplyToCommitThatIsLostWithTheConnectionLeavesTheDriverInDoubtAndTheRowChanged) {
  std::future<std::string> commit = begin([this] {
    pqxx::work transaction(driver);
    pqxx::result changed = transaction.exec(kDecrement);
    transaction.commit();
    return changed;
  });
  EXPECT_EQ(let_through(), "Query -> CommandComplete") << "BEGIN";
  EXPECT_EQ(let_through(), "Query -> CommandComplete") << "UPDATE";
  const std::optional<Held> request = link.wait_request(kPatience);
  ASSERT_TRUE(request);
  EXPECT_NE(request->bytes.find("COMMIT"), std::string::npos);
  EXPECT_EQ(quantity(), 1000);
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  EXPECT_EQ(quantity(), 999);
  link.cut_reply(0);
  EXPECT_EQ(commit.get(), "in doubt");
  EXPECT_EQ(quantity(), 999);
}

TEST_F(ProxiedPostgres, ACommitThatNeverArrivesLeavesTheDriverInDoubtAndTheRowAsItWas) {
  std::future<std::string> commit = begin([this] {
    pqxx::work transaction(driver);
    pqxx::result changed = transaction.exec(kDecrement);
    transaction.commit();
    return changed;
  });
  let_through();
  let_through();
  ASSERT_TRUE(link.wait_request(kPatience));
  link.cut_request(5);
  EXPECT_EQ(commit.get(), "in doubt");
  EXPECT_TRUE(link.wait_closed(kPatience));
  run(direct, "SELECT * FROM proxied FOR UPDATE");  // the server rolled back: the row is free
  EXPECT_EQ(quantity(), 1000);
}

TEST_F(ProxiedPostgres, AConnectionCutBeforeOrInTheMidstOfAReplyIsBroken) {
  for (const std::size_t bytes : {0U, 1U, 9U}) {
    pqxx::connection victim(connection_string(through(proxy, server())));
    Link held = proxy.link(local_port(victim.sock()), kPatience);
    held.hold();
    std::future<std::string> reply = begin([&] { return run(victim, kDecrement); });
    ASSERT_TRUE(held.wait_request(kPatience));
    held.release_request();
    ASSERT_GT(held.wait_reply(kPatience).value().bytes.size(), bytes);
    held.cut_reply(bytes);
    EXPECT_EQ(reply.get(), "broken");
  }
  EXPECT_EQ(quantity(), 997);
}

TEST_F(ProxiedPostgres, ALostReplyIsNeverSeenAndTheNextOneIsNotMistakenForIt) {
  std::future<std::string> lost = begin(kDecrement);
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.drop_reply();
  EXPECT_EQ(lost.wait_for(100ms), std::future_status::timeout);
  EXPECT_EQ(quantity(), 999);
  link.cut();
  EXPECT_EQ(lost.get(), "broken");
}

TEST_F(ProxiedPostgres, ALateRequestTakesEffectAfterTheClientWasCutOff) {
  std::future<std::string> given_up = begin(kDecrement);
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost late = link.keep_request();
  link.cut();
  EXPECT_EQ(given_up.get(), "broken");
  EXPECT_EQ(quantity(), 1000);
  link.release_ghost(late);
  EXPECT_EQ(link.wait_ghost(late, kPatience).value().name, "CommandComplete");
  EXPECT_EQ(quantity(), 999);
  EXPECT_TRUE(link.wait_closed(kPatience));
}

TEST_F(ProxiedPostgres, ADuplicateIsHandledTwiceAndAnsweredOnce) {
  std::future<std::string> reply = begin([this] {
    return pqxx::nontransaction(driver).exec_params("UPDATE proxied SET quantity = quantity - $1 WHERE id = 1", 10);
  });
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost copy = link.release_request_twice();
  ASSERT_TRUE(link.wait_reply(kPatience));
  EXPECT_EQ(link.wait_ghost(copy, kPatience).value().name, "CommandComplete");
  link.release_reply();
  EXPECT_EQ(reply.get(), "1 affected");
  EXPECT_EQ(quantity(), 980);
  link.pass();
  EXPECT_EQ(run(driver, "SELECT 42")[0][0].as<int>(), 42);
}

TEST_F(ProxiedPostgres, ABlockedStatementIsARequestWhoseReplyDoesNotComeYet) {
  pqxx::work lock(direct);
  lock.exec(kDecrement);
  std::future<std::string> blocked = begin(kDecrement);
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  EXPECT_FALSE(link.wait_reply(100ms));
  lock.commit();
  EXPECT_TRUE(link.wait_reply(kPatience));
  link.release_reply();
  EXPECT_EQ(blocked.get(), "1 affected");
}

TEST_F(ProxiedPostgres, ACancelRequestPassesOnItsOwnConnection) {
  std::future<std::string> sleeping = begin("SELECT pg_sleep(60)");
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  EXPECT_TRUE(sleeps(driver.backendpid()));
  driver.cancel_query();
  EXPECT_EQ(link.wait_reply(kPatience).value().name, "ErrorResponse");
  link.release_reply();
  EXPECT_EQ(sleeping.get(), "error 57014");
}

TEST_F(ProxiedPostgres, AServerThatEndsTheConnectionSendsAnUnfinishedReply) {
  const int backend = driver.backendpid();
  std::future<std::string> killed = begin("SELECT pg_sleep(60)");
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  EXPECT_TRUE(sleeps(backend));
  run(direct, fmt::format("SELECT pg_terminate_backend({})", backend));
  const std::optional<Held> last = link.wait_reply(kPatience);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->name, "ErrorResponse");
  EXPECT_FALSE(last->is_whole);
  link.release_reply();
  EXPECT_EQ(killed.get(), "broken");
  EXPECT_TRUE(link.wait_closed(kPatience));
}

TEST_F(ProxiedPostgres, CopyIsRefusedByNameOnBothSidesOfIt) {
  for (const char* copy : {"COPY proxied FROM STDIN", "COPY proxied TO STDOUT"}) {
    pqxx::connection victim(connection_string(through(proxy, server())));
    Link held = proxy.link(local_port(victim.sock()), kPatience);
    EXPECT_EQ(begin([&] { return run(victim, copy); }).get(), "broken");
    try {
      held.wait_request(kPatience);
      ADD_FAILURE() << copy;
    } catch (const WireError& error) {
      const std::string line = error.what();
      EXPECT_EQ(line.rfind(place(server()) + ": the server's byte ", 0), 0U) << line;
      EXPECT_NE(line.find("COPY is not carried; write rows with INSERT, read them with SELECT"), std::string::npos)
          << line;
    }
  }
}

TEST_F(ProxiedPostgres, FlushPassesAtOnceAndTheRequestIsHeldAtItsSync) {
  PGconn* connection = PQconnectdb(connection_string(through(proxy, server())).c_str());
  ASSERT_EQ(PQstatus(connection), CONNECTION_OK);
  Link held = proxy.link(local_port(PQsocket(connection)), kPatience);
  held.hold();
  ASSERT_EQ(PQenterPipelineMode(connection), 1);
  ASSERT_EQ(PQsendQueryParams(connection, kDecrement, 0, nullptr, nullptr, nullptr, nullptr, 0), 1);
  ASSERT_EQ(PQsendFlushRequest(connection), 1);
  ASSERT_EQ(PQflush(connection), 0);
  PGresult* result = PQgetResult(connection);
  EXPECT_EQ(PQresultStatus(result), PGRES_COMMAND_OK) << "although nobody released anything";
  PQclear(result);
  EXPECT_EQ(PQgetResult(connection), nullptr);
  EXPECT_EQ(quantity(), 1000);
  ASSERT_EQ(PQpipelineSync(connection), 1);
  EXPECT_EQ(held.wait_request(kPatience).value().name, "Sync");
  EXPECT_EQ(quantity(), 1000) << "what commits is held";
  held.release_request();
  ASSERT_TRUE(held.wait_reply(kPatience));
  EXPECT_EQ(quantity(), 999);
  held.release_reply();
  result = PQgetResult(connection);
  EXPECT_EQ(PQresultStatus(result), PGRES_PIPELINE_SYNC);
  PQclear(result);
  PQfinish(connection);
}

TEST_F(ProxiedPostgres, AServersSocketInTheFileSystemIsReachedToo) {
  PostgresAddress local = server();
  const Folder folder;
  local.host = folder.path();
  const Relay relay(server().port, fmt::format("{}/.s.PGSQL.{}", local.host, local.port));
  Proxy before_local(local);
  pqxx::connection connection(connection_string(through(before_local, local)));
  EXPECT_EQ(run(connection, "SELECT 1")[0][0].as<int>(), 1);
}

// With the driver's own idea of encryption: libpq asks for it, the server declines, all in sight of both relays.
TEST(UnmodifiedPostgresTraffic, IsByteIdenticalOnBothSidesAndFramedInAnyCutAsTheServerMeantIt) {
  Relay behind(server().port);
  std::vector<Passed> before_proxy;
  {
    PostgresAddress relayed = server();
    relayed.port = behind.port();
    Proxy proxy(relayed);
    Relay before(proxy.port());
    const std::string place = fmt::format("host=127.0.0.1 port={} user={} password={} dbname={} sslmode=prefer",
                                          before.port(), relayed.user, relayed.password, relayed.database);
    {
      pqxx::connection connection(place);
      pqxx::work work(connection);
      EXPECT_EQ(work.exec("SELECT repeat('x', 3000000)")[0][0].as<std::string>().size(), 3'000'000U);
      EXPECT_EQ(work.exec_params("SELECT $1::text", std::string(200'000, 'y'))[0][0].as<std::string>().size(),
                200'000U);
      work.exec("DO $$ BEGIN RAISE NOTICE 'noted'; END $$");
      work.exec("SET application_name = 'renamed'");
      connection.prepare("none", "SELECT 1 WHERE false");
      EXPECT_TRUE(work.exec_prepared("none").empty());
      work.exec("LISTEN news; NOTIFY news, 'extra'");
      work.exec("");
      EXPECT_THROW(work.exec("SELECT nothing"), pqxx::sql_error);
      work.abort();
    }
    EXPECT_THROW(pqxx::connection(place + " application_name=x user=nobody-of-this-name"), pqxx::broken_connection);
    EXPECT_TRUE(eventually([&] { return proxy.open_links() == 0; }));
    before_proxy = before.passed();
  }
  const std::vector<Passed> after_proxy = behind.passed();
  ASSERT_GE(before_proxy.size(), 2U);
  ASSERT_EQ(before_proxy.size(), after_proxy.size());
  for (std::size_t i = 0; i < before_proxy.size(); ++i) {
    EXPECT_TRUE(before_proxy[i].from_client == after_proxy[i].from_client);
    EXPECT_TRUE(before_proxy[i].from_server == after_proxy[i].from_server);
  }
  const Passed& first = after_proxy[0];
  for (const std::size_t step : {1U, 7U, 4096U}) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = step; at < first.from_server.size(); at += step) cuts.push_back(at);
    const auto client = samples::frame(*make_framer(Protocol::kPostgres, Side::kClient), first.from_client, cuts);
    const auto heard = samples::postgres_server_framer({{first.from_client}, {}});
    const auto framed = samples::frame(*heard, first.from_server, cuts);
    EXPECT_EQ(client.error + framed.error, "");
    EXPECT_EQ(client.rest + framed.rest, "");
    EXPECT_EQ(client.messages.front().name, "SSLRequest");
    EXPECT_EQ(client.messages.back().name, "Terminate");
    EXPECT_EQ(framed.messages.front().name, "no encryption");
    std::string names;
    std::ptrdiff_t requests = 0;
    for (const Message& message : client.messages) requests += message.role == Role::kEnd ? 1 : 0;
    for (const Message& message : framed.messages) {
      requests -= message.role == Role::kEnd ? 1 : 0;
      names += message.name + " ";
    }
    EXPECT_EQ(requests, -1) << "each request has one ReadyForQuery, and the start one more";
    for (const char* name :
         {"NoticeResponse", "ErrorResponse", "ParameterStatus", "DataRow", "ParseComplete", "EmptyQuery"}) {
      EXPECT_NE(names.find(name), std::string::npos) << name;
    }
  }
}

}  // namespace
}  // namespace stalemate::real
