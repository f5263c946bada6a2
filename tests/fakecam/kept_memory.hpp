#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace fakecam {

// Blocks of memory that were given back and wait to be used again. Locks itself.
class KeptBlocks {
 public:
  // Of all frames; never destroyed, because a program may give back a block at its very end.
  static KeptBlocks& instance() {
    static auto* blocks = new KeptBlocks;
    return *blocks;
  }

  void* take(std::size_t size) {
    {
      const std::scoped_lock lock(mutex_);
      std::vector<void*>& kept = kept_[size];
      if (!kept.empty()) {
        void* block = kept.back();
        kept.pop_back();
        return block;
      }
    }
    return ::operator new(size);
  }

  void give(void* block, std::size_t size) {
    constexpr std::size_t kMost = 4;
    {
      const std::scoped_lock lock(mutex_);
      std::vector<void*>& kept = kept_[size];
      if (kept.size() < kMost) return kept.push_back(block);
    }
    ::operator delete(block);
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;  // by size in bytes
};

// An allocator that keeps large blocks: with a sanitizer, new memory for a picture takes longer
// than the time between two pictures.
template <class T>
struct KeptMemory {
  using value_type = T;

  KeptMemory() = default;
  template <class Other>
  explicit(false) KeptMemory(const KeptMemory<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t size = count * sizeof(T);
    return static_cast<T*>(is_large(size) ? KeptBlocks::instance().take(size)
                                          : ::operator new(size));
  }

  void deallocate(T* block, std::size_t count) {
    const std::size_t size = count * sizeof(T);
    if (is_large(size)) return KeptBlocks::instance().give(block, size);
    ::operator delete(block);
  }

  bool operator==(const KeptMemory&) const = default;

 private:
  static bool is_large(std::size_t size) { return size >= 64 * 1024; }
};

using Bytes = std::vector<std::uint8_t, KeptMemory<std::uint8_t>>;

}  // namespace fakecam
