// A page of diagrams as somebody would draw it: what it means stands apart from how it is drawn, so that the drawing
// can be changed and the meaning stays. Pages are loaded from text in plain words ("app->>cache: Get value") and
// printed as Markdown. Independent of the reader but for its parser; deterministic.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::false_green {

enum class Who { kApp, kCache, kDatabase, kUser };

// What a branch, or a line of reply, says.
enum class Says { kMiss, kHit, kOk, kTaken, kTimeout, kFailure, kFree, kElse };

struct Node;
struct Branch {
  Says says = Says::kFree;
  std::string label;
  std::vector<Node> body;
};

// One line of a diagram, or a block with its branches.
struct Node {
  enum class Kind {
    kRequest,  // the app asks `who` to `verb`
    kReply,    // `who` answers the app
    kOutward,  // the app answers the user
    kInward,   // the user asks the app
    kSelf,     // the app to itself
    kChoice,   // alt, opt or break
    kRaw       // `text` as it stands
  };
  Kind kind = Kind::kRaw;
  std::string text;  // of a request: empty where it is `word` and the page's noun
  Who who = Who::kCache;
  Verb verb = Verb::kGet;
  std::string word = {};    // of a request: "Get"
  std::string behind = {};  // of a request: what follows the noun: " if absent"
  std::string arrow = "->>";
  Says says = Says::kOk;     // of a reply
  std::string keyword = {};  // of a choice
  bool of_cache = false;     // of a request or a reply: the cache itself asks the database, or is answered by it
  bool deactivates = false;  // of a reply: it is drawn with "-"
  bool activates = false;    // of a request: it is drawn with "+"
  std::vector<Branch> branches = {};
};

struct Operation {
  OperationKind kind = OperationKind::kRead;
  std::string name;  // of its heading, title or note
  std::vector<Node> body;
  std::string app = {};  // the app's id in a diagram of its own; empty: the page's
};

// How the operations of a page are told apart.
enum class Frame {
  kHeadings,
  kTitles,
  kNotes,            // a diagram each, named by a note
  kNotesInOne,       // one diagram, a note before each
  kCallsInOne,       // one diagram, a message of the user before each
  kCommentsInOne,    // one diagram, a %% title before each
  kRectanglesInOne,  // one diagram, a rect with a note around each
  kRace,             // one diagram, a participant for each, which take turns
};

struct Name {
  std::string id;
  std::string alias = {};  // empty: none
  std::string word = "participant";
};

struct Page {
  std::vector<Operation> operations;
  Frame frame = Frame::kHeadings;
  std::map<Who, Name> names;
  std::vector<Who> declared;              // in this order; the others are not
  std::vector<std::string> participants;  // further lines that declare
  std::vector<std::string> decorations;   // lines at the top of every diagram
  std::string noun = "value";
  std::string before_diagrams = {};  // Markdown in front of the first diagram
  std::string fence = "```mermaid";
  std::string line_end = "\n";
  std::string indent = "    ";
  bool boxed = false;           // the participants that are declared stand in a box
  bool called_for_one = false;  // who asks for the operations says of both that they are about one thing

  bool user_drawn() const;
  // No branch but for hits and misses: nothing looks at a timeout or at a reply of another kind.
  bool plain() const;
};

// Reads a page in plain words. Throws std::logic_error for a line that is in other words.
Page load(const std::string& text);

std::string print(const Page& page);

// A page with a scenario, and what is right of it.
struct Case {
  std::string name;
  Page page;
  traces::Scenario scenario;
  std::string property;
  bool violated = false;  // else it holds
};

// The pages of tests/model/data/false_green/pages.txt.
std::vector<Case> stored_cases();

}  // namespace stalemate::model::false_green
