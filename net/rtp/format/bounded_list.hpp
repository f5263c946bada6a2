#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace jpegwire {

/// At most `kCapacity` values within the object itself: what a datagram says costs no heap
/// allocation.
template <typename T, std::size_t kCapacity>
class BoundedList {
 public:
  static constexpr std::size_t capacity() { return kCapacity; }

  /// False, and nothing is added, where the list is full.
  bool push_back(const T& value) {
    if (size_ == kCapacity) return false;
    values_[size_++] = value;
    return true;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t at) const { return values_[at]; }
  const T* data() const { return values_.data(); }
  const T* begin() const { return values_.data(); }
  const T* end() const { return values_.data() + size_; }

  bool operator==(const BoundedList& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::array<T, kCapacity> values_{};
  std::size_t size_ = 0;
};

}  // namespace jpegwire
