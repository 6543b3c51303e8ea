// The plot of a judged history: one SVG file that needs nothing else. A track for each key, in which a stretch of time
// is dark where comparisons were incoherent, hatched by opacity where only some were, and a track of stale reads below.
// Whole numbers only, so that the bytes are the same everywhere.
#include <fmt/format.h>

#include <algorithm>

#include "live/judge.hpp"

namespace stalemate::real {
namespace {

constexpr int kLeft = 60;
constexpr int kTop = 60;
constexpr int kWidth = 900;
constexpr int kTrack = 22;
constexpr int kGap = 6;
constexpr int kBars = 120;
constexpr int kTicks = 6;

// A time axis' label: "0 s", "1.5 s".
std::string seconds_text(std::int64_t ns) {
  return fmt::format("{}.{} s", ns / 1'000'000'000, ns % 1'000'000'000 / 100'000'000);
}

class Plot {
 public:
  explicit Plot(const Judgement& judgement)
      : judgement_(judgement), span_ns_(std::max<std::int64_t>(judgement.duration_ns, 1)) {}

  std::string draw() {
    const int tracks = static_cast<int>(judgement_.keys.size());
    const int bars_top = kTop + tracks * (kTrack + kGap) + 30;
    const int height = bars_top + kBars + 40;
    for (int track = 0; track < tracks; ++track) add_track(track);
    add_bars(bars_top);
    add_axis(bars_top + kBars);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
               "role=\"img\" aria-label=\"Incoherence over time\">\n"
               "<style>text{{font:12px sans-serif;fill:#222}}.title{{font-size:15px}}.track{{fill:#e8eef4}}"
               ".bad{{fill:#9c1c1c}}.stale{{fill:#b35900}}.axis{{stroke:#555}}</style>\n"
               "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
               "<text class=\"title\" x=\"{2}\" y=\"24\">{3}: {4}</text>\n"
               "<text x=\"{2}\" y=\"46\">Dark: the cache differed from the database, with no write under way. "
               "Each key is compared every {5}.</text>\n",
               kLeft + kWidth + 30, height, kLeft, judgement_.setup.scenario,
               judgement_.is_coherent() ? "no incoherence found" : "incoherence found",
               seconds_text(judgement_.setup.check_every_ns)) +
           body_ + "</svg>\n";
  }

 private:
  int x_of(std::int64_t ns) const { return kLeft + static_cast<int>(std::min(ns, span_ns_) * kWidth / span_ns_); }

  void add_track(int track) {
    const int y = kTop + track * (kTrack + kGap);
    body_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">k{}</text>\n", kLeft - 8, y + 15, track + 1);
    body_ +=
        fmt::format("<rect class=\"track\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", kLeft, y, kWidth, kTrack);
    for (std::size_t i = 0; i < judgement_.buckets.size(); ++i) {
      const Bucket& bucket = judgement_.buckets[i];
      const std::int64_t bad = bucket.incoherent[static_cast<std::size_t>(track)];
      if (bad == 0) continue;
      const std::int64_t percent = 100 * bad / bucket.compared[static_cast<std::size_t>(track)];
      add_rectangle("bad", i, y, kTrack, fmt::format(" opacity=\"{}.{:02}\"", percent / 100, percent % 100));
    }
  }

  void add_bars(int top) {
    std::int64_t most = 0;
    for (const Bucket& bucket : judgement_.buckets) most = std::max(most, bucket.stale);
    body_ +=
        fmt::format("<text x=\"{}\" y=\"{}\">Stale reads, at most {} in {}; {} of {} reads in all</text>\n", kLeft,
                    top - 8, most, seconds_text(judgement_.bucket_ns), judgement_.stale_reads, judgement_.reads_ok);
    for (std::size_t i = 0; i < judgement_.buckets.size(); ++i) {
      if (judgement_.buckets[i].stale == 0) continue;
      const int height = std::max(1, static_cast<int>(judgement_.buckets[i].stale * kBars / most));
      add_rectangle("stale", i, top + kBars - height, height, "");
    }
  }

  // Of bucket i's width, at least a pixel.
  void add_rectangle(std::string_view css, std::size_t i, int y, int height, const std::string& more) {
    const std::int64_t start = static_cast<std::int64_t>(i) * judgement_.bucket_ns;
    const int x = x_of(start);
    const int width = std::max(1, x_of(start + judgement_.bucket_ns) - x);
    body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n", css, x, y, width,
                         height, more);
  }

  void add_axis(int y) {
    body_ +=
        fmt::format("<line class=\"axis\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", kLeft, y, kLeft + kWidth, y);
    for (int tick = 0; tick <= kTicks; ++tick) {
      const std::int64_t at = span_ns_ / kTicks * tick;
      body_ +=
          fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x_of(at), y + 18, seconds_text(at));
    }
  }

  const Judgement& judgement_;
  std::int64_t span_ns_;
  std::string body_;
};

}  // namespace

std::string plot_svg(const Judgement& judgement) { return Plot(judgement).draw(); }

}  // namespace stalemate::real
