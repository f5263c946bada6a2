#include "recording/frame_recorder.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
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

/// Frames 100 ms apart whose widths are these.
void record(FrameRecorder& recorder, const std::vector<int>& widths) {
  const WallTime begin = wall_now();
  std::uint32_t number = 0;
  for (const int width : widths) {
    const auto frame = make_frame(0);
    frame->layout.width = width;
    frame->sequence = number;
    frame->capture_time = begin + number++ * 100ms;
    recorder.submit(frame);
  }
}

std::size_t files_in(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory / "."), fs::directory_iterator()));
}

TEST_CASE("a size that changes with each frame does not make a file of each frame") {
  const TemporaryDirectory directory;
  std::vector<std::string> news;
  FrameRecorder recorder({.file = directory / "film.mkv", .split = {}}, fail,
                         WriteQueue::kEveryFrame,
                         [&](const std::string& sentence) { news.push_back(sentence); });
  std::vector<int> widths;
  for (int i = 0; i < 100; ++i) widths.push_back(i % 2 == 0 ? 640 : 320);
  record(recorder, widths);
  recorder.finish(30s);
  CHECK(files_in(directory) == 6);  // the first one and five changes
  CHECK(recorder.skipped_size() > 40);
  CHECK(recorder.skipped() == 0);
  CHECK(recorder.recorded() + recorder.skipped_size() == widths.size());
  CHECK(std::ranges::count_if(news, [](const std::string& sentence) {
          return sentence.find("changes too often") != std::string::npos;
        }) == 1);
}

TEST_CASE("a few changes of the size lose no frame") {
  const TemporaryDirectory directory;
  FrameRecorder recorder({.file = directory / "film.mkv", .split = {}}, fail);
  record(recorder, {640, 640, 320, 320, 640, 480, 480});
  recorder.finish(30s);
  CHECK(recorder.recorded() == 7);
  CHECK(recorder.skipped_size() == 0);
  CHECK(files_in(directory) == 4);
}

TEST_CASE("new files are begun five times in a row, and then every ten seconds") {
  NewFileBudget budget;
  WallTime now = wall_now();
  for (int i = 0; i < 5; ++i) CHECK(budget.take(now));
  CHECK_FALSE(budget.take(now));
  now += 9s;
  CHECK_FALSE(budget.take(now));
  now += 1s;
  CHECK(budget.take(now));
  CHECK_FALSE(budget.take(now));
  now += 10min;
  for (int i = 0; i < 5; ++i) CHECK(budget.take(now));
  CHECK_FALSE(budget.take(now));
}

TEST_CASE("a recording shows that it writes only once it has written") {
  const TemporaryDirectory directory;
  FrameRecorder recorder({.file = directory / "film.mkv", .split = {}}, fail);
  CHECK(recorder.state() == RecordingState{});
  recorder.submit(make_frame(0));
  asio::io_context io;
  REQUIRE(run_until(io, [&] { return recorder.state()->is_writing; }));
  CHECK(recorder.state()->length == 0s);
  // Without further frames it stalls.
  CHECK_FALSE(recorder.state(std::chrono::steady_clock::now() + 3s)->is_writing);
  recorder.finish(30s);
  CHECK_FALSE(recorder.state());
}

}  // namespace
}  // namespace jpegwire::frame_recorder_test
