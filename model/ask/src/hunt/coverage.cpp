// From the marks of machines, whose numbers depend on their scenarios, to those of the program, the faults and the
// properties.
#include "hunt/coverage.hpp"

#include <algorithm>
#include <utility>

namespace stalemate::model::hunting {

Coverage::Coverage(std::shared_ptr<const Program> program, const std::vector<FaultBudget>& allowed)
    : program_(std::move(program)), happened_(model::fault_kinds().size()), antecedents_(property_kinds().size()) {
  for (std::size_t kind = 0; kind < happened_.size(); ++kind) {
    const bool is_allowed = std::any_of(allowed.begin(), allowed.end(), [&](const FaultBudget& budget) {
      return std::any_of(budget.targets.begin(), budget.targets.end(),
                         [&](const FaultTarget& target) { return target.kind == kind; });
    });
    if (is_allowed) fault_kinds_.push_back(kind);
  }
}

void Coverage::add(const Machine& machine, const sim::Marks& marks) {
  for (std::size_t mark = 0; mark < program_->marks.size(); ++mark)
    if (marks.reached(mark)) marks_.reach(mark);
  for (std::size_t p = 0; p < machine.properties().size(); ++p)
    if (marks.reached(machine.antecedent_mark(p)))
      antecedents_[static_cast<std::size_t>(machine.properties()[p] - property_kinds().data())] = true;
  const std::vector<FaultBudget>& budgets = machine.scenario().budgets;
  for (std::size_t b = 0; b < budgets.size(); ++b)
    for (std::size_t t = 0; t < budgets[b].targets.size(); ++t)
      if (marks.reached(machine.fault_mark(b, t))) happened_[budgets[b].targets[t].kind] = true;
}

// A mark begins with the name of its operation; of names that begin alike, the longest is meant.
std::vector<DiagramCoverage> Coverage::diagrams() const {
  std::vector<DiagramCoverage> diagrams;
  for (const ProgramOperation& operation : program_->operations) diagrams.push_back({operation.name, {}, {}});
  for (std::size_t mark = 0; mark < program_->marks.size(); ++mark) {
    const std::string& text = program_->marks[mark];
    DiagramCoverage* of = nullptr;
    for (DiagramCoverage& diagram : diagrams)
      if (text.rfind(diagram.diagram + " ", 0) == 0 && (!of || of->diagram.size() < diagram.diagram.size()))
        of = &diagram;
    if (of == nullptr) continue;
    (marks_.reached(mark) ? of->reached : of->never).push_back(text.substr(of->diagram.size() + 1));
  }
  return diagrams;
}

std::vector<std::string> Coverage::faults(bool happened) const {
  std::vector<std::string> names;
  for (const std::size_t kind : fault_kinds_)
    if (happened_[kind] == happened) names.emplace_back(model::fault_kinds()[kind].name);
  return names;
}

bool Coverage::antecedent_met(const PropertyKind& property) const {
  return antecedents_[static_cast<std::size_t>(&property - property_kinds().data())];
}

}  // namespace stalemate::model::hunting
