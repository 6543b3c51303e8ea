// An explanation for people, paragraph by paragraph, and as one JSON object.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "ask/explain.hpp"
#include "base/text.hpp"
#include "machine/property.hpp"
#include "machine/scenario.hpp"
#include "traces/json.hpp"
#include "traces/story.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kColumns = 100;

struct Heading {
  std::string_view about;
  std::string_view words;
};
constexpr Heading kHeadings[] = {
    {"read", "What was read"},   {"missed-write", "What it missed"}, {"racing-pair", "The race"},
    {"no-return", "No return"},  {"before-it", "Until then"},        {"duration", "How long"},
    {"likelihood", "How often"}, {"faults", "Which faults"},         {"limit", "Limits"},
};

// `text` in lines of at most kColumns columns, words kept whole, each line after the first begun with `indent` spaces.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const std::size_t width = code_point_count(word);
    if (begin > 0 && column + 1 + width > kColumns) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (begin > 0) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += width;
    begin = end + 1;
  }
  return lines;
}

std::string claim_of(const std::string& property) {
  for (const PropertyKind& kind : property_kinds())
    if (kind.name == property) return std::string(kind.claim);
  return "";
}

using Json = nlohmann::ordered_json;

std::string step_number(const std::optional<std::size_t>& step) { return step ? fmt::format("{}", *step) : "null"; }

std::string run_json(const std::optional<Otherwise>& otherwise) {
  if (!otherwise) return "null";
  return fmt::format("{{\n    \"from\": {},\n    \"steps\": {}\n  }}", otherwise->from,
                     traces::write_steps_json(otherwise->run, 4));
}

}  // namespace

std::string describe(const traces::Trace& trace, const Explanation& explanation) {
  std::size_t width = 0;
  for (const Heading& heading : kHeadings) width = std::max(width, heading.words.size());
  std::string text = fmt::format("{} is broken: {}\n{}: {}\n", trace.property, claim_of(trace.property),
                                 traces::shown_text(trace.protocol.name), describe(trace.scenario));
  for (const Heading& heading : kHeadings) {
    std::string paragraph;
    for (const Sentence& sentence : explanation.sentences)
      if (sentence.about == heading.about) paragraph += (paragraph.empty() ? "" : " ") + sentence.text;
    if (paragraph.empty()) continue;
    text += fmt::format("\n{:<{}}  {}\n", heading.words, width, wrapped(paragraph, width + 2));
  }
  return text;
}

std::string to_json(const traces::Trace& trace, const Explanation& explanation) {
  const traces::Highlights& highlights = explanation.highlights;
  std::vector<std::pair<std::string_view, std::string>> members;
  members.emplace_back("property", Json(trace.property).dump());
  members.emplace_back("protocol", Json(trace.protocol.name).dump());
  members.emplace_back("scenario", Json(describe(trace.scenario)).dump());
  members.emplace_back("racing_pair", highlights.racing_pair
                                          ? fmt::format("{{\"first\": {}, \"second\": {}}}",
                                                        highlights.racing_pair->first, highlights.racing_pair->second)
                                          : "null");
  members.emplace_back("point_of_no_return", step_number(highlights.point_of_no_return));
  members.emplace_back("always_passed", step_number(explanation.always_passed));
  // Counts of any size: JSON has no largest integer, so they are written as the digits they are.
  members.emplace_back(
      "schedules",
      explanation.schedules
          ? fmt::format("{{\"total\": {}, \"violating\": {}, {}\"all_invoked\": {}}}", explanation.schedules->total,
                        explanation.schedules->violating,
                        explanation.schedules->passing_through == explanation.schedules->violating
                            ? ""
                            : fmt::format("\"passing_through\": {}, ", explanation.schedules->passing_through),
                        explanation.schedules_all_invoked)
          : "null");
  members.emplace_back("smallest_faults",
                       explanation.smallest_faults ? Json(*explanation.smallest_faults).dump() : "null");
  std::string sentences;
  for (const Sentence& sentence : explanation.sentences)
    sentences += fmt::format("{}\n    {{\"about\": {}, \"text\": {}}}", sentences.empty() ? "" : ",",
                             Json(sentence.about).dump(), Json(sentence.text).dump());
  members.emplace_back("sentences", "[" + sentences + "\n  ]");
  members.emplace_back("limits", Json(explanation.limits).dump());
  members.emplace_back("order_reversed", run_json(explanation.order_reversed));
  members.emplace_back("escape", run_json(explanation.escape));
  std::string text;
  for (const auto& [name, value] : members)
    text += fmt::format("{}  \"{}\": {}", text.empty() ? "{\n" : ",\n", name, value);
  return text + "\n}\n";
}

}  // namespace stalemate::model
