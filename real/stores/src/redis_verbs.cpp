// The table.
#include "redis_verbs.hpp"

#include <algorithm>

#include "stores/text.hpp"

namespace stalemate::real {
namespace {

Decoded done(const CacheReply&) { return {{{"ok", {}}, ""}}; }

// Nil is a miss, a whole number a value.
Decoded value_in(const CacheReply& reply) {
  if (reply.is_nil) return {{{"miss", {}}, ""}};
  if (reply.integer) return {{{"value", reply.integer}, ""}};
  if (!reply.text) return {{{"error", {}}, "a reply that answers no get"}, false};
  if (const std::optional<std::int64_t> value = whole_number(*reply.text)) return {{{"value", value}, ""}};
  return {{{"error", {}}, "the value is not a whole number: " + first_line(*reply.text)}};
}

// Nil, or that none was added: it was there.
Decoded conflict_or_done(const CacheReply& reply) {
  if (reply.is_nil || reply.integer == 0) return {{{"conflict", {}}, ""}};
  return done(reply);
}

constexpr RedisVerb kVerbs[] = {
    {"get", "GET :key", "", value_in},
    {"set", "SET :key :value", "SET :key :value EX :ttl", done},
    {"add", "SET :key :value NX", "SET :key :value EX :ttl NX", conflict_or_done},
    {"delete", "DEL :key", "", done},
};

}  // namespace

std::span<const RedisVerb> redis_verbs() { return kVerbs; }

const RedisVerb* find_redis_verb(std::string_view verb) {
  const auto* const found =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const RedisVerb& one) { return one.verb == verb; });
  return found == std::end(kVerbs) ? nullptr : found;
}

}  // namespace stalemate::real
