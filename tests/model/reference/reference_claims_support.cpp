// The claims of an explanation, by walks over the reference model's worlds. A long file: a claim after another.
#include "model/reference/reference_claims.hpp"
#include "model/reference/reference_explored.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace stalemate::model::reference {
namespace {

using traces::StepKind;

// What a step is called, but for which way it takes.
auto place_of(const traces::Step& step) {
  return std::tuple(step.kind, step.app, step.session, step.operation, step.diagram, step.store, step.key, step.arrow,
                    step.budget, step.is_ghost, step.missed);
}
bool same_choice(const traces::Step& a, const traces::Step& b) {
  return place_of(a) == place_of(b) && a.choice == b.choice;
}

// The enabled steps with their ways numbered, each fault offered by the first of the budget's aims that covers it.
std::vector<Enabled> named(const Model& model, const World& world) {
  std::vector<Enabled> all = model.enabled(world);
  std::map<decltype(place_of(all[0].told)), std::size_t> first_aim;
  for (const Enabled& step : all)
    if (step.aim) first_aim.try_emplace(place_of(step.told), *step.aim);
  std::erase_if(all, [&](const Enabled& step) { return step.aim && *step.aim != first_aim.at(place_of(step.told)); });
  std::map<decltype(place_of(all[0].told)), int> ways;
  for (Enabled& step : all) step.told.choice = ++ways[place_of(step.told)];
  for (Enabled& step : all)
    if (ways[place_of(step.told)] == 1) step.told.choice = 0;
  return all;
}

// A handle whose reply is awaited goes on at once: to its receipt, its loss, or the end of its operation or of its app
// instance.
std::vector<Enabled> fused(const Model& model, const World& world) {
  std::vector<Enabled> all;
  for (const Enabled& step : named(model, world)) {
    if (step.told.kind != StepKind::kHandle || !step.told.reply) {
      all.push_back(step);
      continue;
    }
    for (Enabled& then : named(model, step.next)) {
      const bool ends_reply = then.told.kind == StepKind::kReceive || then.told.kind == StepKind::kLoseReply ||
                              then.told.kind == StepKind::kCancel;
      if (then.told.app == step.told.app &&
          (then.told.kind == StepKind::kCrash || then.told.kind == StepKind::kAppRestart ||
           (ends_reply && then.told.session == step.told.session)))
        all.push_back(std::move(then));
    }
  }
  return all;
}

class ScheduleCounter {
 public:
  ScheduleCounter(const Model& model, bool at_rest, std::size_t worlds_max)
      : model_(model), at_rest_(at_rest), worlds_max_(worlds_max) {}

  std::optional<ScheduleCounts> count(const World& world) {
    const auto known = counts_.find(world);
    if (known != counts_.end()) return known->second;
    if (counts_.size() >= worlds_max_) return std::nullopt;
    const bool wrong = at_rest_ && model_.at_rest(world) && model_.incoherent(world);
    const std::vector<Enabled> steps = fused(model_, world);
    ScheduleCounts sum;
    // What may still befall the cache of itself need not; where it does, that makes runs of its own. What is on its way
    // to a server arrives.
    const bool may_end = std::all_of(steps.begin(), steps.end(), [](const Enabled& step) {
      return is_of_store(step.told.kind) && step.told.kind != StepKind::kDeliver && step.told.kind != StepKind::kApply;
    });
    if (may_end) sum = {1, wrong ? 1U : 0U, 0};
    for (const Enabled& step : steps) {
      const std::optional<ScheduleCounts> rest = count(step.next);
      if (!rest) return std::nullopt;
      const bool broken = !at_rest_ && step.stale;
      sum.total += rest->total;
      sum.violating += broken ? rest->total : rest->violating;
      sum.passing += broken ? rest->total : rest->passing;
    }
    if (wrong) sum.passing = sum.total;
    counts_.emplace(world, sum);
    return sum;
  }

 private:
  const Model& model_;
  bool at_rest_;
  std::size_t worlds_max_;
  std::map<World, ScheduleCounts> counts_;
};

class Judge {
 public:
  Judge(const Protocol& protocol, const Setting& setting, const traces::Trace& trace, std::size_t worlds_max)
      : protocol_(protocol),
        setting_(setting),
        trace_(trace),
        at_rest_(trace.property == "coherent-at-rest"),
        worlds_max_(worlds_max),
        model_(protocol, setting, !at_rest_) {}

  Claims claims() {
    follow();
    Claims claims;
    claims.racing_pair = racing_pair();
    find_no_return(claims);
    if (at_rest_) claims.always_passed = always_passed();
    count_schedules(claims);
    claims.smallest_faults = smallest_faults();
    return claims;
  }

 private:
  struct TooLarge : std::runtime_error {
    TooLarge() : std::runtime_error("too many worlds") {}
  };
  friend std::optional<Claims> reference::claims_of(const Protocol&, const Setting&, const traces::Trace&, std::size_t);

  // A step breaks the property, by itself or by where it leads.
  bool breaks(const Model& model, const Enabled& step) const { return at_rest_ ? wrong(model, step.next) : step.stale; }
  bool wrong(const Model& model, const World& world) const {
    return at_rest_ && model.at_rest(world) && model.incoherent(world);
  }
  bool invokes_write(const Enabled& step) const {
    if (step.told.kind != StepKind::kInvoke || step.told.again != 0) return false;
    for (const Operation& operation : protocol_.operations)
      if (operation.name == step.told.diagram) return operation.kind == OperationKind::kWrite;
    throw std::logic_error("no such operation");
  }
  template <class Seen>
  void limit(const Seen& seen) const {
    if (seen.size() > worlds_max_) throw TooLarge();
  }

  void follow() {
    worlds_ = {model_.initial()};
    for (const traces::Step& step : trace_.steps) {
      const std::vector<Enabled> steps = named(model_, worlds_.back());
      const auto found =
          std::find_if(steps.begin(), steps.end(), [&](const Enabled& each) { return same_choice(each.told, step); });
      if (found == steps.end() || without_copies(found->told.after) != without_copies(step.after))
        throw std::logic_error("the reference does not take a step of the trace");
      broken_.push_back(breaks(model_, *found));
      worlds_.push_back(found->next);
    }
  }

  // --- the racing pair ---

  bool changes(std::size_t i) const {
    const auto timeless = [](Cache cache) {  // when something expires is no change
      for (Spot& spot : cache) spot.expiring = false;
      return cache;
    };
    return worlds_[i].database != worlds_[i + 1].database || worlds_[i].versions != worlds_[i + 1].versions ||
           timeless(worlds_[i].cache) != timeless(worlds_[i + 1].cache) ||
           timeless(worlds_[i].followed) != timeless(worlds_[i + 1].followed);
  }
  bool may_race(std::size_t a, std::size_t b) const {
    const traces::Step& first = trace_.steps[a];
    const traces::Step& second = trace_.steps[b];
    const auto is_asked = [](StepKind kind) { return kind == StepKind::kHandle || kind == StepKind::kCall; };
    return is_asked(first.kind) && is_asked(second.kind) &&
           (first.is_ghost || second.is_ghost ||
            std::pair(first.app, first.session) != std::pair(second.app, second.session)) &&
           first.request->to == second.request->to &&
           traces::row_of(first.request->key) == traces::row_of(second.request->key) && (changes(a) || changes(b));
  }
  bool ends_well_without(std::size_t a, std::size_t b) const {
    World world = worlds_.front();
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) left.push_back(i);
    bool held = true;  // b was not taken yet
    while (true) {
      const std::vector<Enabled> steps = named(model_, world);
      const Enabled* next = nullptr;
      for (const std::size_t i : left) {
        if (held && i == a) continue;
        // The answer that a server passes on is named as what it answers, and comes after it.
        for (const Enabled& step : steps)
          if (same_choice(step.told, trace_.steps[i]) && !(held && same_choice(step.told, trace_.steps[a])))
            next = &step;
        if (next == nullptr) continue;
        if (i == b) held = false;
        left.erase(std::find(left.begin(), left.end(), i));
        break;
      }
      for (std::size_t i = 0; i < steps.size() && next == nullptr; ++i)
        if (steps[i].told.kind != StepKind::kInvoke && !traces::is_fault(steps[i].told.kind) &&
            !(held && same_choice(steps[i].told, trace_.steps[a])))
          next = &steps[i];
      if (next == nullptr) return !held;
      if (breaks(model_, *next)) return false;
      const World to = next->next;
      world = to;
    }
  }
  std::optional<std::pair<std::size_t, std::size_t>> racing_pair() const {
    std::optional<std::pair<std::size_t, std::size_t>> best;  // as (b, a), so that the largest is the one
    for (std::size_t a = 0; a < trace_.steps.size(); ++a)
      for (std::size_t b = a + 1; b < trace_.steps.size(); ++b)
        if (may_race(a, b) && ends_well_without(a, b)) best = std::max(best, std::optional(std::pair(b, a)));
    if (best) std::swap(best->first, best->second);
    return best;
  }

  // --- the point of no return ---

  // Whether some run without a further Write goes well. For coherent-at-rest in the other words of the definition: it
  // reaches a coherent rest.
  bool may_go_well(const World& world) {
    const auto known = may_go_well_.find(world);
    if (known != may_go_well_.end()) return known->second;
    limit(may_go_well_);
    bool well = at_rest_ && model_.at_rest(world) && !model_.incoherent(world);
    bool goes_on = false;
    for (const Enabled& step : named(model_, world)) {
      if (invokes_write(step)) continue;
      goes_on |= step.told.kind != StepKind::kExpire && !traces::is_fault(step.told.kind);
      if (well || step.stale) continue;
      well = may_go_well(step.next);
    }
    if (!at_rest_ && !goes_on) well = true;
    may_go_well_.emplace(world, well);
    return well;
  }
  void find_no_return(Claims& claims) {
    std::vector<bool> doomed;
    bool stale = false;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
      if (i > 0 && !at_rest_) stale = stale || broken_[i - 1];
      doomed.push_back(stale || !may_go_well(worlds_[i]));
    }
    if (doomed.front() || !doomed.back()) return;
    std::size_t last_saved = doomed.size() - 1;
    while (doomed[last_saved]) --last_saved;
    claims.no_return = last_saved;
    claims.first_doomed = static_cast<std::size_t>(std::find(doomed.begin(), doomed.end(), true) - doomed.begin()) - 1;
  }

  // --- what every run that goes wrong passes ---

  bool goes_wrong_around(const World& avoided) const {
    std::set<World> seen = {model_.initial()};
    std::vector<World> queue = {model_.initial()};
    while (!queue.empty()) {
      const World world = queue.back();
      queue.pop_back();
      if (wrong(model_, world)) return true;
      for (const Enabled& step : named(model_, world))
        if (step.next != avoided && seen.insert(step.next).second) queue.push_back(step.next);
      limit(seen);
    }
    return false;
  }
  std::optional<std::size_t> always_passed() const {
    for (std::size_t i = worlds_.size() - 1; i-- > 1;)
      if (!goes_wrong_around(worlds_[i])) return i;
    return std::nullopt;
  }

  // --- schedules ---

  // Every first operation can only be invoked in one way, and the property still says something.
  bool can_invoke_all() const {
    bool says_something = at_rest_;
    for (const auto& app : setting_.apps) {
      for (const std::vector<Script>& session : app) {
        if (!session.front().key && setting_.keys > 1) return false;
        says_something |= setting_.retries > 0 && session.front().kind == OperationKind::kRead;
        for (std::size_t i = 1; i < session.size(); ++i) says_something |= session[i].kind == OperationKind::kRead;
      }
    }
    if (setting_.all_invoked) return says_something;
    std::map<std::pair<int, int>, int> ways;
    for (const Enabled& step : named(model_, model_.initial()))
      if (step.told.kind == StepKind::kInvoke && ++ways[{step.told.app, step.told.session}] > 1) return false;
    return says_something;
  }
  void count_schedules(Claims& claims) const {
    claims.all_invoked = can_invoke_all();
    Setting setting = setting_;
    setting.all_invoked |= claims.all_invoked;
    const Model model(protocol_, setting, !at_rest_);
    const std::optional<ScheduleCounts> found = reference::count_schedules(model, at_rest_, worlds_max_);
    if (!found) throw TooLarge();
    claims.schedules = *found;
  }

  // --- faults ---

  bool goes_wrong_with(const std::vector<std::string>& kinds) const {
    Setting setting = setting_;
    setting.budgets.clear();
    for (const std::string& kind : kinds) setting.budgets.push_back({{{kind, "", 0}}, 1});
    const Model model(protocol_, setting, !at_rest_);
    std::set<World> seen = {model.initial()};
    std::vector<World> queue = {model.initial()};
    while (!queue.empty()) {
      const World world = queue.back();
      queue.pop_back();
      for (const Enabled& step : named(model, world)) {
        if (breaks(model, step)) return true;
        if (seen.insert(step.next).second) queue.push_back(step.next);
      }
      limit(seen);
    }
    return false;
  }
  // How often each kind struck, in the order of the model's table.
  std::vector<std::pair<std::string, std::size_t>> struck() const {
    std::vector<std::pair<std::string, std::size_t>> counts;
    for (const auto& [name, kind] :
         std::initializer_list<std::pair<const char*, StepKind>>{{"lost-request", StepKind::kLoseRequest},
                                                                 {"lost-reply", StepKind::kLoseReply},
                                                                 {"late-request", StepKind::kLateRequest},
                                                                 {"duplicate", StepKind::kDuplicate},
                                                                 {"error", StepKind::kRefuse},
                                                                 {"cancel", StepKind::kCancel},
                                                                 {"crash", StepKind::kCrash},
                                                                 {"app-restart", StepKind::kAppRestart},
                                                                 {"evict", StepKind::kEvict},
                                                                 {"cache-restart", StepKind::kCacheRestart},
                                                                 {"cache-failover", StepKind::kCacheFailover},
                                                                 {"expire", StepKind::kExpireMarker},
                                                                 {"lost-delivery", StepKind::kLoseDelivery}}) {
      const auto is_one = [kind = kind](const traces::Step& step) {
        return step.kind == kind || (kind == StepKind::kAppRestart && step.kind == StepKind::kIdleRestart);
      };
      const auto count = std::count_if(trace_.steps.begin(), trace_.steps.end(), is_one);
      counts.emplace_back(name, static_cast<std::size_t>(count));
    }
    return counts;
  }
  // Of equal sizes those with more of the kinds that come first. Sorted by name.
  std::vector<std::string> smallest_faults() const {
    const auto counts = struck();
    std::vector<std::string> chosen;
    const std::function<bool(std::size_t, std::size_t)> choose = [&](std::size_t from, std::size_t left) {
      if (from == counts.size()) return left == 0 && goes_wrong_with(chosen);
      for (std::size_t more = std::min(left, counts[from].second) + 1; more-- > 0;) {
        chosen.insert(chosen.end(), more, counts[from].first);
        if (choose(from + 1, left - more)) return true;
        chosen.resize(chosen.size() - more);
      }
      return false;
    };
    for (std::size_t size = 0; size <= trace_.steps.size(); ++size) {
      if (!choose(0, size)) continue;
      std::sort(chosen.begin(), chosen.end());
      return chosen;
    }
    throw std::logic_error("the faults of the trace do not suffice");
  }

  const Protocol& protocol_;
  const Setting& setting_;
  const traces::Trace& trace_;
  bool at_rest_;
  std::size_t worlds_max_;
  Model model_;
  std::vector<World> worlds_;  // along the trace
  std::vector<bool> broken_;   // by step
  std::map<World, bool> may_go_well_;
};

std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) all.push_back(part);
  return all;
}

}  // namespace

Setting setting_of(const traces::Trace& trace) {
  Setting setting;
  setting.keys = static_cast<std::size_t>(trace.scenario.keys);
  setting.has_cache = has_cache(trace.stores);
  setting.cached = trace.scenario.cached;
  setting.all_invoked = trace.scenario.all_invoked;
  setting.continue_on_database_timeout = trace.scenario.on_database_timeout == "continue";
  setting.pooled = trace.scenario.connections == "pool";
  setting.retries = trace.scenario.retries;
  setting.no_replica_lag = trace.scenario.no_replica_lag;
  setting.fail_on_cache_timeout = trace.scenario.on_cache_timeout == "fail";
  for (const std::string& app : trace.scenario.apps) {
    setting.apps.emplace_back();
    for (const std::string& session : parts(app, '|')) {
      setting.apps.back().emplace_back();
      for (const std::string& operation : parts(session, ';')) {
        std::istringstream words(operation);
        std::string kind;
        std::string key;
        words >> kind >> key;
        if (kind != "read" && kind != "write") throw std::logic_error("not read or write: " + kind);
        Script script{kind == "read" ? OperationKind::kRead : OperationKind::kWrite, std::nullopt};
        if (!key.empty()) script.key = std::stoul(key.substr(1)) - 1;
        if (key.empty() && setting.keys == 1) script.key = 0;
        setting.apps.back().back().push_back(script);
      }
    }
  }
  for (const std::string& fault : trace.scenario.faults) {
    Budget budget;
    budget.count = static_cast<unsigned>(std::stoul(fault.substr(fault.rfind('=') + 1)));
    for (const std::string& part : parts(fault.substr(0, fault.rfind('=')), ',')) {
      Aim aim;
      aim.kind = part.substr(0, part.find_first_of(":@"));
      if (aim.kind == "cache-failover" && part.find(':') != std::string::npos)
        aim.missed = std::stoul(part.substr(part.find(':') + 1));
      if (const auto at = part.find('@'); at != std::string::npos) {
        const auto colon = part.rfind(':');
        aim.operation = part.substr(at + 1, colon == std::string::npos ? colon : colon - at - 1);
        if (colon != std::string::npos) aim.arrow = std::stoi(part.substr(colon + 1));
      }
      budget.aims.push_back(aim);
    }
    setting.budgets.push_back(std::move(budget));
  }
  return setting;
}

std::optional<ScheduleCounts> count_schedules(const Model& model, bool at_rest, std::size_t worlds_max) {
  return ScheduleCounter(model, at_rest, worlds_max).count(model.initial());
}

std::optional<Claims> claims_of(const Protocol& protocol, const Setting& setting, const traces::Trace& trace,
                                std::size_t worlds_max) {
  try {
    return Judge(protocol, setting, trace, worlds_max).claims();
  } catch (const Judge::TooLarge&) {
    return std::nullopt;
  }
}

}  // namespace stalemate::model::reference
