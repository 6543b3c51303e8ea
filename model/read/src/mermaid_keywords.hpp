// The keywords of Mermaid's sequence diagrams. Case is ignored, as in Mermaid.
#pragma once

#include <cstddef>
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
  kOff,
  kNote,
  kOver,
  kLeftOf,
  kRightOf,
  kLink,
  kLinks,
  kProperties,
  kDetails,
  kTitle,
  kAccTitle,
  kAccDescr,
  kAccDescrBlock,  // accDescr {
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

// A keyword as written, with its length in bytes; kNone and 0 where there is none.
struct KeywordToken {
  Keyword keyword = Keyword::kNone;
  std::size_t length = 0;
};

// The keyword `text` starts with. A word that letters, digits or underscores go on from is none; "end-user" begins with
// one. Those of links need a name behind them; title, accTitle and accDescr are taken with what parts them from their
// text.
KeywordToken keyword_at(std::string_view text);

bool closes_section(Keyword keyword);     // end, else, and, option
BlockKind block_kind(Keyword keyword);    // REQUIRES: loop, rect, opt, alt, par, critical or break
Keyword section_keyword(BlockKind kind);  // what begins its next section: else, and, option; kNone

}  // namespace stalemate::model
