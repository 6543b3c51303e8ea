// What a diagram's statements make an app do: its arrows become requests, guards and acknowledgements, its blocks
// choices, and what starts a second operation splits it. Which operations are reads or writes, and their names, is
// decided afterwards (naming.hpp). A long file: the walk is one class, whose parts stand in files of their own.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "directives.hpp"
#include "outcomes.hpp"
#include "read/diagram.hpp"
#include "reading.hpp"
#include "roles.hpp"
#include "sections.hpp"
#include "understand/protocol.hpp"
#include "verbs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

// What a note or a message of the app to itself says, as far as it might have an effect.
struct Remark {
  Position at;
  std::size_t line = 0;  // its reading line
  std::string text;
  Position branch;  // that it stands in; line 0: in none
};

// Where a reading line is to say which value a request carries: at this byte of its meaning.
struct ValuePlace {
  std::size_t line = 0;
  std::size_t offset = 0;
  int arrow = 0;
};

// An answer to outside, whose wording depends on the operation's kind.
struct Answer {
  std::size_t line = 0;   // its reading line
  bool followed = false;  // something happens after it
  bool fails = false;     // Acknowledge::fails
};

// What is drawn behind a request and may turn out well or badly itself: an answer of somebody else, work of the app.
struct Between {
  Position at;
  bool is_answer = false;
  std::string text;  // empty: nothing is
};

// A remark in a branch by which the operation may end there.
struct SaidEnd {
  Position branch;
  Position at;
  std::string text;
};

// What a race shows an operation do (races.hpp).
struct Run {
  Position race;             // the diagram
  std::string shown_as;      // the column, as written
  std::size_t instance = 0;  // by column, from 0
  std::size_t ordinal = 0;   // among the operations of that column, from 0
  std::vector<DrawnMessage> messages;
  Position choice;  // of a block that chooses, so that not all of it is one order; line 0: none
};

// One operation of a diagram, before it has a kind and a name.
struct Segment {
  Operation operation;                       // kind and name not yet set
  std::string message;                       // label of the message from outside that starts it; empty where none does
  std::set<std::string> callers;             // who sends such a message, by id
  std::multiset<std::string> asked_outside;  // others outside that have been told and not answered yet
  std::string note;                          // text of the note or comment that names it
  std::string title;                         // text of the first one it begins with, which may say something else
  std::string given_name;                    // by a directive
  std::optional<OperationKind> given_kind;
  bool asks = false;  // holds a request
  bool changes_database = false;
  std::size_t heading_line = 0;  // reading line that introduces it
  std::vector<ValuePlace> value_places;
  std::vector<Remark> remarks;
  std::vector<SaidEnd> ends;
  std::vector<Position> commits;             // writes that are called so
  std::vector<Remark> answers_on_condition;  // to the caller, at the top, such as "blocked if over the limit"
  std::set<std::pair<Role, Verb>> asked;     // what the servers are asked for
  bool watches_key = false;
  bool takes_lease = false;  // a get says that it takes a lease
  bool lives = false;        // something that is stored has a time to live
  std::vector<int> loads;    // arrows of gets that their caches pass on
  std::vector<Answer> answers;
  std::set<int> refusals;  // arrows to the caller that say no for a reason, such as "403", and nothing of a failure
  std::map<int, std::size_t> line_of_arrow;                   // reading lines of requests and answers, by their arrows
  std::map<std::pair<int, int>, std::size_t> line_of_branch;  // of branches, by line and column
  std::set<int> silent_gets;             // arrows of cache gets of which nothing drawn says how they turn out
  std::string asking;                    // the app that asks servers, by its id; empty while none did
  int asking_line = 0;                   // where it first did
  std::set<std::string> asking_besides;  // others that do, which was asked about
  std::set<std::pair<std::string, std::string>> partners;  // apps that call one another
  std::vector<Position> message_at;                        // of each of operation.arrows
  std::string root;                                        // an app that nobody calls, and that calls others
  std::string drawn_by;                                    // of a race: the instance that does it, as it is shown
  std::vector<Run> runs;
};

// REQUIRES: every participant of the diagram is in `roles`. Each segment asks for something; none where nothing of the
// diagram does.
// Throws InputError for what cannot be told or is not modelled yet.
// `said_above`: the kind of operation that the diagram's title or heading speaks of, where it is one.
std::vector<Segment> read_steps(const Diagram& diagram, const RolesOfDiagram& roles,
                                std::optional<OperationKind> said_above, Reading& reading);
// The same of a column of a race, which begins with a message.
std::vector<Segment> read_column(const Diagram& column, const RolesOfDiagram& roles, Reading& reading);

// Refuses a text that speaks of what is not modelled; `certain_only` as in unmodelled_in(). True where it says that
// something happens after the commit. Throws NotModelledError.
bool refuse_unmodelled(const std::string& name, Position at, const std::string& text, bool certain_only);
// Refuses a message from or to who has such a role.
void refuse_role_not_modelled(const std::string& name, Position at, Role role);

// A title of the diagram, or the heading right above it, that speaks of what is not modelled. What a page is called is
// none of the two. Throws NotModelledError.
void refuse_unmodelled_titles(const Document::Entry& entry, const Reading& reading);

// A remark that tells of a change no arrow of the page makes is asked about; one that tells of a time to live that no
// arrow gives is said to have no effect.
void judge_remarks(const std::vector<std::vector<Segment>>& segments, Reading& reading);

// Refuses what is not modelled on a page with a cache that asks the database itself. Throws NotModelledError.
void refuse_beside_passed_on(const std::vector<std::vector<Segment>>& segments, const std::string& name);

// Everything below is shared by the parts of the walk.

// The request whose outcome a reply or branch speaks of, by its place in the body that holds it. I1: body is null where
// there is none or where it depends on the branch taken.
struct Latest {
  std::vector<Act>* body = nullptr;
  std::size_t index = 0;
  std::size_t line = 0;  // its reading line
  bool answered = false;
  bool depends_on_branch = false;
  bool known() const { return body != nullptr; }
  Request& request() const { return std::get<Request>((*body)[index].node); }
  bool same_request(const Latest& other) const { return body == other.body && index == other.index; }
};

// What blocks that follow one another with nothing between them have in common: they look at one request, so they are
// branches of one choice.
struct BlockRow {
  Latest tested;
  Outcomes taken;              // by the blocks so far
  std::vector<Request> inner;  // the latest requests that their branches end with
};

// What a branch of alt, opt or break says of the request it is about.
struct BranchTest {
  Outcomes outcomes;               // empty: its label says nothing of it
  bool free = false;               // said by a directive
  bool otherwise = false;          // said by a directive
  bool either_failure = false;     // says "error", which covers a timeout unless another branch names one
  const Message* reply = nullptr;  // the reply it begins with
  std::string why;                 // "by its label"
  std::string assumed;
};

// What stands behind the latest write of the database, by lines; 0: nothing. A lone statement is committed at once, so
// what is said to happen after the commit must follow it with nothing between that does not say so.
struct SinceWrite {
  int write = 0;
  int request = 0;       // the first that does not say that it happens after the commit
  int after_commit = 0;  // the first that says so
  void join(const SinceWrite& branch);
};

class StepWalk {
 public:
  StepWalk(const Diagram& diagram, const RolesOfDiagram& roles, std::optional<OperationKind> said_above,
           Reading& reading);
  std::vector<Segment> walk();         // a whole diagram
  std::vector<Segment> walk_column();  // which has no line of its own

 private:
  // Where statements are being read into. body is null at the top of the diagram: the current segment's.
  struct Scope {
    std::vector<Act>* body = nullptr;
    Latest latest;                       // awaited or not
    Latest awaited;                      // the latest that somebody waits for
    Latest before_local;                 // the latest before calls of the app's own caches, where nothing else stands
    int get_line = 0, gets_of_rows = 0;  // where the latest get is drawn, 0: none; gets of the database so far
    SinceWrite since_write;
    Between between;                        // the latest since a server answered
    Position branch;                        // where the branch begins that is read
    std::map<std::string, int> returned;    // apps that answered the one that called them, with the line where
    Latest tested;                          // the request that the branch is about
    const Message* tested_reply = nullptr;  // the reply that says what the branch tests
    BlockRow row;                           // the blocks that stand right before
    bool at_branch_start = false;           // nothing but directives so far
    bool without_row = false;               // in a branch on which a row was not found
    bool tests_miss = false;                // in a branch that is taken only where what it is about missed
    int works_for = 0;  // the arrow of a request that waits for what its cache asks of the database itself; 0: none
    bool lost = false;  // a request before was not understood, and none since: of what answers it nothing is said
    bool at_top() const { return body == nullptr; }
    void note_get(Position at, Role of);
    Scope within(Branch& taken, const Latest& about, const BranchTest& test) const;
  };
  void read_all();
  std::vector<Segment> finish();
  void statements(const std::vector<Statement>& list, Scope& scope);
  void statement(const std::vector<Statement>& list, std::size_t index, Scope& scope);
  void not_understood(const Statement& statement, Scope& scope);
  bool hangs_on_unsettled(const Statement& statement) const;
  bool draws_server() const;  // a cache or a database, asked or not
  // Whether a new operation begins with statement `index`: by a comment or a rectangle before it, or by what it does.
  void part(const std::vector<Statement>& list, std::size_t index, Scope& scope);
  // `what` is a text before statement `index`, told in line `line` of the reading if it means something.
  struct PartedBy {
    Position at;
    std::string what;  // "the note"
    std::string text;
  };
  bool is_other_way(const std::string& text, const std::string& before, const Flow& so_far, const Flow& next) const;
  void take_from_part(const Request& asks, ReplyWords& words, std::string& assumed) const;
  bool begins_unsaid(const Flow& so_far, const Flow& next, const Message* first) const;
  bool parted(const PartedBy& by, const std::vector<Statement>& list, std::size_t index, Scope& scope);
  [[noreturn]] void ask_whether_parted(Position at, const std::string& by, const Flow& next) const;
  void ask_about_operations_in(const Block& block) const;
  void note(const std::vector<Statement>& list, std::size_t index, Scope& scope);
  void directive(Position at, const Directive& directive, Scope& scope);
  void count_message(Position at);
  // A statement among those beside it.
  struct Place {
    Position at;
    const std::vector<Statement>& siblings;
    std::size_t index = 0;
  };
  void message(const Place& place, const Message& message, Scope& scope);
  void to_itself(Position at, const Message& message, Scope& scope);
  void remark(Position at, const std::string& text, std::size_t line, const Scope& scope);
  void happens_after_commit(Position at, Scope& scope) const;
  std::size_t local(Position at, const std::string& why);  // the reading line
  void between_apps(Position at, const Message& message, Scope& scope);
  void asked_by(Position at, const std::string& app, const Scope& scope);
  static bool are_layers(const Segment& segment, const std::string& app);
  [[noreturn]] void refuse_between_servers(Position at, const Message& message, Role from, Role to) const;
  // What a cache asks of the database itself (passed_on.cpp).
  bool is_passed_on(const Message& message, const Scope& scope) const;
  void pass_on(const Place& place, const Message& message, Scope& scope);
  std::size_t tell_passed_on(const Request& asks, const Request& next, bool in_line, std::string assumed);
  bool answers_cache(const Place& place, const Message& message, Scope& scope);
  bool keeps_for_caller(Position at, const Message& message, Scope& scope);
  static void settle_passed_on(Segment& segment);
  void refuse_branch_of_server(Position at, const Scope& scope) const;
  bool asks_server(const std::vector<Statement>& siblings, std::size_t index) const;
  void from_outside(Position at, const Message& message, Scope& scope);
  void to_outside(Position at, const Message& message, Scope& scope);
  void ask_what_is_meant(Position at, const Message& message, Role server, Verb verb, const RequestWords& words);
  // What is not modelled of a cache in the app's own process, and of one beside others.
  void refuse_of_cache(const Request& asks) const;
  std::string note_life(const RequestWords& words, Request& asks, std::string& meaning);
  Finds what_it_may_find(const Message& message, Role server, Verb verb, const RequestWords& words) const;
  void refuse_of_database(Position at, Role server, Verb verb) const;
  void request(const Place& place, const Message& written, Role server, Scope& scope);
  void answered_in_label(const Place& place, const std::string& reply, std::size_t line, Scope& scope);
  RequestWords words_for(const std::string& id, const std::string& label) const;
  bool is_memcached(const std::string& id) const;
  Verb verb_asked(const Place& place, const Message& message, const RequestWords& words, const Scope& scope,
                  std::string& assumed);
  // What a request is by what stands around it (around.cpp), where its words say nothing, or two things.
  bool is_look_before_fill(const Place& place, const Message& message, const Scope& scope) const;
  bool is_filled_by_hand(const Place& place, const Message& message) const;
  bool is_answered_as_change(const Place& place, const Message& message) const;
  void note_commit(Position at, bool writes, bool after_commit, Scope& scope);
  Request drawn_request(Position at, const Message& message, const std::string& server, Verb verb);
  void take_from_label(const RequestWords& words, Request& asks);
  void note_request(const Request& asks, std::size_t line);
  void ask_about_doubts(Position at, const Message& message, Role server, Verb verb, Scope& scope);
  // What is published to all app instances, and what their caches hear (deliveries.cpp).
  bool publishes_or_delivers(const Place& place, const Message& message, Scope& scope);
  void publish(const Place& place, const Message& message, Scope& scope);
  void deliver(Position at, const Message& message, Scope& scope);
  void reply(const Place& place, const Message& message, Scope& scope);
  void ask_about_reply(const Place& place, const Message& message, const Latest& latest, const ReplyWords& words,
                       bool said) const;
  void reply_in_line(const Place& place, const Latest& latest, const ReplyWords& words, Scope& scope);
  // The request that a reply in straight lines, or a block, is about.
  Latest answered_in_line(const Message& message, const Scope& scope) const;
  bool answers_late(const Message& message, const Scope& scope) const;
  bool is_local_call(const Request& asks) const;
  void note_before_local(const Request& asks, Scope& scope);
  Latest tested_by(const Block& block, const Scope& scope) const;
  static Outcomes said_by(const Section& section, const Latest& tested);
  const Section* repeated_last(const Block& block, const Latest& tested) const;
  bool continues_row(const Block& block, const BlockRow& row) const;
  const Request& answered_by(Position at, const std::string& server, const Latest& latest, bool begins_branch) const;
  void note_outcome_drawn(const Latest& latest, Scope& scope, bool by_reply);
  ReplyWords words_of_reply(const Message& message, const Request& asks);
  void block(Position at, const Block& block, Scope& scope);
  void choice(Position at, const Block& block, Scope& scope);
  std::optional<Block> ask_before(const Block& block, Scope& scope);
  void refuse_commit_of_writes(const Segment& segment) const;
  void ask_about_conditional_answers(const Segment& segment) const;
  // A block that chooses, before its branches are read.
  struct Choosing {
    const Block& block;
    Latest tested;                  // the request that it is about, where one is known
    bool in_row = false;            // which is that of the block before it
    bool about_others = false;      // is_about_others()
    bool about_earlier = false;     // what was found before, on which only what is answered depends
    std::vector<BranchTest> tests;  // by branch
  };
  // What the branches leave to what stands behind the block, joined one after the other.
  struct Joined {
    Joined(const Scope& entered, BlockRow the_row);
    bool latest_differs = false;  // from branch to branch
    bool awaited_differs = false;
    int get_line;
    SinceWrite since_write;
    Between between;
    std::map<std::string, int> returned;
    BlockRow row;
  };
  std::vector<BranchTest> tests_of(const Choosing& choosing, const Scope& scope) const;
  bool is_about_earlier(const Choosing& choosing, const Scope& scope) const;
  void ask_about_fill(const Choosing& choosing) const;
  bool is_compared(const Choosing& choosing, const Scope& scope) const;
  void look_again(Latest& latest, Scope& scope);
  void take_lease_as_said(const std::vector<std::string>& texts, Latest& tested);
  static bool takes_miss_alone(const Choosing& choosing, std::size_t index);
  static std::string assumed_of_free(const Choosing& choosing, const Choice& choice, std::size_t index);
  void note_branch(const Choosing& choosing, const Choice& choice, const Branch& branch, std::size_t index);
  static void join(const Branch& branch, const Scope& entered, const Scope& inside, Scope& outer, Joined& joined);
  static void leave_block(Joined joined, Scope& scope);

  BranchTest test_of(const Block& block, std::size_t index, const Latest& latest) const;
  BranchTest test_as_said(const Section& section, const Override& said, const Request& asks) const;
  bool contradicts(const Section& section, const Request& asks, const ReplyWords& label, const ReplyWords& reply) const;
  void refuse_other_outcome(const Section& section, const Request& asks, const ReplyWords& label) const;
  // A label in which the cache that was asked is called so: "not in map" of one that is called "Map".
  std::string calling_it_cache(const std::string& label, const Request& asks) const;
  // What a request, what it asks for and its server are called, in the singular.
  std::vector<std::string> names_of(const Request& asks) const;
  // What the label of a branch about `asks` says beside an outcome.
  BesideOutcome beside_of(const Section& section, const Request& asks) const;
  void ask_about_age(const Section& section, const Request& asks, const BesideOutcome& beside,
                     const ReplyWords& label) const;
  // Asks where that may be another condition, or something else than the request; else what is assumed of it.
  std::string ask_about_rest(const Section& section, const Request& asks, const BesideOutcome& beside) const;
  void ask_about_old_value(const Section& section, const Request& asks, const Message* reply, Outcomes label) const;
  void ask_about_label_of_reply(const Section& section, const Request& asks, const BesideOutcome& beside,
                                Outcomes reply) const;
  // Asks whether a branch is about its request although something else that may turn out so is drawn behind that.
  void ask_about_between(const Section& section, const BranchTest& test, const Latest& latest,
                         const Between& between) const;
  const Message* first_answer_of_others(const std::vector<Statement>& body) const;
  // Whether every branch begins with what somebody else than a server answers, which is what the block looks at then.
  bool is_about_others(const Block& block) const;
  bool is_about_earlier_get(const Section& section, const Latest& latest, const Scope& scope) const;
  void refuse_outcome_of_earlier_get(const Section& section, const Latest& latest, const Scope& scope) const;
  bool names_outcome_of_none(const Section& section, const Latest& latest) const;
  void refuse_outcome_without_request(const Section& section, const Latest& latest) const;
  // Whether nothing in a block has to do with a server: what it chooses is what is answered, or work of the app.
  bool only_answers(const Block& block) const;
  Outcomes settle_named(Position at, const Block& block, const Latest& latest, std::vector<BranchTest>& tests) const;
  // Sets what each branch tests; true where it is a free choice.
  bool resolve(Position at, const Block& block, const Latest& latest, std::vector<BranchTest>& tests) const;
  // From the server that was asked.
  const Message* first_reply(const std::vector<Statement>& body, const Request& asks) const;
  // Whether the alt, opt or break after statement `index` looks at outcomes other than `says`.
  bool tested_next(const std::vector<Statement>& siblings, std::size_t index, Outcomes says,
                   const Latest& latest) const;
  void begin_segment(Position at, Scope& scope);
  std::optional<Override> take_means();
  void no_means_left() const;
  void await_after_all(const Latest& latest);
  // Adds to the reading what depends on whether anything comes after; `followed`: something does, after `body`.
  void remark_on(Segment& segment, const std::vector<Act>& body, bool followed);
  // Says of branches for failures which failures they do not cover. `asked`: the awaited requests before `body` whose
  // failures no branch covers yet.
  void remark_on_failures(const Segment& segment, const std::vector<Act>& body, std::vector<const Request*> asked);
  bool is_caller(const Message& message, std::string& assumed) const;
  void ask_about_turns(Position at, const Message& message) const;
  void ask_about_late_part(const Segment& before, const Segment& segment) const;
  void ask_about_whose(Position at, const std::string& text);
  void ask_about_second_root(Position at, const Message& message);
  void may_turn_out(Position at, const Message& message, Scope& scope) const;
  void may_end(Position at, const std::string& text, const Scope& scope);
  // Asks whether an operation ends with a branch that is drawn as if it went on.
  void ask_about_ends(const Segment& segment) const;

  Segment& current() { return segments_.back(); }
  std::vector<Act>& body_of(Scope& scope) { return scope.at_top() ? current().operation.body : *scope.body; }
  Role role(const std::string& id) const { return roles_.at(id); }
  // Whether a participant is the server that a request went to.
  bool is_asked(const Request& asks, const std::string& id) const {
    return role(id) == asks.to && (asks.to != Role::kCache || roles_.cache_at(id) == asks.cache);
  }
  // "the cache"; where there are several, which one.
  std::string called(const std::string& server) const;
  std::string called(const Request& asks) const;
  // A text about a request, without what names the cache that it went to.
  std::string without_name(const std::string& text, Role to, std::size_t cache) const;
  const std::string& name() const { return reading_.name(); }

  const Diagram& diagram_;
  const RolesOfDiagram& roles_;
  std::optional<OperationKind> said_above_;
  Reading& reading_;
  std::vector<Segment> segments_;
  std::set<std::string> called_;                      // who is asked something by another
  std::set<std::string> whose_;                       // as labels and notes say
  std::pair<std::string, std::size_t> latest_whose_;  // with the segment
  bool continues_ = false;                            // said: the operation at hand goes on
  bool begins_with_next_ = false;                     // the request that is read begins an operation, unsaid
  bool column_ = false;                               // what is read is what one instance of a race does
  std::optional<Override> means_;                     // waits for the next arrow
  Position means_at_;
};

// Calls visit(segment, request) with every request; with every one to a cache.
template <typename Visit>
void visit_all_requests(std::vector<std::vector<Segment>>& segments, const Visit& visit) {
  for (std::vector<Segment>& of_diagram : segments)
    for (Segment& segment : of_diagram)
      visit_requests(segment.operation.body, [&](Request& request) { visit(segment, request); });
}
template <typename Visit>
void visit_cache_requests(std::vector<std::vector<Segment>>& segments, const Visit& visit) {
  visit_all_requests(segments, [&](Segment& segment, Request& request) {
    if (request.to == Role::kCache) visit(segment, request);
  });
}

// What a directive that begins a branch says it tests.
std::optional<Override> branch_override(const std::string& name, const Section& section);
inline bool is_crossed(const Message& message) { return message.arrow.head == ArrowHead::kCross; }
std::string the(Role role);  // "the cache"
// Whether two requests go to one server.
inline bool of_one_server(const Request& a, const Request& b) { return a.to == b.to && a.cache == b.cache; }
std::string in_words(Outcomes outcomes, const Request& request);  // "a hit", "ok or a timeout"
bool names_server(const std::string& label, Role server);         // in a word of its own
// Whether it turns out by a marker, and a text says nothing but that.
bool says_only_marker(const std::string& label, const Request& asks);

}  // namespace stalemate::model
