// Changes of how a page is drawn (tests/model/false_green/false_green_page.hpp), each with what is expected of the
// answer then.
#pragma once

#include <string>
#include <vector>

#include "model/false_green/false_green_page.hpp"
#include "sim/random.hpp"

namespace stalemate::model::false_green {

// What a change does to the meaning of a page.
enum class Meaning {
  kSame,         // nothing: what was right stays right
  kNotModelled,  // the page now speaks of something that is not modelled: it is refused or asked about
  kWorse,        // what was wrong is so yet, and what was right may be either
  kOther,        // another page, of which nobody may say that it holds: it is refused, violated or inconclusive
};

struct Change {
  std::string name;
  Meaning meaning = Meaning::kSame;
  // False: there is nothing on the page to be changed so; then it is as it was.
  bool (*apply)(Page& page, sim::Random& random) = nullptr;
  // It sends a command more, so a failover, which undoes the last one, undoes another: not made where one may come.
  bool sends = false;
  // It puts something in front of the cache that is filled at the start where that is: not made there, for what was
  // wrong may not be reached any more.
  bool hides = false;
};

// Every change there is, in the order in which those of a page are made: a new shape has plain words, and what looks
// otherwise comes last, because a line that only decorates is no part of a shape.
std::vector<Change> all_changes();
std::vector<Change> changes_of_shape();      // false_green_shape_support.cpp
std::vector<Change> changes_of_words();      // false_green_words_support.cpp
std::vector<Change> changes_of_looks();      // false_green_looks_support.cpp
std::vector<Change> changes_not_modelled();  // false_green_not_modelled_support.cpp
std::vector<Change> changes_of_meaning();    // false_green_meaning_support.cpp

// One of `words`.
template <class Value>
const Value& any_of(const std::vector<Value>& words, sim::Random& random) {
  return words[random.below(words.size())];
}

// Calls with every body of the page: those of operations, then those of the branches in them.
template <class Call>
void each_body(std::vector<Node>& body, const Call& call) {
  call(body);
  for (Node& node : body)
    for (Branch& branch : node.branches) each_body(branch.body, call);
}
template <class Call>
void each_body(Page& page, const Call& call) {
  for (Operation& operation : page.operations) each_body(operation.body, call);
}

// Every line of the page for which `wanted` holds. The pointers live until lines are added or taken away.
template <class Wanted>
std::vector<Node*> lines_where(Page& page, const Wanted& wanted) {
  std::vector<Node*> found;
  each_body(page, [&](std::vector<Node>& body) {
    for (Node& node : body)
      if (wanted(node)) found.push_back(&node);
  });
  return found;
}

inline bool is_request(const Node& node, Who who, Verb verb) {
  return node.kind == Node::Kind::kRequest && node.who == who && node.verb == verb;
}

inline Node raw(const std::string& text) {
  Node node;
  node.text = text;
  return node;
}

// A place where a line may stand: in front of no reply, and between no request and its reply.
struct Place {
  std::vector<Node>* body;
  std::ptrdiff_t at;
};
inline Place any_place(Page& page, sim::Random& random) {
  std::vector<Place> places;
  each_body(page, [&](std::vector<Node>& body) {
    for (std::size_t i = 0; i <= body.size(); ++i)
      if (i == body.size() || body[i].kind != Node::Kind::kReply)
        places.push_back({&body, static_cast<std::ptrdiff_t>(i)});
  });
  return any_of(places, random);
}
inline void insert(const Place& place, Node node) {
  place.body->insert(place.body->begin() + place.at, std::move(node));
}

}  // namespace stalemate::model::false_green
