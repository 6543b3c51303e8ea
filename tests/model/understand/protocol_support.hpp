// What the tests of the reader's second half share: reading a diagram given as text, and telling an operation in one
// line.
//
//   get cache#1; if miss; get database#3; if value; set cache#5
//   #n: arrow n; ~: not awaited; x: drawn lost; ack: the reply outward; nack: one that says failure
//   alt{value: ack | else: get database#4}, free alt{...}, opt{miss: ...}, break{error or timeout: ... end}
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// A bare diagram: "sequenceDiagram" is line 1, the lines given follow from line 2.
inline Protocol read_lines(const std::string& lines, const std::vector<std::string>& roles = {}) {
  return read_protocol("sequenceDiagram\n" + lines, "t.mmd", roles);
}

// The error a call ends with, a line for each finding, or "no error".
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) EXPECT_EQ(finding.what.find('\n'), std::string::npos);
    return error.what();
  }
  return "no error";
}

inline std::string error_of_lines(const std::string& lines, const std::vector<std::string>& roles = {}) {
  return error_of([&] { read_lines(lines, roles); });
}

inline std::string error_of_text(const std::string& text, const std::string& name) {
  return error_of([&] { read_protocol(text, name, {}); });
}

inline std::string outline(Outcomes outcomes) {
  std::string text;
  for (int i = 0; i < kOutcomeCount; ++i) {
    if (!outcomes.has(static_cast<Outcome>(i))) continue;
    text += (text.empty() ? "" : " or ") + std::string(to_string(static_cast<Outcome>(i)));
  }
  return text;
}

inline std::string outline(const std::vector<Act>& body);

inline std::string outline(const Act& act) {
  if (const auto* request = std::get_if<Request>(&act.node)) {
    return std::string(to_string(request->verb)) + " " + std::string(to_string(request->to)) +
           (request->cache == 0 ? "" : std::to_string(request->cache + 1)) + "#" + std::to_string(request->arrow) +
           (request->awaited ? "" : "~") + (request->drawn_lost ? "x" : "");
  }
  if (const auto* guard = std::get_if<Guard>(&act.node)) return "if " + outline(guard->outcomes);
  if (const auto* answer = std::get_if<Acknowledge>(&act.node)) return answer->fails ? "nack" : "ack";
  const auto& choice = std::get<Choice>(act.node);
  std::string text = (choice.free ? "free " : "") + std::string(to_string(choice.kind)) + "{";
  for (std::size_t i = 0; i < choice.branches.size(); ++i) {
    const Branch& branch = choice.branches[i];
    if (i > 0) text += " | ";
    if (!choice.free) text += (branch.is_else ? "else" : outline(branch.tests)) + ": ";
    text += outline(branch.body);
    if (branch.ends_operation) text += " end";
  }
  return text + "}";
}

inline std::string outline(const std::vector<Act>& body) {
  std::string text;
  for (const Act& act : body) text += (text.empty() ? "" : "; ") + outline(act);
  return text;
}

// The only operation of a diagram given by its lines, the participants app, cache and database declared.
inline std::string outline_of(const std::string& lines) {
  const Protocol protocol = read_lines("participant app\nparticipant cache\nparticipant database\n" + lines);
  std::string text;
  for (const Operation& operation : protocol.operations) {
    text += (text.empty() ? "" : " // ") + outline(operation.body);
  }
  return text;
}

inline bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline void expect_start(const std::string& text, const std::string& start) {
  EXPECT_EQ(text.substr(0, start.size()), start) << "of: " << text;
}

}  // namespace stalemate::model
