// See stores/redis_replica.hpp.
#include "stores/redis_replica.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "redis_connection.hpp"
#include "stores/text.hpp"

namespace stalemate::real {

using redis::Connection;
using redis::text_of;

namespace {

// The field's text in INFO's section.
std::string info(Connection& connection, const std::string& section, const std::string& field) {
  const std::string text = "\r\n" + text_of(*connection.execute({"INFO", section}));
  const std::string line = "\n" + field + ":";
  const std::size_t at = text.find(line);
  return at == std::string::npos ? "" : first_line(std::string_view(text).substr(at + line.size()));
}

// Until `is_there`; for as long as the replica is waited for.
template <typename IsThere>
void await(const RedisAddress& replica, const IsThere& is_there) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(replica.timeout_seconds);
  while (!is_there()) {
    throw_if_stopped();
    if (std::chrono::steady_clock::now() > deadline) {
      throw EnvironmentError(fmt::format("{}: as a replica it does not catch up within {} s; replay again",
                                         place(replica), replica.timeout_seconds));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::int64_t offset_in(Connection& connection, const std::string& field) {
  return whole_number(info(connection, "replication", field)).value_or(-1);
}

}  // namespace

// Its offset counts in the primary's own history, which a restart or the first replica begins anew: hence the
// comparison of their names.
void await_replica(const RedisAddress& primary, const RedisAddress& replica) {
  Connection leader(primary, Purpose::kWork);
  Connection follower(replica, Purpose::kWork);
  await(replica, [&] {
    const std::int64_t goal = offset_in(leader, "master_repl_offset");
    const bool is_up = info(follower, "replication", "master_link_status") == "up" &&
                       info(follower, "replication", "master_replid") == info(leader, "replication", "master_replid");
    return is_up && offset_in(follower, "slave_repl_offset") >= goal;
  });
}

std::int64_t stream_offset(const RedisAddress& primary) {
  Connection connection(primary, Purpose::kWork);
  return offset_in(connection, "master_repl_offset");
}

void await_offset(const RedisAddress& replica, std::int64_t offset) {
  Connection connection(replica, Purpose::kWork);
  await(replica, [&] { return offset_in(connection, "slave_repl_offset") >= offset; });
}

void detach_replica(const RedisAddress& replica) {
  Connection(replica, Purpose::kWork).execute({"REPLICAOF", "NO", "ONE"});
}

}  // namespace stalemate::real
