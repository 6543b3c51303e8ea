#include "generations.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "answers.hpp"

namespace stalemate::model {
namespace {

// The entry whose generation an operation reads.
std::optional<std::size_t> read_in(const Operation& operation, const Reading& reading) {
  std::optional<std::size_t> entry;
  visit_requests(operation.body, [&](const Request& request) {
    if (request.verb != Verb::kGetGeneration) return;
    if (entry && *entry != request.entry)
      refuse_not_modelled(reading.name(), request.at, "the generations of two entries in one operation");
    entry = request.entry;
  });
  return entry;
}

}  // namespace

void settle_generations(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::map<std::size_t, std::size_t> compared;  // by the entry that is stored: the one whose generation is compared
  std::set<std::size_t> counted;
  visit_cache_requests(segments, [&](const Segment& segment, Request& request) {
    if (request.verb != Verb::kSetIfGeneration) return;
    const auto read = read_in(segment.operation, reading);
    if (!read || (!request.other_named.empty() && request.other != *read))
      ask_at(reading.name(), request.at, "generation-not-read",
             reading.quoted(request.label) +
                 " compares a generation that this operation does not read; draw the get of the generation before it");
    request.other = *read;
    compared.insert({request.entry, *read});
  });
  visit_cache_requests(segments, [&](const Segment& segment, Request& request) {
    if (request.verb == Verb::kCountUp) counted.insert(request.entry);
    if (request.verb != Verb::kDeleteAndCountUp) return;
    const auto found = compared.find(request.entry);
    if (request.other_named.empty() && found == compared.end())
      reading.also_assumed(segment.line_of_arrow.at(request.arrow),
                           "nothing on this page stores that entry only if its generation is as it was, so to count "
                           "that up keeps nothing away");
    if (request.other_named.empty()) request.other = found == compared.end() ? request.entry : found->second;
    counted.insert(request.other);
  });
  visit_cache_requests(segments, [&](const Segment&, Request& request) {
    if (request.verb == Verb::kSetIfGeneration && counted.count(request.other) == 0)
      ask_at(reading.name(), request.at, "condition-nothing-meets",
             "nothing on this page counts that generation up, so the condition of " + reading.quoted(request.label) +
                 " always holds; draw what does, or leave the condition out");
  });
}

}  // namespace stalemate::model
