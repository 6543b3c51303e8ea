// See as_drawn.hpp. A search over pairs of a state and of how much of the drawing has happened by then.
#include "ask/as_drawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "machine/machine.hpp"
#include "machine/scenario.hpp"
#include "tell/path.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kNodesMax = 300'000;
constexpr std::size_t kNodesBetweenLooks = 1'000;  // at whether it is interrupted

using Kind = DrawnMessage::Kind;

std::string in_words(Outcomes outcomes) {
  std::string text;
  for (int i = 0; i < kOutcomeCount; ++i) {
    if (outcomes.has(static_cast<Outcome>(i)))
      text += fmt::format("{}{}", text.empty() ? "" : " or ", to_string(static_cast<Outcome>(i)));
  }
  return text;
}

// How the drawing is taken: `late`: a request may be handled later than it is drawn, before its reply and what its
// instance does next; `exact`: what is written alike is one value.
struct Taking {
  bool exact = true;
  bool late = false;
};
constexpr Taking kTakings[] = {{true, false}, {true, true}, {false, false}, {false, true}};

class Order {
 public:
  Order(const DrawnRace& race, const Machine& machine, const AsDrawnOptions& options, const Taking& taking)
      : machine_(machine), race_(race), options_(options), exact_(taking.exact) {
    for (const DrawnMessage& message : race.messages) {
      if (taking.late && message.kind == Kind::kAsks)
        asked_late_.push_back({message, messages_.size()});
      else
        messages_.push_back(message);
    }
  }

  // The shortest way through all that is drawn, to rest; one that breaks a property before one that breaks none.
  std::optional<std::vector<Action>> find() {
    Words initial(machine_.words());
    sim::Marks marks;
    machine_.initial(initial.data(), marks);
    const sim::PropertyMask broken = machine_.judge(initial.data(), marks).violated;
    add({std::move(initial), 0, broken, {}, 0, {}});
    std::optional<std::size_t> right;
    for (std::size_t n = 0; n < nodes_.size() && !is_cut(); ++n) {
      if (n % kNodesBetweenLooks == 0) look();
      note_reached(nodes_[n].drawn);
      if (nodes_[n].drawn == messages_.size() && at_rest(nodes_[n].words)) {
        if (nodes_[n].violated != 0) return way_to(n);
        if (!right) right = n;
      }
      expand(n);
    }
    if (right && !is_cut()) return way_to(*right);  // what was not looked at may break something
    return std::nullopt;
  }

  bool is_cut() const { return !cut_.empty(); }
  const std::string& why_cut() const { return cut_; }
  // Whether some way was not taken because of what is written on the arrows.
  bool values_differ() const { return values_differ_; }

  // Why no way leads through.
  std::string why_not() const {
    const DrawnMessage& next = messages_[std::min(furthest_, messages_.size() - 1)];
    const std::string& who = race_.instances[next.instance].name;
    if (!contradicted_.empty()) return contradicted_;
    const std::string line = fmt::format("line {}", next.at.line);
    if (next.kind == Kind::kIsAnswered) return fmt::format("{}: {} awaits no such reply by then", line, who);
    if (next.kind == Kind::kBegins) return fmt::format("{}: {} cannot begin by then", line, who);
    return fmt::format("{}: {} does not ask this by then{}", line, who,
                       instead_.empty() ? "" : fmt::format(": {}", instead_));
  }

 private:
  struct Node {
    Words words;
    std::size_t drawn = 0;  // how many of the messages have happened
    sim::PropertyMask violated = 0;
    std::map<CodedValue, std::string> written;  // how the drawing writes a value
    std::size_t from = 0;
    Action action;
  };
  struct Next {
    bool is_allowed = false;
    bool at_once = false;                   // before anything else
    std::size_t drawn = 0;                  // then
    const DrawnMessage* message = nullptr;  // where it is drawn
  };

  void look() {
    if (nodes_.size() >= kNodesMax)
      cut_ = fmt::format("more than {} states lie on the ways through it; allow fewer faults", kNodesMax);
    if (!options_.interrupt) return;
    sim::Progress progress;
    progress.states = nodes_.size();
    if (const auto reason = options_.interrupt(progress)) cut_ = *reason;
  }

  bool at_rest(const Words& words) const {
    sim::Marks marks;
    return (machine_.judge(words.data(), marks).labels & kAtRest) != 0;
  }

  void note_reached(std::size_t drawn) {
    if (drawn <= furthest_) return;
    furthest_ = drawn;
    contradicted_.clear();
    instead_.clear();
  }

  void add(Node node) {
    if (known_.emplace(node.words, node.drawn, node.violated, node.written).second) nodes_.push_back(std::move(node));
  }

  std::vector<Action> way_to(std::size_t n) const {
    std::vector<Action> actions;
    for (; n != 0; n = nodes_[n].from) actions.push_back(nodes_[n].action);
    std::reverse(actions.begin(), actions.end());
    return actions;
  }

  void expand(std::size_t n) {
    std::vector<Action> actions;
    machine_.actions(nodes_[n].words.data(), actions);
    std::vector<Node> after;
    bool any_at_once = false;
    for (const Action& action : actions) {
      Node node{nodes_[n].words, nodes_[n].drawn, nodes_[n].violated, nodes_[n].written, n, action};
      sim::Marks marks;
      StepRecord record;
      node.violated |= machine_.apply(node.words.data(), action, marks, &record);
      node.violated |= machine_.judge(node.words.data(), marks).violated;
      const Next next = what_is_drawn(nodes_[n].drawn, action, record);
      if (!next.is_allowed || !writes_as_drawn(next, record, node)) continue;
      node.drawn = next.drawn;
      if (next.at_once && !any_at_once) {
        any_at_once = true;
        const auto is_fault = [](const Node& one) { return one.action.kind == ActionKind::kFault; };
        after.erase(std::remove_if(after.begin(), after.end(), [&](const Node& one) { return !is_fault(one); }),
                    after.end());
      }
      if (any_at_once && !next.at_once && action.kind != ActionKind::kFault) continue;
      after.push_back(std::move(node));
    }
    for (Node& node : after) add(std::move(node));
  }

  // Where the request or reply of this step is drawn, from message `from` on; the number of messages where it is not.
  std::size_t place_of(std::size_t from, Kind kind, std::size_t instance, std::size_t operation, int arrow) const {
    for (std::size_t i = from; i < messages_.size(); ++i) {
      if (is_it(messages_[i], kind, instance, operation, arrow)) return i;
    }
    return messages_.size();
  }

  static bool is_it(const DrawnMessage& message, Kind kind, std::size_t instance, std::size_t operation, int arrow) {
    return message.kind == kind && message.instance == instance && message.operation == operation &&
           message.arrow == arrow;
  }

  // Whether the value that the step stores or finds is written as one value is: no value is written in two ways.
  bool writes_as_drawn(const Next& next, const StepRecord& record, Node& node) {
    if (next.message == nullptr || next.message->value.empty()) return true;
    const CodedValue value = next.message->kind == Kind::kIsAnswered ? record.reply->value : record.request->carried;
    if (value == 0) return true;
    const auto [written, is_new] = node.written.emplace(value, next.message->value);
    const bool is_another =
        exact_ && is_new && std::any_of(node.written.begin(), node.written.end(), [&](const auto& other) {
          return other.first != value && other.second == next.message->value;
        });
    values_differ_ = values_differ_ || is_another;
    if (is_another) return false;
    if (written->second == next.message->value) return true;
    const std::size_t drawn = nodes_[node.from].drawn;
    values_differ_ = true;
    if (drawn >= furthest_ && contradicted_.empty())
      contradicted_ = fmt::format("line {}: drawn is {}, but by then it is the value that is drawn as {} elsewhere",
                                  next.message->at.line, next.message->value, written->second);
    return false;
  }

  Next what_is_drawn(std::size_t drawn, const Action& action, const StepRecord& record) {
    const std::size_t all = messages_.size();
    switch (action.kind) {
      case ActionKind::kFault:
      case ActionKind::kExpire:
      case ActionKind::kDeliver:
      case ActionKind::kApply:
        return {true, false, drawn};
      case ActionKind::kInvoke: {
        const std::size_t place = place_of(drawn, Kind::kBegins, action.session, record.ordinal - 1, 0);
        const bool fits = place == drawn && drawn < all &&
                          race_.instances[action.session].operations[record.ordinal - 1] == record.operation;
        return {fits, false, drawn + 1};
      }
      case ActionKind::kHandle:
      case ActionKind::kReceive:
        break;
      default:
        return {};
    }
    const Instruction& instruction = machine_.program().instructions[record.request->instruction];
    const bool receives = action.kind == ActionKind::kReceive;
    const std::size_t operation = record.request->operation - 1;
    const std::size_t place =
        place_of(drawn, receives ? Kind::kIsAnswered : Kind::kAsks, action.session, operation, instruction.arrow);
    if (!receives) {
      for (const AskedLate& asked : asked_late_) {
        if (is_it(asked.message, Kind::kAsks, action.session, operation, instruction.arrow))
          return {drawn >= asked.from, false, drawn, &asked.message};
      }
    }
    if (place == all) {
      if (receives) return {true, true, drawn};
      if (drawn < all) note_instead(drawn, action.session, instruction);
      return {drawn == all, false, drawn};
    }
    if (place != drawn) return {};
    if (receives && !messages_[drawn].says.empty() && !messages_[drawn].says.has(record.reply->outcome)) {
      note_contradicted(drawn, instruction, record.reply->outcome);
      return {};
    }
    return {true, false, drawn + 1, &messages_[drawn]};
  }

  void note_contradicted(std::size_t drawn, const Instruction& instruction, Outcome outcome) {
    if (drawn < furthest_ || !contradicted_.empty()) return;
    const DrawnMessage& message = messages_[drawn];
    const DrawnServer& server = machine_.program().servers[instruction.server];
    contradicted_ = fmt::format("line {}: drawn is {}, but by then the {} answers {} by {}", message.at.line,
                                in_words(message.says), server.name, instruction.label, to_string(outcome));
    const bool may_go = server.kind == Role::kCache && message.says.has(Outcome::kMiss) && outcome == Outcome::kValue;
    if (may_go && !machine_.scenario().allows(FaultEffect::kDropEntry))
      contradicted_ += "; where the entry went by itself before (its time to live, an eviction), say --fault evict";
  }

  // What the instance that is to ask would ask instead.
  void note_instead(std::size_t drawn, std::size_t session, const Instruction& instruction) {
    if (drawn < furthest_ || messages_[drawn].instance != session || !instead_.empty()) return;
    instead_ = fmt::format("it asks what line {} draws: \"{}\"", instruction.at.line, instruction.label);
  }

  // A request that may be handled late: from when on, in messages_.
  struct AskedLate {
    DrawnMessage message;
    std::size_t from = 0;
  };

  const Machine& machine_;
  const DrawnRace& race_;
  const AsDrawnOptions& options_;
  bool exact_ = true;
  std::vector<DrawnMessage> messages_;
  std::vector<AskedLate> asked_late_;
  std::string cut_;
  std::vector<Node> nodes_;
  std::set<std::tuple<Words, std::size_t, sim::PropertyMask, std::map<CodedValue, std::string>>> known_;
  std::size_t furthest_ = 0;
  std::string contradicted_;
  bool values_differ_ = false;
  std::string instead_;
};

traces::Scenario scenario_as_drawn(const Protocol& protocol, const DrawnRace& race, const AsDrawnOptions& options) {
  const ScenarioWords words = options.given.over(protocol.wanted.scenario);
  traces::Scenario scenario;
  for (const DrawnRace::Instance& instance : race.instances) {
    std::string script;
    for (const std::size_t operation : instance.operations)
      script += fmt::format("{}{}", script.empty() ? "" : "; ", to_string(protocol.operations[operation].kind));
    scenario.apps.push_back(std::move(script));
  }
  words.add_rules_to(scenario);
  if (scenario.retries != 0)
    throw InputError("--as-drawn: each operation runs once, as it is drawn; leave out --retries");
  return scenario;
}

// The properties in the order of the steps that break them.
std::vector<std::string> broken_by(const traces::Trace& trace) {
  std::vector<std::string> broken;
  for (const traces::Step& step : trace.steps) {
    for (const std::string& property : step.violates) {
      if (std::find(broken.begin(), broken.end(), property) == broken.end()) broken.push_back(property);
    }
  }
  return broken;
}

// Takes the order; whether there is an answer. `values_differ`: set where it would be another without the values.
bool take(const Protocol& protocol, const AsDrawnOptions& options, const Taking& taking, AsDrawn& result,
          bool& values_differ) {
  result.scenario = scenario_as_drawn(protocol, result.race, options);
  const Machine machine = make_machine(protocol, result.scenario, {}, Granularity::kPlain);
  result.scenario = machine.scenario().words;
  Order order(result.race, machine, options, taking);
  const auto found = order.find();
  values_differ = values_differ || order.values_differ();
  if (found) {
    Path path = start_path(machine);
    for (const Action& action : *found) path.take(machine, action);
    result.trace = tell_path(machine, protocol, path);
    result.broken = broken_by(*result.trace);
    result.is_late = taking.late;
    result.answer = result.broken.empty() ? AsDrawn::Answer::kEndsRight : AsDrawn::Answer::kEndsWrong;
    result.why.clear();
    return true;
  }
  result.answer = order.is_cut() ? AsDrawn::Answer::kNotTold : AsDrawn::Answer::kCannotHappen;
  result.why = order.is_cut() ? order.why_cut() : order.why_not();
  return order.is_cut();
}

}  // namespace

AsDrawn as_drawn(const Protocol& protocol, const DrawnRace& race, const AsDrawnOptions& options) {
  AsDrawn result;
  result.protocol = protocol.file;
  result.race = race;
  for (const Operation& operation : protocol.operations) {
    result.operations.push_back(operation.name);
    visit_requests(operation.body, [&](const Request& request) {
      result.has_lost_request |= request.drawn_lost;
      if (!request.passes_on.empty() && result.why.empty())
        result.why = fmt::format(
            "line {}: the cache itself asks the database, and what it does is not followed as it is drawn yet; check "
            "the operations without --as-drawn",
            request.passes_on.front().at.line);
    });
  }
  if (!result.why.empty()) {
    result.scenario = scenario_as_drawn(protocol, race, options);
    return result;
  }
  if (race.choice.line != 0) {
    result.scenario = scenario_as_drawn(protocol, race, options);
    result.why = fmt::format(
        "line {}: a choice is drawn here, so that the diagram shows more than one order; draw the "
        "way that is taken",
        race.choice.line);
    return result;
  }
  AsDrawnOptions from_cached = options;
  from_cached.given.cached = true;
  AsDrawn as_it_stands = result;  // why it cannot happen
  bool values_differ = false;
  for (const Taking& taking : kTakings) {
    if (taking.late && !values_differ) continue;
    AsDrawn tried = result;
    if (take(protocol, options, taking, tried, values_differ)) return tried;
    if (!taking.exact && !taking.late) as_it_stands = tried;
    AsDrawn cached = tried;
    if (!tried.scenario.cached && take(protocol, from_cached, taking, cached, values_differ)) return cached;
  }
  return as_it_stands;
}

}  // namespace stalemate::model
