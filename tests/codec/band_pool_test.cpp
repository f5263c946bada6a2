#include "codec/band_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

namespace jpegwire::band_pool_test {
namespace {

TEST_CASE("each band is worked on once, by one worker at a time") {
  const int threads = GENERATE(1, 2, 3, 4);
  CAPTURE(threads);
  BandPool pool(threads);
  CHECK(pool.threads() == threads);
  for (int run = 0; run < 500; ++run) {
    const int bands = run % 33;
    std::vector<std::atomic<int>> calls(33);
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(threads));
    std::atomic<bool> wrong = false;
    pool.run(bands, [&](int band, int worker) {
      if (band < 0 || band >= bands || worker < 0 || worker >= threads) {
        wrong = true;
        return;
      }
      if (busy[static_cast<std::size_t>(worker)]++ != 0) wrong = true;
      ++calls[static_cast<std::size_t>(band)];
      --busy[static_cast<std::size_t>(worker)];
    });
    // run() has returned, so everything is done and visible without synchronization.
    for (int band = 0; band < 33; ++band)
      if (calls[static_cast<std::size_t>(band)] != (band < bands ? 1 : 0)) wrong = true;
    if (wrong) FAIL("run " << run);
  }
}

TEST_CASE("plain results of all threads are there when run returns") {
  BandPool pool(3);
  for (int run = 0; run < 500; ++run) {
    std::vector<int> results(32);
    pool.run(32, [&](int band, int) { results[static_cast<std::size_t>(band)] = band + run; });
    for (int band = 0; band < 32; ++band)
      if (results[static_cast<std::size_t>(band)] != band + run) FAIL("run " << run);
  }
}

TEST_CASE("work is borrowed, so it need not be copyable") {
  BandPool pool(2);
  auto owned = std::make_unique<std::atomic<int>>(0);
  auto work = [owned = std::move(owned)](int, int) mutable { ++*owned; };
  pool.run(10, work);
  pool.run(5, work);
  int count = 0;
  pool.run(1, [&](int, int) { ++count; });
  CHECK(count == 1);
}

TEST_CASE("a pool that never ran ends at once") {
  for (int round = 0; round < 50; ++round) const BandPool pool(4);
  CHECK(BandPool(0).threads() == 1);
}

TEST_CASE("the default is a thread per core within reason") {
  CHECK(default_threads() >= 1);
  CHECK(default_threads() <= 16);
}

}  // namespace
}  // namespace jpegwire::band_pool_test
