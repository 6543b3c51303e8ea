// Several entries of one row, and entries that are no value: how diagrams name them.
#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

// The entries of a page and, request by request, what the cache is asked of which: "set 1;".
std::string entries_in(const std::string& lines) {
  const Protocol protocol = read_lines(lines);
  std::string text;
  for (const CacheEntry& entry : protocol.entries) text += entry.name + (entry.markers ? "!" : "") + " ";
  for (const Operation& operation : protocol.operations)
    visit_requests(operation.body, [&](const Request& request) {
      if (request.to != Role::kCache) return;
      text += "| " + std::string(to_string(request.verb)) + " " + std::to_string(request.entry);
      if (request.verb == Verb::kSetUnless) text += " unless " + std::to_string(request.other);
      if (request.verb == Verb::kSetIfGeneration || request.verb == Verb::kDeleteAndCountUp)
        text += " of " + std::to_string(request.other);
      for (const std::size_t entry : request.also) text += " and " + std::to_string(entry);
      if (request.finds.beside_others) text += " of several rows";
      if (request.ttl != 0) text += " for " + std::to_string(request.ttl);
    });
  return text;
}

const std::string kFilled = "alt miss\napp->>database: SELECT\n";

TEST(ProtocolCacheEntries, keys_of_commands_that_differ_and_are_looked_up_are_entries_of_one_row) {
  EXPECT_EQ(entries_in("Note over app: Read\napp->>cache: GET product:1\n" + kFilled +
                       "app->>cache: SET product:1\nend\nNote over app: Read list\napp->>cache: GET products\n" +
                       kFilled + "app->>cache: SET products\nend\n"),
            "product products | get 0| set 0| get 1| set 1");
  EXPECT_EQ(
      entries_in("app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\napp->>cache: SET product:7\n"
                 "%% stalemate: same = product:1, product:7\n"),
      "product | get 0| set 0")
      << "two rows, as the labels have it, said to be one";
}

TEST(ProtocolCacheEntries, what_may_be_two_entries_is_asked_and_both_answers_are_taken) {
  const std::string lines =
      "app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\napp->>cache: SET product:1\n"
      "app->>cache: DEL products\n";
  EXPECT_TRUE(
      contains(error_of_lines(lines),
               "\"products\" and \"product:1\" in line 2 may be two entries of the cache; if they are one, write "
               "%% stalemate: same = product:1, products, and if both are made of one row, %% stalemate: entries "
               "= product:1, products"))
      << error_of_lines(lines);
  EXPECT_EQ(entries_in(lines + "%% stalemate: same = product:1, products\n"), "product | get 0| set 0| delete 0");
  EXPECT_EQ(entries_in(lines + "%% stalemate: entries = product:1, products\n"),
            "product products | get 0| set 0| delete 1");
  EXPECT_TRUE(contains(error_of_lines(lines + "%% stalemate: entries = product:1, producer\n"),
                       "no heading, label or key here names \"producer\""));
}

const std::string kTwoRead =
    "Note over app: Read\napp->>cache: GET product:1\n" + kFilled + "app->>cache: SET product:1\nend\n" +
    "Note over app: Read list\napp->>cache: GET products\n" + kFilled + "app->>cache: SET products\nend\n";
const std::string kTwoReadEntries = "product products | get 0| set 0| get 1| set 1";

TEST(ProtocolCacheEntries, one_command_may_delete_several) {
  const std::string write = kTwoRead + "Note over app: Write\napp->>database: UPDATE\napp->>cache: ";
  for (const char* label : {"DEL product:1 products", "DEL products product:1", "delete product:1 and products",
                            "UNLINK product:1 products", "evict product:1, products"})
    EXPECT_TRUE(entries_in(write + label + "\n").starts_with(kTwoReadEntries + "| delete ")) << label;
  EXPECT_EQ(entries_in(write + "DEL product:1 products\n"), kTwoReadEntries + "| delete 0 and 1");
  EXPECT_EQ(entries_in(write + "DEL products product:1\n"), kTwoReadEntries + "| delete 0 and 1");
  EXPECT_TRUE(contains(error_of_lines(write + "delete product:1 and the list\n"),
                       "cannot tell which entry \"the list\" in \"delete product:1 and the list\" is; call it as it is "
                       "called where it is filled"));
  const auto leased = [](const std::string& key) {
    return "Note over app: Read " + key.substr(0, 1) + "\napp->>cache: get " + key +
           ", take a lease if it is missing\nalt lease granted\napp->>database: SELECT\napp->>cache: set " + key +
           " if the lease is still valid\nend\n";
  };
  EXPECT_EQ(entries_in(leased("a:1") + leased("b:1") + "Note over app: Write\napp->>database: UPDATE\n" +
                       "app->>cache: mark a:1 and b:1 as stale\n"),
            "a b | get 0| set-if-unchanged 0| get 1| set-if-unchanged 1| mark-stale 0 and 1");
  EXPECT_EQ(entries_in(write + "MSET product:1 {p} products {l}\n"), kTwoReadEntries + "| set 0 and 1");
  EXPECT_EQ(entries_in(write + "DEL product:1 key\n"), kTwoReadEntries + "| delete 0");
  EXPECT_EQ(entries_in("app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\napp->>cache: SET "
                       "product:1\nNote over app: Write\napp->>database: UPDATE\n"
                       "app->>cache: Evict \"product:1\" & \"shape:1:*\"\n"),
            "product shape | get 0| set 0| delete 0 and 1")
      << "who names two in one command means two";
}

TEST(ProtocolCacheEntries, a_reply_may_say_that_a_get_takes_a_lease_and_a_delete_that_it_voids_it) {
  const std::string fill = "app->>database: SELECT\napp->>cache: set item:1 with lease token 7\n";
  for (const char* reply : {"miss + lease token 7", "MISS, lease T1 granted", "miss, lease 7 issued"}) {
    const Protocol protocol =
        read_lines("Note over app: Read\napp->>cache: get item:1\ncache-->>app: " + std::string(reply) + "\n" + fill +
                   "Note over app: Write\napp->>database: UPDATE\napp->>cache: delete item:1 (voids any lease)\n");
    EXPECT_EQ(outline(protocol.operations.at(0).body),
              "get cache#1; if granted; get database#3; set-if-unchanged cache#4")
        << reply;
    EXPECT_EQ(std::get<Request>(protocol.operations[0].body[0].node).watch, Watch::kLease) << reply;
  }
  EXPECT_TRUE(contains(error_of_lines("app->>cache: get item:1\ncache-->>app: miss\n" + fill), "no get before it"))
      << "nothing says that a lease is taken";
  EXPECT_NE(error_of_lines("app->>database: UPDATE\napp->>cache: delete item:1 (unless a lease is held)"), "no error");
  const std::string page =
      "# Leases\n\n```mermaid\nsequenceDiagram\napp->>cache: get item:1\ncache-->>app: miss, lease 7 granted\n" + fill +
      "```\n";
  EXPECT_EQ(error_of_text(page, "t.md"), "no error");
  EXPECT_NE(
      error_of_text("# Leases\n\n```mermaid\nsequenceDiagram\napp->>database: set\napp->>cache: delete\n```\n", "t.md"),
      "no error")
      << "none is drawn";
}

TEST(ProtocolCacheEntries, a_get_of_several_rows_looks_at_each_by_itself) {
  const auto read = [](const std::string& get, const std::string& set) {
    return entries_in("app->>cache: " + get + "\n" + kFilled + "app->>cache: " + set + "\nend\n");
  };
  EXPECT_EQ(read("MGET hive:3 hive:8", "MSET hive:3 hive:8"), "hive | get 0 of several rows| set 0");
  EXPECT_EQ(read("MGET hive:{ids}", "MSET hive:{ids}"), "hive | get 0 of several rows| set 0");
  EXPECT_EQ(read("GET hive:3, hive:8", "SET hive:3"), "hive | get 0 of several rows| set 0");
  EXPECT_EQ(read("GET hive:3", "SET hive:3"), "hive | get 0| set 0");
  EXPECT_EQ(outline(read_lines("app->>cache: MGET hive:3 hive:8\nalt all there (fresh)\ncache-->>app: both\nelse some "
                               "missing or stale\napp->>database: SELECT\napp->>cache: SET hive:3\nend\n")
                        .operations[0]
                        .body),
            outline(read_lines("app->>cache: MGET hive:3 hive:8\nalt hit\ncache-->>app: both\nelse miss\n"
                               "app->>database: SELECT\napp->>cache: SET hive:3\nend\n")
                        .operations[0]
                        .body))
      << "what is there may count as missing anyway";
  const std::vector<ReadingLine> lines =
      read_lines("app->>cache: MGET hive:3 hive:8\n" + kFilled + "app->>cache: SET hive:3\nend\n").reading;
  const auto asks = std::find_if(lines.begin(), lines.end(), [](const ReadingLine& line) { return line.at.line == 2; });
  EXPECT_EQ(asks->meaning, "arrow 1: the app asks the cache to get the key, and those of other rows at once");
  EXPECT_EQ(asks->assumed,
            "each row is looked at by itself; where it is found, another may be missing, and then what happens on a "
            "miss happens to it, too");
}

TEST(ProtocolCacheEntries, a_get_of_several_entries_or_a_condition_on_several_is_not_modelled) {
  for (const char* label : {"MGET product:1 products:list", "GET product:1 and price:1"})
    EXPECT_TRUE(contains(
        error_of_lines("app->>cache: " + std::string(label) + "\n" + kFilled + "app->>cache: SET product:1\nend\n"),
        "several entries in one request"))
        << label;
  EXPECT_TRUE(contains(
      error_of_lines("app->>cache: gets product:1 product:2\n" + kFilled + "app->>cache: cas product:1\nend\n"),
      "several entries in one request"));
}

TEST(ProtocolCacheEntries, a_request_that_names_none_of_several_is_asked_about) {
  EXPECT_TRUE(contains(error_of_lines("Note over app: Read\napp->>cache: GET product:1\n" + kFilled +
                                      "app->>cache: SET product:1\nend\nNote over app: Read list\napp->>cache: GET "
                                      "products\n" +
                                      kFilled + "app->>cache: set value\nend\n"),
                       "cannot tell which entry \"set value\" is about: \"product:1\" or \"products\""));
}

TEST(ProtocolCacheEntries, a_lock_that_is_only_taken_away_is_no_value) {
  EXPECT_EQ(entries_in("app->>cache: Get value\ncache-->>app: nil\napp->>database: SELECT\napp->>cache: Set value\n"
                       "Note over app: Write\napp->>database: UPDATE\napp->>cache: DEL lock:product:1\n"
                       "app->>cache: Delete value\n"),
            " lock:product! | get 0| set 0| delete 1| delete 0");
}

TEST(ProtocolCacheEntries, commands_on_a_lock_are_about_a_marker) {
  const std::string read = "app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\n";
  EXPECT_EQ(entries_in(read + "app->>cache: SET lock:product:1 NX EX 60\napp->>cache: SET product:1\n"
                              "app->>cache: DEL lock:product:1\n"),
            "product lock:product! | get 0| mark-if-absent 1 for 60| set 0| delete 1");
  EXPECT_EQ(entries_in(read + "app->>cache: SETNX lock:product:1\napp->>cache: add lock:product:1\n"
                              "app->>cache: SET lock:product:1\napp->>cache: GET lock:product:1\n"
                              "app->>cache: EXISTS lock:product:1\n"),
            "product lock:product! | get 0| mark-if-absent 1| mark-if-absent 1| mark 1| exists 1| exists 1");
  EXPECT_EQ(entries_in(read + "app->>cache: SADD tag:products product:1\napp->>cache: SMEMBERS tag:products\n"),
            "product tag:products! | get 0| mark 1| exists 1");
  const std::string asked = error_of_lines(
      "app->>cache: Get product\ncache-->>app: nil\napp->>database: SELECT\napp->>cache: SETNX lock:product:1\n"
      "app->>cache: Set product\napp->>cache: DEL lock:product:1\n"
      "Note over app: Write\napp->>database: UPDATE\napp->>cache: Delete product\n");
  EXPECT_TRUE(contains(asked, "\"lock:product:1\" and \"product\" in line 2 may be two entries")) << asked;
}

TEST(ProtocolCacheEntries, a_marker_may_stand_where_the_value_would) {
  const std::string lines =
      "app->>cache: gets product:1\nalt hit\ncache-->>app: value\nelse deleted marker\napp->>database: SELECT\n"
      "app->>cache: cas product:1\nelse absent\napp->>database: SELECT\napp->>cache: add product:1 LOCKED\nalt taken\n"
      "cache-->>app: taken\nelse stored\napp->>cache: cas product:1\nend\nend\n"
      "app->>cache: set product:1 to DELETED EX 1000\n";
  EXPECT_EQ(entries_in(lines),
            "product | get 0| set-if-unchanged 0| mark-if-absent 0| set-if-unchanged 0| mark 0 for 1000");
  const Protocol protocol = read_lines(lines);
  const auto& choice = std::get<Choice>(protocol.operations[0].body[1].node);
  EXPECT_EQ(choice.branches[0].tests, Outcomes{Outcome::kValue});
  EXPECT_EQ(choice.branches[1].tests, Outcomes{Outcome::kMarker});
  EXPECT_EQ(choice.branches[2].tests, Outcomes{Outcome::kMiss});
  const auto& inner = std::get<Choice>(choice.branches[2].body[2].node);
  EXPECT_EQ(inner.branches[0].tests, Outcomes{Outcome::kConflict});
  EXPECT_EQ(inner.branches[1].tests, Outcomes{Outcome::kOk});
  EXPECT_EQ(std::get<Request>(choice.branches[2].body[1].node).watch, Watch::kEntry)
      << "one's own lock may be replaced";
}

// The branches of an alt behind "EXISTS lock:product:1".
std::string branches_of_exists(const std::string& first, const std::string& second) {
  const Protocol protocol =
      read_lines("app->>cache: SET lock:product:1\napp->>cache: EXISTS lock:product:1\nalt " + first +
                 "\napp->>database: SELECT\nelse " + second + "\napp->>database: SELECT\nend\n");
  std::string text;
  for (const Branch& branch : std::get<Choice>(protocol.operations[0].body[2].node).branches)
    text += branch.is_else ? "else " : outline(branch.tests) + " ";
  return text;
}

TEST(ProtocolCacheEntries, branches_say_whether_a_marker_is_there) {
  EXPECT_EQ(branches_of_exists("exists", "free"), "marker miss ");
  EXPECT_EQ(branches_of_exists("no lock", "locked"), "miss marker ");
  EXPECT_EQ(branches_of_exists("lock is held", "lock is not held"), "marker miss ");
  EXPECT_EQ(branches_of_exists("not free", "free"), "marker miss ");
  EXPECT_EQ(branches_of_exists("hit", "miss"), "marker miss ");
  EXPECT_EQ(branches_of_exists("yes", "no"), "marker miss ");
}

TEST(ProtocolCacheEntries, a_set_may_be_kept_away_by_another_entry_that_something_puts_there) {
  const std::string read =
      "app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\n"
      "app->>cache: SET product:1 unless lock:product:1 exists (one script)\n";
  EXPECT_EQ(entries_in(read + "app->>cache: SET lock:product:1 EX 60\n"),
            "product lock:product! | get 0| set-unless 0 unless 1| mark 1 for 60");
  EXPECT_TRUE(
      contains(error_of_lines(read), "nothing on this page puts \"lock:product:1\" there, so the condition always"));
}

TEST(ProtocolCacheEntries, what_is_no_plain_command_on_a_marker_is_refused_as_before) {
  for (const char* label : {"acquire lock", "lock product:1", "SET lock:product:1 XX", "SET lock:product:1 my-token NX",
                            "SADD tag:products", "set product:1 unless it is locked by somebody else"}) {
    const std::string error = error_of_lines(std::string("app->>cache: GET product:1\napp->>cache: ") + label + "\n");
    EXPECT_TRUE(contains(error, "not modelled") || contains(error, "cannot tell")) << label << ": " << error;
  }
  EXPECT_TRUE(contains(error_of_lines("app->>database: SET lock:product:1 NX\n"), "take a lock in the database"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: GET product:1\napp->>cache: SET lock:product:1\n"
                                      "app->>cache: DEL product:1 lock:product:1\n"),
                       "not modelled"));
}

TEST(ProtocolCacheEntries, a_generation_is_a_key_of_its_own_or_stands_beside_the_value) {
  const std::string read = "Note over app: Read\napp->>cache: GET product:1\ncache-->>app: nil\n";
  const std::string fill =
      "app->>database: SELECT\napp->>cache: save product:1 only if the generation is as read (one script)\n";
  const std::string write = "Note over app: Write\napp->>database: UPDATE\n";
  const std::string purge = "app->>cache: purge product:1: delete it and count its generation up EX 60 (one script)\n";
  EXPECT_EQ(
      entries_in(read + "app->>cache: GET gen:product:1\n" + fill + write + purge),
      "product gen:product! | get 0| get-generation 1| set-if-generation 0 of 1| delete-and-count-up 0 of 1 for 60");
  EXPECT_EQ(entries_in(read + "app->>cache: HGET product:1 generation\n" + fill + write + purge),
            "product | get 0| get-generation 0| set-if-generation 0 of 0| delete-and-count-up 0 of 0 for 60");
  EXPECT_EQ(entries_in(read + "app->>cache: GET gen:product:1\n" + fill + write +
                       "app->>cache: DEL product:1\napp->>cache: INCR gen:product:1\n"),
            "product gen:product! | get 0| get-generation 1| set-if-generation 0 of 1| delete 0| count-up 1");
  EXPECT_EQ(entries_in(read + "app->>cache: GET gen:product:1\n" + fill + write +
                       "app->>cache: MULTI, DEL product:1, INCR gen:product:1, EXEC\n"),
            "product gen:product! | get 0| get-generation 1| set-if-generation 0 of 1| delete-and-count-up 0 of 1");
}

TEST(ProtocolCacheEntries, a_generation_that_is_not_read_or_never_counted_up_is_asked_about) {
  const std::string read = "Note over app: Read\napp->>cache: GET product:1\ncache-->>app: nil\n";
  const std::string fill =
      "app->>database: SELECT\napp->>cache: save product:1 only if the generation is as read (one script)\n";
  EXPECT_TRUE(contains(error_of_lines(read + fill),
                       "compares a generation that this operation does not read; draw the get of the generation"));
  EXPECT_TRUE(contains(error_of_lines(read + "app->>cache: GET gen:product:1\n" + fill +
                                      "Note over app: Write\napp->>database: UPDATE\napp->>cache: DEL product:1\n"),
                       "nothing on this page counts that generation up, so the condition of"));
  EXPECT_TRUE(contains(error_of_lines(read + "app->>cache: GET gen:product:1\napp->>cache: GET gen:products\n" + fill),
                       "the generations of two entries in one operation"));
  EXPECT_TRUE(contains(error_of_lines(read + "app->>cache: purge product:1: delete it and count its generation up\n"),
                       "deletes one thing and counts up another; say \"in one step\", or draw an arrow for each"))
      << "two steps, where nothing says that they are one";
}

std::string names_of(Outcomes outcomes) {
  std::string names;
  for (int i = 0; i < kOutcomeCount; ++i)
    if (const auto outcome = static_cast<Outcome>(i); outcomes.has(outcome))
      names += (names.empty() ? "" : " or ") + std::string(to_string(outcome));
  return names;
}

TEST(ProtocolLeases, are_said_in_words_by_meta_commands_and_as_a_lock_beside_the_value) {
  const std::string filled = "app->>database: SELECT\n";
  const auto outcomes = [&](const std::string& get, const std::vector<std::string>& branches, const std::string& set,
                            const std::string& write) {
    std::string lines = "Note over app: Read\napp->>cache: " + get + "\n";
    for (std::size_t i = 0; i < branches.size(); ++i)
      lines += (i == 0 ? "alt " : "else ") + branches[i] + "\n" + (i + 1 == branches.size() ? filled : "");
    lines +=
        "app->>cache: " + set + "\nend\nNote over app: Write\napp->>database: UPDATE\napp->>cache: " + write + "\n";
    const Protocol protocol = read_lines(lines);
    std::string text;
    for (const Act& act : protocol.operations.at(0).body)
      if (const auto* choice = std::get_if<Choice>(&act.node))
        for (const Branch& branch : choice->branches) text += "| " + names_of(branch.tests);
    visit_requests(protocol.operations.at(0).body, [&](const Request& request) {
      text += " " + std::string(to_string(request.verb)) + std::string(to_string(request.watch));
    });
    visit_requests(protocol.operations.at(1).body, [&](const Request& request) {
      if (request.to == Role::kCache) text += " " + std::string(to_string(request.verb));
    });
    return text;
  };
  EXPECT_EQ(outcomes("get product:1, take a lease if it is missing", {"hit", "miss, no lease", "miss, lease granted"},
                     "set product:1 if the lease is still valid", "delete product:1"),
            "| value| denied| granted getlease get set-if-unchanged delete");
  EXPECT_EQ(outcomes("mg product:1 v c N30",
                     {"hit", "stale, somebody else refills", "placeholder, somebody else fills it", "won"},
                     "ms product:1 with the CAS number", "md product:1 I"),
            "| value| stale| denied| granted or won getlease get set-if-unchanged mark-stale");
  EXPECT_EQ(outcomes("get product:1 and take its lock if it is free (one script)",
                     {"hit", "old value, locked by somebody else", "nil, locked by somebody else", "lock taken"},
                     "set product:1 if the lock is still mine (one script)",
                     "tag product:1 as deleted: unlock it, keep the old value (one script)"),
            "| value| stale| denied| granted or won getlease get set-if-unchanged mark-stale");
  EXPECT_EQ(outcomes("get product:1, take a lease if it is missing", {"hit", "miss"},
                     "set product:1 if the lease is still valid", "delete product:1"),
            "| value| miss getlease get set-if-unchanged delete");
}

// The branch says what the label of the get does not.
TEST(ProtocolLeases, a_get_takes_one_where_a_branch_speaks_of_it) {
  const std::string set = "app->>cache: set term:9 with token 41 (refused if the token was taken back)\n";
  const std::string page =
      "app->>cache: get term:9\nalt hit\ncache-->>app: page\nelse miss, with a lease "
      "token\ncache-->>app: miss + token 41\napp->>database: SELECT\n" +
      set + "end";
  EXPECT_EQ(entries_in(page), "term | get 0| set-if-unchanged 0");
  EXPECT_EQ(read_lines(page).operations.at(0).body.size(), 2U);
  EXPECT_EQ(std::get<Request>(read_lines(page).operations.at(0).body.at(0).node).watch, Watch::kLease);
  EXPECT_TRUE(contains(error_of_lines("app->>cache: get term:9\nalt miss\napp->>database: SELECT\n" + set + "end"),
                       "stores with a lease, and no get before it in this operation takes one"));
  EXPECT_EQ(entries_in("app->>database: UPDATE\napp->>cache: SET session:9 with token"), "session | set 0");
}

TEST(ProtocolLeases, what_they_need_is_asked_and_what_is_more_is_refused) {
  const std::string get = "app->>cache: get product:1, take a lease if it is missing\n";
  const std::string set = "app->>cache: set product:1 if the lease is still valid\n";
  const std::string miss = "alt miss, lease granted\napp->>database: SELECT\n" + set;
  EXPECT_TRUE(contains(error_of_lines("app->>cache: GET product:1\ncache-->>app: nil\napp->>database: SELECT\n" + set),
                       "stores with a lease, and no get before it in this operation takes one; draw that get"));
  EXPECT_TRUE(contains(error_of_lines(get + get + miss + "end\n"), "a second lease in one operation"));
  EXPECT_TRUE(contains(error_of_lines(get + miss + "end\napp->>cache: SET product:1 NX\n"),
                       "another condition on an entry that has a lease"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: GET product:1\nalt miss\napp->>database: SELECT\nend\n"
                                      "app->>cache: mark product:1 as stale\n"),
                       "no get on this page takes its lease to refill it; draw that get, or a delete"));
}

}  // namespace
}  // namespace stalemate::model
