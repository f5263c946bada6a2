#include <catch2/catch.hpp>
#include <fstream>
#include <vector>

#include "recording/libav.hpp"
#include "recording/recording_options.hpp"
#include "recording/video_file_reader.hpp"
#include "recording/video_file_writer.hpp"
#include "support/jpegs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using namespace jpegwire::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace video_file_test {
namespace {

constexpr WallTime kBegin{std::chrono::hours(500'000) + 123'456us};

/// At an uneven rate, as frames are taken.
constexpr microseconds kTimes[] = {0us,         33'400us,    66'100us,    70'000us,   5'000'000us,
                                   5'033'333us, 5'070'000us, 5'075'000us, 5'090'000us};

ByteVector make_jpeg(unsigned seed) { return encode_plainly(make_bgr(64, 48, seed)); }

struct ReadFrame {
  ByteVector jpeg;
  microseconds time{};
};

std::vector<ReadFrame> read_all(const fs::path& file) {
  std::vector<ReadFrame> frames;
  auto reader = VideoFileReader::open(file);
  REQUIRE(reader);
  CHECK(reader->width() == 64);
  CHECK(reader->height() == 48);
  while (const auto frame = reader->next())
    frames.push_back({{frame->jpeg.begin(), frame->jpeg.end()}, frame->time});
  return frames;
}

void check_frames(const std::vector<ReadFrame>& frames, std::size_t number) {
  REQUIRE(frames.size() == number);
  for (std::size_t i = 0; i < number; ++i) {
    CHECK((frames[i].jpeg == make_jpeg(static_cast<unsigned>(i))));
    CHECK(std::chrono::abs(frames[i].time - kTimes[i]) <= 1ms);
  }
}

void write_frame(VideoFileWriter& writer, std::size_t i) {
  writer.write(make_jpeg(static_cast<unsigned>(i)), kBegin + kTimes[i]);
}

/// The duration that the file states.
microseconds duration_of(const fs::path& file) {
  AVFormatContext* context = nullptr;
  REQUIRE(avformat_open_input(&context, file.c_str(), nullptr, nullptr) == 0);
  avformat_find_stream_info(context, nullptr);
  const microseconds duration(context->duration);
  avformat_close_input(&context);
  return duration;
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("written frames are read back, byte for byte and at their times", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov", "video.avi", "VIDEO.MKV");
  INFO(name);
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  for (std::size_t i = 0; i < std::size(kTimes); ++i) {
    write_frame(writer, i);
    if (i == 2 || i == 4 || i == 5 || i == 6) writer.flush();
  }
  writer.end();
  CHECK(writer.frames() == std::size(kTimes));
  check_frames(read_all(directory / name), std::size(kTimes));
}

TEST_CASE("flushed frames can be read before the end", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov", "video.avi");
  INFO(name);
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  for (std::size_t i = 0; i < 4; ++i) write_frame(writer, i);
  writer.flush();
  check_frames(read_all(directory / name), 4);
}

TEST_CASE("frames with times that do not increase get the next tick, within a limit",
          "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov", "video.avi");
  INFO(name);
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  for (const microseconds time : {0us, 40'000us, 40'000us, 80'000us})
    CHECK(writer.write(make_jpeg(1), kBegin + time));
  CHECK_FALSE(writer.write(make_jpeg(1), kBegin));
  writer.end();
  const auto frames = read_all(directory / name);
  REQUIRE(frames.size() == 4);
  for (std::size_t i = 1; i < 4; ++i) CHECK(frames[i].time > frames[i - 1].time);
  CHECK(std::chrono::abs(frames[3].time - 80ms) <= 1ms);
}

TEST_CASE("frames that are closer than a file's resolution keep their times", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.avi");
  INFO(name);
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  constexpr int kFrames = 2000;
  constexpr microseconds kInterval = 100us;
  std::vector<microseconds> written;
  for (int i = 0; i < kFrames; ++i)
    if (writer.write(make_jpeg(1), kBegin + i * kInterval)) written.push_back(i * kInterval);
  writer.end();
  CHECK(writer.frames() == written.size());
  const auto frames = read_all(directory / name);
  REQUIRE(frames.size() == written.size());
  CHECK(frames.size() < kFrames);
  for (std::size_t i = 0; i < frames.size(); ++i)
    CHECK(std::chrono::abs(frames[i].time - written[i]) <= VideoFileWriter::kMaxLate + 2ms);
}

TEST_CASE("a pause does not affect the estimated duration of the next frame", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov");
  INFO(name);
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  for (const auto time : {0ms, 33ms, 66ms, 60'000ms}) {
    writer.write(make_jpeg(1), kBegin + time);
    writer.flush();
  }
  writer.end();
  CHECK(duration_of(directory / name) > 59s);
  CHECK(duration_of(directory / name) < 61s);
}

TEST_CASE("another size, and a long pause in AVI, want another file", "[video_file]") {
  const TemporaryDirectory directory;
  VideoFileWriter avi(directory / "video.avi", 64, 48, kBegin);
  VideoFileWriter mkv(directory / "video.mkv", 64, 48, kBegin);
  for (VideoFileWriter* writer : {&avi, &mkv}) {
    write_frame(*writer, 0);
    CHECK(writer->takes(64, 48, kBegin + 60s));
    CHECK_FALSE(writer->takes(64, 40, kBegin + 60s));
    CHECK_FALSE(writer->takes(32, 48, kBegin + 60s));
  }
  CHECK_FALSE(avi.takes(64, 48, kBegin + 100s));
  CHECK(mkv.takes(64, 48, kBegin + 100h));
}

TEST_CASE("a time long before the last one wants another file", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov", "video.avi");
  const TemporaryDirectory directory;
  VideoFileWriter writer(directory / name, 64, 48, kBegin);
  writer.write(make_jpeg(1), kBegin);
  writer.write(make_jpeg(2), kBegin + 30s);
  CHECK(writer.takes(64, 48, kBegin + 29'500ms));
  CHECK_FALSE(writer.takes(64, 48, kBegin + 28s));
  CHECK_FALSE(writer.takes(64, 48, kBegin - 1h));
}

TEST_CASE("an existing file is not changed", "[video_file]") {
  const TemporaryDirectory directory;
  write_bytes(directory / "video.mkv", "precious");
  CHECK_THROWS_WITH(VideoFileWriter(directory / "video.mkv", 64, 48, kBegin),
                    Contains("video.mkv") && Contains("File exists"));
  fs::create_symlink(directory / "elsewhere.mkv", directory / "link.mkv");
  CHECK_THROWS_WITH(VideoFileWriter(directory / "link.mkv", 64, 48, kBegin),
                    Contains("link.mkv") && Contains("File exists"));
  CHECK_FALSE(fs::exists(directory / "elsewhere.mkv"));
  CHECK_THROWS_WITH(VideoFileWriter(directory / "missing/video.mkv", 64, 48, kBegin),
                    Contains("missing/video.mkv") && Contains("No such file"));
  CHECK(read_bytes(directory / "video.mkv") == "precious");
}

TEST_CASE("a file without a video of JPEGs is not opened", "[video_file]") {
  const TemporaryDirectory directory;
  write_bytes(directory / "empty.mkv", "");
  write_bytes(directory / "garbage.mkv", std::string(5000, 'x'));
  write_bytes(directory / "list.avi", "ffconcat version 1.0\nfile garbage.mkv\n");
  for (const char* name : {"empty.mkv", "garbage.mkv", "list.avi", "missing.mov"})
    CHECK_FALSE(VideoFileReader::open(directory / name));
}

TEST_CASE("a file that is truncated anywhere ends there", "[video_file]") {
  const std::string name = GENERATE("video.mkv", "video.mov", "video.avi");
  INFO(name);
  const TemporaryDirectory directory;
  {
    VideoFileWriter writer(directory / name, 64, 48, kBegin);
    for (std::size_t i = 0; i < std::size(kTimes); ++i) {
      write_frame(writer, i);
      writer.flush();
    }
    writer.end();
  }
  const std::string whole = read_bytes(directory / name);
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    write_bytes(directory / ("cut-" + name), whole.substr(0, size));
    auto reader = VideoFileReader::open(directory / ("cut-" + name));
    std::size_t frames = 0;
    while (reader && reader->next()) ++frames;
    CHECK(frames <= std::size(kTimes));
  }
}

TEST_CASE("recordings have names of their own", "[recording_options]") {
  const TemporaryDirectory directory;
  CHECK(is_recording_name("a.mkv"));
  CHECK(is_recording_name("a.b/c.MOV"));
  CHECK_FALSE(is_recording_name("a.mp4"));
  CHECK_FALSE(is_recording_name("mkv"));
  CHECK(first_free_name(directory / "a.mkv") == directory / "a.mkv");
  write_bytes(directory / "a.mkv", "");
  write_bytes(directory / "a-2.mkv", "");
  CHECK(first_free_name(directory / "a.mkv") == directory / "a-3.mkv");
  CHECK_THROWS_WITH(require_new_recording(directory / "a.mkv"),
                    Contains("a.mkv") && Contains("overwrites nothing"));
  CHECK_THROWS_WITH(require_new_recording(directory / "missing/a.mkv"), Contains("missing"));
  CHECK_NOTHROW(require_new_recording(directory / "b.mkv"));
  CHECK_THAT(recording_name_at(kBegin).string(),
             Catch::Matchers::Matches(R"(jpegwire-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.mkv)"));
}

}  // namespace video_file_test
