// See postgres_telling.hpp, and the one who listens.
#include "postgres_telling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <pqxx/pqxx>
#include <vector>

#include "base/error.hpp"
#include "connection.hpp"
#include "os/signals.hpp"
#include "stores/connection_string.hpp"
#include "stores/listener.hpp"
#include "stores/text.hpp"

namespace stalemate::real {

std::string telling_channel(const std::string& schema) { return schema; }

std::string begin_telling(const std::string& schema) {
  return fmt::format(
      "CREATE OR REPLACE FUNCTION {0}.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('{1}', "
      "CASE WHEN TG_OP = 'DELETE' THEN OLD.product_id ELSE NEW.product_id END); RETURN NULL; END $$; DROP TRIGGER IF "
      "EXISTS tell ON {0}.stock; CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON {0}.stock FOR EACH ROW "
      "EXECUTE "
      "FUNCTION {0}.tell()",
      schema, telling_channel(schema));
}

std::string end_telling(const std::string& schema) {
  return fmt::format("DROP TRIGGER IF EXISTS tell ON {}.stock", schema);
}

namespace {

class Heard : public pqxx::notification_receiver {
 public:
  Heard(pqxx::connection& connection, const std::string& channel) : notification_receiver(connection, channel) {}
  void operator()(const std::string& product, int /*backend*/) override { products.push_back(product); }
  std::vector<std::string> products;  // and not taken yet
};

class PostgresListener : public Listener {
 public:
  PostgresListener(const PostgresAddress& address, const std::string& channel) : address_(address) {
    try {
      connection_.emplace(connection_string(address));
      heard_.emplace(*connection_, channel);
    } catch (const std::exception& error) {
      throw EnvironmentError(fmt::format("{}: cannot listen: {}; check that it runs and what --postgres says",
                                         place(address), first_line(error.what())));
    }
  }

  // Everybody is told, who changed the row included.
  void hear(const std::string& product, int /*own*/) override {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(address_.timeout_seconds);
    for (;;) {
      const auto found = std::find(heard_->products.begin(), heard_->products.end(), product);
      if (found != heard_->products.end()) {
        heard_->products.erase(found);
        return;
      }
      throw_if_stopped();
      if (std::chrono::steady_clock::now() > deadline) throw_timeout(place(address_), address_.timeout_seconds);
      await();
    }
  }

 private:
  void await() {
    constexpr long kLookUpMicroseconds = 200'000;
    try {
      connection_->await_notification(0, kLookUpMicroseconds);
    } catch (const std::exception& error) {
      throw_broken(place(address_), first_line(error.what()));
    }
  }

  PostgresAddress address_;
  std::optional<pqxx::connection> connection_;
  std::optional<Heard> heard_;  // after the connection, which it is registered with
};

}  // namespace

std::unique_ptr<Listener> listen_to_postgres(const PostgresAddress& address, const WorkArea& area) {
  return std::make_unique<PostgresListener>(address, telling_channel("stalemate_" + area.run));
}

}  // namespace stalemate::real
