// The database: a row for every key, always there. A statement is atomic.
#include "base/invariant.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class Database final : public Server {
 public:
  Database(const Place& place, const ServerSetting& setting)
      : Server(place, static_cast<std::size_t>(setting.scenario.keys), 1), versioned_(setting.program.versions) {
    for (int key = 0; key < setting.scenario.keys; ++key)
      rows_.push_back(setting.layout.add(setting.scenario.values, Meaning::kValue));
    for (std::size_t key = 0; key < rows_.size() && setting.versions > 1; ++key)
      versions_.push_back(setting.layout.add(setting.versions));
    setting.fields.database = rows_;
  }

  Held held(StateView words, std::size_t key) const override {
    return {.value = static_cast<CodedValue>(get(words, rows_[key])) + 1, .version = version(words, key)};
  }

  bool has_versions(std::size_t) const override { return versioned_; }

  Answer peek(StateView words, const Query& query) const override {
    const unsigned now = version(words, query.key);
    if (query.instruction.verb == Verb::kGet)
      return {Outcome::kValue, static_cast<CodedValue>(get(words, rows_[query.key])) + 1, now};
    if (query.instruction.verb == Verb::kGetVersion) return {Outcome::kOk, 0, now};
    STALEMATE_INVARIANT(query.instruction.verb == Verb::kSet, "a database is asked to get, to set or for a version");
    return {Outcome::kOk, 0, versions_.empty() ? 0 : now + 1};
  }

  void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const override {
    if (query.instruction.verb != Verb::kSet) return;
    STALEMATE_INVARIANT(query.carried != 0, "a database write carries a value");
    tell_change(step, query.key, {.value = query.carried, .version = answer.number});
    if (!versions_.empty()) set(step.words, versions_[query.key], answer.number);
    set(step.words, rows_[query.key], query.carried - 1);
  }

 private:
  unsigned version(StateView words, std::size_t key) const {
    return versions_.empty() ? 0 : static_cast<unsigned>(get(words, versions_[key]));
  }

  bool versioned_;               // things are stored by version
  std::vector<Field> rows_;      // by key: a value
  std::vector<Field> versions_;  // by key, where it can be committed at all: how often it was
};

}  // namespace

std::unique_ptr<const Server> database(const Place& place, const ServerSetting& setting) {
  return std::make_unique<Database>(place, setting);
}

}  // namespace stalemate::model
