// What each participant is, by what it is called and what it does, and why; roles.cpp asks about what does not go
// together.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct Told {
  Role role = Role::kApp;
  std::string why;
  std::string assumed;
  bool given = false;  // said outright, not guessed
  bool may_be_app = false;
  bool may_be_outside = false;
  std::vector<Role> either = {};  // where its words contradict each other: what they would be; `why` says which
  bool by_position = false;
  bool is_vague = false;    // called a database by a word for anything that keeps something ("ShelfStore")
  bool by_shape = false;    // a stick figure, whatever it is called
  bool is_local = false;    // a cache, said to stand in each app instance
  bool is_replica = false;  // a read replica of a cache
  bool of_others = false;   // it is that of all other app instances
  bool channel = false;     // a queue of which everybody hears at most once
};
using ToldRoles = std::map<std::string, Told>;

// Of each diagram, by id; empty for one that `passed_over` says is left out. `options`: "X=cache". What cannot be told
// is asked for, and then it is what it likeliest would be. Throws InputError where a directive or an option names
// nobody.
std::vector<ToldRoles> tell_roles(const Document& document, const std::vector<std::string>& options,
                                  const std::vector<bool>& passed_over, Reading& reading);

// How to say what `id` is: "--role X=cache, or write ...".
std::string say_role(const std::string& id, std::string_view role);
std::string words_of_role(Role role);  // "a cache", "an app"

}  // namespace stalemate::model
