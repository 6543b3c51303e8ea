// Where each part of a state stands in its block of 64-bit words. A scenario gets just the bits it needs; a field never
// straddles a word. Bits that belong to no field are always zero, so equal states are equal bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/invariant.hpp"

namespace stalemate::model {

// A width of 0 is a field without room: it always reads 0 and only 0 may be written.
struct Field {
  std::uint16_t word = 0;
  std::uint8_t shift = 0;
  std::uint8_t width = 0;
  constexpr std::uint64_t mask() const { return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1; }
};

inline constexpr std::size_t kWordsMax = 32;  // of a state: 256 bytes

// Which bits of a state a step read that it had not written before, and which it wrote; by word. What a step does is a
// function of the bits it read.
struct Footprint {
  std::array<std::uint64_t, kWordsMax> reads{};
  std::array<std::uint64_t, kWordsMax> writes{};
};

// The words of a state, to be read; where there is a footprint, reading leaves it.
class StateView {
 public:
  StateView(const std::uint64_t* words, Footprint* footprint = nullptr) : words_(words), footprint_(footprint) {}

  std::uint64_t get(Field field) const {
    if (footprint_ != nullptr)
      footprint_->reads[field.word] |= field.mask() << field.shift & ~footprint_->writes[field.word];
    return words_[field.word] >> field.shift & field.mask();
  }

 private:
  const std::uint64_t* words_;
  Footprint* footprint_;
};

// The same, to be changed.
class StateRef {
 public:
  StateRef(std::uint64_t* words, Footprint* footprint = nullptr) : words_(words), footprint_(footprint) {}
  operator StateView() const { return {words_, footprint_}; }

  void set(Field field, std::uint64_t value) const {
#ifdef _GLIBCXX_ASSERTIONS  // as the library checks what it is given: what does not fit would change the next field
    STALEMATE_INVARIANT((value & ~field.mask()) == 0, "a value fits its field");
#endif
    if (footprint_ != nullptr) footprint_->writes[field.word] |= field.mask() << field.shift;
    words_[field.word] = (words_[field.word] & ~(field.mask() << field.shift)) | value << field.shift;
  }

 private:
  std::uint64_t* words_;
  Footprint* footprint_;
};

inline std::uint64_t get(StateView words, Field field) { return words.get(field); }

// REQUIRES: value fits the field.
inline void set(StateRef words, Field field, std::uint64_t value) { words.set(field, value); }

// What the number in a field stands for: what has to be known to exchange values or sessions (reduce/symmetry.hpp).
enum class Meaning : std::uint8_t {
  kPlain,  // nothing that names a value
  kValue,  // a value
  kCoded,  // 0 nothing, else value + 1
  kSet,    // a set of values, bit v for value v
};

struct PlacedField {
  Field field;
  Meaning meaning = Meaning::kPlain;
};

// Where what the servers hold and the sessions' scripts stand in the state: what a monitor may read.
struct StoreFields {
  struct Entry {
    std::size_t row = 0;    // the key of the row that it is about
    Field value;            // 0 absent, else value + 1
    Field expires;          // whether it has a time to live
    Field stale, lease;     // whether it is marked as stale, and whether somebody has its lease
    bool runs_out = false;  // that lease may run out
  };
  std::vector<Field> database;             // by key: a value; every key has one. Not to be asked where none is drawn
  std::vector<std::vector<Entry>> caches;  // by cache: the entries that may hold a value
  std::vector<Field> operation;            // by session: how many of its operations were invoked
};

// What the caches hold beside what the database holds.
struct Coherence {
  bool any_cached = false;
  bool coherent = true;    // every cached entry equals the database, or is stale and the next to get it has its lease
  bool heals = true;       // each that does not has a time to live, or is stale and its lease has one
  bool refillable = true;  // of each that is stale, the next to get it has the lease, or once it has run out
};
Coherence coherence_of(StateView words, const StoreFields& fields);

class LayoutBuilder {
 public:
  // A field that can hold 0 to `values` - 1. REQUIRES: values >= 1.
  Field add(std::uint64_t values, Meaning meaning = Meaning::kPlain);
  Field add_bits(unsigned width, Meaning meaning = Meaning::kPlain);

  // What is added from now on belongs to this session, whose fields are for all sessions alike added in the same order;
  // the next `width` bits go next to each other where a word has room for them. Before and after end_session(): to all.
  void begin_session(std::size_t session, unsigned width);
  void end_session();

  std::size_t words() const { return used_.size(); }
  const std::vector<PlacedField>& shared() const { return shared_; }
  const std::vector<std::vector<PlacedField>>& sessions() const { return sessions_; }  // in the order of adding

  static unsigned width_of(std::uint64_t values);

 private:
  std::size_t word_with_space(unsigned width);

  std::vector<unsigned> used_;  // bits taken in each word
  std::vector<PlacedField> shared_;
  std::vector<std::vector<PlacedField>> sessions_;
  std::optional<std::size_t> owner_;  // the session that fields are added to
  std::size_t room_word_ = 0;
  unsigned room_left_ = 0;
};

}  // namespace stalemate::model
