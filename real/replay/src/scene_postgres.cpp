// A PostgreSQL in a scene, and whatever speaks like one.
#include "app_child.hpp"
#include "proxy/proxy.hpp"
#include "replay/stage.hpp"
#include "scene_store.hpp"
#include "stores/database.hpp"

namespace stalemate::real {
namespace {

class PostgresStore final : public SceneStore {
 public:
  PostgresStore(const Servers& servers, const WorkArea& area)
      : address_(servers.postgres),
        is_throw_away_(servers.is_postgres_throw_away),
        run_(area.run),
        proxy_(address_),
        database_(open_postgres(address_, area)) {}

  std::string_view product() const override { return "postgres"; }
  std::string called() const override { return real::place(address_); }
  std::string area_called() const override { return "schema stalemate_" + run_; }
  Store& store() override { return *database_; }

  void prepare(const Shapes& shapes) override { database_->set_shapes(shapes); }

  DriverPlace listeners_place() override { return {.address = to_json(address_)}; }
  DriverPlace place() override { return {.proxy = &proxy_, .address = to_json(through(proxy_, address_))}; }
  std::chrono::seconds drivers_timeout() const override { return std::chrono::seconds(address_.timeout_seconds); }
  bool driver_gives_up() const override { return false; }  // libpq waits for ever
  bool knows(const Wanted& wanted) const override { return postgres_knows(wanted.verb); }
  Decoded decode(const Wanted& wanted, const Held& reply) const override { return decode_postgres(wanted, reply); }
  // A simple query: its type, its length but for that, and its text with a zero.
  std::string mistaken_request() const override { return std::string("Q\0\0\0\x0bREFUSE\0", 12); }
  Answer ask(const Wanted& wanted) override {
    if (!session_) session_ = database_->connect();
    return session_->ask(wanted);
  }

  bool is_throw_away() const override { return is_throw_away_; }
  bool is_silent(const Silence& silence) const override { return silence.database; }

 private:
  PostgresAddress address_;
  bool is_throw_away_;
  std::string run_;
  Proxy proxy_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<DatabaseSession> session_;
};

}  // namespace

std::unique_ptr<SceneStore> make_postgres_store(const Servers& servers, const WorkArea& area) {
  return std::make_unique<PostgresStore>(servers, area);
}

}  // namespace stalemate::real
