// What labels of requests say beside their verb: an arrow is a step that is always made and waited for, so a label that
// says otherwise is asked about, and one that says nothing of the kind is not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

using Labels = std::vector<std::string>;

std::string answer(const std::string& label, const std::string& server = "cache", const std::string& arrow = "->>") {
  return error_of_lines("app" + arrow + server + ": " + label);
}

void expect_asked(const Labels& labels, const std::string& server, const std::string& part) {
  for (const std::string& label : labels) {
    const std::string error = answer(label, server);
    EXPECT_TRUE(contains(error, part)) << server << ": " << label << ": " << error;
  }
}

void expect_read(const Labels& labels, const std::string& server) {
  for (const std::string& label : labels) EXPECT_EQ(answer(label, server), "no error") << server << ": " << label;
}

TEST(RequestDoubts, a_request_that_may_not_happen_is_asked_about) {
  expect_asked({"maybe DEL user",
                "DEL user (optional)",
                "optional: DEL user",
                "optionally delete user",
                "DEL user?",
                "DEL user ?",
                "DEL user (?)",
                "DEL user in 10% of cases",
                "DEL user (10%)",
                "DEL user with 50% probability",
                "DEL user, only for admins",
                "DEL user (admins only)",
                "DEL user for admins only",
                "DEL user only on change",
                "DEL user on change",
                "DEL user, except for VIPs",
                "DEL user provided it exists",
                "DEL user, provided nobody reads",
                "on failure DEL user",
                "DEL user on an error",
                "DEL user, falls n\xC3\xB6tig",
                "DEL user in case it changed",
                "DEL user depending on the flag",
                "conditionally DEL user",
                "DEL user (behind a feature flag)",
                "may delete user",
                "app should DEL user",
                "delete user otherwise",
                "DEL stale entries",
                "delete expired keys",
                "sometimes DEL user"},
               "cache", "that it may not happen, or not always; draw opt");
  expect_asked({"UPDATE user (optional)", "UPDATE user, only for admins", "maybe save the user", "save user?",
                "SELECT user (VIPs only)", "sometimes read user"},
               "db", "that it may not happen, or not always; draw opt");
  expect_asked({"DEL user in 9 of 10 cases", "DEL user (2 out of 3)"}, "cache", "that it may not happen");
  expect_asked({"soft DEL user", "soft-delete the user", "logically delete user"}, "cache", "that it is not done");
}

TEST(RequestDoubts, a_request_that_fails_or_is_not_done_is_asked_about) {
  expect_asked({"DEL user (fails)", "DEL user fails", "DEL user - failed", "DEL user never arrives", "DEL user (lost)",
                "fail to DEL user", "failed to delete user", "DEL user, times out", "DEL user (error)",
                "DEL user (rejected)", "DEL user crashed"},
               "cache", "that it fails; draw it with -x");
  expect_asked({"UPDATE user (fails)", "save user, gets lost"}, "db", "that it fails; draw it with -x");
  expect_asked({"DEL user (skipped)", "DEL user - not needed", "DEL user not implemented yet", "DEL user (dry-run)",
                "dry run: DEL user", "log DEL user", "log: DEL user", "DEL user (disabled)",
                "rather than DEL user, let TTL expire", "instead of DEL user, wait", "nothing, TTL will evict",
                "DEL user (todo)", "todo: DEL user", "plan to delete user", "forgot to DEL user"},
               "cache", "that it is not done, or not by this arrow; leave the arrow out");
  expect_asked({"EXPLAIN UPDATE user", "EXPLAIN ANALYZE UPDATE users SET a = 1", "UPDATE user (dry run)",
                "log update of user", "UPDATE user (not executed)"},
               "db", "that it is not done, or not by this arrow");
  expect_asked({"DEL user nightly", "DEL user every hour", "DEL user (periodically)"}, "cache",
               "that it happens at other times");
  for (const char* label : {"<s>DEL user</s>", "<del>DEL user</del>", "~~DEL user~~"})
    EXPECT_TRUE(contains(answer(label), "is struck through")) << label << answer(label);
  EXPECT_TRUE(contains(answer("DEL user %% disabled"), "write the comment on a line of its own"));
  EXPECT_EQ(answer("DEL user (fails)", "cache", "-x"), "no error") << "drawn so";
  EXPECT_EQ(answer("DEL user never arrives", "cache", "-x"), "no error");
}

TEST(RequestDoubts, words_that_nobody_waits_contradict_an_arrow_that_is_waited_for) {
  const Labels labels = {"DEL user (async)",
                         "DEL user asynchronously",
                         "async DEL user",
                         "DEL user, fire and forget",
                         "DEL user (fire-and-forget)",
                         "DEL user later",
                         "schedule DEL user",
                         "schedule the delete of user",
                         "DEL user after response",
                         "DEL user after the response",
                         "DEL user (non-blocking)",
                         "DEL user noreply",
                         "spawn DEL user",
                         "DEL user, don't wait",
                         "DEL user in a goroutine",
                         "SET user (async)",
                         "eventually delete user"};
  expect_asked(labels, "cache", "that nobody waits for it, but its arrow is one that is waited for; draw it with -)");
  expect_asked({"UPDATE user (async)", "save user asynchronously"}, "db", "draw it with -)");
  for (const std::string& label : labels) EXPECT_EQ(answer(label, "cache", "-)"), "no error") << label;
  expect_read({"GET user (async)", "save the async job"}, "cache");
}

TEST(RequestDoubts, two_steps_in_one_label_are_asked_about_however_they_are_joined) {
  expect_asked({"DEL user, SET user", "DEL user + SET user (old)", "DEL user -> SET placeholder",
                "DEL user \xE2\x86\x92 SET user", "DEL user else SET", "DEL/SET user", "DEL user / SET user",
                "cache.del(user), cache.set(user)", "DEL user & SET user", "delete user, then also set it",
                "get user, else set it", "DEL user plus SET user"},
               "cache", "names");
  expect_asked({"UPDATE user, SELECT user", "update user + read user"}, "db", "draw each as an arrow of its own");
  expect_read({"SET k v, EX 60", "set value (read from database)", "get(key), returns value", "store value, add TTL 60",
               "lookup user -> row", "DEL user, reads go to the database", "GET /users/search"},
              "cache");
  expect_read({"INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", "UPDATE t SET a = 1, b = 2", "POST /update",
               "SELECT id, change, store FROM users", "UPDATE t SET n = n + 1", "save user: insert or update",
               "INSERT INTO t (get, set) VALUES (1, 2)"},
              "db");
}

TEST(RequestDoubts, what_is_no_whole_new_value_is_asked_about) {
  expect_asked({"SET user (old value)", "SET user to previous value", "set user to null", "SET user null",
                "SET user = INVALID", "fill with default", "cache error", "cache the old value", "store previous value",
                "SET user ''", "set(user, null)", "cache.set(user, null)", "SET user:1 nil", "write default",
                "store empty value", "save partial result", "populate cache with stale data", "SET user placeholder"},
               "cache", "that it stores something else than the value that was read or written");
  expect_asked({"update user timestamp", "update user expiry", "update timestamp", "set user ttl"}, "cache",
               "that it changes something beside the value");
  expect_asked({"write the previous value", "SET user (old value)"}, "db", "that it stores something else");
  expect_asked({"PERSIST user", "update expiry", "renew TTL"}, "cache", "change when an entry expires");
  expect_asked({"REPLACE user", "REPLACE user (memcached)"}, "cache", "change something only if it is there");
  expect_read({"overwrite old value", "refresh stale entry", "replace old value", "update stale cache",
               "populate empty cache", "write new value (overwrites old value)", "SET user (was null)",
               "store result (cache was empty)", "set default settings", "save default address", "store error page",
               "set value with ttl", "set value, never expires", "set user with timestamp", "cache the result",
               "replace the product", "cache the result (even if it is empty)"},
              "cache");
  expect_read({"UPDATE users SET x = NULL", "UPDATE t SET status = 'invalid'", "set user to default", "persist the row",
               "REPLACE INTO users VALUES (1)"},
              "db");
}

TEST(RequestDoubts, a_get_under_a_condition_is_asked_about_unless_the_condition_is_drawn) {
  const Labels conditional = {"on miss SELECT user", "SELECT user if missing", "if not cached, read user",
                              "SELECT user unless cached", "read user on a cache miss"};
  expect_asked(conditional, "db", "that it may not happen");
  for (const std::string& label : conditional) {
    EXPECT_EQ(error_of_lines("app->>cache: get\ncache-->>app: miss\napp->>db: " + label), "no error") << label;
    EXPECT_EQ(error_of_lines("app->>cache: get\nalt miss\napp->>db: " + label + "\nend"), "no error") << label;
  }
  EXPECT_TRUE(
      contains(error_of_lines("app->>cache: get\nalt hit\napp->>db: on miss SELECT user\nend"), "may not happen"));
  expect_read({"Check if value exists", "check cache for user?", "GET user?", "get value if present",
               "get user if cached", "check if it is there"},
              "cache");
}

TEST(RequestDoubts, a_read_of_what_may_be_old_is_refused) {
  expect_asked({"SELECT user AS OF SYSTEM TIME '-5s'", "SELECT user AS OF SYSTEM TIME follower_read_timestamp()",
                "SELECT user (stale read ok)", "read user, consistency ONE", "read user (CL=ONE)",
                "SELECT user (snapshot)", "read user from a snapshot", "SELECT user WITH (NOLOCK)",
                "read user (bounded staleness)", "read user, weak consistency", "read user (LOCAL_ONE)"},
               "db", "understood as \"read from the database what may be old\", which is not modelled yet");
  expect_read({"get snapshot 7", "SELECT user (consistency ALL)", "read one row"}, "db");
}

TEST(RequestDoubts, ordinary_labels_are_not_asked_about) {
  expect_read({"DEL order:failed",
               "get failed jobs",
               "get optional fields",
               "get nightly rates",
               "get scheduled flights",
               "save disabled flag",
               "delete stale entry",
               "remove the old value",
               "evict outdated cache",
               "invalidate (best effort)",
               "get only active users",
               "delete only the key",
               "set only if absent",
               "set value only if not present",
               "put (if absent)",
               "SET user, if missing",
               "invalidate on write",
               "DEL user (double delete)",
               "DEL user again after 500 ms",
               "delete if exists",
               "try DEL user",
               "DEL user (errors ignored)",
               "get May report",
               "get log entry",
               "get todo list",
               "GET user (timeout 50ms)",
               "delete cached user (so that the next read fills it)",
               "set k v (ok to lose)",
               "SET user instead of deleting it",
               "cache user (read-only)",
               "get user (from cache only)"},
              "cache");
  expect_read({"SELECT * FROM failed_jobs", "SELECT id, optional, later FROM users WHERE disabled = false",
               "SELECT * FROM users WHERE id = ?", "UPDATE users SET name = ?, age = ? WHERE id = ?",
               "INSERT INTO users (id, disabled, skipped) VALUES (?, ?, ?)", "INSERT INTO users VALUES (?)",
               "UPDATE orders SET status = 'failed'", "UPDATE orders SET status=failed WHERE id=1",
               "UPDATE users SET note = 'maybe later'", "set status failed", "update order to failed",
               "mark order as skipped, save", "update price (+10%)", "SELECT * FROM t WHERE n LIKE '%x%'",
               "SELECT user (primary)", "SELECT only name"},
              "db");
}

}  // namespace
}  // namespace stalemate::model
