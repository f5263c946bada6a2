#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace jpegwire {

/// Lends objects of one type, which keep their buffers from one use to the next, so that frames
/// cost no heap allocation once as many objects exist as are in use at a time. Any thread may take,
/// and any thread may drop the last reference; the objects may outlive the pool. An object is lent
/// as it was returned: the caller of take() resets it. Of the objects that nobody uses, it keeps at
/// most kMaxIdle; the memory of more is given back.
template <class T>
class ObjectPool {
  struct Return;

 public:
  static constexpr std::size_t kMaxIdle = 32;

  /// An object with one owner.
  using Owned = std::unique_ptr<T, Return>;

  Owned take_owned() { return Owned(shelf_->take().release(), Return{shelf_}); }

  /// Turns an object from this pool into a shared one.
  std::shared_ptr<T> share(Owned object) {
    return std::shared_ptr<T>(object.release(), Return{shelf_}, BlockAllocator<T>(shelf_));
  }

  std::shared_ptr<T> take() { return share(take_owned()); }

 private:
  struct Shelf {
    // So that returning one cannot fail.
    Shelf() {
      objects.reserve(kMaxIdle);
      blocks.reserve(kMaxIdle);
    }
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;
    ~Shelf() {
      for (void* block : blocks) ::operator delete(block);
    }

    std::unique_ptr<T> take() {
      const std::scoped_lock lock(mutex);
      if (objects.empty()) return std::make_unique<T>();
      std::unique_ptr<T> object = std::move(objects.back());
      objects.pop_back();
      return object;
    }

    // Destroys the object, if there are enough, without the lock.
    void put(std::unique_ptr<T> object) {
      const std::scoped_lock lock(mutex);
      if (objects.size() < kMaxIdle) objects.push_back(std::move(object));
    }

    std::mutex mutex;
    std::vector<std::unique_ptr<T>> objects;
    std::vector<void*> blocks;  // shared_ptr's control blocks, all of one size
  };

  struct Return {
    std::shared_ptr<Shelf> shelf;
    void operator()(T* object) const { shelf->put(std::unique_ptr<T>(object)); }
  };

  /// Recycles the control blocks too; it owns the shelf because a block outlives its deleter.
  template <class U>
  struct BlockAllocator {
    using value_type = U;
    explicit BlockAllocator(std::shared_ptr<Shelf> owner) : shelf(std::move(owner)) {}
    template <class V>
    explicit(false) BlockAllocator(const BlockAllocator<V>& other) : shelf(other.shelf) {}

    U* allocate(std::size_t count) {
      const std::scoped_lock lock(shelf->mutex);
      if (shelf->blocks.empty()) return static_cast<U*>(::operator new(count * sizeof(U)));
      void* block = shelf->blocks.back();
      shelf->blocks.pop_back();
      return static_cast<U*>(block);
    }
    void deallocate(U* block, std::size_t) {
      const std::scoped_lock lock(shelf->mutex);
      if (shelf->blocks.size() < kMaxIdle)
        shelf->blocks.push_back(block);
      else
        ::operator delete(block);
    }
    bool operator==(const BlockAllocator&) const = default;

    std::shared_ptr<Shelf> shelf;
  };

  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
};

}  // namespace jpegwire
