// What is wrong or open in a page, as data: all of it at once, each with its place, its kind and the lines that answer
// it; and that these lines do what they say.
#include "understand/understanding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "model/understand/protocol_support.hpp"
#include "schema_support.hpp"

namespace stalemate::model {
namespace {

Understanding read_page_of(const std::string& lines) { return try_to_read("sequenceDiagram\n" + lines, "t.mmd", {}); }

// "3 request-unknown; 5 not-modelled", assumptions aside.
std::string found(const Understanding& read) {
  std::string text;
  for (const stalemate::Finding& finding : read.findings) {
    if (finding.severity == Severity::kAssumption) continue;
    text += (text.empty() ? "" : "; ") + std::to_string(finding.at.line) + " " + finding.code;
  }
  return text;
}

std::string with_line_before(const std::string& text, int before, const std::string& line) {
  std::string result;
  int number = 0;
  for (const std::string& each : split(text, '\n')) {
    if (++number == before) result += line + "\n";
    result += each + "\n";
  }
  return result;
}

TEST(Findings, all_of_a_page_are_told_at_once_by_their_places) {
  EXPECT_EQ(found(read_page_of("app->>cache: frobnicate\napp->>database: BEGIN\napp->>database: set\n"
                               "loop again\napp->>cache: twiddle\nend\napp->>cache: delete")),
            "2 request-unknown; 3 not-modelled; 5 not-modelled; 6 request-unknown");
  EXPECT_EQ(found(read_page_of("participant A\nparticipant B\nA->>B: do\nB->>A: do\nA->>cache: get")),
            "3 role-unknown");
  EXPECT_EQ(found(try_to_read("# Read\n```mermaid\nsequenceDiagram\napp->>cache: frobnicate\n```\n# Write\n```mermaid\n"
                              "sequenceDiagram\napp->>cache: twiddle\n```\n",
                              "t.md", {})),
            "4 request-unknown; 9 request-unknown");
}

TEST(Findings, what_hangs_on_something_that_was_not_understood_is_not_told_as_well) {
  EXPECT_EQ(found(read_page_of("app->>cache: frobnicate\ncache-->>app: miss\nalt hit\ncache-->>app: value\nelse miss\n"
                               "app->>database: get\nend\napp->>cache: set")),
            "2 request-unknown");
}

TEST(Findings, a_branch_that_is_answered_stays_so_where_another_of_its_block_is_open) {
  EXPECT_EQ(found(read_page_of("app->>cache: get\nalt current\n%% stalemate: branch = value\ncache-->>app: price\n"
                               "else about to expire\ncache-->>app: price\nelse absent\napp->>database: get\nend")),
            "6 branch-left-nothing");
}

TEST(Findings, a_page_that_cannot_be_parsed_has_one_that_is_an_error) {
  const Understanding read = read_page_of("app->>cache get");
  ASSERT_EQ(read.findings.size(), 1U);
  EXPECT_EQ(read.findings[0].severity, Severity::kError);
  EXPECT_EQ(read.findings[0].code, "unreadable");
  EXPECT_FALSE(read.protocol.has_value());
}

TEST(Findings, what_is_not_modelled_names_the_feature) {
  const Understanding read = read_page_of("app->>database: BEGIN");
  ASSERT_EQ(read.findings.size(), 1U);
  EXPECT_EQ(read.findings[0].severity, Severity::kNotModelled);
  EXPECT_EQ(read.findings[0].feature, "begin a transaction");
}

// Pages that leave one question open, each of another kind.
struct Asked {
  const char* code;
  const char* lines;
};
constexpr Asked kAsked[] = {
    {"request-unknown", "app->>cache: frobnicate\napp->>database: set"},
    {"role-unknown", "participant foo\napp->>cache: get\napp->>foo: twiddle\napp->>cache: set"},
    {"role-ambiguous", "participant X as Redis gateway\napp->>X: Get\napp->>database: Get"},
    {"role-contradicted", "app->>cache: get\napp->>repository: get product\nrepository-->>app: product"},
    {"reply-unclear", "app->>cache: get\ncache-->>app: whatever\napp->>database: get\napp->>cache: set"},
    {"outcome-unclear",
     "app->>cache: get\nalt valid\ncache-->>app: it\nelse\napp->>database: get\napp->>cache: set\nend"},
    {"outcome-and-more", "app->>cache: get\nalt miss, VIP only\napp->>database: get\napp->>cache: set\nend"},
    {"not-modelled", "app->>database: insert row if absent\napp->>cache: delete"},
    {"operation-begins",
     "app->>cache: get\ncache-->>app: miss\napp->>database: get\napp->>cache: set\nNote over app: and so on\n"
     "app->>database: set\napp->>cache: delete"},
    {"two-apps", "A->>cache: get\ncache-->>A: miss\nB->>database: get\nA->>cache: set"},
    {"two-entries", "app->>cache: GET user:1\napp->>database: set\napp->>cache: DEL users:list"},
};

TEST(Findings, every_line_that_a_question_offers_answers_it) {
  for (const Asked& asked : kAsked) {
    const std::string text = "sequenceDiagram\n" + std::string(asked.lines) + "\n";
    const Understanding read = try_to_read(text, "t.mmd", {});
    ASSERT_EQ(read.findings.size(), 1U) << asked.lines << "\n" << found(read);
    const stalemate::Finding& question = read.findings[0];
    EXPECT_EQ(question.code, asked.code) << asked.lines;
    ASSERT_GE(question.edits.size(), 1U) << asked.code;
    for (const Edit& edit : question.edits) {
      EXPECT_FALSE(edit.safe) << edit.line;
      EXPECT_NE(edit.means, "") << edit.line;
      const Understanding answered = try_to_read(with_line_before(text, edit.before, edit.line), "t.mmd", {});
      for (const stalemate::Finding& left : answered.findings) {
        EXPECT_FALSE(left.code == asked.code && left.at.line == question.at.line + 1)
            << asked.code << ": " << edit.line << "\n"
            << left.line();
        EXPECT_NE(left.severity, Severity::kError) << edit.line << "\n" << left.line();
      }
    }
  }
}

TEST(Findings, what_position_settles_is_an_assumption_with_a_line_that_says_it) {
  const std::string text =
      "sequenceDiagram\nparticipant Fetcher\nShopper->>Fetcher: show\nFetcher->>cache: get\ncache-->>Fetcher: miss\n"
      "Fetcher->>database: get\nFetcher->>cache: set\nFetcher-->>Shopper: it\n";
  const Fixed mended = fixed(text, "t.mmd", {});
  ASSERT_TRUE(mended.read.protocol.has_value()) << found(mended.read);
  EXPECT_EQ(mended.applied.size(), 2U);
  EXPECT_NE(mended.text.find("%% stalemate: role Fetcher = app\nparticipant Fetcher\n"), std::string::npos)
      << mended.text;
  EXPECT_NE(mended.text.find("%% stalemate: role Shopper = outside\nShopper->>Fetcher: show\n"), std::string::npos)
      << mended.text;
  const Understanding before = try_to_read(text, "t.mmd", {});
  ASSERT_TRUE(before.protocol.has_value());
  EXPECT_EQ(outline(before.protocol->operations.at(0).body), outline(mended.read.protocol->operations.at(0).body));
  EXPECT_TRUE(fixed(mended.text, "t.mmd", {}).applied.empty()) << "once is enough";
}

TEST(Findings, fixing_keeps_line_ends_and_indentation_and_what_a_page_means) {
  const std::string text =
      "## Read\r\n\r\n```mermaid\r\nsequenceDiagram\r\n    participant Fetcher\r\n    Fetcher->>cache: get\r\n"
      "    Fetcher->>database: get\r\n```\r\n";
  const Fixed mended = fixed(text, "t.md", {});
  EXPECT_NE(mended.text.find("\r\n    %% stalemate: role Fetcher = app\r\n    participant Fetcher\r\n"),
            std::string::npos)
      << mended.text;
  for (const CataloguePage& page : catalogue()) {
    const Fixed same = fixed(std::string(page.text), std::string(page.name) + ".md", {});
    EXPECT_TRUE(same.read.protocol.has_value()) << page.name;
    EXPECT_TRUE(fixed(same.text, std::string(page.name) + ".md", {}).applied.empty()) << page.name;
  }
}

TEST(Findings, the_reading_as_json_is_what_its_schema_says) {
  std::vector<nlohmann::json> documents;
  for (const CataloguePage& page : catalogue())
    documents.push_back(nlohmann::json::parse(to_json(try_to_read(page.text, std::string(page.name) + ".md", {}))));
  for (const Asked& asked : kAsked) documents.push_back(nlohmann::json::parse(to_json(read_page_of(asked.lines))));
  documents.push_back(nlohmann::json::parse(to_json(read_page_of("app->>cache get"))));
  documents.push_back(nlohmann::json::parse(to_json(read_page_of(
      "%% stalemate: race\nA->>cache: get\ncache-->>A: miss\nB->>database: set\nA->>database: get\nA->>cache: set"))));
  EXPECT_EQ(documents.back().at("races").at(0).at("messages").size(), 7U) << "two begin, four ask, one is answered";
  documents.push_back(nlohmann::json::parse(to_json(read_page_of(
      "participant L1\nparticipant bus as Pub/sub\nparticipant others as L1 of every other instance\napp->>database: "
      "set\napp->>L1: delete\napp->>bus: publish that it has changed\nbus-)others: delete"))));
  EXPECT_EQ(documents.back().at("operations").at(0).at("steps").at(2).at("tells").at("its_own"), false);
  const std::vector<std::string> judged =
      traces::schema::judge(STALEMATE_SOURCE_DIR "/model/understand/reading.schema.json", documents);
  for (std::size_t i = 0; i < judged.size(); ++i) EXPECT_EQ(judged[i], "ok") << documents[i].dump(2);
  const nlohmann::json& page = documents.front();
  EXPECT_TRUE(page.at("understood").get<bool>());
  EXPECT_FALSE(page.at("operations").empty());
}

TEST(Findings, a_step_says_server_verb_entry_guard_and_what_is_stored) {
  const auto json = nlohmann::json::parse(to_json(
      read_page_of("app->>cache: GET user:1\ncache-->>app: nil\napp->>database: get\napp->>cache: SETEX user:1 60")));
  const auto& steps = json.at("operations").at(0).at("steps");
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].at("server"), "cache");
  EXPECT_EQ(steps[0].at("verb"), "get");
  EXPECT_EQ(steps[0].at("entry"), "user:1");
  EXPECT_EQ(steps[1].at("step"), "guard");
  EXPECT_EQ(steps[1].at("outcomes"), nlohmann::json({"miss"}));
  EXPECT_EQ(steps[3].at("carries"), nlohmann::json({"received"}));
  EXPECT_EQ(steps[3].at("ttl_seconds"), 60);
}

}  // namespace
}  // namespace stalemate::model
