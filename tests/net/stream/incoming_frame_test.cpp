#include "net/stream/incoming_frame.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "support/jpegs.hpp"

namespace jpegwire::incoming_frame_test {
namespace {

using test::ByteVector;
using test::to_bytes;

std::vector<int> tops(const std::vector<Band>& bands) {
  std::vector<int> result;
  for (const Band& band : bands) result.push_back(band.top);
  return result;
}

std::vector<int> take(const IncomingFrame& frame) {
  std::vector<Band> bands(3);
  frame.take(bands, {});
  return tops(bands);
}

Band band_at(int top) { return {.top = top, .height = 16, .bytes = {}}; }

/// Bytes that identify their band.
ByteVector bytes_numbered(std::size_t number, std::size_t size) {
  return ByteVector(size, static_cast<std::byte>(number % 251));
}

TEST_CASE("bands are taken in the order in which they were added, once") {
  IncomingFrame frame;
  frame.add(band_at(32));
  frame.add(band_at(0));
  CHECK(take(frame) == std::vector{32, 0});
  frame.add(band_at(16));
  CHECK(take(frame) == std::vector{16});
}

TEST_CASE("bands added before the frame ended are still taken, and then none") {
  const Reception reception = GENERATE(Reception::whole, Reception::incomplete, Reception::refused);
  IncomingFrame frame;
  frame.add(band_at(0));
  CHECK(frame.end().reception == Reception::under_way);
  frame.close({.reception = reception, .last_byte = WallTime(microseconds(5)), .whole = nullptr});
  CHECK(frame.end().reception == reception);
  CHECK(frame.end().last_byte == WallTime(microseconds(5)));
  CHECK(take(frame) == std::vector{0});
  CHECK(take(frame).empty());
  CHECK(take(frame).empty());
}

TEST_CASE("a reused frame contains nothing of the previous one") {
  IncomingFrame frame;
  frame.add(band_at(0));
  frame.close({.reception = Reception::refused, .last_byte = {}, .whole = nullptr});
  FrameOrigin origin;
  origin.first_byte = WallTime(microseconds(7));
  const ByteVector header = to_bytes({1, 2, 3});
  JpegLayout layout;
  layout.width = 64;
  layout.header = header;
  frame.begin(origin, layout);
  CHECK(frame.end().reception == Reception::under_way);
  CHECK(frame.origin().first_byte == WallTime(microseconds(7)));
  CHECK(frame.layout().width == 64);
  CHECK(std::ranges::equal(frame.layout().header, header));
  CHECK(frame.layout().header.data() != header.data());
  frame.close({.reception = Reception::whole, .last_byte = {}, .whole = nullptr});
  CHECK(take(frame).empty());
}

TEST_CASE("bands keep their bytes and their place while others are added") {
  IncomingFrame frame;
  const ByteVector header(600, std::byte{0xAB});
  for (int use = 0; use < 3; ++use) {
    CAPTURE(use);
    JpegLayout layout;
    layout.header = header;
    frame.begin({}, layout);
    std::vector<Band> all;
    std::vector<Band> some;
    for (std::size_t number = 0; number < 200; ++number) {
      const std::size_t size = number % 10 == 0 ? 100'000 : 100 * number;
      const ByteVector bytes = bytes_numbered(number, size);
      frame.add({.top = static_cast<int>(number), .height = 1, .bytes = bytes});
      frame.take(some, {});
      REQUIRE(some.size() == 1);
      all.push_back(some[0]);
    }
    CHECK(std::ranges::equal(frame.layout().header, header));
    for (std::size_t number = 0; number < all.size(); ++number) {
      const ByteVector expected = bytes_numbered(number, all[number].bytes.size());
      if (!std::ranges::equal(all[number].bytes, expected)) FAIL("band " << number);
    }
  }
}

TEST_CASE("a waiting decoder gets a band as soon as it is added") {
  IncomingFrame frame;
  auto taken = std::async(std::launch::async, [&] { return take(frame); });
  CHECK(taken.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  frame.add(band_at(48));
  CHECK(taken.get() == std::vector{48});
}

TEST_CASE("a waiting decoder is released when the frame ends") {
  IncomingFrame frame;
  auto taken = std::async(std::launch::async, [&] { return take(frame); });
  frame.close({.reception = Reception::incomplete, .last_byte = {}, .whole = nullptr});
  CHECK(taken.get().empty());
  CHECK(frame.end().reception == Reception::incomplete);
}

TEST_CASE("a waiting decoder is released when it is to stop") {
  IncomingFrame frame;
  std::stop_source stop;
  auto taken = std::async(std::launch::async, [&] {
    std::vector<Band> bands;
    frame.take(bands, stop.get_token());
    return tops(bands);
  });
  stop.request_stop();
  CHECK(taken.get().empty());
  CHECK(frame.end().reception == Reception::under_way);
}

TEST_CASE("one thread adds and another takes, and no band is lost") {
  constexpr int kBands = 20'000;
  IncomingFrame frame;
  std::jthread adder([&] {
    for (int top = 0; top < kBands; ++top) frame.add(band_at(top));
    frame.close({.reception = Reception::whole, .last_byte = {}, .whole = nullptr});
  });
  std::vector<int> all;
  for (std::vector<int> some = take(frame); !some.empty(); some = take(frame))
    all.insert(all.end(), some.begin(), some.end());
  REQUIRE(all.size() == kBands);
  for (int top = 0; top < kBands; ++top)
    if (all[static_cast<std::size_t>(top)] != top) FAIL("band " << top << " is out of order");
}

}  // namespace
}  // namespace jpegwire::incoming_frame_test
