#include "sender/sources/recording_source.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "recording/video_file_writer.hpp"
#include "support/jpegs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using namespace jpegwire::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace recording_source_test {
namespace {

constexpr WallTime kBegin{std::chrono::hours(500'000)};
constexpr microseconds kTimes[] = {0ms, 33ms, 50ms, 120ms};

ByteVector make_jpeg(unsigned seed) { return encode_plainly(make_bgr(64, 48, seed)); }

void write_recording(const fs::path& file, int claimed_height = 48) {
  VideoFileWriter writer(file, 64, claimed_height, kBegin);
  for (unsigned i = 0; i < std::size(kTimes); ++i) writer.write(make_jpeg(i), kBegin + kTimes[i]);
  writer.end();
}

RecordingSourceOptions as_fast_as_it_can(const fs::path& file) {
  return {.path = file, .loop = false, .frames_per_second = 0, .passthrough = true};
}

}  // namespace

TEST_CASE("a recording is played byte for byte, at its own times", "[recording_source]") {
  const TemporaryDirectory directory;
  write_recording(directory / "video.mkv");
  const auto source = RecordingSource::open({.path = directory / "video.mkv"});
  REQUIRE(source);
  CHECK(source->waits_for_viewers());
  CHECK_THAT(source->description(), Contains("64x48 at its own times, passed through"));
  WallTime first{};
  for (unsigned i = 0; i < std::size(kTimes); ++i) {
    const auto frame = source->read({});
    REQUIRE(frame);
    REQUIRE(frame->jpeg);
    CHECK((bytes_of(frame->jpeg->layout) == make_jpeg(i)));
    if (i == 0) first = frame->capture_time;
    CHECK(frame->capture_time - first == kTimes[i]);
    CHECK(wall_now() >= frame->capture_time - 1ms);
  }
  CHECK_FALSE(source->read({}));
  CHECK_FALSE(source->read({}));
}

TEST_CASE("a looped recording continues at its pace", "[recording_source]") {
  const TemporaryDirectory directory;
  write_recording(directory / "video.mov");
  const auto source = RecordingSource::open({.path = directory / "video.mov", .loop = true});
  REQUIRE(source);
  std::vector<WallTime> times;
  for (unsigned i = 0; i < 2 * std::size(kTimes); ++i) {
    const auto frame = source->read({});
    REQUIRE(frame);
    CHECK((bytes_of(frame->jpeg->layout) == make_jpeg(i % std::size(kTimes))));
    times.push_back(frame->capture_time);
  }
  CHECK(times[4] - times[3] == 70ms);
  CHECK(times[7] - times[4] == 120ms);
}

TEST_CASE("a looped recording that was removed is reported", "[recording_source]") {
  const TemporaryDirectory directory;
  write_recording(directory / "video.avi");
  auto options = as_fast_as_it_can(directory / "video.avi");
  options.loop = true;
  const auto source = RecordingSource::open(options);
  REQUIRE(source);
  for (unsigned i = 0; i < std::size(kTimes); ++i) CHECK(source->read({}));
  fs::remove(directory / "video.avi");
  CHECK_THROWS_WITH(source->read({}), Contains("video.avi") && Contains("cannot restart"));
}

TEST_CASE("a stopped recording returns no more frames", "[recording_source]") {
  const TemporaryDirectory directory;
  write_recording(directory / "video.mkv");
  const auto source = RecordingSource::open({.path = directory / "video.mkv"});
  REQUIRE(source);
  std::stop_source stop;
  CHECK(source->read(stop.get_token()));
  stop.request_stop();
  CHECK_FALSE(source->read(stop.get_token()));
}

TEST_CASE("a damaged JPEG in a recording is counted and skipped", "[recording_source]") {
  const TemporaryDirectory directory;
  {
    VideoFileWriter writer(directory / "video.mkv", 64, 48, kBegin);
    ByteVector half = make_jpeg(1);
    half.resize(half.size() / 2);
    writer.write(make_jpeg(0), kBegin);
    writer.write(half, kBegin + 40ms);
    writer.write(make_jpeg(2), kBegin + 80ms);
    writer.end();
  }
  const auto source = RecordingSource::open(as_fast_as_it_can(directory / "video.mkv"));
  REQUIRE(source);
  CHECK((bytes_of(source->read({})->jpeg->layout) == make_jpeg(0)));
  CHECK((bytes_of(source->read({})->jpeg->layout) == make_jpeg(2)));
  CHECK_FALSE(source->read({}));
  CHECK(source->corrupt() == 1);
}

TEST_CASE("files that cannot be passed on are read by OpenCV", "[recording_source]") {
  const TemporaryDirectory directory;
  write_recording(directory / "fields.avi", 96);
  std::ofstream(directory / "garbage.mkv") << std::string(5000, 'x');
  CHECK_FALSE(RecordingSource::open(as_fast_as_it_can(directory / "fields.avi")));
  CHECK_FALSE(RecordingSource::open(as_fast_as_it_can(directory / "garbage.mkv")));
  CHECK_FALSE(RecordingSource::open(as_fast_as_it_can(directory / "missing.mkv")));
}

}  // namespace recording_source_test
