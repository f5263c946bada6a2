#include "net/stream/viewer_report.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <optional>

#include "support/streams.hpp"

namespace jpegwire::viewer_report_test {
namespace {

using namespace test;
using Result = ReportReader::Result;

WallTime at(std::int64_t count) { return WallTime(microseconds(count)); }

ByteVector written(const ViewerReport& report) {
  const ReportBytes bytes = write_report(report);
  return {bytes.begin(), bytes.end()};
}

ByteVector report(std::int64_t time) { return written({at(time)}); }

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();

// Every byte of its fields differs from those beside it.
const FrameReception kFrame{.sequence = 0x11121314,
                            .size_bytes = 0x21222324,
                            .first_byte = at(0x0006010203040506),
                            .last_byte = at(0x0006010203040507),
                            .decode_time = microseconds(0x31323334),
                            .wanted = {0x4142, 0x5152}};

struct Reading {
  std::vector<ViewerReport> reports;
  Result last = Result::need_more;

  std::vector<WallTime> times() const {
    std::vector<WallTime> times;
    for (const ViewerReport& report : reports) times.push_back(report.time);
    return times;
  }
};

Reading read(Bytes stream, std::size_t piece_size) {
  ReportReader reader;
  Reading reading;
  while (!stream.empty() && reading.last != Result::not_a_report) {
    const auto space = reader.space();
    REQUIRE_FALSE(space.empty());
    const std::size_t size = std::min({space.size(), piece_size, stream.size()});
    std::ranges::copy(stream.first(size), space.begin());
    stream = stream.subspan(size);
    reader.received(size);
    while ((reading.last = reader.next()) == Result::report)
      reading.reports.push_back(reader.report());
  }
  return reading;
}

/// What is read of one report.
std::optional<ViewerReport> reread(const ByteVector& bytes) {
  const Reading reading = read(bytes, bytes.size());
  return reading.reports.empty() ? std::nullopt : std::optional(reading.reports.back());
}

TEST_CASE("a report has the protocol's bytes") {
  CHECK(report(0x0006090A0B0C0D0E) ==
        joined(to_bytes({0, 0, 0, 17}), "jpegview", to_bytes({1, 0, 6, 9, 10, 11, 12, 13, 14})));
}

TEST_CASE("a report of a frame has the protocol's bytes") {
  CHECK(written({at(0x0006090A0B0C0D0E), kFrame}) ==
        joined(to_bytes({0, 0, 0, 49}), "jpegview", to_bytes({2, 0, 6, 9, 10, 11, 12, 13, 14}),
               to_bytes({0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24}),
               to_bytes({0, 6, 1, 2, 3, 4, 5, 6, 0, 6, 1, 2, 3, 4, 5, 7}),
               to_bytes({0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x51, 0x52})));
}

TEST_CASE("a report of a frame is read as it was written") {
  const ViewerReport report{at(7), kFrame};
  CHECK(reread(written(report)) == report);
}

TEST_CASE("a later version with more fields is read as version 2") {
  const ViewerReport report{at(7), kFrame};
  ByteVector later = joined(written(report), "more");
  later[3] = std::byte{49 + 4};
  later[12] = std::byte{9};
  CHECK(reread(later) == report);
}

TEST_CASE("a decode time or a size that its field does not hold is written as the nearest") {
  FrameReception frame = kFrame;
  frame.decode_time = std::chrono::hours(2);
  frame.wanted = {-1, 70'000};
  const auto large = reread(written({at(7), frame}));
  REQUIRE((large && large->frame));
  CHECK(large->frame->decode_time == microseconds(0xFFFFFFFF));
  CHECK(large->frame->wanted == PictureSize{0, 65'535});
  frame.decode_time = microseconds(-1);
  const auto small = reread(written({at(7), frame}));
  REQUIRE((small && small->frame));
  CHECK(small->frame->decode_time == microseconds(0));
}

TEST_CASE("a report from an impossible time is ignored") {
  const std::int64_t time = GENERATE(std::int64_t{-1}, kLeast, kMost);
  const ByteVector stream = joined(report(time), written({at(time), kFrame}), report(6));
  CHECK(read(stream, 7).times() == std::vector{at(6)});
}

TEST_CASE("impossible times of a frame leave the report without it") {
  const auto [first, last] = GENERATE_COPY(table<std::int64_t, std::int64_t>(
      {{kLeast, kMost}, {-1, 5}, {5, kMost}, {6, 5}, {kMost, kMost}, {kLeast, kLeast}}));
  FrameReception frame = kFrame;
  frame.first_byte = at(first);
  frame.last_byte = at(last);
  CHECK(reread(written({at(7), frame})) == ViewerReport{at(7)});
}

TEST_CASE("a frame of one read is received in no time") {
  FrameReception frame = kFrame;
  frame.last_byte = frame.first_byte;
  CHECK(reread(written({at(7), frame})) == ViewerReport{at(7), frame});
}

TEST_CASE("reports are read from parts of any size") {
  const ByteVector longer =
      joined(to_bytes({0, 0, 0, 19}), "jpegview", to_bytes({1, 0, 0, 0, 0, 0, 0, 0, 77}), "xy");
  const ByteVector stream =
      joined(report(1), written({at(2), kFrame}), longer, report(3), written({at(4), kFrame}));
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    CAPTURE(piece);
    const Reading reading = read(stream, piece);
    CHECK(reading.times() == std::vector{at(1), at(2), at(77), at(3), at(4)});
    CHECK(reading.last == Result::need_more);
  }
}

TEST_CASE("a report of another version or kind is ignored") {
  ByteVector version_0 = report(5);
  version_0[12] = std::byte{0};
  ByteVector too_short = report(5);  // for version 2
  too_short[12] = std::byte{2};
  const ByteVector other_kind = joined(to_bytes({0, 0, 2, 0}), ByteVector(512, std::byte{'x'}));
  const ByteVector shorter = joined(to_bytes({0, 0, 0, 3}), "jpe");
  const ByteVector empty = to_bytes({0, 0, 0, 0});
  const ByteVector stream = joined(version_0, too_short, other_kind, shorter, empty, report(6));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()})
    CHECK(read(stream, piece).times() == std::vector{at(6)});
}

TEST_CASE("a message larger than a report is refused") {
  const Reading reading = read(joined(report(1), to_bytes({0, 0, 2, 1, 9, 9})), 5);
  CHECK(reading.times() == std::vector{at(1)});
  CHECK(reading.last == Result::not_a_report);
  CHECK(read(to_bytes("GET / HTTP/1.1\r\n"), 100).last == Result::not_a_report);
}

}  // namespace
}  // namespace jpegwire::viewer_report_test
