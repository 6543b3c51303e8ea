// The result as workflow commands of GitHub Actions: an annotation beside each line. Escaped as actions/toolkit does it
// (packages/core/src/command.ts): %, CR and LF everywhere, ":" and "," in properties, too.
#include "formats.hpp"

namespace stalemate::model {
namespace {

std::string escaped(std::string_view text, std::string_view special) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string safe;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      safe += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    safe += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return safe;
}

std::string in_data(std::string_view text) { return escaped(text, "%\r\n"); }
std::string in_property(std::string_view text) { return escaped(text, "%\r\n:,"); }

}  // namespace

std::string as_github(const Lint& result, Detail) {
  std::string text;
  for (const PageJudged& page : result.pages) {
    for (const Problem& problem : page.problems) {
      if (problem.is_known) continue;
      text += "::" + problem.level() + " file=" + in_property(problem.file);
      if (problem.at.line != 0)
        text += ",line=" + std::to_string(problem.at.line) + ",col=" + std::to_string(problem.at.column);
      std::string what = problem.what;
      for (const Edit& edit : problem.edits) what += "\n" + edit.line + "  (" + edit.means + ")";
      text += ",title=" + in_property("stalemate: " + problem.code) + "::" + in_data(what) + "\n";
    }
  }
  if (!result.stopped.empty())
    text += "::warning title=stalemate::" + in_data(result.stopped + ": not every page was judged") + "\n";
  return text;
}

}  // namespace stalemate::model
