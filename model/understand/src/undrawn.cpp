// See undrawn.hpp. Whatever is not plainly so is left as it is drawn, and refused or asked about where it is read.
#include "undrawn.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

using Told = std::vector<std::pair<Position, std::string>>;

// Names of what else is added.
constexpr std::string_view kChannel = "PubSub";
constexpr std::string_view kCachesOfOthers = "LocalCachesOfOthers";

// By its alias, or where that says nothing, its id.
RoleWords words_of(const Participant& participant) {
  const RoleWords words = role_words(participant.alias);
  return words.role || words.ambiguous ? words : role_words(participant.id);
}

// What a message asks of a cache in the process of who sends it; none where it does not plainly speak of one.
std::optional<Verb> asked_of_own_cache(const Message& message) {
  if (message.from != message.to || message.arrow.dotted) return std::nullopt;
  const std::string asks = without_name_of_cache(message.text, true);
  if (asks == message.text) return std::nullopt;
  const RequestWords words = request_words(asks);
  const bool plain = words.kind == RequestWords::Kind::kVerb &&
                     (words.verb == Verb::kGet || words.verb == Verb::kSet || words.verb == Verb::kDelete);
  return plain ? std::optional(words.verb) : std::nullopt;
}

bool says_publish(const std::string& label) {
  const std::vector<std::string> words = split_words(label);
  return !words.empty() && (words.front() == "publish" || words.front() == "publishes");
}

class Undrawn {
 public:
  explicit Undrawn(Diagram& diagram) : diagram_(diagram) {
    for (const Participant& participant : diagram.participants) names_.insert(participant.id);
  }

  Told draw() {
    turn_publishes();
    bool asks_itself = false;
    visit_messages(diagram_.statements, [&](const Message& message) {
      asks_itself = asks_itself || asked_of_own_cache(message).has_value();
    });
    if (asks_itself && !draws_own_cache()) turn_own_requests(diagram_.statements);
    return std::move(told_);
  }

 private:
  // Whether a cache is drawn that may be the one in the app's process.
  bool draws_own_cache() const {
    return std::any_of(diagram_.participants.begin(), diagram_.participants.end(), [](const Participant& one) {
      const RoleWords words = words_of(one);
      return words.role == Role::kCache && words.cache_kind != CacheKind::kShared && !words.of_others;
    });
  }

  // The id of the participant that is added under this name, at the first message to it. REQUIRES: nobody is drawn by
  // that name.
  std::string added(std::string_view name, const std::string& alias, Position at) {
    std::string id(name);
    if (find(id) == nullptr) {
      Participant participant;
      participant.at = at;
      participant.id = id;
      participant.alias = alias;
      diagram_.participants.push_back(std::move(participant));
    }
    return id;
  }
  bool is_taken(std::string_view name) const { return names_.count(std::string(name)) != 0; }

  const Participant* find(const std::string& id) const {
    const auto found = std::find_if(diagram_.participants.begin(), diagram_.participants.end(),
                                    [&](const Participant& one) { return one.id == id; });
    return found == diagram_.participants.end() ? nullptr : &*found;
  }

  // Who may be the app, by its name.
  bool may_be_app(const std::string& id) const {
    const RoleWords words = words_of(*find(id));
    return !words.ambiguous && (!words.role || words.role == Role::kApp) && !is_others(id);
  }
  bool is_others(const std::string& id) const { return names_other_instances(find(id)->alias); }
  bool may_publish(const std::string& id) const {
    const RoleWords words = words_of(*find(id));
    return words.role == Role::kCache && words.cache_kind == CacheKind::kShared;
  }

  void turn_own_requests(std::vector<Statement>& statements) {
    for (Statement& statement : statements) {
      if (auto* block = std::get_if<Block>(&statement.node)) {
        for (Section& section : block->sections) turn_own_requests(section.body);
        continue;
      }
      auto* message = std::get_if<Message>(&statement.node);
      if (message == nullptr || !asked_of_own_cache(*message) || !may_be_app(message->from) || is_taken(kOwnCache))
        continue;
      message->to = added(kOwnCache, "local cache", statement.at);
    }
  }

  // A server that is told to publish, and tells others then: what is published stands apart from what it keeps.
  void turn_publishes() {
    std::vector<Statement>& all = diagram_.statements;
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      auto* publish = std::get_if<Message>(&all[i].node);
      if (publish == nullptr || !says_publish(publish->text) || !may_publish(publish->to)) continue;
      std::size_t next = i + 1;
      auto* delivery = std::get_if<Message>(&all[next].node);
      const bool confirms = delivery != nullptr && delivery->from == publish->to && delivery->to == publish->from;
      if (confirms && ++next < all.size()) delivery = std::get_if<Message>(&all[next].node);
      if (delivery == nullptr || delivery->from != publish->to || !is_others(delivery->to)) continue;
      if (is_taken(kChannel) || is_taken(kCachesOfOthers)) continue;
      const std::string others = delivery->to;
      publish->to = added(kChannel, "Pub/sub", all[i].at);
      if (confirms) std::get<Message>(all[i + 1].node).from = publish->to;
      delivery->from = publish->to;
      delivery->to = added(kCachesOfOthers, "local cache of every other instance", all[next].at);
      leave_out_what_they_do(others, next + 1);
    }
  }

  // The other instances drop what they have: that is what it means that their caches hear of it.
  void leave_out_what_they_do(const std::string& others, std::size_t from) {
    std::vector<Statement>& all = diagram_.statements;
    while (from < all.size()) {
      const auto* message = std::get_if<Message>(&all[from].node);
      if (message == nullptr || message->from != others || asked_of_own_cache(*message) != Verb::kDelete) return;
      told_.emplace_back(all[from].at, "what every other app instance does when it hears of it");
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(from));
    }
  }

  Diagram& diagram_;
  std::set<std::string> names_;
  Told told_;
};

}  // namespace

std::vector<std::pair<Position, std::string>> draw_what_is_spoken_of(Document& document) {
  Told told;
  for (Document::Entry& entry : document.diagrams) {
    const Told here = Undrawn(entry.diagram).draw();
    told.insert(told.end(), here.begin(), here.end());
  }
  return told;
}

}  // namespace stalemate::model
