// Pages as they are drawn: from text in plain words, and back to Markdown
// (tests/model/false_green/false_green_page.hpp).
#include "model/false_green/false_green_page.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "ask/random_page.hpp"
#include "read/diagram.hpp"

namespace stalemate::model::false_green {
namespace {

[[noreturn]] void unknown(const std::string& what) { throw std::logic_error("not in plain words: " + what); }

Node request(Who who, const std::string& label, const Arrow& arrow) {
  Node node;
  node.kind = Node::Kind::kRequest;
  node.who = who;
  node.arrow = arrow.head == ArrowHead::kOpen ? "-)" : arrow.head == ArrowHead::kCross ? "-x" : "->>";
  if (label == "Get value") {
    node.verb = Verb::kGet, node.word = "Get";
  } else if (label == "Set value") {
    node.verb = Verb::kSet, node.word = "Set";
  } else if (label == "Set value, TTL 60") {
    node.verb = Verb::kSet, node.word = "Set", node.behind = ", TTL 60";
  } else if (label == "Set value if absent") {
    node.verb = Verb::kAdd, node.word = "Set", node.behind = " if absent";
  } else if (label == "Delete value") {
    node.verb = Verb::kDelete, node.word = "Delete";
  } else {
    unknown(label);
  }
  return node;
}

Says says_of(const std::string& label) {
  static const std::map<std::string, Says> kLabels = {
      {"Does not exist", Says::kMiss}, {"Value", Says::kHit},       {"already there", Says::kTaken},
      {"miss", Says::kMiss},           {"hit", Says::kHit},         {"ok", Says::kOk},
      {"success", Says::kOk},          {"timeout", Says::kTimeout}, {"error", Says::kFailure},
      {"small", Says::kFree},          {"large", Says::kFree},      {"", Says::kElse}};
  const auto found = kLabels.find(label);
  if (found == kLabels.end()) unknown(label);
  return found->second;
}

Who who_of(const std::string& id) {
  if (id == "app") return Who::kApp;
  if (id == "cache") return Who::kCache;
  if (id == "database") return Who::kDatabase;
  if (id == "user") return Who::kUser;
  unknown(id);
}

std::vector<Node> load_body(const std::vector<Statement>& statements) {
  std::vector<Node> body;
  for (const Statement& statement : statements) {
    if (const auto* message = std::get_if<Message>(&statement.node)) {
      const Who from = who_of(message->from);
      const Who to = who_of(message->to);
      Node node;
      if (from == Who::kApp && to == Who::kUser) {
        node.kind = Node::Kind::kOutward;
        node.text = message->text;
      } else if (from == Who::kUser) {
        node.kind = Node::Kind::kInward;
        node.text = message->text;
      } else if (from == to) {
        node.kind = Node::Kind::kSelf;
        node.text = message->text;
      } else if (from == Who::kApp || (from == Who::kCache && to == Who::kDatabase)) {
        node = request(to, message->text, message->arrow);
        node.of_cache = from == Who::kCache;
      } else {
        node.kind = Node::Kind::kReply;
        node.who = from;
        node.of_cache = to == Who::kCache;
        node.text = message->text;
        node.says = says_of(message->text);
      }
      body.push_back(std::move(node));
    } else if (const auto* block = std::get_if<Block>(&statement.node)) {
      Node node;
      node.kind = Node::Kind::kChoice;
      node.keyword = to_string(block->kind);
      for (const Section& section : block->sections)
        node.branches.push_back({says_of(section.label), section.label, load_body(section.body)});
      body.push_back(std::move(node));
    } else if (!std::holds_alternative<Directive>(statement.node)) {
      unknown("line " + std::to_string(statement.at.line));
    }
  }
  return body;
}

bool all_plain(const std::vector<Node>& body) {
  return std::all_of(body.begin(), body.end(), [](const Node& node) {
    if (node.arrow == "-x") return false;
    if (node.kind == Node::Kind::kReply && node.says != Says::kMiss && node.says != Says::kHit) return false;
    return std::all_of(node.branches.begin(), node.branches.end(), [](const Branch& branch) {
      return (branch.says == Says::kMiss || branch.says == Says::kHit || branch.says == Says::kElse) &&
             all_plain(branch.body);
    });
  });
}

bool has_user(const std::vector<Node>& body) {
  return std::any_of(body.begin(), body.end(), [](const Node& node) {
    if (node.kind == Node::Kind::kOutward || node.kind == Node::Kind::kInward) return true;
    return std::any_of(node.branches.begin(), node.branches.end(),
                       [](const Branch& branch) { return has_user(branch.body); });
  });
}

// Lines of one diagram, one deeper for each block.
class Printer {
 public:
  explicit Printer(const Page& page) : page_(page) {}

  void line(const std::string& text) { out_ += std::string(indent_, ' ') + text + page_.line_end; }
  void deeper(int by) { indent_ += static_cast<std::size_t>(by * 2); }

  std::string id(Who who) const { return who == Who::kApp && !app_.empty() ? app_ : page_.names.at(who).id; }
  void call_app(const std::string& id) { app_ = id; }

  void body(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) one(node);
  }

  void begin() {
    line("sequenceDiagram");
    deeper(2);
    for (const std::string& decoration : page_.decorations) line(decoration);
    if (page_.boxed && !page_.declared.empty()) line("box our system");
    for (const Who who : page_.declared) {
      const Name& name = page_.names.at(who);
      line(name.word + " " + id(who) + (name.alias.empty() ? "" : " as " + name.alias));
    }
    if (page_.boxed && !page_.declared.empty()) line("end");
    for (const std::string& participant : page_.participants) line(participant);
  }
  void end() { deeper(-2); }

  std::string take() { return std::exchange(out_, {}); }

 private:
  void one(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kRequest:
        line(id(node.of_cache ? Who::kCache : Who::kApp) + node.arrow + (node.activates ? "+" : "") + id(node.who) +
             ": " + (node.text.empty() ? node.word + " " + page_.noun + node.behind : node.text));
        break;
      case Node::Kind::kReply:
        line(id(node.who) + "-->>" + (node.deactivates ? "-" : "") + id(node.of_cache ? Who::kCache : Who::kApp) +
             ": " + node.text);
        break;
      case Node::Kind::kOutward:
        line(id(Who::kApp) + "-->>" + id(Who::kUser) + ": " + node.text);
        break;
      case Node::Kind::kInward:
        line(id(Who::kUser) + "->>" + id(Who::kApp) + ": " + node.text);
        break;
      case Node::Kind::kSelf:
        line(id(Who::kApp) + "->>" + id(Who::kApp) + ": " + node.text);
        break;
      case Node::Kind::kRaw:
        line(node.text);
        break;
      case Node::Kind::kChoice:
        for (std::size_t i = 0; i < node.branches.size(); ++i) {
          const Branch& branch = node.branches[i];
          line((i == 0 ? node.keyword : "else") + (branch.label.empty() ? "" : " " + branch.label));
          deeper(1);
          body(branch.body);
          deeper(-1);
        }
        line("end");
        break;
    }
  }

  const Page& page_;
  std::string out_;
  std::string app_;
  std::size_t indent_ = 0;
};

std::string in_fence(const Page& page, const std::string& diagram) {
  return page.line_end + page.fence + page.line_end + diagram + page.fence.substr(0, 3) + page.line_end + page.line_end;
}

std::vector<std::string> words_behind(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Case load_case(const std::string& name, const std::vector<std::string>& lines) {
  Case found;
  found.name = name;
  std::string bodies[2];
  std::string* body = nullptr;
  std::optional<std::string> catalogued;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    const std::vector<std::string> words = words_behind(line);
    if (line == "Read")
      body = &bodies[0];
    else if (line == "Write")
      body = &bodies[1];
    else if (body != nullptr)
      *body += line + "\n";
    else if (words[0] == "violated" || words[0] == "holds")
      found.violated = words[0] == "violated", found.property = words.at(1);
    else if (words[0] == "app")
      found.scenario.apps.push_back(line.substr(4));
    else if (words[0] == "cached")
      found.scenario.cached = true;
    else if (words[0] == "fault")
      found.scenario.faults.push_back(words.at(1));
    else if (words[0] == "page")
      catalogued = words.at(1);
    else
      unknown(line);
  }
  std::string text = as_page(bodies[0], bodies[1]);
  for (const CataloguePage& page : catalogue())
    if (catalogued == page.name) text = page.text;
  found.page = load(text);
  return found;
}

}  // namespace

bool Page::user_drawn() const {
  return std::any_of(operations.begin(), operations.end(),
                     [](const Operation& operation) { return has_user(operation.body); });
}

bool Page::plain() const {
  return std::all_of(operations.begin(), operations.end(),
                     [](const Operation& operation) { return all_plain(operation.body); });
}

Page load(const std::string& text) {
  Page page;
  page.names = {{Who::kApp, {"app"}}, {Who::kCache, {"cache"}}, {Who::kDatabase, {"database"}}, {Who::kUser, {"user"}}};
  const Document document = parse_document(text, "page.md");
  if (document.diagrams.size() != 2) unknown("a page of other than two diagrams");
  bool cache = false;
  for (std::size_t i = 0; i < 2; ++i) {
    const Diagram& diagram = document.diagrams[i].diagram;
    for (const Participant& participant : diagram.participants) cache |= participant.id == "cache";
    const bool read = i == 0;
    page.operations.push_back(
        {read ? OperationKind::kRead : OperationKind::kWrite, read ? "Read" : "Write", load_body(diagram.statements)});
  }
  page.declared = {Who::kApp, Who::kDatabase};
  if (cache) page.declared.insert(page.declared.begin() + 1, Who::kCache);
  return page;
}

namespace {

// A line of each operation, then another one of each.
void print_turns(const Page& page, Printer& out) {
  std::size_t longest = 0;
  for (const Operation& operation : page.operations) longest = std::max(longest, operation.body.size());
  for (std::size_t i = 0; i < longest; ++i) {
    for (const Operation& operation : page.operations) {
      if (i >= operation.body.size()) continue;
      out.call_app(operation.app);
      out.body({operation.body[i]});
    }
  }
}

}  // namespace

std::string print(const Page& page) {
  std::string text = page.before_diagrams;
  Printer out(page);
  const bool in_one = page.frame >= Frame::kNotesInOne;
  if (in_one) {
    text += "# The cache and the database" + page.line_end;
    out.begin();
  }
  if (page.frame == Frame::kRace) print_turns(page, out);
  for (const Operation& operation : page.operations) {
    if (page.frame == Frame::kRace) break;
    if (page.frame == Frame::kHeadings) text += "## " + operation.name + page.line_end;
    if (!in_one) {
      out.call_app(operation.app);
      out.begin();
    }
    switch (page.frame) {
      case Frame::kHeadings:
        break;
      case Frame::kTitles:
        out.line("title " + operation.name);
        break;
      case Frame::kNotes:
      case Frame::kNotesInOne:
        out.line("Note over " + out.id(Who::kApp) + ": " + operation.name);
        break;
      case Frame::kCallsInOne:
        out.line(out.id(Who::kUser) + "->>" + out.id(Who::kApp) + ": " + operation.name);
        break;
      case Frame::kCommentsInOne:
        out.line("%% " + operation.name);
        break;
      case Frame::kRectanglesInOne:
        out.line("rect rgb(240, 240, 240)");
        out.deeper(1);
        out.line("Note over " + out.id(Who::kApp) + ": " + operation.name);
        break;
      case Frame::kRace:
        break;
    }
    out.body(operation.body);
    if (page.frame == Frame::kRectanglesInOne) {
      out.deeper(-1);
      out.line("end");
    }
    if (!in_one) {
      out.end();
      text += in_fence(page, out.take());
    }
  }
  if (in_one) text += in_fence(page, out.take());
  return text;
}

std::vector<Case> stored_cases() {
  std::ifstream in(STALEMATE_SOURCE_DIR "/tests/model/data/false_green/pages.txt");
  std::vector<Case> cases;
  std::string name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("=== ")) {
      lines.push_back(line);
      continue;
    }
    if (!name.empty()) cases.push_back(load_case(name, lines));
    name = line.substr(4);
    lines.clear();
  }
  if (!name.empty()) cases.push_back(load_case(name, lines));
  return cases;
}

}  // namespace stalemate::model::false_green
