// What is published to all app instances, and what their caches hear of it: of a channel every other one at most once,
// of a database that tells by itself every one.
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// A label that says more than that something has changed.
void ask_about_label(const std::string& name, Position at, const std::string& quoted, const std::string& text) {
  if (!says_changed(text))
    ask_at(name, at, "delivery-unknown",
           "cannot tell whether " + quoted +
               " says that something has changed, so that whoever hears of it drops what it "
               "has; say so, as in \"product:1 has changed\", or draw it in other words");
  for (const std::string& word : split_words(text))
    if (is_negation(word))
      ask_at(name, at, "request-says-more",
             quoted + " says \"" + word + "\": whether anybody hears of a change is not clear; draw what is done");
  if (const std::string doubt = doubt_about(text, {Verb::kDelete, true, false, false}); !doubt.empty())
    ask_at(name, at, "request-says-more", quoted + " " + doubt);
}

}  // namespace

bool StepWalk::publishes_or_delivers(const Place& place, const Message& message, Scope& scope) {
  const bool from_channel = roles_.is_channel(message.from);
  const bool to_local = role(message.to) == Role::kCache && reading_.caches()[roles_.cache_at(message.to)].local;
  if (roles_.is_channel(message.to) && role(message.from) == Role::kApp && !message.arrow.dotted) {
    publish(place, message, scope);
    return true;
  }
  if (to_local && (from_channel || role(message.from) == Role::kDatabase)) {
    deliver(place.at, message, scope);
    return true;
  }
  if (from_channel && role(message.to) == Role::kApp && message.arrow.dotted && scope.latest.known() &&
      scope.latest.request().to == Role::kQueue) {
    local(place.at, "the channel confirms");
    return true;
  }
  const bool of_others = roles_.is_of_others(message.to) || roles_.is_of_others(message.from);
  if (of_others)
    refuse_not_modelled(name(), place.at, "asking the cache of other app instances",
                        "draw what they hear of, from a channel (\"Pub/sub\")");
  return false;
}

void StepWalk::publish(const Place& place, const Message& message, Scope& scope) {
  const Position at = place.at;
  if (means_) fail_at(name(), means_at_, "the next arrow publishes something; only \"means local\" fits it");
  ask_about_whose(at, message.text);
  asked_by(at, message.from, scope);
  if (is_crossed(message) || message.arrow.head == ArrowHead::kBoth)
    refuse_not_modelled(name(), at,
                        is_crossed(message) ? "a publish that is lost" : "a publish that is answered at once");
  ask_about_label(name(), at, reading_.quoted(message.text), message.text);
  note_commit(at, false, false, scope);
  Request asks = drawn_request(at, message, message.to, Verb::kPublish);
  const std::size_t line =
      reading_.add(at, "arrow " + std::to_string(asks.arrow) + ": the app publishes that the key has changed" +
                           (asks.awaited ? "" : ", without waiting for the reply"));
  note_request(asks, line);
  std::vector<Act>& body = body_of(scope);
  body.push_back({std::move(asks)});
  scope.lost = false;
  scope.latest = {&body, body.size() - 1, line, false, false};
  if (scope.latest.request().awaited) scope.awaited = scope.latest;
}

void StepWalk::deliver(Position at, const Message& message, Scope& scope) {
  const bool by_channel = roles_.is_channel(message.from);
  if (is_crossed(message) || message.arrow.head == ArrowHead::kBoth)
    refuse_not_modelled(name(), at, "a delivery that is lost or answered",
                        "draw it plainly and let stalemate lose it: --fault lost-delivery");
  ask_about_label(name(), at, reading_.quoted(message.text), message.text);
  const bool follows = scope.latest.known() && scope.latest.request().to == role(message.from) &&
                       (by_channel || stores(scope.latest.request().verb));
  if (!follows)
    ask_at(name(), at, "delivery-of-nothing",
           std::string("what is heard of here is no ") + (by_channel ? "publish" : "write") +
               " right before it; draw it right behind the " + (by_channel ? "publish" : "write of the database"));
  Request& told = scope.latest.request();
  if (told.tells) refuse_not_modelled(name(), at, "two kinds of caches that hear of one change");
  const bool of_others = roles_.is_of_others(message.to);
  if (!of_others && !says_every_instance(message.text))
    ask_at(
        name(), at, "delivery-to-whom",
        "which app instances hear of this? Say \"to every instance\" on the arrow, or draw it to the cache \"of every "
        "other instance\"");
  told.tells = Request::Tells{roles_.cache_at(message.to), 0, !of_others};
  reading_.add(
      at, std::string("whatever every ") + (of_others ? "other " : "") +
              "app instance that is up has of the key in its local cache is dropped when it hears of it; each hears "
              "at most once");
}

}  // namespace stalemate::model
