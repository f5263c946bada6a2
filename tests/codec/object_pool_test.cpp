#include "codec/object_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace jpegwire::object_pool_test {
namespace {

TEST_CASE("an object that is dropped is lent again, with its buffers") {
  ObjectPool<std::vector<int>> pool;
  auto first = pool.take();
  first->assign(1000, 7);
  const std::vector<int>* object = first.get();
  const int* buffer = first->data();
  first.reset();
  const auto second = pool.take();
  CHECK(second.get() == object);
  CHECK(second->data() == buffer);
  CHECK(second->size() == 1000);
}

TEST_CASE("no two takers hold the same object") {
  ObjectPool<int> pool;
  std::vector<std::shared_ptr<int>> taken;
  std::set<int*> objects;
  for (int i = 0; i < 20; ++i) objects.insert(taken.emplace_back(pool.take()).get());
  CHECK(objects.size() == 20);
  taken.clear();
  for (int i = 0; i < 20; ++i) CHECK(objects.count(taken.emplace_back(pool.take()).get()) == 1);
}

TEST_CASE("an object is held by all that share it") {
  ObjectPool<int> pool;
  auto first = pool.take();
  const std::shared_ptr<const int> shared = first;
  const int* object = first.get();
  first.reset();
  CHECK(pool.take().get() != object);
}

/// Counts how many of it exist.
struct Counted {
  Counted() { ++existing; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --existing; }
  static inline std::atomic<int> existing = 0;
};

TEST_CASE("memory that was needed once, for many objects, is given back") {
  ObjectPool<Counted> pool;
  std::vector<std::shared_ptr<Counted>> many;
  for (int i = 0; i < 200; ++i) many.push_back(pool.take());
  CHECK(Counted::existing == 200);
  many.clear();
  CHECK(Counted::existing == ObjectPool<Counted>::kMaxIdle);
}

TEST_CASE("objects may outlive their pool, and none is lost") {
  std::shared_ptr<Counted> survivor;
  std::weak_ptr<Counted> observer;
  {
    ObjectPool<Counted> pool;
    survivor = pool.take();
    observer = survivor;
    pool.take();
    CHECK(Counted::existing == 2);
  }
  CHECK(Counted::existing >= 1);
  survivor.reset();
  CHECK(observer.expired());
  observer.reset();
  CHECK(Counted::existing == 0);
}

TEST_CASE("any thread may take and drop") {
  ObjectPool<std::vector<int>> pool;
  std::atomic<bool> torn = false;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        std::vector<std::shared_ptr<std::vector<int>>> held(3);
        for (int i = 0; i < 2000; ++i) {
          auto object = pool.take();
          object->assign(50, thread * 10'000 + i);
          held[static_cast<std::size_t>(i) % held.size()] = object;
          for (const int value : *object)
            if (value != thread * 10'000 + i) torn = true;
        }
      });
  }
  CHECK_FALSE(torn);
}

}  // namespace
}  // namespace jpegwire::object_pool_test
