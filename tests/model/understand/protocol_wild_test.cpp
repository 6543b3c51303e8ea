// Diagrams as people draw them: other names, other verbs, blocks, notes, markup, line ends. Each is checked for what it
// makes the app do.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// "Read: ..." and "Write: ..." one after the other.
std::string told(const Protocol& protocol) {
  std::string text;
  for (const Operation& operation : protocol.operations) {
    text += (text.empty() ? "" : "\n") + operation.name + ": " + outline(operation.body);
  }
  return text;
}
std::string told(const std::string& text, const std::string& name = "t.md") {
  return told(read_protocol(text, name, {}));
}

constexpr const char* kTutorial =
    "Read: get cache#1; if miss; get database#3; if value; set cache#5\n"
    "Write: set database#1; delete cache#2";

TEST(ProtocolWild, the_tutorial_is_five_arrows_and_two) {
  const Protocol protocol =
      read_protocol(file_text(STALEMATE_SOURCE_DIR "/tests/model/data/reader/steps.md"), "steps.md", {});
  EXPECT_EQ(told(protocol), kTutorial);
  EXPECT_TRUE(protocol.has_cache());
  ASSERT_EQ(protocol.operations.size(), 2U);
  EXPECT_EQ(protocol.operations[0].arrows, (std::vector<int>{1, 1, 3, 3, 5}));
  EXPECT_EQ(protocol.operations[1].arrows, (std::vector<int>{1, 2}));
  EXPECT_EQ(protocol.operations[0].at, (Position{6, 1}));
  EXPECT_EQ(protocol.operations[1].at, (Position{21, 1}));
}

TEST(ProtocolWild, the_reading_of_the_tutorial_accounts_for_every_line_of_its_diagrams) {
  const Protocol protocol =
      read_protocol(file_text(STALEMATE_SOURCE_DIR "/tests/model/data/reader/steps.md"), "steps.md", {});
  std::vector<int> lines;
  int assumed = 0;
  for (const ReadingLine& line : protocol.reading) {
    lines.push_back(line.at.line);
    assumed += line.assumed.empty() ? 0 : 1;
    EXPECT_FALSE(line.meaning.empty()) << line.source;
  }
  EXPECT_EQ(lines, (std::vector<int>{6, 7, 8, 9, 11, 12, 13, 14, 15, 21, 22, 23, 24, 26, 27}));
  EXPECT_EQ(assumed, 2) << "what a hit does, and what a missing row does";
  EXPECT_EQ(protocol.reading[5].source, "cache-->>app: Does not exist");
  EXPECT_EQ(protocol.reading[5].at, (Position{12, 5}));

  const std::string text = describe_reading(protocol);
  EXPECT_TRUE(contains(text, "\nRead (line 6):\n"));
  EXPECT_TRUE(contains(text, "\nWrite (line 21):\n"));
  EXPECT_TRUE(contains(text,
                       "  12  cache-->>app: Does not exist  — reply to arrow 1 and a guard: what follows happens on a "
                       "miss\n"));
  EXPECT_TRUE(contains(text, "assumed: on a hit the operation ends with that value"));
}

TEST(ProtocolWild, the_tutorials_own_file_where_it_is_at_hand) {
  const std::filesystem::path path =
      std::filesystem::path(STALEMATE_SOURCE_DIR) / ".." / "shared" / "seed" / "steps.md";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  EXPECT_EQ(told(file_text(path), "steps.md"), kTutorial);
}

TEST(ProtocolWild, line_ends_tabs_and_a_missing_last_newline_change_nothing) {
  const std::string text = file_text(STALEMATE_SOURCE_DIR "/tests/model/data/reader/steps.md");
  std::string carriage_returns;
  for (const char c : text) carriage_returns += c == '\n' ? "\r\n" : std::string(1, c);
  std::string tabs = text;
  for (std::size_t at = 0; (at = tabs.find("    ")) != std::string::npos;) tabs.replace(at, 4, "\t");
  EXPECT_NE(tabs, text);
  EXPECT_EQ(told(carriage_returns), kTutorial);
  EXPECT_EQ(told(tabs), kTutorial);
  EXPECT_EQ(told(text + "\n\n"), kTutorial);
  for (const ReadingLine& line : read_protocol(carriage_returns, "t.md", {}).reading) {
    EXPECT_EQ(line.source.find('\r'), std::string::npos) << line.source;
  }
}

TEST(ProtocolWild, a_product_page_with_aliases_activations_and_alt) {
  EXPECT_EQ(told(R"(# Product lookup
```mermaid
sequenceDiagram
    autonumber
    actor U as User
    participant S as Product<br/>Service
    participant R as Redis
    participant P as PostgreSQL
    U->>+S: GET /products/42
    S->>+R: GET product:42
    R-->>-S: result
    alt Cache hit
        S-->>U: 200 OK
    else Cache miss
        S->>P: SELECT * FROM products WHERE id = 42
        P-->>S: row
        S->>R: SETEX product:42 300 "..."
        R-->>S: OK
        S-->>-U: 200 OK
    end
```
# Product update
```mermaid
sequenceDiagram
    actor U as User
    participant S as Product<br/>Service
    participant R as Redis
    participant P as PostgreSQL
    U->>S: PUT /products/42
    S->>P: UPDATE products SET price = 9 WHERE id = 42
    P-->>S: 1 row updated
    S-)R: DEL product:42
    S-->>U: 204 No Content
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#5; if value; set cache#7; ack}\n"
            "Write: set database#2; delete cache#4~; ack");
}

TEST(ProtocolWild, a_client_that_talks_to_cache_and_database_itself_in_one_diagram) {
  EXPECT_EQ(told(R"(sequenceDiagram
    participant Client
    participant Cache
    participant DB
    Note over Client: Read
    Client->>Cache: get(key)
    alt key in cache
        Cache-->>Client: value
    else key not in cache
        Cache-->>Client: null
        Client->>DB: query
        DB-->>Client: rows
        Client->>Cache: put(key, value)
    end
    Note over Client: Write
    Client->>DB: update row
    opt update succeeded
        Client->>Cache: invalidate(key)
    end
)",
                 "t.mmd"),
            "Read: get cache#1; alt{value:  | miss: get database#4; if value; set cache#6}\n"
            "Write: set database#1; opt{ok: delete cache#2}");
}

TEST(ProtocolWild, two_services_in_a_row_are_the_app) {
  EXPECT_EQ(told(R"(# Write
```mermaid
sequenceDiagram
  actor shopper
  participant api
  participant inventory service
  participant memcached
  participant mysql
  shopper->>api: buy
  api->>inventory service: reserve(product, 1)
  inventory service->>mysql: UPDATE stock SET quantity = quantity - 1
  alt success
    mysql-->>inventory service: OK
    inventory service->>memcached: delete stock
    api-->>shopper: thanks
  else error
    inventory service-->>api: failed
    api-->>shopper: sorry
  end
```
)"),
            "Write: increase database#3; alt{ok: delete cache#5; ack | error or timeout: ack}");
}

TEST(ProtocolWild, redis_commands_and_replies_as_redis_prints_them) {
  EXPECT_EQ(told(R"(sequenceDiagram
  participant web as Web server
  participant redis
  participant pg
  web->>redis: HGET stock:1 quantity
  redis-->>web: (nil)
  web->>pg: SELECT quantity FROM stock WHERE id = 1
  pg-->>web: 1 row
  web->>redis: SET stock:1 1000 NX
)",
                 "t.mmd"),
            "Read: get cache#1; if miss; get database#3; if value; add cache#5");
}

TEST(ProtocolWild, memcached_words) {
  EXPECT_EQ(told(R"(sequenceDiagram
  participant php as PHP backend
  participant memcached
  participant mariadb
  php->>memcached: get user_1
  memcached->>php: NOT_FOUND
  php->>mariadb: SELECT * FROM users
  mariadb->>php: result set
  php->>memcached: add user_1 if not exists
  memcached->>php: STORED
)",
                 "t.mmd"),
            "Read: get cache#1; if miss; get database#3; if value; add cache#5");
}

TEST(ProtocolWild, write_through_with_a_reply_to_everything) {
  EXPECT_EQ(told(R"(**Saving a value**

```mermaid
sequenceDiagram
  participant A as App
  participant C as Cache
  participant D as Database
  A->>D: Save value
  D-->>A: ack
  A->>C: Store value (TTL 60)
  C-->>A: ack
```
)"),
            "Write: set database#1; set cache#3");
}

TEST(ProtocolWild, double_delete_with_a_wait_as_a_self_message) {
  EXPECT_EQ(told(R"(## Delayed double deletion on update
```mermaid
sequenceDiagram
  app->>redis: DEL k
  app->>mysql: UPDATE t SET v = 2
  app->>app: sleep 500 ms
  app-)redis: DEL k
```
)"),
            "Write: delete cache#1; set database#2; delete cache#4~");
}

TEST(ProtocolWild, early_return_drawn_as_a_break) {
  EXPECT_EQ(told(R"(sequenceDiagram
  title: Fetch a profile
  user->>api: open profile
  api->>cache: look up profile
  break found
    cache-->>api: profile
    api-->>user: profile
  end
  api->>db: load profile
  db-->>api: profile data
  api->>cache: populate
  api-->>user: profile
)",
                 "t.mmd"),
            "Read: get cache#2; break{value: ack end}; get database#5; if value; set cache#7; ack");
}

TEST(ProtocolWild, a_fall_back_on_a_timeout_of_the_cache) {
  EXPECT_EQ(told(R"(# Read
```mermaid
sequenceDiagram
  app->>cache: Get value
  alt hit
    cache-->>app: value
  else timeout
    Note right of app: the cache does not answer
    app->>database: Get value
  else miss
    cache-->>app: miss
    app->>database: Get value
    database-->>app: value
    app->>cache: Set value
  end
```
)"),
            "Read: get cache#1; alt{value:  | timeout: get database#3 | miss: get database#5; if value; set cache#7}");
}

TEST(ProtocolWild, front_matter_boxes_comments_and_semicolons) {
  EXPECT_EQ(
      told("---\ntitle: Reading\n---\nsequenceDiagram;\nbox Aqua Stores\nparticipant cache\nparticipant database\nend\n"
           "%% a comment\napp->>cache: Get; cache-->>app: miss\napp->>database: Get # not part of the label\n",
           "t.mmd"),
      "Read: get cache#1; if miss; get database#3");
  const Protocol protocol = read_protocol("sequenceDiagram\napp->>cache: Get; cache-->>app: miss\n", "t.mmd", {});
  std::vector<std::string> sources;
  for (const ReadingLine& line : protocol.reading) sources.push_back(line.source);
  EXPECT_EQ(sources.back(), "cache-->>app: miss") << "each statement of a line is told on its own";
}

TEST(ProtocolWild, other_languages_are_told_by_directives) {
  EXPECT_EQ(told(R"(# Lesen
```mermaid
sequenceDiagram
  participant Anwendung
  participant Zwischenspeicher
  participant Datenbank
  %% stalemate: role Anwendung = app
  %% stalemate: role Zwischenspeicher = cache
  %% stalemate: role Datenbank = database
  %% stalemate: operation Lesen is read
  %% stalemate: means get
  Anwendung->>Zwischenspeicher: Wert holen
  %% stalemate: means miss
  Zwischenspeicher-->>Anwendung: gibt es nicht
  %% stalemate: means get
  Anwendung->>Datenbank: Wert holen
```
)"),
            "Lesen: get cache#1; if miss; get database#3");
}

TEST(ProtocolWild, database_only) {
  const Protocol protocol = read_protocol(
      "# Read\n```mermaid\nsequenceDiagram\nservice->>cockroach: SELECT v\n"
      "cockroach-->>service: row\n```\n",
      "t.md", {});
  EXPECT_EQ(told(protocol), "Read: get database#1; if value");
  EXPECT_FALSE(protocol.has_cache());
}

TEST(ProtocolWild, other_mermaid_diagrams_beside_are_passed_over) {
  EXPECT_EQ(told("# Read\n```mermaid\ngraph TD\n A-->B\n```\n```mermaid\nsequenceDiagram\napp->>cache: Get\n```\n"),
            "Read: get cache#1");
}

TEST(ProtocolWild, the_same_text_gives_the_same_reading_every_time) {
  const std::string text = file_text(STALEMATE_SOURCE_DIR "/tests/model/data/reader/steps.md");
  EXPECT_EQ(describe_reading(read_protocol(text, "a.md", {})), describe_reading(read_protocol(text, "a.md", {})));
}

}  // namespace
}  // namespace stalemate::model
