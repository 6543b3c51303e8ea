// The same drawn in another shape: how hits and misses part, which replies stand there, how operations are told apart,
// who starts them.
#include <algorithm>
#include <iterator>
#include <utility>

#include "model/false_green/false_green_changes.hpp"
#include "model/false_green/false_green_words.hpp"

namespace stalemate::model::false_green {
namespace {

// What follows a get of the cache, taken apart: lines [from, to) of the body say it, however they are drawn.
struct Parting {
  std::vector<Node>* body = nullptr;
  std::size_t from = 0;
  std::size_t to = 0;
  std::vector<Node> hit, miss;
  bool hit_ends = false;  // what stands behind is done on a miss alone
};

std::optional<Parting> parting_at(std::vector<Node>& body, std::size_t i) {
  if (!is_request(body[i], Who::kCache, Verb::kGet) || body[i].arrow != "->>" || i + 1 == body.size()) return {};
  Parting found{&body, i + 1, i + 2, {}, {}, false};
  Node& next = body[i + 1];
  if (next.kind == Node::Kind::kReply && next.says == Says::kMiss) {
    found.miss.assign(body.begin() + static_cast<std::ptrdiff_t>(i) + 2, body.end());
    found.to = body.size();
    found.hit_ends = true;
    return found;
  }
  if (next.kind != Node::Kind::kChoice || next.keyword == "break") return {};
  bool seen_hit = false;
  bool seen_miss = false;
  for (Branch& branch : next.branches) {
    const bool hit = branch.says == Says::kHit;
    if (!hit && branch.says != Says::kMiss && branch.says != Says::kElse) return {};
    if (branch.says == Says::kElse && !seen_hit) return {};
    if (hit ? seen_hit : seen_miss) return {};
    (hit ? found.hit : found.miss) = branch.body;
    (hit ? seen_hit : seen_miss) = true;
  }
  // A second choice about the same reply is left as it is.
  if (found.to < body.size() && body[found.to].kind == Node::Kind::kChoice) return {};
  return found;
}

std::vector<Parting> partings(Page& page) {
  std::vector<Parting> found;
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i < body.size(); ++i)
      if (auto parting = parting_at(body, i)) found.push_back(std::move(*parting));
  });
  return found;
}

Node choice(const std::string& keyword, std::vector<Branch> branches) {
  Node node;
  node.kind = Node::Kind::kChoice;
  node.keyword = keyword;
  node.branches = std::move(branches);
  return node;
}
Node reply(Who who, Says says, const std::string& text) {
  Node node;
  node.kind = Node::Kind::kReply;
  node.who = who;
  node.says = says;
  node.text = text;
  return node;
}
std::vector<Node> or_a_note(std::vector<Node> body) {
  if (body.empty()) body.push_back(reply(Who::kCache, Says::kHit, "value"));
  return body;
}
Branch hit_of(const Parting& parting) { return {Says::kHit, "hit", or_a_note(parting.hit)}; }
Branch miss_of(const Parting& parting) { return {Says::kMiss, "miss", parting.miss}; }

// Draws what follows one get of the cache anew. `draw` gives the lines, or none where that shape does not fit.
template <class Draw>
bool part_anew(Page& page, sim::Random& random, const Draw& draw) {
  if (!page.plain()) return false;  // another choice may be about the same reply
  std::vector<Parting> found = partings(page);
  if (found.empty()) return false;
  const Parting parting = any_of(found, random);
  if (parting.miss.empty()) return false;
  std::vector<Node> lines = draw(parting);
  if (lines.empty()) return false;
  std::vector<Node>& body = *parting.body;
  body.erase(body.begin() + static_cast<std::ptrdiff_t>(parting.from),
             body.begin() + static_cast<std::ptrdiff_t>(parting.to));
  body.insert(body.begin() + static_cast<std::ptrdiff_t>(parting.from), std::make_move_iterator(lines.begin()),
              std::make_move_iterator(lines.end()));
  return true;
}

bool alt_hit_else_miss(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    return std::vector<Node>{choice("alt", {hit_of(p), miss_of(p)})};
  });
}
bool alt_miss_else_hit(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    return std::vector<Node>{choice("alt", {miss_of(p), hit_of(p)})};
  });
}
bool alt_hit_else(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    // A timeout goes there, too, and is no miss to a choice that looks at the same reply again.
    if (p.miss.front().kind == Node::Kind::kChoice) return std::vector<Node>{};
    return std::vector<Node>{choice("alt", {hit_of(p), {Says::kElse, "", p.miss}})};
  });
}
bool replies_in_branches(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    // A cache that asks the database itself answers no miss, and once.
    const auto answers = [](const Node& node) { return node.of_cache || node.kind == Node::Kind::kReply; };
    if (std::any_of(p.hit.begin(), p.hit.end(), answers) || std::any_of(p.miss.begin(), p.miss.end(), answers))
      return std::vector<Node>{};
    std::vector<Node> hit = {reply(Who::kCache, Says::kHit, "value")};
    std::vector<Node> miss = {reply(Who::kCache, Says::kMiss, "nil")};
    hit.insert(hit.end(), p.hit.begin(), p.hit.end());
    miss.insert(miss.end(), p.miss.begin(), p.miss.end());
    return std::vector<Node>{choice("alt", {{Says::kHit, "cache hit", hit}, {Says::kMiss, "cache miss", miss}})};
  });
}
bool two_opts(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    return std::vector<Node>{choice("opt", {hit_of(p)}), choice("opt", {miss_of(p)})};
  });
}
bool two_alts(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    return std::vector<Node>{choice("alt", {hit_of(p)}), choice("alt", {miss_of(p)})};
  });
}
bool nested(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    return std::vector<Node>{
        choice("alt", {hit_of(p), {Says::kMiss, "miss", {choice("opt", {{Says::kMiss, "miss", p.miss}})}}})};
  });
}
bool opt_miss(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    if (!p.hit.empty()) return std::vector<Node>{};
    return std::vector<Node>{choice("opt", {miss_of(p)})};
  });
}
bool break_hit(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    if (p.to != p.body->size()) return std::vector<Node>{};
    std::vector<Node> lines = {choice("break", {hit_of(p)})};
    lines.insert(lines.end(), p.miss.begin(), p.miss.end());
    return lines;
  });
}
bool guard(Page& page, sim::Random& random) {
  return part_anew(page, random, [](const Parting& p) {
    if (!p.hit.empty() || p.to != p.body->size()) return std::vector<Node>{};
    std::vector<Node> lines = {reply(Who::kCache, Says::kMiss, "miss")};
    lines.insert(lines.end(), p.miss.begin(), p.miss.end());
    return lines;
  });
}

// A line of reply behind requests that have none, and of which nothing is asked.
template <class Wanted>
bool reply_to(Page& page, const Wanted& wanted, Says says, const std::string& text) {
  if (!page.plain()) return false;
  bool any = false;
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      if (body[i].kind != Node::Kind::kRequest || body[i].arrow != "->>" || !wanted(body[i])) continue;
      const bool asked =
          i + 1 < body.size() && (body[i + 1].kind == Node::Kind::kReply || body[i + 1].kind == Node::Kind::kChoice);
      if (asked) continue;
      body.insert(body.begin() + static_cast<std::ptrdiff_t>(i) + 1, reply(body[i].who, says, text));
      any = true;
    }
  });
  return any;
}
bool ok_replies(Page& page, sim::Random& random) {
  const auto changes = [](const Node& line) { return line.verb == Verb::kSet || line.verb == Verb::kDelete; };
  return reply_to(page, changes, Says::kOk, any_of(kOkWords, random));
}
bool row_replies(Page& page, sim::Random& random) {
  const auto gets = [](const Node& line) { return is_request(line, Who::kDatabase, Verb::kGet); };
  return reply_to(page, gets, Says::kHit, any_of(kRowWords, random));
}
bool no_row_replies(Page& page, sim::Random&) {
  bool any = false;
  if (!page.plain()) return false;
  each_body(page, [&](std::vector<Node>& body) {
    const auto is_row = [](const Node& line) {
      return line.kind == Node::Kind::kReply && line.who == Who::kDatabase && line.says == Says::kHit;
    };
    const auto rest = std::remove_if(body.begin(), body.end(), is_row);
    any |= rest != body.end();
    body.erase(rest, body.end());
  });
  return any;
}

Node outward(const std::string& text) {
  Node node;
  node.kind = Node::Kind::kOutward;
  node.text = text;
  return node;
}

template <Frame frame>
bool framed(Page& page, sim::Random&) {
  if (page.frame != Frame::kHeadings) return false;
  page.frame = frame;
  return true;
}
bool framed_by_calls(Page& page, sim::Random& random) {
  if (page.frame != Frame::kHeadings || page.user_drawn()) return false;
  page.frame = Frame::kCallsInOne;
  for (Operation& operation : page.operations) {
    operation.name = any_of(operation.kind == OperationKind::kRead ? kReadCalls : kWriteCalls, random);
    operation.body.push_back(outward(any_of(kAnswers, random)));
  }
  return true;
}

// Nothing but what is asked and answered, so that each operation is one way. What is a Read by its heading alone, and
// writes, would be another Write.
bool as_a_race(Page& page, sim::Random&) {
  if (page.frame != Frame::kHeadings || page.user_drawn() || page.operations.size() < 2) return false;
  for (const Operation& operation : page.operations) {
    const auto is_straight = [](const Node& node) {
      return node.kind == Node::Kind::kRequest || node.kind == Node::Kind::kReply;
    };
    const auto writes = [](const Node& node) { return is_request(node, Who::kDatabase, Verb::kSet); };
    const bool is_write = std::any_of(operation.body.begin(), operation.body.end(), writes);
    if (operation.body.size() < 2 || !std::all_of(operation.body.begin(), operation.body.end(), is_straight) ||
        (operation.kind == OperationKind::kRead && is_write))
      return false;
  }
  page.frame = Frame::kRace;
  std::erase(page.declared, Who::kApp);
  for (std::size_t i = 0; i < page.operations.size(); ++i) {
    page.operations[i].app = "A" + std::to_string(i + 1);
    page.participants.push_back("participant " + page.operations[i].app + " as App " + std::to_string(i + 1));
  }
  return true;
}

bool told_at_the_end(Page& page, sim::Random& random) {
  if (page.user_drawn()) return false;
  for (Operation& operation : page.operations) operation.body.push_back(outward(any_of(kAnswers, random)));
  return true;
}
bool asked_and_told(Page& page, sim::Random& random) {
  if (page.user_drawn() || page.frame == Frame::kCallsInOne) return false;
  for (Operation& operation : page.operations) {
    Node call = raw(any_of(operation.kind == OperationKind::kRead ? kReadCalls : kWriteCalls, random));
    call.kind = Node::Kind::kInward;
    operation.body.insert(operation.body.begin(), std::move(call));
    operation.body.push_back(outward(any_of(kAnswers, random)));
  }
  return true;
}

// Free work of no kind of store, done or not.
bool choice_of_work(Page& page, sim::Random& random) {
  Node work = raw(any_of(kInnocentWork, random));
  work.kind = Node::Kind::kSelf;
  static const Words kOccasions = {"verbose", "first call of the day", "weekend", "tracing is on"};
  Operation& operation = page.operations[random.below(page.operations.size())];
  operation.body.insert(operation.body.begin(),
                        choice("opt", {{Says::kFree, any_of(kOccasions, random), {std::move(work)}}}));
  return true;
}

}  // namespace

std::vector<Change> changes_of_shape() {
  return {{"alt hit, else miss", Meaning::kSame, alt_hit_else_miss},
          {"alt miss, else hit", Meaning::kSame, alt_miss_else_hit},
          {"alt hit, else without a label", Meaning::kSame, alt_hit_else},
          {"lines of reply in the branches", Meaning::kSame, replies_in_branches},
          {"an opt for each", Meaning::kSame, two_opts},
          {"an alt for each", Meaning::kSame, two_alts},
          {"a miss in a miss", Meaning::kSame, nested},
          {"opt miss", Meaning::kSame, opt_miss},
          {"break on a hit", Meaning::kSame, break_hit},
          {"a line of reply as the guard", Meaning::kSame, guard},
          {"OK replies", Meaning::kSame, ok_replies},
          {"replies with the row", Meaning::kSame, row_replies},
          {"no replies with the row", Meaning::kSame, no_row_replies},
          {"titles for headings", Meaning::kSame, framed<Frame::kTitles>},
          {"notes for headings", Meaning::kSame, framed<Frame::kNotes>},
          {"one diagram with notes", Meaning::kSame, framed<Frame::kNotesInOne>},
          {"one diagram with comments", Meaning::kSame, framed<Frame::kCommentsInOne>},
          {"one diagram with rectangles", Meaning::kSame, framed<Frame::kRectanglesInOne>},
          {"one diagram with calls", Meaning::kSame, framed_by_calls},
          {"one diagram with a race", Meaning::kSame, as_a_race},
          {"told at the end", Meaning::kSame, told_at_the_end},
          {"asked by a user and told at the end", Meaning::kSame, asked_and_told},
          {"work that is done or not", Meaning::kSame, choice_of_work}};
}

}  // namespace stalemate::model::false_green
