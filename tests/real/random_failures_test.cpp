// Something between a run and its servers, or a server, fails at a random moment: a connection is refused, hung up or
// forwards nothing, a server stops answering, restarts, loses its disk or a right. Each run ends soon, in a verdict or
// in a failure that names the server; what was known by then is told; what is left at the servers was said to be, and
// `stalemate clean` removes it. STALEMATE_FAILURES=N draws more.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "real/middleman_support.hpp"
#include "real/support.hpp"
#include "sim/random.hpp"

namespace stalemate::real {
namespace {

namespace fs = std::filesystem;
using support::Middleman;

constexpr std::size_t kUsualFailures = 10;
constexpr auto kSoon = std::chrono::seconds(15);

// The output of a command of the shell.
struct Said {
  int code = -1;
  std::string text;
};
Said shell(const std::string& command) {
  Said said;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) said.text.append(buffer, count);
  const int status = ::pclose(pipe);
  said.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return said;
}

// Real servers of one case, and what may befall them.
class Victims {
 public:
  Victims() : sandbox_(SandboxOptions()) { add_admin(); }
  ~Victims() { go_on(); }
  Victims(const Victims&) = delete;
  Victims& operator=(const Victims&) = delete;

  const Sandbox& sandbox() const { return sandbox_; }
  bool has_postgres() const { return has_postgres_; }
  void restart_redis() {
    sandbox_.restart_redis();
    add_admin();
  }

  void stop(const std::string& program) {
    const std::lock_guard lock(mutex_);
    if (is_over_) return;
    stopped_ = support::processes_in(sandbox_.folder(), program);
    for (const pid_t pid : stopped_) ::kill(pid, SIGSTOP);
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    for (const pid_t pid : stopped_) ::kill(pid, SIGCONT);
    stopped_.clear();
  }

  void sql(const std::string& statement) const {
    pqxx::connection connection(support::url(sandbox_.postgres_owner()));
    pqxx::nontransaction(connection).exec(statement);
  }
  void end_backends() const {
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + sandbox_.postgres().user + "'");
  }
  void lose_postgres_disk() {
    has_postgres_ = false;
    fs::remove_all(sandbox_.folder() + "/postgres/base");
    try {
      end_backends();
    } catch (const std::exception&) {  // it may have noticed
    }
  }

  // As the user "admin", whom no case takes anything from.
  std::string redis(const std::vector<std::string>& words, const std::string& who = "--user admin -a admin") const {
    std::string command = fmt::format("redis-cli --no-auth-warning -p {} {}", sandbox_.redis().port, who);
    for (const std::string& word : words) command += " '" + word + "'";
    const Said said = shell(command);
    EXPECT_EQ(said.code, 0) << said.text;
    const bool is_under_way = said.text.find("Background save already in progress") != std::string::npos;  // its own
    EXPECT_TRUE(is_under_way || said.text.find("ERR") == std::string::npos) << command << ": " << said.text;
    return said.text;
  }
  // It can write nowhere any more, and refuses to change what it could not save.
  void lose_redis_disk() const {
    fs::permissions(sandbox_.folder(), fs::perms::owner_write, fs::perm_options::remove);
    redis({"CONFIG", "SET", "save", "1 1"});
    redis({"BGSAVE", "SCHEDULE"});
  }
  void find_redis_disk() const {
    fs::permissions(sandbox_.folder(), fs::perms::owner_write, fs::perm_options::add);
    redis({"CONFIG", "SET", "stop-writes-on-bgsave-error", "no"});
  }

  std::vector<std::string> schemas() const {
    std::vector<std::string> found;
    if (!has_postgres_) return found;
    pqxx::connection connection(support::url(sandbox_.postgres_owner()));
    pqxx::nontransaction statement(connection);
    for (const auto& row : statement.exec("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'stalemate%'"))
      found.push_back(row[0].as<std::string>());
    return found;
  }
  // "stalemate:1f", once for all keys of a run.
  std::set<std::string> key_areas() const {
    std::set<std::string> found;
    std::string all = redis({"KEYS", "stalemate:*"});
    for (std::size_t end; (end = all.find('\n')) != std::string::npos; all.erase(0, end + 1)) {
      const std::string key = all.substr(0, end);
      if (key.starts_with("stalemate:")) found.insert(key.substr(0, key.find(':', std::string("stalemate:").size())));
    }
    return found;
  }

 private:
  void add_admin() {
    redis({"ACL", "SETUSER", "admin", "on", ">admin", "~*", "&*", "+@all"}, "-a " + sandbox_.redis().password);
  }

  Sandbox sandbox_;
  std::mutex mutex_;
  std::vector<pid_t> stopped_;
  bool is_over_ = false;  // the run has ended: nothing more is stopped
  std::atomic<bool> has_postgres_{true};
};

struct Failure {
  const char* name;
  bool of_postgres;
  bool at_connection;  // struck when a connection comes, else amid what is said
  std::function<void(Victims&, Middleman&)> strike;
  std::function<void(Victims&)> undo = {};
};

const std::vector<Failure>& failures() {
  using std::chrono::milliseconds;
  static const std::vector<Failure> all = {
      {"PostgreSQL's pooler refuses a connection", true, true, [](Victims&, Middleman& m) { m.refuse(); }},
      {"Redis' pooler refuses a connection", false, true, [](Victims&, Middleman& m) { m.refuse(); }},
      {"PostgreSQL's pooler hangs up", true, false, [](Victims&, Middleman& m) { m.hang_up(); }},
      {"Redis' pooler hangs up", false, false, [](Victims&, Middleman& m) { m.hang_up(); }},
      {"PostgreSQL's pooler forwards nothing", true, false, [](Victims&, Middleman& m) { m.stall(); }},
      {"Redis' pooler forwards nothing", false, false, [](Victims&, Middleman& m) { m.stall(); }},
      {"PostgreSQL is away for a while", true, false, [](Victims&, Middleman& m) { m.be_away(milliseconds(700)); }},
      {"Redis is away for a while", false, false, [](Victims&, Middleman& m) { m.be_away(milliseconds(700)); }},
      {"PostgreSQL stops answering", true, false, [](Victims& v, Middleman&) { v.stop("postgres"); }},
      {"Redis stops answering", false, false, [](Victims& v, Middleman&) { v.stop("redis-server"); }},
      {"Redis restarts", false, false, [](Victims& v, Middleman&) { v.restart_redis(); }},
      {"PostgreSQL ends every backend", true, false, [](Victims& v, Middleman&) { v.end_backends(); }},
      {"PostgreSQL lets the user in no more", true, false,
       [](Victims& v, Middleman&) { v.sql("ALTER ROLE " + v.sandbox().postgres().user + " NOLOGIN"); },
       [](Victims& v) { v.sql("ALTER ROLE " + v.sandbox().postgres().user + " LOGIN"); }},
      {"Redis allows no command any more", false, false,
       [](Victims& v, Middleman&) {
         v.redis({"ACL", "SETUSER", "default", "-@all"});
       },
       [](Victims& v) {
         v.redis({"ACL", "SETUSER", "default", "+@all"});
       }},
      {"PostgreSQL loses its disk", true, false, [](Victims& v, Middleman&) { v.lose_postgres_disk(); }},
      {"Redis loses its disk", false, false, [](Victims& v, Middleman&) { v.lose_redis_disk(); },
       [](Victims& v) { v.find_redis_disk(); }},
  };
  return all;
}

struct Command {
  std::string name;
  std::string arguments;  // before the servers
};

std::vector<Command> commands(const std::string& folder, std::size_t number) {
  const std::string saved = STALEMATE_SOURCE_DIR "/traces/saved/";
  std::string traces;
  for (const char* name : {"cache-aside-late-fill", "cache-aside-lost-delete", "two-keys", "cache-aside-crash",
                           "database-only-write-in-doubt", "cache-aside-lost-reply"})
    if (fs::exists(saved + name + ".json")) traces += " " + saved + name + ".json";
  return {{"replay", "replay --jobs 2" + traces + traces},
          {"conform", fmt::format("conform --runs 60 --seed {}", number)},
          {"live", fmt::format("live before -r 2ms -w 10ms --check-every 20ms --for 3s -o {0}/run.jsonl --plot "
                               "{0}/run.svg",
                               folder)}};
}

// What the run said of what it could not remove.
void expect_told(const Victims& victims, const std::string& text) {
  for (const std::string& schema : victims.schemas())
    EXPECT_NE(text.find("schema " + schema + " may be left behind"), std::string::npos) << schema;
  for (const std::string& area : victims.key_areas())
    EXPECT_NE(text.find("keys " + area + ":* may be left behind"), std::string::npos) << area;
}

void expect_clean(const Victims& victims, const support::Folder& folder) {
  std::string command = fmt::format("TMPDIR={} {} clean --redis '{}'", folder.path(), STALEMATE_PROGRAM,
                                    support::url(victims.sandbox().redis()));
  if (victims.has_postgres()) command += fmt::format(" --postgres '{}'", support::url(victims.sandbox().postgres()));
  Said said;
  EXPECT_TRUE(support::eventually([&] { return (said = shell(command)).code == 0; })) << said.text;
  EXPECT_EQ(victims.schemas(), std::vector<std::string>{}) << said.text;
  EXPECT_EQ(victims.key_areas(), std::set<std::string>{}) << said.text;
}

TEST(RandomFailures, at_any_moment_end_soon_in_a_verdict_or_a_name_and_leave_nothing_unsaid) {
  const char* wish = std::getenv("STALEMATE_FAILURES");
  const std::size_t count = wish != nullptr ? std::stoull(wish) : kUsualFailures;
  const char* first = std::getenv("STALEMATE_FAILURES_FROM");
  std::map<std::string, int> report;
  double longest = 0;
  std::size_t struck_ones = 0;
  for (std::size_t i = first != nullptr ? std::stoull(first) : 0; struck_ones < count; ++i) {
    sim::Random random(2, i);
    const Failure& failure = failures()[i * 7 % failures().size()];
    const support::Folder folder;
    const Command command = commands(folder.path(), i)[random.below(3)];
    Middleman::Trigger trigger;
    if (failure.at_connection)
      trigger.connections = 1 + static_cast<int>(random.below(6));
    else
      trigger.pieces = 1 + static_cast<int>(random.below(command.name == "live" ? 2000 : 300));
    SCOPED_TRACE(fmt::format("{}: {}: {} at connection {} or piece {}", i, command.name, failure.name,
                             trigger.connections, trigger.pieces));
    Victims victims;
    const auto strike = [&](Middleman& middleman) { failure.strike(victims, middleman); };
    const Middleman::Trigger never;
    Middleman postgres(victims.sandbox().postgres().port, failure.of_postgres ? trigger : never, strike);
    Middleman redis(victims.sandbox().redis().port, failure.of_postgres ? never : trigger, strike);
    PostgresAddress postgres_address = victims.sandbox().postgres();
    postgres_address.port = postgres.port();
    RedisAddress redis_address = victims.sandbox().redis();
    redis_address.port = redis.port();
    const Said said =
        shell(fmt::format("TMPDIR={} timeout 90 {} {} --postgres '{}' --redis '{}'", folder.path(), STALEMATE_PROGRAM,
                          command.arguments, support::url(postgres_address), support::url(redis_address)));
    const auto end = std::chrono::steady_clock::now();
    const auto struck = (failure.of_postgres ? postgres : redis).struck();
    SCOPED_TRACE(said.text);
    EXPECT_TRUE(said.code == 0 || said.code == 1 || said.code == 3 || said.code == 5) << said.code;
    const std::string place = failure.of_postgres ? fmt::format("PostgreSQL at 127.0.0.1:{}", postgres.port())
                                                  : fmt::format("Redis at 127.0.0.1:{}", redis.port());
    EXPECT_EQ(said.code == 5, said.text.find(place) != std::string::npos) << "a failure is named";
    if (struck == std::chrono::steady_clock::time_point()) {
      ++report["not reached"];
      EXPECT_NE(said.code, 5);
    } else {
      ++struck_ones;
      const std::chrono::duration<double> took = end - struck;
      if (wish != nullptr) {  // else it is told alone: a machine may be busy
        EXPECT_LE(took, kSoon) << "after it struck";
      }
      longest = std::max(longest, took.count());
      ++report[fmt::format("{}: {}", command.name, said.code == 5 ? "a failure with a name" : "a verdict")];
    }
    if (command.name == "live" && fs::exists(folder.path() + "/run.jsonl")) {
      const Said judged = shell(fmt::format("{} live --judge {}/run.jsonl", STALEMATE_PROGRAM, folder.path()));
      EXPECT_TRUE(judged.code == 0 || judged.code == 1) << "the history is whole: " << judged.text;
    }
    victims.go_on();
    postgres.go_on();
    redis.go_on();
    if (failure.undo) failure.undo(victims);
    expect_told(victims, said.text);
    expect_clean(victims, folder);
    if (::testing::Test::HasFailure() && wish == nullptr) break;
  }
  for (const auto& [what, times] : report) std::cout << times << " x " << what << "\n";
  std::cout << fmt::format("the longest took {:.1f} s after it was struck\n", longest);
}

TEST(RandomFailures, a_sandbox_that_has_no_room_says_so_and_leaves_nothing) {
  const std::string replay =
      fmt::format("{} replay {}/traces/saved/cache-aside-late-fill.json", STALEMATE_PROGRAM, STALEMATE_SOURCE_DIR);
  sim::Random random(3, 0);
  for (int i = 0; i < 4; ++i) {
    const support::Folder folder;
    const std::uint64_t blocks = 1 + random.below(8000);  // less than the 16 MiB of a file that PostgreSQL makes first
    const Said said = shell(fmt::format("ulimit -f {}; TMPDIR={} {}", blocks, folder.path(), replay));
    EXPECT_EQ(said.code, 5) << said.text;
    EXPECT_EQ(std::count(said.text.begin(), said.text.end(), '\n'), 1) << said.text;
    EXPECT_NE(said.text.find("the sandbox: initdb failed: "), std::string::npos) << said.text;
    EXPECT_TRUE(folder.becomes_empty());
  }
  // A device that is full, where this user may have one.
  const support::Folder folder;
  const std::string mount = fmt::format("mount -t tmpfs -o size=20m,mode=1777 tmpfs {}", folder.path());
  if (shell(fmt::format("unshare -m sh -c '{}'", mount)).code != 0) GTEST_SKIP() << "this user may mount nothing";
  const Said said = shell(fmt::format("unshare -m sh -c '{0} && TMPDIR={1} {2}; code=$?; ls {1}; exit $code'", mount,
                                      folder.path(), replay));
  EXPECT_EQ(said.code, 5) << said.text;
  EXPECT_NE(said.text.find("stalemate: the sandbox: no space left on the device of " + folder.path() + " ("),
            std::string::npos)
      << said.text;
  EXPECT_EQ(std::count(said.text.begin(), said.text.end(), '\n'), 1) << "nothing is left: " << said.text;
}

TEST(RandomFailures, what_is_stopped_while_a_sandbox_starts_is_named_and_nothing_is_left) {
  for (const std::string words : {"initdb", "--boot"}) {  // the second is a PostgreSQL that the first one runs
    const support::Folder folder;
    auto replay = std::async(std::launch::async, [&folder] {
      return shell(fmt::format("TMPDIR={} {} replay {}/traces/saved/two-keys.json", folder.path(), STALEMATE_PROGRAM,
                               STALEMATE_SOURCE_DIR));
    });
    pid_t held = 0;
    EXPECT_TRUE(support::eventually([&] {
      held = support::process_in(folder.path(), words);
      return held != 0 && ::kill(held, SIGSTOP) == 0;
    }));
    const auto begin = std::chrono::steady_clock::now();
    const Said said = replay.get();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
    EXPECT_EQ(said.code, 5) << said.text;
    EXPECT_NE(said.text.find(fmt::format("process {}, has been stopped for 8 s; see who sends it SIGSTOP", held)),
              std::string::npos)
        << said.text;
    EXPECT_TRUE(folder.becomes_empty());
  }
}

TEST(RandomFailures, a_sandbox_whose_user_may_not_remove_its_folder_has_it_removed) {
  if (::geteuid() != 0) GTEST_SKIP() << "the servers run as the same user";
  const support::Folder folder;
  fs::permissions(folder.path(), fs::perms::others_write | fs::perms::sticky_bit, fs::perm_options::remove);
  const Said said = shell(fmt::format("ulimit -f 100; TMPDIR={} {} replay {}/traces/saved/two-keys.json", folder.path(),
                                      STALEMATE_PROGRAM, STALEMATE_SOURCE_DIR));
  EXPECT_EQ(said.code, 5) << said.text;
  EXPECT_EQ(folder.entries(), std::vector<std::string>{});
}

}  // namespace
}  // namespace stalemate::real
