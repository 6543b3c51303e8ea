// Who hears what a server tells: what was published in a Redis, or which row of a PostgreSQL has changed.
#pragma once

#include <memory>
#include <string>

#include "stores/work_area.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class Listener {
 public:
  virtual ~Listener() = default;
  // Waits for what is told of that product, whatever else is told before, and takes it. `own`: the app instance that
  // hears; what it has published itself is not for it.
  virtual void hear(const std::string& product, int own) = 0;
};

// Over a connection of its own, to what is told from now on. `former`: who has listened to a Redis that is gone by now;
// what came to it and was not heard yet is still to be heard.
std::unique_ptr<Listener> listen_to_redis(const RedisAddress& address, const WorkArea& area,
                                          std::unique_ptr<Listener> former = nullptr);
std::unique_ptr<Listener> listen_to_postgres(const PostgresAddress& address, const WorkArea& area);

}  // namespace stalemate::real
