// Compares what operations are about, pair by pair. What two operations have in common counts wherever it is said; what
// tells them apart counts in headings and in labels of the database, and only where these say nothing, in labels of the
// cache.
#include "things.hpp"
#include "answers.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "directives.hpp"
#include "entries.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

using Things = std::vector<std::string>;

std::string in_line(Position at) { return "line " + std::to_string(at.line); }

void add(Things& things, const Things& more) {
  for (const std::string& thing : more) {
    if (!is_in(things, thing)) things.push_back(thing);
  }
}

// What directives say to be one.
std::vector<Same> gather_names(const Document& document, Override::Kind kind) {
  std::vector<Same> all;
  for (const Document::Entry& entry : document.diagrams) {
    visit_statements(entry.diagram.statements, [&](const Statement& statement) {
      const auto* directive = std::get_if<Directive>(&statement.node);
      if (directive == nullptr) return;
      const Override said = read_directive(document.name, statement.at, directive->text);
      if (said.kind == kind) all.push_back({statement.at, said.names});
    });
  }
  return all;
}

// A heading with its depth: 1 for "#".
struct Heading {
  std::string text;
  std::size_t level = 1;
  Position at;
};

std::size_t level_of(const std::vector<SourceLine>& lines, Position at) {
  const std::string_view line = lines.at(static_cast<std::size_t>(at.line) - 1).text;
  const std::size_t begin = line.find('#');
  if (begin == std::string_view::npos || begin + 1 > static_cast<std::size_t>(at.column)) return 1;  // underlined
  return line.find_first_not_of('#', begin) - begin;
}

// The headings that each diagram stands under, from the outermost; a short line that stands alone above it, too.
std::vector<std::vector<Heading>> headings_of(const Document& document) {
  constexpr std::size_t kShortLineWordsMax = 8;
  const std::vector<SourceLine> lines = split_lines(document.text);
  std::vector<std::vector<Heading>> all;
  std::vector<Heading> chain;
  for (const Document::Entry& entry : document.diagrams) {
    for (const Context& context : entry.context) {
      if (!context.is_heading) continue;
      const std::size_t level = level_of(lines, context.at);
      while (!chain.empty() && chain.back().level >= level) chain.pop_back();
      chain.push_back({context.text, level, context.at});
    }
    all.push_back(chain);
    const bool line_above = !entry.context.empty() && !entry.context.back().is_heading;
    if (line_above && split_words(entry.context.back().text).size() <= kShortLineWordsMax)
      all.back().push_back({entry.context.back().text, 9, entry.context.back().at});
  }
  return all;
}

// What one operation is about, headings aside.
struct About {
  const Operation* operation = nullptr;
  std::size_t diagram = 0;
  Things named;      // by what names it, a note or comment aside
  std::string note;  // which may stand above others, too: then it names none of them
  Things in_note;
  Things in_database;  // by the labels of the database
  Things tables;       // by those of them that are SQL; where one of these is written, what is written
  Things in_cache;     // by the entries it names
  Things mentioned;    // whatever its labels mention

  bool is_about_the_same(const About& other) const {
    return diagram == other.diagram && named == other.named && in_note == other.in_note &&
           in_database == other.in_database && in_cache == other.in_cache && mentioned == other.mentioned;
  }
};

About about(const Segment& segment, const Diagram& diagram, std::size_t index, bool only_one) {
  About found;
  found.operation = &segment.operation;
  found.diagram = index;
  found.note = segment.note.empty() ? segment.title : segment.note;
  for (const std::string& text : {segment.note, segment.title})
    add(found.in_note, things_named(text, NamesIn::kHeading));
  for (const std::string& text : {segment.given_name, segment.message})
    add(found.named, things_named(text, NamesIn::kHeading));
  if (only_one) add(found.named, things_named(diagram.title, NamesIn::kHeading));
  Things written;
  visit_requests(segment.operation.body, [&](const Request& request) {
    const bool understood = leading_request(request.label).kind == RequestWords::Kind::kVerb;
    if (request.to == Role::kDatabase && understood) {
      add(found.in_database, things_named(request.label, NamesIn::kDatabaseLabel));
      add(request.verb == Verb::kGet ? found.tables : written, tables_named(request.label));
    }
    add(found.mentioned, things_named(request.label, NamesIn::kCacheLabel));
    if (request.to == Role::kCache) {
      for (const std::string& word : entry_named(request.label).things)
        add(found.in_cache, things_named(word, NamesIn::kCacheLabel));
    }
  });
  if (!written.empty()) found.tables = written;
  add(found.mentioned, found.in_database);
  add(found.mentioned, found.in_cache);
  return found;
}

// "product" and "productpage" are one as well.
bool alike(const std::string& a, const std::string& b) {
  constexpr std::size_t kLettersMin = 4;
  if (a == b) return true;
  const std::string& shorter = a.size() < b.size() ? a : b;
  return shorter.size() >= kLettersMin && (a.size() < b.size() ? b : a).find(shorter) != std::string::npos;
}

bool share(const Things& a, const Things& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& one) {
    return std::any_of(b.begin(), b.end(), [&](const std::string& other) { return alike(one, other); });
  });
}

// All names of a directive are of one thing: who names one, names all.
Things with_same(Things things, const std::vector<Same>& same) {
  for (const Same& said : same) {
    Things named;
    for (const std::string& name : said.names) add(named, things_named(name, NamesIn::kCacheLabel));
    if (share(things, named)) add(things, named);
  }
  return things;
}

struct Compared {
  Things own_one, own_other;  // what tells them apart
  bool common = false;
};

Compared compare(const About& one, const About& other, const std::vector<std::vector<Heading>>& headings,
                 const std::vector<Same>& same) {
  const std::vector<Heading>& above_one = headings[one.diagram];
  const std::vector<Heading>& above_other = headings[other.diagram];
  std::size_t shared = 0;
  while (shared < above_one.size() && shared < above_other.size() && above_one[shared].at == above_other[shared].at)
    ++shared;
  const auto title_of = [&](const About& about, const std::vector<Heading>& above) {
    Things things = about.named;
    if (one.note != other.note) add(things, about.in_note);
    for (std::size_t i = shared; i < above.size(); ++i) add(things, things_named(above[i].text, NamesIn::kHeading));
    return things;
  };
  const auto joined = [](Things things, const Things& more) {
    add(things, more);
    return things;
  };
  const Things title_one = title_of(one, above_one);
  const Things title_other = title_of(other, above_other);
  const Things labels = joined(one.mentioned, other.mentioned);
  // Headings that have nothing in common, and to do with nothing that is read and written below.
  if (!title_one.empty() && !title_other.empty() && !share(with_same(title_one, same), with_same(title_other, same)) &&
      !share(with_same(joined(title_one, title_other), same), labels))
    return {title_one, title_other, false};

  Compared found{joined(one.in_database, title_one), joined(other.in_database, title_other), false};
  if (found.own_one.empty()) found.own_one = one.in_cache;
  if (found.own_other.empty()) found.own_other = other.in_cache;
  // Where the tables are others, neither an entry of the cache nor a heading makes them one thing.
  const bool other_tables = !one.tables.empty() && !other.tables.empty() &&
                            !share(with_same(one.tables, same), with_same(other.tables, same));
  const auto of = [&](const About& about, const Things& title) {
    return with_same(joined(about.mentioned, title), same);
  };
  found.common = !other_tables && share(of(one, title_one), of(other, title_other));
  return found;
}

// The diagrams of each feature; none where one diagram has operations of several.
std::vector<std::vector<std::size_t>> diagrams_of_features(const std::vector<About>& all,
                                                           const std::vector<std::size_t>& feature) {
  std::map<std::size_t, std::set<std::size_t>> diagrams;
  std::map<std::size_t, std::set<std::size_t>> features;
  for (std::size_t i = 0; i < all.size(); ++i) {
    diagrams[feature[i]].insert(all[i].diagram);
    features[all[i].diagram].insert(feature[i]);
  }
  std::vector<std::vector<std::size_t>> parts;
  for (const auto& [diagram, of] : features) {
    if (of.size() > 1) return {};
  }
  for (const auto& [number, of] : diagrams) parts.emplace_back(of.begin(), of.end());
  return parts;
}

// Whether each of these features can be judged by itself: then a line of it names it.
bool can_each_be_judged(const std::vector<std::vector<std::size_t>>& features,
                        const std::vector<std::vector<Segment>>& segments) {
  return !features.empty() && std::all_of(features.begin(), features.end(), [&](const auto& diagrams) {
    std::set<OperationKind> kinds;
    for (const std::size_t diagram : diagrams) {
      for (const Segment& segment : segments[diagram]) kinds.insert(segment.operation.kind);
    }
    return kinds.size() == 2;
  });
}

// A row that an operation reads and one that it writes, where their tables have nothing in common, are two.
void ask_about_tables(const Operation& operation, const std::vector<Same>& same, const Reading& reading) {
  const Request* read = nullptr;
  Things of_read;
  visit_requests(operation.body, [&](const Request& request) {
    if (request.to != Role::kDatabase || request.verb != Verb::kGet) return;
    const Things tables = tables_named(request.label);
    if (read == nullptr && !tables.empty()) read = &request;
    add(of_read, tables);
  });
  visit_requests(operation.body, [&](const Request& request) {
    if (!writes_row(request) || read == nullptr) return;
    const Things written = tables_named(request.label);
    if (written.empty() || share(with_same(written, same), with_same(of_read, same))) return;
    ask_at(reading.name(), request.at, "two-tables",
           reading.quoted(request.label) + " writes " + in_quotes(written.front()) + ", and " + in_line(read->at) +
               " reads " + in_quotes(of_read.front()) +
               ": which of them is cached? If they are one thing, write %% "
               "stalemate: same = " +
               of_read.front() + ", " + written.front() +
               "; if not, %% stalemate: means local before the one that is another",
           {answer_same(request.at.line, of_read.front(), written.front()),
            {request.at.line, "%% stalemate: means local", "it changes nothing of what is read", false}});
  });
}

// Operations that have something in common, directly or by others in between, are of one feature.
void ask_about_features(Reading& reading, const std::vector<About>& all,
                        const std::vector<std::vector<Segment>>& segments,
                        const std::vector<std::vector<Heading>>& headings, const std::vector<Same>& same) {
  const std::string& name = reading.name();
  std::vector<std::size_t> feature(all.size());
  std::iota(feature.begin(), feature.end(), std::size_t{0});
  const auto merge = [&](std::size_t a, std::size_t b) {
    std::replace(feature.begin(), feature.end(), std::size_t{feature[b]}, std::size_t{feature[a]});
  };
  std::vector<std::pair<std::size_t, std::size_t>> apart;
  for (std::size_t j = 0; j < all.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const Compared compared = compare(all[i], all[j], headings, same);
      if (compared.common)
        merge(i, j);
      else if (!compared.own_one.empty() && !compared.own_other.empty())
        apart.emplace_back(i, j);
    }
  }
  for (const auto& [i, j] : apart) {
    if (feature[i] == feature[j]) continue;
    const std::vector<std::vector<std::size_t>> diagrams = diagrams_of_features(all, feature);
    const std::string by_line =
        can_each_be_judged(diagrams, segments)
            ? "by a line of it, as in " + name + ":" + std::to_string(all[j].operation->at.line) + ", or "
            : "";
    reading.note_features(diagrams);
    const Compared compared = compare(all[i], all[j], headings, same);
    const std::string& one = compared.own_one.front();
    const std::string& other = compared.own_other.front();
    ask_at(name, all[j].operation->at, "two-features",
           in_quotes(all[j].operation->name) + " is about " + in_quotes(other) + ", and " +
               in_quotes(all[i].operation->name) + " in " + in_line(all[i].operation->at) + " about " + in_quotes(one) +
               ": are these two features of the application? If they are about one thing, write %% stalemate: same = " +
               one + ", " + other + "; if not, check each alone: " + by_line +
               "%% stalemate: ignore first in a diagram passes over it",
           {answer_same(all[j].operation->at.line + 1, one, other),
            {all[j].operation->at.line + 1, "%% stalemate: ignore", "this diagram is passed over", false}});
  }
}

// A typing mistake must not leave a question unanswered, nor a wrong answer unseen.
void refuse_unknown_names(const std::string& name, const std::vector<Same>& same, const Things& things,
                          const std::vector<NamedEntry>& entries) {
  for (const Same& said : same) {
    for (const std::string& each : said.names) {
      const Things named = things_named(each, NamesIn::kCacheLabel);
      const bool is_thing =
          std::any_of(named.begin(), named.end(), [&](const auto& one) { return is_in(things, one); });
      const bool is_entry = std::any_of(entries.begin(), entries.end(),
                                        [&](const NamedEntry& entry) { return is_called(entry.name, each); });
      if (!is_thing && !is_entry) fail_at(name, said.at, "no heading, label or key here names " + in_quotes(each));
    }
  }
}

}  // namespace

std::vector<CacheEntry> ask_about_things(const Document& document, std::vector<std::vector<Segment>>& segments,
                                         Reading& reading) {
  const std::vector<Same> same = gather_names(document, Override::Kind::kSame);
  const std::vector<Same> apart = gather_names(document, Override::Kind::kEntries);
  const std::vector<std::vector<Heading>> headings = headings_of(document);
  std::vector<About> all;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (const Segment& segment : segments[i]) {
      About found = about(segment, document.diagrams[i].diagram, i, segments[i].size() == 1);
      const auto same_as = [&](const About& other) { return found.is_about_the_same(other); };
      if (std::none_of(all.begin(), all.end(), same_as)) all.push_back(std::move(found));
    }
  }
  const std::vector<NamedEntry> entries = entries_of(segments);
  Things things;
  for (const About& each : all) {
    add(things, each.mentioned);
    add(things, each.named);
    add(things, each.in_note);
  }
  for (const std::vector<Heading>& above : headings) {
    for (const Heading& heading : above) add(things, things_named(heading.text, NamesIn::kHeading));
  }
  refuse_unknown_names(reading.name(), same, things, entries);
  refuse_unknown_names(reading.name(), apart, {}, entries);
  ask_about_features(reading, all, segments, headings, same);
  for (const std::vector<Segment>& of_diagram : segments)
    for (const Segment& segment : of_diagram) ask_about_tables(segment.operation, same, reading);
  return settle_entries(segments, entries, same, apart, reading);
}

}  // namespace stalemate::model
