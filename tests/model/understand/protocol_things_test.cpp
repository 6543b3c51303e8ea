// What the operations of a page are about: two features that are drawn on one page, and two entries that are made from
// one row, are never checked as one.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string fenced(const std::string& lines) { return "```mermaid\nsequenceDiagram\n" + lines + "```\n"; }

// A caching read with these labels behind a heading.
struct Read {
  std::string heading = "Read";
  std::string get = "get";
  std::string load = "get";
  std::string fill = "set";
};
struct Write {
  std::string heading = "Write";
  std::string update = "set";
  std::string invalidate = "delete";
};
std::string page(const Read& read, const Write& write, const std::string& before = "") {
  return before + "## " + read.heading + "\n" +
         fenced("app->>cache: " + read.get + "\ncache-->>app: miss\napp->>db: " + read.load +
                "\napp->>cache: " + read.fill + "\n") +
         "## " + write.heading + "\n" +
         fenced("app->>db: " + write.update + "\n" +
                (write.invalidate.empty() ? "" : "app->>cache: " + write.invalidate + "\n"));
}
std::string answer_to(const std::string& text) { return error_of_text(text, "t.md"); }
bool asks_features(const std::string& text) {
  return contains(answer_to(text), "are these two features of the application?");
}
bool asks_entries(const std::string& text) { return contains(answer_to(text), "may be two entries of the cache"); }

bool asks(const std::string& text) { return asks_features(text) || asks_entries(text); }

TEST(ProtocolFeatures, operations_about_different_things_are_asked_about) {
  EXPECT_TRUE(asks_features(page({"Reading a recipe", "GET recipe", "SELECT recipe", "SET recipe"},
                                 {"Updating a rating", "UPDATE rating", ""})));
  EXPECT_TRUE(asks_features(page({"Reading a recipe"}, {"Updating a rating"}))) << "by headings alone";
  EXPECT_TRUE(asks_features(page({"Read", "get", "SELECT * FROM recipes"}, {"Write", "UPDATE ratings SET stars = 5"})))
      << "by tables alone";
  EXPECT_TRUE(asks_features(page({"Read a price", "get price", "SELECT * FROM menus", "set price"},
                                 {"Write a price", "UPDATE bookings SET a = 1", "delete price"})))
      << "by tables, whatever headings and entries say";
  EXPECT_TRUE(asks_features("## Read\n" + fenced("app->>cache: get\napp->>db: SELECT * FROM menus\n") + "## Write\n" +
                            fenced("app->>db: SELECT * FROM menus\napp->>db: UPDATE bookings SET a = 1\n")))
      << "by the table that is written, whatever is read before";
  EXPECT_TRUE(asks_features(page({"Read", "get", "load recipe"}, {"Write", "save rating"}))) << "by labels alone";
  EXPECT_TRUE(
      asks_features(page({"Recipe page", "get", "load recipe"}, {"Checkout", "INSERT INTO orders VALUES (1)"})));
  EXPECT_TRUE(asks_features(page({"Fetch weather"}, {"Save settings"})));
  EXPECT_TRUE(asks_features("# Recipes\n## Read\n" + fenced("app->>cache: get\napp->>db: get\n") +
                            "# Ratings\n## Write\n" + fenced("app->>db: set\n")));
  EXPECT_TRUE(contains(error_of_lines("user->>app: GET /recipes/1\napp->>cache: get\napp->>db: select "
                                      "recipe\napp-->>user: ok\nuser->>app: PUT /ratings\napp->>db: update rating\n"),
                       "two features"));
  EXPECT_TRUE(contains(error_of_lines("Note over app: Read recipe\napp->>cache: get\ncache-->>app: miss\napp->>db: "
                                      "get\napp->>cache: set\nNote over app: Update rating\napp->>db: set"),
                       "two features"));
  EXPECT_TRUE(asks_features(page({"Read", "get recipe", "get", "set"}, {"Write", "update rating", ""})))
      << "by a label of the cache";
  EXPECT_TRUE(asks_features(
      page({"Reading a profile", "get", "SELECT * FROM rows"}, {"Writing an invoice", "UPDATE rows SET v", "delete"})))
      << "headings that have to do with nothing below";
  const std::string both = page({"Reading a recipe"}, {"Updating a recipe"}) + "## Adding a comment\n" +
                           fenced("app->>db: insert comment\n");
  EXPECT_TRUE(asks_features(both)) << "the third has nothing to do with the others";
}

TEST(ProtocolFeatures, what_names_one_thing_or_nothing_in_particular_is_one_protocol) {
  const std::vector<std::string> pages = {
      page({}, {}),
      page({"Read a product"}, {"Write"}),
      page({"Product lookup", "GET product:42", "SELECT * FROM products WHERE id = 42", "SETEX product:42 300"},
           {"Product update", "UPDATE products SET price = 9 WHERE id = 42", "DEL product:42"}),
      page({"Product page", "get", "SELECT * FROM products"}, {"Price change", "UPDATE products SET price = 9"}),
      page({"Read", "get product", "load product", "set product"},
           {"Write", "update price of the product", "delete product"}),
      page({"A till reads a price", "HGET tags {sku}", "SELECT price FROM prices WHERE sku = ?", "HSET tags {sku}"},
           {"Head office changes a price", "UPDATE prices SET price = ?", "HDEL tags {sku}"}),
      page({"Looking a locker up", "Check the cache", "Look up locker", "Fill cache"},
           {"Reassigning a locker", "Store new holder", "Drop cached record"}),
      page({"Reading a term", "get term:9", "SELECT page FROM terms WHERE id = 9", "set term:9"},
           {"Correcting a term", "UPDATE terms SET page = ? WHERE id = 9", "delete term:9"},
           "# Leases on glossary pages\n\n"),
      page({"Read", "GET user:1", "SELECT * FROM users WHERE id = 1", "SET user:1"},
           {"Write", "UPDATE users SET name = ?", "DEL user:1"}),
      page({"Read", "get user profile", "SELECT * FROM users", "set user profile"},
           {"Write", "UPDATE users SET name", "delete user profile"}),
      page({"Reading (cold cache)"}, {"Writing (with invalidation)"}),
      page({"Happy path read"}, {"Update with retry"}),
      page({"Read path"}, {"Write path with double delete"}),
      page({"Before"}, {"After the update"}),
      page({"How a visitor reads"}, {"How an editor saves"}),
      page({"Read categories"}, {"Update category"}),
      page({"Get stock"}, {"Restock"}),
      page({"Cache-aside: reading"}, {"Cache-aside: writing"}),
      page({"1. Read"}, {"2. Write"}),
      page({"Read", "get week", "select slots of week", "put week"}, {"Write", "insert hold", "drop week"}),
      "# Recipes and ratings\n" + page({}, {}),
      "# Recipes\n\n" + page({"Read"}, {"Update the price"}),
  };
  for (const std::string& each : pages) EXPECT_EQ(answer_to(each), "no error") << each;
}

TEST(ProtocolFeatures, directives_say_that_things_are_one_or_pass_over_one) {
  const std::string text = page({"Reading a recipe"}, {"Updating a rating"});
  const std::string error = answer_to(text);
  EXPECT_TRUE(contains(error, "t.md:11:1: \"Write\" is about \"rating\", and \"Read\" in line 3 about \"recipe\""))
      << error;
  EXPECT_TRUE(contains(error, "%% stalemate: same = recipe, rating")) << error;
  const auto with = [&](const std::string& directive) {
    std::string said = text;
    return said.insert(said.rfind("sequenceDiagram\n") + 16, "%% stalemate: " + directive + "\n");
  };
  EXPECT_EQ(answer_to(with("same = recipe, rating")), "no error");
  EXPECT_EQ(answer_to(with("ignore")), "no error");
  EXPECT_TRUE(contains(answer_to(with("same = recipe, wine")), "names \"wine\""));
  EXPECT_TRUE(contains(answer_to(with("same = recipe")), "write %% stalemate: same = A, B"));
}

TEST(ProtocolEntries, labels_of_the_cache_that_name_different_entries_are_asked_about) {
  const std::vector<std::vector<std::string>> names = {{"the list", "the object"},
                                                       {"product list", "product"},
                                                       {"product page", "product"},
                                                       {"all products", "product"},
                                                       {"basket", "order"},
                                                       {"user cart", "user session"},
                                                       {"product:42", "products:list"},
                                                       {"user:1", "user:1:profile"},
                                                       {"user:{id}", "user:{id}:profile"},
                                                       {"user:1", "user:2"},
                                                       {"user:1", "user_list"},
                                                       {"product:42", "price:42"},
                                                       {"product:42", "the basket"},
                                                       {"products", "product"},
                                                       {"product:42", "products:42"},
                                                       {"product:42", "product_42"},
                                                       {"all", "one"},
                                                       {"list", "row"},
                                                       {"the index", "the entry"},
                                                       {"user by id", "user by email"},
                                                       {"item", "list"},
                                                       {"search results", "item"}};
  for (const auto& name : names) {
    const std::string a = name[0];
    const std::string b = name[1];
    EXPECT_TRUE(asks(page({"Read", "get " + a, "get", "set " + a}, {"Write", "set", "delete " + b}))) << a << ", " << b;
    EXPECT_TRUE(asks(page({"Read", "get " + b, "get", "set " + b}, {"Write", "set", "delete " + a}))) << a << ", " << b;
    EXPECT_TRUE(asks(page({"Read", "get " + a, "get", "set " + b}, {"Write", "set", "delete"}))) << a << ", " << b;
  }
  EXPECT_TRUE(asks_entries(page({"Read", "get('p:' + id)", "get", "set('p:' + id)"}, {"Write", "set", "del('list')"})));
  EXPECT_TRUE(asks_entries(page({"Read", "GET x", "get", "SET x"}, {"Write", "set", "DEL y"})));
  EXPECT_EQ(
      answer_to(page({"Read", "GET product:1", "get", "SET product:1"}, {"Write", "set", "DEL product:1 list:1"})),
      answer_to(page({"Read", "GET product:1", "get", "SET product:1"}, {"Write", "set", "DEL product:1"})))
      << "who names two in one command means two";
  EXPECT_TRUE(contains(answer_to(page({"Read", "MGET hive:3 bee:3", "get", "MSET hive:3 bee:3"}, {})),
                       "understood as \"several entries in one request\""));
}

TEST(ProtocolEntries, names_of_one_entry_and_of_the_row_behind_it_are_one) {
  const std::vector<std::vector<std::string>> names = {
      {"GET product:42", "SET product:42 9", "DEL product:42"},
      {"GET product:42", "SET product:{id}", "DEL product:<id>"},
      {"get the list", "put list", "drop list"},
      {"get value", "set", "delete the price"},
      {"get price", "set price, TTL 60", "invalidate"},
      {"look up profile", "populate", "delete user profile"},
      {"GET k", "SET k v", "DEL key"},
      {"get week", "put week", "drop week"},
      {"get item", "set item", "delete item"},
      {"get product", "cache the result (5 min)", "remove product from the cache"},
      {"HGET tags {sku}", "HSET tags {sku}", "HDEL tags {sku}"},
      {"get(key)", "put(key, value)", "invalidate(key)"},
      {"GET product:42", "cache product", "invalidate product"}};
  for (const auto& name : names) {
    const std::string text =
        page({"Read", name[0], "SELECT * FROM rows", name[1]}, {"Write", "UPDATE rows SET v", name[2]});
    EXPECT_EQ(answer_to(text), "no error") << text;
  }
}

// The labels of a get, a set and a delete of the cache.
using Three = std::vector<std::string>;
std::string page_of(const Three& labels) {
  return page({"Read", labels[0], "get", labels[1]}, {"Write", "set", labels[2]});
}

TEST(ProtocolEntries, placeholders_of_other_names_are_of_other_entries) {
  for (const Three& labels : std::vector<Three>{{"GET user:{id}", "SET user:{id}", "DEL user:{email}"},
                                                {"GET user:{email}", "SET user:{email}", "DEL user:{newEmail}"},
                                                {"GET user:{oldId}", "SET user:{oldId}", "DEL user:{newId}"},
                                                {"GET user:${id}", "SET user:${id}", "DEL user:${email}"},
                                                {"GET user:%s", "SET user:$id", "DEL user:$email"},
                                                {"GET user:<id>", "SET user:<id>", "DEL user:<name>"},
                                                {"get('user:' + id)", "set('user:' + id)", "del('user:' + u.email)"},
                                                {"GET cart:{userId}", "SET cart:{userId}", "DEL cart:{cartId}"}}) {
    EXPECT_TRUE(asks_entries(page_of(labels))) << labels[2] << ": " << answer_to(page_of(labels));
  }
  for (const Three& labels : std::vector<Three>{{"GET user:{id}", "SET user:{userId}", "DEL user:{user_id}"},
                                                {"GET user:{id}", "SET user:{user}", "DEL user:42"},
                                                {"GET user:${id}", "SET user:{id}", "DEL user:<id>"},
                                                {"GET product:{sku}", "SET product:{id}", "DEL product:{sku}"},
                                                {"GET user:%s", "SET user:{id}", "DEL user:*"},
                                                {"GET session:{user}", "SET session:{userId}", "DEL session:{user}"},
                                                {"get('user:' + id)", "set('user:' + user.id)", "del('user:' + id)"}}) {
    EXPECT_EQ(answer_to(page_of(labels)), "no error") << labels[0];
  }
}

TEST(ProtocolEntries, a_field_and_the_whole_of_a_hash_are_two) {
  for (const Three& labels : std::vector<Three>{{"GET user", "SET user", "HSET user name"},
                                                {"get user", "set user", "HSET user name"},
                                                {"HGETALL user:1", "HMSET user:1", "HSET user:1 name Bob"},
                                                {"HGET user:1 age", "HSET user:1 age 5", "HDEL user:1 name"}}) {
    EXPECT_TRUE(asks_entries(page_of(labels))) << labels[2] << ": " << answer_to(page_of(labels));
  }
  for (const Three& labels : std::vector<Three>{{"HGET stock:1 quantity", "HSET stock:1 quantity 5", "DEL stock:1"},
                                                {"HGET tags {sku}", "HSET tags {sku}", "HDEL tags {sku}"},
                                                {"HGETALL user:1", "HMSET user:1 name Bob age 5", "DEL user:1"},
                                                {"HGET user", "HSET user", "HDEL user"}}) {
    EXPECT_EQ(answer_to(page_of(labels)), "no error") << labels[0];
  }
}

TEST(ProtocolEntries, words_in_brackets_and_words_of_age_tell_entries_apart) {
  for (const Three& labels : std::vector<Three>{{"GET user (EU)", "SET user (EU)", "DEL user (US)"},
                                                {"get price (net)", "set price (net)", "delete price (gross)"},
                                                {"get current price", "set price", "delete old price"},
                                                {"GET current price", "SET price", "DEL old price"}}) {
    EXPECT_TRUE(asks_entries(page_of(labels))) << labels[2] << ": " << answer_to(page_of(labels));
  }
  for (const Three& labels : std::vector<Three>{{"GET user (fast)", "SET user (again)", "DEL user"},
                                                {"GET user (JSON)", "SET user (TTL)", "DEL user (EU)"},
                                                {"get price", "set new price", "delete old price"},
                                                {"get the current price", "set price", "delete price"}}) {
    EXPECT_EQ(answer_to(page_of(labels)), "no error") << labels[0];
  }
  EXPECT_EQ(answer_to(page({"Read", "GET user:{id}", "get", "SET user:{id}"},
                           {"Write", "set\n%% stalemate: same = user:{id}, user:{email}", "DEL user:{email}"})),
            "no error");
  EXPECT_EQ(answer_to(page({"Read", "GET user (EU)", "get", "SET user (EU)"},
                           {"Write", "set\n%% stalemate: same = user (EU), user (US)", "DEL user (US)"})),
            "no error");
}

TEST(ProtocolEntries, a_directive_says_that_two_names_are_of_one_entry) {
  const auto text = [](const std::string& a, const std::string& b, const std::string& directive) {
    return page({"Read", "get " + a, "get", "set " + a}, {"Write", "set\n%% stalemate: " + directive, "delete " + b});
  };
  EXPECT_EQ(answer_to(text("the list", "the object", "same = list, object")), "no error");
  EXPECT_EQ(answer_to(text("product:42", "products:list", "same = product:42, products:list")), "no error");
  EXPECT_EQ(answer_to(text("product:42", "products:list", "same = product:{id}, products:list")), "no error");
  EXPECT_TRUE(asks_entries(text("product:42", "products:list", "same = product:42, product:7")));
  EXPECT_TRUE(
      contains(answer_to(text("the list", "the object", "operation continues")),
               "t.md:14:1: \"object\" and \"list\" in line 4 may be two entries of the cache; if they are one, "
               "write %% stalemate: same = list, object, and if both are made of one row, %% stalemate: entries "
               "= list, object"));
}

TEST(ProtocolEntries, what_is_filled_and_never_deleted_is_said) {
  const auto read = [](const std::string& name, const std::string& entry) {
    return "## Read " + name + "\n```mermaid\nsequenceDiagram\napp->>cache: GET " + entry +
           "\ncache-->>app: nil\napp->>db: SELECT product\napp->>cache: SET " + entry + "\n```\n";
  };
  const std::string text = read("one", "product:1") + read("all", "products:list") +
                           "## Write\n```mermaid\nsequenceDiagram\napp->>db: UPDATE product\n";
  const std::string stays = "no operation that changes the database deletes or sets it";
  const auto assumed = [](const std::string& lines) {
    std::string all;
    for (const ReadingLine& line : read_protocol(lines, "t.md", {}).reading) all += line.assumed + "\n";
    return all;
  };
  EXPECT_TRUE(contains(assumed(text + "app->>cache: DEL product:1\n```\n"),
                       "; \"products:list\" is filled in line 15, and " + stays));
  EXPECT_FALSE(contains(assumed(text + "app->>cache: DEL product:1\napp->>cache: DEL products:list\n```\n"), stays));
}

TEST(ProtocolThings, a_comment_that_stands_in_every_diagram_names_the_thing_of_none) {
  const auto page_with = [](const std::string& read, const std::string& write) {
    return "## Reading a recipe\n```mermaid\nsequenceDiagram\n" + read +
           "app->>cache: GET recipe\ncache-->>app: nil\napp->>db: SELECT recipe\n```\n## Updating a rating\n"
           "```mermaid\nsequenceDiagram\n" +
           write + "app->>db: UPDATE rating\n```\n";
  };
  EXPECT_TRUE(contains(answer_to(page_with("", "")), "two features"));
  EXPECT_TRUE(contains(answer_to(page_with("%% see ADR 7\n", "%% see ADR 7\n")), "two features"));
  EXPECT_TRUE(contains(answer_to(page_with("Note over app: ADR 7\n", "Note over app: ADR 7\n")), "two features"));
}

TEST(ProtocolThings, two_features_that_can_each_be_judged_are_named_by_a_line) {
  const auto feature = [](const std::string& name) {
    return "# " + name + "\n## Read " + name + "\n```mermaid\nsequenceDiagram\napp->>cache: GET " + name +
           ":1\ncache-->>app: nil\napp->>db: SELECT " + name + "\n```\n## Write " + name +
           "\n```mermaid\nsequenceDiagram\napp->>db: UPDATE " + name + "\napp->>cache: DEL " + name + ":1\n```\n";
  };
  EXPECT_TRUE(contains(answer_to(feature("basket") + feature("invoice")),
                       "check each alone: by a line of it, as in t.md:18, or %% stalemate: ignore"));
}

TEST(ProtocolThings, an_operation_that_reads_one_table_and_writes_another_is_asked_about) {
  const auto page = [](const std::string& more) {
    return "## Read\n```mermaid\nsequenceDiagram\napp->>db: SELECT * FROM recipes\nbreak error\n" + more +
           "app->>db: UPDATE ratings SET a = 1\nend\n```\n";
  };
  EXPECT_TRUE(contains(answer_to(page("")),
                       "\"UPDATE ratings SET a = 1\" writes \"rating\", and line 4 reads \"recipe\": which of them is "
                       "cached? If they are one thing, write %% stalemate: same = recipe, rating; if not, %% "
                       "stalemate: means local before the one that is another"))
      << answer_to(page(""));
  EXPECT_EQ(answer_to(page("%% stalemate: same = recipe, rating\n")), "no error");
  EXPECT_EQ(answer_to(page("%% stalemate: means local\n")), "no error");
  EXPECT_EQ(answer_to("## Write\n```mermaid\nsequenceDiagram\napp->>db: SELECT * FROM recipes\napp->>db: UPDATE recipe "
                      "SET a = 1\n```\n"),
            "no error");
}

TEST(ProtocolThings, a_diagram_without_a_server_beside_others_is_passed_over_unless_it_speaks_of_one) {
  const std::string pages =
      "## Read\n```mermaid\nsequenceDiagram\napp->>cache: GET a:1\ncache-->>app: nil\napp->>db: SELECT\n"
      "```\n## Newsletter\n```mermaid\nsequenceDiagram\nparticipant W as Worker\nparticipant M as Mailer\n";
  EXPECT_EQ(answer_to(pages + "loop each reader\nW->>M: send\nend\n```\n"), "no error");
  EXPECT_TRUE(contains(answer_to(pages + "loop each reader\nW->>M: purge the cache\nend\n```\n"), "\"loop\""));
}

}  // namespace
}  // namespace stalemate::model
