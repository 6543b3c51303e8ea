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

}  // namespace

// Its offset counts in the primary's own history, which a restart or the first replica begins anew: hence the
// comparison of their names.
void await_replica(const RedisAddress& primary, const RedisAddress& replica) {
  Connection leader(primary, Purpose::kWork);
  Connection follower(replica, Purpose::kWork);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(replica.timeout_seconds);
  for (;;) {
    const std::int64_t goal = whole_number(info(leader, "replication", "master_repl_offset")).value_or(0);
    const bool is_up = info(follower, "replication", "master_link_status") == "up" &&
                       info(follower, "replication", "master_replid") == info(leader, "replication", "master_replid");
    if (is_up && whole_number(info(follower, "replication", "slave_repl_offset")).value_or(-1) >= goal) return;
    throw_if_stopped();
    if (std::chrono::steady_clock::now() > deadline) {
      throw EnvironmentError(fmt::format("{}: as a replica it does not catch up within {} s; replay again",
                                         place(replica), replica.timeout_seconds));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void detach_replica(const RedisAddress& replica) {
  Connection(replica, Purpose::kWork).execute({"REPLICAOF", "NO", "ONE"});
}

}  // namespace stalemate::real
