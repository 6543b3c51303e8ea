// When a Write is acknowledged (understand/protocol.hpp, R3): how each session's Write under way stands, kept in the
// state for the properties that ask.
#pragma once

#include <cstdint>
#include <vector>

#include "machine/property.hpp"

namespace stalemate::model {

class Acknowledging {
 public:
  explicit Acknowledging(const Program& program) : tells_early_(program.may_tell_early) {}

  // How many bits it needs of a session; and the field for the next one, within begin_session().
  unsigned width() const { return tells_early_ ? 2 : 1; }
  void lay_out_session(LayoutBuilder& layout) { standing_.push_back(layout.add_bits(width())); }

  // REQUIRES: called for every event that is no kTold, before `acknowledges` is asked of one behind it.
  void hear(const Event& event, StateRef words) const;
  bool acknowledges(const Event& told, StateView words) const;
  void forget(std::size_t session, StateRef words) const { set(words, standing_[session], kNothing); }

 private:
  // It has written nothing yet; it has, and knows that its database write was done, or awaits no answer; it awaits one,
  // or got none.
  enum Standing : std::uint8_t { kNothing, kWritten, kInDoubt };

  void stand(std::size_t session, Standing standing, StateRef words) const {
    // Where only the answer to a commit acknowledges, a standing has no room for what is in doubt.
    set(words, standing_[session], tells_early_ || standing != kInDoubt ? standing : kNothing);
  }

  bool tells_early_;
  std::vector<Field> standing_;  // by session
};

}  // namespace stalemate::model
