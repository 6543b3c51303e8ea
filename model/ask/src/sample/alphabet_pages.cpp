// What becomes of each line. A long file: half of it is the lines themselves.
#include "ask/alphabet_pages.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

namespace stalemate::model {
namespace {

// What stands in place of a line, or is put before one.
using Lines = std::vector<std::string>;

const Lines& marker_lines() {
  static const Lines kLines = {"app->>cache: SET lock:item:1\n",
                               "app->>cache: SET lock:item:1 EX 60\n",
                               "app-)cache: SET lock:item:1 EX 60\n",
                               "app->>cache: DEL lock:item:1\n",
                               "app->>cache: DEL lock:item:1 item:1\n",
                               "app-)cache: DEL lock:item:1\n",
                               "app->>cache: SET item:1 unless lock:item:1 exists\n",
                               "app-)cache: SET item:1 unless lock:item:1 exists\n",
                               R"(app->>cache: SET total:1 unless lock:item:1 exists
alt conflict
app-)cache: DEL total:1
end
)",
                               "app->>cache: SET item:1 to LOCKED EX 30\n",
                               "app-)cache: SET item:1 to DELETED\n",
                               R"(app->>cache: EXISTS lock:item:1
alt exists
app->>cache: DEL item:1
else free
app-)cache: SET lock:item:1
end
)",
                               R"(app->>cache: EXISTS lock:item:1
opt free
app->>cache: SET item:1 to LOCKED
end
)",
                               R"(app->>cache: SET lock:item:1 NX EX 60
alt taken
app->>cache: DEL total:1
else acquired
app-)cache: DEL lock:item:1
end
)",
                               R"(app->>cache: add item:1 LOCKED
alt taken
app-)cache: DEL item:1
end
)",
                               R"(app->>cache: GET item:1
alt locked
app-)cache: DEL item:1
else hit
app->>cache: DEL lock:item:1
end
)",
                               R"(app->>cache: GET item:1
opt miss
app-)cache: SET lock:item:1
end
)"};
  return kLines;
}

const Lines& version_lines() {
  static const Lines kLines = {"app->>cache: set item:1 only if the version is newer\n",
                               "app->>cache: set item:1 only if the version is newer\n",
                               "app-)cache: set item:1 only if the version is newer, TTL 60\n",
                               R"(app->>cache: set item:1 only if the version is newer
alt conflict
app-)cache: DEL item:1
end
)",
                               "app->>cache: mark item:1 deleted at this version, only if newer\n",
                               "app-)cache: mark item:1 deleted at this version, only if newer, TTL 60\n",
                               "app->>database: SELECT version of item\n",
                               R"(app->>cache: GET item:1
opt miss
app-)cache: set item:1 only if the version is newer
end
)"};
  return kLines;
}

const Lines& generation_lines() {
  static const Lines kLines = {"app->>cache: GET gen:item:1\n",
                               "app->>cache: GET gen:item:1\n",
                               R"(app->>cache: GET gen:item:1
alt timeout
app-)cache: DEL total:1
end
)",
                               "app->>cache: HGET item:1 generation\n",
                               "app->>cache: save item:1 only if the generation is as read (one script)\n",
                               "app-)cache: save item:1 only if the generation is as read, TTL 60 (one script)\n",
                               R"(app->>cache: save total:1 only if the generation is as read (one script)
opt conflict
app->>cache: INCR gen:item:1
end
)",
                               "app->>cache: purge item:1: delete it and count its generation up (one script)\n",
                               R"(app->>cache: purge item:1: delete it and count its generation up EX 60 (one script)
)",
                               "app-)cache: DEL item:1 and INCR gen:item:1 (one script)\n",
                               "app->>cache: INCR gen:item:1\n",
                               "app-)cache: INCR gen:item:1\n"};
  return kLines;
}

const Lines& lease_lines() {
  static const Lines kLines = {
      R"(app->>cache: get item:1, take a lease if it is missing
alt miss, lease granted
app->>cache: set item:1 if the lease is still valid
else no lease
app-)cache: DEL total:1
end
)",
      R"(app->>cache: get item:1, take a lease if it is missing
opt lease granted
app->>database: Get value
app->>cache: set item:1 if the lease is still valid
end
)",
      R"(app->>cache: get item:1 and take its lock if it is free (one script)
alt hit
app-)cache: DEL total:1
else miss
app-)cache: set item:1 if the lock is still mine (one script)
end
)",
      "app->>cache: get item:1, take a lease if it is missing\n",
      "app->>cache: set item:1 if the lease is still valid\n",
      "app-)cache: set item:1 if the lease is still valid, TTL 60\n",
      "app->>cache: mark item:1 as stale\n",
      "app->>cache: mark item:1 and total:1 as stale\n",
      "app-)cache: mark item:1 as stale\n"};
  return kLines;
}

const Lines& plain_ends() {
  static const Lines kLines = {": Get item:1", ": Set item:1",     ": Delete item:1", ": DEL total:1",
                               ": GET item:1", ": Delete total:1", ": Set total:1"};
  return kLines;
}

const Lines& row_changes() {
  static const Lines kLines = {"app->>database: increment value\n", "app->>database: increment value\n",
                               "app-)database: increment value\n",
                               R"(app->>database: Get value
app->>database: Set value to what was read, plus 1
)",
                               R"(app->>cache: Get value
opt miss
app->>database: Get value
end
app->>database: Set value to what was read, plus 1
)",
                               R"(app->>database: Get value
app->>database: UPDATE item SET n = the n that was read plus 1 WHERE version is as read
alt conflict
app-)cache: Delete value
else ok
app->>cache: Delete value
end
)",
                               R"(app->>database: Get value
app->>database: UPDATE item SET n = the n that was read plus 1 WHERE version is as read
)"};
  return kLines;
}

const Lines& entry_changes() {
  static const Lines kLines = {"app->>cache: Set value\n", "app->>cache: increment value\n",
                               "app-)cache: increment value\n", "app->>cache: increment value only if it exists\n",
                               R"(app->>cache: Get value
alt hit
app->>cache: Set value to what was read, plus mine
else miss
app-->>user: done
end
)"};
  return kLines;
}

const Lines& second_looks() {
  static const Lines kLines = {
      R"(alt no row
app-)cache: Delete value
else row
app->>cache: Set value
end
)",
      R"(alt no row
app-->>user: done
else row
app->>cache: Set value
end
)",
      R"(alt no row
app->>cache: Set value to null
end
)",
      R"(app->>cache: Set value
app->>database: Get value
alt changed meanwhile
app->>cache: Delete value
end
)",
      R"(app->>database: Get value
alt unchanged
app->>cache: Set value
else changed
app-->>user: error
end
)",
      "app->>cache: Set value\n"};
  return kLines;
}

const Lines& load_lines() {
  static const Lines kLines = {
      R"(cache->>database: Get value
database-->>cache: value
)",
      R"(cache->>database: Get value
database-->>cache: value
cache->>cache: Set value, TTL 60
)",
      "cache->>database: Get value\n",
      R"(opt miss
cache->>database: Get value
database-->>cache: value
end
)",
      R"(alt hit
cache-->>app: value
else miss
cache->>database: Get value
database-->>cache: value
cache-->>app: value
end
)"};
  return kLines;
}

const Lines& pass_lines() {
  static const Lines kLines = {
      R"(cache->>database: Set value
database-->>cache: ok
)", "cache->>database: Set value\n",
      R"(cache->>database: Set value
database-->>cache: ok
cache->>cache: Set value
)",
      R"(cache->>database: Set value
database-->>cache: ok
cache->>cache: Set value, TTL 60
)", "cache-)database: Set value\n",  "cache-)database: Set value\n"};
  return kLines;
}

// The same page about keys: of two entries of the row, and with markers put, looked for and taken away on the way.
// A line that asks the cache plainly of one entry asks it of two, or of two rows.
std::string of_several(const std::string& line) {
  const std::size_t at = line.find("cache: ");
  if (at == std::string::npos) return line;
  const std::string asks = line.substr(at + 7);
  const std::string to = line.substr(0, at + 7);
  const std::string both = asks.ends_with("total:1") ? "total:1 item:1" : "item:1 total:1";
  if (asks == "Delete item:1" || asks == "Delete total:1") return to + "DEL " + both;
  if (asks == "Set item:1" || asks == "Set total:1") return to + "MSET " + both;
  if (asks == "Get item:1") return to + "MGET item:1 item:2";
  return line;
}

std::string with_each(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// `beside`: of what is possible at a cache that stands beside another.
std::string with_ends_of_leases(std::string text, sim::Random& random) {
  // All leases of a page run out, or those of what is not there, or none.
  const std::size_t runs_out = random.below(3);
  if (runs_out == 1) {
    text = with_each(text, "take a lease if", "take a lease for 30 s if");
    text = with_each(text, "take its lock if", "take its lock for 30 s if");
  } else if (runs_out == 2) {
    text = with_each(text, "get item:1, take a lease if it is missing", "mg item:1 v c N30");
    text = with_each(text, "get item:1 and take its lock if it is free (one script)", "mg item:1 v c N30");
  }
  // Whether a lock runs out of which that is not said is asked where what is stale is refilled under it.
  if (text.find("as stale") != std::string::npos) {
    text = with_each(text, "take its lock if it is free", "take its lease if it is free");
    text = with_each(text, "if the lock is still mine", "if the lease is still mine");
  }
  return text;
}

}  // namespace

std::string with_entries(const std::string& page, sim::Random random, bool beside) {
  static const std::array kFurther = {&version_lines(), &generation_lines(), &generation_lines(), &lease_lines(),
                                      &lease_lines(),   &marker_lines(),     &marker_lines()};
  static const std::array kBeside = {&lease_lines(), &marker_lines(), &marker_lines()};
  const std::vector<std::string>& further =
      beside ? *kBeside[random.below(kBeside.size())] : *kFurther[random.below(kFurther.size())];
  std::string text;
  const bool has_leases = &further == &lease_lines();
  std::size_t left = has_leases || &further == &generation_lines() ? 1 + random.below(4) : random.below(4);
  const bool two = random.below(2) == 0;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const bool asks = line.starts_with("app->>") || line.starts_with("app-)");
    // What has a lease takes no other condition.
    if (has_leases && (line.find(" if ") != std::string::npos || line.find("cas value") != std::string::npos))
      line = "app->>cache: Set value";
    if (asks && left > 0 && random.below(has_leases ? 2 : 4) == 0) {
      text += further[random.below(further.size())];
      --left;
    }
    if (const std::size_t at = line.find("value"); line.find("cache: ") != std::string::npos && at != std::string::npos)
      line.replace(at, 5, two && random.below(3) == 0 ? "total:1" : "item:1");
    if (random.below(4) == 0) line = of_several(line);
    text += line + "\n";
  }
  return with_ends_of_leases(std::move(text), random);
}

// The same page with its cache in every app instance, or with two caches or three, of which one may be.
std::string with_caches(const std::string& page, sim::Random random) {
  static const std::vector<std::vector<std::string>> kIds = {
      {"cache"},         {"near", "cache"},    {"near", "cache"},
      {"near", "cache"}, {"cache", "further"}, {"near", "cache", "further"}};
  const std::size_t drawn = random.below(kIds.size());
  const std::vector<std::string>& ids = kIds[drawn];
  const bool alone = ids.size() == 1;
  std::string participants;
  for (const std::string& id : ids)
    participants += "participant " + id + " as " +
                    (alone || id == "near" ? "In-process cache"
                     : id == "further"     ? "Memcached"
                                           : "Redis") +
                    "\n";
  const bool tells = ids.front() == "near" || alone;
  if (tells)
    participants += "participant bus as Pub/sub\nparticipant others as In-process cache of every other instance\n";
  std::string text;
  std::string asked = ids.front();
  std::vector<std::string> outer;  // what the blocks around are about
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const bool asks = line.starts_with("app->>cache: ") || line.starts_with("app-)cache: ");
    if (asks) {
      asked = ids[random.below(ids.size())];
      const bool waits = line.starts_with("app->>") || alone || asked == "near";
      const std::string label = line.substr(line.find(": "));
      const bool conditional =
          !alone && (label.find(" if unchanged") != std::string::npos || label.find("cas ") != std::string::npos);
      line = (waits ? "app->>" : "app-)") + asked + (conditional ? ": Set value" : label);
    } else if (line.starts_with("cache-->>app")) {
      line = asked + line.substr(5);
    } else if (line.starts_with("alt") || line.starts_with("opt") || line.starts_with("break")) {
      outer.push_back(asked);
    } else if (line.starts_with("else") && !outer.empty()) {
      asked = outer.back();
    } else if (line == "end" && !outer.empty()) {
      asked = outer.back();
      outer.pop_back();
    }
    text += line + "\n";
    if (tells && asks && random.below(3) == 0)
      text += std::string("app") + (random.below(3) == 0 ? "-)" : "->>") +
              "bus: publish that the value has changed\nbus-)others: delete value\n";
    if (line == "sequenceDiagram") text += participants;
  }
  return text;
}

// A page with entries, of whose plain requests some go to another cache: in every app instance, or one that all share.
// Conditions stand at one of the two.
std::string beside_another(const std::string& page, sim::Random random) {
  const std::string other = random.below(2) == 0 ? "near" : "further";
  std::string text;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const bool plain = std::any_of(plain_ends().begin(), plain_ends().end(),
                                   [&](const std::string& end) { return line.ends_with(end); });
    const bool asks = line.starts_with("app->>cache: ") || (line.starts_with("app-)cache: ") && other != "near");
    // What stands behind a get may be about it, so such gets stay where they are.
    const bool get = line.find("et item") != std::string::npos && line.find("Set") == std::string::npos;
    if (plain && asks && !get && random.below(2) == 0) line.replace(line.find("cache"), 5, other);
    text += line + "\n";
    if (plain && asks && get && random.below(2) == 0)
      text = text.substr(0, text.size() - line.size() - 1) + "app->>" + other + ": Get item:1\n" + line + "\n";
    if (line == "sequenceDiagram")
      text += "participant " + other + (other == "near" ? " as In-process cache\n" : " as Memcached\n") +
              "participant cache as Redis\n";
  }
  return text;
}

// The same page with gets that go to a read replica of its cache, and waits until that has everything.
std::string with_replica(const std::string& page, sim::Random random) {
  std::string text;
  std::string asked = "cache";
  std::vector<std::string> outer;  // what the blocks around are about
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if ((line.find(" if unchanged") != std::string::npos || line.find("cas ") != std::string::npos) &&
        random.below(4) != 0)
      line = "app->>cache: Set value";
    const bool asks = line.starts_with("app->>cache: ") || line.starts_with("app-)cache: ");
    const bool gets = line == "app->>cache: Get value" || line == "app->>cache: GET item:1" ||
                      line == "app->>cache: Get item:1" || line == "app->>cache: Get total:1";
    if (asks) asked = gets && random.below(3) != 0 ? "replica" : "cache";
    if (asks) line.replace(line.find("cache"), 5, asked);
    if (line.starts_with("cache-->>app"))
      line.replace(0, 5, asked);
    else if (line.starts_with("alt") || line.starts_with("opt") || line.starts_with("break"))
      outer.push_back(asked);
    else if (line.starts_with("else") && !outer.empty())
      asked = outer.back();
    if (line == "end" && !outer.empty()) {
      asked = outer.back();
      outer.pop_back();
    }
    text += line + "\n";
    if (asks && asked == "cache" && random.below(8) == 0) text += "app->>cache: WAIT 1 100\n";
    if (line == "sequenceDiagram") text += "participant replica as Redis replica\nparticipant cache as Redis\n";
  }
  return text;
}

namespace {

// What `change` makes of the page's lines, which are told whether they are a Write's.
template <class Change>
std::string with_lines(const std::string& page, const Change& change) {
  std::string text;
  bool write = false;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("Write") != std::string::npos) write = true;
    if (line.find("Read") != std::string::npos) write = false;
    text += change(line, write);
  }
  return text;
}

}  // namespace

// The same page with Writes that change what is there, or what they read of it.
std::string with_changes(const std::string& page, sim::Random random) {
  return with_lines(page, [&](const std::string& line, bool write) {
    const bool stores = write && line.find(": Set value") != std::string::npos && line.find("if ") == std::string::npos;
    const bool of_row = line.find("database: ") != std::string::npos;
    if (stores && line.starts_with("app-x"))
      return std::string(of_row ? "app-xdatabase: increment value\n" : "app-xcache: Delete value\n");
    if (!stores) return line + "\n";
    return of_row ? row_changes()[random.below(row_changes().size())]
                  : entry_changes()[random.below(entry_changes().size())];
  });
}

std::string with_watches(const std::string& page, sim::Random random) {
  const std::string kind = random.below(2) == 0 ? "cas value" : "Set value if unchanged";
  return with_lines(page, [&](const std::string& line, bool) {
    const bool stores = line.starts_with("app->>cache: Set value") && line.find(" if ") == std::string::npos;
    if (!stores || random.below(3) == 0) return line + "\n";
    std::string text = "app->>cache: " + kind + "\n";
    if (random.below(3) == 0) text += "alt conflict\napp-->>user: error\nend\n";
    return text;
  });
}

// The same page with rows that are removed or not there at first, with second looks at them, and with waits for the
// cache's replica.
std::string with_rows(const std::string& page, sim::Random random) {
  const bool inserts = random.below(3) == 0;
  return with_lines(page, [&](std::string line, bool write) {
    if (write && line == "app->>database: Set value" && inserts) line = "app->>database: Insert value";
    if (write && line == "app->>database: Set value" && random.below(2) == 0) line = "app->>database: Delete value";
    std::string text = line + "\n";
    if (!write && line == "app->>database: Get value") text += second_looks()[random.below(second_looks().size())];
    if (line.starts_with("app->>cache: ") && random.below(5) == 0) text += "app->>cache: WAIT 1 100\n";
    return text;
  });
}

// The same page with a cache that asks the database itself: on a miss, or to pass on what it is to store.
std::string with_work(const std::string& page, sim::Random random) {
  std::string text;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" if ") != std::string::npos || line.find("cas value") != std::string::npos)
      line = "app->>cache: Set value";
    text += line + "\n";
    if (line == "app->>cache: Get value" && random.below(3) != 0)
      text += load_lines()[random.below(load_lines().size())];
    if (line.find("cache: Set value") != std::string::npos && random.below(2) == 0)
      text += pass_lines()[random.below(pass_lines().size())];
  }
  return text;
}

}  // namespace stalemate::model
