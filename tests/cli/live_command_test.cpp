// `stalemate live` as a user runs it: exit codes, streams, Ctrl-C, and what is refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "program_support.hpp"
#include "terminal_support.hpp"

#ifdef STALEMATE_HAVE_REAL
#include "sandbox/sandbox.hpp"
#endif

namespace stalemate::cli {
namespace {

#ifdef STALEMATE_HAVE_REAL

// Two operations on k1, and a read that returns what was overwritten before it began.
constexpr const char* kStale =
    R"({"type":"info","process":"nemesis","f":"start","value":{"version":1,"scenario":"before","servers":"none","readers":1,"writers":1,"read_every_ns":1000000,"write_every_ns":0,"check_every_ns":0,"fail":"0%","lost_reply":"0%","serialize":false,"seed":1,"keys":1,"initial":1000}}
{"type":"invoke","process":1,"f":"write","key":"k1","value":1001,"time":1000,"index":0}
{"type":"ok","process":1,"f":"write","key":"k1","value":1001,"time":2000,"index":1}
{"type":"invoke","process":0,"f":"read","key":"k1","value":null,"time":5000,"index":2}
{"type":"ok","process":0,"f":"read","key":"k1","value":1000,"time":6000,"index":3,"from":"cache"}
{"type":"info","process":"nemesis","f":"end","value":null,"time":9000,"index":4}
)";

// Whether so much of a run was written down.
auto has_history(const Scratch& scratch, std::uintmax_t bytes) {
  return [&scratch, bytes](const std::string&) {
    const std::vector<std::string> names = scratch.names();
    return std::any_of(names.begin(), names.end(), [&scratch, bytes](const std::string& name) {
      std::error_code gone;
      const std::uintmax_t size = std::filesystem::file_size(scratch.path(name), gone);
      return !gone && size > bytes;
    });
  };
}

void expect_refused(const std::vector<std::string>& arguments, const std::string& part) {
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
}

TEST(LiveCommand, judges_a_planted_stale_read_wrong_and_the_correct_one_right_with_the_same_bytes_every_time) {
  const Scratch scratch;
  const std::string path = scratch.write("stale.jsonl", kStale);
  const Outcome outcome = run_program({"live", "--judge", path, "--plot", scratch.path("stale.svg")});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("stale reads  1 (100.0 % of reads), behind an acknowledged write by 3.00 us"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("k1: not"), std::string::npos) << outcome.out;
  Invocation again;
  again.arguments = {"live", "--judge", path};
  again.environment = {"TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8"};
  EXPECT_EQ(run_program(again).out, outcome.out);

  std::string right = kStale;
  const std::string wrong_value = R"("value":1000,"time":6000)";
  right.replace(right.find(wrong_value), wrong_value.size(), R"("value":1001,"time":6000)");
  EXPECT_EQ(run_program({"live", "--judge", scratch.write("right.jsonl", right)}).code, 0);
}

TEST(LiveCommand, before_with_many_failures_finds_incoherence_and_writes_history_and_plot) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"live",   "before",
                          "-r",     "1ms",
                          "-w",     "5ms",
                          "--fail", "30%",
                          "-o",     scratch.path("run.jsonl"),
                          "--plot", scratch.path("run.svg")};
  invocation.interrupt = {.once = has_history(scratch, 200'000)};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("\nincoherence found\n"), std::string::npos) << outcome.out;
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"run.jsonl", "run.svg"}));
  EXPECT_EQ(run_program({"live", "--judge", scratch.path("run.jsonl")}).out, outcome.out);
}

TEST(LiveCommand, as_the_tutorials_program_it_has_one_lock_and_failures_and_counts_snapshots) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"live", "before", "--as-tutorial", "-r", "1ms", "-w", "5ms", "-o", scratch.path("run.jsonl")};
  invocation.interrupt = {.once = has_history(scratch, 20'000)};
  const Outcome outcome = run_program(invocation);
  EXPECT_NE(outcome.err.find("--fail 1% --lost-reply 0% --serialize"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("fail 1%, lost reply 0%"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("one lock for all"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nsnapshots    "), std::string::npos) << outcome.out;
  for (const std::vector<std::string>& more : {std::vector<std::string>{"after"},
                                               {"before", "--serialize"},
                                               {"before", "--fail", "2%"},
                                               {"--judge", scratch.path("run.jsonl")}}) {
    std::vector<std::string> arguments = {"live", "--as-tutorial"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_refused(arguments, "--as-tutorial is for live before");
  }
  Invocation plain;
  plain.arguments = {"live", "before", "--for", "1s"};
  EXPECT_NE(run_program(plain).out.find("fail 0% (1% in the tutorial's program: --as-tutorial), lost reply 0%"),
            std::string::npos);
}

TEST(LiveCommand, a_redis_that_stops_half_way_leaves_report_history_and_plot_and_exit_code_5) {
  const real::Sandbox sandbox{real::SandboxOptions()};
  const real::PostgresAddress& postgres = sandbox.postgres();
  const real::RedisAddress& redis = sandbox.redis();
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {
      "live",
      "before",
      "-r",
      "1ms",
      "-w",
      "5ms",
      "--check-every",
      "20ms",
      "-o",
      scratch.path("run.jsonl"),
      "--plot",
      scratch.path("run.svg"),
      "--postgres",
      "postgresql://" + postgres.user + "@127.0.0.1:" + std::to_string(postgres.port) + "/" + postgres.database,
      "--redis",
      "redis://127.0.0.1:" + std::to_string(redis.port)};
  invocation.environment = {"PGPASSWORD=" + postgres.password, "REDISCLI_AUTH=" + redis.password};
  // Its own end, not the user's: once there is some history, the Redis is told to stop.
  bool is_stopped = false;
  invocation.interrupt = {.once =
                              [&](const std::string&) {
                                if (is_stopped || !has_history(scratch, 20'000)("")) return false;
                                const std::string stop = "REDISCLI_AUTH=" + redis.password + " redis-cli -p " +
                                                         std::to_string(redis.port) + " SHUTDOWN NOSAVE > /dev/null";
                                is_stopped = std::system(stop.c_str()) == 0;
                                return false;
                              },
                          .then_processor_ms = 0};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 5) << outcome.out << outcome.err;
  EXPECT_NE(outcome.err.find("stalemate: Redis at 127.0.0.1:"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("; the report is of what was done by then\n"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("\nreads "), std::string::npos) << outcome.out;
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"run.jsonl", "run.svg"}));
  EXPECT_EQ(run_program({"live", "--judge", scratch.path("run.jsonl")}).out, outcome.out);
}

TEST(LiveCommand, as_json_it_says_what_the_text_does) {
  const Scratch scratch;
  const std::string history = scratch.path("run.jsonl");
  const Outcome run = run_program(
      {"live", "before", "--for", "1s", "-r", "2ms", "-w", "10ms", "--fail", "20%", "--history", history, "--json"});
  ASSERT_TRUE(run.code == 0 || run.code == 1) << run.err;
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json.at("verdict"), run.code == 0 ? "coherent" : "incoherent");
  EXPECT_EQ(json.at("setup").at("workload"), "before");
  EXPECT_TRUE(json.at("failure").is_null());
  EXPECT_EQ(json.at("keys").size(), json.at("setup").at("keys"));
  const Outcome judged = run_program({"live", "--judge", history, "--json"});
  EXPECT_EQ(judged.out, run.out) << "the history tells it all";
  const Outcome text = run_program({"live", "--judge", history});
  EXPECT_NE(
      text.out.find(fmt::format("reads        {} ok ({} hits, {} misses), {} failed\n",
                                json.at("reads").at("ok").get<int>(), json.at("reads").at("hits").get<int>(),
                                json.at("reads").at("misses").get<int>(), json.at("reads").at("failed").get<int>())),
      std::string::npos)
      << text.out;
}

TEST(LiveCommand, after_finds_none) {
  const Outcome outcome = run_program({"live", "after", "-r", "1ms", "-w", "5ms", "--for", "1s"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("no incoherence found\n"), std::string::npos) << outcome.out;
}

TEST(LiveCommand, ctrl_c_ends_it_with_the_result_so_far) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"live", "before", "-r", "5ms", "-w", "50ms", "--serialize", "-o", scratch.path("run.jsonl")};
  invocation.interrupt = {.once = has_history(scratch, 20'000)};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("no incoherence found\n"), std::string::npos) << outcome.out << outcome.err;
}

TEST(LiveCommand, on_a_terminal_it_counts_as_it_runs_and_ctrl_c_leaves_the_summary_alone_on_the_screen) {
  Terminal terminal({"live", "before", "-r", "1ms", "-w", "20ms", "--serialize", "--wire-faults"});
  const auto counts = [](const std::string& screen) {
    const std::size_t at = screen.find("running");
    return at != std::string::npos && screen.find(" correct ", at) != std::string::npos &&
           screen.find("         0 hits", at) == std::string::npos &&
           screen.find("         0 ok", at) == std::string::npos;
  };
  ASSERT_TRUE(terminal.shows(counts, 60)) << terminal.screen().text();
  // Drawn again in its place.
  EXPECT_TRUE(terminal.shows([](const std::string& screen) { return screen.find(" 1 s\n") != std::string::npos; }, 30));
  const std::string running = terminal.screen().text();
  EXPECT_EQ(running.find("running"), running.rfind("running")) << running;
  EXPECT_FALSE(terminal.drops_output_at_ctrl_c());
  terminal.type("\x03");
  EXPECT_EQ(terminal.wait(), 0);
  const std::string screen = terminal.screen().text();
  EXPECT_NE(screen.find("\nno incoherence found\n"), std::string::npos) << screen;
  EXPECT_EQ(screen.find("running"), std::string::npos) << screen;
  EXPECT_NE(screen.find("Ctrl-C ends it\nbefore: PostgreSQL "), std::string::npos) << "something is left between:\n"
                                                                                   << screen;
  EXPECT_TRUE(terminal.screen().is_at_line_start());
  EXPECT_TRUE(terminal.is_restored());
}

TEST(LiveCommand, what_makes_no_sense_is_refused_in_one_line) {
  const Scratch scratch;
  const std::string taken = scratch.write("taken.jsonl", "mine");
  expect_refused({"live"}, "say before or after, or --judge FILE");
  expect_refused({"live", "during"}, "say before or after");
  expect_refused({"live", "after", "--redis", "redis://localhost"}, "after has no cache");
  expect_refused({"live", "before", "--cockroach", "postgresql://root@localhost:26257"}, "before runs on PostgreSQL");
  expect_refused({"live", "before", "--fail", "1"}, "say a percentage");
  expect_refused({"live", "before", "--fail", "101%"}, "say a percentage");
  expect_refused({"live", "before", "-r", "fast"}, "-r");
  expect_refused({"live", "before", "--readers", "100", "--writers", "100"}, "at most 150 together");
  expect_refused({"live", "--judge", scratch.path("none.jsonl")}, "cannot be opened");
  const Outcome kept = run_program({"live", "before", "--for", "1s", "-o", taken});
  EXPECT_EQ(kept.code, 2);
  EXPECT_NE(kept.err.find("exists already and is kept"), std::string::npos) << kept.err;
  EXPECT_EQ(read_all(taken), "mine");
  const Outcome remote = run_program({"live", "before", "--postgres", "postgresql://u:secret@192.0.2.1/x"});
  EXPECT_EQ(remote.code, 2);
  EXPECT_NE(remote.err.find("--allow-remote"), std::string::npos) << remote.err;
  EXPECT_EQ(remote.err.find("secret"), std::string::npos);
}

#endif

}  // namespace
}  // namespace stalemate::cli
