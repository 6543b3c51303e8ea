// The participants of one diagram: their declarations, and every name that a message or a note mentions. In order of
// first appearance; looking one up takes logarithmic time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mermaid_lexer.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {

class ParticipantList {
 public:
  // Both must outlive the list; `participants` is what it fills.
  ParticipantList(Cursor& cursor, std::vector<Participant>& participants)
      : cursor_(cursor), participants_(participants) {}

  // Reads a declaration after its keyword, which stands at `at`: NAME, NAME as ALIAS, NAME@{ "type": "database" }. A
  // second declaration of a name replaces alias and type where it gives them. `box`: the label of the box around it.
  // Returns the id.
  std::string declare(Position at, bool is_actor, const std::string& box = {});

  // Reads a name that a message or note mentions and adds it where it is new. Returns the id.
  std::string parse_name(NameRole role);

  // Reads the name that is all of a statement (activate A).
  std::string parse_lone_name();

  std::size_t sender_length(std::string_view text) const { return name_length(text, NameRole::kSender, arrow_names_); }

 private:
  Participant& find_or_add(const std::string& id, Position at);
  std::string_view take_declared_name(bool before_alias);
  void parse_config(Participant& participant);
  void set_config(Participant& participant, std::string_view key, std::string_view value);

  Cursor& cursor_;
  std::vector<Participant>& participants_;
  std::map<std::string, std::size_t, std::less<>> index_;  // id to place in participants_
  std::set<std::string, std::less<>> arrow_names_;         // declared ids that contain what reads as an arrow (web-x)
};

}  // namespace stalemate::model
