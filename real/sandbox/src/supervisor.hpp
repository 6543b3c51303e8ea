// The process that owns a sandbox: starts the servers, waits until the program that asked for them is gone, stops them
// and removes the folder. It lives in a session of its own, so that a terminal's signals do not reach it, and learns of
// the program's end, whatever ended it, as the end of a pipe.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "sandbox/sandbox.hpp"

namespace stalemate::real {

inline constexpr const char* kSandboxOwner = "stalemate_owner";  // in PostgreSQL, its superuser
inline constexpr const char* kMemcachedUser = "stalemate";

struct SupervisorPlan {
  // Where to make the folder. The supervisor makes it, so that there is no moment at which the program's end would
  // leave it behind.
  std::string base;
  pid_t program = 0;
  Programs programs;  // an empty name: that server is not wanted
  std::string postgres_password;
  std::string cache_password;  // of the Redis and the memcached
  std::function<int()> pick_port;
  uid_t uid = 0;  // whom to become, if root
  gid_t gid = 0;
  int lifeline = -1;  // a Channel's end, for commands: it ends when the program ends
  int report = -1;    // to write: one line, "ready POSTGRES_PORT REDIS_PORT MEMCACHED_PORT FOLDER" (0: not wanted) or
                      // "failed REASON"
};

// The life of the supervisor; to be called in a freshly forked child. Uses nothing of the parent's but the plan.
[[noreturn]] void supervise(const SupervisorPlan& plan);

}  // namespace stalemate::real
