#include "caches_at_rest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace stalemate::model {
namespace {

class CachesAtRest final : public Monitor {
 public:
  CachesAtRest(const StoreFields& fields, bool has_database, bool Coherence::*claim)
      : fields_(fields), has_database_(has_database), claim_(claim) {}

  Observation on(const Event&, StateRef) const override { return {}; }

  Observation at_rest(StateView words) const override {
    if (!has_database_) return {};
    const Coherence found = coherence_of(words, fields_);
    return {.violated = !(found.*claim_), .relevant = found.any_cached};
  }

 private:
  StoreFields fields_;
  bool has_database_;
  bool Coherence::*claim_;
};

}  // namespace

std::string whether_locks_run_out(const Program& program) {
  const auto marks = [](const Instruction& one) { return one.verb == Verb::kMarkStale; };
  if (std::none_of(program.instructions.begin(), program.instructions.end(), marks)) return "";
  for (const Instruction& one : program.instructions)
    if (one.watch == Watch::kLease && one.ttl == 0 && lower(one.label).find("lock") != std::string::npos)
      return fmt::format(
          "line {}: what is stale is refilled under a lock here, and whether that runs out is not said; "
          "say for how long it is taken, as in \"take its lock for 30 s\", or call it a lease if it "
          "never does",
          one.at.line);
  return "";
}

std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim) {
  return std::make_unique<CachesAtRest>(setting.fields, setting.program.has_database, claim);
}

}  // namespace stalemate::model
