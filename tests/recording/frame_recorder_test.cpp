#include "recording/frame_recorder.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "recording/video_file_reader.hpp"
#include "support/loopback.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::frame_recorder_test {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kFrames = 20;
constexpr milliseconds kInterval = 10ms;

std::vector<microseconds> times_in(const fs::path& file) {
  std::vector<microseconds> times;
  auto reader = VideoFileReader::open(file);
  REQUIRE(reader);
  while (const auto frame = reader->next()) times.push_back(frame->time);
  return times;
}

void fail(const std::string& error) { FAIL(error); }

TEST_CASE("a sender's recording keeps its pace when the clock is set") {
  const microseconds set = GENERATE(microseconds(-1h), microseconds(1h));
  const TemporaryDirectory directory;
  FrameRecorder recorder({.file = directory / "film.mkv", .split = {}}, fail);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kFrames; ++i) {
    const auto frame = make_frame(static_cast<std::uint32_t>(i));
    if (i >= kFrames / 2) frame->capture_time += set;
    recorder.submit(frame);
    std::this_thread::sleep_for(kInterval);
  }
  const auto spent = std::chrono::steady_clock::now() - begin;
  recorder.finish(30s);
  CHECK(recorder.recorded() == kFrames);
  const auto times = times_in(directory / "film.mkv");
  REQUIRE(times.size() == kFrames);
  for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] >= kInterval / 2);
  CHECK(times.back() <= spent);
  CHECK_FALSE(fs::exists(directory / "film-2.mkv"));
}

TEST_CASE("frames that are closer than the file's resolution are counted") {
  const TemporaryDirectory directory;
  FrameRecorder recorder({.file = directory / "film.avi", .split = {}}, fail);
  const WallTime begin = wall_now();
  constexpr std::uint64_t kMany = 1000;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    const auto frame = make_frame(0);
    frame->capture_time = begin + static_cast<std::int64_t>(i) * 100us;
    recorder.submit(frame);
  }
  recorder.finish(30s);
  CHECK(recorder.skipped() > 0);
  CHECK(recorder.recorded() + recorder.skipped() == kMany);
  const auto times = times_in(directory / "film.avi");
  CHECK(times.size() == recorder.recorded());
  CHECK(times.back() < 200ms);
}

}  // namespace
}  // namespace jpegwire::frame_recorder_test
