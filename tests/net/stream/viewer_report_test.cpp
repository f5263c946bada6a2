#include "net/stream/viewer_report.hpp"

#include <catch2/catch.hpp>

#include "support/streams.hpp"

namespace jpegwire::viewer_report_test {
namespace {

using namespace test;
using Result = ReportReader::Result;

WallTime at(std::int64_t count) { return WallTime(microseconds(count)); }

ByteVector report(std::int64_t time) {
  const auto bytes = write_report({at(time)});
  return {bytes.begin(), bytes.end()};
}

struct Reading {
  std::vector<WallTime> times;
  Result last = Result::need_more;
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
      reading.times.push_back(reader.report().time);
  }
  return reading;
}

TEST_CASE("a report has the protocol's bytes") {
  CHECK(report(0x0006090A0B0C0D0E) ==
        joined(to_bytes({0, 0, 0, 17}), "jpegview", to_bytes({1, 0, 6, 9, 10, 11, 12, 13, 14})));
}

TEST_CASE("reports are read from parts of any size") {
  const ByteVector longer =
      joined(to_bytes({0, 0, 0, 19}), "jpegview", to_bytes({1, 0, 0, 0, 0, 0, 0, 0, 77}), "xy");
  const ByteVector stream = joined(report(1), report(2), longer, report(3));
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    CAPTURE(piece);
    const Reading reading = read(stream, piece);
    CHECK(reading.times == std::vector{at(1), at(2), at(77), at(3)});
    CHECK(reading.last == Result::need_more);
  }
}

TEST_CASE("a report of another version or kind is ignored") {
  ByteVector other_version = report(5);
  other_version[12] = std::byte{2};
  const ByteVector other_kind = joined(to_bytes({0, 0, 2, 0}), ByteVector(512, std::byte{'x'}));
  const ByteVector shorter = joined(to_bytes({0, 0, 0, 3}), "jpe");
  const ByteVector empty = to_bytes({0, 0, 0, 0});
  const ByteVector stream = joined(other_version, other_kind, shorter, empty, report(6));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()})
    CHECK(read(stream, piece).times == std::vector{at(6)});
}

TEST_CASE("a message larger than a report is refused") {
  const Reading reading = read(joined(report(1), to_bytes({0, 0, 2, 1, 9, 9})), 5);
  CHECK(reading.times == std::vector{at(1)});
  CHECK(reading.last == Result::not_a_report);
  CHECK(read(to_bytes("GET / HTTP/1.1\r\n"), 100).last == Result::not_a_report);
}

}  // namespace
}  // namespace jpegwire::viewer_report_test
