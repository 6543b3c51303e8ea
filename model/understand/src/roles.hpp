// Which participant is what: from the command line, the file's own directives, the participant's alias, its id, its
// type, the way it is drawn, in this order. Participants of one alias are one, in whichever diagrams they stand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The roles of one diagram's participants by id, and which of Protocol::caches each cache is.
class RolesOfDiagram {
 public:
  void set(const std::string& id, Role role) { roles_[id] = role; }
  void set_cache(const std::string& id, std::size_t cache) { caches_[id] = cache; }
  // That it is the local cache of all other app instances; a channel, of which everybody hears.
  void set_of_others(const std::string& id) { of_others_.insert(id); }
  void set_channel(const std::string& id) { channels_.insert(id); }

  Role at(const std::string& id) const { return roles_.at(id); }
  // REQUIRES: it is one.
  std::size_t cache_at(const std::string& id) const { return caches_.at(id); }
  bool is_of_others(const std::string& id) const { return of_others_.count(id) != 0; }
  bool is_channel(const std::string& id) const { return channels_.count(id) != 0; }
  const Role* find(const std::string& id) const {
    const auto found = roles_.find(id);
    return found == roles_.end() ? nullptr : &found->second;
  }
  bool empty() const { return roles_.empty(); }
  auto begin() const { return roles_.begin(); }
  auto end() const { return roles_.end(); }

 private:
  std::map<std::string, Role> roles_;
  std::map<std::string, std::size_t> caches_;
  std::set<std::string> of_others_, channels_;
};

// Whether it is asked by requests of the model.
inline bool is_server(Role role) { return role == Role::kCache || role == Role::kDatabase; }

// One for each diagram of the document, with a reading line for each participant; none for a diagram that is passed
// over. `options`: "X=cache".
// Throws InputError where a role cannot be told, a name contradicts itself or what is drawn, an override names
// nobody, there is a replica or another kind of cache, or the file has two databases, or more caches than may be.
// What caches there are is noted in the reading.
std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading);

}  // namespace stalemate::model
