// What becomes of a random page for the reference: it is about several entries, has other caches, changes what is
// there, or has rows that may not be there.
#pragma once

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "sim/random.hpp"

namespace stalemate::model::reference {

// The same page about keys: of two entries of the row, and with markers put, looked for and taken away on the way.
// A line that asks the cache plainly of one entry asks it of two, or of two rows.
inline std::string of_several(const std::string& line) {
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

inline std::string with_each(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// `beside`: of what is possible at a cache that stands beside another.
inline std::string with_entries(const std::string& page, sim::Random random, bool beside = false) {
  static const std::vector<std::string> kMarkers = {
      "app->>cache: SET lock:item:1\n",
      "app->>cache: SET lock:item:1 EX 60\n",
      "app-)cache: SET lock:item:1 EX 60\n",
      "app->>cache: DEL lock:item:1\n",
      "app->>cache: DEL lock:item:1 item:1\n",
      "app-)cache: DEL lock:item:1\n",
      "app->>cache: SET item:1 unless lock:item:1 exists\n",
      "app-)cache: SET item:1 unless lock:item:1 exists\n",
      "app->>cache: SET total:1 unless lock:item:1 exists\nalt conflict\napp-)cache: DEL total:1\nend\n",
      "app->>cache: SET item:1 to LOCKED EX 30\n",
      "app-)cache: SET item:1 to DELETED\n",
      "app->>cache: EXISTS lock:item:1\nalt exists\napp->>cache: DEL item:1\nelse free\napp-)cache: SET "
      "lock:item:1\nend\n",
      "app->>cache: EXISTS lock:item:1\nopt free\napp->>cache: SET item:1 to LOCKED\nend\n",
      "app->>cache: SET lock:item:1 NX EX 60\nalt taken\napp->>cache: DEL total:1\nelse acquired\napp-)cache: DEL "
      "lock:item:1\nend\n",
      "app->>cache: add item:1 LOCKED\nalt taken\napp-)cache: DEL item:1\nend\n",
      "app->>cache: GET item:1\nalt locked\napp-)cache: DEL item:1\nelse hit\napp->>cache: DEL lock:item:1\nend\n",
      "app->>cache: GET item:1\nopt miss\napp-)cache: SET lock:item:1\nend\n"};
  static const std::vector<std::string> kVersions = {
      "app->>cache: set item:1 only if the version is newer\n",
      "app->>cache: set item:1 only if the version is newer\n",
      "app-)cache: set item:1 only if the version is newer, TTL 60\n",
      "app->>cache: set item:1 only if the version is newer\nalt conflict\napp-)cache: DEL item:1\nend\n",
      "app->>cache: mark item:1 deleted at this version, only if newer\n",
      "app-)cache: mark item:1 deleted at this version, only if newer, TTL 60\n",
      "app->>database: SELECT version of item\n",
      "app->>cache: GET item:1\nopt miss\napp-)cache: set item:1 only if the version is newer\nend\n"};
  static const std::vector<std::string> kGenerations = {
      "app->>cache: GET gen:item:1\n",
      "app->>cache: GET gen:item:1\n",
      "app->>cache: GET gen:item:1\nalt timeout\napp-)cache: DEL total:1\nend\n",
      "app->>cache: HGET item:1 generation\n",
      "app->>cache: save item:1 only if the generation is as read (one script)\n",
      "app-)cache: save item:1 only if the generation is as read, TTL 60 (one script)\n",
      "app->>cache: save total:1 only if the generation is as read (one script)\nopt conflict\napp->>cache: INCR "
      "gen:item:1\nend\n",
      "app->>cache: purge item:1: delete it and count its generation up (one script)\n",
      "app->>cache: purge item:1: delete it and count its generation up EX 60 (one script)\n",
      "app-)cache: DEL item:1 and INCR gen:item:1 (one script)\n",
      "app->>cache: INCR gen:item:1\n",
      "app-)cache: INCR gen:item:1\n"};
  static const std::vector<std::string> kLeases = {
      "app->>cache: get item:1, take a lease if it is missing\nalt miss, lease granted\napp->>cache: set item:1 if the "
      "lease is still valid\nelse no lease\napp-)cache: DEL total:1\nend\n",
      "app->>cache: get item:1, take a lease if it is missing\nopt lease granted\napp->>database: Get "
      "value\napp->>cache: "
      "set item:1 if the lease is still valid\nend\n",
      "app->>cache: get item:1 and take its lock if it is free (one script)\nalt hit\napp-)cache: DEL total:1\nelse "
      "miss\napp-)cache: set item:1 if the lock is still mine (one script)\nend\n",
      "app->>cache: get item:1, take a lease if it is missing\n",
      "app->>cache: set item:1 if the lease is still valid\n",
      "app-)cache: set item:1 if the lease is still valid, TTL 60\n",
      "app->>cache: mark item:1 as stale\n",
      "app->>cache: mark item:1 and total:1 as stale\n",
      "app-)cache: mark item:1 as stale\n"};
  static const std::array kFurther = {&kVersions, &kGenerations, &kGenerations, &kLeases,
                                      &kLeases,   &kMarkers,     &kMarkers};
  static const std::array kBeside = {&kLeases, &kMarkers, &kMarkers};
  const std::vector<std::string>& further =
      beside ? *kBeside[random.below(kBeside.size())] : *kFurther[random.below(kFurther.size())];
  std::string text;
  const bool leases = &further == &kLeases;
  std::size_t left = leases || &further == &kGenerations ? 1 + random.below(4) : random.below(4);
  const bool two = random.below(2) == 0;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const bool asks = line.starts_with("app->>") || line.starts_with("app-)");
    // What has a lease takes no other condition.
    if (leases && (line.find(" if ") != std::string::npos || line.find("cas value") != std::string::npos))
      line = "app->>cache: Set value";
    if (asks && left > 0 && random.below(leases ? 2 : 4) == 0) {
      text += further[random.below(further.size())];
      --left;
    }
    if (const std::size_t at = line.find("value"); line.find("cache: ") != std::string::npos && at != std::string::npos)
      line.replace(at, 5, two && random.below(3) == 0 ? "total:1" : "item:1");
    if (random.below(4) == 0) line = of_several(line);
    text += line + "\n";
  }
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

// The same page with its cache in every app instance, or with two caches or three, of which one may be.
inline std::string with_caches(const std::string& page, sim::Random random) {
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
inline std::string beside_another(const std::string& page, sim::Random random) {
  const std::string other = random.below(2) == 0 ? "near" : "further";
  std::string text;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    static const std::vector<std::string> kPlain = {": Get item:1",  ": Set item:1", ": Delete item:1",
                                                    ": DEL total:1", ": GET item:1", ": Delete total:1",
                                                    ": Set total:1"};
    const bool plain =
        std::any_of(kPlain.begin(), kPlain.end(), [&](const std::string& end) { return line.ends_with(end); });
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
inline std::string with_replica(const std::string& page, sim::Random random) {
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

// The same page with Writes that change what is there, or what they read of it.
inline std::string with_changes(const std::string& page, sim::Random random) {
  static const std::vector<std::string> kOfRow = {
      "app->>database: increment value\n",
      "app->>database: increment value\n",
      "app-)database: increment value\n",
      "app->>database: Get value\napp->>database: Set value to what was read, plus 1\n",
      "app->>cache: Get value\nopt miss\napp->>database: Get value\nend\napp->>database: Set value to what was read, "
      "plus 1\n",
      "app->>database: Get value\napp->>database: UPDATE item SET n = the n that was read plus 1 WHERE version is as "
      "read\nalt conflict\napp-)cache: Delete value\nelse ok\napp->>cache: Delete value\nend\n",
      "app->>database: Get value\napp->>database: UPDATE item SET n = the n that was read plus 1 WHERE version is as "
      "read\n"};
  static const std::vector<std::string> kOfEntry = {
      "app->>cache: Set value\n", "app->>cache: increment value\n", "app-)cache: increment value\n",
      "app->>cache: increment value only if it exists\n",
      "app->>cache: Get value\nalt hit\napp->>cache: Set value to what was read, plus mine\nelse miss\napp-->>user: "
      "done\nend\n"};
  return with_lines(page, [&](const std::string& line, bool write) {
    const bool stores = write && line.find(": Set value") != std::string::npos && line.find("if ") == std::string::npos;
    const bool of_row = line.find("database: ") != std::string::npos;
    if (stores && line.starts_with("app-x"))
      return std::string(of_row ? "app-xdatabase: increment value\n" : "app-xcache: Delete value\n");
    if (!stores) return line + "\n";
    return of_row ? kOfRow[random.below(kOfRow.size())] : kOfEntry[random.below(kOfEntry.size())];
  });
}

// The same page with rows that are removed or not there at first, with second looks at them, and with waits for the
// cache's replica.
inline std::string with_rows(const std::string& page, sim::Random random) {
  static const std::vector<std::string> kLooks = {
      "alt no row\napp-)cache: Delete value\nelse row\napp->>cache: Set value\nend\n",
      "alt no row\napp-->>user: done\nelse row\napp->>cache: Set value\nend\n",
      "alt no row\napp->>cache: Set value to null\nend\n",
      "app->>cache: Set value\napp->>database: Get value\nalt changed meanwhile\napp->>cache: Delete value\nend\n",
      "app->>database: Get value\nalt unchanged\napp->>cache: Set value\nelse changed\napp-->>user: error\nend\n",
      "app->>cache: Set value\n"};
  const bool inserts = random.below(3) == 0;
  return with_lines(page, [&](std::string line, bool write) {
    if (write && line == "app->>database: Set value" && inserts) line = "app->>database: Insert value";
    if (write && line == "app->>database: Set value" && random.below(2) == 0) line = "app->>database: Delete value";
    std::string text = line + "\n";
    if (!write && line == "app->>database: Get value") text += kLooks[random.below(kLooks.size())];
    if (line.starts_with("app->>cache: ") && random.below(5) == 0) text += "app->>cache: WAIT 1 100\n";
    return text;
  });
}

// The same page with a cache that asks the database itself: on a miss, or to pass on what it is to store.
inline std::string with_work(const std::string& page, sim::Random random) {
  static const std::vector<std::string> kLoads = {
      "cache->>database: Get value\ndatabase-->>cache: value\n",
      "cache->>database: Get value\ndatabase-->>cache: value\ncache->>cache: Set value, TTL 60\n",
      "cache->>database: Get value\n", "opt miss\ncache->>database: Get value\ndatabase-->>cache: value\nend\n",
      "alt hit\ncache-->>app: value\nelse miss\ncache->>database: Get value\ndatabase-->>cache: value\ncache-->>app: "
      "value\nend\n"};
  static const std::vector<std::string> kPasses = {
      "cache->>database: Set value\ndatabase-->>cache: ok\n",
      "cache->>database: Set value\n",
      "cache->>database: Set value\ndatabase-->>cache: ok\ncache->>cache: Set value\n",
      "cache->>database: Set value\ndatabase-->>cache: ok\ncache->>cache: Set value, TTL 60\n",
      "cache-)database: Set value\n",
      "cache-)database: Set value\n"};
  std::string text;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" if ") != std::string::npos || line.find("cas value") != std::string::npos)
      line = "app->>cache: Set value";
    text += line + "\n";
    if (line == "app->>cache: Get value" && random.below(3) != 0) text += kLoads[random.below(kLoads.size())];
    if (line.find("cache: Set value") != std::string::npos && random.below(2) == 0)
      text += kPasses[random.below(kPasses.size())];
  }
  return text;
}

}  // namespace stalemate::model::reference
