#include "caches_at_rest.hpp"

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

std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim) {
  return std::make_unique<CachesAtRest>(setting.fields, setting.program.has_database, claim);
}

}  // namespace stalemate::model
