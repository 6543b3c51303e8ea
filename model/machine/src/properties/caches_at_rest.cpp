#include "caches_at_rest.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
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

void refuse_locks_that_may_run_out(const Program& program, std::string_view property) {
  bool stale = false;
  bool locks = false;
  for (const Instruction& one : program.instructions) {
    stale = stale || one.verb == Verb::kMarkStale;
    locks = locks || (one.watch == Watch::kLease && lower(one.label).find("lock") != std::string::npos);
  }
  if (stale && locks)
    throw InputError(
        fmt::format("--property {}: what is stale is refilled under a lock here, and locks that run out are "
                    "not modelled yet; where it never does, call it a lease",
                    property));
}

std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim) {
  return std::make_unique<CachesAtRest>(setting.fields, setting.program.has_database, claim);
}

}  // namespace stalemate::model
