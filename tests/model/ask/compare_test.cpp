// What a change wins and loses is what a check of each side says, cell by cell.
#include "ask/compare.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "machine/fault.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

Protocol from_catalogue(const std::string& name) {
  for (const CataloguePage& page : catalogue())
    if (page.name == name) return read_protocol(page.text, name + ".md", {});
  throw InputError("no page " + name);
}

Protocol page(const std::string& name, const std::string& read, const std::string& write) {
  const std::string participants = "participant app\nparticipant cache\nparticipant database\n";
  const auto diagram = [&](const std::string& title, const std::string& lines) {
    return "# " + title + "\n```mermaid\nsequenceDiagram\n" + participants + lines + "```\n";
  };
  return read_protocol((read.empty() ? "" : diagram("Read", read)) + (write.empty() ? "" : diagram("Write", write)),
                       name, {});
}

CompareOptions options() {
  CompareOptions chosen;
  chosen.check.threads = 2;
  return chosen;
}

const ComparedRow& row(const Comparison& comparison, const std::string& fault) {
  for (const ComparedRow& one : comparison.rows)
    if (one.fault == fault) return one;
  throw InputError("no row " + fault);
}

const ComparedCell& cell(const Comparison& comparison, const std::string& fault, const std::string& property) {
  for (const ComparedCell& one : row(comparison, fault).cells)
    if (one.property == property) return one;
  throw InputError("no cell " + property);
}

// Of one side, by a check of that property alone.
Standing by_check(const Protocol& protocol, const std::string& fault, const std::string& property) {
  ScenarioWords words;
  if (!fault.empty()) words.fault = {fault};
  CheckOptions how;
  how.properties = {property};
  const Report report = check(protocol, scenario_of(words, protocol), how);
  if (report.verdict == Verdict::kInconclusive) return Standing::kSaysNothing;
  return report.verdict == Verdict::kHolds ? Standing::kHolds : Standing::kViolated;
}

TEST(Compare, every_cell_says_what_a_check_of_that_side_says) {
  const std::vector<std::string> names = {"cache-aside", "delete-before-write", "double-delete", "write-through-add",
                                          "write-through"};
  int won = 0;
  int lost = 0;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    const Protocol before = from_catalogue(names[i]);
    const Protocol after = from_catalogue(names[i + 1]);
    const Comparison comparison = compare(before, after, options());
    EXPECT_GE(comparison.rows.size(), 10U);
    for (const ComparedRow& each : comparison.rows)
      for (const ComparedCell& one : each.cells) {
        SCOPED_TRACE(names[i] + " " + each.fault + " " + one.property);
        EXPECT_EQ(one.before.standing, by_check(before, each.strikes_before ? each.fault : "", one.property));
        EXPECT_EQ(one.after.standing, by_check(after, each.strikes_after ? each.fault : "", one.property));
        const bool was = one.before.standing == Standing::kViolated;
        const bool is = one.after.standing == Standing::kViolated;
        EXPECT_EQ(one.change, was == is ? Change::kNone : was ? Change::kWon : Change::kLost);
        EXPECT_EQ(one.before.trace.has_value(), was && !is);
        EXPECT_EQ(one.after.trace.has_value(), is && !was);
        won += was && !is ? 1 : 0;
        lost += is && !was ? 1 : 0;
      }
  }
  EXPECT_GT(won, 0);
  EXPECT_GT(lost, 0);
}

TEST(Compare, what_is_won_one_way_is_lost_the_other_way) {
  const Protocol one = from_catalogue("cache-aside");
  const Protocol other = from_catalogue("write-through-add");
  const Comparison there = compare(one, other, options());
  const Comparison back = compare(other, one, options());
  EXPECT_EQ(cell(there, "", "coherent-at-rest").change, Change::kWon);
  EXPECT_EQ(cell(back, "", "coherent-at-rest").change, Change::kLost);
  EXPECT_EQ(there.simplest(Change::kWon)->before.trace->steps.size(),
            back.simplest(Change::kLost)->after.trace->steps.size());
  const ComparedRow& plain = row(there, "");
  ASSERT_TRUE(plain.orders_before && plain.orders_after);
  EXPECT_EQ(plain.orders_before->total, row(back, "").orders_after->total);
  EXPECT_EQ(plain.orders_after->violating, "0");
}

TEST(Compare, a_protocol_beside_itself_wins_and_loses_nothing) {
  const Protocol same = from_catalogue("cache-aside");
  const Comparison comparison = compare(same, same, options());
  for (const Change change : {Change::kWon, Change::kLost, Change::kUndecided}) EXPECT_FALSE(comparison.has(change));
  EXPECT_TRUE(describe(comparison).starts_with("nothing won, nothing lost: cache-aside.md -> cache-aside.md\n"));
}

TEST(Compare, what_a_fault_cannot_strike_stands_as_without_it) {
  const Comparison comparison = compare(from_catalogue("cache-aside"), from_catalogue("database-only"), options());
  const ComparedRow& restart = row(comparison, "cache-restart");
  EXPECT_TRUE(restart.strikes_before);
  EXPECT_FALSE(restart.strikes_after);
  const ComparedCell& fresh = cell(comparison, "cache-restart", "fresh-reads");
  EXPECT_EQ(fresh.after.standing, Standing::kHolds) << fresh.after.why;
  const ComparedCell& coherent = cell(comparison, "", "coherent-at-rest");
  EXPECT_EQ(coherent.after.standing, Standing::kSaysNothing);
  EXPECT_NE(coherent.after.why, "") << "it has to be said why";
  EXPECT_NE(describe(comparison).find(coherent.after.why), std::string::npos);
  EXPECT_NE(to_markdown(comparison).find(coherent.after.why), std::string::npos);
  EXPECT_NE(describe(comparison).find("strikes nothing after"), std::string::npos);
}

TEST(Compare, given_faults_are_the_rows_and_one_that_neither_knows_is_refused) {
  CompareOptions chosen = options();
  chosen.given.fault = {"lost-message", "crash@write=2"};
  const Protocol one = from_catalogue("cache-aside");
  const Comparison comparison = compare(one, from_catalogue("double-delete"), chosen);
  ASSERT_EQ(comparison.rows.size(), 3U);
  EXPECT_EQ(comparison.rows[1].fault, "lost-message");
  EXPECT_EQ(comparison.rows[2].fault, "crash@write=2");
  chosen.given.fault = {"lots-message"};
  EXPECT_THROW(compare(one, one, chosen), InputError);
  chosen.given.fault = {};
  chosen.properties = {"no-such-property"};
  EXPECT_THROW(compare(one, one, chosen), InputError);
}

TEST(Compare, pages_that_do_not_do_the_same_are_refused_in_one_line) {
  const Protocol both = from_catalogue("cache-aside");
  const Protocol reads = page("reads.md",
                              "app->>cache: get\nalt hit\ncache-->>app: value\nelse miss\napp->>database: get\n"
                              "app->>cache: set\nend\n",
                              "");
  try {
    compare(both, reads, options());
    FAIL() << "they were compared";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "compare: cache-aside.md has a Read and a Write and reads.md has a Read; draw the same operations in "
                 "both");
  }
}

TEST(Compare, what_a_limit_leaves_open_is_undecided_and_never_won) {
  CompareOptions chosen = options();
  chosen.check.interrupt = [](const sim::Progress&) { return std::optional<std::string>("stopped"); };
  const Comparison comparison = compare(from_catalogue("cache-aside"), from_catalogue("write-through-add"), chosen);
  EXPECT_FALSE(comparison.has(Change::kWon));
  EXPECT_FALSE(comparison.has(Change::kLost));
  EXPECT_TRUE(comparison.has(Change::kUndecided));
  EXPECT_EQ(comparison.limits, std::vector<std::string>{"stopped"});
}

TEST(Compare, as_json_and_as_markdown_it_says_what_the_text_does) {
  CompareOptions chosen = options();
  chosen.given.fault = {"lost-message"};
  const Comparison comparison = compare(from_catalogue("cache-aside"), from_catalogue("write-through-add"), chosen);
  const auto json = nlohmann::json::parse(to_json(comparison));
  EXPECT_EQ(json.at("rows").size(), 2U);
  EXPECT_TRUE(json.at("rows")[0].at("fault").is_null());
  EXPECT_EQ(json.at("rows")[0].at("cells")[0].at("change"), "won");
  EXPECT_EQ(json.at("rows")[0].at("orders").at("after").at("violating"), "0");
  EXPECT_EQ(json.at("gone").at("property"), "coherent-at-rest");
  EXPECT_TRUE(json.at("new").is_null());
  const std::string markdown = to_markdown(comparison);
  EXPECT_TRUE(markdown.starts_with("**wins, and loses nothing**: `cache-aside.md` → `write-through-add.md`"))
      << markdown;
  EXPECT_NE(markdown.find("| no fault | **won**: violated -> holds |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("```mermaid\nsequenceDiagram"), std::string::npos);
  EXPECT_NE(describe(comparison).find("won: coherent-at-rest (without faults)"), std::string::npos);
}

}  // namespace
}  // namespace stalemate::model
