// What only changes how a page looks: arrows, boxes, comments, notes, local work, third parties, white space.
#include <algorithm>
#include <utility>

#include "model/false_green/false_green_changes.hpp"
#include "model/false_green/false_green_words.hpp"

namespace stalemate::model::false_green {
namespace {

std::vector<Node*> awaited(Page& page) {
  return lines_where(page, [](const Node& line) { return line.kind == Node::Kind::kRequest && line.arrow == "->>"; });
}

bool thin_arrows(Page& page, sim::Random&) {
  for (Node* request : awaited(page)) request->arrow = "->";
  return true;
}

bool activations(Page& page, sim::Random&) {
  bool any = false;
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i + 1 < body.size(); ++i) {
      if (body[i].kind != Node::Kind::kRequest || body[i + 1].kind != Node::Kind::kReply) continue;
      body[i].activates = body[i + 1].deactivates = true;
      any = true;
    }
  });
  return any;
}

bool activate_lines(Page& page, sim::Random&) {
  for (Operation& operation : page.operations) {
    operation.body.insert(operation.body.begin(), raw("activate " + page.names[Who::kApp].id));
    operation.body.push_back(raw("deactivate " + page.names[Who::kApp].id));
  }
  return true;
}

bool autonumber(Page& page, sim::Random&) {
  page.decorations.emplace_back("autonumber");
  return true;
}
bool descriptions(Page& page, sim::Random&) {
  page.decorations.emplace_back("accTitle: A cache and a database");
  page.decorations.emplace_back("accDescr: How the two are kept in step");
  return true;
}

bool box(Page& page, sim::Random&) {
  page.boxed = true;
  return true;
}
bool actors(Page& page, sim::Random&) {
  page.names[Who::kApp].word = "actor";
  return true;
}
bool undeclared(Page& page, sim::Random&) {
  if (!page.names[Who::kApp].alias.empty()) return false;
  page.declared.clear();
  return true;
}
bool other_order(Page& page, sim::Random& random) {
  if (page.declared.size() < 2) return false;
  const std::size_t first = random.below(page.declared.size());
  std::rotate(page.declared.begin(), page.declared.begin() + static_cast<std::ptrdiff_t>(first), page.declared.end());
  if (random.below(2) == 0) std::reverse(page.declared.begin(), page.declared.end());
  return true;
}

bool comments(Page& page, sim::Random& random) {
  for (std::uint64_t left = 1 + random.below(3); left > 0; --left)
    insert(any_place(page, random), raw(any_of(kInnocentComments, random)));
  return true;
}
bool blank_lines(Page& page, sim::Random& random) {
  for (int left = 3; left > 0; --left) insert(any_place(page, random), raw(""));
  return true;
}
bool carriage_returns(Page& page, sim::Random&) {
  page.line_end = "\r\n";
  return true;
}
bool fences(Page& page, sim::Random& random) {
  page.fence = any_of(Words{"~~~mermaid", "``` mermaid", "~~~ mermaid"}, random);
  return true;
}
bool prose(Page& page, sim::Random& random) {
  page.before_diagrams += any_of(
      Words{"# Prices\n\nThis page shows how it works.\n\n", "<!-- drawn by hand -->\n\n",
            "---\nauthor: somebody\n---\n\n", "- a list\n- of points\n\n", "| a | table |\n|---|---|\n| 1 | 2 |\n\n"},
      random);
  return true;
}

bool notes(Page& page, sim::Random& random) {
  const std::string text = any_of(kInnocentNotes, random);
  const std::string& app = page.names[Who::kApp].id;
  const std::string& database = page.names[Who::kDatabase].id;
  insert(any_place(page, random),
         raw(any_of(Words{"Note over " + app + ": ", "Note right of " + database + ": ", "Note left of " + app + ": ",
                          "Note over " + app + "," + database + ": "},
                    random) +
             text));
  return true;
}
bool local_work(Page& page, sim::Random& random) {
  Node work = raw(any_of(kInnocentWork, random));
  work.kind = Node::Kind::kSelf;
  insert(any_place(page, random), std::move(work));
  return true;
}
bool third_party(Page& page, sim::Random& random) {
  const std::size_t which = random.below(kThirdParties.size());
  insert(any_place(page, random), raw(page.names[Who::kApp].id + any_of(Words{"->>", "-)"}, random) +
                                      kThirdParties[which] + ": " + kThirdPartyMessages[which]));
  return true;
}
// Something for others to do, which nobody is drawn to take up.
bool queue(Page& page, sim::Random& random) {
  const std::string queue = any_of(Words{"queue", "kafka", "sqs", "topic"}, random);
  insert(any_place(page, random), raw(page.names[Who::kApp].id + any_of(Words{"->>", "-)"}, random) + queue + ": " +
                                      any_of(Words{"send event", "order the mail", "tell the others"}, random)));
  return true;
}
// Somebody who only passes the call on, and the answer.
bool layer(Page& page, sim::Random& random) {
  if (page.user_drawn() || page.frame == Frame::kCallsInOne) return false;
  const std::string user = page.names[Who::kUser].id;
  const std::string app = page.names[Who::kApp].id;
  const std::string layer = any_of(Words{"controller", "gateway", "web", "proxy"}, random);
  for (Operation& operation : page.operations) {
    const bool read = operation.kind == OperationKind::kRead;
    const std::string call = any_of(read ? kReadCalls : kWriteCalls, random);
    operation.body.insert(operation.body.begin(),
                          {raw(user + "->>" + layer + ": " + call), raw(layer + "->>" + app + ": " + call)});
    operation.body.push_back(raw(app + "-->>" + layer + ": " + any_of(kAnswers, random)));
    operation.body.push_back(raw(layer + "-->>" + user + ": " + any_of(kAnswers, random)));
  }
  page.called_for_one = true;
  return true;
}
bool rectangle(Page& page, sim::Random& random) {
  Operation& operation = page.operations[random.below(page.operations.size())];
  operation.body.insert(operation.body.begin(), raw("rect rgb(230, 240, 255)"));
  operation.body.push_back(raw("end"));
  return true;
}
bool after_commit(Page& page, sim::Random& random) {
  bool any = false;
  for (Operation& operation : page.operations) {
    bool written = false;
    for (Node& node : operation.body) {
      written |= is_request(node, Who::kDatabase, Verb::kSet);
      if (!written || !is_request(node, Who::kCache, Verb::kDelete) || !node.text.empty()) continue;
      node.behind += any_of(Words{" (after commit)", " (on_commit)", " after commit", " (post_commit)"}, random);
      any = true;
    }
  }
  return any;
}

// Each diagram has an app of its own. The last of all looks: lines that name the app are there by then.
bool two_apps(Page& page, sim::Random& random) {
  if (page.frame >= Frame::kNotesInOne || !page.names[Who::kApp].alias.empty()) return false;
  static const std::vector<std::pair<std::string, std::string>> kIds = {{"reader", "writer"},
                                                                        {"app1", "app2"},
                                                                        {"read_api", "write_api"},
                                                                        {"web", "admin_api"},
                                                                        {"service_a", "service_b"}};
  const auto& [read, write] = any_of(kIds, random);
  for (const Node* line : lines_where(page, [](const Node& node) { return node.kind == Node::Kind::kRaw; }))
    if (line->text.find(page.names[Who::kApp].id) != std::string::npos) return false;
  for (Operation& operation : page.operations) operation.app = operation.kind == OperationKind::kRead ? read : write;
  return true;
}

}  // namespace

std::vector<Change> changes_of_looks() {
  return {{"thin arrows", Meaning::kSame, thin_arrows},
          {"activations", Meaning::kSame, activations},
          {"activate and deactivate", Meaning::kSame, activate_lines},
          {"autonumber", Meaning::kSame, autonumber},
          {"accTitle and accDescr", Meaning::kSame, descriptions},
          {"a box", Meaning::kSame, box},
          {"an actor", Meaning::kSame, actors},
          {"nobody declared", Meaning::kSame, undeclared},
          {"declared in another order", Meaning::kSame, other_order},
          {"comments with words of roles", Meaning::kSame, comments},
          {"blank lines", Meaning::kSame, blank_lines},
          {"carriage returns", Meaning::kSame, carriage_returns},
          {"other fences", Meaning::kSame, fences},
          {"prose in front", Meaning::kSame, prose},
          {"innocent notes", Meaning::kSame, notes},
          {"local work", Meaning::kSame, local_work},
          {"a message to a third party", Meaning::kSame, third_party},
          {"a message to a queue that nobody takes from", Meaning::kSame, queue},
          {"a layer in front", Meaning::kSame, layer},
          {"a rectangle around", Meaning::kSame, rectangle},
          {"after the commit, in words", Meaning::kSame, after_commit},
          {"a reader and a writer", Meaning::kSame, two_apps}};
}

}  // namespace stalemate::model::false_green
