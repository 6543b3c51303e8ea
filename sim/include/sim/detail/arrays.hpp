// Storage of the search: arrays of trivially copyable elements that are not initialised before they are written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace stalemate::sim::detail {

inline constexpr std::size_t kAlignment = 64;

// One piece of memory that starts a cache line; moves when it grows.
template <class T>
class RawArray {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= kAlignment);

 public:
  RawArray() = default;
  explicit RawArray(std::size_t capacity) { reserve(capacity, 0); }
  RawArray(RawArray&& other) noexcept { swap(other); }
  RawArray& operator=(RawArray&& other) noexcept {
    RawArray(std::move(other)).swap(*this);
    return *this;
  }
  ~RawArray() { ::operator delete (elements_, std::align_val_t{kAlignment}); }

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

  // Makes room for `needed` elements, growing by at least half; the first `kept` keep their values. On std::bad_alloc
  // nothing has changed.
  void reserve(std::size_t needed, std::size_t kept) {
    if (needed <= capacity_) return;
    const std::size_t capacity = std::max(needed, capacity_ == 0 ? 0 : capacity_ + capacity_ / 2 + 1);
    auto* elements = static_cast<T*>(::operator new (capacity * sizeof(T), std::align_val_t{kAlignment}));
    std::copy_n(elements_, kept, elements);
    ::operator delete (elements_, std::align_val_t{kAlignment});
    elements_ = elements;
    capacity_ = capacity;
  }

 private:
  T* elements_ = nullptr;
  std::size_t capacity_ = 0;
};

// A RawArray that knows how many of its elements are written.
template <class T>
class RawVector {
 public:
  void push_back(const T& element) { *room(1) = element, ++size_; }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return elements_[i]; }
  const T* begin() const { return elements_.data(); }
  const T* end() const { return elements_.data() + size_; }

  // Behind the last element: room for `count` more, to be written in place. `count` of them then belong to the vector
  // after added(count).
  T* room(std::size_t count) {
    if (size_ + count > elements_.capacity()) elements_.reserve(size_ + count, size_);
    return elements_.data() + size_;
  }
  void added(std::size_t count) { size_ += count; }

 private:
  RawArray<T> elements_;
  std::size_t size_ = 0;
};

// Elements in the order in which they came, in blocks of a page: it grows without moving any, and what has been taken
// is given back block by block.
template <class T>
class BlockQueue {
 public:
  static constexpr std::size_t kBlockElements = std::max(std::size_t{2048} / sizeof(T), std::size_t{16});
  using Block = std::unique_ptr<T[]>;

  void push_back(const T& element) {
    if (size_ == blocks_.size() * kBlockElements)
      blocks_.push_back(std::make_unique_for_overwrite<T[]>(kBlockElements));
    blocks_.back()[size_ % kBlockElements] = element;
    ++size_;
  }
  std::size_t size() const { return size_; }
  std::size_t block_count() const { return blocks_.size(); }
  std::size_t elements_in(std::size_t block) const { return std::min(kBlockElements, size_ - block * kBlockElements); }
  const T* block(std::size_t block) const { return blocks_[block].get(); }
  // Gives the memory of a block back; different blocks may be dropped from different threads. Sizes stay.
  void drop(std::size_t block) { blocks_[block].reset(); }
  // What a queue of this size takes as long as no block is dropped.
  static std::size_t bytes_for(std::size_t size) {
    return (size + kBlockElements - 1) / kBlockElements * kBlockElements * sizeof(T);
  }

 private:
  std::vector<Block> blocks_;
  std::size_t size_ = 0;
};

}  // namespace stalemate::sim::detail
