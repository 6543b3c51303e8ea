// Names that are of one entry are gathered first; what each entry is, a value of the row or a marker, follows from what
// is asked of it.
#include "entries.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "answers.hpp"
#include "base/text.hpp"
#include "generations.hpp"
#include "leases.hpp"

namespace stalemate::model {
namespace {

std::string in_line(Position at) { return "line " + std::to_string(at.line); }

// The names by which a request calls its entry: several, where it names several.
std::vector<EntryName> names_in(const Request& request) {
  if (request.verb == Verb::kWait) return {EntryName{}};  // for whatever is there
  if (!request.named.empty()) return {entry_of_key(request.named)};
  return entries_named(request.label, request.verb);
}

bool is_about_markers(Verb verb) {
  return verb == Verb::kExists || verb == Verb::kCountUp || verb == Verb::kGetGeneration ||
         traces::facts_of(verb).marks;
}

// Whether a name is the key of a marker or a counter, and so of nothing else that is called by words in it.
bool is_key_of_marker(const EntryName& name) {
  return !name.key.empty() && (names_marker(name.shown) || names_generation(name.shown));
}

// Whether a directive says of both names what it says of names.
bool said_of_both(const EntryName& a, const EntryName& b, const std::vector<Same>& said) {
  return std::any_of(said.begin(), said.end(), [&](const Same& one) {
    const auto names = [&](const EntryName& entry) {
      return std::any_of(one.names.begin(), one.names.end(),
                         [&](const std::string& name) { return is_called(entry, name); });
    };
    return names(a) && names(b);
  });
}

// Where an entry is filled that nothing deletes or sets when the database changes: it stays as it is.
std::string said_of_what_stays(const NamedEntry& entry, const std::vector<NamedEntry>& entries) {
  const auto is_of_it = [&](const NamedEntry& other) { return !are_other_entries(other.name, entry.name); };
  const auto filled = std::find_if(entries.begin(), entries.end(),
                                   [&](const NamedEntry& other) { return is_of_it(other) && stores(other.verb); });
  const bool is_kept = std::any_of(entries.begin(), entries.end(), [&](const NamedEntry& other) {
    return is_of_it(other) && other.beside_change && changes(other.verb);
  });
  if (filled == entries.end() || is_kept) return "";
  return "; " + in_quotes(entry.name.shown) + " is filled in " + in_line(filled->at) +
         ", and no operation that changes the database deletes or sets it";
}

// One entry: the names of it, the first as it is drawn first.
struct Group {
  std::vector<NamedEntry> names;
  bool markers = false;  // markers are asked of it, or put there, and no value

  void add(const NamedEntry& entry) {
    const bool of_markers = is_about_markers(entry.verb);
    const bool deletes = entry.verb == Verb::kDelete;
    marked_ = marked_ || of_markers || (deletes && is_key_of_marker(entry.name));  // be it that nobody puts it there
    valued_ = valued_ || !(of_markers || deletes);
    markers = marked_ && !valued_;
    names.push_back(entry);
  }

  const NamedEntry& first() const { return names.front(); }
  // Whether a request looks it up by one of its names.
  bool looked_up() const {
    return std::any_of(names.begin(), names.end(), [](const NamedEntry& entry) { return !changes(entry.verb); });
  }

 private:
  bool marked_ = false;
  bool valued_ = false;
};

// Whether two keys are plainly of two entries: they differ in more than what stands for a row.
bool are_other_keys(const EntryName& a, const EntryName& b) {
  return !a.key.empty() && !b.key.empty() && a.key != b.key;
}

class Entries {
 public:
  Entries(const std::vector<NamedEntry>& all, const std::vector<Same>& same, const std::vector<Same>& apart,
          Reading& reading)
      : all_(all), same_(same), apart_(apart), reading_(reading) {
    for (const NamedEntry& entry : all) add(entry);
    for (std::size_t i = 1; i < groups_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) ask_whether_two(groups_[j], groups_[i]);
    sort();
  }

  const std::vector<Group>& groups() const { return groups_; }
  std::vector<CacheEntry> entries() const;

  // The group of the marker, or the counter, that a request names beside its entry.
  std::size_t marker(const Request& request) const {
    const EntryName other = entry_of_key(request.other_named);
    const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& one) {
      return one.markers && !one.names.empty() && are_one(one.first().name, other);
    });
    if (group == groups_.end())
      ask_at(reading_.name(), request.at, "condition-nothing-meets",
             "nothing on this page puts " + in_quotes(request.other_named) +
                 " there, so the condition always holds; draw what does, or leave the condition out");
    return static_cast<std::size_t>(group - groups_.begin());
  }

  // Whether two names are of one entry. That of a marker is its key, whatever else is called by words in it.
  bool are_one(const EntryName& a, const EntryName& b) const {
    if (said_of_both(a, b, same_)) return true;
    if (is_key_of_marker(a) != is_key_of_marker(b) || (is_key_of_marker(a) && a.key != b.key)) return false;
    return !are_other_entries(a, b);
  }

  bool has_several_values() const {
    return std::count_if(groups_.begin(), groups_.end(), [](const Group& group) { return !group.markers; }) > 1;
  }

  // The one group that a name is of; none where it is of no other request's, or of several.
  std::optional<std::size_t> known(const EntryName& name) const {
    std::optional<std::size_t> found;
    for (std::size_t group = 0; group < groups_.size() && !name.shown.empty(); ++group) {
      if (!is_of(groups_[group], name)) continue;
      if (found) return std::nullopt;
      found = group;
    }
    return found;
  }

  // The group of a name; that of the one value there is, where a request calls its entry nothing in particular.
  std::size_t of(const EntryName& name, Position at, const std::string& label) const {
    if (!name.shown.empty()) return *find(name);
    const auto second =
        std::find_if(groups_.begin() + 1, groups_.end(), [](const Group& group) { return !group.markers; });
    if (second != groups_.end())
      ask_at(reading_.name(), at, "which-entry",
             "cannot tell which entry " + reading_.quoted(label) +
                 " is about: " + in_quotes(groups_[0].first().name.shown) + " or " +
                 in_quotes(second->first().name.shown) + "; name it in the label");
    return 0;
  }

 private:
  std::optional<std::size_t> find(const EntryName& name) const {
    for (std::size_t group = 0; group < groups_.size(); ++group)
      if (is_of(groups_[group], name)) return group;
    return std::nullopt;
  }

  bool is_of(const Group& group, const EntryName& name) const {
    return std::any_of(group.names.begin(), group.names.end(),
                       [&](const NamedEntry& known) { return are_one(known.name, name); });
  }

  // Asks where a name is that of one member of the group, and may be another than a second one's.
  void ask_within(const Group& group, const NamedEntry& entry) const {
    for (const NamedEntry& known : group.names)
      if (!are_one(known.name, entry.name)) ask_whether_one(known, entry);
  }

  void add(const NamedEntry& entry) {
    const auto found = find(entry.name);
    if (found) ask_within(groups_[*found], entry);
    (found ? groups_[*found] : groups_.emplace_back()).add(entry);
  }

  // Whether a request names both, and so as two.
  static bool named_together(const Group& a, const Group& b) {
    return std::any_of(a.names.begin(), a.names.end(), [&](const NamedEntry& one) {
      return std::any_of(b.names.begin(), b.names.end(), [&](const NamedEntry& other) { return one.at == other.at; });
    });
  }

  // Whether a key is plainly that of an entry: it is looked up, or named beside another.
  bool is_of_its_own(const Group& group) const {
    return group.looked_up() || group.markers || std::any_of(groups_.begin(), groups_.end(), [&](const Group& other) {
             return &other != &group && named_together(group, other);
           });
  }

  void ask_whether_two(const Group& before, const Group& group) const {
    const NamedEntry& one = before.first();
    const NamedEntry& other = group.first();
    if (said_of_both(one.name, other.name, apart_) || named_together(before, group)) return;
    const bool keys = are_other_keys(one.name, other.name);
    if (keys && is_of_its_own(before) && is_of_its_own(group)) return;
    ask_whether_one(one, other);
  }

  void ask_whether_one(const NamedEntry& one, const NamedEntry& other) const {
    ask_at(reading_.name(), other.at, "two-entries",
           in_quotes(other.name.shown) + " and " + in_quotes(one.name.shown) + " in " + in_line(one.at) +
               " may be two entries of the cache; if they are one, write %% stalemate: same = " + one.name.shown +
               ", " + other.name.shown +
               ", and if both are made of one row, %% stalemate: entries = " + one.name.shown + ", " +
               other.name.shown + said_of_what_stays(one, all_) + said_of_what_stays(other, all_),
           {answer_same(other.at.line, one.name.shown, other.name.shown),
            answer_entries(other.at.line, one.name.shown, other.name.shown)});
  }

  // The first that holds values first, the others by their names.
  void sort() {
    const auto value = std::find_if(groups_.begin(), groups_.end(), [](const Group& group) { return !group.markers; });
    if (value == groups_.end()) {
      groups_.insert(groups_.begin(), Group{});
    } else {
      std::rotate(groups_.begin(), value, value + 1);
    }
    std::sort(groups_.begin() + 1, groups_.end(),
              [](const Group& a, const Group& b) { return name_of(a) < name_of(b); });
  }

  // "lock:product" of "lock:product:1".
  static std::string name_of(const Group& group) {
    if (group.names.empty()) return "";
    const EntryName& name = group.first().name;
    if (name.key.empty()) return name.shown;
    std::string joined;
    for (const std::string& part : name.key)
      if (part != "#") joined += part == "/" ? "|" : part;
    while (!joined.empty() && !is_word_byte(joined.back())) joined.pop_back();
    return joined;
  }

  const std::vector<NamedEntry>& all_;
  const std::vector<Same>& same_;
  const std::vector<Same>& apart_;
  Reading& reading_;
  std::vector<Group> groups_;
};

std::vector<CacheEntry> Entries::entries() const {
  std::vector<CacheEntry> entries;
  for (const Group& group : groups_) {
    CacheEntry entry{.name = name_of(group), .markers = group.markers};
    for (const NamedEntry& named : group.names) {
      const std::vector<std::string>& key = named.name.key;
      entry.of_key = entry.of_key && (key.empty() || is_in(key, "#"));
    }
    for (const CacheEntry& before : entries)
      if (before.name == entry.name) entry.name += "'";
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Which entries a request is about, and what it calls them; its own is the one that it names first.
std::map<std::size_t, std::string> note_entries(Request& request, const Entries& settled, const Reading& reading) {
  std::map<std::size_t, std::string> names;
  for (const EntryName& name : names_in(request)) {
    const std::size_t entry = settled.of(name, request.at, request.label);
    if (names.empty()) request.entry = entry;
    names.emplace(entry, name.shown);
  }
  // What other requests call an entry, a delete calls so, too.
  if (request.verb == Verb::kDelete || request.verb == Verb::kMarkStale)
    for (const std::string& part : further_parts(request.label)) {
      const EntryName named = entry_named(part);
      const bool is_said = std::any_of(names.begin(), names.end(), [&](const auto& known) {
        return equals_ignoring_case(part, lower(known.second));
      });
      if (is_said) continue;
      if (const auto entry = settled.known(named))
        names.emplace(*entry, part);
      else if (!named.shape.empty() && settled.has_several_values())
        ask_at(reading.name(), request.at, "which-entry",
               "cannot tell which entry " + in_quotes(part) + " in " + reading.quoted(request.label) +
                   " is; call it as it is called where it is filled");
    }
  for (const auto& [entry, name] : names)
    if (entry != request.entry) request.also.push_back(entry);
  const bool plain = traces::facts_of(request.verb).of_several() && !request.adds && request.passes_on.empty();
  if (!request.also.empty() && !plain)
    refuse_not_modelled(reading.name(), request.at, "several entries in one request");
  return names;
}

// Says beside each request which entry it is about, where there are several, and once of each what it is taken to be.
class EntriesTold {
 public:
  EntriesTold(const Entries& settled, const std::vector<CacheEntry>& found, const std::vector<NamedEntry>& named,
              Reading& reading)
      : settled_(settled), found_(found), named_(named), reading_(reading), told_(found.size()) {}

  // `names`: what the request of this line of the reading calls its entries.
  void tell(const std::map<std::size_t, std::string>& names, std::size_t line) {
    if (names.size() > 1) {
      std::string all;
      for (const auto& [entry, name] : names) all += (all.empty() ? "" : ", ") + in_quotes(found_[entry].name);
      reading_.also(line, "; the entries, in one step, are " + all);
    }
    for (const auto& [entry, name] : names) {
      if (entry == 0) continue;
      if (names.size() == 1) reading_.also(line, "; the entry is " + in_quotes(found_[entry].name));
      if (!told_[entry]) reading_.also_assumed(line, taken_as(entry, name));
      told_[entry] = true;
    }
  }

 private:
  std::string taken_as(std::size_t entry, const std::string& name) const {
    if (found_[entry].markers) return in_quotes(name) + " is taken as a marker, which is there or not, and no value";
    const NamedEntry& first = settled_.groups()[0].first();
    return in_quotes(name) + " is taken as an entry of its own, made of the same row as " +
           in_quotes(first.name.shown) + "; if they are one, say %% stalemate: same = " + first.name.shown + ", " +
           name + said_of_what_stays(first, named_) + said_of_what_stays(settled_.groups()[entry].first(), named_);
  }

  const Entries& settled_;
  const std::vector<CacheEntry>& found_;
  const std::vector<NamedEntry>& named_;
  Reading& reading_;
  std::vector<bool> told_;
};

// An operation that stores if something else is unchanged than it reads cannot be told from one that does not.
void refuse_other_watched(const Operation& operation, const std::string& name) {
  std::optional<std::size_t> watched;
  visit_requests(operation.body, [&](const Request& request) {
    if (request.watch == Watch::kNothing && request.verb != Verb::kSetIfUnchanged) return;
    if (watched && *watched != request.entry)
      refuse_not_modelled(name, request.at, "a change of one entry only if another one is unchanged");
    watched = request.entry;
  });
}

}  // namespace

bool is_called(const EntryName& entry, const std::string& name) {
  if (equals_ignoring_case(entry.shown, lower(name))) return true;
  return !entry.key.empty() && entry_of_key(name).key == entry.key;
}

std::vector<NamedEntry> entries_of(const std::vector<std::vector<Segment>>& segments) {
  std::vector<NamedEntry> entries;
  for (const std::vector<Segment>& of_diagram : segments) {
    for (const Segment& segment : of_diagram) {
      visit_requests(segment.operation.body, [&](const Request& request) {
        if (request.to != Role::kCache) return;
        for (EntryName& name : names_in(request)) {
          if (!name.shown.empty())
            entries.push_back({std::move(name), request.at, request.verb, segment.changes_database});
        }
      });
    }
  }
  return entries;
}

std::vector<CacheEntry> settle_entries(std::vector<std::vector<Segment>>& segments,
                                       const std::vector<NamedEntry>& entries, const std::vector<Same>& same,
                                       const std::vector<Same>& apart, Reading& reading) {
  const Entries settled(entries, same, apart, reading);
  std::vector<CacheEntry> found = settled.entries();
  if (found.size() > kEntriesMax)
    refuse_not_modelled(reading.name(), settled.groups()[kEntriesMax].first().at,
                        "more than " + std::to_string(kEntriesMax) + " entries of one row");
  visit_all_requests(segments, [&](const Segment&, const Request& request) {
    if (request.tells && found.size() > 1)
      refuse_not_modelled(reading.name(), request.at, "publishing which of several entries has changed");
  });
  EntriesTold told(settled, found, entries, reading);
  std::vector<bool> marked(found.size());
  std::vector<bool> stale(found.size());
  visit_cache_requests(segments, [&](const Segment& segment, Request& request) {
    if (request.verb == Verb::kWait) return;
    const std::map<std::size_t, std::string> names = note_entries(request, settled, reading);
    if (!request.other_named.empty()) request.other = settled.marker(request);
    found[request.entry].versioned = found[request.entry].versioned || traces::facts_of(request.verb).versioned();
    marked[request.entry] = marked[request.entry] || traces::facts_of(request.verb).marks;
    if (request.verb == Verb::kMarkStale)
      for (const auto& [entry, name] : names) stale[entry] = true;
    told.tell(names, segment.line_of_arrow.at(request.arrow));
  });
  visit_cache_requests(segments, [&](const Segment&, Request& request) {
    request.finds.marker = request.verb == Verb::kGet && marked[request.entry];
    request.finds.stale = request.finds.lease && stale[request.entry];
  });
  settle_generations(segments, reading);
  settle_leases(segments, reading);
  for (const std::vector<Segment>& of_diagram : segments)
    for (const Segment& segment : of_diagram) refuse_other_watched(segment.operation, reading.name());
  return found;
}

}  // namespace stalemate::model
