// The tables of verbs.
#include "stores/ask.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

template <class Session>
struct Call {
  std::string_view verb;
  Answer (*make)(Session& session, const Wanted& wanted);
};

constexpr Call<CacheSession> kOfCaches[] = {
    {"get", [](CacheSession& cache, const Wanted& wanted) { return cache.get(wanted.product); }},
    {"set", [](CacheSession& cache,
               const Wanted& wanted) { return cache.set(wanted.product, wanted.value.value(), wanted.ttl); }},
    {"add", [](CacheSession& cache,
               const Wanted& wanted) { return cache.add(wanted.product, wanted.value.value(), wanted.ttl); }},
    {"delete", [](CacheSession& cache, const Wanted& wanted) { return cache.erase(wanted.product); }},
};

constexpr Call<DatabaseSession> kOfDatabases[] = {
    {"get", [](DatabaseSession& database, const Wanted& wanted) { return database.get(wanted.product); }},
    {"set", [](DatabaseSession& database,
               const Wanted& wanted) { return database.set(wanted.product, wanted.value.value()); }},
};

template <class Session, std::size_t Size>
const Call<Session>* find(const Call<Session> (&calls)[Size], std::string_view verb) {
  for (const Call<Session>& call : calls)
    if (call.verb == verb) return &call;
  return nullptr;
}

template <class Session, std::size_t Size>
Answer ask(const Call<Session> (&calls)[Size], std::string_view server, Session& session, const Wanted& wanted) {
  const Call<Session>* call = find(calls, wanted.verb);
  if (call == nullptr) throw InputError(fmt::format("a {} cannot be asked to {} here", server, wanted.verb));
  return call->make(session, wanted);
}

}  // namespace

bool cache_knows(std::string_view verb) { return find(kOfCaches, verb) != nullptr; }

bool database_knows(std::string_view verb) { return find(kOfDatabases, verb) != nullptr; }

Answer ask(CacheSession& cache, const Wanted& wanted) { return ask(kOfCaches, "cache", cache, wanted); }

Answer ask(DatabaseSession& database, const Wanted& wanted) { return ask(kOfDatabases, "database", database, wanted); }

}  // namespace stalemate::real
