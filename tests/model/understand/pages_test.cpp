// Sixty pages in ten languages (data/pages), each with what it means: every way through its Reads and its Writes is
// compared with that. What is not modelled has to be refused by its name, and what has no cache before a database
// gives nothing to check.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const std::filesystem::path kPages = STALEMATE_SOURCE_DIR "/tests/model/data/pages";

struct Page {
  std::string file;
  std::string meaning;  // "cache-aside"
};
void PrintTo(const Page& page, std::ostream* out) { *out << page.file; }

std::vector<Page> pages() {
  std::ifstream in(kPages / "expected.tsv");
  std::vector<Page> all;
  std::string line;
  std::getline(in, line);  // the names of the columns
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    Page page;
    std::string language;
    std::getline(cells, page.file, '\t');
    std::getline(cells, language, '\t');
    std::getline(cells, page.meaning, '\t');
    all.push_back(page);
  }
  return all;
}

std::string text_of(const Page& page) {
  std::ifstream in(kPages / page.file, std::ios::binary);
  EXPECT_TRUE(in.good()) << page.file;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

using Ways = std::set<std::string>;  // "cache.get=miss database.get cache.set"

// Every way through a body where nothing fails: a get of the cache hits or misses, one of the database finds its row.
class Walk {
 public:
  static Ways ways(const Operation& operation) {
    Walk walk;
    walk.body(operation.body, 0, {}, [&](const Run& run) { walk.ways_.insert(run.text); });
    return walk.ways_;
  }

 private:
  struct Run {
    std::string text;
    std::map<int, Outcome> outcomes;  // by arrow
  };
  using Then = std::function<void(const Run&)>;

  void body(const std::vector<Act>& acts, std::size_t next, const Run& run, const Then& then) {
    if (next == acts.size()) return then(run);
    const Then rest = [&](const Run& so_far) { body(acts, next + 1, so_far, then); };
    const auto& act = acts[next].node;
    if (const auto* request = std::get_if<Request>(&act)) {
      ask(*request, run, rest);
    } else if (const auto* guard = std::get_if<Guard>(&act)) {
      if (!guard->outcomes.has(run.outcomes.at(guard->about)))
        ways_.insert(run.text);
      else
        rest(run);
    } else if (const auto* choice = std::get_if<Choice>(&act)) {
      choose(*choice, run, rest);
    } else {
      rest(run);
    }
  }

  static void ask(const Request& request, const Run& run, const Then& then) {
    const bool of_cache = request.to == Role::kCache && request.verb == Verb::kGet;
    const Outcome missed = request.finds.loads ? Outcome::kLoaded : Outcome::kMiss;
    const std::vector<Outcome> outcomes = of_cache                     ? std::vector{Outcome::kValue, missed}
                                          : request.verb == Verb::kGet ? std::vector{Outcome::kValue}
                                                                       : std::vector{Outcome::kOk};
    for (const Outcome outcome : outcomes) {
      Run asked = run;
      asked.text += (run.text.empty() ? "" : " ") + std::string(to_string(request.to)) +
                    (request.cache == 0 ? "" : std::to_string(request.cache + 1)) + "." +
                    std::string(to_string(request.verb)) + (request.ttl != 0 ? ":ttl" : "") +
                    (of_cache ? "=" + std::string(to_string(outcome)) : "");
      for (const Request& next : request.passes_on)
        if (outcome != Outcome::kValue)
          asked.text += (next.awaited ? " then " : " later ") + std::string(to_string(next.to)) + "." +
                        std::string(to_string(next.verb)) + (next.fills ? " kept" : "");
      asked.outcomes[request.arrow] = outcome;
      then(asked);
    }
  }

  void choose(const Choice& choice, const Run& run, const Then& then) {
    bool taken = false;
    for (const Branch& branch : choice.branches) {
      const bool fits = choice.free || branch.is_else || branch.tests.has(run.outcomes.at(choice.about));
      if (!fits || (taken && !choice.free)) continue;
      taken = true;
      body(branch.body, 0, run, [&](const Run& behind) {
        if (branch.ends_operation)
          ways_.insert(behind.text);
        else
          then(behind);
      });
    }
    if (!taken || choice.may_take_none) then(run);
  }

  Ways ways_;
};

struct Meaning {
  std::string_view name;
  Ways reads;
  Ways writes;
};
const Meaning& meaning_of(const Page& page) {
  static const Ways kFills = {"cache.get=miss database.get cache.set", "cache.get=value"};
  static const Ways kFillsForATime = {"cache.get=miss database.get cache.set:ttl", "cache.get=value"};
  static const std::vector<Meaning> kMeanings = {
      {"cache-aside", kFills, {"database.set cache.delete"}},
      {"delete-before-write", kFills, {"cache.delete database.set"}},
      {"write-through", kFills, {"database.set cache.set"}},
      {"write-through-cache-first", kFills, {"cache.set database.set"}},
      {"double-delete", kFills, {"cache.delete database.set cache.delete"}},
      {"read-fill-with-ttl", kFillsForATime, {"database.set cache.delete"}},
      {"read-through", {"cache.get=loaded then database.get kept", "cache.get=value"}, {"database.set cache.delete"}},
      {"database-only", {"database.get"}, {"database.set"}},
      {"two-levels",
       {"cache.get=value", "cache.get=miss cache2.get=value cache.set",
        "cache.get=miss cache2.get=miss database.get cache2.set cache.set"},
       {"database.set cache2.delete cache.delete"}},
  };
  const auto found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                  [&](const Meaning& meaning) { return meaning.name == page.meaning; });
  if (found == kMeanings.end()) throw std::out_of_range(page.meaning);
  return *found;
}

constexpr std::string_view kNotModelled = "not-modelled:";
// What the refusal calls it, in part.
std::string_view feature_of(const Page& page) {
  static const std::map<std::string_view, std::string_view> kFeatures = {
      {"transaction", "transaction"}, {"replica", "replica"},   {"write-behind", "loop"}, {"lock", "lock"},
      {"change-capture", "queue"},    {"queue-worker", "queue"}};
  return kFeatures.at(std::string_view(page.meaning).substr(kNotModelled.size()));
}

bool asks(const std::vector<Act>& body, Role server) {
  return std::any_of(body.begin(), body.end(), [&](const Act& act) {
    if (const auto* request = std::get_if<Request>(&act.node)) return request->to == server;
    const auto* choice = std::get_if<Choice>(&act.node);
    return choice != nullptr && std::any_of(choice->branches.begin(), choice->branches.end(),
                                            [&](const Branch& branch) { return asks(branch.body, server); });
  });
}
bool asks(const Protocol& protocol, Role server) {
  return std::any_of(protocol.operations.begin(), protocol.operations.end(),
                     [&](const Operation& operation) { return asks(operation.body, server); });
}

class Pages : public testing::TestWithParam<Page> {};

TEST_P(Pages, is_read_as_it_is_meant) {
  const Page& page = GetParam();
  const bool refused = page.meaning.starts_with(kNotModelled);
  const bool nothing = page.meaning == "nothing-to-check";
  try {
    const Protocol protocol = read_protocol(text_of(page), page.file, {});
    ASSERT_FALSE(refused) << "understood, although not modelled: " << page.meaning;
    if (nothing) {
      EXPECT_FALSE(asks(protocol, Role::kCache) && asks(protocol, Role::kDatabase));
      return;
    }
    std::array<Ways, 2> ways;
    for (const Operation& operation : protocol.operations)
      ways.at(operation.kind == OperationKind::kRead ? 0 : 1).merge(Walk::ways(operation));
    EXPECT_EQ(ways[0], meaning_of(page).reads);
    EXPECT_EQ(ways[1], meaning_of(page).writes);
  } catch (const NotModelledError& error) {
    ASSERT_TRUE(refused || nothing) << error.what();
    if (nothing) return;
    EXPECT_TRUE(std::any_of(error.findings().begin(), error.findings().end(), [&](const Finding& finding) {
      return contains(finding.feature, feature_of(page));
    })) << error.what();
  }
}

std::string name_of(const testing::TestParamInfo<Page>& tested) {
  std::string name = tested.param.file.substr(0, tested.param.file.rfind('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(InTenLanguages, Pages, testing::ValuesIn(pages()), name_of);

TEST(PagesOfTenLanguages, every_page_has_a_meaning_and_every_meaning_a_page) {
  std::set<std::string> named;
  for (const Page& page : pages()) EXPECT_TRUE(named.insert(page.file).second) << page.file;
  std::set<std::string> present;
  for (const auto& entry : std::filesystem::directory_iterator(kPages)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".md") && file != "README.md") present.insert(file);
  }
  EXPECT_EQ(named, present);
  EXPECT_EQ(named.size(), 60U);
}

}  // namespace
}  // namespace stalemate::model
