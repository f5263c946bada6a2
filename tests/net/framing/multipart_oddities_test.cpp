// Multipart streams as cameras, proxies and scripts send them, which ffmpeg and browsers show.

#include <catch2/catch.hpp>
#include <string>

#include "support/streams.hpp"

namespace jpegwire::multipart_oddities_test {
namespace {

using namespace test;
using Event = FrameAssembler::Event;
using Start = FrameAssembler::Start;

const ByteVector kOne = encode_plainly(make_bgr(16, 16));
const ByteVector kTwo = encode_plainly(make_bgr(32, 16));
const ByteVector kWithoutEoi(kTwo.begin(), kTwo.end() - 2);
const ByteVector kCut(kTwo.begin(), kTwo.end() - 40);

std::string length_of(const ByteVector& jpeg) {
  return "Content-Length: " + std::to_string(jpeg.size()) + "\r\n";
}

ByteVector part(std::string_view fields, const ByteVector& body, std::string_view end = "\r\n") {
  return joined("--b\r\nContent-Type: image/jpeg\r\n", fields, "\r\n", body, end);
}

const ByteVector kGood = part(length_of(kOne), kOne);

struct Case {
  std::string name;
  ByteVector stream;
  std::vector<ByteVector> frames;
};

void check(const Case& expected, Start start) {
  CAPTURE(expected.name);
  for (unsigned seed = 0; seed < 22; ++seed) {
    CAPTURE(seed);
    const PieceSize pieces = seed == 0   ? whole()
                             : seed == 1 ? byte_by_byte()
                                         : pieces_at_random(seed);
    const Outcome outcome = feed(expected.stream, 100'000, pieces, start);
    CHECK(outcome.error.empty());
    CHECK(outcome.frames == expected.frames);
  }
}

TEST_CASE("a part's Content-Length may be anything: its boundary or its JPEG's end decides") {
  const std::string length =
      GENERATE("", "0", "-1", "1234 bytes", "12", "100", "99999", "100001", "18446744073709551615");
  const std::string field = "Content-Length: " + length + "\r\n";
  check({field, joined(kGood, part(field, kTwo), kGood), {kOne, kTwo, kOne}}, Start::parts);
  check({field + "without EOI",
         joined(kGood, part(field, kWithoutEoi), kGood),
         {kOne, kWithoutEoi, kOne}},
        Start::parts);
  check({field + "cut", joined(kGood, part(field, kCut), kGood), {kOne, kCut, kOne}}, Start::parts);
  const ByteVector text = to_bytes("no picture at this time");
  check({field + "no JPEG", joined(kGood, part(field, text), kGood), {kOne, text, kOne}},
        Start::parts);
}

TEST_CASE("heads and line breaks of parts may be odd") {
  const auto start = GENERATE(Start::any_framing, Start::parts, Start::parts_or_nothing);
  const auto expected = GENERATE(values<Case>({
      {"without fields", joined("--b\r\n\r\n", kOne, "\r\n--b\r\n\r\n", kTwo), {kOne, kTwo}},
      {"LF alone",
       joined("--b\nContent-Type: image/jpeg\n\n", kOne, "\n--b\n\n", kTwo),
       {kOne, kTwo}},
      {"no line break behind a JPEG",
       joined("--b\r\n\r\n", kOne, "--b\r\n\r\n", kTwo, "--b\r\n"),
       {kOne, kTwo}},
      {"padding behind a JPEG",
       joined("--b\r\n\r\n", kOne, std::string(9000, '\0'), "--b\r\n\r\n", kTwo),
       {kOne, kTwo}},
      {"an empty line in front of a JPEG",
       joined("--b\r\n\r\n\r\n", kOne, "\r\n--b\r\n\r\n\r\n", kTwo),
       {kOne, kTwo}},
      {"a boundary written twice",
       joined("--b\r\n--b\r\n\r\n", kOne, "\r\n--b\r\n--b\r\n\r\n", kTwo),
       {kOne, kTwo}},
      {"an empty part", joined("--b\r\n\r\n\r\n", kGood, kGood), {kOne, kOne}},
      {"lines without a colon",
       joined("--b\r\nno field\r\n\r\n", kOne, "\r\n--b\r\n:\r\n\r\n", kTwo),
       {kOne, kTwo}},
      {"no empty line behind the fields",
       joined("--b\r\nContent-Type: image/jpeg\r\n", kOne, "\r\n", kGood),
       {kOne, kOne}},
      {"a new boundary",
       joined(kGood, "--other\r\n\r\n", kTwo, "\r\n--other\r\n\r\n", kOne),
       {kOne, kTwo, kOne}},
      {"junk between parts",
       joined(kGood, "\x01junk\r\nname: value\r\n\r\nmore\r\n", part("", kTwo), kGood),
       {kOne, kTwo, kOne}},
      {"a preview behind a JPEG", joined("--b\r\n\r\n", kOne, kTwo, "\r\n", kGood), {kOne, kOne}},
  }));
  check(expected, start);
}

TEST_CASE("a stream may begin without a boundary") {
  const auto expected = GENERATE(values<Case>({
      {"leading line breaks", joined("\r\n\r\n\n", kGood, kGood), {kOne, kOne}},
      {"fields first",
       joined("Content-Type: image/jpeg\r\n\r\n", kOne, "\r\n", kGood),
       {kOne, kOne}},
      {"a JPEG first", joined(kTwo, "\r\n", kGood, kGood), {kTwo, kOne, kOne}},
      {"JPEGs alone", joined(kOne, kTwo, kOne), {kOne, kTwo, kOne}},
      {"JPEGs with padding",
       joined(kOne, std::string(20'000, '\0'), kTwo, "\r\n", kOne),
       {kOne, kTwo, kOne}},
      {"JPEGs without EOI", joined(kWithoutEoi, kOne, kOne), {kWithoutEoi, kOne, kOne}},
  }));
  check(expected, GENERATE(Start::parts, Start::parts_or_nothing));
}

TEST_CASE("junk in front of the first part is skipped if the server announces pictures") {
  check({"text", joined("some text\r\n\r\n", kGood), {kOne}}, Start::parts);
  check({"bytes", joined(std::string(20'000, '\x80'), kOne, kTwo), {kOne, kTwo}}, Start::parts);
}

TEST_CASE("JPEGs without any framing are detected") {
  const Outcome outcome = feed(joined(kOne, kTwo), 100'000, whole());
  CHECK(outcome.frames == std::vector{kOne, kTwo});
  CHECK(outcome.framing == "none");
}

TEST_CASE("a body that is neither a JPEG nor multipart is refused at once") {
  const std::string text = GENERATE("<!DOCTYPE html><html>", "\r\n\r\nUnauthorized", "{\"a\": 12}");
  const Outcome outcome = feed(to_bytes(text), 100'000, whole(), Start::parts_or_nothing);
  CHECK(outcome.last == Event::failed);
  CHECK_THAT(outcome.error, Catch::Contains("which is neither a JPEG nor a part"));
}

TEST_CASE("sizes are not looked for in a body") {
  const ByteVector stream = joined(framed(SizePrefix::be32, kOne), kGood);
  CHECK(feed(stream, 100'000, whole(), Start::parts).frames.back() == kOne);
  CHECK(feed(stream, 100'000, whole(), Start::parts_or_nothing).last == Event::failed);
}

TEST_CASE("the end of the connection ends a last picture without EOI") {
  ObjectPool<ReceivedFrame> pool;
  FrameAssembler assembler(pool, 100'000, {.start = Start::parts});
  std::ranges::copy(kWithoutEoi, assembler.space().begin());
  assembler.received(kWithoutEoi.size(), WallTime{});
  CHECK(assembler.next() == Event::need_more);
  REQUIRE(assembler.end() == Event::frame);
  CHECK(std::ranges::equal(assembler.take_frame()->bytes(), kWithoutEoi));
}

}  // namespace
}  // namespace jpegwire::multipart_oddities_test
