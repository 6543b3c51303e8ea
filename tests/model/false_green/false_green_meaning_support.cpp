// Another page than it was: entries that are not the same, features that have nothing to do with each other, a part
// that is missing, a verb that is negated.
#include <algorithm>
#include <utility>

#include "model/false_green/false_green_changes.hpp"
#include "model/false_green/false_green_words.hpp"

namespace stalemate::model::false_green {
namespace {

// What the Read caches is not what the Write deletes or sets.
bool other_entry(Page& page, sim::Random& random) {
  static const std::vector<std::pair<std::string, std::string>> kEntries = {
      {"the list", "the object"}, {"list", "object"},      {"list:all", "item:1"},     {"search page", "product"},
      {"user list", "user:1"},    {"the page", "the row"}, {"the index", "the entry"}, {"users_by_name", "user_1"}};
  const std::pair<std::string, std::string>& entries = any_of(kEntries, random);
  bool reads = false;
  bool writes = false;
  for (Operation& operation : page.operations) {
    const bool read_kind = operation.kind == OperationKind::kRead;
    each_body(operation.body, [&](std::vector<Node>& body) {
      for (Node& node : body) {
        if (node.kind != Node::Kind::kRequest) continue;
        (read_kind ? reads : writes) |= node.who == Who::kCache && node.verb != Verb::kGet;
        node.text = node.word + " " + (read_kind ? entries.first : entries.second) + node.behind;
      }
    });
  }
  return reads && writes;
}

struct Features {
  std::string read, written;
};
const std::vector<Features> kFeatures = {{"recipe", "rating"}, {"profile", "invoice"}, {"menu", "booking"}};

bool other_feature_by_heading(Page& page, sim::Random& random) {
  // A user's calls would say that they are one all the same, and a race has no headings.
  if (page.frame == Frame::kCallsInOne || page.frame == Frame::kRace || page.user_drawn() || page.called_for_one)
    return false;
  const Features& features = any_of(kFeatures, random);
  for (Operation& operation : page.operations)
    operation.name = operation.kind == OperationKind::kRead
                         ? any_of(Words{"Reading a ", "Get the ", "Read "}, random) + features.read
                         : any_of(Words{"Updating a ", "Save the ", "Write "}, random) + features.written;
  return true;
}
bool other_feature_by_tables(Page& page, sim::Random& random) {
  const Features& features = any_of(kFeatures, random);
  bool reads = false;
  bool writes = false;
  for (Node* line : lines_where(page, [](const Node& each) { return each.kind == Node::Kind::kRequest; })) {
    const bool set = line->verb == Verb::kSet;
    if (line->who != Who::kDatabase) continue;
    line->text = set ? "UPDATE " + features.written + "s SET a = 1" : "SELECT * FROM " + features.read + "s";
    (set ? writes : reads) = true;
  }
  return reads && writes;
}

template <OperationKind kind>
bool alone(Page& page, sim::Random&) {
  return std::erase_if(page.operations, [](const Operation& operation) { return operation.kind != kind; }) > 0;
}

bool no_database(Page& page, sim::Random&) {
  bool any = false;
  each_body(page, [&](std::vector<Node>& body) {
    any |=
        std::erase_if(body, [](const Node& node) {
          return (node.kind == Node::Kind::kRequest || node.kind == Node::Kind::kReply) && node.who == Who::kDatabase;
        }) > 0;
  });
  std::erase(page.declared, Who::kDatabase);
  return any;
}

bool negated(Page& page, sim::Random& random) {
  static const Words kNegations = {"don't delete it", "no delete",           "do not invalidate", "never deletes it",
                                   "skip the delete", "without deleting it", "nothing to delete", "not deleted"};
  const auto deletes = lines_where(page, [](const Node& line) { return is_request(line, Who::kCache, Verb::kDelete); });
  for (Node* line : deletes) line->text = any_of(kNegations, random);
  return !deletes.empty();
}

Node asks(Page& page, const std::string& server, const std::string& what) {
  return raw(page.names[Who::kApp].id + "->>" + server + ": " + what + " " + page.noun);
}

// Whatever is done to the cache is done to another one, too, and nobody looks into that.
bool further_cache(Page& page, sim::Random& random) {
  static const std::vector<std::pair<Verb, Words>> kWords = {{Verb::kSet, {"set", "store", "put"}},
                                                             {Verb::kDelete, {"delete", "invalidate", "DEL"}}};
  bool any = false;
  page.participants.push_back("participant further as Hazelcast");
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i < body.size(); ++i)
      for (const auto& [verb, words] : kWords) {
        if (!is_request(body[i], Who::kCache, verb)) continue;
        any = true;
        body.insert(body.begin() + static_cast<std::ptrdiff_t>(++i), asks(page, "further", any_of(words, random)));
        break;
      }
  });
  return any;
}

// A cache in each app instance, which Reads look into first and fill, and a Write clears in its own alone; or it
// publishes that, and all others hear of it.
template <bool publishes>
bool local_cache(Page& page, sim::Random& random) {
  static const std::vector<std::string> kNames = {"In-process cache", "L1 cache", "Local cache", "Caffeine"};
  page.participants.push_back("participant inner as " + any_of(kNames, random));
  bool reads = false;
  if (publishes) {
    page.participants.push_back("participant bus as Pub/sub");
    page.participants.push_back("participant others as In-process cache of every other instance");
  }
  for (Operation& operation : page.operations) {
    if (operation.kind == OperationKind::kWrite) {
      operation.body.push_back(asks(page, "inner", "delete"));
      if (!publishes) continue;
      operation.body.push_back(asks(page, "bus", "publish the changed"));
      operation.body.push_back(raw("bus-)others: delete " + page.noun));
      continue;
    }
    const auto get = std::find_if(operation.body.begin(), operation.body.end(),
                                  [](const Node& node) { return is_request(node, Who::kCache, Verb::kGet); });
    if (get == operation.body.end()) continue;
    operation.body.insert(get, {asks(page, "inner", "get"), raw("inner-->>" + page.names[Who::kApp].id + ": miss")});
    operation.body.push_back(asks(page, "inner", "set"));
    reads = true;
  }
  return reads;
}

// Likewise one that is not drawn, which the app asks in messages to itself.
bool own_cache_undrawn(Page& page, sim::Random& random) {
  static const std::vector<std::string> kGets = {"check local cache", "look it up in the local cache",
                                                 "get it from the in-memory cache", "read L1 cache"};
  static const std::vector<std::string> kSets = {"store it in local cache", "put it into the L1 cache",
                                                 "save it in the in-process cache"};
  static const std::vector<std::string> kDeletes = {"evict it from local cache", "delete own copy",
                                                    "invalidate L1 cache", "clear the in-memory cache"};
  const std::string& app = page.names[Who::kApp].id;
  const auto to_itself = [&](const std::vector<std::string>& words) {
    return raw(app + "->>" + app + ": " + any_of(words, random));
  };
  bool reads = false;
  for (Operation& operation : page.operations) {
    if (operation.kind == OperationKind::kWrite) {
      operation.body.push_back(to_itself(kDeletes));
      continue;
    }
    operation.body.insert(operation.body.begin(), to_itself(kGets));
    operation.body.push_back(to_itself(kSets));
    reads = true;
  }
  return reads;
}

}  // namespace

std::vector<Change> changes_of_meaning() {
  return {{"a further cache that is changed likewise", Meaning::kWorse, further_cache, true},
          {"a cache in each app instance in front", Meaning::kWorse, local_cache<false>},
          {"a cache in each app instance that is not drawn", Meaning::kWorse, own_cache_undrawn},
          {"a cache in each app instance that hears of changes", Meaning::kWorse, local_cache<true>, false, true},
          {"another entry is written than is read", Meaning::kOther, other_entry},
          {"two features, by their headings", Meaning::kOther, other_feature_by_heading},
          {"two features, by their tables", Meaning::kOther, other_feature_by_tables},
          {"Reads alone", Meaning::kOther, alone<OperationKind::kRead>},
          {"Writes alone", Meaning::kOther, alone<OperationKind::kWrite>},
          {"no database", Meaning::kOther, no_database},
          {"deletes that are negated", Meaning::kOther, negated}};
}

std::vector<Change> all_changes() {
  std::vector<Change> all;
  for (auto* changes : {changes_of_shape, changes_of_words, changes_of_looks, changes_not_modelled, changes_of_meaning})
    for (Change& change : changes()) all.push_back(std::move(change));
  return all;
}

}  // namespace stalemate::model::false_green
