#include <algorithm>
#include <vector>

#include "net/stream/viewer_report.hpp"
#include "support/fuzzing.hpp"

// The first byte chooses the size of the reads; all splits of the rest give the same reports.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

struct Reading {
  std::vector<WallTime> times;
  ReportReader::Result last = ReportReader::Result::need_more;

  bool operator==(const Reading&) const = default;
};

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
    while ((reading.last = reader.next()) == ReportReader::Result::report)
      reading.times.push_back(reader.report().time);
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
