#include <algorithm>
#include <vector>

#include "net/stream/viewer_report.hpp"
#include "support/fuzzing.hpp"

// The first byte chooses the size of the reads; all splits of the rest give the same reports.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

struct Reading {
  std::vector<ViewerReport> reports;
  ReportReader::Result last = ReportReader::Result::need_more;

  bool operator==(const Reading&) const = default;
};

// A sender subtracts the times of reports, which overflow is not to reach.
void check(const ViewerReport& report) {
  constexpr WallTime kEnd(std::chrono::hours(24 * 366 * 231));
  const auto is_possible = [&](WallTime time) { return time >= WallTime{} && time < kEnd; };
  require(is_possible(report.time), "a report is from a possible time");
  if (!report.frame) return;
  require(is_possible(report.frame->last_byte), "a frame is from a possible time");
  require(report.frame->first_byte >= WallTime{}, "a frame begins at a possible time");
  require(report.frame->last_byte >= report.frame->first_byte, "a frame ends after it begins");
}

Reading read(Bytes stream, std::size_t piece_size) {
  ReportReader reader;
  Reading reading;
  while (!stream.empty() && reading.last == ReportReader::Result::need_more) {
    const std::span<std::byte> space = reader.space();
    require(!space.empty(), "there is space for more");
    const std::size_t size = std::min({space.size(), piece_size, stream.size()});
    std::ranges::copy(stream.first(size), space.begin());
    stream = stream.subspan(size);
    reader.received(size);
    while ((reading.last = reader.next()) == ReportReader::Result::report) {
      check(reader.report());
      reading.reports.push_back(reader.report());
    }
  }
  return reading;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes stream = as_input(data, size);
  const std::size_t piece_size = take_byte(stream) + 1;
  require(read(stream, piece_size) == read(stream, stream.size()),
          "the reports do not depend on the splitting");
  return 0;
}
