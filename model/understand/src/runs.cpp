// Whether what one operation is drawn to do is one way through another; see races.hpp.
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "races.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

class RunOf {
 public:
  RunOf(const std::vector<Act>& run, const std::vector<Act>& whole) : run_(run), whole_(whole) {
    visit_requests(run, [&](const Request& request) { changes_ = changes_ || changes(request.verb); });
    for (const Act& act : run) branches_ = branches_ || std::holds_alternative<Choice>(act.node);
  }

  // The arrows of the run's requests, each with that of the other; none where it is no run.
  std::optional<std::map<int, int>> arrows() {
    if (branches_ || !matches({{&whole_, 0}}, 0)) return std::nullopt;
    return arrows_;
  }

 private:
  struct Frame {
    const std::vector<Act>* body = nullptr;
    std::size_t next = 0;
    bool ends_operation = false;
  };
  using Frames = std::vector<Frame>;

  bool asks_from(std::size_t j) const {
    return std::any_of(run_.begin() + static_cast<std::ptrdiff_t>(j), run_.end(),
                       [](const Act& act) { return std::holds_alternative<Request>(act.node); });
  }
  bool answers_from(std::size_t j) const {
    return std::any_of(run_.begin() + static_cast<std::ptrdiff_t>(j), run_.end(),
                       [](const Act& act) { return std::holds_alternative<Acknowledge>(act.node); });
  }

  // A run that only looks may be drawn as far as it matters; one that changes something is drawn to its end.
  bool may_end_at(const Frames& frames) const {
    if (!changes_) return true;
    for (const Frame& frame : frames) {
      for (std::size_t i = frame.next; i < frame.body->size(); ++i) {
        bool asks = false;
        const std::vector<Act> act = {(*frame.body)[i]};
        visit_requests(act, [&](const Request&) { asks = true; });
        if (asks) return false;
      }
    }
    return true;
  }

  static bool names_other_entry(const Request& a, const Request& b) {
    if (a.to == Role::kDatabase) {
      const std::vector<std::string> one = keys_named(a.label), other = keys_named(b.label);
      return !one.empty() && !other.empty() && one != other;
    }
    for (const EntryName& one : entries_named(a.label, a.verb)) {
      for (const EntryName& other : entries_named(b.label, b.verb)) {
        if (!one.shown.empty() && !other.shown.empty() && are_other_entries(one, other)) return true;
      }
    }
    return false;
  }

  static bool ask_alike(const Request& a, const Request& b) {
    return a.to == b.to && a.verb == b.verb && a.awaited == b.awaited && a.drawn_lost == b.drawn_lost &&
           a.ttl == b.ttl && a.of_placeholder == b.of_placeholder && a.stores_new == b.stores_new &&
           !names_other_entry(a, b);
  }

  bool matches(Frames frames, std::size_t j) {
    if (++tried_ > kTriesMax) return false;
    while (!frames.empty() && frames.back().next == frames.back().body->size()) {
      const bool ends = frames.back().ends_operation;
      frames.pop_back();
      if (ends) frames.clear();
    }
    if (j == run_.size()) return may_end_at(frames);
    if (frames.empty()) return !asks_from(j);
    const Act& does = run_[j];
    const Act& drawn = (*frames.back().body)[frames.back().next];
    if (const auto* choice = std::get_if<Choice>(&drawn.node)) return matches_choice(*choice, frames, j);
    Frames after = frames;
    ++after.back().next;
    if (std::holds_alternative<Acknowledge>(drawn.node)) {
      if (std::holds_alternative<Acknowledge>(does.node)) return matches(after, j + 1);
      return !answers_from(j) && matches(after, j);
    }
    if (std::holds_alternative<Acknowledge>(does.node)) return !asks_from(j) && matches(frames, j + 1);
    if (const auto* guard = std::get_if<Guard>(&drawn.node)) {
      const auto* says = std::get_if<Guard>(&does.node);
      if (says == nullptr || !is_about(says->about, guard->about)) return matches(after, j);
      if (common(says->outcomes, guard->outcomes).empty()) return !asks_from(j);
      return matches(after, j + 1);
    }
    if (std::holds_alternative<Guard>(does.node)) return matches(frames, j + 1);
    const auto& asked = std::get<Request>(drawn.node);
    const auto& asks = std::get<Request>(does.node);
    if (!ask_alike(asked, asks)) return false;
    arrows_[asks.arrow] = asked.arrow;
    return matches(after, j + 1);
  }

  bool matches_choice(const Choice& choice, Frames frames, std::size_t j) {
    const auto* says = std::get_if<Guard>(&run_[j].node);
    if (choice.free || says == nullptr || !is_about(says->about, choice.about)) says = nullptr;
    ++frames.back().next;
    bool taken = false;
    for (const Branch& branch : choice.branches) {
      if (says != nullptr && !branch.is_else && common(branch.tests, says->outcomes).empty()) continue;
      if (says != nullptr && branch.is_else && taken) continue;
      taken = true;
      Frames inside = frames;
      inside.push_back({&branch.body, 0, branch.ends_operation});
      if (matches(inside, says != nullptr ? j + 1 : j)) return true;
    }
    if (says != nullptr && taken) return false;
    return (!choice.free || choice.may_take_none) && matches(frames, says != nullptr ? j + 1 : j);
  }

  bool is_about(int run_arrow, int arrow) const {
    const auto found = arrows_.find(run_arrow);
    return found != arrows_.end() && found->second == arrow;
  }

  // Free choices that end alike are tried in every combination; past so many it is taken for no run, which is asked
  // about.
  static constexpr std::size_t kTriesMax = 100'000;
  std::size_t tried_ = 0;
  const std::vector<Act>& run_;
  const std::vector<Act>& whole_;
  bool changes_ = false;
  bool branches_ = false;
  std::map<int, int> arrows_;
};

}  // namespace

std::optional<std::map<int, int>> arrows_as_run(const std::vector<Act>& run, const std::vector<Act>& whole) {
  return RunOf(run, whole).arrows();
}

}  // namespace stalemate::model
