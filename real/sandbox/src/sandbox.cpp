// See sandbox.hpp: the program's half. Makes the folder, forks the supervisor, waits for its report, and at the end
// closes the lifeline and waits for the supervisor.
#include "sandbox/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <pqxx/pqxx>
#include <utility>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "base/text.hpp"
#include "os/channel.hpp"
#include "os/fresh.hpp"
#include "os/signals.hpp"
#include "sandbox_folder.hpp"
#include "server_process.hpp"
#include "stores/connection_string.hpp"
#include "supervisor.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;

// More than a server may take to start.
constexpr auto kCommandTimeout = std::chrono::seconds(70);

struct User {
  uid_t uid;
  gid_t gid;
};

// Whom the servers run as: the user of this process, or an unprivileged one if that is root.
User server_user() {
  if (::geteuid() != 0) return {::geteuid(), ::getegid()};
  for (const char* name : {"postgres", "nobody"}) {
    const passwd* entry = ::getpwnam(name);
    if (entry != nullptr && entry->pw_uid != 0) return {entry->pw_uid, entry->pw_gid};
  }
  throw EnvironmentError(
      "the sandbox: PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as; "
      "start stalemate as another user, or give --postgres URL");
}

// Whether the user can pass through every folder on the way to `folder`, and the process can create in it.
bool is_usable(const fs::path& folder, const User& user) {
  if (folder.native().find('\n') != std::string::npos) return false;  // it is told on a line
  if (!folder.is_absolute() || ::access(folder.c_str(), W_OK | X_OK) != 0) return false;
  fs::path way;
  for (const fs::path& part : folder) {
    way /= part;
    struct stat info = {};
    if (::stat(way.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return false;
    const mode_t bit = info.st_uid == user.uid ? S_IXUSR : info.st_gid == user.gid ? S_IXGRP : S_IXOTH;
    if ((info.st_mode & bit) == 0) return false;
  }
  return true;
}

std::string base_folder(const User& user) {
  const char* wish = std::getenv("TMPDIR");
  if (wish != nullptr && *wish != '\0') {
    std::error_code error;
    const fs::path folder = fs::canonical(wish, error);
    if (!error && is_usable(folder, user)) return folder.string();
  }
  return "/tmp";
}

[[noreturn]] void refuse(const std::string& what) {
  throw EnvironmentError(fmt::format("the sandbox: {}: {}; free what is short, or give --postgres URL and --redis URL",
                                     what, std::strerror(errno)));
}

// A user of its own for what runs there: it owns the database, and may do nothing outside.
PostgresAddress make_user(const PostgresAddress& owner) {
  PostgresAddress address = owner;
  address.user = "stalemate";
  address.password = fresh_hex(16);
  try {
    pqxx::connection connection(connection_string(owner));
    pqxx::nontransaction work(connection);
    work.exec(fmt::format("CREATE ROLE {} LOGIN PASSWORD '{}'", address.user, address.password));
    work.exec(fmt::format("ALTER DATABASE {} OWNER TO {}", address.database, address.user));
  } catch (const std::exception& error) {
    throw EnvironmentError(fmt::format("the sandbox: its PostgreSQL takes no user: {}", printable(error.what())));
  }
  return address;
}

}  // namespace

struct Sandbox::Impl {
  std::string base;
  std::string folder;
  pid_t made_by = ::getpid();
  pid_t supervisor = 0;
  Channel lifeline;
  std::shared_mutex caches_lock;
  int redis_epoch = 0;
  int memcached_epoch = 0;
  std::optional<RedisAddress> replica;
  std::optional<PostgresAddress> owner;
  std::optional<PostgresAddress> postgres;
  std::optional<RedisAddress> redis;
  std::optional<MemcachedAddress> memcached;

  ~Impl() {
    if (::getpid() != made_by) return;
    lifeline.close();
    if (supervisor > 0) {
      while (::waitpid(supervisor, nullptr, 0) < 0 && errno == EINTR) continue;
    }
    // The supervisor has removed the folder, unless somebody killed it, or it may not where the folder stands.
    std::error_code error;
    if (!folder.empty())
      remove_sandbox_folder(folder, error);
    else if (!base.empty())
      remove_folders_of(base, made_by);
  }

  // Returns the end from which the supervisor's report is read.
  OwnedFile start_supervisor(SupervisorPlan& plan) {
    auto [own, theirs] = make_channel();
    lifeline = std::move(own);
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) refuse("no pipe can be opened");
    OwnedFile to_read(report[0]);
    const OwnedFile report_end(report[1]);
    plan.lifeline = theirs.fd();
    plan.report = report_end.get();
    supervisor = ::fork();
    if (supervisor < 0) refuse("no process can be started");
    if (supervisor == 0) supervise(plan);
    return to_read;
  }

  // Has the supervisor do something to a cache; its answer's second word.
  std::string command(const std::string& what) {
    if (lifeline.send(what)) {
      const auto deadline = std::chrono::steady_clock::now() + kCommandTimeout;
      while (std::chrono::steady_clock::now() < deadline) {
        throw_if_stopped();
        const Channel::Incoming answer = lifeline.receive(200);
        if (answer.what == Channel::Incoming::What::kEnd) break;
        if (answer.what == Channel::Incoming::What::kNothing) continue;
        if (answer.text.starts_with("done ")) return answer.text.substr(std::strlen("done "));
        throw EnvironmentError("the sandbox: " + answer.text);
      }
    }
    throw EnvironmentError(
        "the sandbox: the process that owns the servers was killed or does not answer; replay again");
  }

  std::string await_report(const OwnedFile& from) const {
    std::string line;
    while (line.empty() || line.back() != '\n') {
      throw_if_stopped();
      pollfd waiting = {from.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 200) <= 0) continue;
      char buffer[4096];
      const ssize_t count = ::read(from.get(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return "failed the process that starts the servers was killed";
      line.append(buffer, static_cast<std::size_t>(count));
    }
    line.pop_back();
    return line;
  }
};

std::string sandbox_base() { return base_folder(server_user()); }

Sandbox::Sandbox(const SandboxOptions& options) : impl_(std::make_unique<Impl>()) {
  const User user = server_user();
  SupervisorPlan plan;
  plan.programs = find_programs(options);
  impl_->base = plan.base = base_folder(user);
  plan.program = ::getpid();
  plan.postgres_password = fresh_hex(16);
  plan.cache_password = fresh_hex(16);
  plan.pick_port = options.pick_port ? options.pick_port : pick_free_port;
  plan.uid = user.uid;
  plan.gid = user.gid;
  const OwnedFile from = impl_->start_supervisor(plan);
  const std::string line = impl_->await_report(from);
  if (!line.starts_with("ready ")) {
    throw EnvironmentError(
        fmt::format("the sandbox: {}; or give --postgres URL and --redis URL", line.substr(std::strlen("failed "))));
  }
  int ports[3] = {0, 0, 0};
  const char* at = line.data() + std::strlen("ready ");
  const char* const end = line.data() + line.size();
  for (int& port : ports) at = std::from_chars(at, end, port).ptr + 1;
  impl_->folder.assign(at, end);
  if (options.postgres) {
    impl_->owner = PostgresAddress{"127.0.0.1",          ports[0],
                                   kSandboxOwner,        plan.postgres_password,
                                   "postgres",           {{"sslmode", "disable"}, {"gssencmode", "disable"}},
                                   kServerTimeoutSeconds};
    impl_->postgres = make_user(*impl_->owner);
  }
  if (options.cockroach) {
    impl_->postgres = PostgresAddress{"127.0.0.1",          ports[0], "root", "", "defaultdb", {{"sslmode", "disable"}},
                                      kServerTimeoutSeconds};
    impl_->postgres->shown_as = fmt::format("CockroachDB at 127.0.0.1:{}", ports[0]);
  }
  if (options.redis)
    impl_->redis = RedisAddress{"127.0.0.1", ports[1], "", plan.cache_password, 0, kServerTimeoutSeconds};
  if (options.memcached)
    impl_->memcached =
        MemcachedAddress{"127.0.0.1", ports[2], kMemcachedUser, plan.cache_password, kServerTimeoutSeconds};
}

Sandbox::~Sandbox() = default;

const PostgresAddress& Sandbox::postgres() const {
  STALEMATE_INVARIANT(impl_->postgres.has_value(), "the sandbox was asked for PostgreSQL");
  return *impl_->postgres;
}

const PostgresAddress& Sandbox::postgres_owner() const {
  STALEMATE_INVARIANT(impl_->owner.has_value(), "the sandbox was asked for PostgreSQL");
  return *impl_->owner;
}

const RedisAddress& Sandbox::redis() const {
  STALEMATE_INVARIANT(impl_->redis.has_value(), "the sandbox was asked for Redis");
  return *impl_->redis;
}

const std::string& Sandbox::folder() const { return impl_->folder; }

const MemcachedAddress& Sandbox::memcached() const {
  STALEMATE_INVARIANT(impl_->memcached.has_value(), "the sandbox was asked for memcached");
  return *impl_->memcached;
}

std::shared_mutex& Sandbox::caches_lock() { return impl_->caches_lock; }

int Sandbox::redis_epoch() const { return impl_->redis_epoch; }
int Sandbox::memcached_epoch() const { return impl_->memcached_epoch; }

void Sandbox::restart_memcached() {
  ++impl_->memcached_epoch;
  impl_->command("restart-memcached");
}

void Sandbox::restart_redis() {
  ++impl_->redis_epoch;
  impl_->command("restart");
}

RedisAddress Sandbox::start_replica(int by_way_of) {
  const std::string port = impl_->command(fmt::format("replica {}", by_way_of == 0 ? redis().port : by_way_of));
  impl_->replica = redis();
  std::from_chars(port.data(), port.data() + port.size(), impl_->replica->port);
  return *impl_->replica;
}

void Sandbox::fail_over() {
  STALEMATE_INVARIANT(impl_->replica.has_value(), "there is a replica to take over");
  ++impl_->redis_epoch;
  impl_->command("failover");
  impl_->redis = std::exchange(impl_->replica, std::nullopt);
}

}  // namespace stalemate::real
