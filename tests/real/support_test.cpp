// See support.hpp. A child is this program again with a job named in its environment: a fresh process, as the tool is.
#include "real/support.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <pqxx/pqxx>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "live/live.hpp"
#include "os/signals.hpp"
#include "real/sample_traces.hpp"

// libpqxx 6 loses the last result of a connection that broke.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace stalemate::real::support {
namespace {

namespace fs = std::filesystem;

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// With a pause before each step it runs longer than any test.
traces::Trace endless_trace() {
  samples::TraceBuilder builder;
  const samples::Session reader;
  builder.invoke(reader);
  for (int i = 0; i < 5'000; ++i) {
    builder.ask(reader, 1, "database", "get", {}, samples::value(1000));
    builder.ask(reader, 2, "cache", "get", {}, samples::miss());
  }
  return builder.trace();
}

// What kills a proxy that is a thread of this process: its listening socket and every connection it took are shut at
// once. A proxy is whatever listens here. Async-signal-safe.
void shut_proxies(int /*signal*/) {
  const int saved = errno;
  constexpr int kFilesMax = 1024;
  const auto port_of = [](int fd) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    const bool is_there = ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    return is_there && address.sin_family == AF_INET ? address.sin_port : 0;
  };
  for (int listening = 3; listening < kFilesMax; ++listening) {
    int is_listening = 0;
    socklen_t size = sizeof is_listening;
    if (::getsockopt(listening, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0 || is_listening == 0) continue;
    const int port = port_of(listening);
    for (int fd = 3; port != 0 && fd < kFilesMax; ++fd) {
      if (port_of(fd) == port) ::shutdown(fd, SHUT_RDWR);
    }
  }
  errno = saved;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

// A live run with faults on the wire and no end.
int live() {
  LiveOptions options;
  options.read_every = std::chrono::milliseconds(1);
  options.write_every = std::chrono::milliseconds(5);
  options.readers = 2;
  options.fail = {.per_million = 50'000, .text = "5%"};
  options.wire_faults = true;
  options.urls.postgres = variable("STALEMATE_TEST_POSTGRES");
  options.urls.redis = variable("STALEMATE_TEST_REDIS");
  bool has_said = false;
  options.on_progress = [&has_said](const Judgement& judgement) {
    if (judgement.writes_ok > 0 && !std::exchange(has_said, true)) say("at work");
  };
  const LiveResult result = run_live(options);
  say(describe(result.judgement));
  if (!result.failure.empty()) throw EnvironmentError(result.failure);
  return result.judgement.is_coherent() ? 0 : 1;
}

int do_job(const std::string& job) {
  std::signal(SIGUSR1, shut_proxies);
  const char* user = std::getenv("STALEMATE_TEST_USER");
  if (user != nullptr) {
    const passwd* entry = ::getpwnam(user);
    if (entry == nullptr || ::setgid(entry->pw_gid) != 0 || ::setuid(entry->pw_uid) != 0) return 70;
  }
  ReplayOptions options;
  options.on_step = [&job](int step) {
    if (job.starts_with("endless")) ::usleep(1'000);
    if (step != 3) return;
    say("at step 3");
    if (job == "abort") std::abort();
    if (job == "exit") std::exit(3);
    if (job == "throw") throw std::runtime_error("thrown on purpose");
  };
  if (job == "endless-memcached") options.cache = [](const traces::Trace&) { return traces::CacheServer::kMemcached; };
  try {
    if (job == "live") return live();
    const ReplayPlace where = {{variable("STALEMATE_TEST_POSTGRES"), variable("STALEMATE_TEST_REDIS")}};
    const bool is_long = job.starts_with("endless") || job == "start";
    if (job == "start") say("starting");
    const Conformance result = replay_at(is_long ? endless_trace() : samples::cache_aside_race(), where, options);
    say(verdict(result));
    return result.reproduced() ? 0 : 1;
  } catch (const Interrupted& stop) {
    say(stop.what());
    end_by_signal(stop.signal);
  } catch (const std::exception& error) {
    say(error.what());
    return 5;
  }
}

class JobBeforeTests : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* job = std::getenv("STALEMATE_TEST_JOB");
    if (job == nullptr) return;
    const int code = do_job(job);
    std::fflush(stdout);
    ::_exit(code);
  }
};
::testing::Environment* const job_before_tests = ::testing::AddGlobalTestEnvironment(new JobBeforeTests);

}  // namespace

const Sandbox& shared_sandbox() {
  static const Sandbox sandbox{SandboxOptions{}};
  return sandbox;
}

Servers shared_servers() { return {shared_sandbox().postgres(), shared_sandbox().redis(), false, false}; }

std::string url(const PostgresAddress& address) {
  return fmt::format("postgresql://{}:{}@{}:{}/{}", address.user, address.password, address.host, address.port,
                     address.database);
}

std::string url(const RedisAddress& address) {
  return fmt::format("redis://{}:{}@{}:{}/{}", address.user, address.password, address.host, address.port,
                     address.database);
}

std::string project_file(const std::string& path) {
  return read_text_file(std::string(STALEMATE_SOURCE_DIR "/") + path, 1'000'000);
}

void redis_command(const std::string& words) {
  const RedisAddress address = *shared_servers().redis;
  redisContext* context = redisConnect(address.host.c_str(), address.port);
  freeReplyObject(redisCommand(context, "AUTH %s", address.password.c_str()));
  auto* reply = static_cast<redisReply*>(redisCommand(context, words.c_str()));
  ASSERT_NE(reply, nullptr) << words;
  EXPECT_NE(reply->type, REDIS_REPLY_ERROR) << words << ": " << reply->str;
  freeReplyObject(reply);
  redisFree(context);
}

std::vector<std::string> areas_left() {
  std::vector<std::string> left;
  const Servers servers = shared_servers();
  pqxx::connection connection(url(servers.postgres));
  pqxx::nontransaction statement(connection);
  for (const auto& row : statement.exec("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'stalemate%'")) {
    left.push_back(row[0].as<std::string>());
  }
  redisContext* context = redisConnect(servers.redis->host.c_str(), servers.redis->port);
  freeReplyObject(redisCommand(context, "AUTH %s", servers.redis->password.c_str()));
  auto* keys = static_cast<redisReply*>(redisCommand(context, "KEYS stalemate:*"));
  EXPECT_NE(keys, nullptr);
  EXPECT_EQ(keys->type, REDIS_REPLY_ARRAY);
  for (std::size_t i = 0; i < keys->elements; ++i) left.emplace_back(keys->element[i]->str);
  freeReplyObject(keys);
  redisFree(context);
  return left;
}

std::string text_of_process(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char buffer[4096];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) text.append(buffer, static_cast<std::size_t>(in.gcount()));
  return text;
}

std::vector<pid_t> processes_in(const std::string& folder, const std::string& words) {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code unreadable;
    const std::string directory = fs::read_symlink(it->path() / "cwd", unreadable).string();
    const std::string command = text_of_process(it->path() / "cmdline");
    const bool is_inside = directory.starts_with(folder) || command.find(folder) != std::string::npos;
    if (is_inside && command.find(words) != std::string::npos) found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

pid_t process_in(const std::string& folder, const std::string& words) {
  const std::vector<pid_t> found = processes_in(folder, words);
  return found.empty() ? 0 : found.front();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::usleep(5'000);
  }
  return true;
}

Folder::Folder() : path_("/tmp/stalemate-test-XXXXXX") {
  EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  ::chmod(path_.c_str(), 01777);
}

Folder::~Folder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::vector<std::string> Folder::entries() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path_, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().string());
  }
  return names;
}

::testing::AssertionResult Folder::becomes_empty() const {
  if (eventually([this] { return entries().empty() && processes_in(path_).empty(); })) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << entries().size() << " folders and " << processes_in(path_).size()
                                       << " processes are left in " << path_;
}

Child::Child(const std::string& job, const Folder& folder, const Options& options) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  std::vector<std::string> environment = options.environment;
  environment.push_back("STALEMATE_TEST_JOB=" + job);
  environment.push_back("TMPDIR=" + folder.path());
  environment.push_back("PATH=/usr/local/bin:/usr/bin:/bin");
  if (!options.user.empty()) environment.push_back("STALEMATE_TEST_USER=" + options.user);
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], 1);
    if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(71);
    ::execle(program.c_str(), program.c_str(), nullptr, variables.data());
    ::_exit(72);
  }
  ::close(ends[1]);
  out_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  ::close(out_);
}

bool Child::says(const std::string& line) {
  return eventually([&] {
    pollfd waiting = {out_, POLLIN, 0};
    char buffer[4096];
    if (::poll(&waiting, 1, 0) > 0) {
      const ssize_t count = ::read(out_, buffer, sizeof buffer);
      if (count > 0) output_.append(buffer, static_cast<std::size_t>(count));
    }
    return output_.find(line + "\n") != std::string::npos;
  });
}

void Child::send(int signal) const { ::kill(pid_, signal); }

int Child::wait() {
  char buffer[4096];
  for (ssize_t count; (count = ::read(out_, buffer, sizeof buffer)) > 0;) {
    output_.append(buffer, static_cast<std::size_t>(count));
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace stalemate::real::support
