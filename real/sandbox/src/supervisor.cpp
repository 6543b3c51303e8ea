// See supervisor.hpp. Single-threaded, no exceptions leave it, ends with _exit.
//
// How nothing is left, whatever dies first:
//   1. The program dies: the lifeline's write end closes, the supervisor stops the servers and removes the folder.
//   2. The supervisor dies: its servers get their parent-death signal; the folder stays, unlocked, until the program
//      ends in order or a later sandbox removes it.
//   3. A server dies: the program sees closed connections; the rest is case 1.
#include "supervisor.hpp"

#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "os/channel.hpp"
#include "sandbox_folder.hpp"
#include "server_commands.hpp"
#include "server_process.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kReplica = "replica ";  // a command, and behind it a port
constexpr int kPollMs = 3;
constexpr int kPortAttemptsMax = 8;
constexpr auto kStartTimeout = std::chrono::seconds(60);
constexpr auto kStoppedTimeout = std::chrono::seconds(8);
constexpr auto kStopTimeout = std::chrono::seconds(4);

struct Server {
  std::string name;  // "PostgreSQL"
  std::string log;
  pid_t pid = 0;  // 0: not running
  int port = 0;
  int attempts = 0;
  bool ready = false;
};

class Supervisor {
 public:
  explicit Supervisor(const SupervisorPlan& plan) : plan_(plan) {}

  [[noreturn]] void run() {
    try {
      become_supervisor();
      start();
      report("ready " + std::to_string(postgres_.port) + " " + std::to_string(redis_.port) + " " +
             std::to_string(memcached_.port) + " " + folder_);
    } catch (const StartupFailure& failure) {
      if (!failure.reason.empty()) report("failed " + failure.reason);
    } catch (const std::exception& error) {
      report(std::string("failed the sandbox cannot be prepared: ") + error.what());
    }
    obey();
    stop();
    std::error_code error;
    for (int attempt = 0; attempt < 50 && !folder_.empty() && fs::exists(folder_, error); ++attempt) {
      if (attempt > 0) ::usleep(20'000);
      remove_sandbox_folder(folder_, error);
    }
    if (!folder_.empty()) remove_leftovers(plan_.base, folder_);  // where a dying server was in the way at the start
    ::_exit(0);
  }

 private:
  bool wants_postgres() const { return !plan_.programs.postgres.empty(); }
  bool wants_cockroach() const { return !plan_.programs.cockroach.empty(); }
  bool wants_database() const { return wants_postgres() || wants_cockroach(); }
  bool wants_redis() const { return !plan_.programs.redis_server.empty(); }
  bool wants_memcached() const { return !plan_.programs.memcached.empty(); }

  void become_supervisor() {
    ::setsid();
    ::prctl(PR_SET_NAME, "stalemate-sandb");
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // backends of a dead postmaster become our children, to be waited for
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2}) {
      std::signal(signal, SIG_IGN);
    }
    std::signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    close_other_files({plan_.lifeline, plan_.report});
    ::umask(077);
    make_sandbox_folder({plan_.base, plan_.program, plan_.uid, plan_.gid}, folder_);
    if (wants_cockroach()) {
      postgres_ = {"CockroachDB", folder_ + "/cockroach.log", 0, 0, 0, false};
    } else {
      postgres_ = {"PostgreSQL", folder_ + "/postgres.log", 0, 0, 0, false};
    }
    redis_ = {"Redis", folder_ + "/redis.log", 0, 0, 0, false};
    replica_ = {"Redis", folder_ + "/replica.log", 0, 0, 0, false};
    memcached_ = {"memcached", folder_ + "/memcached.log", 0, 0, 0, false};
    if (::geteuid() == 0)
      remove_leftovers(plan_.base, folder_);  // of one that was killed before it gave its folder away
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(plan_.gid) != 0 || ::setuid(plan_.uid) != 0)) {
      throw StartupFailure{std::string("cannot become an unprivileged user: ") + std::strerror(errno)};
    }
    if (::chdir(folder_.c_str()) != 0) {
      throw StartupFailure{"the unprivileged user cannot enter " + folder_ + "; point TMPDIR at a folder it can"};
    }
  }

  void report(std::string line) {
    for (char& c : line) {
      if (c == '\n') c = ' ';
    }
    line += '\n';
    // A pipe takes a line of this length at once; if nobody reads, nobody needs it.
    if (::write(plan_.report, line.data(), line.size()) < 0) return;
  }

  bool program_is_gone(int timeout_ms) {
    pollfd waiting = {plan_.lifeline, POLLIN, 0};
    return ::poll(&waiting, 1, timeout_ms) > 0;
  }

  void start_initdb() {
    write_private_file(initdb_password_file(folder_), plan_.postgres_password + "\n");
    // Made here, so that initdb leaves it where it fails: its inode tells whose shared memory is left then.
    fs::create_directory(folder_ + "/postgres");
    initdb_ = spawn({initdb_command(plan_.programs, folder_), initdb_log(), folder_, SIGKILL});
  }
  std::string initdb_log() const { return folder_ + "/initdb.log"; }

  void start_postgres() {
    postgres_.port = next_port({redis_.port, memcached_.port});
    postgres_.pid = spawn({postgres_command(plan_.programs, folder_, postgres_.port), postgres_.log, folder_, SIGQUIT});
  }

  void start_cockroach() {
    postgres_.pid = spawn({cockroach_command(plan_.programs, cockroach_url()), postgres_.log, folder_, SIGKILL});
  }
  std::string cockroach_url() const { return folder_ + "/cockroach.url"; }

  void start_redis() {
    redis_.port = next_port({postgres_.port, memcached_.port});
    start_redis(redis_, "");
  }

  // At its port. `more`: of its configuration.
  void start_redis(Server& server, const std::string& more) {
    const std::string name = fs::path(server.log).stem().string() + ".conf";
    write_private_file(folder_ + "/" + name, redis_configuration(server.port, plan_.cache_password, more));
    server.ready = false;
    ::unlink("dump.rdb");  // which a replica was filled from: a server that starts would read it
    server.pid = spawn({{plan_.programs.redis_server, folder_ + "/" + name}, server.log, folder_, SIGKILL});
  }

  // The program's commands, until it is gone.
  void obey() {
    const Channel program(plan_.lifeline);
    for (;;) {
      const Channel::Incoming command = program.receive(-1);
      if (command.what == Channel::Incoming::What::kEnd) return;
      if (command.what == Channel::Incoming::What::kNothing) continue;
      try {
        reap();
        if (command.text == "restart") restart_redis();
        if (command.text == "restart-memcached") restart_memcached();
        const bool is_replica = command.text.starts_with(kReplica);
        if (is_replica) start_replica(command.text.substr(kReplica.size()));
        if (command.text == "failover") fail_over();
        program.send("done " + std::to_string(is_replica ? replica_.port : redis_.port));
      } catch (const StartupFailure& failure) {
        program.send(failure.reason.empty() ? "no answer" : failure.reason);
      }
    }
  }

  void restart_redis() {
    kill_now(redis_.pid);
    redis_.attempts = kPortAttemptsMax;  // no other port than before
    start_redis(redis_, "");
    await(redis_);
  }

  void start_memcached() {
    memcached_.port = next_port({postgres_.port, redis_.port});
    write_private_file(memcached_logins(), std::string(kMemcachedUser) + ":" + plan_.cache_password + "\n");
    spawn_memcached();
  }
  std::string memcached_logins() const { return folder_ + "/memcached.logins"; }

  void spawn_memcached() {
    memcached_.ready = false;
    memcached_.pid = spawn(
        {memcached_command(plan_.programs, memcached_.port, memcached_logins()), memcached_.log, folder_, SIGKILL});
  }

  void restart_memcached() {
    kill_now(memcached_.pid);
    memcached_.attempts = kPortAttemptsMax;
    spawn_memcached();
    await(memcached_);
  }

  bool answers(const Server& cache) const {
    const std::string& password = plan_.cache_password;
    const Login login = &cache == &memcached_ ? memcached_login(password) : redis_login(password);
    return takes_login(cache.port, login.request, login.answer);
  }

  // `port`: where it reaches the Redis.
  void start_replica(const std::string& port) {
    kill_now(replica_.pid);
    replica_.port = next_port({redis_.port, memcached_.port});
    replica_.attempts = kPortAttemptsMax;
    start_redis(replica_, "replicaof 127.0.0.1 " + port + "\nmasterauth " + plan_.cache_password + "\n");
    await(replica_);
  }

  // The server that was killed is the next replica.
  void fail_over() {
    kill_now(redis_.pid);
    std::swap(redis_, replica_);
  }

  void await(Server& cache) {
    const auto deadline = Clock::now() + kStartTimeout;
    while (!answers(cache)) {
      reap();
      refuse_stopped();
      if (Clock::now() > deadline) throw StartupFailure{cache.name + " does not answer a minute after its start"};
      if (program_is_gone(kPollMs)) throw StartupFailure{};
    }
    cache.ready = true;
  }

  int next_port(std::initializer_list<int> taken) {
    int port = plan_.pick_port();
    for (int attempt = 1; std::find(taken.begin(), taken.end(), port) != taken.end() && attempt < kPortAttemptsMax;
         ++attempt)
      port = plan_.pick_port();
    return port;
  }

  void start() {
    if (wants_postgres()) {
      try {
        check_room(folder_, plan_.base);
      } catch (const StartupFailure&) {
        remove_leftovers(plan_.base, folder_);
        check_room(folder_, plan_.base);
      }
      start_initdb();
    }
    if (wants_cockroach()) start_cockroach();
    if (wants_redis()) start_redis();
    if (wants_memcached()) start_memcached();
    remove_leftovers(plan_.base, folder_);
    const auto deadline = Clock::now() + kStartTimeout;
    for (;;) {
      reap();
      refuse_stopped();
      if (postgres_.pid != 0 && !postgres_.ready)
        postgres_.ready = wants_cockroach() ? cockroach_answers() : postgres_answers();
      for (Server* const cache : {&redis_, &memcached_})
        if (cache->pid != 0 && !cache->ready) cache->ready = answers(*cache);
      const Server* const late = first_that_does_not_answer();
      if (late == nullptr) return;
      if (Clock::now() > deadline)
        throw StartupFailure{late->name + " does not answer a minute after its start: " + failure_in(late->log)};
      if (program_is_gone(kPollMs)) throw StartupFailure{};
    }
  }

  const Server* first_that_does_not_answer() const {
    if (wants_database() && !postgres_.ready) return &postgres_;
    if (wants_redis() && !redis_.ready) return &redis_;
    return wants_memcached() && !memcached_.ready ? &memcached_ : nullptr;
  }

  // Takes note of every child that ended. Before all is ready, an end may be a failure: throws StartupFailure.
  void reap() {
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid == initdb_) {
        initdb_ = 0;
        if (status != 0) throw StartupFailure{"initdb failed: " + failure_in(initdb_log())};
        start_postgres();
      } else if (pid == postgres_.pid) {
        ended(postgres_);
      } else if (pid == redis_.pid) {
        ended(redis_);
      } else if (pid == replica_.pid) {
        ended(replica_);
      } else if (pid == memcached_.pid) {
        ended(memcached_);
      }
    }
  }

  // One that somebody holds (SIGSTOP) is not waited for as one that is slow.
  void refuse_stopped() {
    constexpr auto kLookEvery = std::chrono::milliseconds(250);
    constexpr int kLooksMax = kStoppedTimeout / kLookEvery;
    if (Clock::now() < next_look_) return;
    next_look_ = Clock::now() + kLookEvery;
    const std::string stopped = stopped_below(::getpid());
    looks_stopped_ = stopped.empty() ? 0 : looks_stopped_ + 1;
    if (looks_stopped_ > kLooksMax)
      throw StartupFailure{stopped + ", has been stopped for " + std::to_string(kStoppedTimeout.count()) +
                           " s; see who sends it SIGSTOP"};
  }

  void ended(Server& server) {
    server.pid = 0;
    if (server.ready) return;  // the program learns it from its connections
    const bool taken = read_all(server.log).find("ddress already in use") != std::string::npos;
    if (!taken || ++server.attempts >= kPortAttemptsMax) {
      throw StartupFailure{server.name + " does not start: " + failure_in(server.log)};
    }
    if (&server == &redis_) {
      start_redis();
    } else if (&server == &memcached_) {
      start_memcached();
    } else {
      wants_cockroach() ? start_cockroach() : start_postgres();
    }
  }

  // The postmaster says so in the eighth line of a file of its own: nobody else's server can be mistaken for it.
  bool postgres_answers() const {
    return read_all(folder_ + "/postgres/postmaster.pid").find("\nready") != std::string::npos;
  }

  // "postgresql://root@127.0.0.1:PORT/defaultdb?...", a line.
  bool cockroach_answers() {
    const std::string url = read_all(cockroach_url());
    const std::string_view before = "@127.0.0.1:";
    const std::size_t at = url.find(before);
    if (at == std::string::npos || url.back() != '\n') return false;
    const char* const number = url.data() + at + before.size();
    return std::from_chars(number, url.data() + url.size(), postgres_.port).ec == std::errc();
  }

  // PostgreSQL stops at once and takes its shared memory along; what has not ended by the deadline is killed.
  void stop() {
    // Not the server that initdb runs: it reads the end of its input, then, and takes its shared memory along as well.
    if (initdb_ > 0) ::kill(initdb_, SIGKILL);
    if (redis_.pid > 0) ::kill(redis_.pid, SIGKILL);
    if (replica_.pid > 0) ::kill(replica_.pid, SIGKILL);
    if (memcached_.pid > 0) ::kill(memcached_.pid, SIGKILL);
    if (postgres_.pid > 0) {
      ::kill(postgres_.pid, SIGQUIT);
      // Processes that somebody stopped (SIGSTOP) have to run in order to end.
      signal_children(postgres_.pid, SIGCONT);
      ::kill(postgres_.pid, SIGCONT);
    }
    const auto deadline = Clock::now() + kStopTimeout;
    for (;;) {
      const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
      if (pid < 0 && errno == ECHILD) return;
      if (pid > 0) continue;
      if (Clock::now() > deadline) signal_children(::getpid(), SIGKILL);
      ::usleep(2'000);
    }
  }

  const SupervisorPlan& plan_;
  std::string folder_;
  pid_t initdb_ = 0;
  Server postgres_;
  Server redis_;
  Server replica_;
  Server memcached_;
  Clock::time_point next_look_ = Clock::now();
  int looks_stopped_ = 0;  // one after the other
};

}  // namespace

void supervise(const SupervisorPlan& plan) { Supervisor(plan).run(); }

}  // namespace stalemate::real
