// Storage of the search: arrays of trivially copyable elements that are not initialised before they are written.
// RawArray is one piece of memory and moves when it grows; BlockArray grows by blocks and never moves an element, so
// that several threads read old elements and write new ones at the same time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace stalemate::sim::detail {

template <class T>
class RawArray {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

 public:
  RawArray() = default;
  RawArray(RawArray&& other) noexcept { swap(other); }
  RawArray& operator=(RawArray&& other) noexcept {
    RawArray(std::move(other)).swap(*this);
    return *this;
  }
  ~RawArray() { ::operator delete(elements_); }

  void swap(RawArray& other) noexcept {
    std::swap(elements_, other.elements_);
    std::swap(capacity_, other.capacity_);
  }

  T* data() { return elements_; }
  const T* data() const { return elements_; }
  T& operator[](std::size_t i) { return elements_[i]; }
  const T& operator[](std::size_t i) const { return elements_[i]; }
  std::size_t capacity() const { return capacity_; }
  std::size_t bytes() const { return capacity_ * sizeof(T); }

  // Makes room for `needed` elements, at least doubling; the first `kept` keep their values. On std::bad_alloc nothing
  // has changed.
  void reserve(std::size_t needed, std::size_t kept) {
    if (needed <= capacity_) return;
    const std::size_t capacity = std::max({needed, 2 * capacity_, std::size_t{16}});
    auto* elements = static_cast<T*>(::operator new(capacity * sizeof(T)));
    std::copy_n(elements_, kept, elements);
    ::operator delete(elements_);
    elements_ = elements;
    capacity_ = capacity;
  }

 private:
  T* elements_ = nullptr;
  std::size_t capacity_ = 0;
};

template <class T>
class BlockArray {
 public:
  static constexpr std::size_t kBlockElements = std::bit_floor((std::size_t{1} << 18) / sizeof(T));  // 256 KiB

  T& operator[](std::size_t i) { return blocks_[i / kBlockElements][i % kBlockElements]; }
  const T& operator[](std::size_t i) const { return blocks_[i / kBlockElements][i % kBlockElements]; }

  // Elements from the old size on are not initialised.
  void extend_to(std::size_t size) {
    while (blocks_.size() * kBlockElements < size) {
      RawArray<T> block;
      block.reserve(kBlockElements, 0);
      blocks_.push_back(std::move(block));
    }
  }
  std::size_t bytes() const { return blocks_.size() * kBlockElements * sizeof(T); }
  // What bytes() would be after extend_to(size).
  std::size_t bytes_for(std::size_t size) const {
    return std::max(bytes(), (size + kBlockElements - 1) / kBlockElements * kBlockElements * sizeof(T));
  }

 private:
  std::vector<RawArray<T>> blocks_;
};

}  // namespace stalemate::sim::detail
