#include "net/framing/part_body.hpp"

#include <catch2/catch.hpp>

#include "support/streams.hpp"

namespace jpegwire::part_body_test {
namespace {

using namespace test;

using Size = std::optional<std::size_t>;

/// The body's end, which must not depend on how the bytes arrive.
Size end_of(const ByteVector& received, Size content_length = std::nullopt,
            std::string_view boundary = "--b") {
  const Size end = PartBody(boundary, content_length).find_end(received);
  PartBody in_pieces(boundary, content_length);
  Size piecewise;
  for (std::size_t size = 0; size <= received.size() && !piecewise; ++size)
    piecewise = in_pieces.find_end(Bytes(received).first(size));
  CHECK(piecewise == end);
  return end;
}

const ByteVector kJpeg = encode_plainly(make_bgr(16, 16));
const ByteVector kCutJpeg(kJpeg.begin(), kJpeg.end() - 5);
const ByteVector kNext = to_bytes("\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n");

TEST_CASE("a body ends at the line break in front of the boundary") {
  const auto end = [](std::string_view text) { return end_of(to_bytes(text)); };
  CHECK(end("body\r\n--b\r\n") == 4U);
  CHECK(end("body\n--b\n") == 4U);
  CHECK(end("\n--b") == 0U);
  CHECK(end("--b\r\n") == 0U);
  CHECK_FALSE(end("body--b\r\n"));
  CHECK_FALSE(end("body\r\n--"));
  CHECK(end("x--by\r\n--b") == 5U);
  CHECK_FALSE(end(""));
}

TEST_CASE("a JPEG ends a body at once, whatever Content-Length says") {
  const Size length = GENERATE(Size(), Size(0), Size(kJpeg.size() - 3), Size(kJpeg.size()),
                               Size(kJpeg.size() + 1), Size(1'000'000));
  const std::string_view boundary = GENERATE("--b", "");
  CAPTURE(length.value_or(99), boundary);
  CHECK(end_of(kJpeg, length, boundary) == kJpeg.size());
  CHECK(end_of(joined(kJpeg, kNext), length, boundary) == kJpeg.size());
}

TEST_CASE("a JPEG without EOI ends at the boundary, whatever Content-Length says") {
  const Size length = GENERATE(Size(), Size(0), Size(kCutJpeg.size() - 3), Size(kCutJpeg.size()),
                               Size(kCutJpeg.size() + 4), Size(1'000'000));
  CAPTURE(length.value_or(99));
  CHECK(end_of(joined(kCutJpeg, kNext, kJpeg), length) == kCutJpeg.size());
}

TEST_CASE("a segment whose length reaches beyond the boundary does not hide the next part") {
  const ByteVector damaged = to_bytes("\xFF\xD8\xFF\xE1\x01\x10 damaged");
  const Size length = GENERATE_COPY(Size(), Size(0), Size(damaged.size()));
  CAPTURE(length.value_or(99));
  CHECK(end_of(joined(damaged, kNext, std::string(300, 'x'), kJpeg), length) == damaged.size());
}

TEST_CASE("a JPEG without EOI ends at its Content-Length, once a line break follows") {
  CHECK_FALSE(end_of(kCutJpeg, kCutJpeg.size()));
  CHECK(end_of(joined(kCutJpeg, "\r\n"), kCutJpeg.size()) == kCutJpeg.size());
}

TEST_CASE("a JPEG without EOI and without a boundary ends where the next JPEG begins") {
  CHECK(end_of(joined(kCutJpeg, kJpeg), std::nullopt, "") == kCutJpeg.size());
}

TEST_CASE("a byte that happens to be a line feed does not confirm a Content-Length") {
  CHECK_FALSE(end_of(joined(kCutJpeg, "\nx"), kCutJpeg.size()));
}

TEST_CASE("a body that is no JPEG ends at the boundary if its Content-Length is wrong") {
  const Size length = GENERATE(Size(0), Size(3), Size(4), Size(8), Size(100));
  CAPTURE(*length);
  CHECK(end_of(joined("body", kNext, kJpeg), length) == 4U);
}

}  // namespace
}  // namespace jpegwire::part_body_test
