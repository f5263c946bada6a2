#include "net/rtp/frame_fragments.hpp"

#include <catch2/catch.hpp>

#include "support/jpegs.hpp"

namespace jpegwire::frame_fragments_test {
namespace {

using namespace test;

using Placed = FrameFragments::Placed;

/// Four rows of two MCUs, a restart interval each.
constexpr JpegFormat kFormat{
    .is_420 = true, .q = 80, .width = 32, .height = 64, .restart_interval = 2};
constexpr std::size_t kMaxFrameBytes = std::size_t{16} << 20;

Placed place(FrameFragments& fragments, const JpegFragment& fragment, const ByteVector& data) {
  return fragments.place({.format = kFormat, .fragment = fragment, .tables = {}, .data = data},
                         false);
}

TEST_CASE("a fragment with a far offset costs no more memory than a window") {
  FrameFragments fragments;
  fragments.reset(kFormat, kMaxFrameBytes);
  const ByteVector data = to_bytes({1, 0x22, 0x33, 0x44, 0xFF, 0xD1});
  CHECK(place(fragments, {.offset = 900'000, .restart_count = 1}, data) == Placed::taken);
  CHECK(place(fragments, {.offset = 0xF0'0000, .restart_count = 2}, data) == Placed::useless);
  CHECK(place(fragments, {.offset = 8'000'000, .restart_count = 2}, data) == Placed::useless);
  CHECK(fragments.storage_size_bytes() < 1'200'000);
}

TEST_CASE("a first fragment that is not taken leaves no trace") {
  FrameFragments fragments;
  fragments.reset(kFormat, kMaxFrameBytes);
  const ByteVector data = to_bytes({1, 0x22, 0x33, 0xFF, 0xD1});
  const JpegFragment unaligned{.offset = kMaxFrameBytes, .restart_count = kUnalignedRestartCount};
  REQUIRE(place(fragments, unaligned, data) == Placed::too_large);
  REQUIRE(place(fragments, {.offset = 6, .restart_count = 1}, data) == Placed::taken);
  Band band;
  CHECK(fragments.next_band(band) == FrameFragments::Next::band);
}

TEST_CASE("a fragment that contradicts others leaves no trace") {
  FrameFragments fragments;
  fragments.reset(kFormat, kMaxFrameBytes);
  const ByteVector data = to_bytes({1, 0x22, 0x33});
  const ByteVector rest = to_bytes({0x44, 0xFF, 0xD1});
  const ByteVector wrong(10, std::byte{9});
  REQUIRE(place(fragments, {.offset = 6, .last = false, .restart_count = 1}, data) ==
          Placed::taken);
  for (const JpegFragment& fragment :
       {JpegFragment{.offset = 7, .first = false, .last = false, .restart_count = 1},
        JpegFragment{.offset = 0, .first = false, .last = false, .restart_count = 1},
        JpegFragment{.offset = 9, .first = true, .last = false, .restart_count = 1},
        JpegFragment{.offset = 5, .first = true, .last = true, .restart_count = 0},
        JpegFragment{.offset = 8, .first = true, .last = true, .restart_count = 2}})
    CHECK(place(fragments, fragment, wrong) == Placed::contradiction);
  CHECK(fragments.size_bytes() == 3);
  Band band;
  CHECK(fragments.next_band(band) == FrameFragments::Next::none);
  REQUIRE(place(fragments, {.offset = 9, .first = false, .restart_count = 1}, rest) ==
          Placed::taken);
  REQUIRE(fragments.next_band(band) == FrameFragments::Next::band);
  CHECK(ByteVector(band.bytes.begin(), band.bytes.end()) ==
        to_bytes({1, 0x22, 0x33, 0x44, 0xFF, 0xD1}));
  CHECK(band.top == 16);
  CHECK(band.height == 16);
}

}  // namespace
}  // namespace jpegwire::frame_fragments_test
