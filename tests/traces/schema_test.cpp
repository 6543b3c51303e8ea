// The reader against trace.schema.json, judged by a validator of somebody else's: Debian's python3-jsonschema, which
// must be there. Documents are changed at every address that the schema has; what the schema refuses, the reader must
// refuse, and what the reader refuses beyond that, it must not refuse for its shape. A long file: the one trace that
// has every field stands beside what is made of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "samples.hpp"
#include "schema_support.hpp"
#include "stores_of.hpp"
#include "traces/json.hpp"
#include "traces/verb.hpp"

namespace stalemate::traces {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSchema = STALEMATE_SOURCE_DIR "/traces/trace.schema.json";
constexpr const char* kVersion1Schema = STALEMATE_SOURCE_DIR "/traces/trace.v1.schema.json";

struct Document {
  std::string what;  // which document it is, or how it was changed
  json content;
};

std::vector<std::string> judge(const std::vector<Document>& documents) {
  std::vector<json> contents;
  for (const Document& document : documents) contents.push_back(document.content);
  return schema::judge(kSchema, contents);
}

// "ok", or the line with which the reader refuses the document.
std::string read_verdict(const json& document) {
  try {
    read_json(document.dump(), "t.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "ok";
}

bool has_one_of(const std::string& line, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return line.find(part) != std::string::npos; });
}

// A refusal in words that tell of types, members, ranges or known words: of what the schema states.
bool is_about_shape(const std::string& refusal) {
  return has_one_of(refusal,
                    {": expected ", ": found ", "unknown field", "is the file complete?", "must not be empty"});
}

// A trace that has a value at every address of the schema.
Trace trace_with_every_field() {
  Trace trace = samples::async_lost();
  Step expired;
  expired.kind = StepKind::kExpire;
  expired.app = expired.session = expired.operation = 0;
  expired.store = "cache";
  expired.key = "k1";
  expired.after = (trace.steps.end() - 2)->after;
  trace.steps.insert(trace.steps.end() - 1, expired);
  Step failed_over = expired;
  failed_over.kind = StepKind::kCacheFailover;
  failed_over.key.clear();
  failed_over.missed = 2;
  failed_over.budget = 1;
  trace.steps.insert(trace.steps.end() - 1, failed_over);
  trace.protocol.roles = {"X=cache"};
  trace.seed = 7;
  trace.loop = trace.steps.size();
  trace.steps[0].choice = 1;
  trace.steps[0].chosen = "feature flag on";
  trace.steps[0].sends[0].drawn_lost = true;
  trace.initial.in_flight = {{.app = 1,
                              .session = 1,
                              .is_reply = true,
                              .request = samples::unawaited(samples::set(1, "database", 7, "Set value")),
                              .reply = Reply{"value", 7, 2, 3}}};
  Request expiring = samples::unawaited(samples::set(2, "cache", 7, "Set value"));
  expiring.ttl = 60;
  expiring.verb = "set-if-generation";
  expiring.generation = 1;
  expiring.other = "k1/lock";
  expiring.from = "database";
  const InFlight ghost{.app = 1, .session = 1, .request = expiring, .reply = {}, .is_ghost = true};
  trace.initial.in_flight.insert(trace.initial.in_flight.end(), {ghost, ghost});
  Request watching = samples::get(2, "cache", "Get value");
  watching.watch = "key";
  watching.other_rows = true;
  trace.initial.in_flight.push_back({.app = 2, .session = 1, .request = watching, .reply = {}});
  Request dropping = samples::unawaited(samples::get(2, "cache", "Delete value"));
  dropping.verb = "delete";
  dropping.also = {"k1/gen", "k1/lock"};
  trace.initial.in_flight.push_back({.app = 2, .session = 1, .request = dropping, .reply = {}});
  cache_of(trace.initial)[0].expires = cache_of(trace.steps[0].after)[0].expires = true;
  Request newer = samples::unawaited(samples::set(3, "cache", 7, "Set value"));
  newer.verb = "set-if-newer";
  newer.version = 1;
  trace.initial.in_flight.push_back({.app = 2, .session = 1, .request = newer, .reply = {}});
  trace.steps[0].sends.push_back(newer);
  for (Step& step : trace.steps) {
    if (step.reply && step.reply->value) step.reply->version = step.reply->generation = 0;
    if (step.request && step.request->value && step.request->to == "cache") {
      step.request->verb = "set-if-newer";
      step.request->version = 1;
    }
  }
  trace.steps[1].request = newer;
  trace.steps[0].after.in_flight = trace.initial.in_flight;
  trace.steps[0].sends.push_back(expiring);
  trace.steps[0].sends.push_back(watching);
  trace.steps[5].request->watch = "key";
  trace.steps[5].request->other_rows = true;
  trace.scenario.no_expiry = true;
  trace.scenario.no_replica_lag = true;
  trace.scenario.connections = "pool";
  trace.scenario.retries = 1;
  trace.steps[0].again = 1;
  trace.scenario.on_cache_timeout = "fail";
  trace.steps[1].is_ghost = true;
  trace.steps[1].reply.reset();
  trace.steps[1].arrow = trace.steps[1].request->arrow = expiring.arrow;
  trace.steps[3].request = expiring;
  const auto add_lock = [](State& state) {
    std::vector<Entry>& cache = cache_of(state);
    cache.insert(cache.begin() + 1,
                 Entry{.key = "k1/lock", .value = {}, .expires = false, .marker = true, .version = 1});
    cache.insert(cache.begin() + 1, Entry{.key = "k1/gen", .value = {}, .generation = 2});
    cache.front().stale = cache.front().value.has_value();
    cache.front().lease = true;
  };
  // A cache in the process of the first app instance, which is to hear of something.
  trace.stores.insert(trace.stores.begin(), {"local", "cache", 1});
  const auto add_local = [](State& state) {
    state.stores.insert(state.stores.begin(), {"local", {}});
    for (const Entry& row : database_of(state)) state.stores.front().entries.push_back({row.key, 7});
    state.deliveries = {{"local", "k1", 2}};
    // And a replica of the one that all share, which is behind it.
    state.stores.insert(state.stores.begin() + 2, {"follower", state.stores.front().entries});
    state.unapplied = {{"follower", 2}};
  };
  trace.stores.insert(trace.stores.begin() + 2, {"follower", "cache-replica", 0});
  add_local(trace.initial);
  for (Step& step : trace.steps) add_local(step.after);
  const auto answers = std::find_if(trace.steps.begin(), trace.steps.end(),
                                    [](const Step& step) { return step.kind == StepKind::kHandle && step.reply; });
  if (answers != trace.steps.end()) answers->answers = answers->arrow + 1;
  trace.steps[2].sends[0].also = dropping.also;
  trace.steps[2].sends.push_back(watching);
  Step dropped = trace.steps[3];
  dropped.request = dropping;
  trace.steps.insert(trace.steps.begin() + 4, dropped);
  add_lock(trace.initial);
  for (Step& step : trace.steps) add_lock(step.after);
  trace.loop = trace.steps.size();
  trace.steps.back().after.unapplied.clear();  // nothing happens after it
  number_copies(trace);
  return trace;
}

// The addresses that `schema` has below `here`. "*" stands for an index and for a key of a store.
void add_addresses(const json& schema, const json& root, const std::string& here, std::set<std::string>& addresses) {
  if (schema.contains("$ref")) {
    const auto reference = schema["$ref"].get<std::string>();
    add_addresses(root.at(json::json_pointer(reference.substr(1))), root, here, addresses);
    return;
  }
  addresses.insert(here);
  if (schema.contains("properties")) {
    for (const auto& [name, part] : schema["properties"].items()) {
      add_addresses(part, root, here + "/" + name, addresses);
    }
  }
  for (const char* word : {"items", "additionalProperties"}) {
    if (schema.contains(word) && schema[word].is_object()) {
      add_addresses(schema[word], root, here + "/*", addresses);
    }
  }
}

constexpr const char* kWords[] = {"",
                                  "x",
                                  "1",
                                  "0",
                                  "007",
                                  "7a",
                                  "-7",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "99999999999999999999",
                                  "100000000000000000000",
                                  "k",
                                  "k0",
                                  "k1",
                                  "k01",
                                  "k1x",
                                  "xk1",
                                  "K1",
                                  "k9999",
                                  "k10000",
                                  "k99999",
                                  "a\nb",
                                  "cache",
                                  "Cache",
                                  "database",
                                  "get",
                                  "add",
                                  "miss",
                                  "conflict",
                                  "ok",
                                  "value",
                                  "failed",
                                  "acknowledged",
                                  "invoke",
                                  "lost-reply",
                                  "fault",
                                  "free",
                                  "expire",
                                  "evict",
                                  "fail",
                                  "continue",
                                  "fresh-reads",
                                  "stalemate-trace"};

// Of every type, on both sides of every bound, and right words in wrong places.
const std::vector<json>& replacements() {
  static const std::vector<json> kValues = [] {
    std::vector<json> all = {nullptr,
                             true,
                             false,
                             0,
                             1,
                             2,
                             -1,
                             1.5,
                             9999,
                             10000,
                             1000000,
                             1000001,
                             INT64_MAX,
                             INT64_MIN,
                             UINT64_MAX,
                             json::array(),
                             json::array({1}),
                             json::array({"x"}),
                             json::array({""}),
                             json::array({nullptr}),
                             json::object(),
                             json({{"x", 1}}),
                             json({{"k1", nullptr}}),
                             json({{"k1", "x"}}),
                             json({{"k1", 1.5}})};
    for (const char* text : kWords) {
      all.emplace_back(text);
    }
    return all;
  }();
  return kValues;
}

// Every change of the value at `pointer`: other values, and, by its parent, no value or one under another name.
void add_changes(const json& document, const json::json_pointer& pointer, std::vector<Document>& changed) {
  const std::string where = pointer.to_string();
  const auto change = [&](const std::string& what, auto edit) {
    changed.push_back({where + ": " + what, document});
    edit(changed.back().content);
  };
  for (const json& value : replacements()) {
    change("now " + value.dump(), [&](json& copy) { copy[pointer] = value; });
  }
  const json& value = document[pointer];
  if (value.is_object()) {
    for (const char* name : {"extra", "", "value", "seed", "reply", "k2", "awaited", "budget"}) {
      if (value.contains(name)) continue;
      change(std::string("with ") + name, [&](json& copy) { copy[pointer][name] = 1; });
    }
  }
  if (value.is_array()) {
    for (const json& item : {json(nullptr), json(1), json("x"), json::object(), json::array()}) {
      change("with another item " + item.dump(), [&](json& copy) { copy[pointer].push_back(item); });
    }
  }
  if (pointer.empty()) return;
  if (!document[pointer.parent_pointer()].is_object()) return;
  const std::string& name = pointer.back();
  change("removed", [&](json& copy) { copy[pointer.parent_pointer()].erase(name); });
  for (const std::string& other : {name + "x", "x" + name, std::string("K")}) {
    change("renamed " + other, [&](json& copy) {
      json& parent = copy[pointer.parent_pointer()];
      parent[other] = value;
      parent.erase(name);
    });
  }
}

// All changes at the first place of each address that is not yet in `seen`.
void add_all_changes(const json& document, const json::json_pointer& pointer, const std::string& address,
                     std::set<std::string>& seen, std::vector<Document>& changed) {
  if (seen.insert(address).second) add_changes(document, pointer, changed);
  const json& value = document[pointer];
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      add_all_changes(document, pointer / i, address + "/*", seen, changed);
    }
  } else if (value.is_object()) {
    for (const auto& [name, unused] : value.items()) {
      const bool is_key = (name.size() >= 2 && name[0] == 'k' && name[1] == '1') || address.ends_with("/stores");
      add_all_changes(document, pointer / name, address + "/" + (is_key ? "*" : name), seen, changed);
    }
  }
}

TEST(TraceSchema, every_sample_and_every_saved_trace_satisfies_it) {
  std::vector<Document> documents = {{"every field", json::parse(write_json(trace_with_every_field()))}};
  for (const samples::Sample& sample : samples::all()) {
    documents.push_back({sample.name, json::parse(write_json(sample.trace))});
  }
  for (const auto& entry : fs::directory_iterator(STALEMATE_SOURCE_DIR "/traces/saved")) {
    const std::string path = entry.path().string();
    if (path.ends_with(".json")) documents.push_back({path, json::parse(read_text_file(path, 1 << 24))});
  }
  const std::vector<std::string> verdicts = judge(documents);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    EXPECT_EQ(verdicts[i], "ok") << documents[i].what;
    EXPECT_EQ(read_verdict(documents[i].content), "ok") << documents[i].what;
  }
}

// The words that the schema lists are those of the program.
TEST(TraceSchema, lists_every_verb_and_every_watch) {
  const json request = json::parse(read_text_file(kSchema, 1 << 20)).at("definitions").at("request").at("properties");
  std::vector<std::string> verbs;
  for (const VerbFacts& verb : kVerbs) verbs.emplace_back(verb.name);
  EXPECT_EQ(request.at("verb").at("enum").get<std::vector<std::string>>(), verbs);
  const std::vector<std::string> watches(std::begin(kWatches) + 1, std::end(kWatches));
  EXPECT_EQ(request.at("watch").at("enum").get<std::vector<std::string>>(), watches);
}

TEST(TraceSchema, lists_every_fault_and_every_free_step) {
  const json rules = json::parse(read_text_file(kSchema, 1 << 20)).at("definitions").at("step").at("allOf");
  for (const StepFamily family : {StepFamily::kFault, StepFamily::kFree}) {
    std::set<std::string> names;
    for (const StepKindFacts& kind : step_kinds())
      if (kind.family == family) names.emplace(kind.own_name);
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const json& each) {
      return each.at("if").at("properties").value("/kind/const"_json_pointer, "") == to_string(family);
    });
    ASSERT_NE(rule, rules.end()) << to_string(family);
    const json& listed = rule->at("then").at("properties").at("name").at("enum");
    EXPECT_EQ(listed.get<std::set<std::string>>(), names) << to_string(family);
  }
}

TEST(TraceSchema, every_trace_of_version_1_satisfies_its_own) {
  std::vector<json> documents;
  for (const auto& entry : fs::directory_iterator(STALEMATE_SOURCE_DIR "/tests/traces/version1"))
    documents.push_back(json::parse(read_text_file(entry.path().string(), 1 << 24)));
  EXPECT_EQ(schema::judge(kVersion1Schema, documents), std::vector<std::string>(documents.size(), "ok"));
}

TEST(TraceSchema, a_document_changed_at_any_address_of_the_schema_is_judged_alike_by_schema_and_reader) {
  const json schema = json::parse(read_text_file(kSchema, 1 << 20));
  std::set<std::string> addresses;
  add_addresses(schema, schema, "", addresses);
  std::set<std::string> seen;
  std::vector<Document> changed;
  add_all_changes(json::parse(write_json(trace_with_every_field())), json::json_pointer(), "", seen, changed);
  // What the schema cannot say without a second definition of a request, and the reader refuses: only sends are drawn
  // as lost.
  std::erase_if(addresses, [](const std::string& address) {
    return address.ends_with("/drawn_lost") && address != "/steps/*/sends/*/drawn_lost";
  });
  std::set<std::string> apart;
  std::set_symmetric_difference(seen.begin(), seen.end(), addresses.begin(), addresses.end(),
                                std::inserter(apart, apart.end()));
  EXPECT_EQ(apart, std::set<std::string>{})
      << "fields of the schema that trace_with_every_field() lacks, or that it should not have";

  const std::vector<std::string> verdicts = judge(changed);
  int refused_by_both = 0;
  int accepted_by_both = 0;
  int refused_beyond_the_schema = 0;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    SCOPED_TRACE(changed[i].what);
    const std::string read = read_verdict(changed[i].content);
    if (verdicts[i] != "ok") {
      // Not by chance, because the parts no longer fit each other: that is checked after the shape.
      const bool is_told = has_one_of(read, {"not a stalemate trace", "newer stalemate", "/seed: too large"});
      EXPECT_TRUE(is_told || is_about_shape(read)) << read << "; off the schema: " << verdicts[i];
      ++refused_by_both;
    } else if (read == "ok") {
      ++accepted_by_both;
    } else {
      EXPECT_FALSE(is_about_shape(read)) << "satisfies the schema, but: " << read;
      ++refused_beyond_the_schema;
    }
  }
  // That each outcome was met often: otherwise the agreement would say little.
  EXPECT_GT(refused_by_both, 2000);
  EXPECT_GT(accepted_by_both, 100);
  EXPECT_GT(refused_beyond_the_schema, 100);
}

TEST(TraceSchema, the_validator_knows_a_bad_document_from_a_good_one) {
  json bad = json::parse(write_json(samples::race()));
  bad["steps"][0]["app"] = 0;
  const std::vector<std::string> verdicts = judge({{"good", json::parse(write_json(samples::race()))}, {"bad", bad}});
  EXPECT_EQ(verdicts[0], "ok");
  EXPECT_NE(verdicts[1].find("'steps', 0, 'app'"), std::string::npos) << verdicts[1];
}

}  // namespace
}  // namespace stalemate::traces
