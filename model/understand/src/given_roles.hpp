// The roles that are said outright, by directives and on the command line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "understand/protocol.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

struct Given {
  Role role = Role::kApp;
  bool is_local = false;    // of a cache: it stands in each app instance
  bool is_replica = false;  // it is a read replica of one
  Position at;              // {0, 0}: from the command line
  std::string_view word() const {
    return is_local ? kLocalCacheName : is_replica ? kCacheReplicaName : to_string(role);
  }
};
using GivenRoles = std::map<std::string, Given>;

// `options`: "X=cache". Throws InputError where one names nobody, or two contradict each other.
GivenRoles gather_given(const Document& document, const std::vector<std::string>& options);

inline bool has_alias(const Participant& participant) { return participant.alias != participant.id; }

// What is said of this participant, or of one with the same alias in another diagram: they are one. Null: nothing.
const Given* given_for(const Document& document, const Participant& participant, const GivenRoles& given);

}  // namespace stalemate::model
