// The compiler from protocol to program: a depth-first walk over each operation's acts that stops at every awaited
// request (a row) and continues once for each way that request can turn out.
#include "model/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kWaysMax = 1024;
constexpr std::size_t kRowsMax = 4096;

// The acts still to come: a list, where in it, and what comes after it. Immutable, shared by all ways through it.
struct Frame {
  const std::vector<Act>* acts = nullptr;
  std::size_t index = 0;
  bool ends_operation = false;  // a break: the operation ends with this list
  std::shared_ptr<const Frame> rest;
};
using Cursor = std::shared_ptr<const Frame>;

// What is known on a way: how the latest request turned out, and what the session has done so far.
struct Known {
  Outcome outcome = Outcome::kOk;
  bool acknowledged = false;
  bool holds_value = false;
};

class Compiler {
 public:
  Compiler(const Protocol& protocol, const CompileOptions& options) : protocol_(protocol), options_(options) {}

  Program compile() {
    program_.points.push_back({});
    for (const Operation& operation : protocol_.operations) {
      program_.operations.push_back({operation.name, operation.kind, {}, operation.arrows});
      operation_ = program_.operations.size() - 1;
      program_.operations[operation_].start = ways_from(frame(operation.body, nullptr), {});
      while (!pending_.empty()) {
        const Pending next = pending_.back();
        pending_.pop_back();
        fill_row(next);
      }
    }
    return std::move(program_);
  }

 private:
  struct Pending {
    RowId row;
    const Request* request;
    Cursor after;
    Known known;
  };

  static Cursor frame(const std::vector<Act>& acts, Cursor rest, bool ends_operation = false) {
    return std::make_shared<const Frame>(Frame{&acts, 0, ends_operation, std::move(rest)});
  }
  static Cursor next(const Cursor& at) {
    return std::make_shared<const Frame>(Frame{at->acts, at->index + 1, at->ends_operation, at->rest});
  }

  [[noreturn]] void fail(const Position& at, const std::string& what) const {
    throw traces::InputError(fmt::format("{}:{}:{}: {}", protocol_.name, at.line, at.column, what));
  }

  std::uint32_t mark(const void* what, int way, const std::string& meaning) {
    const auto [place, added] = marks_.try_emplace({what, way}, static_cast<std::uint32_t>(program_.marks.size()));
    if (added) program_.marks.push_back(fmt::format("{} {}", program_.operations[operation_].name, meaning));
    return place->second;
  }

  std::vector<Way> ways_from(const Cursor& cursor, const Known& known) {
    std::vector<Way> ways;
    advance(cursor, known, {}, ways);
    return ways;
  }

  // Follows the acts from `cursor` to the next awaited request or the end, and appends every way there is.
  void advance(Cursor cursor, Known known, Way way, std::vector<Way>& out) {
    while (true) {
      while (cursor && cursor->index == cursor->acts->size()) {
        if (cursor->ends_operation)
          cursor = nullptr;
        else
          cursor = cursor->rest;
      }
      if (!cursor) return finish(known, std::move(way), out);
      const Act& act = (*cursor->acts)[cursor->index];
      cursor = next(cursor);
      if (const auto* request = std::get_if<Request>(&act.node)) {
        way.marks.push_back(mark(request, 0, fmt::format("arrow {} \"{}\"", request->arrow, request->label)));
        if (request->drawn_lost) {
          way.effects.push_back({EffectKind::kSendLost, row_for(*request, cursor, known)});
          if (!times_out(*request, Outcome::kTimeout, cursor, known)) return fail_operation(std::move(way), out);
          continue;
        }
        const RowId row = row_for(*request, cursor, known);
        if (request->awaited) {
          way.next = row;
          return emit(std::move(way), out, request->at);
        }
        way.effects.push_back({EffectKind::kSendAsync, row});  // it has no reply: the latest one stays what it was
      } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
        const bool met = guard->outcomes.has(known.outcome);
        way.marks.push_back(
            mark(guard, met ? 1 : 0,
                 fmt::format("line {}: {}", guard->at.line,
                             met ? "the reply as drawn" : "another reply, so the operation ends there")));
        if (!met) return finish(known, std::move(way), out);
      } else if (std::holds_alternative<Acknowledge>(act.node)) {
        if (!known.acknowledged) way.effects.push_back({EffectKind::kAcknowledge, kNoRow});
        known.acknowledged = true;
      } else {
        const auto& choice = std::get<Choice>(act.node);
        if (choice.free) return advance_freely(choice, cursor, known, way, out);
        if (const Branch* branch = branch_for(choice, known.outcome)) {
          way.marks.push_back(mark_branch(choice, *branch));
          cursor = frame(branch->body, cursor, branch->ends_operation);
        }
      }
    }
  }

  void advance_freely(const Choice& choice, const Cursor& rest, const Known& known, const Way& way,
                      std::vector<Way>& out) {
    for (const Branch& branch : choice.branches) {
      Way taken = way;
      taken.marks.push_back(mark_branch(choice, branch));
      add_choice(taken, branch.label.empty() ? std::string(to_string(choice.kind)) : branch.label);
      advance(frame(branch.body, rest, branch.ends_operation), known, std::move(taken), out);
    }
    if (choice.kind != BlockKind::kAlt) {
      Way passed = way;
      passed.marks.push_back(
          mark(&choice, -1, fmt::format("line {}: {} not taken", choice.at.line, to_string(choice.kind))));
      add_choice(passed, fmt::format("not: {}", choice.branches.front().label));
      advance(rest, known, std::move(passed), out);
    }
  }

  static void add_choice(Way& way, const std::string& text) {
    if (!way.choice.empty()) way.choice += ", ";
    way.choice += text;
  }

  std::uint32_t mark_branch(const Choice& choice, const Branch& branch) {
    return mark(&branch, 0,
                fmt::format("line {}: {}{}{}", branch.at.line, to_string(choice.kind), branch.label.empty() ? "" : " ",
                            branch.label));
  }

  static const Branch* branch_for(const Choice& choice, Outcome outcome) {
    for (const Branch& branch : choice.branches)
      if (branch.tests.has(outcome) || branch.is_else) return &branch;
    return nullptr;
  }

  void finish(const Known& known, Way way, std::vector<Way>& out) {
    if (!known.acknowledged) way.effects.push_back({EffectKind::kAcknowledge, kNoRow});
    emit(std::move(way), out, {});
  }

  void fail_operation(Way way, std::vector<Way>& out) {
    way.failed = true;
    emit(std::move(way), out, {});
  }

  void emit(Way way, std::vector<Way>& out, const Position& at) {
    out.push_back(std::move(way));
    if (out.size() > kWaysMax)
      fail(at, fmt::format("more than {} combinations of free choices between two requests; label the branches "
                           "with the reply they depend on, or split the diagram",
                           kWaysMax));
  }

  // Sets known.outcome to what a timeout or error of `request` counts as; false where the operation fails by it.
  bool times_out(const Request& request, Outcome outcome, const Cursor& after, Known& known) const {
    if (names(after, outcome)) {
      known.outcome = outcome;
      return true;
    }
    if (request.to == Role::kCache) {
      known.outcome = request.verb == Verb::kGet ? Outcome::kMiss : Outcome::kOk;
      return true;
    }
    if (request.verb == Verb::kGet || !options_.continue_on_database_timeout) return false;
    known.outcome = Outcome::kOk;
    return true;
  }

  // Whether the next thing that looks at the latest reply has a branch for `outcome`.
  static bool names(Cursor cursor, Outcome outcome) {
    while (cursor) {
      if (cursor->index == cursor->acts->size()) {
        cursor = cursor->ends_operation ? nullptr : cursor->rest;
        continue;
      }
      const Act& act = (*cursor->acts)[cursor->index];
      if (const auto* choice = std::get_if<Choice>(&act.node))
        return std::any_of(choice->branches.begin(), choice->branches.end(),
                           [&](const Branch& branch) { return branch.tests.has(outcome); });
      if (!std::holds_alternative<Acknowledge>(act.node)) return false;
      cursor = next(cursor);
    }
    return false;
  }

  RowId row_for(const Request& request, const Cursor& after, const Known& known) {
    const OperationKind kind = program_.operations[operation_].kind;
    const bool stores = request.verb == Verb::kSet || request.verb == Verb::kAdd;
    if (kind == OperationKind::kRead && stores && !known.holds_value)
      fail(request.at,
           "a Read stores the last value it received, and here it may not have received any; read the value "
           "from the database first");
    const auto key = std::make_tuple(&request, known.acknowledged, known.holds_value);
    const auto found = rows_.find(key);
    if (found != rows_.end()) return found->second;
    if (program_.rows.size() >= kRowsMax) fail(request.at, "the protocol has too many requests; split the diagram");
    const auto id = static_cast<RowId>(program_.rows.size());
    rows_.emplace(key, id);
    Row row;
    row.operation = static_cast<std::uint16_t>(operation_);
    row.to = request.to;
    row.verb = request.verb;
    row.awaited = request.awaited;
    row.ttl = request.ttl;
    row.acknowledged = known.acknowledged;
    row.arrow = request.arrow;
    row.label = request.label;
    row.at = request.at;
    if (request.to == Role::kCache) program_.has_cache = true;
    if (request.drawn_lost) {
      row.drawn_lost = true;
    } else if (request.awaited) {
      row.request_point = add_point({id, false, Outcome::kOk});
      for (Outcome outcome : possible_outcomes(request.to, request.verb))
        row.reply_points[static_cast<std::size_t>(outcome)] = add_point({id, true, outcome});
      if (kind == OperationKind::kRead && request.verb == Verb::kGet && known.holds_value)
        program_.get_while_holding = true;
      pending_.push_back({id, &request, after, known});
    } else {
      program_.has_async = true;
    }
    program_.rows.push_back(std::move(row));
    return id;
  }

  PointId add_point(Point point) {
    program_.points.push_back(point);
    return static_cast<PointId>(program_.points.size() - 1);
  }

  // The ways on from a row, for each outcome its server or the network can give it.
  void fill_row(const Pending& pending) {
    const auto fill = [&](Outcome outcome, const Known& known) {
      auto ways = ways_from(pending.after, known);
      program_.rows[pending.row].after[static_cast<std::size_t>(outcome)] = std::move(ways);
    };
    for (Outcome outcome : possible_outcomes(pending.request->to, pending.request->verb)) {
      Known known = pending.known;
      known.outcome = outcome;
      if (outcome == Outcome::kValue) known.holds_value = true;
      fill(outcome, known);
    }
    for (Outcome outcome : {Outcome::kError, Outcome::kTimeout}) {
      Known known = pending.known;
      if (times_out(*pending.request, outcome, pending.after, known)) {
        fill(outcome, known);
      } else {
        std::vector<Way> ways;
        fail_operation({}, ways);
        program_.rows[pending.row].after[static_cast<std::size_t>(outcome)] = std::move(ways);
      }
    }
  }

  const Protocol& protocol_;
  const CompileOptions& options_;
  Program program_;
  std::size_t operation_ = 0;
  std::map<std::tuple<const Request*, bool, bool>, RowId> rows_;
  std::map<std::pair<const void*, int>, std::uint32_t> marks_;
  std::vector<Pending> pending_;
};

}  // namespace

Program compile(const Protocol& protocol, const CompileOptions& options) {
  return Compiler(protocol, options).compile();
}

}  // namespace stalemate::model
