// libFuzzer target: any bytes as lint's configuration, as its baseline, and as a page that is parted into features.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "lint/baseline.hpp"
#include "lint/config.hpp"
#include "understand/page.hpp"

namespace {

template <typename Read>
void attempt(const Read& read) {
  try {
    read();
  } catch (const stalemate::InputError& error) {
    if (!std::string_view(error.what()).starts_with("fuzz")) std::abort();  // it says where
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stalemate::model;
  const std::string text(data, data + size);
  attempt([&] {
    const LintConfig config = read_lint_config(text, "fuzz.toml");
    static_cast<void>(config.excludes("docs/a.md"));
    static_cast<void>(config.of_page("docs/a.md"));
  });
  attempt([&] {
    Lint result;
    result.pages.emplace_back();
    result.pages.front().problems.emplace_back();
    apply_baseline(text, "fuzz.json", result);
  });
  attempt([&] {
    const Page page = part_page(text, "fuzz.md", {});
    for (const Feature& feature : page.features) {
      if (feature.line < 1 || feature.diagrams.empty()) std::abort();
    }
  });
  return 0;
}
