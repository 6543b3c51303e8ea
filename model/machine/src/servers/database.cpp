// The database: a row for every key; that one is not there is a value of it. A statement is atomic. It is asked for a
// row, for its version, to change what is there, or to store a value, which may be only if the row has the version that
// was read.
#include "base/invariant.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

constexpr unsigned kNone = ~0U;  // no value

class Database final : public Server {
 public:
  Database(const Place& place, const ServerSetting& setting)
      : Server(place, static_cast<std::size_t>(setting.scenario.keys), 1),
        versioned_(setting.program.versions),
        no_row_(setting.scenario.no_row.value_or(kNone)) {
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
    if (query.instruction.verb == Verb::kGet) {
      const auto found = static_cast<unsigned>(get(words, rows_[query.key]));
      return {found == no_row_ ? Outcome::kNoRow : Outcome::kValue, found + 1, now};
    }
    if (query.instruction.verb == Verb::kLookAgain)
      return {query.held == get(words, rows_[query.key]) + 1 ? Outcome::kOk : Outcome::kConflict, 0};
    if (query.instruction.verb == Verb::kGetVersion) return {Outcome::kOk, 0, now};
    if (query.instruction.verb == Verb::kSetIfVersion && now != query.number) return {Outcome::kConflict, 0};
    const unsigned next = versions_.empty() ? 0 : now + 1;
    if (query.instruction.verb != Verb::kIncrease) return {Outcome::kOk, 0, next};
    return {Outcome::kOk, static_cast<CodedValue>(get(words, rows_[query.key])) + query.carried, next};
  }

  void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const override {
    if (!stores(query.instruction.verb) || answer.outcome != Outcome::kOk) return;
    STALEMATE_INVARIANT(query.carried != 0, "a database write carries a value");
    const CodedValue stored = answer.value != 0 ? answer.value : query.carried;
    tell_change(step, query.key, {.value = stored, .version = answer.number});
    if (!versions_.empty()) set(step.words, versions_[query.key], answer.number);
    set(step.words, rows_[query.key], stored - 1);
  }

 private:
  unsigned version(StateView words, std::size_t key) const {
    return versions_.empty() ? 0 : static_cast<unsigned>(get(words, versions_[key]));
  }

  bool versioned_;               // things are stored by version
  unsigned no_row_;              // the value of a row that is not there
  std::vector<Field> rows_;      // by key: a value
  std::vector<Field> versions_;  // by key, where it can be committed at all: how often it was
};

}  // namespace

std::unique_ptr<const Server> database(const Place& place, const ServerSetting& setting) {
  return std::make_unique<Database>(place, setting);
}

}  // namespace stalemate::model
