// What a diagram speaks of in messages and does not draw as a participant of its own.
#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"
#include "model/understand/protocol_support.hpp"
#include "understand/understanding.hpp"

namespace stalemate::model {
namespace {

// "Read: get local cache; get database; set local cache. Write: ..."
std::string asked_in(const Protocol& protocol) {
  std::string text;
  for (const Operation& operation : protocol.operations) {
    text += (text.empty() ? "" : ". ") + operation.name + ":";
    visit_requests(operation.body, [&](const Request& request) {
      const std::string to =
          request.to == Role::kCache ? protocol.caches[request.cache].name : std::string(to_string(request.to));
      text += " " + std::string(to_string(request.verb)) + " " + to + ";";
      if (request.tells) text += " tells " + protocol.caches[request.tells->cache].name + ";";
    });
  }
  return text;
}

const std::string kRead =
    "Note over app: Read\napp->>app: Check local cache for product\nalt miss\napp->>database: SELECT\n"
    "app->>app: Store product in local cache\nend\n";
const std::string kWrite = "Note over app: Write\napp->>database: UPDATE\n";

TEST(ProtocolUndrawn, a_cache_that_the_app_asks_in_messages_to_itself_is_one_in_each_app_instance) {
  const Protocol protocol = read_lines(kRead + kWrite + "app->>app: Evict product from local cache\n");
  EXPECT_EQ(asked_in(protocol),
            "Read: get local cache; get database; set local cache;. Write: set database; delete local cache;");
  ASSERT_EQ(protocol.caches.size(), 1U);
  EXPECT_TRUE(protocol.caches[0].local);
  const auto told = std::find_if(protocol.reading.begin(), protocol.reading.end(), [](const ReadingLine& line) {
    return line.meaning.starts_with("LocalCache is the local cache, one in each app instance");
  });
  ASSERT_NE(told, protocol.reading.end());
  EXPECT_EQ(told->assumed,
            "it is not drawn, and each app instance is taken to have one of its own; where all share it, draw it");
}

TEST(ProtocolUndrawn, it_stands_beside_a_cache_that_all_share) {
  EXPECT_EQ(asked_in(read_lines(
                "Note over app: Read\napp->>app: check L1 cache\nalt miss\napp->>cache: get value\nalt "
                "miss\napp->>database: get value\napp->>cache: set value\nend\napp->>app: save it in L1 cache\nend\n" +
                kWrite + "app->>cache: delete value\napp->>app: drop own copy\n")),
            "Read: get local cache; get cache; get database; set cache; set local cache;. Write: set database; delete "
            "cache; delete "
            "local cache;");
}

TEST(ProtocolUndrawn, what_does_not_plainly_speak_of_one_or_of_what_is_asked_is_refused_as_before) {
  for (const char* line :
       {"app->>app: check browser cache", "app->>app: keep value in memory", "app->>app: maybe the local cache has it"})
    EXPECT_NE(
        error_of_lines("Note over app: Read\n" + std::string(line) +
                       "\napp->>cache: get value\nalt miss\napp->>database: get value\napp->>cache: set value\nend\n"),
        "no error")
        << line;
  EXPECT_NE(error_of_lines("participant app\nparticipant near as L1 cache\n" + kRead + kWrite), "no error")
      << "another cache is drawn that may be meant";
}

const std::string kPublish =
    "participant app\nparticipant valkey as Valkey\nparticipant database\nparticipant peers as Peers\n"
    "Note over app: Write\napp->>database: store page\napp->>valkey: PUBLISH drop page:may\n";

TEST(ProtocolUndrawn, a_cache_that_publishes_is_a_channel_too) {
  EXPECT_EQ(asked_in(read_lines(kPublish + "valkey--)peers: drop page:may\npeers->>peers: forget own copy\n"
                                           "app->>app: forget own copy\napp->>valkey: DEL page:may\n")),
            "Write: set database; publish queue; tells local cache; delete local cache; delete cache;");
  EXPECT_NE(error_of_lines(kPublish + "app->>valkey: DEL page:may\n"), "no error") << "nobody is drawn who hears of it";
  EXPECT_NE(error_of_lines("participant mailer as Mail server\n" + kPublish +
                           "valkey--)mailer: drop page:may\n"
                           "app->>app: forget own copy\napp->>valkey: DEL page:may\n"),
            "no error")
      << "who hears of it is no app instance";
}

TEST(ProtocolUndrawn, who_else_hears_may_be_called_in_several_ways_and_a_title_may_name_what_is_drawn) {
  for (const char* others : {"Peers", "Subscribers", "Other instances", "Other workers"}) {
    const std::string text =
        "# Pub/Sub invalidation\n\n```mermaid\nsequenceDiagram\nparticipant Service\nparticipant "
        "Redis\nparticipant MongoDB\nparticipant O as " +
        std::string(others) +
        "\nService->>MongoDB: Update data\nMongoDB-->>Service: Update confirmed\n"
        "Service->>Redis: PUBLISH invalidate:key\nRedis->>O: Broadcast invalidation\n"
        "O->>O: Clear local cache\nService->>Service: Clear local cache\nService->>Redis: DEL key\n```\n";
    EXPECT_EQ(asked_in(read_protocol(text, "t.md", {})),
              "Write: set database; publish queue; tells local cache; delete local cache; delete cache;")
        << others;
  }
  EXPECT_NE(error_of_text("# Pub/Sub invalidation\n\n```mermaid\nsequenceDiagram\napp->>database: set\n"
                          "app->>cache: delete\n```\n",
                          "t.md"),
            "no error")
      << "no channel is drawn";
  EXPECT_EQ(error_of_text("# Load (L1 to L2)\n\n```mermaid\nsequenceDiagram\nparticipant app\nparticipant L1 as "
                          "Caffeine\nparticipant L2 as ProductDatabase\napp->>L1: get\nalt miss\napp->>L2: get\n"
                          "app->>L1: set\nend\n```\n",
                          "t.md"),
            "no error");
}

}  // namespace
}  // namespace stalemate::model
