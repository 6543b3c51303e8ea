// Plans drawn, and to and from the words of scenarios.
#include "hunt/plan.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "base/error.hpp"
#include "machine/machine.hpp"

namespace stalemate::model::hunting {
namespace {

PlannedOperation operation_of(const std::string& words, int keys) {
  PlannedOperation operation{lower(words), 0, 0};
  const auto space = operation.name.find_last_of(" \t");
  if (space != std::string::npos && space + 2 < operation.name.size() && operation.name[space + 1] == 'k') {
    const std::string digits = operation.name.substr(space + 2);
    if (digits.size() < 4 && digits.find_first_not_of("0123456789") == std::string::npos) {
      operation.key = std::stoi(digits);
      operation.name = trim(operation.name.substr(0, space));
    }
  }
  if (operation.key == 0 && keys == 1) operation.key = 1;
  return operation;
}

// As often as a run draws a fault that has no budget.
constexpr unsigned kOften = 8;

PlannedFault fault_of(const std::string& text) {
  const auto equals = text.rfind('=');
  const std::string budget = text.substr(equals + 1);
  return {text.substr(0, equals), budget == "*" ? kOften : static_cast<unsigned>(std::stoul(budget))};
}

// A number from `least` to `most`, where sizes do not matter.
int draw(int least, int most) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, most + 1)); }

void draw_apps(const std::vector<std::string>& names, const HuntSpace& space, Plan& plan) {
  plan.frame.keys = *rc::gen::inRange(1, space.scenario.keys + 1);
  const int apps = *rc::gen::inRange(1, space.apps + 1);
  for (int app = 0; app < apps; ++app) {
    PlannedSession session;
    const int operations = *rc::gen::inRange(1, space.operations + 1);
    for (int i = 0; i < operations; ++i) {
      PlannedOperation operation;
      operation.name = names[static_cast<std::size_t>(draw(0, static_cast<int>(names.size()) - 1))];
      operation.key = draw(1, plan.frame.keys);
      session.operations.push_back(operation);
    }
    plan.apps.push_back({session});
  }
}

// Who is which does not matter, so equal scenarios are made to look equal.
void put_in_order(Plan& plan) {
  tidy(plan);
  const auto script = [](const std::vector<PlannedSession>& app) {
    std::string text;
    for (const PlannedOperation& operation : app.front().operations)
      text += fmt::format("{} k{};", operation.name, operation.key);
    return text;
  };
  std::stable_sort(plan.apps.begin(), plan.apps.end(),
                   [&](const auto& a, const auto& b) { return script(a) < script(b); });
}

void give_ids(Plan& plan) {
  int session_id = 0;
  int operation_id = 0;
  for (auto& app : plan.apps) {
    for (PlannedSession& session : app) {
      session.id = session_id++;
      for (PlannedOperation& operation : session.operations) operation.id = operation_id++;
    }
  }
}

}  // namespace

std::string script_name(const Program& program, std::size_t index) {
  const ProgramOperation& operation = program.operations[index];
  const auto of_kind = std::count_if(program.operations.begin(), program.operations.end(),
                                     [&](const ProgramOperation& other) { return other.kind == operation.kind; });
  std::string name = lower(operation.name);
  if (of_kind == 1 || name.find_first_of(";|") != std::string::npos || operation_of(name, 2).key != 0)
    return std::string(to_string(operation.kind));
  return name;
}

traces::Scenario words_of(const Plan& plan) {
  traces::Scenario words = plan.frame;
  for (const auto& app : plan.apps) {
    std::string text;
    for (const PlannedSession& session : app) {
      if (!text.empty()) text += " | ";
      for (std::size_t i = 0; i < session.operations.size(); ++i) {
        const PlannedOperation& operation = session.operations[i];
        text += (i == 0 ? "" : "; ") + operation.name;
        if (operation.key != 0 && plan.frame.keys > 1) text += fmt::format(" k{}", operation.key);
      }
    }
    words.apps.push_back(std::move(text));
  }
  for (const PlannedFault& fault : plan.faults) words.faults.push_back(fmt::format("{}={}", fault.kinds, fault.budget));
  return words;
}

Plan plan_of(const traces::Scenario& words) {
  Plan plan;
  plan.frame = words;
  plan.frame.apps.clear();
  plan.frame.faults.clear();
  for (const std::string& app : words.apps) {
    plan.apps.emplace_back();
    for (const std::string& script : split(app, '|')) {
      plan.apps.back().emplace_back();
      for (const std::string& operation : split(script, ';'))
        plan.apps.back().back().operations.push_back(operation_of(operation, words.keys));
    }
  }
  for (const std::string& fault : words.faults) plan.faults.push_back(fault_of(fault));
  give_ids(plan);
  return plan;
}

rc::Gen<Plan> plans(const Program& program, const HuntSpace& space) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < program.operations.size(); ++i) names.push_back(script_name(program, i));
  return rc::gen::exec([names, space] {
    Plan plan = plan_of(space.scenario);
    if (plan.apps.empty()) {
      draw_apps(names, space, plan);
      put_in_order(plan);
      give_ids(plan);
    }
    std::vector<PlannedFault> kept;
    for (PlannedFault& fault : plan.faults) {
      fault.budget = static_cast<unsigned>(draw(0, static_cast<int>(fault.budget)));
      if (fault.budget > 0) kept.push_back(fault);
    }
    plan.faults = std::move(kept);
    return plan;
  });
}

void check_space(const Program& program, const HuntSpace& space) {
  traces::Scenario words = space.scenario;
  if (!words.apps.empty()) {
    make_machine(std::make_shared<const Program>(program), words, {}, Granularity::kPlain);
    return;
  }
  if (space.apps < 1 || space.apps > kHuntAppsMax)
    throw InputError(fmt::format("--apps {}: say a whole number from 1 to {}", space.apps, kHuntAppsMax));
  if (space.operations < 1 || space.operations > kHuntOperationsMax)
    throw InputError(
        fmt::format("--operations {}: say a whole number from 1 to {}", space.operations, kHuntOperationsMax));
  if (words.keys < 1 || words.keys > kKeysMax)
    throw InputError(fmt::format("--keys {}: a scenario has 1 to {} keys", words.keys, kKeysMax));
  // The largest scenarios there are to draw: all of one operation, but for one of another.
  std::vector<std::string> names;
  for (std::size_t i = 0; i < program.operations.size(); ++i) names.push_back(script_name(program, i));
  const auto shared = std::make_shared<const Program>(program);
  for (const std::string& name : names) {
    for (const std::string& other : names) {
      words.apps.clear();
      for (int app = 0; app < space.apps; ++app) {
        std::string script = app == 0 ? other + " k1" : name + " k1";
        for (int i = 1; i < space.operations; ++i) script += "; " + name + " k1";
        words.apps.push_back(script);
      }
      try {
        make_machine(shared, words, {}, Granularity::kPlain);
      } catch (const InputError& error) {
        throw InputError(fmt::format("--apps {} --operations {} --keys {}: {}", space.apps, space.operations,
                                     words.keys, error.what()));
      }
    }
  }
}

void tidy(Plan& plan) {
  std::map<int, int> renamed;
  bool any_key = false;
  for (auto& app : plan.apps) {
    app.erase(std::remove_if(app.begin(), app.end(), [](const PlannedSession& s) { return s.operations.empty(); }),
              app.end());
    for (const PlannedSession& session : app) {
      for (const PlannedOperation& operation : session.operations) {
        if (operation.key == 0)
          any_key = true;
        else
          renamed.try_emplace(operation.key, static_cast<int>(renamed.size()) + 1);
      }
    }
  }
  plan.apps.erase(std::remove_if(plan.apps.begin(), plan.apps.end(), [](const auto& app) { return app.empty(); }),
                  plan.apps.end());
  if (any_key || renamed.empty()) return;
  plan.frame.keys = static_cast<int>(renamed.size());
  for (auto& app : plan.apps)
    for (PlannedSession& session : app)
      for (PlannedOperation& operation : session.operations) operation.key = renamed[operation.key];
}

}  // namespace stalemate::model::hunting
