#include "codec/jpeg_end.hpp"

#include <catch2/catch.hpp>

#include "support/jpegs.hpp"

namespace jpegwire::jpeg_end_test {
namespace {

using namespace test;

struct End {
  std::size_t size_bytes;
  bool has_eoi;
  bool operator==(const End&) const = default;
};

std::optional<End> as_end(const std::optional<JpegEnd::Found>& found) {
  return found ? std::optional(End{found->size_bytes, found->has_eoi}) : std::nullopt;
}

/// The end, which must not depend on how the bytes arrive.
std::optional<End> end_of(const ByteVector& jpeg) {
  JpegEnd at_once;
  const auto end = as_end(at_once.find(jpeg));
  JpegEnd in_pieces;
  std::optional<End> piecewise;
  for (std::size_t size = 0; size <= jpeg.size() && !piecewise; ++size)
    piecewise = as_end(in_pieces.find(Bytes(jpeg).first(size)));
  CHECK(piecewise == end);
  return end;
}

TEST_CASE("a JPEG ends behind its EOI") {
  const ByteVector jpeg = encode_plainly(make_bgr(64, 48));
  CHECK(end_of(jpeg) == End{jpeg.size(), true});
  ByteVector longer = jpeg;
  append(longer, to_bytes("\r\n--b\r\n"));
  CHECK(end_of(longer) == End{jpeg.size(), true});
}

TEST_CASE("a JPEG whose EOI has not arrived has no end") {
  ByteVector jpeg = encode_plainly(make_bgr(64, 48));
  jpeg.pop_back();
  CHECK_FALSE(end_of(jpeg));
  CHECK_FALSE(end_of({}));
}

TEST_CASE("a thumbnail in a segment, a second SOI, fill bytes and restarts do not end a JPEG") {
  const ByteVector jpeg = to_bytes({0xFF, 0xD8, 0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x06, 0xFF, 0xD8,
                                    0xFF, 0xD9, 0xFF, 0xFF, 0xDA, 0x00, 0x02, 0x01, 0xFF, 0x00,
                                    0xFF, 0xD0, 0x02, 0xFF, 0xFF, 0xD9, 0xFF, 0xD9});
  CHECK(end_of(jpeg) == End{26, true});
}

TEST_CASE("a JPEG without EOI ends where the next one begins") {
  const ByteVector jpeg =
      to_bytes({0xFF, 0xD8, 0xFF, 0xDA, 0x00, 0x02, 0x01, 0x02, 0xFF, 0xD8, 0xFF, 0xE0});
  CHECK(end_of(jpeg) == End{8, false});
}

}  // namespace
}  // namespace jpegwire::jpeg_end_test
