// Recursive descent over the tokens of a sequence diagram; see mermaid_parser.hpp. parse_statement owns the choice of
// what a line is; the functions after it each read one kind. What Mermaid accepts and this refuses has
// kUnsupportedSyntax. A long file: the grammar's productions, and what is said where one is not met, belong together.
#include "mermaid_parser.hpp"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/core.h>

#include "base/text.hpp"
#include "mermaid_keywords.hpp"
#include "mermaid_lexer.hpp"
#include "mermaid_names.hpp"
#include "mermaid_participants.hpp"
#include "mermaid_preamble.hpp"
#include "mermaid_source.hpp"
#include "mermaid_text.hpp"
#include "mermaid_tokens.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kExpectedStatement = "expected a message (A->>B: text), a participant, a note or a block";

// A block that is open around what is being read.
struct OpenBlock {
  std::string keyword;  // as written: par_over stays par_over
  Position at;
};

// What ended a section.
struct Closer {
  Keyword keyword = Keyword::kNone;  // kEnd, kElse, kAnd, kOption; kNone: the end of the diagram
  Position at;
  std::string word;
};

class Parser : private TokenReader {
 public:
  Parser(PreparedBlock& block, Diagram& diagram, int& statements_left, const std::string& file)
      : TokenReader(block, file),
        comments_(block.own_comments),
        participants_(diagram.participants, file),
        diagram_(diagram),
        statements_left_(statements_left) {}

  void parse() {
    skip_newlines();
    if (!is_keyword(Keyword::kSequenceDiagram)) fail("expected \"sequenceDiagram\"");
    add_comments(diagram_.statements, place());
    take();
    const Closer closer = parse_section(diagram_.statements);
    if (closer.keyword == Keyword::kEnd) {
      fail(closer.at, "\"end\" closes nothing: no block is open here; remove it or add the line that opens one");
    }
    if (closer.keyword != Keyword::kNone) fail_misplaced(closer);
    if (message_count_ == 0) {
      fail_unsupported(diagram_.at, "empty diagram: it has no message; expected one such as A->>B: text");
    }
  }

 private:
  void add(std::vector<Statement>& body, Position at, std::variant<Message, Note, Block, Directive, Decoration> node) {
    body.push_back({at, std::move(node)});
  }

  void count_statement(Position at) {
    if (statements_left_-- <= 0) {
      fail_unsupported(at, fmt::format("more than {} statements; split the file", kStatementsMax));
    }
  }

  // The comments for us that stand before `at`.
  void add_comments(std::vector<Statement>& body, Position at) {
    for (; next_comment_ < comments_.size(); ++next_comment_) {
      const OwnComment& comment = comments_[next_comment_];
      const bool is_before = comment.at.line != at.line ? comment.at.line < at.line : comment.at.column < at.column;
      if (!is_before && !is(TokenKind::kEnd)) return;
      count_statement(comment.at);
      add(body, comment.at, Directive{comment.text});
    }
  }

  // Statements up to and including the word that ends their section.
  Closer parse_section(std::vector<Statement>& body) {
    while (true) {
      skip_newlines();
      const Position at = place();
      add_comments(body, at);
      if (is(TokenKind::kEnd)) return {Keyword::kNone, at, {}};
      if (is(TokenKind::kKeyword) && closes_section(token().keyword)) {
        const Token& closer = take();
        return {closer.keyword, at, text_of(closer)};
      }
      count_statement(at);
      parse_statement(at, body);
    }
  }

  void parse_statement(Position at, std::vector<Statement>& body) {
    const Token& first = token();
    if (first.kind != TokenKind::kKeyword || (first.keyword == Keyword::kLink && begins_arrow(following()))) {
      add(body, at, parse_message(at));
      return;
    }
    take();
    const std::string word = text_of(first);
    switch (first.keyword) {
      case Keyword::kParticipant:
      case Keyword::kActor:
        parse_declaration(first);
        break;
      case Keyword::kCreate:
        add(body, at, Decoration{"create", parse_create()});
        break;
      case Keyword::kDestroy:
      case Keyword::kActivate:
      case Keyword::kDeactivate:
        add(body, at, Decoration{lower(word), parse_lifeline(first)});
        break;
      case Keyword::kBox:
        parse_box(at, body);
        break;
      case Keyword::kAutonumber:
        add(body, at, Decoration{"autonumber", parse_autonumber()});
        break;
      case Keyword::kNote:
        add(body, at, parse_note());
        break;
      case Keyword::kLink:
      case Keyword::kLinks:
      case Keyword::kProperties:
      case Keyword::kDetails:
        add(body, at, parse_link(lower(word)));
        break;
      case Keyword::kTitle:
        diagram_.title = parse_title(first);
        add(body, at, Decoration{"title", diagram_.title});
        break;
      case Keyword::kAccTitle:
      case Keyword::kAccDescr:
      case Keyword::kAccDescrBlock:
        add(body, at, parse_accessibility(first));
        break;
      case Keyword::kSequenceDiagram:
        fail(at, "a second \"sequenceDiagram\"; give each diagram a block of its own");
      case Keyword::kOver:
      case Keyword::kLeftOf:
      case Keyword::kRightOf:
      case Keyword::kOff:
        fail_keyword(*this, first);
      default:
        add(body, at, parse_block(block_kind(first.keyword), word, at));
    }
  }

  // After the keyword `word` at `at`, up to and including "end".
  Block parse_block(BlockKind kind, const std::string& word, Position at) {
    if (depth_ == kNestingMax) {
      fail_unsupported(at, fmt::format("blocks are nested deeper than {}; split the diagram", kNestingMax));
    }
    ++depth_;
    Block block{kind, {}};
    block.sections.push_back({at, label_text(text_of(take())), {}});
    bool is_empty = true;
    while (true) {
      const Closer closer = parse_section(block.sections.back().body);
      for (const Statement& statement : block.sections.back().body) {
        is_empty = is_empty && std::holds_alternative<Directive>(statement.node);
      }
      if (closer.keyword == Keyword::kEnd) break;
      if (closer.keyword == Keyword::kNone) {
        fail(at, fmt::format("\"{}\" is never closed; expected \"end\" on a line of its own after it", word));
      }
      if (section_keyword(kind) != closer.keyword) fail_misplaced(closer, OpenBlock{word, at});
      count_statement(closer.at);
      block.sections.push_back({closer.at, label_text(text_of(take())), {}});
    }
    if (is_empty) {
      fail_unsupported(at, fmt::format("empty {} block; put a message between \"{}\" and its \"end\", or remove both",
                                       lower(word), lower(word)));
    }
    --depth_;
    return block;
  }

  // A word that begins a section, outside the block it belongs to.
  [[noreturn]] void fail_misplaced(const Closer& closer, const std::optional<OpenBlock>& open = std::nullopt) {
    const std::string_view home = closer.keyword == Keyword::kElse  ? "alt"
                                  : closer.keyword == Keyword::kAnd ? "par"
                                                                    : "critical";
    const std::string where =
        open ? fmt::format("the block open here is \"{}\" of line {}", open->keyword, open->at.line)
             : std::string("no block is open here");
    fail(closer.at, fmt::format("\"{}\" belongs inside \"{}\", but {}; expected \"end\" or a statement",
                                lower(closer.word), home, where));
  }

  // Participants only, up to "end".
  void parse_box(Position at, std::vector<Statement>& body) {
    const std::string label = label_text(text_of(take()));
    const int box = ++box_count_;
    add(body, at, Decoration{"box", label});
    while (true) {
      skip_newlines();
      const Position line_at = place();
      add_comments(body, line_at);
      if (is(TokenKind::kEnd)) fail(at, "\"box\" is never closed; expected \"end\" on a line of its own after it");
      const Token& first = token();
      const Keyword keyword = first.kind == TokenKind::kKeyword ? first.keyword : Keyword::kNone;
      if (keyword != Keyword::kEnd && keyword != Keyword::kParticipant && keyword != Keyword::kActor &&
          keyword != Keyword::kDestroy) {
        fail(fmt::format("{} inside \"box\" of line {}; expected a participant, an actor or \"end\"",
                         in_quotes(statement_from(first)), at.line));
      }
      take();
      if (keyword == Keyword::kEnd) return;
      count_statement(line_at);
      if (keyword == Keyword::kDestroy) {
        add(body, line_at, Decoration{"destroy", parse_lifeline(first)});
      } else {
        parse_declaration(first, box, label);
      }
    }
  }

  // After "create": a participant that appears here.
  std::string parse_create() {
    const Token& first = token();
    if (is_keyword(Keyword::kDestroy))
      fail_unsupported(place(), "\"create destroy\" is not supported; write create participant A");
    if (!is_keyword(Keyword::kParticipant) && !is_keyword(Keyword::kActor))
      fail("expected \"participant\" or \"actor\" after \"create\"");
    take();
    return parse_declaration(first, 0, {}, true);
  }

  // After the keyword `first`: NAME, NAME as ALIAS, NAME@{ "type": "database" }, up to the end of the line.
  std::string parse_declaration(const Token& first, int box = 0, const std::string& box_label = {},
                                bool is_created = false) {
    Declaration declaration;
    declaration.at = place(first);
    declaration.is_actor = first.keyword == Keyword::kActor;
    declaration.box = box;
    declaration.box_label = box_label;
    declaration.is_created = is_created;
    take_declaration(*this, declaration);
    return participants_.declare(declaration);
  }

  // After destroy, activate or deactivate: the name that is all of the statement.
  std::string parse_lifeline(const Token& keyword) {
    const Position at = place();
    const std::string name = take_lone_name(*this);
    if (keyword.keyword == Keyword::kDestroy) participants_.destroy(name);
    if (keyword.keyword == Keyword::kActivate) participants_.activate(name);
    if (keyword.keyword == Keyword::kDeactivate) participants_.deactivate(name, at);
    return plain_text(as_written(name));
  }

  // "", "off", "10" or "10 5".
  std::string parse_autonumber() {
    std::string text;
    if (is_keyword(Keyword::kOff)) {
      take();
      text = "off";
    }
    for (int numbers = 0; text != "off" && numbers < 2 && is(TokenKind::kNumber); ++numbers) {
      text += (text.empty() ? "" : " ") + text_of(take());
    }
    take_line_end("\"autonumber\"; expected nothing, \"off\", or a start and a step such as 10 5");
    return text;
  }

  Note parse_note() {
    Note note;
    if (is_keyword(Keyword::kLeftOf)) {
      note.placement = NotePlacement::kLeftOf;
    } else if (is_keyword(Keyword::kRightOf)) {
      note.placement = NotePlacement::kRightOf;
    } else if (!is_keyword(Keyword::kOver)) {
      fail("expected \"over\", \"left of\" or \"right of\" after \"Note\"");
    }
    take();
    note.participants.push_back(mention(take_mentioned_name(*this)).id);
    if (is(TokenKind::kComma)) {
      if (note.placement != NotePlacement::kOver)
        fail("a note beside stands at one participant; write \"over\" for two");
      take();
      note.participants.push_back(mention(take_mentioned_name(*this)).id);
    }
    note.text = parse_text("a note");
    return note;
  }

  Decoration parse_link(const std::string& what) {
    const std::string name = mention(take_mentioned_name(*this)).id;
    return {what, fmt::format("{}: {}", name, parse_text(what))};
  }

  std::string parse_title(const Token& keyword) {
    const Token& line = take();
    std::string text = plain_text(text_of(line));
    if (text.empty() || place(line).line != place(keyword).line) {
      fail_unsupported(place(keyword, 5), "expected the title's text after \"title\", on its line");
    }
    return text;
  }

  Decoration parse_accessibility(const Token& keyword) {
    const Token& line = take();
    const std::string what = keyword.keyword == Keyword::kAccTitle ? "accTitle" : "accDescr";
    if (keyword.keyword != Keyword::kAccDescrBlock && place(line).line != place(keyword).line) {
      fail_unsupported(
          place(keyword),
          fmt::format("Mermaid takes the next line for the text of \"{}\"; write the text on its line", what));
    }
    return {what, plain_text(text_of(line))};
  }

  Message parse_message(Position at) {
    Message message;
    const Token& first = token();
    if (first.kind == TokenKind::kStray) {
      fail_unsupported(at, fmt::format("unknown statement {}: Mermaid passes over its first sign; remove it",
                                       in_quotes(statement_from(first))));
    }
    if (first.kind == TokenKind::kNumber) {
      fail(fmt::format("a name cannot be a number with a space behind it; write {}->>B without, or choose another name",
                       text_of(first)));
    }
    if (first.kind != TokenKind::kName && first.kind != TokenKind::kKeyword) fail_unknown(first);
    take();
    if (!begins_arrow(token())) fail_no_arrow(first);
    if (!is(TokenKind::kArrow)) fail_not_modelled();
    const Name from = mention(first);
    const Token& arrow = take();
    message.number = ++message_count_;
    message.from = from.id;
    message.arrow = arrow.arrow;
    if (begins_arrow(token())) fail_second_arrow(arrow);
    message.activates = is(TokenKind::kPlus);
    message.deactivates = is(TokenKind::kMinus);
    if (message.activates || message.deactivates) take();
    if (begins_arrow(token())) fail_second_arrow(arrow);
    const Position to_at = place();
    const Name to = mention(take_mentioned_name(*this));
    message.to = to.id;
    if (begins_arrow(token())) fail_second_arrow(arrow);
    message.text = parse_text("a message");
    participants_.pass_message(from.raw, to.raw, at);
    if (message.activates) participants_.activate(to.raw);
    if (message.deactivates) participants_.deactivate(from.raw, to_at);
    return message;
  }

  static bool begins_arrow(const Token& of) {
    return of.kind == TokenKind::kArrow || of.kind == TokenKind::kHalfArrow || of.kind == TokenKind::kCentral;
  }

  // A participant as a message or note mentions it.
  struct Name {
    std::string raw;  // as Mermaid knows it
    std::string id;
  };

  Name mention(const Token& of) {
    std::string name = raw(of);
    std::string id = participants_.mention(name, place(of));
    return {std::move(name), std::move(id)};
  }

  // REQUIRES: begins_arrow(token()).
  [[noreturn]] void fail_second_arrow(const Token& first) {
    if (!is(TokenKind::kArrow)) fail_not_modelled();
    for (const Token& arrow : {first, token()}) {
      const std::string text = text_of(arrow);
      if (!ArrowToken{arrow.arrow, text.size()}.could_be_name()) continue;
      fail(place(arrow),
           fmt::format("{} reads as an arrow, and the message has another; where it is part of a name, choose "
                       "one without it and show this one as its alias (participant … as …)",
                       in_quotes(text)));
    }
    fail("a second arrow in one message; expected the receiver's name, then \":\" and its text");
  }

  // REQUIRES: a half arrow or a central connection is the next token.
  [[noreturn]] void fail_not_modelled() const {
    if (is(TokenKind::kCentral))
      fail_unsupported(place(), "central connections \"()\" are not supported; write A->>B: text");
    fail_unsupported(place(), fmt::format("half arrow {} is not supported; write ->> for a request, -->> for a reply",
                                          in_quotes(text_of(token()))));
  }

  // The next token is no arrow, after the name `first` that begins a statement.
  [[noreturn]] void fail_no_arrow(const Token& first) const {
    const std::string rest = line_from(token());
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '<')) {
      fail(fmt::format("{} begins no arrow; expected ->>, -->>, ->, -->, <<->>, <<-->>, -x, --x, -) or --)",
                       in_quotes(rest.substr(0, 4))));
    }
    fail_unknown(first);
  }

  [[noreturn]] void fail_unknown(const Token& first) const {
    fail(place(first), fmt::format("unknown statement {}; {}{}", in_quotes(statement_from(first)), kExpectedStatement,
                                   is_after_semicolon(first)
                                       ? "; Mermaid ends a statement at \";\": inside a text, write #59; or a comma"
                                       : ""));
  }

  // ":" and the text after it, which may be empty, up to the end of the line.
  std::string parse_text(std::string_view of_what) {
    const Token& text = token();
    if (text.kind != TokenKind::kText) {
      fail(fmt::format("{} ends without its text; expected \":\" and the text, which may be empty", of_what));
    }
    take();
    const std::string said = text_of(text).substr(1);
    for (std::size_t found = said.find("%%"); found != std::string::npos; found = said.find("%%", found + 2)) {
      if (starts_ignoring_case(trim_left(std::string_view(said).substr(found + 2)), "stalemate:")) {
        fail_unsupported(place(text, 1),
                         "\"%% stalemate:\" is part of the text here, as Mermaid reads it; give it a line of its own");
      }
    }
    take_line_end(of_what);
    return label_text(said);
  }

  const std::vector<OwnComment>& comments_;
  ParticipantList participants_;
  Diagram& diagram_;
  int& statements_left_;
  std::size_t next_comment_ = 0;  // of comments_
  int message_count_ = 0;
  int box_count_ = 0;
  int depth_ = 0;
};

}  // namespace

ParsedBlock parse_mermaid(const std::vector<SourceLine>& lines, Position at, const std::string& file,
                          int& statements_left) {
  PreparedBlock prepared = prepare(lines, file);
  ParsedBlock block = parse_preamble(prepared.source, at, file);
  block.diagram.title = prepared.title;
  if (block.is_sequence) Parser(prepared, block.diagram, statements_left, file).parse();
  return block;
}

}  // namespace stalemate::model
