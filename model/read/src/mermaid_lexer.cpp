// See mermaid_lexer.hpp. Lexer::next() takes one token in the state that the tokens before it left, as jison's does;
// the names of the states are those of the grammar.
#include "mermaid_lexer.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.hpp"

namespace stalemate::model {

namespace {

// Longest first where one begins another. The cross may be written X.
struct ArrowSpelling {
  std::string_view text;
  Arrow arrow;
};
constexpr std::array<ArrowSpelling, 10> kArrows = {{
    {"<<-->>", {true, ArrowHead::kBoth}},
    {"<<->>", {false, ArrowHead::kBoth}},
    {"-->>", {true, ArrowHead::kFilled}},
    {"->>", {false, ArrowHead::kFilled}},
    {"-->", {true, ArrowHead::kNone}},
    {"->", {false, ArrowHead::kNone}},
    {"--x", {true, ArrowHead::kCross}},
    {"-x", {false, ArrowHead::kCross}},
    {"--)", {true, ArrowHead::kOpen}},
    {"-)", {false, ArrowHead::kOpen}},
}};

constexpr std::array<std::string_view, 16> kHalfArrows = {"--|\\", "--|/",   "--\\\\", "--//", "/|--",  "\\|--",
                                                          "//--",  "\\\\--", "-|\\",   "-|/",  "-\\\\", "-//",
                                                          "/|-",   "\\|-",   "//-",    "\\\\-"};

// What ends the part of a name before "-": the lookahead of the grammar's rule ACTOR.
constexpr std::array<std::string_view, 12> kNotInNames = {"-x",  "--",  "-)",   "-|\\", "-\\",   "-/",
                                                          "-|/", "/|-", "\\|-", "//-",  "\\\\-", "()"};

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool begins_no_name_part(std::string_view text) {
  return std::any_of(kNotInNames.begin(), kNotInNames.end(),
                     [text](std::string_view sign) { return starts_ignoring_case(text, sign); });
}

// 12, 1.5, .25 — before a space or line feed.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::size_t whole = at;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = ++at;
    while (at < text.size() && at < fraction + 2 && is_digit(text[at])) ++at;
    if (at == fraction) at = whole;
  }
  return at > 0 && at < text.size() && is_one_of(text[at], " \n") ? at : 0;
}

// Length of the run of characters at the start of `text` that a declared name may hold; with `spaces` or without.
std::size_t declared_run(std::string_view text, bool spaces) {
  std::size_t at = 0;
  while (at < text.size() && !is_one_of(text[at], "<>:\n,;@") && (spaces || space_length(text.substr(at)) == 0)) ++at;
  return at;
}

bool is_before_alias(std::string_view text) {
  const std::string_view word = trim_left(text);
  return word.size() < text.size() && starts_ignoring_case(word, "as") && space_length(word.substr(2)) > 0;
}

enum class State { kInitial, kId, kAlias, kLine, kConfig, kAccLine, kAccBlock };

class Lexer {
 public:
  Lexer(PreparedBlock& block, const std::string& file)
      : source_(block.source), text_(block.source.text), own_comments_(block.own_comments), file_(file) {}

  std::vector<Token> run() {
    while (true) {
      const bool is_last = at_ == text_.size();
      const std::size_t count = tokens_.size();
      if (!step()) break;
      if (is_last && tokens_.size() > count) break;
    }
    tokens_.push_back({TokenKind::kEnd, at_, at_, {}, {}});
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  std::size_t line_length() const { return std::min(text_.find('\n', at_), text_.size()) - at_; }

  Token& add(TokenKind kind, std::size_t length) {
    tokens_.push_back({kind, at_, at_ + length, Keyword::kNone, {}});
    at_ += length;
    return tokens_.back();
  }

  [[noreturn]] void fail_unsupported(std::string_view what) {
    fail_at(file_, source_.place(at_), what, kUnsupportedSyntax);
  }

  // Passes what it can or adds a token; false where the diagram ends or nothing fits.
  bool step() {
    switch (state_) {
      case State::kInitial:
        return step_initial();
      case State::kId:
        return step_id();
      case State::kAlias:
        return step_alias();
      case State::kLine:
        skip_blanks_and_hash();
        add(TokenKind::kLine, std::min(rest().find_first_of("#\n;"), rest().size()));
        state_ = State::kInitial;
        return true;
      case State::kConfig:
        return step_config();
      case State::kAccLine:
        add(TokenKind::kLine, line_length());
        state_ = State::kInitial;
        return true;
      case State::kAccBlock:
        return step_acc_block();
    }
    return false;
  }

  // Blanks but line feeds, then a comment #.
  void skip_blanks_and_hash() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ += line_length();
      } else if (text_[at_] != '\n' && space_length(rest()) > 0) {
        at_ += space_length(rest());
      } else {
        return;
      }
    }
  }

  bool step_initial() {
    if (at_ == text_.size()) {
      add(TokenKind::kNewline, 0);
      return true;
    }
    const std::string_view text = rest();
    if (text[0] == '\n') {
      add(TokenKind::kNewline, std::min(text.find_first_not_of('\n'), text.size()));
    } else if (space_length(text) > 0) {
      at_ += text.size() - trim_left(text).size();  // line feeds, too: this one ends no statement
    } else if (text[0] == '#') {
      at_ += line_length();
    } else if (text[0] == '%' && text.substr(1, 1) != "{") {
      pass_comment(0);
    } else if (hides_comment(text)) {
      if (text[0] != ';') {
        fail_unsupported(
            fmt::format("Mermaid takes {} for a comment, \"%%\" and what stands before it; put the comment on a "
                        "line of its own",
                        in_quotes(as_written(text.substr(0, line_length())))));
      }
      pass_comment(1);
    } else if (const std::size_t number = number_length(text)) {
      add(TokenKind::kNumber, number);
    } else if (const KeywordToken keyword = keyword_at(text); keyword.keyword != Keyword::kNone) {
      add(TokenKind::kKeyword, keyword.length).keyword = keyword.keyword;
      state_ = state_after(keyword.keyword);
    } else {
      take_sign(text);
    }
    return true;
  }

  // Any character but "}" with "%%" behind it: a comment together with it. What JavaScript has as two units is none.
  static bool hides_comment(std::string_view text) {
    const std::size_t size = code_point_size(text, 0);
    return text[0] != '}' && size < 4 && text.substr(size, 2) == "%%";
  }

  void pass_comment(std::size_t before) {
    const std::string_view comment = rest().substr(before, line_length() - before);
    OwnComment own{source_.place(at_ + before), {}};
    if (is_own_comment(comment, own.text)) own_comments_.push_back(std::move(own));
    at_ += before + comment.size();
  }

  static State state_after(Keyword keyword) {
    switch (keyword) {
      case Keyword::kParticipant:
      case Keyword::kActor:
      case Keyword::kDestroy:
      case Keyword::kActivate:
      case Keyword::kDeactivate:
        return State::kId;
      case Keyword::kBox:
      case Keyword::kLoop:
      case Keyword::kRect:
      case Keyword::kOpt:
      case Keyword::kAlt:
      case Keyword::kElse:
      case Keyword::kPar:
      case Keyword::kAnd:
      case Keyword::kCritical:
      case Keyword::kOption:
      case Keyword::kBreak:
      case Keyword::kTitle:
        return State::kLine;
      case Keyword::kAccTitle:
      case Keyword::kAccDescr:
        return State::kAccLine;
      case Keyword::kAccDescrBlock:
        return State::kAccBlock;
      default:
        return State::kInitial;
    }
  }

  // What is neither blank nor comment nor keyword.
  void take_sign(std::string_view text) {
    if (text[0] == ',') {
      add(TokenKind::kComma, 1);
    } else if (text[0] == ';') {
      add(TokenKind::kNewline, 1);
    } else if (const std::size_t name = name_length(text)) {
      add(TokenKind::kName, name);
    } else if (const auto arrow = arrow_at(text)) {
      add(TokenKind::kArrow, arrow->length).arrow = arrow->arrow;
    } else if (const std::size_t half = half_arrow_length(text)) {
      add(TokenKind::kHalfArrow, half);
    } else if (text[0] == ':') {
      add(TokenKind::kText, std::min(text.find_first_of("#\n;"), text.size()));
    } else if (text[0] == '+' || text[0] == '-') {
      add(text[0] == '+' ? TokenKind::kPlus : TokenKind::kMinus, 1);
    } else if (text.substr(0, 2) == "()") {
      add(TokenKind::kCentral, 2);
    } else {
      add(TokenKind::kStray, 1);
    }
  }

  // A name behind participant, actor, destroy, activate, deactivate.
  bool step_id() {
    skip_blanks_and_hash();
    const std::string_view text = rest();
    if (text.substr(0, 2) == "@{") {
      add(TokenKind::kConfigBegin, 2);
      state_ = State::kConfig;
      return true;
    }
    const std::size_t word = declared_run(text, false);
    if (word > 0 && trim_left(text.substr(word)).substr(0, 2) == "@{") {
      add(TokenKind::kName, word);  // and what follows is read in this state, too
      return true;
    }
    if (word > 0 && is_before_alias(text.substr(word))) {
      add(TokenKind::kName, word);
      state_ = State::kAlias;
      return true;
    }
    std::size_t name = declared_run(text, true);
    const bool ends_statement = name == text.size() || text[name] == '\n' || text[name] == ';';
    if (!ends_statement) name = std::min(text.substr(0, name).rfind('#'), text.size());
    if (name > 0 && name < text.size()) {
      add(TokenKind::kName, name);
      state_ = State::kInitial;
      return true;
    }
    add(TokenKind::kNoName, line_length());
    return false;
  }

  bool step_alias() {
    skip_blanks_and_hash();
    if (starts_ignoring_case(rest(), "as") && keyword_ends(2)) {
      add(TokenKind::kAs, 2);
      state_ = State::kLine;
    } else {
      add(TokenKind::kNewline, 0);
      state_ = State::kInitial;
    }
    return true;
  }

  bool keyword_ends(std::size_t length) const {
    const std::string_view after = rest().substr(length);
    return after.empty() || !is_word_byte(after[0]) || static_cast<unsigned char>(after[0]) >= 0x80;
  }

  bool step_config() {
    if (at_ == text_.size()) return false;
    if (text_[at_] != '}') {
      add(TokenKind::kConfig, std::min(rest().find('}'), rest().size()));
      return true;
    }
    state_ = is_before_alias(rest().substr(1)) ? State::kAlias : State::kInitial;
    add(TokenKind::kConfigEnd, 1);
    return true;
  }

  // accDescr { up to }. Without a word in it, it says nothing, wherever it stands.
  bool step_acc_block() {
    const std::size_t length = rest().find('}');
    if (length == std::string_view::npos) {
      fail_at(file_, source_.place(tokens_.back().begin), "\"accDescr {\" is never closed; expected \"}\"",
              kUnsupportedSyntax);
    }
    if (length == 0) {
      tokens_.pop_back();  // Mermaid has no token for it
    } else {
      add(TokenKind::kLine, length);
    }
    ++at_;
    state_ = State::kInitial;
    return true;
  }

  const MermaidText& source_;
  const std::string_view text_;
  std::vector<OwnComment>& own_comments_;
  const std::string& file_;
  State state_ = State::kInitial;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::optional<ArrowToken> arrow_at(std::string_view text) {
  for (const ArrowSpelling& spelling : kArrows) {
    if (starts_ignoring_case(text, spelling.text)) return ArrowToken{spelling.arrow, spelling.text.size()};
  }
  return std::nullopt;
}

std::size_t half_arrow_length(std::string_view text) {
  for (const std::string_view spelling : kHalfArrows) {
    if (text.substr(0, spelling.size()) == spelling) return spelling.size();
  }
  return 0;
}

// [^/\\+()<\->:\n,;]+((?!(-x|--|-\)|…))-*[^+<\->:\n,;]+)*
std::size_t name_length(std::string_view text) {
  const auto run = [text](std::size_t from, std::string_view without) {
    return std::min(text.find_first_of(without, from), text.size());
  };
  std::size_t at = run(0, "/\\+()<->:\n,;");
  if (at == 0) return 0;
  while (at < text.size() && !begins_no_name_part(text.substr(at))) {
    const std::size_t from = at + (text[at] == '-' ? 1 : 0);
    const std::size_t end = run(from, "+<->:\n,;");
    if (end == from) break;
    at = end;
  }
  return at;
}

std::vector<Token> tokens_of(PreparedBlock& block, const std::string& file) {
  std::vector<Token> tokens = Lexer(block, file).run();
  std::sort(block.own_comments.begin(), block.own_comments.end(), [](const OwnComment& a, const OwnComment& b) {
    return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
  });
  return tokens;
}

}  // namespace stalemate::model
