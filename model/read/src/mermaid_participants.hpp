// The participants of one diagram: their declarations, and every name that a message or a note mentions. In order of
// first appearance; looking one up takes logarithmic time. Also what Mermaid's sequenceDb.ts refuses of them, which no
// grammar can: two boxes for one, the end of an activation that never began, a created participant that nobody calls.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"

namespace stalemate::model {

// One line that declares a participant. `name` is what Mermaid knows it by, entities not decoded.
struct Declaration {
  Position at;
  std::string name;
  bool is_actor = false;
  std::string alias;  // empty where none is given
  std::string type;   // likewise
  int box = 0;        // the ordinal of the box around it; 0 outside of one
  std::string box_label;
  bool is_created = false;  // `create` stands before it
};

class ParticipantList {
 public:
  // Both must outlive the list; `participants` is what it fills.
  ParticipantList(std::vector<Participant>& participants, const std::string& file)
      : participants_(participants), file_(file) {}

  // A second declaration of a name replaces alias and type where it gives them. Returns the id.
  std::string declare(const Declaration& declaration);

  // A name that a message or note mentions, new or not. Returns the id.
  std::string mention(const std::string& name, Position at);

  // `activate NAME`, or a message that activates its receiver.
  void activate(const std::string& name) { ++activations_[name]; }
  // `deactivate NAME`, or a message that deactivates its sender.
  void deactivate(const std::string& name, Position at);
  void destroy(const std::string& name) { destroyed_ = name; }
  // A message, before it activates anything.
  void pass_message(const std::string& from, const std::string& to, Position at);

 private:
  Participant& find_or_add(const std::string& name, Position at);
  [[noreturn]] void fail(Position at, std::string_view what) const;

  std::vector<Participant>& participants_;
  const std::string& file_;
  std::map<std::string, std::size_t, std::less<>> index_;  // id to place in participants_
  std::set<std::string> names_;                            // as Mermaid knows them
  std::map<std::string, int> boxes_;                       // name to the ordinal of its box
  std::map<std::string, int> activations_;                 // name to how many are open
  std::string created_;                                    // whose creating message has to come next
  std::string destroyed_;                                  // whose destroying message has to come next
};

}  // namespace stalemate::model
