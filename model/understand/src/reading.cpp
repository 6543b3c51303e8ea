// Keeps the reading and fills in what statements looked like. Positions count code points; the file's text is only used
// to show lines and to account for those without a statement of their own (end, comments, titles).
#include "reading.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"

namespace stalemate::model {
namespace {

bool starts_with_word(std::string_view text, std::string_view word) {
  return starts_ignoring_case(text, word) && (text.size() == word.size() || !is_word_byte(text[word.size()]));
}

// Nothing to read in it, or a statement that was taken out.
bool is_commented_out(std::string_view text) {
  const auto is_letter = [](char c) { return is_word_byte(c) && !is_digit(c) && c != '_'; };
  if (std::none_of(text.begin(), text.end(), is_letter)) return true;
  for (const std::string_view arrow : {"->", "-)", "-x", "--x"}) {
    if (text.find(arrow) != std::string_view::npos) return true;
  }
  for (const std::string_view keyword : {"participant", "actor", "alt", "else", "opt", "loop", "par", "note", "end",
                                         "activate", "deactivate", "rect", "autonumber", "break", "critical"}) {
    if (starts_with_word(text, keyword)) return true;
  }
  return false;
}

std::string meaning_without_statement(std::string_view line) {
  if (line.substr(0, 2) == "%%") return "a comment: no meaning";
  if (starts_with_word(line, "end")) return "the block ends here";
  if (starts_with_word(line, "title")) return "the title";
  if (starts_with_word(line, "box")) return "how the diagram looks: no meaning";
  return "belongs to a line above: no meaning of its own";
}

}  // namespace

void refuse_not_modelled(const std::string& name, Position at, const std::string& understood,
                         const std::string& instead, std::vector<Edit> answers) {
  throw NotModelledError(std::vector<Finding>{Finding{
      "not-modelled", Severity::kNotModelled, name, at,
      "understood as \"" + understood + "\", which is not modelled yet; " + instead, understood, std::move(answers)}});
}

void ask_at(const std::string& name, Position at, std::string_view code, const std::string& question,
            std::vector<Edit> answers) {
  throw NotModelledError(std::vector<Finding>{
      Finding{std::string(code), Severity::kQuestion, name, at, question, {}, std::move(answers)}});
}

void Reading::fail_if_any() {
  if (findings_.empty()) return;
  sort(findings_);
  fail_with(findings_);
}

Reading::Reading(const Translated& translated)
    : translated_(translated), document_(translated.document), file_lines_(split_lines(translated.document.text)) {}

std::string Reading::quoted(const std::string& english) const { return in_quotes(as_written(english)); }

Comment Reading::comment_above(Position at) const {
  Comment comment;
  for (int number = at.line - 1; number >= 1; --number) {
    const std::string_view whole = file_lines_[static_cast<std::size_t>(number) - 1].text;
    std::string_view line = trim(whole);
    while (!line.empty() && line.front() == '>') line = trim(line.substr(1));
    if (line.empty()) continue;
    if (line.substr(0, 2) != "%%" || line.substr(0, 3) == "%%{") break;
    const std::string_view text = trim(line.substr(2));
    if (starts_ignoring_case(text, "stalemate") || is_commented_out(text)) continue;
    const std::size_t indent = whole.find(line);
    comment.at = {number, columns(whole.substr(0, indent)) + 1};
    comment.text = std::string(text) + (comment.text.empty() ? "" : " ") + comment.text;
  }
  return comment;
}

std::size_t Reading::line_at(Position at) const {
  std::size_t found = lines_.size();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Position here = lines_[i].told.at;
    if (lines_[i].beneath || here.line != at.line || here.column > at.column) continue;
    if (found == lines_.size() || here.column >= lines_[found].told.at.column) found = i;
  }
  return found;
}

std::size_t Reading::add(Position at, std::string meaning, std::string assumed, std::vector<Edit> edits) {
  lines_.push_back({{at, "", std::move(meaning), std::move(assumed), std::move(edits)}, false, at.column});
  return lines_.size() - 1;
}

void Reading::add_beneath(Position at, std::string meaning, std::string assumed, std::vector<Edit> edits) {
  lines_.push_back({{at, "", std::move(meaning), std::move(assumed), std::move(edits)}, true, at.column});
}

void Reading::pass_over(Position at, const std::string& why) {
  passed_over_.push_back(at.line);
  add(at, "passed over: " + why, "what this diagram shows has nothing to do with the others");
}

void Reading::also(std::size_t line, const std::string& meaning) { lines_.at(line).told.meaning += meaning; }

void Reading::insert(std::size_t line, std::size_t offset, const std::string& text) {
  lines_.at(line).told.meaning.insert(offset, text);
}

void Reading::introduce(std::size_t line, const std::string& what) {
  std::string& meaning = lines_.at(line).told.meaning;
  meaning = meaning.empty() ? what : what + "; " + meaning;
}

void Reading::also_assumed(std::size_t line, const std::string& assumed) {
  std::string& all = lines_.at(line).told.assumed;
  if (!all.empty()) all += "; ";
  all += assumed;
}

// From `at` to the next statement on the same line, without the separator.
std::string Reading::source_at(Position at) const {
  if (at.line < 1 || static_cast<std::size_t>(at.line) > file_lines_.size()) return {};
  const std::string_view line = file_lines_[static_cast<std::size_t>(at.line) - 1].text;
  std::size_t end = line.size();
  for (const Line& other : lines_) {
    if (!other.beneath && other.told.at.line == at.line && other.told.at.column > at.column) {
      end = std::min(end, offset_of_column(line, other.told.at.column));
    }
  }
  const std::size_t begin = std::min(offset_of_column(line, at.column), end);
  std::string_view source = trim(line.substr(begin, end - begin));
  if (end < line.size() && !source.empty() && source.back() == ';') source = trim(source.substr(0, source.size() - 1));
  return std::string(source);
}

// The statement that a line stands beneath begins at or before it.
void Reading::put_beneath() {
  for (Line& line : lines_) {
    if (!line.beneath) continue;
    line.statement_column = 0;
    for (const Line& other : lines_) {
      const Position at = other.told.at;
      if (other.beneath || at.line != line.told.at.line || at.column > line.told.at.column) continue;
      line.statement_column = std::max(line.statement_column, at.column);
    }
  }
}

void Reading::account_for_the_rest() {
  std::vector<int> mentioned;
  for (const Line& line : lines_) mentioned.push_back(line.told.at.line);
  std::sort(mentioned.begin(), mentioned.end());
  for (std::size_t i = 0; i < document_.diagrams.size(); ++i) {
    const int first = document_.diagrams[i].diagram.at.line;
    if (std::find(passed_over_.begin(), passed_over_.end(), first) != passed_over_.end()) continue;
    int last = static_cast<int>(file_lines_.size());
    if (i + 1 < document_.diagrams.size()) last = document_.diagrams[i + 1].diagram.at.line - 1;
    for (int number = std::max(first, 1); number <= last; ++number) {
      const std::string_view whole = file_lines_[static_cast<std::size_t>(number) - 1].text;
      std::string_view line = trim(whole);
      while (!line.empty() && line.front() == '>') line = trim(line.substr(1));
      if (line.substr(0, 3) == "```" || line.substr(0, 3) == "~~~") break;
      if (line.empty() || std::binary_search(mentioned.begin(), mentioned.end(), number)) continue;
      const int column = 1 + columns(whole.substr(0, whole.find(line)));
      lines_.push_back({{{number, column}, std::string(line), meaning_without_statement(line), "", {}}, false, column});
    }
  }
}

std::vector<ReadingLine> Reading::finish() {
  put_beneath();
  for (Line& line : lines_) {
    if (!line.beneath) line.told.source = source_at(line.told.at);
  }
  account_for_the_rest();
  std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
    return std::tie(a.told.at.line, a.statement_column, a.beneath, a.told.at.column) <
           std::tie(b.told.at.line, b.statement_column, b.beneath, b.told.at.column);
  });
  std::vector<ReadingLine> told;
  for (Line& line : lines_) told.push_back(std::move(line.told));
  return told;
}

}  // namespace stalemate::model
