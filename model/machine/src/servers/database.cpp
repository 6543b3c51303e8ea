// The database: a row for every key, always there. A statement is atomic.
#include "base/invariant.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class Database final : public Server {
 public:
  Database(ServerId self, const ServerSetting& setting)
      : Server(self, static_cast<std::size_t>(setting.scenario.keys), 1) {
    for (int key = 0; key < setting.scenario.keys; ++key)
      rows_.push_back(setting.layout.add(setting.scenario.values, Meaning::kValue));
    setting.fields.database = rows_;
  }

  Held held(StateView words, std::size_t key) const override {
    return {.value = static_cast<CodedValue>(get(words, rows_[key])) + 1};
  }

  Answer peek(StateView words, const Query& query) const override {
    if (query.instruction.verb == Verb::kGet) return {Outcome::kValue, held(words, query.key).value};
    STALEMATE_INVARIANT(query.instruction.verb == Verb::kSet, "a database is asked to get or to set");
    return {Outcome::kOk, 0};
  }

  void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const override {
    if (answer.outcome != Outcome::kOk) return;
    STALEMATE_INVARIANT(query.carried != 0, "a database write carries a value");
    tell_change(step, query.key, {.value = query.carried});
    set(step.words, rows_[query.key], query.carried - 1);
  }

 private:
  std::vector<Field> rows_;  // by key: a value
};

}  // namespace

std::unique_ptr<const Server> database(ServerId self, const ServerSetting& setting) {
  return std::make_unique<Database>(self, setting);
}

}  // namespace stalemate::model
