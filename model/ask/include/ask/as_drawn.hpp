// `check --as-drawn`: the order of messages that a race shows, taken in the model step by step. A request is handled
// where it is drawn, and its reply received where that is drawn, else at once; an operation begins at its first arrow.
// Values that are written on arrows have to fit: one value is written in one way. Where only that makes them fit, a
// request is handled later than it is drawn, before its reply and before what its instance does next.
// What is not drawn comes last: what the operations still do, in any order. A fault may strike where the scenario
// allows it. Deterministic: a function of the protocol, the race and the options.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "traces/trace.hpp"
#include "understand/page.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct AsDrawn {
  enum class Answer {
    kEndsWrong,  // a property is broken on the way, or at its end
    kEndsRight,
    kCannotHappen,
    kNotTold,  // it is no one order, or has more states than are searched
  };
  Answer answer = Answer::kNotTold;
  std::string protocol;  // the file
  DrawnRace race;
  std::vector<std::string> operations;  // the names of the protocol's
  traces::Scenario scenario;            // an app for each instance
  bool has_lost_request = false;        // it draws a request as lost
  bool is_late = false;                 // some request is handled later than it is drawn
  std::string why;                      // it cannot happen, or is not told: one sentence
  std::vector<std::string> broken;      // properties, in the order of the steps that break them
  std::optional<traces::Trace> trace;   // of the order, up to where all is at rest
};

struct AsDrawnOptions {
  // Of these, and of the page's own words, who does what does not count: the diagram says it. Where neither says that
  // the key is cached at the start, it is absent, or cached where only that fits what is drawn.
  ScenarioWords given;
  // As in CheckOptions.
  std::function<std::optional<std::string>(const sim::Progress&)> interrupt;
};

// Throws InputError for faults that do not fit.
AsDrawn as_drawn(const Protocol& protocol, const DrawnRace& race, const AsDrawnOptions& options);

// Another protocol of the page, checked with as many Reads and Writes as the race has, from where it began and with the
// losses that it draws.
struct OtherProtocol {
  int line = 1;  // of its first diagram
  Report report;
};
struct AsDrawnReport {
  std::vector<AsDrawn> races;
  std::vector<OtherProtocol> others;
};

// The races of a page, and each protocol beside them that has none and is of the same servers. `line`: of the page, the
// races of the diagram that stands there; 0: all. Throws InputError where there is no race, and what was found in a
// feature that cannot be read.
AsDrawnReport as_drawn(const Page& page, int line, const AsDrawnOptions& options, const CheckOptions& check);

std::string describe(const AsDrawnReport& report);
std::string to_json(const AsDrawnReport& report);

}  // namespace stalemate::model
