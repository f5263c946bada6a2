#include "net/framing/frame_assembler.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/streams.hpp"

namespace jpegwire::frame_assembler_test {
namespace {

using namespace test;
using Event = FrameAssembler::Event;

constexpr std::size_t kMaxFrameBytes = std::size_t{1} << 20;

const ByteVector kFirst = to_bytes("the first frame");
const ByteVector kSecond = to_bytes({0xFF, 0xD8, 0, 0, 0, 0, 0xFF, 0xD9});

struct Case {
  std::string name;
  ByteVector stream;
  std::vector<ByteVector> frames;
  Event last = Event::need_more;
  std::string error_or_position;
  std::string framing;
};

void check(const Case& expected, const Outcome& outcome) {
  CAPTURE(expected.name);
  CHECK(outcome.frames == expected.frames);
  CHECK(outcome.last == expected.last);
  if (expected.last == Event::failed)
    CHECK_THAT(outcome.error, Catch::Contains(expected.error_or_position));
  if (expected.last == Event::need_more) CHECK(outcome.position == expected.error_or_position);
  if (!expected.framing.empty()) CHECK(outcome.framing == expected.framing);
}

void check_in_pieces(const Case& expected) {
  check(expected, feed(expected.stream, kMaxFrameBytes, whole()));
  check(expected, feed(expected.stream, kMaxFrameBytes, byte_by_byte()));
  for (unsigned seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    check(expected, feed(expected.stream, kMaxFrameBytes, pieces_at_random(seed)));
  }
}

TEST_CASE("size-prefixed streams") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32, SizePrefix::ascii16);
  const std::string framing(name(prefix));
  const ByteVector first = framed(prefix, kFirst);
  const ByteVector second = framed(prefix, kSecond);
  const ByteVector end = prefix_of(prefix, 0);
  CAPTURE(framing);

  check_in_pieces({"one frame", first, {kFirst}, Event::need_more, "between two frames", framing});
  check_in_pieces({"two frames and the end",
                   joined(first, second, end),
                   {kFirst, kSecond},
                   Event::end_of_stream,
                   "",
                   framing});
  check_in_pieces({"bytes after the end are ignored",
                   joined(first, end, second),
                   {kFirst},
                   Event::end_of_stream,
                   "",
                   framing});
  check_in_pieces({"the end alone", end, {}, Event::end_of_stream, "", ""});
  check_in_pieces({"closed inside a frame",
                   joined(first, Bytes(second).first(second.size() - 3)),
                   {kFirst},
                   Event::need_more,
                   "inside a frame (5 of 8 bytes)",
                   framing});
  check_in_pieces({"closed after a prefix",
                   joined(first, prefix_of(prefix, 9)),
                   {kFirst},
                   Event::need_more,
                   "inside a frame (0 of 9 bytes)",
                   framing});
  check_in_pieces({"closed inside a prefix",
                   joined(first, Bytes(second).first(prefix_size_bytes(prefix) - 1)),
                   {kFirst},
                   Event::need_more,
                   "inside the size prefix",
                   framing});
  check_in_pieces({"a frame of one byte",
                   joined(framed(prefix, to_bytes("x")), first),
                   {to_bytes("x"), kFirst},
                   Event::need_more,
                   "between two frames",
                   framing});
  check_in_pieces({"one byte over the limit",
                   joined(first, prefix_of(prefix, kMaxFrameBytes + 1)),
                   {kFirst},
                   Event::failed,
                   "a frame of 1048577 bytes, more than --max-frame 1048576",
                   framing});
}

TEST_CASE("a frame of exactly the maximum size, larger than any buffer, is read") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::ascii16);
  const ByteVector large(kMaxFrameBytes, std::byte{0x5A});
  const ByteVector stream =
      joined(framed(prefix, kFirst), framed(prefix, large), framed(prefix, kFirst));
  for (unsigned seed = 0; seed < 3; ++seed) {
    const Outcome outcome = feed(stream, kMaxFrameBytes, pieces_at_random(seed));
    REQUIRE(outcome.frames.size() == 3);
    CHECK(outcome.frames[1] == large);
    CHECK(outcome.frames[2] == kFirst);
  }
}

TEST_CASE("invalid streams are refused") {
  const auto ascii = [](const char* text) { return to_bytes(std::string_view(text, 16)); };
  check_in_pieces({"no bytes at all", {}, {}, Event::need_more, "between two frames", "unknown"});
  check_in_pieces({"three bytes",
                   to_bytes({0, 0, 0}),
                   {},
                   Event::need_more,
                   "inside the size prefix",
                   "unknown"});
  check_in_pieces({"the largest size",
                   to_bytes({255, 255, 255, 255}),
                   {},
                   Event::failed,
                   "a frame of 4294967295 bytes",
                   ""});
  check_in_pieces({"a negative number",
                   ascii("-5              "),
                   {},
                   Event::failed,
                   "not a decimal number",
                   "ascii16"});
  check_in_pieces({"a plus sign",
                   ascii("+5              "),
                   {},
                   Event::failed,
                   "not a decimal number",
                   "ascii16"});
  check_in_pieces({"letters after the number",
                   ascii("12 bytes        "),
                   {},
                   Event::failed,
                   "not a decimal number",
                   "ascii16"});
  check_in_pieces({"digits after spaces",
                   ascii("12            34"),
                   {},
                   Event::failed,
                   "not a decimal number",
                   "ascii16"});
  check_in_pieces({"sixteen digits",
                   ascii("9999999999999999"),
                   {},
                   Event::failed,
                   "a frame of 9999999999999999 bytes",
                   "ascii16"});
  check_in_pieces({"not a number in the second prefix",
                   joined(framed(SizePrefix::ascii16, kFirst), ascii("twelve          ")),
                   {kFirst},
                   Event::failed,
                   "not a decimal number",
                   "ascii16"});
  check_in_pieces({"a pickle",
                   joined(to_bytes({0x80, 0x04, 0x95, 0x10}), kFirst),
                   {},
                   Event::failed,
                   "more than --max-frame",
                   ""});
  check_in_pieces(
      {"a web page", to_bytes("<html></html>"), {}, Event::failed, "begins with '<htm'", ""});
}

TEST_CASE("a first size that is valid in both byte orders is decided by the end of the JPEG") {
  const ByteVector jpeg = encode_plainly(make_bgr(16, 16));
  const ByteVector later = framed(SizePrefix::be32, kFirst);
  REQUIRE(jpeg.size() < 768);
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32);
  const std::string framing(name(prefix));
  CAPTURE(framing);
  const auto stream = [&](const ByteVector& frame) {
    return joined(framed(prefix, frame), framed(prefix, kFirst), prefix_of(prefix, 0));
  };
  // 768 is 00 00 03 00, and 196608, its mirror image, is 00 03 00 00.
  for (const ByteVector& frame : {padded(jpeg, 768), stuffed(jpeg, 768), stuffed(jpeg, 196'608)}) {
    CAPTURE(frame.size());
    check_in_pieces(
        {"either order", stream(frame), {frame, kFirst}, Event::end_of_stream, "", framing});
  }
  // 65792 is 00 01 01 00 in both.
  const ByteVector mirrored = stuffed(jpeg, 65'792);
  const Outcome outcome = feed(framed(prefix, mirrored), kMaxFrameBytes, whole());
  CHECK(outcome.frames == std::vector<ByteVector>{mirrored});
}

TEST_CASE("the error for an ambiguous stream that breaks off says where") {
  const ByteVector jpeg = stuffed(encode_plainly(make_bgr(16, 16)), 196'608);
  const ByteVector stream = framed(SizePrefix::le32, jpeg);
  CHECK(feed(Bytes(stream).first(500), kMaxFrameBytes, whole()).position ==
        "inside a frame (496 of 768 bytes)");
  CHECK(feed(Bytes(stream).first(5000), kMaxFrameBytes, whole()).position ==
        "inside a frame (4996 of 196608 bytes)");
}

TEST_CASE("frames are not parsed once the framing is known") {
  const ByteVector jpeg = padded(encode_plainly(make_bgr(16, 16)), 768);
  const ByteVector no_jpeg(768, std::byte{1});
  const ByteVector stream =
      joined(framed(SizePrefix::be32, jpeg), framed(SizePrefix::be32, no_jpeg));
  CHECK(feed(stream, kMaxFrameBytes, whole()).frames == std::vector{jpeg, no_jpeg});
}

/// Feeds reads of these sizes, one per second, and returns the frames.
std::vector<std::shared_ptr<ReceivedFrame>> feed_by_the_second(
    Bytes stream, const std::vector<std::size_t>& sizes) {
  ObjectPool<ReceivedFrame> pool;
  FrameAssembler assembler(pool, kMaxFrameBytes);
  std::vector<std::shared_ptr<ReceivedFrame>> frames;
  WallTime now{};
  for (std::size_t size : sizes) {
    now += std::chrono::seconds(1);
    std::ranges::copy(stream.first(size), assembler.space().begin());
    stream = stream.subspan(size);
    assembler.received(size, now);
    while (assembler.next() == Event::frame) frames.push_back(assembler.take_frame());
  }
  REQUIRE(stream.empty());
  return frames;
}

WallTime second(int number) { return WallTime(std::chrono::seconds(number)); }

TEST_CASE("reads and arrival time are counted from a frame's first byte to its last") {
  const ByteVector frame = framed(SizePrefix::be32, ByteVector(96, std::byte{9}));
  const ByteVector stream = joined(frame, frame, frame, frame);
  const auto frames = feed_by_the_second(stream, {2, 3, 95, 100, 150, 50});
  REQUIRE(frames.size() == 4);
  CHECK(frames[0]->reads == 3);
  CHECK(frames[0]->first_byte == second(1));
  CHECK(frames[0]->last_byte == second(3));
  CHECK(frames[1]->reads == 1);
  CHECK(frames[1]->first_byte == second(4));
  CHECK(frames[1]->last_byte == second(4));
  CHECK(frames[2]->reads == 1);
  CHECK(frames[2]->first_byte == second(5));
  CHECK(frames[3]->reads == 2);  // its first half arrived with the previous frame
  CHECK(frames[3]->first_byte == second(5));
  CHECK(frames[3]->last_byte == second(6));
}

TEST_CASE("the bytes that end a part do not begin the next one") {
  const std::string separator = GENERATE("\r\n", "\r\n--b\r\n");
  const bool boundary_leads = separator == "\r\n";
  const std::string head =
      std::string(boundary_leads ? "--b\r\n" : "") + "Content-Length: 15\r\n\r\n";
  const ByteVector opening = to_bytes(boundary_leads ? "" : "--b\r\n");
  const ByteVector part = joined(head, kFirst, separator);
  const ByteVector stream = joined(opening, part, part);
  CAPTURE(separator);
  const auto frames =
      feed_by_the_second(stream, {opening.size() + part.size(), 3, part.size() - 3});
  REQUIRE(frames.size() == 2);
  CHECK(frames[1]->reads == 2);
  CHECK(frames[1]->first_byte == second(2));
  CHECK(frames[1]->last_byte == second(3));
}

}  // namespace
}  // namespace jpegwire::frame_assembler_test
