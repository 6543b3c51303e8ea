// Two sides, row by row.
#include "ask/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "machine/fault.hpp"
#include "machine/machine.hpp"
#include "machine/program.hpp"

namespace stalemate::model {
namespace {

// One protocol, and what of the comparison fits it.
class Side {
 public:
  Side(const Protocol& protocol, const CompareOptions& options) : protocol_(protocol), options_(options) {
    words_ = options.given;
    words_.fault.clear();
    if (!compile(protocol, {}).has_cache) words_.cached = false;
    scenario_ = scenario_of(words_, protocol);
    for (const std::string& name : options.properties)
      if (const std::string why = why_not({name}); why.empty())
        properties_.push_back(name);
      else
        refused_[name] = why;
  }

  const Protocol& protocol() const { return protocol_; }
  const traces::Scenario& scenario() const { return scenario_; }
  // Why that property cannot be asked of it; "": it can.
  std::string why_not_asked(const std::string& property) const {
    const auto found = refused_.find(property);
    return found == refused_.end() ? "" : found->second;
  }

  // Every property, with the fault. None where that cannot strike here: `why` is the reason.
  std::optional<Report> judge(const std::string& fault, std::string* why = nullptr) const {
    CheckOptions how = options_.check;
    how.properties = properties_;
    how.exhaust = true;
    return run(with(fault), how, why);
  }

  std::optional<traces::Trace> trace(const std::string& fault, const std::string& property) const {
    CheckOptions how = options_.check;
    how.properties = {property};
    const std::optional<Report> report = run(with(fault), how, nullptr);
    return report ? report->trace : std::nullopt;
  }

  // Counted in the space where every first operation is invoked; none where that was interrupted, or cannot be.
  std::optional<Schedules> orders(const std::string& fault) const {
    CheckOptions how = options_.check;
    how.properties = properties_;
    how.count_schedules = true;
    how.exhaust = true;
    how.reductions = {false, false, false};
    traces::Scenario scenario = with(fault);
    scenario.all_invoked = scenario.keys == 1 || !options_.given.app.empty();
    try {
      const Report report = check(protocol_, scenario, how);
      return report.limits.empty() ? report.schedules : std::nullopt;
    } catch (const InputError&) {
      return std::nullopt;
    }
  }

 private:
  traces::Scenario with(const std::string& fault) const {
    traces::Scenario scenario = scenario_;
    if (!fault.empty()) scenario.faults = {fault};
    return scenario;
  }

  std::string why_not(const std::vector<std::string>& properties) const {
    try {
      make_machine(protocol_, scenario_, properties, Granularity::kPlain);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  }

  std::optional<Report> run(const traces::Scenario& scenario, const CheckOptions& how, std::string* why) const {
    try {
      return check(protocol_, scenario, how);
    } catch (const InputError& error) {
      if (scenario.faults.empty()) throw;
      if (why != nullptr) *why = error.what();
      return std::nullopt;
    }
  }

  const Protocol& protocol_;
  const CompareOptions& options_;
  ScenarioWords words_;
  traces::Scenario scenario_;
  std::vector<std::string> properties_;         // empty: the default ones
  std::map<std::string, std::string> refused_;  // named ones, and why
};

std::string kinds_of(const Protocol& protocol) {
  std::string kinds;
  for (const OperationKind kind : {OperationKind::kRead, OperationKind::kWrite})
    if (std::any_of(protocol.operations.begin(), protocol.operations.end(),
                    [&](const Operation& operation) { return operation.kind == kind; }))
      kinds += fmt::format("{}a {}", kinds.empty() ? "" : " and ", kind == OperationKind::kRead ? "Read" : "Write");
  return kinds.empty() ? "nothing" : kinds;
}

void refuse_what_does_not_match(const Protocol& before, const Protocol& after) {
  if (kinds_of(before) == kinds_of(after)) return;
  throw InputError(fmt::format("compare: {} has {} and {} has {}; draw the same operations in both", before.name,
                               kinds_of(before), after.name, kinds_of(after)));
}

// What a check says of one property.
Judgement judgement_of(const Side& side, const std::optional<Report>& report, const std::string& property) {
  if (const std::string why = side.why_not_asked(property); !why.empty())
    return {.standing = Standing::kSaysNothing, .why = why};
  const auto found = std::find_if(report->properties.begin(), report->properties.end(),
                                  [&](const PropertyReport& one) { return one.property == property; });
  if (found == report->properties.end()) return {.standing = Standing::kSaysNothing, .why = "it does not apply"};
  if (found->verdict == Verdict::kHolds) return {.standing = Standing::kHolds};
  if (found->verdict == Verdict::kViolated) return {.standing = Standing::kViolated};
  return {.standing = report->limits.empty() ? Standing::kSaysNothing : Standing::kUnknown, .why = found->why};
}

Change change_of(const Judgement& before, const Judgement& after) {
  if (before.standing == Standing::kUnknown || after.standing == Standing::kUnknown) return Change::kUndecided;
  const bool was = before.standing == Standing::kViolated;
  const bool is = after.standing == Standing::kViolated;
  return was == is ? Change::kNone : was ? Change::kWon : Change::kLost;
}

class Comparing {
 public:
  Comparing(const Protocol& before, const Protocol& after, const CompareOptions& options)
      : options_(options), before_(before, options), after_(after, options) {
    told_.before = before.name;
    told_.after = after.name;
    told_.scenario = after_.scenario();
    for (const std::string& name : options.properties)
      if (!before_.why_not_asked(name).empty() && !after_.why_not_asked(name).empty())
        throw InputError(after_.why_not_asked(name));
  }

  Comparison run() {
    plain_before_ = before_.judge("");
    plain_after_ = after_.judge("");
    name_properties();
    add_row("");
    for (const std::string& fault : faults()) add_row(fault);
    return std::move(told_);
  }

 private:
  // The named ones, or those of either side.
  void name_properties() {
    told_.properties = options_.properties;
    if (!told_.properties.empty()) return;
    for (const std::optional<Report>* side : {&plain_before_, &plain_after_})
      for (const PropertyReport& property : (*side)->properties)
        if (std::find(told_.properties.begin(), told_.properties.end(), property.property) == told_.properties.end())
          told_.properties.push_back(property.property);
  }

  // Those that are given, or each kind that can strike either side.
  std::vector<std::string> faults() const {
    if (!options_.given.fault.empty()) return options_.given.fault;
    std::vector<std::string> names;
    for (const FaultKind& kind : fault_kinds())
      for (const std::optional<Report>* side : {&plain_before_, &plain_after_}) {
        const std::vector<std::string>& left_out = (*side)->not_considered;
        const bool can = std::find(left_out.begin(), left_out.end(), kind.name) != left_out.end();
        if (can && (names.empty() || names.back() != kind.name)) names.emplace_back(kind.name);
      }
    return names;
  }

  static bool strikes(const std::optional<Report>& report) {
    return report && (report->faults_struck || !report->limits.empty());
  }

  void add_row(const std::string& fault) {
    ComparedRow row;
    row.fault = fault;
    std::string why;
    std::optional<Report> before = fault.empty() ? plain_before_ : before_.judge(fault, &why);
    std::optional<Report> after = fault.empty() ? plain_after_ : after_.judge(fault, &why);
    if (!before && !after) throw InputError(why);
    row.strikes_before = fault.empty() || strikes(before);
    row.strikes_after = fault.empty() || strikes(after);
    if (!row.strikes_before) before = plain_before_;
    if (!row.strikes_after) after = plain_after_;
    for (const std::optional<Report>* side : {&before, &after})
      for (const std::string& limit : (*side)->limits)
        if (std::find(told_.limits.begin(), told_.limits.end(), limit) == told_.limits.end())
          told_.limits.push_back(limit);
    for (const std::string& property : told_.properties) {
      ComparedCell cell{.property = property,
                        .before = judgement_of(before_, before, property),
                        .after = judgement_of(after_, after, property)};
      cell.change = change_of(cell.before, cell.after);
      if (cell.change == Change::kWon) cell.before.trace = before_.trace(row.strikes_before ? fault : "", property);
      if (cell.change == Change::kLost) cell.after.trace = after_.trace(row.strikes_after ? fault : "", property);
      row.cells.push_back(std::move(cell));
    }
    const bool few = before->states <= kOrdersStatesMax && after->states <= kOrdersStatesMax;
    if (options_.count_schedules || (fault.empty() && few)) {
      row.orders_before = before_.orders(row.strikes_before ? fault : "");
      row.orders_after = after_.orders(row.strikes_after ? fault : "");
    }
    told_.rows.push_back(std::move(row));
  }

  const CompareOptions& options_;
  Side before_;
  Side after_;
  std::optional<Report> plain_before_;  // without faults
  std::optional<Report> plain_after_;
  Comparison told_;
};

}  // namespace

const ComparedCell* Comparison::simplest(Change change) const {
  const ComparedCell* found = nullptr;
  std::size_t least = 0;
  for (const ComparedRow& row : rows) {
    for (const ComparedCell& cell : row.cells) {
      if (cell.change != change) continue;
      const std::optional<traces::Trace>& trace = change == Change::kWon ? cell.before.trace : cell.after.trace;
      const std::size_t steps = trace ? trace->steps.size() : static_cast<std::size_t>(-1);
      if (found == nullptr || steps < least) {
        found = &cell;
        least = steps;
      }
    }
    if (row.fault.empty() && found != nullptr) return found;
  }
  return found;
}

Comparison compare(const Protocol& before, const Protocol& after, const CompareOptions& options) {
  refuse_what_does_not_match(before, after);
  return Comparing(before, after, options).run();
}

}  // namespace stalemate::model
