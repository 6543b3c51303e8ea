// See changed_pages_support.hpp.
#include "model/false_green/changed_pages_support.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "understand/understanding.hpp"

namespace stalemate::model {
namespace {

// A page as lines, each known to stand in a diagram or not.
struct Line {
  std::string text;
  bool in_diagram = false;  // behind the word sequenceDiagram, before the fence that ends it
  bool is_fence = false;
  bool is_head = false;  // the word sequenceDiagram
};
using Lines = std::vector<Line>;

std::vector<std::string> split_at_line_ends(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  return lines;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  bool in_mermaid = false;
  bool in_diagram = false;
  for (const std::string& whole : split_at_line_ends(text)) {
    const std::string_view trimmed = trim(whole);
    Line line{whole, false, false, false};
    if (trimmed.starts_with("```")) {
      line.is_fence = in_mermaid || trimmed.starts_with("```mermaid");
      in_mermaid = !in_mermaid && trimmed.starts_with("```mermaid");
      in_diagram = false;
    } else if (in_mermaid && trimmed == "sequenceDiagram") {
      line.is_head = in_diagram = true;
    } else {
      line.in_diagram = in_diagram;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string text_of(const Lines& lines, const std::string& end = "\n") {
  std::string text;
  for (const Line& line : lines) text += line.text + end;
  return text;
}

template <typename Each>
std::string with_each_line(const std::string& text, const Each& each) {
  Lines changed;
  for (Line& line : lines_of(text)) each(line, changed);
  return text_of(changed);
}

std::optional<std::string> carriage_returns(const std::string& text, sim::Random&) {
  return text_of(lines_of(text), "\r\n");
}
std::optional<std::string> blank_lines(const std::string& text, sim::Random& random) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    if (line.in_diagram && random.below(3) == 0) changed.push_back({"", true});
    changed.push_back(line);
  });
}
std::optional<std::string> trailing_blanks(const std::string& text, sim::Random&) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    // Behind other statements Mermaid overlooks the end of such a line.
    if (line.in_diagram && line.text.find(": ") != std::string::npos) line.text += "  ";
    changed.push_back(line);
  });
}
std::optional<std::string> tabs(const std::string& text, sim::Random&) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    if (line.in_diagram) line.text = "\t" + std::string(trim(line.text));
    changed.push_back(line);
  });
}
std::optional<std::string> behind_head(const std::string& text, const std::string& what) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    changed.push_back(line);
    if (line.is_head) changed.push_back({what, true});
  });
}
std::optional<std::string> numbered(const std::string& text, sim::Random&) {
  return behind_head(text, "    autonumber");
}
std::optional<std::string> described(const std::string& text, sim::Random&) {
  return behind_head(text, "    accTitle: figure 12\n    accDescr: as in ADR 7");
}
std::optional<std::string> commented(const std::string& text, sim::Random&) {
  return behind_head(text, "    %% see ADR 7");
}
std::optional<std::string> themed(const std::string& text, sim::Random&) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    if (line.is_head) changed.push_back({"%%{init: {\"theme\": \"dark\"}}%%", false});
    changed.push_back(line);
  });
}
std::optional<std::string> tildes(const std::string& text, sim::Random&) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    if (line.is_fence) line.text.replace(line.text.find("```"), 3, "~~~~");
    changed.push_back(line);
  });
}
std::optional<std::string> quoted(const std::string& text, sim::Random&) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    line.text = "> " + line.text;
    changed.push_back(line);
  });
}
std::optional<std::string> prose_in_front(const std::string& text, sim::Random&) {
  return "See ADR 7 and RFC 12.\n\n" + text;
}
std::optional<std::string> another_diagram(const std::string& text, sim::Random&) {
  return text +
         "\n## Sign-in\n\n```mermaid\nsequenceDiagram\n    actor U as User\n    participant I as Identity API\n"
         "    U->>I: log in\n    I-->>U: token\n```\n";
}
std::optional<std::string> other_kinds_of_diagrams(const std::string& text, sim::Random&) {
  return text + "\n```mermaid\nflowchart LR\n    A --> B\n```\n\n```sql\nSELECT 1;\n```\n";
}
std::optional<std::string> with_note_at_end(const std::string& text, sim::Random&) {
  std::string first;
  return with_each_line(text, [&](Line& line, Lines& changed) {
    if (line.is_head) first.clear();
    const std::vector<std::string> words = split(std::string(trim(line.text)), ' ');
    const bool declares = words.size() > 1 && (words[0] == "participant" || words[0] == "actor");
    if (line.in_diagram && declares && first.empty()) first = words[1];
    if (line.is_fence && !changed.empty() && changed.back().in_diagram && !first.empty())
      changed.push_back({"    Note over " + first + ": ADR 7", true});
    changed.push_back(line);
  });
}

bool declares(const Line& line) {
  const std::string_view trimmed = trim(line.text);
  return line.in_diagram && (trimmed.starts_with("participant ") || trimmed.starts_with("actor "));
}

std::optional<std::string> actors(const std::string& text, sim::Random& random) {
  return with_each_line(text, [&](Line& line, Lines& changed) {
    const std::size_t at = line.text.find("participant ");
    if (declares(line) && at != std::string::npos && random.below(2) == 0) line.text.replace(at, 11, "actor");
    changed.push_back(line);
  });
}

// Declarations that stand one below the other, the last first.
std::optional<std::string> declared_in_reverse(const std::string& text, sim::Random&) {
  Lines lines = lines_of(text);
  for (auto begin = lines.begin(); begin != lines.end();) {
    const auto end = std::find_if_not(begin, lines.end(), declares);
    std::reverse(begin, end);
    begin = std::find_if(end, lines.end(), declares);
  }
  return text_of(lines);
}
std::optional<std::string> boxed(const std::string& text, sim::Random&) {
  Lines changed;
  const Lines lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (declares(lines[i]) && (i == 0 || !declares(lines[i - 1]))) {
      if (text.find("box") != std::string::npos) return std::nullopt;
      changed.push_back({"    box rgb(240, 240, 240)", true});
    }
    changed.push_back(lines[i]);
    if (declares(lines[i]) && (i + 1 == lines.size() || !declares(lines[i + 1]))) changed.push_back({"    end", true});
  }
  return text_of(changed);
}

// The lines that `read --fix` writes: each says what was assumed.
std::optional<std::string> fixed_by_the_reader(const std::string& text, sim::Random&) {
  const Fixed mended = fixed(text, "page.md", {});
  if (mended.applied.empty()) return std::nullopt;
  return mended.text;
}

// Every id another one; what is shown stays.
class Renaming {
 public:
  static std::optional<std::string> rename(const std::string& text, sim::Random&) {
    Renaming renaming;
    Lines changed;
    for (Line& line : lines_of(text)) {
      if (line.is_head) renaming.names_.clear();
      if (line.in_diagram && !renaming.line(line.text)) return std::nullopt;
      changed.push_back(line);
    }
    return text_of(changed);
  }

 private:
  // False for a line of which it cannot be told which ids it names.
  bool line(std::string& text) {
    const std::string indent = text.substr(0, text.find_first_not_of(" \t"));
    const std::string trimmed(trim(text));
    if (trimmed.empty() || trimmed.starts_with("%%")) return trimmed.find("stalemate:") == std::string::npos;
    const std::string word = trimmed.substr(0, trimmed.find(' '));
    static const std::set<std::string> kBare = {"alt",    "else", "opt",  "loop", "par",   "and",   "critical",
                                                "option", "end",  "rect", "box",  "break", "title", "autonumber"};
    if (kBare.count(word) != 0 || trimmed.starts_with("autonumber")) return true;
    if (word == "participant" || word == "actor") {
      const std::string rest(trim(trimmed.substr(word.size())));
      if (rest.find("@{") != std::string::npos) return false;
      const std::size_t as = rest.find(" as ");
      const std::string id(trim(rest.substr(0, as)));
      names_[id] = "p" + std::to_string(names_.size() + 1) + "x";
      text = indent + word + " " + names_[id] + " as " + (as == std::string::npos ? id : rest.substr(as + 4));
      return true;
    }
    std::size_t at = 0;
    if (trimmed.starts_with("Note ") || trimmed.starts_with("note ")) {
      for (const std::string_view where : {"over ", "left of ", "right of "}) {
        const std::size_t found = trimmed.find(where);
        if (found != std::string::npos && found < 12) at = found + where.size();
      }
      if (at == 0) return false;
    } else if (word == "activate" || word == "deactivate") {
      at = word.size() + 1;
    }
    const std::size_t colon = trimmed.find(':');
    std::string renamed = trimmed.substr(0, at);
    const std::string rest = colon == std::string::npos ? "" : trimmed.substr(colon);
    std::string named = trimmed.substr(at, colon == std::string::npos ? std::string::npos : colon - at);
    bool any = false;
    while (!named.empty()) {
      const auto* best = longest_in(named);
      if (best == nullptr) {
        renamed += named.front();
        named.erase(0, 1);
        continue;
      }
      any = true;
      renamed += best->second;
      named.erase(0, best->first.size());
    }
    text = indent + renamed + rest;
    return any;
  }

  const std::pair<const std::string, std::string>* longest_in(const std::string& text) const {
    const std::pair<const std::string, std::string>* best = nullptr;
    for (const auto& name : names_) {
      if (text.starts_with(name.first) && (best == nullptr || name.first.size() > best->first.size())) best = &name;
    }
    return best;
  }

  std::map<std::string, std::string> names_;
};

constexpr TextChange kChanges[] = {{"carriage returns", carriage_returns},
                                   {"blank lines", blank_lines},
                                   {"blanks at the end", trailing_blanks},
                                   {"tabs", tabs},
                                   {"numbers", numbered},
                                   {"accTitle and accDescr", described},
                                   {"a comment", commented},
                                   {"a theme", themed},
                                   {"tildes", tildes},
                                   {"a quotation", quoted},
                                   {"prose in front", prose_in_front},
                                   {"a diagram of something else", another_diagram},
                                   {"other code", other_kinds_of_diagrams},
                                   {"a note at the end", with_note_at_end},
                                   {"actors", actors},
                                   {"declared in reverse", declared_in_reverse},
                                   {"a box", boxed},
                                   {"fixed by the reader", fixed_by_the_reader},
                                   {"other ids", Renaming::rename}};

}  // namespace

std::span<const TextChange> text_changes() { return kChanges; }

}  // namespace stalemate::model
