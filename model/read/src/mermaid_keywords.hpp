// The keywords of Mermaid's sequence diagrams. Case is ignored, as in Mermaid.
#pragma once

#include <string>
#include <string_view>

#include "read/diagram.hpp"

namespace stalemate::model {

enum class Keyword {
  kNone,
  kParticipant,
  kActor,
  kCreate,
  kDestroy,
  kBox,
  kActivate,
  kDeactivate,
  kAutonumber,
  kNote,
  kLink,
  kLinks,
  kProperties,
  kDetails,
  kTitle,
  kAccTitle,
  kAccDescr,
  kSequenceDiagram,
  kLoop,
  kRect,
  kOpt,
  kAlt,
  kPar,
  kCritical,
  kBreak,
  kElse,
  kAnd,
  kOption,
  kEnd,
};

// The keyword `text` starts with, kNone where the word is or goes on as a name: title and accTitle are keywords only
// before a space or colon; end-user, note-service are names (Mermaid refuses them), though alt-path is "alt" with a
// label.
Keyword keyword_at(std::string_view text);

// Whether a name may not begin with the word at the start of `text`: any keyword, and off, over, left of, right of.
bool is_reserved(std::string_view text);

bool closes_section(Keyword keyword);           // end, else, and, option
BlockKind block_kind(Keyword keyword);          // REQUIRES: loop, rect, opt, alt, par, critical or break
Keyword section_keyword(BlockKind kind);        // what begins its next section: else, and, option; kNone
std::string lower_case(std::string_view word);  // ASCII letters

}  // namespace stalemate::model
