// What labels of branches say beside an outcome, what stands between a request and the block about it, and branches
// that end an operation without saying so: asked where it may change a verdict, and only there.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/told_support.hpp"

namespace stalemate::model {
namespace {

const std::string kUpdate = "participant pay as Payment provider\nuser->>app: PUT\napp->>db: UPDATE user\n";
const std::string kLookUp = "app->>cache: GET user\n";

void expect_read(const std::string& lines) { EXPECT_EQ(error_of_lines(lines), "no error") << lines; }

std::string opt(const std::string& label, const std::string& inside = "app->>cache: DEL user") {
  return "opt " + label + "\n" + inside + "\nend\n";
}
std::string alt(const std::string& label, const std::string& otherwise) {
  return "alt " + label + "\napp->>cache: DEL user\nelse " + otherwise + "\napp->>app: log\nend\n";
}
std::string on_miss(const std::string& label, const std::string& otherwise = "") {
  return "alt " + label + "\napp->>db: SELECT user\napp->>cache: SET user\nelse " + otherwise +
         "\napp->>app: use\nend\n";
}
std::string on_hit(const std::string& label, const std::string& otherwise = "") {
  return "alt " + label + "\napp->>app: use\nelse " + otherwise +
         "\napp->>db: SELECT user\napp->>cache: SET user\nend\n";
}

TEST(ProtocolLabels, what_the_reply_calls_the_thing_is_what_is_in_the_cache) {
  const std::string fetch = "app->>cache: fetch user 314\ncache-->>app: profile or empty\n";
  expect_read(fetch + on_hit("profile is in the cache"));
  expect_read(fetch + on_hit("profile found"));
  expect_asked(fetch + on_hit("discount is in the cache"), "cannot tell whether \"");
  expect_asked("app->>cache: fetch user 314\ncache-->>app: profile and discount\n" + on_hit("discount is in the cache"),
               "cannot tell whether \"");
  expect_asked("app->>cache: fetch user 314\n" + on_hit("profile is in the cache"), "cannot tell whether \"");
}

TEST(ProtocolLabels, a_word_for_a_miss_or_a_failure_agrees_with_a_reply_that_says_a_miss_and_with_no_other) {
  const auto page = [](const std::string& reply) {
    return kLookUp + "alt hit\ncache-->>app: value\nelse fallo\ncache-->>app: " + reply +
           "\napp->>db: SELECT user\nend\n";
  };
  EXPECT_EQ(outline(read_lines(page("nil")).operations.at(0).body), "get cache#1; alt{value:  | miss: get database#4}");
  expect_asked(kLookUp + "alt fallo\ncache-->>app: value\napp->>app: use\nelse\ncache-->>app: nil\nend\n", "fallo");
  expect_asked(
      kLookUp + "alt hit\ncache-->>app: value\nelse fallo grave\ncache-->>app: nil\napp->>db: SELECT user\nend\n",
      "fallo grave");
}

TEST(ProtocolLabels, an_outcome_of_something_else_than_the_change_is_asked_about) {
  for (const char* label : {"email confirmed",
                            "profile picture updated",
                            "order saved as draft",
                            "price > 200",
                            "account deleted",
                            "never failed before",
                            "not a duplicate",
                            "if deleted_at set",
                            "flag set",
                            "user deleted",
                            "confirmed",
                            "user confirmed",
                            "payment failed",
                            "user offline",
                            "form has errors",
                            "not confirmed",
                            "access denied",
                            "user rejected",
                            "validation failed",
                            "mail server down",
                            "captcha failed"})
    expect_asked(kUpdate + opt(label), "cannot tell whether \"");
  for (const char* label : {"update failed", "user saved", "account deleted"})
    expect_asked(kUpdate + "app->>cache: DEL user\n" + opt(label), "cannot tell whether \"");
}

TEST(ProtocolLabels, a_number_that_counts_is_no_status) {
  for (const char* label : {"500 items", "200 users", "404 orders"})
    EXPECT_EQ(outline_of("app->>database: UPDATE user\n" + opt(label)), "set database#1; free opt{delete cache#2}")
        << label;
}

TEST(ProtocolLabels, an_outcome_of_the_change_is_not_asked_about) {
  for (const char* label : {"ok",
                            "success",
                            "update succeeded",
                            "updated",
                            "row updated",
                            "1 row affected",
                            "user saved",
                            "DB ok",
                            "database write succeeded",
                            "user updated successfully",
                            "200 OK",
                            "201 Created",
                            "stored",
                            "on success",
                            "when the update succeeds",
                            "updated in db",
                            "saved in Postgres",
                            "success (common case)",
                            "happy path: ok",
                            "success - invalidate cache",
                            "ok, so delete the key",
                            "rows affected > 0",
                            "changes saved",
                            "data saved",
                            "success: drop cache entry",
                            "it succeeded",
                            "user record updated"})
    expect_read(kUpdate + alt(label, "error"));
  for (const char* label : {"error",
                            "DB error",
                            "update failed",
                            "failure",
                            "timeout",
                            "db timeout",
                            "timed out",
                            "error or timeout",
                            "failed / timeout",
                            "not ok",
                            "db down",
                            "database unavailable",
                            "network error",
                            "exception thrown",
                            "500 Internal Server Error",
                            "if the update fails",
                            "user not updated",
                            "timeout after 5s",
                            "error (rare)",
                            "DB error: log it",
                            "connection refused",
                            "query failed",
                            "otherwise",
                            "update rejected",
                            "DB unreachable"})
    expect_read(kUpdate + alt("ok", label));
  for (const char* label : {"deleted", "delete failed", "invalidation failed", "timeout", "redis timeout",
                            "key deleted", "user deleted", "entry removed", "key removed from cache"})
    expect_read(kUpdate + "app->>cache: DEL user\n" + opt(label));
}

TEST(ProtocolLabels, a_second_condition_in_a_label_is_asked_about) {
  for (const char* label :
       {"success and name changed", "ok, VIP only", "updated, if VIP", "200 and dirty", "success (VIP)", "ok & dirty",
        "success for admins", "done unless VIP", "success, feature flag on", "updated with a new email"}) {
    const std::string error = error_of_lines(kUpdate + alt(label, "error"));
    EXPECT_TRUE(starts_with(error, "t.mmd:5:1: ")) << error;
    EXPECT_TRUE(contains(error, "%% stalemate: branch = ok (error or timeout) in the branch")) << error;
  }
  EXPECT_EQ(outline_of("app->>database: UPDATE user\nopt ok, VIP only\n%% stalemate: branch = ok\napp->>cache: DEL "
                       "user\nend"),
            "set database#1; opt{ok: delete cache#2}");
  for (const char* label :
       {"miss or near expiry", "miss, or random() < 0.01", "miss (or forced refresh)", "miss or refresh",
        "miss or stale", "miss and VIP", "nil or too old", "miss if feature on", "miss, admins only"})
    expect_asked(kLookUp + on_miss(label), label);
  for (const char* label : {"hit and VIP", "hit, not forced", "hit if admin", "hit unless forced"})
    expect_asked(kLookUp + on_hit(label), label);
}

TEST(ProtocolLabels, what_is_found_elsewhere_or_is_something_else_is_asked_about) {
  for (const char* label :
       {"user not found in session", "session missing", "email not found", "avatar is null", "user.avatar is null",
        "user not found in local storage", "empty profile picture", "field null"})
    expect_asked(kLookUp + on_miss(label), "cannot tell whether \"");
  for (const char* label : {"discount found", "address exists"})
    expect_asked(kLookUp + on_hit(label), "cannot tell whether \"");
  EXPECT_TRUE(contains(describe_reading(read_lines("app->>cache: Get value\n" + on_hit("discount found"))),
                       "\"discount found\" is taken to be about arrow 1"))
      << "where the request names nothing, it may be what was asked for";
}

TEST(ProtocolLabels, an_entry_that_is_there_but_old_is_no_miss) {
  for (const char* label : {"soft TTL expired", "logically expired", "hit expired", "cached null", "hit with null",
                            "value missing fields", "almost expired", "expired (soft)", "hit but expired"})
    expect_asked(kLookUp + on_miss(label), "is a hit or a miss");
  for (const char* label : {"valid entry", "fresh", "fresh value", "hit (fresh)", "entry still valid"})
    expect_asked(kLookUp + on_hit(label), "is a hit or a miss");
}

TEST(ProtocolLabels, a_hit_or_a_miss_in_the_usual_words_is_not_asked_about) {
  for (const char* label : {"miss",
                            "Cache miss",
                            "not found",
                            "not in cache",
                            "key missing",
                            "nil",
                            "user not found",
                            "user not cached",
                            "not cached yet",
                            "miss (first access)",
                            "cache miss (cold start)",
                            "key does not exist",
                            "entry expired",
                            "TTL expired",
                            "miss: load from db",
                            "miss, query database",
                            "cache miss -> SELECT",
                            "user == null",
                            "cached value is null",
                            "miss (TTL expired)",
                            "evicted or expired",
                            "user not found in cache",
                            "miss or error",
                            "cache miss or Redis down",
                            "no data in the cache",
                            "GET returned nil",
                            "miss (rare)",
                            "if not found",
                            "first request: miss",
                            "not cached, read from DB"})
    expect_read(kLookUp + on_miss(label));
  for (const char* label :
       {"hit", "Cache hit", "found in cache", "user found in Redis", "key exists", "cached", "user cached",
        "value present", "user in cache", "hit: return it", "hit - fast path", "cache hit (common case)",
        "cached copy found", "data in cache", "hit (95%)", "value != null", "hit -> return", "exists in cache"})
    expect_read(kLookUp + on_hit(label));
  expect_read(
      "app->>cache: GET recipe:1\nalt Recipe found in Redis\napp->>app: use\nelse\napp->>db: SELECT recipe\nend");
}

TEST(ProtocolLabels, more_than_nothing_is_something) {
  const std::string rows = "app->>cache: Get\nalt rows ";
  for (const char* some : {"> 0", "!= 0", ">= 1", ">0"})
    EXPECT_EQ(outline_of(rows + some + "\napp->>app: use\nelse miss\napp->>database: Get\nend"),
              "get cache#1; alt{value:  | miss: get database#3}")
        << some;
}

TEST(ProtocolLabels, a_label_of_no_outcome_before_a_reply_is_another_condition_unless_it_only_names_the_branch) {
  const std::string ok = "db-->>app: ok\napp->>cache: DEL user";
  for (const char* label : {"price changed", "VIP", "minor edit", "feature flag on", "retry", "stock low", "changed",
                            "refresh needed", "in 10% of cases", "early"})
    expect_asked(kUpdate + opt(label, ok), "but the reply the branch begins with says ok");
  for (const char* label : {"first way", "happy path", "case 1", "slow path", "the usual way", "option 1", "otherwise"})
    expect_read(kUpdate + opt(label, ok));
  const auto forced = [](const std::string& label) {
    return kLookUp + "alt " + label + "\ncache-->>app: nil\napp->>db: SELECT user\nelse\ncache-->>app: value\nend";
  };
  for (const char* label : {"force refresh", "refresh requested", "new day", "user is VIP", "near expiry"})
    expect_asked(forced(label), "but the reply the branch begins with says a miss");
  for (const char* label : {"first time", "first request", "cold cache", "user not there"}) expect_read(forced(label));
}

TEST(ProtocolLabels, a_reply_that_says_a_miss_and_something_else_is_asked_about) {
  const auto guarded = [](const std::string& reply) {
    return kLookUp + "cache-->>app: " + reply + "\napp->>db: SELECT user\napp->>cache: SET user";
  };
  for (const char* reply : {"miss (or forced refresh)", "expired (soft)", "cached null", "miss or near expiry",
                            "nil if VIP", "hit with null", "value missing fields"})
    expect_asked(guarded(reply), reply);
  for (const char* reply : {"miss", "(nil)", "not found", "miss: no data", "miss, nothing there", "expired or missing",
                            "no entry for key user:1", "miss (cold)"})
    EXPECT_TRUE(contains(describe_reading(read_lines(guarded(reply))), "a guard: what follows happens on a miss"));
}

TEST(ProtocolLabels, a_block_behind_something_else_that_may_turn_out_well_or_badly_is_asked_about) {
  for (const char* between : {"app->>pay: charge\npay-->>app: result\n", "app->>pay: charge\n", "app->>app: validate\n",
                              "app->>app: check stock\n", "db-->>app: ok\napp->>pay: charge\npay->>app: result\n"}) {
    for (const char* label : {"success", "ok"})
      expect_asked(kUpdate + between + alt(label, "not ok"), "cannot tell whether \"" + std::string(label) + "\" is");
    for (const char* label : {"update succeeded", "db ok", "user saved"})
      expect_read(kUpdate + between + alt(label, "otherwise"));
  }
  for (const char* between : {"app->>app: log\n", "app->>app: wait\n", "app->>pay: send mail\n",
                              "app->>pay: charge\npay-->>app: result\ndb-->>app: ok\n"})
    expect_read(kUpdate + between + alt("ok", "not ok"));
  expect_asked(kUpdate + opt("has a card", "app->>pay: charge\npay-->>app: result") + alt("ok", "not ok"),
               "or about \"result\"");
  expect_asked(kUpdate + opt("success", "pay-->>app: ok\napp->>cache: DEL user"), "or about \"ok\"");
  expect_read(kLookUp + "app->>app: validate\n" + on_miss("miss", "hit"));
  expect_read(
      "participant order service\napi->>order service: save\norder service->>db: UPDATE user\norder "
      "service-->>api: done\nalt ok\napi->>api: use\nelse error\napi->>api: log\nend");
}

TEST(ProtocolEnds, a_caller_who_would_be_answered_twice_is_asked_about) {
  const std::string twice = "the caller would be answered twice";
  const std::string end = "app->>cache: DEL user\napp-->>user: 200";
  expect_asked(kUpdate + opt("card declined", "app-->>user: 402 failed") + end, twice + ", here and in line 9");
  expect_asked(kUpdate + "opt a\n" + opt("card declined", "app-->>user: 402 failed") + "end\n" + end, twice);
  expect_asked(kUpdate + "alt card declined\napp-->>user: 402\nelse accepted\napp->>app: use\nend\n" + end, twice);
  expect_asked(kUpdate + opt("card declined", "app-->>user: 402 failed") + "app->>cache: DEL user",
               "the caller is told of a failure, but line 8 would still be carried out");
  expect_read(kUpdate + "break card declined\napp-->>user: 402 failed\nend\n" + end);
  expect_read(kUpdate + "alt ok\n" + end + "\nelse error\napp-->>user: 500\nend");
  expect_read(kUpdate + opt("ok", end) + opt("error", "app-->>user: 500"));
}

TEST(ProtocolEnds, a_hit_that_is_answered_before_the_database_is_asked_may_end_the_operation) {
  const std::string get = "user->>app: GET\napp->>cache: GET user\n";
  const std::string load = "app->>db: SELECT user\napp->>cache: SET user\n";
  expect_asked(get + opt("hit", "app-->>user: value") + load, "the caller is answered with the value, but line 7");
  expect_asked(get + opt("hit", "cache-->>app: value\napp-->>user: value") + load, "the caller is answered");
  expect_asked(get + opt("hit", "app-->>user: value") + load + "app-->>user: value", "answered twice");
  expect_asked(get + opt("hit", "app->>app: return value") + load, "may say that the operation ends here, but line 7");
  expect_read(get + "break hit\napp-->>user: value\nend\n" + load + "app-->>user: value");
  expect_read(get + opt("hit", "app-->>user: value") + opt("miss", load + "app-->>user: value"));
  expect_read(get + "alt hit\napp->>app: return value\nelse miss\n" + load + "end\napp-->>user: value");
}

TEST(ProtocolEnds, a_remark_by_which_the_operation_may_end_is_asked_about_where_something_follows) {
  for (const char* text :
       {"return early", "returns", "abort", "throw exception", "stop here, leave the rest out", "skip invalidation",
        "skip the rest", "exit", "give up", "bail out", "no need to invalidate", "nothing to invalidate", "done",
        "raise error", "end of request", "nothing else to do", "cache untouched", "respond 402"}) {
    for (const char* drawn : {"app->>app: ", "Note over app: ", "Note right of app: "}) {
      const std::string branch = opt("minor edit", drawn + std::string(text));
      expect_asked(kUpdate + branch + "app->>cache: DEL user", "may say that the operation ends here, but line 8");
      expect_read(kUpdate + "app->>cache: DEL user\n" + "break minor edit\n" + drawn + "return early\nend");
    }
  }
  expect_read(kUpdate + "app->>cache: DEL user\n" + opt("minor edit", "app->>app: return early"));
  expect_read(kUpdate + opt("minor edit", "Note over db: returns the row") + "app->>cache: DEL user");
  expect_read(kUpdate + opt("minor edit", "Note over app: throws if it is gone\napp->>cache: DEL user") +
              "app->>cache: DEL user");
  for (const char* text : {"log", "log and continue", "remember it", "compute total", "do not stop", "about 3 ms"})
    expect_read(kUpdate + opt("minor edit", "app->>app: " + std::string(text)) + "app->>cache: DEL user");
}

}  // namespace
}  // namespace stalemate::model
