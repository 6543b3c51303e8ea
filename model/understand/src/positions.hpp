// What participants do, whatever they are called: whom they ask, who asks them, what for. By this, roles are told that
// no name tells (roles.hpp).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// How a participant takes part, in all diagrams in which it stands. Participants are named as in who_is().
struct Part {
  std::set<std::string> asks;      // whom it sends what is no answer
  std::set<std::string> asked_by;  // who sends it what is no answer
  bool sends = false;              // anything that is not drawn as a reply
  bool starts = false;             // the first message of a diagram in which it takes part is one that it sends
  // Of what it is asked: a change or a look at something kept, in words; not a call over HTTP ("GET /users").
  bool asked_to_get = false;
  bool asked_to_store = false;
  bool asked_to_delete = false;
  bool works_itself = false;      // sends something to itself, which may be work on what it keeps
  bool says_rights = false;       // answers who may do what: "allowed", "denied"
  bool filled_after_get = false;  // asked to get, then another is, then it is asked to store
  // Asked to get, over HTTP, too, while another that was asked to get before is stored to afterwards.
  bool asked_between = false;
  // All that it is asked, and there is something, is to work something out: "evaluate(policy)", "POST /analysis".
  bool asked_for_work = false, asked_otherwise = false;
  bool hears_of_cache = false;  // a label that it is sent speaks of deleting something, or of a cache
  bool takes_part() const { return !asks.empty() || !asked_by.empty(); }
  bool is_asked_for_something_kept() const {
    return (asked_to_get && !says_rights) || asked_to_store || asked_to_delete;
  }
};

// What participants of one name are: by its alias, or where it has none, its id.
std::string who_is(const Participant& participant);

// Every participant of the document, by who_is(). Diagrams that `passed_over` says are left out.
std::map<std::string, Part> parts_of(const Document& document, const std::vector<bool>& passed_over);

// Whether a label asks to work something out, and for nothing that is kept: "evaluate(policies)".
bool asks_for_work(std::string_view label);

// Whether a label calls a service over HTTP: "GET /users/7".
bool calls_over_http(std::string_view label);

}  // namespace stalemate::model
