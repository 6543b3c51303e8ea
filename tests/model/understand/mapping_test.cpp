// Mappings: what a statement of somebody's own may be, and where its parameters are.
#include "understand/mapping.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

Mapping mapping_of(std::vector<std::string> lines) {
  Mapping mapping;
  for (const std::string& line : lines) mapping.add("m", {3, 5}, line);
  return mapping;
}

std::string error_in(const std::string& line) {
  return error_of([&] { mapping_of({line}); });
}

TEST(Mapping, parameters_become_numbers_in_the_order_in_which_they_first_stand) {
  const SqlStatement set = mapping_of({"sql set = UPDATE t SET v = :value WHERE k = :key AND :value > 0"}).sql("set");
  EXPECT_EQ(set.text, "UPDATE t SET v = $1 WHERE k = $2 AND $1 > 0");
  EXPECT_EQ(set.parameters, (std::vector<Parameter>{Parameter::kValue, Parameter::kKey}));
}

TEST(Mapping, casts_slices_quotes_and_comments_are_left_as_they_are) {
  const struct {
    std::string text;
    std::string sent;
  } cases[] = {
      {"SELECT v::int FROM t WHERE k = :key::text", "SELECT v::int FROM t WHERE k = $1::text"},
      {"SELECT a[1:2], '12:30', \"a:b\" FROM t WHERE k=:key", "SELECT a[1:2], '12:30', \"a:b\" FROM t WHERE k=$1"},
      {"SELECT 'it''s; :k' FROM t WHERE k = :key", "SELECT 'it''s; :k' FROM t WHERE k = $1"},
      {"SELECT E'a\\';' FROM t WHERE k = :key ;", "SELECT E'a\\';' FROM t WHERE k = $1"},
      {"SELECT $q$a'b$q$ FROM t WHERE k = :key", "SELECT $q$a'b$q$ FROM t WHERE k = $1"},
      {"SELECT /* a /* b */ :key' */ v FROM t WHERE k = :key", "SELECT /* a /* b */ :key' */ v FROM t WHERE k = $1"},
      {"SELECT /* ' */ v FROM t WHERE k = :key", "SELECT /* ' */ v FROM t WHERE k = $1"},
  };
  for (const auto& one : cases) EXPECT_EQ(mapping_of({"sql get = " + one.text}).sql("get").text, one.sent);
}

TEST(Mapping, words_of_a_cache_command_are_split_and_quoted_as_redis_cli_has_them) {
  const CacheCommand command =
      mapping_of({R"(redis set = HSET stock::key "the \"amount\"\x21" 'it\'s' :value)"}).cache("set");
  ASSERT_EQ(command.size(), 5U);
  EXPECT_EQ(command[1], (CacheWord{"stock:", Parameter::kKey, ""}));
  EXPECT_EQ(command[2].before, "the \"amount\"!");
  EXPECT_EQ(command[3].before, "it's");
  EXPECT_EQ(command[4], (CacheWord{"", Parameter::kValue, ""}));
  EXPECT_EQ(mapping_of({"redis get = GET {:key}:v"}).cache("get")[1], (CacheWord{"{", Parameter::kKey, "}:v"}));
}

TEST(Mapping, what_cannot_be_is_one_line_that_says_where_and_what_to_do) {
  const struct {
    std::string line;
    std::string words;
  } cases[] = {
      {"sql", "is not understood"},
      {"sql set", "is not understood"},
      {"sql set =", "is not understood"},
      {"sql put = SELECT :key",
       "known are fill, get, get-version, increase, look-again, remove, set, set-if-version, setup and teardown"},
      {"redis put = SET :key",
       "known are add, add-ttl, delete, get, increase, increase-if-there, set, set-if-newer, set-if-newer-ttl, "
       "set-if-unchanged, set-if-unchanged-ttl, set-ttl, setup and teardown"},
      {"sql get = SELECT v FROM t", "sql get has no :key"},
      {"sql set = UPDATE t SET v = :value", "sql set has no :key"},
      {"sql get = SELECT :value FROM t WHERE k = :key", "sql get has :value, which there is not here"},
      {"sql set = UPDATE t SET v = :value WHERE k = :key AND n = :version", "sql set has :version, which there is not"},
      {"sql set-if-version = UPDATE t SET v = :value WHERE k = :key", "sql set-if-version has no :version"},
      {"sql remove = DELETE FROM t WHERE k = :key AND v = :value", "sql remove has :value, which there is not here"},
      {"redis set-if-newer = EVAL x 1 :key :value", "redis set-if-newer has no :version"},
      {"redis increase-ttl = INCRBY :key :value", "\"redis increase-ttl\" is not known"},
      {"redis mark = SET :key 1", "\"redis mark\" is not known"},
      {"sql setup = INSERT INTO t VALUES (:key)", "sql setup has :key"},
      {"sql get = SELECT v FROM t WHERE k = :id", "has \":id\", which is no parameter"},
      {"sql get = SELECT v FROM t WHERE k = ':key'", "has :key inside quotes"},
      {"sql get = SELECT v FROM t WHERE k = $$:key$$", "has :key inside quotes"},
      {"sql get = SELECT v FROM t WHERE k = $1", "by number"},
      {"sql get = SELECT 'v FROM t WHERE k = :key", "nothing closes"},
      {"sql get = SELECT \"v FROM t WHERE k = :key", "nothing closes"},
      {"sql get = SELECT /* v FROM t WHERE k = :key", "nothing closes"},
      {"sql get = SELECT $a$ v FROM t WHERE k = :key", "nothing closes"},
      {"sql get = SELECT v FROM t WHERE k = :key -- why", "-- comment"},
      {"sql get = SELECT v FROM t WHERE k = :key; DROP TABLE t", "several statements"},
      {"sql get = COPY t TO STDOUT WHERE k = :key", "is \"copy\""},
      {"sql get = BEGIN :key", "is \"begin\""},
      {"sql setup = BEGIN", "is \"begin\""},
      {"sql setup = COPY t FROM STDIN", "is \"copy\""},
      {"sql get = SELECT /* /* */ :key */ v FROM t", "sql get has no :key"},
      {"sql get = SELECT /* /* */ v FROM t WHERE k = :key", "nothing closes"},
      {"redis get = GET", "redis get has no :key"},
      {"redis set = SET :key:value", "two parameters in the word"},
      {"redis set = SET :key v:value", "let it stand alone"},
      {"redis set = :key :value", "begin with the command"},
      {"redis get = SUBSCRIBE :key", "changes the connection"},
      {"redis get = GET \":key\"", "inside quotes"},
      {"redis get = GET \"x :key", "nothing closes"},
      {"redis get = GET \"x\"y :key", "in the midst of a word"},
      {"key k0 = 1", "is no key"},
      {"key product = 1", "is no key"},
      {"key k1 = k2", "is a key of the scenario's own"},
      {std::string("key k1 = a\0b", 12), "zero byte"},
  };
  for (const auto& one : cases) {
    const std::string error = error_in(one.line);
    EXPECT_EQ(error.rfind("m:3:5: ", 0), 0U) << one.line << ": " << error;
    EXPECT_NE(error.find(one.words), std::string::npos) << one.line << ": " << error;
  }
}

TEST(Mapping, nothing_is_given_twice) {
  const std::vector<std::vector<std::string>> twice = {
      {"sql get = SELECT :key", "sql get = SELECT :key"},
      {"redis get = GET :key", "redis get = GET :key"},
      {"key k1 = 1", "key k1 = 2"},
      {"key k1 = 1", "key k2 = 1"},
  };
  for (const auto& lines : twice)
    EXPECT_NE(error_of([&] { mapping_of(lines); }).find("leave one out"), std::string::npos) << lines[0];
  EXPECT_EQ(mapping_of({"sql setup = CREATE TABLE a (b int)", "sql setup = CREATE TABLE c (d int)"}).sql_setup().size(),
            2U);
}

TEST(Mapping, a_store_of_which_something_is_given_needs_all_that_the_diagrams_ask_of_it) {
  EXPECT_EQ(mapping_of({"key k1 = 42"}).missing({"get", "set"}, {"get", "set", "delete"}), "");
  EXPECT_NE(mapping_of({"sql get = SELECT :key"}).missing({}, {}).find("sql fill is missing"), std::string::npos);
  const Mapping rows = mapping_of(
      {"sql fill = A :key :value", "sql get = A :key", "sql set = A :key :value", "sql increase = A :key :value"});
  EXPECT_EQ(rows.missing({"get", "increase"}, {"get", "mark"}), "");
  EXPECT_NE(rows.missing({"remove"}, {}).find("sql remove is missing"), std::string::npos);
  const Mapping cache = mapping_of({"redis get = GET :key", "redis set = SET :key :value"});
  EXPECT_EQ(cache.missing({"get", "remove"}, {"get", "set"}), "");
  EXPECT_NE(cache.missing({}, {"get", "delete"}).find("redis delete is missing"), std::string::npos);
  EXPECT_NE(cache.missing({}, {"set-ttl"}).find("redis set-ttl is missing"), std::string::npos);
  for (const std::string verb : {"mark", "count-up", "get with its lease", "delete of several entries"})
    EXPECT_EQ(cache.missing({}, {verb}),
              "a diagram asks the cache to " + verb + ", which no line says yet; leave the mapping out");
}

TEST(Mapping, a_diagram_that_lacks_a_statement_is_refused_where_its_mapping_ends) {
  const std::string error = error_of_lines(
      "participant app\nparticipant cache\nparticipant database\n%% stalemate: redis get = GET :key\n"
      "%% stalemate: redis set = SET :key :value\nNote over app: Write\napp->>database: Set value\napp->>cache: Delete "
      "value\n");
  EXPECT_EQ(error.rfind("t.mmd:6:", 0), 0U) << error;
  EXPECT_NE(error.find("redis delete is missing"), std::string::npos) << error;
}

TEST(Mapping, of_a_file_a_line_that_begins_with_a_space_goes_on_with_the_one_before) {
  const Mapping mapping = read_mapping_file(
      "# the shop\nsql get = SELECT v\n  FROM t\n\n  WHERE k = :key\nredis get = GET :key\nkey k1 = a b\n",
      "shop.mapping");
  EXPECT_EQ(mapping.sql("get").text, "SELECT v FROM t WHERE k = $1");
  EXPECT_EQ(mapping.name_of("k1"), "a b");
  EXPECT_EQ(mapping.name_of("k2"), "k2");
  EXPECT_NE(error_of([] { read_mapping_file("# nothing\n", "x"); }).find("no line of a mapping"), std::string::npos);
  EXPECT_EQ(error_of([] { read_mapping_file("\n sql get = SELECT :key\n", "x"); }).rfind("x:2:", 0), 0U);
  EXPECT_NE(error_of([] { read_mapping_file("role X = cache\n", "x"); }).find("is not understood"), std::string::npos);
}

RC_GTEST_PROP(Mapping, any_line_is_taken_or_refused_and_what_is_taken_is_taken_again_from_its_lines, ()) {
  const auto piece =
      rc::gen::element<std::string>("sql", "redis", "key", " ", "get", "set", "=", ":key", ":value", ":ttl", "'", "\"",
                                    "$", "$a$", "/*", "*/", ";", "::", "k1", "GET", "\\", "x");
  std::string line;
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) line += part;
  Mapping mapping;
  try {
    mapping.add("m", {1, 1}, line);
  } catch (const InputError&) {
    return;
  }
  Mapping again;
  for (const std::string& each : mapping.lines()) again.add("m", {1, 1}, each);
  RC_ASSERT(again == mapping);
}

}  // namespace
}  // namespace stalemate::model
