// One page: parted into features, each read, checked, and compared with what is expected of it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "lint/lint.hpp"
#include "machine/property.hpp"
#include "machine/scenario.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {
namespace {

using Interrupt = std::function<std::optional<std::string>(const sim::Progress&)>;

int exit_code_of(Severity severity) { return severity == Severity::kError ? 2 : 4; }

class Judge {
 public:
  Judge(std::string_view text, const std::string& file, const LintConfig& config, const Interrupt& interrupt)
      : file_(file), config_(config), of_page_(config.of_page(file)), interrupt_(interrupt), lines_(split_lines(text)) {
    result_.file = file;
    try {
      Page page = part_page(text, file, of_page_.roles);
      for (const Finding& finding : page.broken) report(finding);
      for (const Feature& feature : page.features) judge(feature, page);
      result_.passed_over = std::move(page.passed_over);
    } catch (const InputError& error) {
      report(error);
    }
    if (result_.features.empty() && result_.problems.empty()) result_.skipped = why_skipped();
    std::stable_sort(result_.problems.begin(), result_.problems.end(), [](const Problem& a, const Problem& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
  }

  PageJudged take() { return std::move(result_); }

 private:
  std::string why_skipped() const {
    if (result_.passed_over.empty()) return "no sequence diagram";
    const std::string& first = result_.passed_over.front().why;
    const bool alike = std::all_of(result_.passed_over.begin(), result_.passed_over.end(),
                                   [&](const PassedOver& one) { return one.why == first; });
    return alike ? first : "no diagram of a cache and a database";
  }

  std::string source_at(Position at) const {
    if (at.line < 1 || static_cast<std::size_t>(at.line) > lines_.size()) return {};
    return std::string(trim(lines_[static_cast<std::size_t>(at.line) - 1].text));
  }

  Problem& add(const std::string& code, int exit_code, Position at, std::string what) {
    Problem problem;
    problem.code = code;
    problem.exit_code = exit_code;
    problem.file = file_;
    problem.at = at;
    problem.what = std::move(what);
    problem.source = source_at(at);
    result_.problems.push_back(std::move(problem));
    return result_.problems.back();
  }

  void report(const Finding& finding) {
    if (finding.severity == Severity::kAssumption) return;
    add(finding.code, exit_code_of(finding.severity), finding.at, finding.what).edits = finding.edits;
  }

  void report(const InputError& error) {
    for (const Finding& finding : error.findings()) report(finding);
    if (error.findings().empty()) add("configuration", 2, {}, error.what());
  }

  std::string command(const Feature& feature, const Page& page, const ScenarioWords& words) const {
    const bool whole = page.features.size() == 1 && page.passed_over.empty() && page.broken.empty();
    std::string text = "stalemate check " + shell_word(whole ? file_ : fmt::format("{}:{}", file_, feature.line));
    for (const std::string& role : of_page_.roles) text += " --role " + shell_word(role);
    return text + words.as_options();
  }

  void judge(const Feature& feature, const Page& page) {
    Judged judged;
    judged.line = feature.line;
    for (const DiagramPlace& diagram : feature.diagrams) judged.diagrams.push_back(diagram.line);
    for (const Finding& finding : feature.read.findings) report(finding);
    if (feature.read.protocol) {
      try {
        check(*feature.read.protocol, feature, page, judged);
      } catch (const InputError& error) {
        judged.judgement = Judgement::kNotRead;
        for (const Finding& finding : error.findings()) report(finding);
        if (error.findings().empty()) add("scenario", 2, {feature.line, 1}, error.what());
      }
    }
    result_.features.push_back(std::move(judged));
  }

  // What is expected: by the page, and by the configuration where the page says nothing of the property.
  std::vector<Expectation> expected_of(const Protocol& protocol) const {
    std::vector<Expectation> all = protocol.wanted.expected;
    for (const Expectation& one : of_page_.expected) {
      const auto same = [&](const Expectation& other) { return other.property == one.property; };
      if (std::none_of(all.begin(), all.end(), same)) all.push_back(one);
    }
    return all;
  }

  CheckOptions options() const {
    CheckOptions options;
    options.memory_bytes_max = config_.memory_bytes_max;
    const auto until = std::chrono::steady_clock::now() + config_.time;
    options.interrupt = [this, until](const sim::Progress& now) -> std::optional<std::string> {
      if (interrupt_) {
        if (auto why = interrupt_(now)) return why;
      }
      if (std::chrono::steady_clock::now() >= until) return "time limit of " + config_.time_said + " reached";
      return std::nullopt;
    };
    return options;
  }

  void check(const Protocol& protocol, const Feature& feature, const Page& page, Judged& judged) {
    const ScenarioWords words = protocol.wanted.scenario.over(of_page_.scenario);
    const traces::Scenario scenario = scenario_of(words, protocol);
    judged.scenario = describe(scenario);
    judged.command = command(feature, page, words);
    const std::vector<Expectation> expected = expected_of(protocol);
    const std::size_t before = result_.problems.size();
    for (const Expectation& one : expected) judge(protocol, scenario, one, judged);
    // Of a page that is known to be wrong nothing else is asked; of any other everything, whatever it expects.
    const bool is_known_to_be_wrong =
        std::any_of(expected.begin(), expected.end(), [](const Expectation& one) { return !one.holds; });
    if (is_known_to_be_wrong) {
      judged.as_expected = result_.problems.size() == before;
      judged.judgement = Judgement::kViolated;
      for (const PropertyReport& one : judged.properties) {
        if (!judged.as_expected && one.verdict == Verdict::kInconclusive) judged.judgement = Judgement::kInconclusive;
      }
      return;
    }
    const Report report = model::check(protocol, scenario, options());
    judged.assumptions = report.assumptions;
    judged.judgement = report.verdict == Verdict::kHolds      ? Judgement::kHolds
                       : report.verdict == Verdict::kViolated ? Judgement::kViolated
                                                              : Judgement::kInconclusive;
    for (const PropertyReport& one : report.properties) {
      const auto same = [&](const PropertyReport& judged_before) { return judged_before.property == one.property; };
      if (std::none_of(judged.properties.begin(), judged.properties.end(), same)) judged.properties.push_back(one);
    }
    tell(report, feature, judged);
  }

  void tell(const Report& report, const Feature& feature, const Judged& judged) {
    const Position at{feature.line, 1};
    if (report.verdict == Verdict::kViolated) {
      const auto is_told = [&](const Problem& one) {
        return one.code == "expectation" && one.property == report.property;
      };
      if (std::any_of(result_.problems.begin(), result_.problems.end(), is_told)) return;
      add("violated", 1, at,
          fmt::format("{} is violated after {} steps ({}); to see how: {}", report.property,
                      report.trace ? report.trace->steps.size() : 0, judged.scenario, judged.command))
          .property = report.property;
    } else if (report.verdict == Verdict::kInconclusive) {
      std::string why;
      for (const PropertyReport& one : report.properties) {
        if (one.verdict == Verdict::kInconclusive && why.empty()) why = one.property + ": " + one.why;
      }
      if (why.empty() && !report.limits.empty()) why = report.limits.front();
      add("inconclusive", 3, at, fmt::format("nothing is proved; {} ({})", why, judged.scenario));
    }
  }

  // Each expectation is a search of its own: the shortest violation of one property says nothing of another.
  void judge(const Protocol& protocol, const traces::Scenario& scenario, const Expectation& expected, Judged& judged) {
    CheckOptions options = this->options();
    options.properties = {expected.property};
    const Report report = [&] {
      try {
        return model::check(protocol, scenario, options);
      } catch (const InputError& error) {
        if (!error.findings().empty() || expected.at.line == 0) throw;
        fail_at(file_, expected.at, error.what(), "expectation");
      }
    }();
    judged.assumptions = report.assumptions;
    judged.properties.insert(judged.properties.end(), report.properties.begin(), report.properties.end());
    const Verdict wanted = expected.holds ? Verdict::kHolds : Verdict::kViolated;
    if (report.verdict == wanted) return;
    const Position at = expected.at.line != 0 ? expected.at : Position{judged.line, 1};
    if (report.verdict == Verdict::kInconclusive) {
      const std::string& why = report.properties.front().why;
      add("inconclusive", 3, at,
          fmt::format("{} is expected {}, and nothing is proved; {} ({})", expected.property,
                      expected.holds ? "to hold" : "to be violated", why, judged.scenario))
          .property = expected.property;
      return;
    }
    add("expectation", 1, at,
        expected.holds
            ? fmt::format("{} is expected to hold, and is violated after {} steps ({}); to see how: {} --property {}",
                          expected.property, report.trace ? report.trace->steps.size() : 0, judged.scenario,
                          judged.command, expected.property)
            : fmt::format("{} is expected to be violated, and holds now ({}); if that is meant, say expect {} holds",
                          expected.property, judged.scenario, expected.property))
        .property = expected.property;
  }

  const std::string& file_;
  const LintConfig& config_;
  PageConfig of_page_;
  const Interrupt& interrupt_;
  std::vector<SourceLine> lines_;
  PageJudged result_;
};

}  // namespace

PageJudged lint_page(std::string_view text, const std::string& file, const LintConfig& config,
                     const Interrupt& interrupt) {
  return Judge(text, file, config, interrupt).take();
}

std::string Problem::line() const {
  return at.line == 0 ? fmt::format("{}: {}", file, what) : fmt::format("{}:{}:{}: {}", file, at.line, at.column, what);
}

std::string Problem::level() const { return exit_code == 3 || exit_code == 4 ? "warning" : "error"; }

std::string_view to_string(Judgement judgement) {
  switch (judgement) {
    case Judgement::kHolds:
      return "holds";
    case Judgement::kViolated:
      return "violated";
    case Judgement::kInconclusive:
      return "inconclusive";
    case Judgement::kNotRead:
      return "not-read";
  }
  return "not-read";
}

}  // namespace stalemate::model
