// The account of a file that understand() keeps while it reads: what each statement was taken to mean and what was
// assumed. Every non-blank line of every diagram that is not passed over is accounted for in the end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "languages/translate.hpp"
#include "read/diagram.hpp"
#include "read/source_text.hpp"
#include "understand/protocol.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

// The wording for what is recognised but not yet modelled; `instead` says what the file may say instead, which must not
// change a verdict where it is obeyed.
// Throws NotModelledError.
[[noreturn]] void refuse_not_modelled(const std::string& name, Position at, const std::string& understood,
                                      const std::string& instead = "so no verdict is given",
                                      std::vector<Edit> answers = {});

// For what may mean two things, of which the file has to say one: `question` says what is open and how to answer it.
// Throws NotModelledError.
// `code`: Finding::code. `answers`: the edits of which each is one.
[[noreturn]] void ask_at(const std::string& name, Position at, std::string_view code, const std::string& question,
                         std::vector<Edit> answers = {});

// An ordinary comment of a diagram.
struct Comment {
  Position at;
  std::string text;  // of all its lines that hold words, without "%%"; empty: there is none
};

class Reading {
 public:
  // Must outlive it.
  explicit Reading(const Translated& translated);

  // A text of the document, or an id, in quotation marks as it was written.
  std::string quoted(const std::string& english) const;
  const std::string& as_written(const std::string& english) const { return translated_.as_written(english); }
  std::string in_english(const std::string& text) const { return translated_.in_english(text); }

  // Does it; where it throws what is wrong or open at a place of the file, that is noted, and reading goes on. Whether
  // it was done.
  template <typename Do>
  bool attempt(const Do& act) {
    try {
      act();
      return true;
    } catch (const InputError& error) {
      if (error.findings().empty()) throw;
      for (const Finding& finding : error.findings()) findings_.push_back(finding);
      return false;
    }
  }
  // Likewise, but nothing is noted.
  template <typename Do>
  bool attempt_unsaid(const Do& act) {
    const std::size_t before = findings_.size();
    const bool done = attempt(act);
    findings_.resize(before);
    return done;
  }
  bool latest_is(std::string_view code) const { return !findings_.empty() && findings_.back().code == code; }
  // The diagrams of each feature, where it is asked whether there are several.
  void note_features(std::vector<std::vector<std::size_t>> features) { features_ = std::move(features); }
  const std::vector<std::vector<std::size_t>>& features() const { return features_; }
  // A label that asks for a marker: then replies may speak of one, and where it puts one into an entry, a get that
  // names its entry so may find it.
  void note_marker(const RequestWords& asks) {
    speaks_of_markers_ = true;
    if (traces::facts_of(asks.verb).marks) markers_.push_back(entry_of_key(asks.key));
    marks_stale_ = marks_stale_ || asks.verb == Verb::kMarkStale;
  }
  bool speaks_of_markers() const { return speaks_of_markers_; }
  bool marks_stale() const { return marks_stale_; }
  bool may_hold_marker(const EntryName& entry) const {
    return std::any_of(markers_.begin(), markers_.end(),
                       [&](const EntryName& marked) { return !are_other_entries(marked, entry); });
  }
  void note_caches(std::vector<DrawnCache> caches) { caches_ = std::move(caches); }
  const std::vector<DrawnCache>& caches() const { return caches_; }
  // A participant of which it is asked what it is.
  void leave_unsettled(const std::string& id) { unsettled_.insert(id); }
  bool is_unsettled(const std::string& id) const { return unsettled_.count(id) != 0; }
  // Throws what was noted, by position; nothing where there was nothing. See fail_with().
  void fail_if_any();
  bool any_found() const { return !findings_.empty(); }

  const std::string& name() const { return document_.name; }
  // What stands in comments between the statement at `at` and the line of a statement above it. Directives, and lines
  // that are commented out, do not count.
  Comment comment_above(Position at) const;
  // The line that add() noted for the statement that `at` stands in. REQUIRES: there is one.
  std::size_t line_at(Position at) const;
  // Notes what the statement at `at` means; the result names the line for the calls below.
  std::size_t add(Position at, std::string meaning, std::string assumed = "", std::vector<Edit> edits = {});
  // What the statement at `at` brings in besides: told beneath it, without its text.
  void add_beneath(Position at, std::string meaning, std::string assumed, std::vector<Edit> edits = {});
  // The diagram that begins at `at` is not read; its lines are not accounted for.
  void pass_over(Position at, const std::string& why);
  void also(std::size_t line, const std::string& meaning);                     // appended to the meaning
  void insert(std::size_t line, std::size_t offset, const std::string& text);  // into the meaning, at a byte of it
  void introduce(std::size_t line, const std::string& what);                   // put before the meaning
  void also_assumed(std::size_t line, const std::string& assumed);
  // All lines in the file's order, those that no add() mentioned included. To be called once.
  std::vector<ReadingLine> finish();

 private:
  struct Line {
    ReadingLine told;
    bool beneath = false;
    int statement_column = 0;  // beneath: the column of the statement it stands beneath; else its own
  };
  std::string source_at(Position at) const;
  void put_beneath();
  void account_for_the_rest();

  const Translated& translated_;
  const Document& document_;
  std::vector<SourceLine> file_lines_;
  std::vector<Line> lines_;
  std::vector<Finding> findings_;
  std::vector<DrawnCache> caches_ = {DrawnCache{}};
  std::set<std::string> unsettled_;
  bool speaks_of_markers_ = false;
  bool marks_stale_ = false;
  std::vector<EntryName> markers_;
  std::vector<std::vector<std::size_t>> features_;
  std::vector<int> passed_over_;  // lines where such diagrams begin
};

}  // namespace stalemate::model
