// Recursive descent over the statements of a sequence diagram; see mermaid_parser.hpp. parse_statement owns the choice
// of what a line is; the functions after it each read one kind.
#include "mermaid_parser.hpp"
#include "base/text.hpp"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/core.h>

#include "mermaid_keywords.hpp"
#include "mermaid_lexer.hpp"
#include "mermaid_participants.hpp"
#include "mermaid_preamble.hpp"
#include "mermaid_text.hpp"

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

// An arrow and where it stands.
struct PlacedArrow {
  ArrowToken token;
  Position at;
  std::string text;
};

class Parser {
 public:
  Parser(Cursor& cursor, Diagram& diagram, int& statements_left)
      : cursor_(cursor),
        participants_(cursor, diagram.participants),
        diagram_(diagram),
        statements_left_(statements_left) {}

  void parse() {
    const Closer closer = parse_section(diagram_.statements);
    if (closer.keyword == Keyword::kEnd) {
      cursor_.fail(closer.at,
                   "\"end\" closes nothing: no block is open here; remove it or add the line that opens one");
    }
    if (closer.keyword != Keyword::kNone) fail_misplaced(closer);
    if (message_count_ == 0) {
      cursor_.fail(diagram_.at, "empty diagram: it has no message; expected one such as A->>B: text");
    }
  }

 private:
  void add(std::vector<Statement>& body, Position at, std::variant<Message, Note, Block, Directive, Decoration> node) {
    body.push_back({at, std::move(node)});
  }

  void count_statement(Position at) {
    if (statements_left_-- <= 0) {
      cursor_.fail(at, fmt::format("more than {} statements; split the file", kStatementsMax));
    }
  }

  // Statements up to and including the word that ends their section.
  Closer parse_section(std::vector<Statement>& body) {
    while (true) {
      skip_to_statement(cursor_, [&](Position at, std::string_view text) {
        count_statement(at);
        add(body, at, Directive{std::string(text)});
      });
      const Position at = cursor_.position();
      if (cursor_.at_end()) return {Keyword::kNone, at, {}};
      const Keyword keyword = keyword_at(cursor_.rest());
      if (closes_section(keyword)) {
        const std::string word(cursor_.word());
        cursor_.advance(word.size());
        return {keyword, at, word};
      }
      count_statement(at);
      parse_statement(keyword, at, body);
    }
  }

  void parse_statement(Keyword keyword, Position at, std::vector<Statement>& body) {
    const std::string word(cursor_.word());
    if (keyword != Keyword::kNone) cursor_.advance(word.size());
    switch (keyword) {
      case Keyword::kParticipant:
      case Keyword::kActor:
        participants_.declare(at, keyword == Keyword::kActor);
        break;
      case Keyword::kCreate:
        add(body, at, Decoration{"create", parse_create()});
        break;
      case Keyword::kDestroy:
      case Keyword::kActivate:
      case Keyword::kDeactivate:
        add(body, at, Decoration{lower_case(word), participants_.parse_lone_name()});
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
        add(body, at, parse_link(lower_case(word)));
        break;
      case Keyword::kTitle:
        diagram_.title = parse_title();
        add(body, at, Decoration{"title", diagram_.title});
        break;
      case Keyword::kAccTitle:
      case Keyword::kAccDescr:
        add(body, at, parse_accessibility(keyword, at));
        break;
      case Keyword::kSequenceDiagram:
        cursor_.fail(at, "a second \"sequenceDiagram\"; give each diagram a block of its own");
      case Keyword::kNone:
        add(body, at, parse_message(at));
        break;
      default:
        add(body, at, parse_block(block_kind(keyword), word, at));
    }
  }

  // After the keyword `word` at `at`, up to and including "end".
  Block parse_block(BlockKind kind, const std::string& word, Position at) {
    if (depth_ == kNestingMax) {
      cursor_.fail(at, fmt::format("blocks are nested deeper than {}; split the diagram", kNestingMax));
    }
    ++depth_;
    Block block{kind, {}};
    block.sections.push_back({at, label_text(cursor_.take_text()), {}});
    bool is_empty = true;
    while (true) {
      const Closer closer = parse_section(block.sections.back().body);
      for (const Statement& statement : block.sections.back().body) {
        is_empty = is_empty && std::holds_alternative<Directive>(statement.node);
      }
      if (closer.keyword == Keyword::kEnd) break;
      if (closer.keyword == Keyword::kNone) {
        cursor_.fail(at, fmt::format("\"{}\" is never closed; expected \"end\" on a line of its own after it", word));
      }
      if (section_keyword(kind) != closer.keyword) fail_misplaced(closer, OpenBlock{word, at});
      count_statement(closer.at);
      block.sections.push_back({closer.at, label_text(cursor_.take_text()), {}});
    }
    if (is_empty) {
      cursor_.fail(at, fmt::format("empty {} block; put a message between \"{}\" and its \"end\", or remove both",
                                   lower_case(word), lower_case(word)));
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
    cursor_.fail(closer.at, fmt::format("\"{}\" belongs inside \"{}\", but {}; expected \"end\" or a statement",
                                        lower_case(closer.word), home, where));
  }

  // Participants only, up to "end".
  void parse_box(Position at, std::vector<Statement>& body) {
    const std::string label = label_text(cursor_.take_text());
    add(body, at, Decoration{"box", label});
    while (true) {
      skip_to_statement(cursor_, [&](Position directive_at, std::string_view text) {
        count_statement(directive_at);
        add(body, directive_at, Directive{std::string(text)});
      });
      if (cursor_.at_end()) cursor_.fail(at, "\"box\" is never closed; expected \"end\" on a line of its own after it");
      const Position line_at = cursor_.position();
      const Keyword keyword = keyword_at(cursor_.rest());
      if (keyword != Keyword::kEnd && keyword != Keyword::kParticipant && keyword != Keyword::kActor) {
        cursor_.fail(fmt::format("{} inside \"box\" of line {}; expected a participant, an actor or \"end\"",
                                 in_quotes(cursor_.peek_text()), at.line));
      }
      cursor_.advance(cursor_.word().size());
      if (keyword == Keyword::kEnd) return;
      count_statement(line_at);
      participants_.declare(line_at, keyword == Keyword::kActor, label);
    }
  }

  // After "create": a participant that appears here.
  std::string parse_create() {
    cursor_.skip_spaces();
    const Position at = cursor_.position();
    const Keyword keyword = keyword_at(cursor_.rest());
    if (keyword != Keyword::kParticipant && keyword != Keyword::kActor) {
      cursor_.fail("expected \"participant\" or \"actor\" after \"create\"");
    }
    cursor_.advance(cursor_.word().size());
    return participants_.declare(at, keyword == Keyword::kActor);
  }

  // "", "off", "10" or "10 5".
  std::string parse_autonumber() {
    std::string text;
    for (int numbers = 0; numbers < 2 && !cursor_.at_statement_end(); ++numbers) {
      const std::string_view word = cursor_.rest().substr(0, cursor_.rest().find_first_of(" \t;#"));
      const bool is_off = numbers == 0 && equals_ignoring_case(word, "off");
      if (!is_off && word.find_first_not_of("0123456789.") != std::string_view::npos) break;
      text += text.empty() ? "" : " ";
      text += lower_case(word);
      cursor_.advance(word.size());
      if (is_off) break;
    }
    if (!cursor_.at_statement_end()) {
      cursor_.fail(fmt::format("{} after \"autonumber\"; expected nothing, \"off\", or a start and a step such as 10 5",
                               in_quotes(cursor_.peek_text())));
    }
    return text;
  }

  Note parse_note() {
    Note note;
    cursor_.skip_spaces();
    const std::string placement = lower_case(cursor_.word());
    bool is_known = placement == "over";
    if (placement == "left" || placement == "right") {
      note.placement = placement == "left" ? NotePlacement::kLeftOf : NotePlacement::kRightOf;
      const std::string_view after = trim_left(cursor_.rest().substr(placement.size()));
      is_known = starts_ignoring_case(after, "of") && (after.size() == 2 || !is_word_byte(after[2]));
    }
    if (!is_known) cursor_.fail("expected \"over\", \"left of\" or \"right of\" after \"Note\"");
    cursor_.advance(placement.size());
    if (placement != "over") {
      cursor_.skip_spaces();
      cursor_.advance(2);
    }
    note.participants.push_back(participants_.parse_name(NameRole::kMention));
    if (cursor_.take(",")) {
      if (note.placement != NotePlacement::kOver) {
        cursor_.fail("a note beside stands at one participant; write \"over\" for two");
      }
      note.participants.push_back(participants_.parse_name(NameRole::kMention));
    }
    note.text = parse_text_after_colon("a note");
    return note;
  }

  Decoration parse_link(const std::string& what) {
    const std::string name = participants_.parse_name(NameRole::kMention);
    return {what, fmt::format("{}: {}", name, parse_text_after_colon(what))};
  }

  std::string parse_title() {
    cursor_.take(":");
    std::string text = plain_text(cursor_.take_text());
    if (text.empty()) cursor_.fail("expected the title's text after \"title\"");
    return text;
  }

  Decoration parse_accessibility(Keyword keyword, Position at) {
    const std::string what = keyword == Keyword::kAccTitle ? "accTitle" : "accDescr";
    if (keyword == Keyword::kAccDescr && cursor_.take("{")) {
      return {what, plain_text(cursor_.take_until("}", at, "\"accDescr {\""))};
    }
    cursor_.take(":");
    return {what, plain_text(cursor_.take_line())};
  }

  Message parse_message(Position at) {
    Message message;
    message.number = ++message_count_;
    const std::size_t length = participants_.sender_length(cursor_.rest());
    const std::string_view after = trim_left(cursor_.rest().substr(length));
    const auto arrow = arrow_at(after);
    if (length == 0 || !arrow) fail_no_arrow(at, after);
    message.from = participants_.parse_name(NameRole::kSender);
    cursor_.skip_spaces();
    const PlacedArrow first{*arrow, cursor_.position(), std::string(cursor_.rest().substr(0, arrow->length))};
    message.arrow = arrow->arrow;
    cursor_.advance(arrow->length);
    if (arrow_in_the_way()) fail_second_arrow(first);
    message.activates = cursor_.take("+");
    message.deactivates = !message.activates && cursor_.take("-");
    if (arrow_in_the_way()) fail_second_arrow(first);
    message.to = participants_.parse_name(NameRole::kReceiver);
    if (arrow_in_the_way()) fail_second_arrow(first);
    message.text = parse_text_after_colon("a message");
    return message;
  }

  // Whether an arrow follows where a name or the text must.
  bool arrow_in_the_way() {
    cursor_.skip_spaces();
    return arrow_at(cursor_.rest()) || unsupported_arrow_length(cursor_.rest()) > 0;
  }

  // REQUIRES: arrow_in_the_way().
  [[noreturn]] void fail_second_arrow(const PlacedArrow& first) {
    const auto second = arrow_at(cursor_.rest());
    if (!second) fail_unsupported();
    if (first.token.could_be_name()) fail_arrow_in_name(first.at, first.text);
    if (second->could_be_name()) fail_arrow_in_name(cursor_.position(), cursor_.rest().substr(0, second->length));
    cursor_.fail("a second arrow in one message; expected the receiver's name, then \":\" and its text");
  }

  // REQUIRES: an unsupported arrow stands at the cursor.
  [[noreturn]] void fail_unsupported() {
    const std::string_view written = cursor_.rest().substr(0, unsupported_arrow_length(cursor_.rest()));
    if (written == "()") cursor_.fail("central connections \"()\" are not supported; write A->>B: text");
    cursor_.fail(
        fmt::format("half arrow {} is not supported; write ->> for a request, -->> for a reply", in_quotes(written)));
  }

  [[noreturn]] void fail_arrow_in_name(Position at, std::string_view arrow) {
    cursor_.fail(at,
                 fmt::format("{} reads as an arrow, and the message has another; where it is part of a name, declare "
                             "that name first (participant …) or choose one without it",
                             in_quotes(arrow)));
  }

  // `after` is where an arrow was expected.
  [[noreturn]] void fail_no_arrow(Position at, std::string_view after) {
    const std::string_view statement = cursor_.rest();
    cursor_.advance(statement.size() - after.size());
    if (unsupported_arrow_length(after) > 0) fail_unsupported();
    if (!after.empty() && (after[0] == '-' || after[0] == '<') && after.size() != statement.size()) {
      cursor_.fail(fmt::format("{} begins no arrow; expected ->>, -->>, ->, -->, <<->>, <<-->>, -x, --x, -) or --)",
                               in_quotes(after.substr(0, 4))));
    }
    const std::size_t end = statement.find(';');
    cursor_.fail(at, fmt::format("unknown statement {}; {}", in_quotes(statement.substr(0, end)), kExpectedStatement));
  }

  // ":" and the text after it, which may be empty.
  std::string parse_text_after_colon(std::string_view of_what) {
    if (!cursor_.take(":")) {
      cursor_.fail(fmt::format("{} ends without its text; expected \":\" and the text, which may be empty", of_what));
    }
    const Position at = cursor_.position();
    const std::string_view text = cursor_.take_text();
    for (std::size_t found = text.find("%%"); found != std::string_view::npos; found = text.find("%%", found + 2)) {
      if (starts_ignoring_case(trim_left(text.substr(found + 2)), "stalemate:")) {
        cursor_.fail(at, "\"%% stalemate:\" is part of the text here, as Mermaid reads it; give it a line of its own");
      }
    }
    return label_text(text);
  }

  Cursor& cursor_;
  ParticipantList participants_;
  Diagram& diagram_;
  int& statements_left_;
  int message_count_ = 0;
  int depth_ = 0;
};

}  // namespace

ParsedBlock parse_mermaid(const std::vector<SourceLine>& lines, Position at, const std::string& file,
                          int& statements_left) {
  Cursor cursor(lines, file);
  ParsedBlock block = parse_preamble(cursor, at);
  if (static_cast<int>(block.diagram.statements.size()) > statements_left) {
    cursor.fail(fmt::format("more than {} statements; split the file", kStatementsMax));
  }
  statements_left -= static_cast<int>(block.diagram.statements.size());
  if (block.is_sequence) Parser(cursor, block.diagram, statements_left).parse();
  return block;
}

}  // namespace stalemate::model
