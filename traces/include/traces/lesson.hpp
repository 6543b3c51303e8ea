// The lesson: one page to teach with. The same operations before (as the diagrams say, with a cache) and after (on the
// database alone), each with its whole state space, so that the page can answer every choice of a player offline.
//
// Plain data, and its rendering as one self-contained HTML file: no network, no other file, nothing of the model's
// rules. The bytes are a function of the data alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/render.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces {

// A choice that is enabled in a state. step.after is empty: the target state has it.
struct LessonEdge {
  Step step;
  std::uint32_t target = 0;
};

struct LessonState {
  State state;
  bool at_rest = false;
  std::vector<std::string> violates;  // what this state breaks, as opposed to the step that leads to it
  std::vector<LessonEdge> edges;      // in the system's order
};

struct LessonProperty {
  std::string name;
  std::string claim;
  std::string verdict;  // "holds", "violated", "inconclusive"; "" where it was not looked at
  std::string why;      // for inconclusive, and for one that was not looked at
};

// As of an explanation: one plain sentence and what it is about.
struct LessonSentence {
  std::string about;
  std::string text;
};

// A run: which edge is taken in each state, from the initial one on.
using LessonRun = std::vector<std::uint32_t>;

// A run that an explanation tells of, to be looked at: "order-reversed", "escape".
struct LessonOther {
  std::string about;
  LessonRun run;
};

// Where the other side's story has a fault and this one's does not: why.
struct LessonApart {
  std::uint32_t moment = 0;  // how many of the other side's steps are taken then, that fault the last of them
  std::string why;           // a sentence
};

// I1: states[0] is the initial one. I2: edges lead to states that exist, runs take edges that exist.
struct LessonSide {
  std::string id;        // "before", "after"
  std::string protocol;  // name of the file
  // What `stalemate check` is told besides the scenario: the page or file, roles, properties. Empty: no property says
  // anything of this side, so nothing was checked.
  std::vector<std::string> check_arguments;
  Scenario scenario;
  std::vector<Store> stores;
  std::vector<LessonState> states;
  std::vector<LessonProperty> properties;
  std::string broken;  // the property that the story breaks, "" for none
  LessonRun story;
  // after: how many of its steps are taken when so many of the other side's are; one more element than those. Else
  // empty.
  std::vector<std::uint32_t> moments;
  std::vector<LessonApart> apart;  // by moment
  Highlights highlights;           // of the story
  std::vector<LessonSentence> sentences;
  std::vector<LessonOther> others;
};

struct Lesson {
  std::string scenario;           // for people
  std::vector<LessonSide> sides;  // one, or two: before and after
};

std::string render_lesson(const Lesson& lesson);

// Its data alone, as it stands in the page: JSON in which no '<' occurs.
std::string lesson_json(const Lesson& lesson);

}  // namespace stalemate::traces
