// The Mermaid renderer. Each step has its number, as the verdict cites it. Mermaid draws every arrow horizontally, so a
// message stands in one place, where it arrives or is lost. Where another session's request was handled on its way, or
// it is late, copied, of an app that crashed, or never arrives, a note where it is sent says so. Foreign text is
// escaped so that Mermaid's own parser takes any label for a label.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "render/entries.hpp"
#include "render/fates.hpp"
#include "render/verdict.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

constexpr std::size_t kNoteWidth = 60;  // code points after which a long note breaks

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

bool is_word_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Whether `text` is `word`, which is in lower case, in any case.
bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
}

// `text` as Mermaid reads it back: whatever could be more than text there is written as an entity ("#59;").
//   - all ASCII punctuation but the harmless; the word "wrap" or "nowrap" at the start, which could be an instruction;
//   - the word "end", which closes a block wherever a statement could begin;
//   - "style" and "classDef", after which Mermaid looks for colours and drops the semicolon of an entity;
//   - U+FB02 and U+00B6, with which Mermaid marks entities inside.
std::string escaped(std::string_view text) {
  constexpr std::string_view kPlain = " .,_-=()[]/'*+!?@|:";
  std::string out;
  for (std::size_t offset = 0; offset < text.size();) {
    std::size_t word_end = offset;
    while (word_end < text.size() && is_word_character(text[word_end])) ++word_end;
    if (word_end > offset) {
      const std::string_view word = text.substr(offset, word_end - offset);
      const bool wraps = out.empty() && (is_word(word, "wrap") || is_word(word, "nowrap"));
      if (wraps || is_word(word, "end")) {
        out += fmt::format("#{};{}", static_cast<int>(word[0]), word.substr(1));
      } else {
        out += word;
      }
      offset = word_end;
      continue;
    }
    const std::string_view character = text.substr(offset, code_point_size(text, offset));
    if (character.size() > 1 || kPlain.find(character) != std::string_view::npos) {
      out += character;
    } else {
      out += fmt::format("#{};", static_cast<unsigned>(static_cast<unsigned char>(character[0])));
    }
    offset += character.size();
  }
  replace_all(out, "style", "#115;tyle");
  replace_all(out, "classDef", "#99;lassDef");
  replace_all(out, "\xEF\xAC\x82", "#64258;");
  replace_all(out, "\xC2\xB6", "#182;");
  return out;
}

// Escaped, with <br/> in place of blanks so that no line is much longer than kNoteWidth.
std::string wrapped(const std::string& text) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    const std::size_t size = code_point_count(word);
    if (width > 0) out += width + size > kNoteWidth ? "<br/>" : " ";
    width = width > 0 && width + size <= kNoteWidth ? width + 1 + size : size;
    out += escaped(word);
    start = end + 1;
  }
  return out;
}

class Diagram {
 public:
  explicit Diagram(const Trace& trace) : trace_(trace), fates_(find_fates(trace)) {
    for (std::size_t i = 0; i < trace.stores.size(); ++i) ids_.push_back(store_id(trace.stores[i].name, i));
  }

  std::string draw() {
    participants();
    note(stores(), "at the start: " + values(shown_keys(trace_), trace_.initial));
    sends(std::nullopt);
    const State* before = &trace_.initial;
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) {
      if (trace_.loop == i) out_ += fmt::format("    loop {}\n", loop_words(trace_));
      step(i, *before);
      before = &trace_.steps[i].after;
    }
    if (trace_.loop && *trace_.loop < trace_.steps.size()) out_ += "    end\n";
    std::string verdict;
    for (const std::string& line : verdict_lines(trace_)) verdict += (verdict.empty() ? "" : "<br/>") + wrapped(line);
    const std::string last = ids_.empty() ? first_participant_ : ids_.back();
    out_ += fmt::format("    Note over {}: {}\n", first_participant_ == last ? last : first_participant_ + "," + last,
                        verdict);
    return out_;
  }

 private:
  // A participant's id: letters, digits and underscores, never a keyword.
  static std::string session_id(int app, int session, bool several) {
    return several ? fmt::format("app{}_{}", app, session) : fmt::format("app{}", app);
  }
  std::string session_id(int app, int session) const {
    return session_id(app, session, session != 1 || session_count(trace_.scenario, app) > 1);
  }
  static std::string store_id(const std::string& name, std::size_t place) {
    return name == "cache" || name == "database" ? name : fmt::format("store{}", place + 1);
  }
  std::string server_id(const std::string& name) const {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (trace_.stores[i].name == name) return ids_[i];
    return ids_.empty() ? first_participant_ : ids_.back();
  }
  std::string sender_id(const RequestFate& fate) const {
    return fate.request.from.empty() ? session_id(fate.id.app, fate.id.session) : server_id(fate.request.from);
  }
  std::string stores() const {
    if (ids_.empty()) return first_participant_;
    return ids_.size() == 1 ? ids_.front() : ids_.front() + "," + ids_.back();
  }

  void participants() {
    out_ = "sequenceDiagram\n";
    const auto declare = [&](const std::string& id, const std::string& shown) {
      out_ += fmt::format("    participant {}{}\n", id, shown.empty() ? "" : " as " + escaped(shown));
      if (first_participant_.empty()) first_participant_ = id;
    };
    for (std::size_t i = 0; i < trace_.scenario.apps.size(); ++i) {
      const int app = static_cast<int>(i) + 1;
      const std::string& script = trace_.scenario.apps[i];
      const int sessions = session_count(trace_.scenario, app);
      std::size_t start = 0;
      for (int session = 1; session <= sessions; ++session) {
        const std::size_t end = std::min(script.find('|', start), script.size());
        declare(session_id(app, session, sessions > 1),
                fmt::format("{} ({})", actor_name(trace_, app, session), foreign(script.substr(start, end - start))));
        start = std::min(end + 1, script.size());
      }
    }
    for (std::size_t i = 0; i < ids_.size(); ++i)
      declare(ids_[i], ids_[i] == trace_.stores[i].name ? "" : foreign(trace_.stores[i].name));
  }

  // "cache k1=1000, database k1=1"
  std::string values(const std::vector<std::string>& keys, const State& state) const {
    std::string words;
    for (const std::string& key : keys) {
      if (!words.empty()) words += " | ";
      const char* separator = "";
      for (const Store& store : trace_.stores) {
        const std::string held = entry_words(state, store.name, key);
        if (held.empty()) continue;  // it keeps nothing of that name
        words += fmt::format("{}{} {}={}", separator, foreign(store.name), foreign(key), held);
        separator = ", ";
      }
    }
    return words;
  }

  void note(const std::string& over, const std::string& text) {
    out_ += fmt::format("    Note over {}: {}\n", over, wrapped(std::exchange(number_, "") + text));
  }

  void arrow(const std::string& from, std::string_view line, const std::string& to, const std::string& text) {
    out_ += fmt::format("    {}{}{}: {}\n", from, line, to, escaped(std::exchange(number_, "") + text));
  }

  // What stands on a request's arrow: as drawn in the protocol, then what was asked. `remark` comes last.
  static std::string request_text(const Request& request, const std::string& remark) {
    const std::string label = foreign(request.label);
    const std::string asked = request_words(request);
    return (label.empty() ? asked : fmt::format("{} [{}]", label, asked)) + (remark.empty() ? "" : " " + remark);
  }

  static std::string arrival(std::optional<std::size_t> done, bool is_lost = false) {
    if (!done) return "is still on its way when this stops";
    return fmt::format("{} in step {}", is_lost ? "is lost" : "arrives", *done + 1);
  }

  // What is to be said where it is sent, because its arrow stands elsewhere or nowhere. `sent`: none: at the start.
  void sends(std::optional<std::size_t> sent) {
    for (const RequestFate& fate : fates_.requests) {
      const bool is_plain = !fate.overtaken && (fate.done || fate.lost);
      if (fate.sent != sent || is_plain) continue;
      const std::string words = request_words(fate.request);
      const std::string to = foreign(fate.request.to);
      std::string text;
      if (!sent)
        text = fmt::format("at the start {} is on its way to the {}; it {}", words, to, arrival(fate.done, fate.lost));
      else if (fate.is_copy)
        text = fmt::format("the copy of {} {}", words, arrival(fate.done, fate.lost));
      else
        text = fmt::format("sends {} to the {}; it {}", words, to, arrival(fate.done, fate.lost));
      note(sender_id(fate), text);
    }
  }

  // Where a message was sent, for one that others overtook.
  static std::string sent_words(std::optional<std::size_t> sent) {
    return sent ? fmt::format("sent in step {}", *sent + 1) : "sent before the start";
  }

  // The requests of a step that the diagram itself loses. `fates`: what is known of the app before the first; after,
  // what is known since the last.
  void drawn_lost(const Step& step, const std::string& app, std::string& fates) {
    for (const Request& request : step.sends) {
      if (!request.drawn_lost) continue;
      if (!fates.empty()) note(app, fates);
      arrow(app, "-x", server_id(request.to), request_text(request, "(drawn as lost)"));
      fates = request.awaited ? "times out" : "";
    }
  }

  void handled_request(std::size_t index, const std::string& app) {
    const Step& step = trace_.steps[index];
    const StepEffect effect = facts_of(step.kind).effect;
    if (!step.request || !facts_of(step.kind).ends_request()) return;
    const Request& request = *step.request;
    const std::string server = server_id(request.to);
    const std::string sender = request.from.empty() ? app : server_id(request.from);
    if (effect == StepEffect::kLost) return arrow(sender, "-x", server, request_text(request, "(lost)"));
    const RequestFate* fate = fates_.handled_by(index);
    std::string remark;
    const auto add = [&remark](const std::string& words) { remark += (remark.empty() ? "" : ", ") + words; };
    if (fate != nullptr && fate->overtaken) add((fate->is_copy ? "a copy, " : "") + sent_words(fate->sent));
    if (step.is_ghost) add("nobody waits for it");
    const bool waits = request.awaited && !step.is_ghost;
    arrow(sender, waits || !request.from.empty() ? "->>" : "-)", server,
          request_text(request, remark.empty() ? "" : "(" + remark + ")"));
  }

  // That it happens, across all sessions, and what it takes along.
  void crash(std::size_t index) {
    const Step& step = trace_.steps[index];
    const int last = session_count(trace_.scenario, step.app);
    note(session_id(step.app, 1) + (last > 1 ? "," + session_id(step.app, last) : ""),
         fmt::format("app{} crashes{}", step.app,
                     facts_of(step.kind).effect == StepEffect::kDies ? "" : ", and starts again"));
    taken_along(index);
  }

  void taken_along(std::size_t index) {
    for (const RequestFate& fate : fates_.requests) {
      if (fate.done == index)
        arrow(sender_id(fate), "-x", server_id(fate.request.to), request_text(fate.request, "(never arrives)"));
    }
    for (const ReplyFate& fate : fates_.replies) {
      if (fate.done == index)
        arrow(server_id(fate.request ? fate.request->to : "database"), "--x", session_id(fate.id.app, fate.id.session),
              reply_words(fate.reply) + " (nobody is there)");
    }
  }

  void in_store(std::size_t index, const Step& step, const State& before) {
    note(server_id(step.store), store_event_words(step));
    taken_along(index);
    changes(before, step.after);
  }

  void changes(const State& before, const State& after) {
    std::vector<std::string> changed;
    if (after.stores.empty()) return;
    for (const std::string& key : keys_of(after)) {
      if (std::any_of(after.stores.begin(), after.stores.end(), [&](const Contents& contents) {
            return entry_words(before, contents.store, key) != entry_words(after, contents.store, key);
          }))
        changed.push_back(key);
    }
    if (!changed.empty()) note(stores(), values(changed, after));
  }

  void reply(std::size_t index, const std::string& app) {
    const Step& step = trace_.steps[index];
    if (!step.reply) return;
    const Request* request = request_of(trace_, step);
    if (const ReplyFate* made = fates_.replied_by(index); made != nullptr && step.answers != 0 && made->request)
      request = &*made->request;
    const std::string server = server_id(request == nullptr ? "database" : request->to);
    const std::string words = reply_words(*step.reply);
    if (takes_reply(step.kind) && is_fault(step.kind)) return arrow(server, "--x", app, words + " (lost)");
    if (step.kind == StepKind::kReceive) {
      const ReplyFate* fate = fates_.received_by(index);
      const bool is_overtaken = fate != nullptr && fate->overtaken;
      return arrow(server, "-->>", app, words + (is_overtaken ? fmt::format(" ({})", sent_words(fate->sent)) : ""));
    }
    const ReplyFate* fate = fates_.replied_by(index);
    const bool is_received = fate != nullptr && (fate->done || fate->in_flight_at_end);
    if (!is_received) return arrow(server, "-->>", app, words);
    if (fate->overtaken || fate->in_flight_at_end)
      note(server, fmt::format("answers {}: {}; that {}", actor_name(trace_, step.app, step.session), words,
                               arrival(fate->done)));
  }

  void step(std::size_t index, const State& before) {
    const Step& step = trace_.steps[index];
    number_ = fmt::format("({}) ", index + 1);
    if (is_of_store(step.kind)) return in_store(index, step, before);
    const StepEffect effect = facts_of(step.kind).effect;
    if (facts_of(step.kind).ends_process()) return crash(index);
    const std::string app = session_id(step.app, step.session);
    if (step.kind == StepKind::kInvoke) note(app, "starts " + operation_words(step) + chosen_words(step));
    handled_request(index, app);
    changes(before, step.after);
    if (effect != StepEffect::kBrokenOff) reply(index, app);
    std::string fates;
    const bool awaited = !step.request || step.request->awaited;
    if (facts_of(step.kind).times_out() && awaited) fates = "times out";
    if (effect == StepEffect::kLate && !awaited) fates = request_words(*step.request) + " is late";
    if (effect == StepEffect::kRefused) fates = "gets an error";
    if (step.kind == StepKind::kGiveUp) fates = "gets no answer, times out";
    if (effect == StepEffect::kBrokenOff) {
      note(app, operation_words(step) + " is cancelled");
      taken_along(index);
    }
    if (effect == StepEffect::kCopied) fates = request_words(*step.request) + " is sent twice";
    if (step.kind != StepKind::kInvoke && !chosen_words(step).empty()) {
      fates += (fates.empty() ? "takes the branch" : ", takes the branch") + chosen_words(step);
    }
    drawn_lost(step, app, fates);
    for (const Ending& ending : step.endings) {
      fates += fmt::format("{}{} {}", fates.empty() ? "" : ", ", operation_words(step), ending_words(ending));
    }
    if (!fates.empty()) note(app, fates);
    sends(index);
  }

  const Trace& trace_;
  Fates fates_;
  std::vector<std::string> ids_;  // of the stores
  std::string number_;            // of the step that is being drawn, until the first of its lines has it
  std::string first_participant_;
  std::string out_;
};

}  // namespace

std::string as_mermaid(const Trace& trace, const Highlights& /*highlights*/) { return Diagram(trace).draw(); }

}  // namespace stalemate::traces::render
