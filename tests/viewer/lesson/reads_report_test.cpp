#include "viewer/lesson/reads_report.hpp"

#include <catch2/catch.hpp>

#include "support/arrivals.hpp"

namespace jpegwire::reads_report_test {
namespace {

using namespace test;
using Catch::Contains;

TEST_CASE("bars stand for single values where these are close") {
  Bars bars;
  for (const std::uint64_t value : {3, 4, 4, 6}) bars.count(value);
  CHECK(bars.text() ==
        "                     3  ####################                     1\n"
        "                     4  ######################################## 2\n"
        "                     5                                           0\n"
        "                     6  ####################                     1\n");
}

TEST_CASE("bars stand for powers of two where the values differ much") {
  Bars bars;
  for (const std::uint64_t value : {1, 2, 4, 5, 8, 1000}) bars.count(value);
  CHECK_THAT(bars.text(), Contains(" 1  ####################  ") && Contains("3 to 4  ") &&
                              Contains("5 to 8  ######################################## 2\n") &&
                              Contains("17 to 32  ") && Contains("513 to 1024  "));
  CHECK_THAT(bars.text(), !Contains("1025"));
  CHECK(Bars().text().find('#') == std::string::npos);
}

TEST_CASE("the report tells how many frames one read would have broken, and why") {
  ReadsReport report;
  report.add(make_reads({100}));
  report.add(make_reads({60, 40}));
  report.add(make_reads({60, 30, 10}));
  report.add(make_reads({100}, 20));
  CHECK(report.frames() == 4);
  CHECK(report.broken() == 3);
  CHECK_THAT(report.text(4096), Contains("4 frames came") && Contains("had 100 bytes") &&
                                    Contains("one recv of 4096 bytes") &&
                                    Contains("broken 3 of 4 frames (75.0 %): 2 because the read "
                                             "ended before the frame did, 1 because the read "
                                             "brought the end of another frame first. "));
}

TEST_CASE("the middle of values is told exactly while they are few, and else as about") {
  CountedValues values;
  for (int i = 0; i < 5; ++i) values.count(3000);
  CHECK(values.middle() == "3000");
  values.count(4);
  CHECK(values.middle() == "3000");
  for (std::uint64_t i = 0; i < 2 * CountedValues::kMostDifferent; ++i) values.count(100'000 + i);
  CHECK_THAT(values.middle(), Contains("about 10"));
  CHECK(CountedValues().middle() == "0");
}

TEST_CASE("reads that were merged are no large read") {
  ReadsReport report;
  FrameReads reads = make_reads({1, 1, 20'000});
  reads.merged = 299;
  report.add(reads);
  const std::string text = report.text(1);
  CHECK_THAT(text, Contains("(in the middle 1)") && !Contains("16385"));
  CHECK_THAT(text, Contains("300 reads behind them brought the rest"));
  CHECK_THAT(text, Contains("took 302 reads"));
}

TEST_CASE("the report has a sentence for luck, and for nothing") {
  ReadsReport report;
  CHECK_THAT(report.text(65536), Contains("No frame came"));
  report.add({});
  CHECK(report.frames() == 0);
  report.add(make_reads({100}));
  CHECK_THAT(report.text(65536), Contains("broken 0 of 1 frames (0.0 %). It was lucky"));
}

}  // namespace
}  // namespace jpegwire::reads_report_test
