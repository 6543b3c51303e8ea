// `stalemate lint`: every page below the paths, judged; its result in the forms that are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "commands.hpp"
#include "lint/baseline.hpp"
#include "lint/lint.hpp"
#include "lint/report.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

constexpr int kJobsMax = 256;
constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20;
constexpr const char* kConfigName = ".stalemate.toml";

// A form of the result, and the file it goes to; empty: to stdout.
struct Output {
  const model::LintFormat* format = nullptr;
  std::string path;
};

Output output_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::vector<std::string> known;
  for (const model::LintFormat& format : model::lint_formats()) {
    if (format.name == name) {
      Output output{&format, equals == std::string::npos ? "" : text.substr(equals + 1)};
      if (equals != std::string::npos) check_file_name(output.path, "--format " + name, "/dev/stdout");
      return output;
    }
    known.emplace_back(format.name);
  }
  throw InputError(fmt::format("--format {}: there is none of this name{}; there are: {}", excerpt(text),
                               suggestion(name, known), fmt::join(known, ", ")));
}

// The nearest in this folder or one above it, with the path from here; empty: there is none.
std::string nearest_config() {
  std::string up;
  std::error_code error;
  for (std::filesystem::path folder = std::filesystem::current_path(error); !error; folder = folder.parent_path()) {
    if (std::filesystem::is_regular_file(folder / kConfigName, error)) return up + kConfigName;
    error.clear();
    if (folder == folder.root_path()) break;
    up += "../";
  }
  return {};
}

// A path that stands in a file, seen from here.
std::string beside(const std::string& file, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return (folder / path).string();
}

struct LintCommand {
  std::vector<std::string> paths;
  std::string config;
  std::string baseline;
  OutputOptions new_baseline;
  std::vector<std::string> formats;
  std::optional<int> jobs;
  std::string time;
  bool quiet = false;
  bool force = false;

  int run() {
    std::vector<Output> outputs;
    for (const std::string& text : formats) outputs.push_back(output_of(text));
    const auto is_to_stdout = [](const Output& output) { return output.path.empty(); };
    if (outputs.empty()) outputs.push_back(output_of("text"));
    if (std::count_if(outputs.begin(), outputs.end(), is_to_stdout) > 1)
      throw InputError("--format: two of them go to stdout; give all but one a file: --format sarif=stalemate.sarif");
    const Overwrite overwrite = force ? Overwrite::kForce : Overwrite::kKeep;
    for (const Output& output : outputs)
      if (!output.path.empty()) check_writable(output.path, overwrite);
    new_baseline.force = force;
    new_baseline.check();

    model::Lint result = judge();
    if (result.stopped.empty())
      new_baseline.write(model::write_baseline(result));
    else if (!new_baseline.path.empty())
      note("no baseline was written to {}: not every page was judged\n", new_baseline.path);
    const model::Detail detail = quiet ? model::Detail::kProblems : model::Detail::kAll;
    for (const Output& output : outputs) {
      const std::string text = output.format->write(result, detail);
      if (output.path.empty())
        print(text);
      else
        write_file(output.path, text, overwrite);
    }
    if (!new_baseline.path.empty() && result.stopped.empty()) return 0;
    return result.exit_code();
  }

  model::Lint judge() {
    model::LintOptions options;
    options.jobs = jobs ? static_cast<unsigned>(*jobs) : std::max(1U, std::thread::hardware_concurrency());
    if (config.empty()) config = nearest_config();
    if (!config.empty()) options.config = model::read_lint_config(read_text_file(config, kConfigBytesMax), config);
    if (!time.empty()) {
      options.config.time = parse_duration(time, "--time");
      options.config.time_said = time;
    }
    if (std::find(paths.begin(), paths.end(), "-") != paths.end())
      options.standard_input = std::string(std::istreambuf_iterator<char>(std::cin), {});
    std::string known = baseline;
    if (known.empty() && !options.config.baseline.empty()) known = beside(config, options.config.baseline);
    std::optional<std::string> known_text;
    if (!known.empty() && new_baseline.path.empty()) known_text = read_text_file(known, kTraceBytesMax);

    model::Lint result;
    {
      WorkProgress progress(fmt::format("stalemate " STALEMATE_VERSION " lint: {} jobs", options.jobs),
                            Heading::kWithProgress, std::nullopt);
      options.interrupt = [&](std::size_t done, std::size_t of) {
        return progress.update(
            [&](double seconds) { return fmt::format("{} of {} files, {:.0f} s", done, of, seconds); });
      };
      result = model::lint(paths, options);
    }
    if (known_text) model::apply_baseline(*known_text, known, result);
    return result;
  }
};

}  // namespace

void add_lint(CLI::App& program, Action& action) {
  CLI::App& command = *program.add_subcommand("lint", "every diagram of files and folders, read and checked: for CI");
  auto options = std::make_shared<LintCommand>();
  command.add_option("PATH", options->paths, "files, folders (Markdown and Mermaid files below), or - for stdin")
      ->required();
  command
      .add_option("--config", options->config,
                  "what holds for many pages (default: .stalemate.toml here or in the nearest folder above)")
      ->type_name("FILE");
  command.add_option("--baseline", options->baseline, "problems that are known: they are counted, but not reported")
      ->type_name("FILE");
  command
      .add_option("--write-baseline", options->new_baseline.path,
                  "write the problems of today to this file, to be known from now on; the exit code is 0")
      ->type_name("FILE");
  std::string formats;
  for (const model::LintFormat& format : model::lint_formats())
    formats += fmt::format("{}{}: {}", formats.empty() ? "" : "; ", format.name, format.summary);
  command
      .add_option("--format", options->formats,
                  fmt::format("NAME, or NAME=FILE for a file of its own (repeatable; default text). {}", formats))
      ->allow_extra_args(false);
  add_number(command, "--jobs", options->jobs, {1, kJobsMax},
             "how many pages are judged at a time (default: all cores; never changes the result)");
  command.add_option("--time", options->time, "how long the check of one feature may take (default 30s)");
  command.add_flag("-q,--quiet", options->quiet, "say problems only");
  command.add_flag("--force", options->force, "replace output files that exist");
  command.footer(
      "A page says itself what is checked, as comments of its diagram: %% stalemate: readers = 2; %% stalemate: fault "
      "=\n"
      "lost-message; %% stalemate: expect coherent-at-rest violated (or holds). Diagrams without a cache and a "
      "database are\n"
      "skipped, with the reason; %% stalemate: ignore passes over one.\n"
      "Exit code: the first that occurred of 5 environment, 1 violated or not as expected, 2 unreadable, 4 not "
      "modelled or\n"
      "to be asked, 3 inconclusive; else 0.\n"
      "Examples:\n"
      "  stalemate lint docs\n"
      "  stalemate lint docs README.md --write-baseline .stalemate-known.json\n"
      "  stalemate lint docs --baseline .stalemate-known.json --format github --format sarif=stalemate.sarif");
  command.callback([options, &action] { action = [options] { return options->run(); }; });
}

}  // namespace stalemate::cli
