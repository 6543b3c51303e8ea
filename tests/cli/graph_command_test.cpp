// `stalemate graph` as a user runs it: three formats, the drawing by the real `dot`, what is too large, what is
// missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

// Labels that Graphviz, XML or a browser could take for more than text.
constexpr const char* kNasty =
    "sequenceDiagram\n  participant app\n  participant cache\n  participant database\n  Note over app: Read\n"
    "  app->>cache: get <img src=x onerror=alert(1)> \"q\" \\N\n  cache-->>app: miss\n"
    "  app->>database: get </script>\n  alt <b>free</b> \\N & \"x\"\n    app->>cache: set value\n  else other\n"
    "    app->>cache: set value\n  end\n  Note over app: Write\n  app->>database: set value\n"
    "  app->>cache: delete value\n";

int lines(const std::string& text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(GraphCommand, dot_is_what_stdout_gets_unless_another_format_is_asked_for) {
  const Outcome by_default = run_program({"graph", "cache-aside"});
  EXPECT_EQ(by_default.code, 0) << by_default.err;
  EXPECT_TRUE(contains(by_default.out, "digraph G {"));
  EXPECT_EQ(run_program({"graph", "cache-aside", "--as", "dot"}).out, by_default.out);
  EXPECT_TRUE(contains(run_program({"graph", "cache-aside", "--as", "graphml"}).out, "<graphml "));
}

TEST(GraphCommand, dot_and_graphml_are_the_same_bytes_twice_elsewhere_and_by_another_compiler) {
  for (const char* format : {"dot", "graphml"}) {
    Invocation invocation;
    invocation.arguments = {"graph", "cache-aside", "--fault", "lost-message", "--as", format};
    const std::string first = run_program(invocation).out;
    EXPECT_FALSE(first.empty());
    invocation.environment = {"TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8", "LANG=de_DE.UTF-8"};
    invocation.folder = "/";
    EXPECT_EQ(run_program(invocation).out, first);
    if (const char* other = std::getenv("STALEMATE_OTHER_PROGRAM"); other != nullptr) {
      invocation.program = other;
      EXPECT_EQ(run_program(invocation).out, first);
    }
  }
}

TEST(GraphCommand, the_svg_of_the_real_dot_is_well_formed_shows_every_state_and_foreign_text_as_text) {
  const Scratch scratch;
  const std::string svg = scratch.path("g.svg");
  const Outcome outcome = run_program({"graph", scratch.write("nasty.mmd", kNasty), "--as", "svg", "-o", svg});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  const std::string drawn = read_all(svg);
  const std::string said = outcome.err.substr(0, outcome.err.find(' '));
  EXPECT_EQ(std::to_string(count(drawn, "class=\"node\"")), said) << "as many as were told: " << outcome.err;
  EXPECT_FALSE(contains(drawn, "<script"));
  EXPECT_FALSE(contains(drawn, "<img"));
  EXPECT_TRUE(contains(drawn, "&lt;b&gt;free&lt;/b&gt; \\N &amp; &quot;x&quot;"));
  EXPECT_TRUE(contains(drawn, "get &lt;img src=x onerror=alert(1)&gt; &quot;q&quot; \\N"));
  const std::string parse = "/usr/bin/python3 -I -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' ";
  EXPECT_EQ(std::system((parse + svg).c_str()), 0) << drawn;
  const std::string broken = scratch.write("broken.svg", drawn.substr(0, drawn.size() / 2));
  EXPECT_NE(std::system((parse + broken + " 2>/dev/null").c_str()), 0) << "the parser refuses half a file";
}

TEST(GraphCommand, without_dot_the_machine_lacks_something_and_nothing_is_written) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"graph", "cache-aside", "--as", "svg", "-o", scratch.path("g.svg")};
  invocation.environment = {"PATH=/nowhere"};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 5);
  EXPECT_EQ(outcome.err, "stalemate: dot: not found; install graphviz, or take --as dot\n");
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(scratch.names().empty());
}

// A `dot` of the test's own that ends as `script` says.
Outcome with_dot(const std::string& script) {
  const Scratch scratch;
  namespace fs = std::filesystem;
  fs::permissions(scratch.write("dot", "#!/bin/sh\n" + script + "\n"), fs::perms::owner_all);
  Invocation invocation;
  invocation.arguments = {"graph", "cache-aside", "--as", "svg", "-o", scratch.path("g.svg")};
  invocation.environment = {"PATH=" + scratch.path("") + ":/usr/bin:/bin"};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"dot"}) << "nothing was written";
  return outcome;
}

TEST(GraphCommand, a_dot_that_fails_is_killed_or_draws_nothing_is_reported_in_one_line) {
  const Outcome failed = with_dot("echo no plugins >&2; exit 3");
  EXPECT_EQ(failed.code, 5);
  EXPECT_EQ(failed.err, "stalemate: dot: failed with 3: no plugins; take --as dot\n");
  const Outcome killed = with_dot("kill -9 $$");
  EXPECT_EQ(killed.code, 5);
  EXPECT_TRUE(contains(killed.err, "dot: ended by signal 9")) << killed.err;
  EXPECT_EQ(lines(killed.err), 1);
  const Outcome silent = with_dot("exit 0");
  EXPECT_EQ(silent.code, 5);
  EXPECT_TRUE(contains(silent.err, "dot: drew no SVG")) << silent.err;
}

TEST(GraphCommand, ctrl_c_ends_dot_too_and_then_the_program_by_the_signal) {
  const Outcome outcome = with_dot("kill -INT $PPID; exec sleep 3600");
  EXPECT_EQ(outcome.code, 128 + 2);
  EXPECT_EQ(outcome.err, "");
}

TEST(GraphCommand, a_graph_too_large_is_refused_with_its_size_and_the_trace_alone_is_offered) {
  const Scratch scratch;
  const Outcome large = run_program({"graph", "cache-aside", "--readers", "2", "--writers", "2", "--all-invoked",
                                     "--property", "coherent-at-rest", "-o", scratch.path("g.dot")});
  EXPECT_EQ(large.code, 2);
  EXPECT_EQ(lines(large.err), 1);
  EXPECT_TRUE(contains(large.err, "13565 states are too many")) << large.err;
  EXPECT_TRUE(contains(large.err,
                       "stalemate check cache-aside --readers 2 --writers 2 --all-invoked --property "
                       "coherent-at-rest -o trace.json\n"))
      << large.err;
  EXPECT_TRUE(scratch.names().empty());
  const Outcome as_svg = run_program({"graph", "cache-aside", "--readers", "2", "--as", "svg"});
  EXPECT_EQ(as_svg.code, 2);
  EXPECT_TRUE(contains(as_svg.err, "take --as dot or --as graphml")) << as_svg.err;
  const Outcome huge = run_program({"graph", "database-only", "--readers", "6", "--writers", "6"});
  EXPECT_EQ(huge.code, 2);
  EXPECT_TRUE(contains(huge.err, "more than 1000000 states are too many")) << huge.err;
}

TEST(GraphCommand, an_unknown_format_or_property_names_the_nearest_and_an_old_file_is_kept) {
  const Outcome format = run_program({"graph", "cache-aside", "--as", "svgg"});
  EXPECT_EQ(format.code, 2);
  EXPECT_EQ(format.err, "stalemate: --as svgg: no such format (did you mean svg?); there is dot, graphml, svg\n");
  const Outcome property = run_program({"graph", "cache-aside", "--property", "fresh-read"});
  EXPECT_EQ(property.code, 2);
  EXPECT_TRUE(contains(property.err, "did you mean fresh-reads?")) << property.err;
  const Scratch scratch;
  const std::string file = scratch.write("g.dot", "precious");
  EXPECT_EQ(run_program({"graph", "cache-aside", "-o", file}).code, 2);
  EXPECT_EQ(read_all(file), "precious");
  EXPECT_EQ(run_program({"graph", "cache-aside", "-o", file, "--force"}).code, 0);
  EXPECT_EQ(read_all(file), run_program({"graph", "cache-aside"}).out);
}

}  // namespace
}  // namespace stalemate::cli
