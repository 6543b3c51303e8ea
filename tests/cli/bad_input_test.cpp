// Bad input gets exit code 2 (or 5), one line on stderr that says where and what to do, nothing on stdout, and leaves
// no file behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

void expect_refused(const std::vector<std::string>& arguments, int code, const std::string& part) {
  const Outcome outcome = run_program(arguments);
  std::string line;
  for (const std::string& argument : arguments) line += argument.substr(0, 80) + " ";
  EXPECT_EQ(outcome.code, code) << line << outcome.err;
  EXPECT_EQ(outcome.out, "") << line;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << line << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << line << outcome.err;
  EXPECT_LT(outcome.err.size(), 1000U) << line;
}

std::string diagram(const std::string& lines) {
  return "# Read\n\n```mermaid\nsequenceDiagram\n    participant app\n    participant cache\n    participant "
         "database\n" +
         lines + "```\n";
}

TEST(BadInput, a_diagram_that_cannot_be_read_names_file_line_and_column) {
  const Scratch scratch;
  const struct {
    const char* name;
    std::string text;
    const char* part;
    int code = 2;
  } cases[] = {
      {"statement.md", diagram("    app-=cache: get\n"), "statement.md:8:5:"},
      {"role.md", diagram("    app->>frobnicator: get value\n"), "role.md:8:11:", 4},
      {"label.md", diagram("    app->>cache: frobnicate\n"), "label.md:8:", 4},
      {"block.md", diagram("    alt hit\n    end\n"), "block.md:8:5:"},
      {"end.md", diagram("    alt hit\n    app->>cache: get\n"), "end.md:"},
      {"stray.md", diagram("    app->>cache: get\n    end\n"), "stray.md:9:5:"},
      {"loop.md", diagram("    loop 3 times\n    app->>cache: get\n    end\n"), "loop.md:8:5:", 4},
      {"utf8.md", diagram("    app->>cache: get \xff value\n"), "utf8.md:8:"},
      {"none.md", "# Read\n\nNothing is drawn here.\n", "none.md"},
      {"unfenced.md", "```mermaid\nsequenceDiagram\napp->>cache: get\n", "unfenced.md:1:"},
  };
  for (const auto& one : cases) expect_refused({"check", scratch.write(one.name, one.text)}, one.code, one.part);
}

TEST(BadInput, a_page_that_is_read_but_not_modelled_has_an_exit_code_of_its_own_in_every_command) {
  const Scratch scratch;
  const std::string loop = scratch.write("loop.md", diagram("    loop 3 times\n    app->>cache: get\n    end\n"));
  const std::string refusal = "loop.md:8:5: understood as \"loop\", which is not modelled yet";
  for (const char* command : {"check", "hunt", "read", "graph"}) expect_refused({command, loop}, 4, refusal);
  expect_refused({"lesson", loop, "-o", scratch.path("lesson.html")}, 4, refusal);
  const Outcome help = run_program({"--help"});
  EXPECT_NE(help.out.find("4 read, but something in it is not modelled yet or must be asked"), std::string::npos);
}

TEST(BadInput, an_error_names_the_file_as_it_was_given_with_its_folders) {
  const Scratch scratch;
  const std::string page = scratch.write("page.md", diagram("    app->>cache: frobnicate\n"));
  expect_refused({"check", page}, 4, "stalemate: " + page + ":8:5: ");
  const std::string read_only = scratch.write("read.md", diagram("    app->>cache: get\n"));
  expect_refused({"check", read_only, "--writers", "1"}, 2, "no Write is drawn in " + read_only);
  const std::string trace = scratch.write("trace.json", "[");
  for (const char* command : {"show", "explain", "replay"}) expect_refused({command, trace}, 2, trace);
}

TEST(BadInput, crlf_and_tabs_are_no_error_and_change_no_result) {
  const Scratch scratch;
  std::string text = tutorial();
  const Outcome plain = run_program({"check", scratch.write("steps.md", text), "--json"});
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Outcome windows = run_program({"check", scratch.write("steps.md", crlf), "--json"});
  EXPECT_EQ(windows.code, 1) << windows.err;
  EXPECT_EQ(windows.out, plain.out);
}

TEST(BadInput, what_is_no_diagram_file_is_refused) {
  const Scratch scratch;
  expect_refused({"check", scratch.path("missing.md")}, 2, "missing.md");
  expect_refused({"check", scratch.path("")}, 2, "folder");
  expect_refused({"check", "cache-asid"}, 2, "did you mean cache-aside?");
  const std::string huge = scratch.write("huge.md", "");
  std::filesystem::resize_file(huge, 50U << 20);
  expect_refused({"check", huge}, 2, "huge.md");
}

TEST(BadInput, a_trace_that_cannot_be_read_is_refused_with_its_address) {
  const Scratch scratch;
  const std::string good = scratch.path("good.json");
  ASSERT_EQ(run_program({"check", "cache-aside", "-o", good}).code, 1);
  const std::string text = read_all(good);
  const auto edited = [&](const std::string& name, const std::string& from, const std::string& to) {
    std::string changed = text;
    const auto at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    return scratch.write(name, changed);
  };
  for (const char* command : {"show", "replay", "explain"}) {
    expect_refused({command, scratch.write("truncated.json", text.substr(0, text.size() / 2))}, 2, "truncated.json");
    expect_refused({command, scratch.write("foreign.json", "{\"traceEvents\": []}")}, 2, "foreign.json");
    expect_refused({command, scratch.write("empty.json", "")}, 2, "empty.json");
    expect_refused({command, edited("newer.json", "\"version\": 2", "\"version\": 3")}, 2, "newer");
    expect_refused({command, edited("schema.json", "\"kind\": \"receive\"", "\"kind\": \"retrieve\"")}, 2,
                   "schema.json: /steps/2/kind");
    expect_refused({command, scratch.path("")}, 2, "folder");
    expect_refused({command, scratch.path("missing.json")}, 2, "missing.json");
  }
  // Well formed, but the model does not let the reply arrive before the request was handled.
  for (const char* command : {"replay", "explain"})
    expect_refused({command, edited("order.json", "\"kind\": \"handle\"", "\"kind\": \"receive\"")}, 2,
                   "order.json: /steps/1");
}

TEST(BadInput, numbers_and_words_that_make_no_sense_are_refused) {
  const struct {
    std::vector<std::string> arguments;
    const char* part;
  } cases[] = {
      {{"check", "cache-aside", "--readers", "-1"}, "--readers"},
      {{"check", "cache-aside", "--readers", "0", "--writers", "0"}, "no app instance"},
      {{"check", "cache-aside", "--readers", "many"}, "--readers many: say a whole number from 0 to 64"},
      {{"check", "cache-aside", "--readers", "1.5"}, "--readers 1.5: say a whole number from 0 to 64"},
      {{"check", "cache-aside", "--writers", "99999999999"}, "--writers 99999999999: say a whole number"},
      {{"check", "cache-aside", "--keys", "x"}, "--keys x: say a whole number from 1 to 64"},
      {{"check", "cache-aside", "--cached=maybe"}, "--cached = maybe: it takes no value"},
      {{"check", "cache-aside", "--keys", "2", "--readers", "1", "--all-invoked"}, "say --app 'read k1'"},
      {{"check", "cache-aside", "--keys", "2", "--count-schedules"}, "--count-schedules with --keys 2"},
      {{"check", "cache-aside", "-o", ""}, "say a file name"},
      {{"check", "cache-aside", "-o", "-"}, "say /dev/stdout"},
      {{"check", "-"}, "say /dev/stdin"},
      {{"check", ""}, "say a file name"},
      {{"show", "-"}, "say /dev/stdin"},
      {{"replay", "-"}, "say /dev/stdin"},
      {{"explain", "-"}, "say /dev/stdin"},
      {{"check", "no\x1b[2Jpage"}, "no\\x1b[2Jpage"},
      {{"check", "cache-aside", "--keys", "0"}, "--keys"},
      {{"check", "cache-aside", "--threads", "0"}, "--threads"},
      {{"check", "cache-aside", "--time", "10"}, "--time"},
      {{"check", "cache-aside", "--memory", "much"}, "--memory"},
      {{"check", "cache-aside", "--depth", "0"}, "--depth"},
      {{"check", "cache-aside", "--fault", "lost-massage"}, "did you mean lost-message?"},
      {{"check", "cache-aside", "--fault", "abort"}, "not modelled yet"},
      {{"check", "cache-aside", "--fault", "lost-message=0"}, "budget"},
      {{"check", "cache-aside", "--fault", "lost-reply@write:9"}, "arrow 9"},
      {{"check", "cache-aside", "--app", "read k2"}, "--keys 2"},
      {{"check", "cache-aside", "--app", "read;;write"}, "operation is missing"},
      {{"check", "cache-aside", "--app", "reed"}, "reed"},
      {{"check", "cache-aside", "--property", "fresh-reeds"}, "did you mean fresh-reads?"},
      {{"check", "cache-aside", "--on-database-timeout", "maybe"}, "fail or continue"},
      {{"check", "cache-aside", "--on-cache-timeout", "maybe"}, "fail or continue"},
      {{"check", "cache-aside", "--role", "cache"}, "role"},
      {{"check", "cache-aside", "--reader", "2"}, "did you mean --readers?"},
      {{"chekc", "cache-aside"}, "did you mean check?"},
      {{"check"}, "PROTOCOL"},
      {{"show", "t.json", "--as", "mermaidd"}, "did you mean mermaid?"},
      {{"show", "t.json", "--as", "svgg"}, "did you mean svg?"},
      {{}, "say what to do"},
  };
  for (const auto& one : cases) expect_refused(one.arguments, 2, one.part);
}

TEST(BadInput, every_subcommand_has_help_with_an_example) {
  for (const char* command : {"check", "step", "replay", "show", "explain", "read"}) {
    const Outcome outcome = run_program({command, "--help"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.out.find("Example"), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace stalemate::cli
