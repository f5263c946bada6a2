#include "net/stream/band_feed.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

namespace jpegwire::band_feed_test {
namespace {

std::vector<int> tops(const std::vector<Band>& bands) {
  std::vector<int> result;
  for (const Band& band : bands) result.push_back(band.top);
  return result;
}

std::vector<int> take(BandFeed& feed) {
  std::vector<Band> bands(3);
  feed.take(bands, {});
  return tops(bands);
}

Band band_at(int top) { return {.top = top, .height = 16, .bytes = {}}; }

TEST_CASE("bands are taken in the order in which they came, once") {
  BandFeed feed;
  feed.add(band_at(32));
  feed.add(band_at(0));
  CHECK(take(feed) == std::vector{32, 0});
  feed.add(band_at(16));
  CHECK(take(feed) == std::vector{16});
}

TEST_CASE("all bands of a frame can be added at once") {
  JpegLayout layout;
  layout.height = 40;
  layout.band_height = 16;
  layout.bands.resize(3);
  BandFeed feed;
  feed.add_all(layout);
  std::vector<Band> bands;
  feed.take(bands, {});
  CHECK(tops(bands) == std::vector{0, 16, 32});
  CHECK(bands[2].height == 8);
}

TEST_CASE("what was added before the feed closed is still taken, and then nothing") {
  const Reception how = GENERATE(Reception::whole, Reception::incomplete, Reception::refused);
  BandFeed feed;
  feed.add(band_at(0));
  CHECK(feed.reception() == Reception::under_way);
  feed.close(how);
  CHECK(feed.reception() == how);
  CHECK(take(feed) == std::vector{0});
  CHECK(take(feed).empty());
  CHECK(take(feed).empty());
}

TEST_CASE("a feed that is used again has forgotten the frame before") {
  BandFeed feed;
  feed.add(band_at(0));
  feed.close(Reception::refused);
  feed.reset();
  CHECK(feed.reception() == Reception::under_way);
  feed.close(Reception::whole);
  CHECK(take(feed).empty());
}

TEST_CASE("whoever waits gets a band as soon as it is there") {
  BandFeed feed;
  auto taken = std::async(std::launch::async, [&] { return take(feed); });
  CHECK(taken.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  feed.add(band_at(48));
  CHECK(taken.get() == std::vector{48});
}

TEST_CASE("whoever waits is let go when the feed closes") {
  BandFeed feed;
  auto taken = std::async(std::launch::async, [&] { return take(feed); });
  feed.close(Reception::incomplete);
  CHECK(taken.get().empty());
  CHECK(feed.reception() == Reception::incomplete);
}

TEST_CASE("whoever waits is let go when it is to stop") {
  BandFeed feed;
  std::stop_source stop;
  auto taken = std::async(std::launch::async, [&] {
    std::vector<Band> bands;
    feed.take(bands, stop.get_token());
    return tops(bands);
  });
  stop.request_stop();
  CHECK(taken.get().empty());
  CHECK(feed.reception() == Reception::under_way);
}

TEST_CASE("one thread adds and another takes, and no band is lost") {
  constexpr int kBands = 20'000;
  BandFeed feed;
  std::jthread adder([&] {
    for (int top = 0; top < kBands; ++top) feed.add(band_at(top));
    feed.close(Reception::whole);
  });
  std::vector<int> all;
  for (std::vector<int> some = take(feed); !some.empty(); some = take(feed))
    all.insert(all.end(), some.begin(), some.end());
  REQUIRE(all.size() == kBands);
  for (int top = 0; top < kBands; ++top)
    if (all[static_cast<std::size_t>(top)] != top) FAIL("band " << top << " is out of order");
}

}  // namespace
}  // namespace jpegwire::band_feed_test
