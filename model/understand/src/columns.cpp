// Parts a diagram of several app instances into a column for each; see races.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "directives.hpp"
#include "races.hpp"
#include "read/statements.hpp"
#include "sections.hpp"
#include "verbs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kMost = kAppsMax;

class Dealing {
 public:
  Dealing(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading)
      : diagram_(diagram), roles_(roles), reading_(reading), said_at_(race_at(reading.name(), diagram)) {
    std::map<std::string, std::set<std::string>> called_by;
    for (const Participant& participant : diagram.participants) {
      alias_.emplace(participant.id, participant.alias);
      if (roles.at(participant.id) == Role::kApp) apps_.push_back(participant.id);
    }
    visit_messages(diagram.statements, [&](const Message& message) {
      if (const auto app = who_asks(message)) ask_.insert(*app);
      if (is_app(message.from) && is_app(message.to)) called_by[message.from].insert(message.to);
    });
    if (!may_be_race()) return;
    std::vector<std::string> fronts;
    for (const auto& [app, called] : called_by) {
      if (ask_.count(app) == 0 && called.size() > 1) fronts.push_back(app);
    }
    if (fronts.size() > kMost) fronts.clear();
    for (const std::string& front : fronts) {
      if (hands_out_work(front)) fronts_.insert(front);
    }
    instance_of_ = instances_without(fronts_);
    visit_messages(diagram.statements, [&](const Message& message) { note_ask(message); });
  }

  Columns columns() {
    if (said_at_.line != 0 && ask_.size() > kMost)
      fail_at(reading_.name(), said_at_,
              fmt::format("\"race\" is said of a diagram in which {} apps ask the servers; there may be {} at most",
                          ask_.size(), kMost));
    if (may_be_race()) ask_about_calls();
    if (asking_.size() < 2) {
      if (said_at_.line != 0)
        fail_at(
            reading_.name(), said_at_,
            "\"race\" is said of a diagram in which one app instance alone asks the servers; draw a participant for "
            "each, which do not call one another, or leave the line out");
      return {};
    }
    if (said_at_.line == 0 && !(takes_turns_ ? each_is_an_instance() : each_does_a_whole())) return {};
    columns_.resize(asking_.size());
    for (std::size_t i = 0; i < asking_.size(); ++i) {
      columns_[i].app = alias(asking_[i]);
      columns_[i].diagram.participants = diagram_.participants;
      columns_[i].roles = roles_;
      for (const std::string& front : fronts_) columns_[i].roles.set(front, Role::kOutside);
    }
    deal(diagram_.statements);
    for (Column& column : columns_) column.diagram.at = first_message(column.diagram.statements);
    return {std::move(columns_), std::move(aside_)};
  }

 private:
  using Instances = std::map<std::string, std::string>;  // by app; those that call one another have one

  bool is_app(const std::string& id) const { return roles_.at(id) == Role::kApp; }

  // More apps than a scenario may have are no race.
  bool may_be_race() const { return ask_.size() > 1 && ask_.size() <= kMost; }

  // The app that asks a server by this message.
  std::optional<std::string> who_asks(const Message& message) const {
    if (is_app(message.from) && is_server(roles_.at(message.to))) return message.from;
    const bool both = message.arrow.head == ArrowHead::kBoth;
    if (both && is_app(message.to) && is_server(roles_.at(message.from))) return message.to;
    return std::nullopt;
  }

  Instances instances_without(const std::set<std::string>& fronts) const {
    Instances instances;  // of each app, one that it is joined to, up to one that is its own
    for (const std::string& app : apps_) instances[app] = app;
    const auto root = [&](std::string id) {
      while (instances.at(id) != id) id = instances.at(id) = instances.at(instances.at(id));
      return id;
    };
    visit_messages(diagram_.statements, [&](const Message& message) {
      if (!is_app(message.from) || !is_app(message.to)) return;
      if (fronts.count(message.from) + fronts.count(message.to) != 0) return;
      instances.at(root(message.to)) = root(message.from);
    });
    for (const std::string& app : apps_) instances.at(app) = root(app);
    return instances;
  }

  // Whether an app that asks no server calls several that do, and one goes on after another was called: a load balancer
  // hands out work, while a controller that calls its parts awaits each.
  bool hands_out_work(const std::string& front) const {
    const Instances instances = instances_without({front});
    std::set<std::string> called;
    std::string latest;
    bool goes_on = false;
    visit_messages(diagram_.statements, [&](const Message& message) {
      if (message.from == front && is_app(message.to) && !message.arrow.dotted) {
        latest = instances.at(message.to);
        called.insert(latest);
      }
      const auto app = who_asks(message);
      goes_on = goes_on || (app && called.count(instances.at(*app)) != 0 && instances.at(*app) != latest);
    });
    return goes_on;
  }

  // Several of one name, each of which asks servers, that call one another: nobody can tell whose work is whose.
  void ask_about_calls() const {
    visit_statements(diagram_.statements, [&](const Statement& statement) {
      const auto* call = std::get_if<Message>(&statement.node);
      if (call == nullptr || call->from == call->to || ask_.count(call->from) * ask_.count(call->to) == 0) return;
      const std::string stem = name_without_number(alias(call->from));
      if (stem.empty() || stem != name_without_number(alias(call->to))) return;
      ask_at(
          reading_.name(), statement.at, "race-call",
          fmt::format("{} calls {}, and both ask the servers: where they are two app instances, draw what each does in "
                      "a diagram of its own; where they are parts of one, draw one participant",
                      reading_.quoted(alias(call->from)), reading_.quoted(alias(call->to))));
    });
  }

  void note_ask(const Message& message) {
    const auto asks = who_asks(message);
    if (!asks) return;
    const std::string& app = *asks;
    const std::string& instance = instance_of_.at(app);
    const Role server = roles_.at(app == message.from ? message.to : message.from);
    asked_[instance].insert(server);
    Flow& does = does_[instance];
    if (const RequestWords words = request_words(message.text); words.kind == RequestWords::Kind::kVerb)
      does.asks.push_back({server, verb_at(server, words.verb)});
    const auto known = std::find_if(asking_.begin(), asking_.end(),
                                    [&](const std::string& one) { return instance_of_.at(one) == instance; });
    if (known == asking_.end())
      asking_.push_back(app);
    else if (instance != latest_)
      takes_turns_ = true;
    latest_ = instance;
  }

  const std::string& alias(const std::string& id) const { return alias_.at(id); }

  // Parts of one instance whose calls are not drawn take turns, too: a service asks the cache, its repository the
  // database. An instance does its work by itself, or is called one.
  bool each_is_an_instance() const {
    std::set<std::string> stems;
    bool numbered = true;
    for (const std::string& id : asking_) {
      stems.insert(name_without_number(alias(id)));
      numbered = numbered && !name_without_number(alias(id)).empty();
    }
    if (numbered && stems.size() == 1) return true;
    return std::all_of(asking_.begin(), asking_.end(), [&](const std::string& id) {
      return asked_.at(instance_of_.at(id)).size() > 1 || names_instance(alias(id));
    });
  }

  // One after another, each with both stores, and none a part of another: who writes to both, and who reads both and
  // fills the cache.
  bool each_does_a_whole() const {
    return asking_.size() > 1 && std::all_of(asking_.begin(), asking_.end(), [&](const std::string& id) {
             const Flow& flow = does_.at(instance_of_.at(id));
             const bool begins_with_cache = !flow.empty() && flow.asks.front() == Flow::Ask{Role::kCache, Verb::kGet};
             return (flow.writes_row() && flow.changes_cache()) ||
                    (begins_with_cache && flow.has(Role::kDatabase, Verb::kGet) && flow.is_caching_read());
           });
  }

  // The column of an app, if it is of one that asks.
  std::optional<std::size_t> column_of(const std::string& id) const {
    const auto instance = instance_of_.find(id);
    if (instance == instance_of_.end()) return std::nullopt;
    for (std::size_t i = 0; i < asking_.size(); ++i) {
      if (instance_of_.at(asking_[i]) == instance->second) return i;
    }
    return std::nullopt;
  }

  std::set<std::size_t> columns_in(const Statement& statement) const {
    std::set<std::size_t> found;
    const auto add = [&](const std::string& id) {
      if (const auto column = column_of(id)) found.insert(*column);
    };
    if (const auto* message = std::get_if<Message>(&statement.node)) {
      add(message->from);
      add(message->to);
    } else if (const auto* note = std::get_if<Note>(&statement.node)) {
      for (const std::string& id : note->participants) add(id);
    } else if (const auto* block = std::get_if<Block>(&statement.node)) {
      for (const Section& section : block->sections) {
        for (const Statement& inner : section.body) found.merge(columns_in(inner));
      }
    }
    return found;
  }

  // Whether it is a note, or a message, of nobody but who asks no server and is none.
  bool is_of_others(const Statement& statement) const {
    const auto is_other = [&](const std::string& id) { return !is_server(roles_.at(id)); };
    if (const auto* message = std::get_if<Message>(&statement.node))
      return is_other(message->from) && is_other(message->to);
    const auto* note = std::get_if<Note>(&statement.node);
    return note != nullptr && std::all_of(note->participants.begin(), note->participants.end(), is_other);
  }

  // Gives each statement to the column that it is of. What is of none, or of several, belongs to the message before it;
  // a directive, to the one behind it.
  void deal(const std::vector<Statement>& statements) {
    std::vector<Statement> waiting;
    for (const Statement& statement : statements) {
      const bool is_directive = std::holds_alternative<Directive>(statement.node);
      if (is_directive) {
        const auto kind = read_directive(reading_.name(), statement.at, std::get<Directive>(statement.node).text).kind;
        if (kind != Override::Kind::kRace || statement.at != said_at_) waiting.push_back(statement);
        continue;
      }
      const std::set<std::size_t> of = columns_in(statement);
      const auto* block = std::get_if<Block>(&statement.node);
      if (block != nullptr && of.size() > 1) {
        if (block->kind != BlockKind::kRect) {
          ask_at(
              reading_.name(), statement.at, "race-block",
              fmt::format("{} and {} take turns in this diagram, which shows one order of theirs, and both stand in "
                          "this {}: draw the lines that happen without it, or what each does in a diagram of its own",
                          reading_.quoted(columns_[*of.begin()].app), reading_.quoted(columns_[*of.rbegin()].app),
                          to_string(block->kind)));
        }
        deal(block->sections.front().body);
        continue;
      }
      if (of.empty() && is_of_others(statement)) {
        aside_.push_back(statement);
        continue;
      }
      if (of.size() == 1) latest_column_ = *of.begin();
      std::vector<Statement>& column = columns_[latest_column_].diagram.statements;
      std::move(waiting.begin(), waiting.end(), std::back_inserter(column));
      waiting.clear();
      column.push_back(statement);
    }
    std::vector<Statement>& column = columns_[latest_column_].diagram.statements;
    std::move(waiting.begin(), waiting.end(), std::back_inserter(column));
  }

  static Position first_message(const std::vector<Statement>& statements) {
    Position first;
    visit_statements(statements, [&](const Statement& statement) {
      if (first.line == 0 && std::holds_alternative<Message>(statement.node)) first = statement.at;
    });
    return first;
  }

  const Diagram& diagram_;
  const RolesOfDiagram& roles_;
  const Reading& reading_;
  Position said_at_;
  std::map<std::string, std::string> alias_;  // by id
  std::vector<std::string> apps_;
  std::set<std::string> ask_;     // those that ask a server
  std::set<std::string> fronts_;  // those that hand out work
  Instances instance_of_;
  std::vector<std::string> asking_;              // the first app of each instance that asks
  std::map<std::string, std::set<Role>> asked_;  // by instance
  std::map<std::string, Flow> does_;             // likewise
  std::string latest_;
  bool takes_turns_ = false;
  std::vector<Column> columns_;
  std::vector<Statement> aside_;
  std::size_t latest_column_ = 0;
};

}  // namespace

Columns columns_of(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading) {
  return Dealing(diagram, roles, reading).columns();
}

}  // namespace stalemate::model
