// Where each part of a state stands in its block of 64-bit words. A scenario gets just the bits it needs; a field never
// straddles a word. Bits that belong to no field are always zero, so equal states are equal bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stalemate::model {

// A width of 0 is a field without room: it always reads 0 and only 0 may be written.
struct Field {
  std::uint16_t word = 0;
  std::uint8_t shift = 0;
  std::uint8_t width = 0;
  constexpr std::uint64_t mask() const { return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1; }
};

inline std::uint64_t get(const std::uint64_t* words, Field field) {
  return words[field.word] >> field.shift & field.mask();
}

// REQUIRES: value fits the field.
inline void set(std::uint64_t* words, Field field, std::uint64_t value) {
  words[field.word] = (words[field.word] & ~(field.mask() << field.shift)) | value << field.shift;
}

class LayoutBuilder {
 public:
  // A field that can hold 0 to `values` - 1. REQUIRES: values >= 1.
  Field add(std::uint64_t values);
  Field add_bits(unsigned width);
  std::size_t words() const { return used_.size(); }

 private:
  std::vector<unsigned> used_;  // bits taken in each word
};

}  // namespace stalemate::model
