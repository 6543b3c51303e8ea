// What is written for other checkers: the same bytes twice, every page of the catalogue or a refusal by name, and
// nothing of a label that would end a comment. That the counts are equal is tests/bench/peers's to say, with the
// checkers.
#include "export/export.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace stalemate::model {
namespace {

traces::Scenario one_each() {
  traces::Scenario words;
  words.apps = {"read", "write"};
  return words;
}

std::string exported(const Protocol& protocol, const traces::Scenario& words, std::string_view language) {
  return find_exporter(language)->write(protocol, words);
}

// "" where it is not refused as not modelled.
std::string refusal_of(const Protocol& protocol, const traces::Scenario& words, std::string_view language) {
  try {
    exported(protocol, words, language);
  } catch (const NotModelledError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Protocol page(const std::string& read, const std::string& write, const std::string& participants = "") {
  return read_protocol("sequenceDiagram\n  participant app\n  participant cache\n  participant database\n" +
                           participants + "  Note over app: Read\n" + read + "  Note over app: Write\n" + write,
                       "page.mmd", {});
}

constexpr const char* kRead =
    "  app->>cache: get value\n  cache-->>app: miss\n  app->>database: get value\n  app->>cache: set value\n";
constexpr const char* kWrite = "  app->>database: set value\n  app->>cache: delete value\n";

TEST(Export, the_same_bytes_twice_and_something_of_the_page_in_them) {
  const Protocol protocol = *read_page("cache-aside");
  for (const Exporter& exporter : exporters()) {
    const std::string text = exporter.write(protocol, one_each());
    EXPECT_EQ(text, exporter.write(*read_page("cache-aside"), one_each()));
    EXPECT_TRUE(contains(text, "The page cache-aside, with 1 reader, 1 writer, 1 key, no faults.")) << text;
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  }
}

TEST(Export, every_page_of_the_catalogue_is_exported_or_refused_by_name) {
  std::vector<std::string> refused;
  for (const CataloguePage& named : catalogue())
    for (const Exporter& exporter : exporters()) {
      const std::string why = refusal_of(*read_page(named.name), one_each(), exporter.name);
      if (!why.empty()) refused.push_back(why);
      EXPECT_FALSE(contains(why, "\n"));
    }
  const std::string no_cache =
      "database-only.md: no cache is drawn, so the claim that is exported, coherent-at-rest, has nothing to compare";
  EXPECT_EQ(refused, (std::vector<std::string>{no_cache, no_cache}));
}

TEST(Export, what_of_a_scenario_is_not_covered_is_refused_by_name) {
  const Protocol protocol = *read_page("cache-aside");
  const auto expect = [&](const std::string& part, const auto& change) {
    traces::Scenario words = one_each();
    change(words);
    for (const Exporter& exporter : exporters()) {
      const std::string why = refusal_of(protocol, words, exporter.name);
      EXPECT_TRUE(contains(why, part) && contains(why, "is not exported to other checkers yet")) << part << ": " << why;
    }
  };
  using Words = traces::Scenario;
  expect("--keys: several keys", [](Words& words) { words.keys = 2; });
  expect("--connections: a pool of connections", [](Words& words) { words.connections = "pool"; });
  expect("--retries: trying an operation again", [](Words& words) { words.retries = 1; });
  expect("--all-invoked: a start with all operations invoked", [](Words& words) { words.all_invoked = true; });
  expect("--app: several sessions in one app instance", [](Words& words) { words.apps = {"read | write"}; });
  expect("--app: several operations one after the other", [](Words& words) { words.apps = {"read; write"}; });
  for (const char* fault : {"app-restart", "cache-failover"})
    expect(std::string("--fault ") + fault, [&](Words& words) { words.faults = {fault}; });
}

TEST(Export, what_of_a_page_is_not_covered_is_refused_by_name) {
  const std::string two_writes = std::string(kWrite) + "  Note over app: Write otherwise\n" + kWrite;
  const std::string reads_through =
      "  app->>cache: get value\n  cache->>database: get value\n  database-->>cache: value\n  cache-->>app: value\n";
  const std::string reads_replica =
      "  app->>replica: get value\n  replica-->>app: miss\n  app->>database: get value\n  app->>cache: set value\n";
  const std::string reads_local =
      "  app->>local: get value\n  local-->>app: miss\n  app->>database: get value\n  app->>local: set value\n";
  const std::string chooses = reads_local + "  opt sometimes\n    app->>local: delete value\n  end\n";
  const std::string local = "  participant local as in-process cache\n";
  const auto expect = [](const std::string& part, const Protocol& protocol) {
    for (const Exporter& exporter : exporters()) {
      const std::string why = refusal_of(protocol, one_each(), exporter.name);
      EXPECT_TRUE(why.starts_with("page.mmd: " + part) && contains(why, "is not exported to other checkers yet"))
          << why;
    }
  };
  expect("a cache that asks the database itself", page(reads_through, kWrite));
  expect("a replica of a cache", page(reads_replica, kWrite, "  participant replica as cache replica\n"));
  expect("a page with several caches", page(reads_local, kWrite, local));
  expect("that any of several writes of the page is run", page(kRead, two_writes));
  const std::string writes_local = "  app->>database: set value\n  app->>local: delete value\n";
  expect("a free choice behind a request to a cache in the process of each app instance",
         page(chooses, writes_local, local));
}

TEST(Export, what_nobody_awaits_is_exported_and_a_crash_behind_it_refused) {
  const Protocol protocol = page(kRead, "  app->>database: set value\n  app-)cache: delete value\n");
  traces::Scenario crashes = one_each();
  crashes.faults = {"crash"};
  for (const Exporter& exporter : exporters()) {
    EXPECT_EQ(refusal_of(protocol, one_each(), exporter.name), "");
    EXPECT_TRUE(contains(refusal_of(protocol, crashes, exporter.name),
                         "--fault crash=1: a crash with requests in flight that are not awaited"));
  }
}

TEST(Export, a_label_ends_no_comment) {
  const Protocol nasty = page(
      "  app->>cache: get value */ } (* *) \\\\ \n  cache-->>app: miss\n  app->>database: get value\n  app->>cache: "
      "set "
      "value\n",
      kWrite);
  const std::string promela = exported(nasty, one_each(), "promela");
  EXPECT_TRUE(contains(promela, "get value ?/ } (? ?) ?? */")) << promela;
  const std::string tla = exported(nasty, one_each(), "tla");
  EXPECT_TRUE(contains(tla, "\\* 1: Read, arrow 1, get value */ } (* *) \\\\")) << tla;
}

TEST(Export, a_module_is_called_after_its_page) {
  EXPECT_TRUE(
      exported(*read_page("write-through-add"), one_each(), "tla").starts_with("---- MODULE WriteThroughAdd ----\n"));
}

}  // namespace
}  // namespace stalemate::model
