// SQLSTATE 40001 from a double: a PostgreSQL whose table refuses updates by a trigger, as many times as a test says. It
// stands for CockroachDB, which refuses transactions that conflict. No CockroachDB was asked.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "base/error.hpp"
#include "live/live.hpp"
#include "real/support.hpp"

namespace stalemate::real {
namespace {

const std::string kProduct = "93410c29-1609-484d-8662-ae2d0aa93cc4";
const std::string kRun = "00c0ffee0001";

// The area of a run, whose first `times` updates are refused. A sequence counts on although its transaction is undone.
class RefusingDouble {
 public:
  RefusingDouble(std::unique_ptr<Database> database, int times)
      : database_(std::move(database)), direct_(support::url(support::shared_sandbox().postgres())) {
    database_->fill({{kProduct, 1000}});
    run(fmt::format("CREATE SEQUENCE stalemate_{}.attempts", kRun));
    run(
        fmt::format("CREATE FUNCTION stalemate_{0}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
                    "IF nextval('stalemate_{0}.attempts') <= {1} THEN "
                    "RAISE EXCEPTION 'restart transaction' USING ERRCODE = '40001'; END IF; RETURN NEW; END$$",
                    kRun, times));
    run(
        fmt::format("CREATE TRIGGER refuse BEFORE UPDATE ON stalemate_{0}.stock FOR EACH ROW EXECUTE FUNCTION "
                    "stalemate_{0}.refuse()",
                    kRun));
  }
  ~RefusingDouble() { database_->remove(); }
  RefusingDouble(const RefusingDouble&) = delete;
  RefusingDouble& operator=(const RefusingDouble&) = delete;

  Database& database() { return *database_; }
  int attempts() { return run(fmt::format("SELECT last_value FROM stalemate_{}.attempts", kRun))[0][0].as<int>(); }

 private:
  pqxx::result run(const std::string& sql) { return pqxx::nontransaction(direct_).exec(sql); }

  std::unique_ptr<Database> database_;
  pqxx::connection direct_;
};

const PostgresAddress& server() { return support::shared_sandbox().postgres(); }

TEST(SerializationFailure, a_cockroach_session_begins_its_transaction_again_until_it_is_done) {
  RefusingDouble refusing(open_cockroach(server(), kRun), 3);
  const auto session = refusing.database().connect();
  const Answer answer = session->set(kProduct, 7);
  EXPECT_EQ(answer.reply.outcome, "ok") << answer.error;
  EXPECT_EQ(refusing.attempts(), 4) << "three refusals, and the one that was done";
  EXPECT_EQ(session->get(kProduct).reply.value, 7);
}

TEST(SerializationFailure, a_cockroach_session_that_is_refused_without_end_says_so) {
  RefusingDouble refusing(open_cockroach(server(), kRun), 1'000'000);
  const auto session = refusing.database().connect();
  try {
    session->set(kProduct, 7);
    FAIL() << "it cannot have been done";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("was refused 100 times: "), std::string::npos) << error.what();
  }
  EXPECT_EQ(refusing.attempts(), 100);
  EXPECT_EQ(session->get(kProduct).reply.value, 1000) << "and the session is still of use";
}

TEST(SerializationFailure, to_a_replay_it_is_the_servers_answer_and_no_lost_connection) {
  RefusingDouble refusing(open_postgres(server(), kRun), 1);
  const auto session = refusing.database().connect();
  const Answer answer = session->set(kProduct, 7);
  EXPECT_EQ(answer.reply.outcome, "error");
  EXPECT_NE(answer.error.find("restart transaction (SQLSTATE 40001)"), std::string::npos) << answer.error;
  EXPECT_EQ(session->set(kProduct, 8).reply.outcome, "ok");
}

}  // namespace
}  // namespace stalemate::real
