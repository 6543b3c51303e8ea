// The syntax of a Mermaid sequence diagram, as parsed: what stands where, with no opinion of what it means
// (understand/protocol.hpp has the meaning). Every node keeps its position in the file it came from.
// Source of the grammar: mermaid's packages/mermaid/src/diagrams/sequence/parser/sequenceDiagram.jison (12.3), with
// what is done to the text before it and what sequenceDb.ts refuses after it. What Mermaid refuses is refused. What it
// accepts is parsed, or is an error with the code "unsupported-syntax" that says what to write instead (tests/mermaid
// asks both):
// - what is not modelled: a diagram without a message, a block without a statement, half arrows, central connections
// (),
//   create destroy, nesting and length beyond the limits below;
// - what Mermaid takes for something else than nearly every author means: a stray sign, which it passes over; the alias
//   of a name of several words and a # behind a name, which are part of the name; A%%, which is a comment with its A; a
//   title, accTitle or accDescr whose text is the next line; accDescr { and %%{ that are never closed and swallow the
//   rest; the word C4Container anywhere; a directive of ours inside a text;
// - YAML (front matter, @{ }) beyond plain and quoted words in mappings, and a directive with a bare word as its value:
//   more of it would take js-yaml's own parser to know whether Mermaid accepts it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace stalemate::model {

// The ten arrows: line (solid, dotted) x head. kBoth is the two-headed <<->>.
enum class ArrowHead { kNone, kFilled, kBoth, kCross, kOpen };  // ->  ->>  <<->>  -x  -)
struct Arrow {
  bool dotted = false;
  ArrowHead head = ArrowHead::kFilled;
  bool operator==(const Arrow&) const = default;
};

struct Participant {
  Position at;
  std::string id;         // entities decoded
  std::string alias;      // text shown; the id where there is none. <br/> is a space, entities (#35;) are decoded
  bool is_actor = false;  // drawn as a stick figure
  std::string type;       // from @{ "type": "database" }, else empty
  bool declared = false;  // false: only named by a message
  std::string box;        // the label of the box that it is declared in, empty outside of one
};

struct Message {
  std::string from;  // participant ids
  std::string to;
  Arrow arrow;
  std::string text;          // label: <br/> is a space, entities decoded, trimmed; may be empty
  int number = 0;            // ordinal among the messages of this diagram, from 1, as drawn top to bottom
  bool activates = false;    // "+" before the receiver
  bool deactivates = false;  // "-" before the receiver
};

enum class NotePlacement { kOver, kLeftOf, kRightOf };
struct Note {
  NotePlacement placement = NotePlacement::kOver;
  std::vector<std::string> participants;  // one or two ids
  std::string text;
};

// `%% stalemate: text`. Other comments are dropped. Those above the word sequenceDiagram are the diagram's first
// statements.
struct Directive {
  std::string text;  // trimmed, what follows the colon
};

struct Statement;

// One compartment of a block: the label of `alt`, `else`, `and`, `option` … and what it holds.
struct Section {
  Position at;
  std::string label;
  std::vector<Statement> body;
};

enum class BlockKind { kAlt, kOpt, kLoop, kPar, kCritical, kBreak, kRect };
std::string_view to_string(BlockKind kind);  // the keyword

// alt and critical and par may have several sections; the others exactly one. `par_over` reads as kPar. At least one
// section holds a statement that is no Directive.
struct Block {
  BlockKind kind = BlockKind::kAlt;
  std::vector<Section> sections;
};

// What only changes how the diagram looks: activate/deactivate, autonumber, create/destroy, box, link(s), properties,
// details, title, accTitle/accDescr. Kept so that `stalemate read` can account for every line. `what` is the keyword,
// in lower case but for accTitle and accDescr. Declarations of participants are no statements: see
// Diagram::participants.
struct Decoration {
  std::string what;
  std::string text;
};

struct Statement {
  Position at;
  std::variant<Message, Note, Block, Directive, Decoration> node;
};

struct Diagram {
  Position at;                            // of the word sequenceDiagram
  std::string title;                      // from `title`, or the front matter's title
  std::vector<Participant> participants;  // in order of first appearance
  std::vector<Statement> statements;
};

// Something that stands between diagrams in Markdown and may name the next one: a heading or a line of text. Where
// there are many lines, the nearest ones before the diagram (at least 200).
struct Context {
  Position at;
  std::string text;  // markup characters (#, *, _, `) trimmed from both ends
  bool is_heading = false;
};

// A file: its diagrams and, for each, the context lines between the diagram before it (or the top) and itself, in
// order.
struct Document {
  std::string name;  // as it was given, folders included
  std::string text;
  struct Entry {
    std::vector<Context> context;
    Diagram diagram;
    int first_line = 1, last_line = 1;  // of its block, fences included
  };
  std::vector<Entry> diagrams;
};

// A block that cannot be parsed, with the first thing that is wrong in it.
struct BrokenBlock {
  int first_line = 1, last_line = 1;
  Finding finding;
};
// A file as far as it can be parsed: each block by itself.
struct ParsedFile {
  Document document;  // may have no diagram at all
  std::vector<BrokenBlock> broken;
  std::string other_kind;  // where the first block stands that is another kind of diagram, for an error; or empty
};

// Parses the sequence diagrams of a Markdown file (fenced mermaid blocks; other kinds of Mermaid diagrams are passed
// over) or, when `name` ends in .mmd or .mermaid, of a bare diagram; also where it is "-" and has no such block.
// Throws InputError "name:line:column: what is wrong; what was expected" with the first error of each block, and where
// there is no sequence diagram; a finding's code is "unsupported-syntax" where Mermaid accepts what is refused, else
// "unreadable". Nesting deeper than 64 blocks and more than 10,000 statements are errors, so that hostile input stays
// cheap.
Document parse_document(std::string_view text, const std::string& name);
// Likewise, but what is wrong in a block is data. Throws InputError only for a fence or a comment that never ends.
ParsedFile parse_file(std::string_view text, const std::string& name);

}  // namespace stalemate::model
