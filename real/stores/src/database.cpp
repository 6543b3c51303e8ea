// Which call of a session a trace's verb is. A verb that no database has is refused, never taken for another.
#include "stores/database.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

struct Call {
  std::string_view verb;
  Answer (*make)(DatabaseSession& session, const Wanted& wanted);
};

constexpr Call kCalls[] = {
    {"get", [](DatabaseSession& session, const Wanted& wanted) { return session.get(wanted.product); }},
    {"set",
     [](DatabaseSession& session, const Wanted& wanted) { return session.set(wanted.product, wanted.value.value()); }},
};

const Call* find(std::string_view verb) {
  const auto* const found =
      std::find_if(std::begin(kCalls), std::end(kCalls), [&](const Call& call) { return call.verb == verb; });
  return found == std::end(kCalls) ? nullptr : found;
}

}  // namespace

bool DatabaseSession::knows(std::string_view verb) { return find(verb) != nullptr; }

Answer DatabaseSession::ask(const Wanted& wanted) {
  const Call* const call = find(wanted.verb);
  if (call == nullptr) throw InputError(fmt::format("a database cannot be asked to {} here", wanted.verb));
  return call->make(*this, wanted);
}

}  // namespace stalemate::real
