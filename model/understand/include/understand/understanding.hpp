// What came of reading a document, as data: its protocol, or what is in the way of one; for who shows it, mends it, or
// judges many files. understand() (understand/protocol.hpp) is the same with an error for what is in the way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.hpp"
#include "read/diagram.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct ParticipantRead {
  Position at;
  std::string id;
  std::string alias;  // as written; the id where there is none
  Role role = Role::kApp;
};

struct Understanding {
  std::string file;                  // as it was given
  std::optional<Protocol> protocol;  // exactly where no finding is worse than an assumption
  std::vector<Finding> findings;     // by position; where there is a protocol, one for each line with an assumption
  std::string language = "en";       // BCP 47
  // Where it is asked whether operations are of several features: for each, its diagrams, as indices into the
  // document's. Empty where nothing is asked of that, or one diagram has operations of several.
  std::vector<std::vector<std::size_t>> features;
  std::vector<ParticipantRead> participants;  // of all diagrams that are not passed over
};

// `roles`: as for understand(). Throws InputError only for a `roles` that is none.
Understanding try_to_understand(const Document& document, const std::vector<std::string>& roles);

// parse_document, then try_to_understand: what cannot be parsed is a finding, too.
Understanding try_to_read(std::string_view text, const std::string& name, const std::vector<std::string>& roles);

// One JSON object, as model/understand/reading.schema.json has it: operations with their steps, participants,
// assumptions, findings with their edits. The same bytes for the same document.
std::string to_json(const Understanding& read);

// Answers to a question, as they are shown beneath it: the line of each, and what is so then.
std::string in_lines(const std::vector<Edit>& edits);

// A page with every edit applied that cannot change what it means: what was assumed of it, said in lines of its own.
struct Fixed {
  std::string text;
  std::vector<Edit> applied;  // by line; empty where there was nothing to say
  Understanding read;         // of `text`
};
// What `text` means, questions included, is the same before and after: an edit after which it is not is left out.
Fixed fixed(const std::string& text, const std::string& name, const std::vector<std::string>& roles);

}  // namespace stalemate::model
