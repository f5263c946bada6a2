#include "viewer/lesson/reads_report.hpp"

#include <catch2/catch.hpp>

#include "support/arrivals.hpp"

namespace jpegwire::reads_report_test {
namespace {

using namespace test;
using Catch::Contains;

TEST_CASE("values that are close have one bar each") {
  Bars bars;
  for (const std::uint64_t value : {3, 4, 4, 6}) bars.count(value);
  CHECK(bars.text() ==
        "                     3  ####################                     1\n"
        "                     4  ######################################## 2\n"
        "                     5                                           0\n"
        "                     6  ####################                     1\n");
}

TEST_CASE("values that differ much have one bar per power of two") {
  Bars bars;
  for (const std::uint64_t value : {1, 2, 4, 5, 8, 1000}) bars.count(value);
  CHECK_THAT(bars.text(), Contains(" 1  ####################  ") && Contains("3 to 4  ") &&
                              Contains("5 to 8  ######################################## 2\n") &&
                              Contains("17 to 32  ") && Contains("513 to 1024  "));
  CHECK_THAT(bars.text(), !Contains("1025"));
  CHECK(Bars().text().find('#') == std::string::npos);
}

TEST_CASE("the report counts the frames that one read would have broken, and says why") {
  ReadsReport report;
  report.add(make_reads({100}));
  report.add(make_reads({60, 40}));
  report.add(make_reads({60, 30, 10}));
  report.add(make_reads({100}, 20));
  CHECK(report.frames() == 4);
  CHECK(report.broken() == 3);
  CHECK_THAT(report.text(4096), Contains("4 frames arrived") && Contains("has 100 bytes") &&
                                    Contains("one recv of 4096 bytes") &&
                                    Contains("broken 3 of 4 frames (75.0 %): 2 because the read "
                                             "ended before the frame, 1 because the read began "
                                             "with the end of another frame. "));
}

TEST_CASE("the median of a few values is exact, and that of many is approximate") {
  CountedValues values;
  for (int i = 0; i < 5; ++i) values.count(3000);
  CHECK(values.median() == "3000");
  values.count(4);
  CHECK(values.median() == "3000");
  for (std::uint64_t i = 0; i < 2 * CountedValues::kMaxDifferent; ++i) values.count(100'000 + i);
  CHECK_THAT(values.median(), Contains("about 10"));
  CHECK(CountedValues().median() == "0");
}

TEST_CASE("merged reads do not count as one large read") {
  ReadsReport report;
  FrameReads reads = make_reads({1, 1, 20'000});
  reads.merged = 299;
  report.add(reads);
  const std::string text = report.text(1);
  CHECK_THAT(text, Contains("(median 1)") && !Contains("16385"));
  CHECK_THAT(text, Contains("300 reads after them are not included"));
  CHECK_THAT(text, Contains("reads per frame is 302,"));
}

TEST_CASE("the report has a sentence for no broken frame, and for no frame") {
  ReadsReport report;
  CHECK_THAT(report.text(65536), Contains("No frame arrived"));
  report.add({});
  CHECK(report.frames() == 0);
  report.add(make_reads({100}));
  CHECK_THAT(report.text(65536), Contains("broken 0 of 1 frames (0.0 %). This was luck"));
}

}  // namespace
}  // namespace jpegwire::reads_report_test
