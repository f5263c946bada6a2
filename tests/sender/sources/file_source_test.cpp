#include "sender/sources/file_source.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <stdexcept>
#include <thread>

#include "codec/jpeg_layout.hpp"
#include "recording/video_file_writer.hpp"
#include "support/jpegs.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace file_source_test {
namespace {

/// A directory for one test, which is removed at its end.
struct Directory {
  Directory() : path(fs::temp_directory_path() / "jpegwire_XXXXXX") {
    std::string name = path;
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { fs::remove_all(path); }

  std::string operator/(const std::string& name) const { return path / name; }

  fs::path path;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Each frame is brighter than the previous one, so that they can be distinguished: 20, 40, ….
void write_video(const std::string& path, int frames, double rate, cv::Size size = {160, 120}) {
  cv::VideoWriter writer(path, cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), rate,
                         size);
  REQUIRE(writer.isOpened());
  for (int i = 1; i <= frames; ++i) writer.write(cv::Mat(size, CV_8UC3, cv::Scalar::all(20 * i)));
}

cv::Mat two_halves(cv::Size size) {
  cv::Mat picture(size, CV_8UC3, cv::Scalar(30, 60, 200));
  picture.colRange(0, size.width / 2) = cv::Scalar(200, 90, 40);
  return picture;
}

std::string write_jpeg(const Directory& directory) {
  const std::string path = directory / "picture.jpg";
  REQUIRE(cv::imwrite(path, two_halves({96, 64})));
  return path;
}

FileSourceOptions as_fast_as_it_decodes(const std::string& path) {
  FileSourceOptions options;
  options.path = path;
  options.frames_per_second = 0;
  return options;
}

int brightness(const CapturedFrame& frame) {
  return std::to_integer<int>(frame.raw->pixels[frame.raw->pixels.size() / 2]);
}

std::string error_of(const FileSourceOptions& options) {
  try {
    const FileSource source(options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a video is read frame by frame, and ends", "[file_source]") {
  const Directory directory;
  write_video(directory / "video.avi", 5, 30);
  FileSource source(as_fast_as_it_decodes(directory / "video.avi"));
  CHECK(source.waits_for_viewers());
  for (int i = 1; i <= 5; ++i) {
    const auto frame = source.read({});
    REQUIRE(frame);
    REQUIRE(frame->raw);
    CHECK(frame->raw->format == PixelFormat::bgr);
    CHECK(frame->raw->width == 160);
    CHECK(frame->raw->height == 120);
    CHECK(frame->raw->pixels.size() == raw_size_bytes(PixelFormat::bgr, 160, 120));
    CHECK(brightness(*frame) == Approx(20 * i).margin(4));
  }
  CHECK_FALSE(source.read({}));
  CHECK_FALSE(source.read({}));
}

TEST_CASE("a looped video begins again at its end", "[file_source]") {
  const Directory directory;
  write_video(directory / "video.avi", 3, 30);
  FileSourceOptions options = as_fast_as_it_decodes(directory / "video.avi");
  options.loop = true;
  FileSource source(options);
  for (int i = 0; i < 10; ++i) {
    const auto frame = source.read({});
    REQUIRE(frame);
    CHECK(brightness(*frame) == Approx(20 * (i % 3 + 1)).margin(4));
  }
}

TEST_CASE("a looped video that is removed ends with a sentence", "[file_source]") {
  const Directory directory;
  write_video(directory / "video.avi", 2, 30);
  FileSourceOptions options = as_fast_as_it_decodes(directory / "video.avi");
  options.loop = true;
  FileSource source(options);
  fs::remove(directory / "video.avi");
  REQUIRE(source.read({}));
  REQUIRE(source.read({}));
  CHECK_THROWS_WITH(source.read({}), Contains("cannot restart") && Contains("video.avi"));
}

TEST_CASE("a video keeps its own times unless another one is requested", "[file_source]") {
  const Directory directory;
  write_video(directory / "video.avi", 6, 25);
  FileSourceOptions options;
  options.path = directory / "video.avi";
  FileSource source(options);
  CHECK_THAT(source.description(), Equals("video " + options.path + ", 160x120 at its own times"));
  const WallTime begin = wall_now();
  auto last = source.read({});
  for (int i = 0; i < 5; ++i) last = source.read({});
  REQUIRE(last);
  CHECK(last->capture_time - begin >= milliseconds(199));
  CHECK(last->capture_time <= wall_now());

  options.frames_per_second = 50;
  CHECK_THAT(FileSource(options).description(), Contains("at 50 frames/s"));
}

/// A video that is nothing but JPEGs.
void write_jpegs(const std::string& path, unsigned frames) {
  std::string jpegs;
  for (unsigned i = 0; i < frames; ++i) {
    const test::ByteVector jpeg = test::encode_plainly(test::make_bgr(64, 48, i));
    jpegs.append(reinterpret_cast<const char*>(jpeg.data()), jpeg.size());
  }
  write(path, jpegs);
}

/// Its frames have these times, as a phone's or a screen's recording has: each as long as it takes.
void write_with_times(const fs::path& path, const std::vector<milliseconds>& times) {
  constexpr WallTime kBegin{std::chrono::hours(500'000)};
  VideoFileWriter writer(path, 64, 48, kBegin);
  for (const milliseconds time : times)
    writer.write(test::encode_plainly(test::make_bgr(64, 48, 1)), kBegin + time);
  writer.end();
}

TEST_CASE("a video of variable rate is played at its own times", "[file_source]") {
  const std::string name = GENERATE(as<std::string>{}, "video.mkv", "video.mov", "video.avi");
  CAPTURE(name);
  const Directory directory;
  write_with_times(directory / name, {0ms, 20ms, 40ms, 340ms, 360ms});
  FileSourceOptions options;
  options.path = directory / name;
  options.loop = true;
  FileSource source(options);
  std::vector<WallTime> times;
  for (int i = 0; i < 10; ++i) times.push_back(source.read({}).value().capture_time);
  // A frame is never early; with the mean rate, the fourth would be at 270 ms.
  CHECK(times[3] - times[0] >= 339ms);
  CHECK(times[5] - times[0] >= 379ms);  // the second round
  CHECK(times[8] - times[0] >= 718ms);
}

TEST_CASE("a video without times is played at its rate", "[file_source]") {
  const Directory directory;
  const std::string path = directory / "video.mjpeg";
  write_jpegs(path, 6);
  FileSourceOptions options;
  options.path = path;
  options.loop = true;
  FileSource source(options);
  const WallTime first = source.read({}).value().capture_time;
  for (int i = 0; i < 6; ++i) CHECK(source.read({}));
  CHECK(source.read({}).value().capture_time - first >= 7 * 33ms);
}

TEST_CASE("a rate that is requested replaces the times of a video", "[file_source]") {
  const Directory directory;
  write_with_times(directory / "video.mkv", {0s, 1h, 2h, 3h});
  FileSource source(as_fast_as_it_decodes(directory / "video.mkv"));
  for (int i = 0; i < 4; ++i) CHECK(source.read({}));  // waits for none of them
  FileSourceOptions options;
  options.path = directory / "video.mkv";
  options.frames_per_second = 100;
  FileSource at_a_rate(options);
  const WallTime first = at_a_rate.read({}).value().capture_time;
  for (int i = 0; i < 2; ++i) CHECK(at_a_rate.read({}));
  CHECK(at_a_rate.read({}).value().capture_time - first >= 10ms);
}

TEST_CASE("an extension is recognized in any case of letters", "[file_source]") {
  const Directory directory;
  const std::string path = directory / GENERATE(as<std::string>{}, "a.mjpeg", "a.MJPEG", "a.Mjpeg",
                                                "a.mjpg", "a.MJPG", "a.MjPg");
  CAPTURE(path);
  write_jpegs(path, 3);
  FileSource source(as_fast_as_it_decodes(path));
  CHECK_THAT(source.description(), StartsWith("video "));
  for (int i = 0; i < 3; ++i) CHECK(source.read({}));
  CHECK_FALSE(source.read({}));
}

TEST_CASE("a video is scaled to the requested size", "[file_source]") {
  const Directory directory;
  write_video(directory / "video.avi", 2, 30);
  FileSourceOptions options = as_fast_as_it_decodes(directory / "video.avi");
  options.size = {81, 45};
  FileSource source(options);
  CHECK_THAT(source.description(), Contains("81x45"));
  const auto frame = source.read({});
  REQUIRE(frame);
  CHECK(frame->raw->width == 81);
  CHECK(frame->raw->height == 45);
  CHECK(frame->raw->pixels.size() == raw_size_bytes(PixelFormat::bgr, 81, 45));
  CHECK(brightness(*frame) == Approx(20).margin(4));
}

TEST_CASE("a video that breaks in the middle ends there", "[file_source]") {
  const Directory directory;
  write_video(directory / "whole.avi", 10, 30, {320, 240});
  const std::string whole = bytes_of(directory / "whole.avi");
  write(directory / "broken.avi", whole.substr(0, whole.size() * 6 / 10));
  FileSource source(as_fast_as_it_decodes(directory / "broken.avi"));
  int frames = 0;
  while (source.read({}) && frames < 20) ++frames;
  CHECK(frames >= 1);
  CHECK(frames <= 10);
}

TEST_CASE("a still picture is repeated", "[file_source]") {
  const Directory directory;
  const cv::Mat picture = two_halves({97, 65});
  cv::imwrite(directory / "picture.png", picture);
  FileSourceOptions options;
  options.path = directory / "picture.png";
  CHECK_THAT(FileSource(options).description(),
             Equals("picture " + options.path + ", 97x65 at 30 frames/s"));
  options.frames_per_second = 0;
  options.passthrough = true;
  FileSource source(options);
  for (int i = 0; i < 50; ++i) {
    const auto frame = source.read({});
    REQUIRE(frame);
    REQUIRE(frame->raw);
    REQUIRE(frame->raw->pixels.size() == 97 * 65 * 3);
    CHECK(std::memcmp(frame->raw->pixels.data(), picture.data, 97 * 65 * 3) == 0);
  }
}

TEST_CASE("a still JPEG is passed through unchanged", "[file_source]") {
  const Directory directory;
  FileSourceOptions options = as_fast_as_it_decodes(write_jpeg(directory));
  options.passthrough = true;
  FileSource source(options);
  CHECK_THAT(source.description(), Contains("passed through"));
  const auto first = source.read({}), second = source.read({});
  REQUIRE(first->jpeg);
  REQUIRE(second->jpeg);
  CHECK_FALSE(first->raw);
  CHECK(first->jpeg != second->jpeg);
  CHECK(first->jpeg->layout.width == 96);
  const std::string expected = bytes_of(options.path);
  REQUIRE(first->jpeg->storage.at(0).size() == expected.size());
  CHECK(std::memcmp(first->jpeg->storage[0].data(), expected.data(), expected.size()) == 0);
  CHECK(second->jpeg->layout.size_bytes() == expected.size());
}

TEST_CASE("a still JPEG is decoded if it cannot be passed through", "[file_source]") {
  const Directory directory;
  FileSourceOptions options = as_fast_as_it_decodes(write_jpeg(directory));
  SECTION("passthrough is off") {}
  SECTION("it is to be scaled") {
    options.passthrough = true;
    options.size = {48, 32};
  }
  SECTION("it is not a valid JPEG") {
    options.passthrough = true;
    cv::imwrite(options.path, two_halves({96, 64}), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  }
  FileSource source(options);
  const auto frame = source.read({});
  REQUIRE(frame);
  REQUIRE(frame->raw);
  CHECK(frame->raw->width == (options.size ? 48 : 96));
  CHECK_THAT(source.description(), !Contains("passed through"));
}

TEST_CASE("a photograph that its camera marked as rotated is shown upright", "[file_source]") {
  const Directory directory;
  FileSourceOptions options = as_fast_as_it_decodes(write_jpeg(directory));
  options.passthrough = true;
  const std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0"
      "MM\0\x2A\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
      "\0\0\0\0",
      36);
  std::string jpeg = bytes_of(options.path);
  jpeg.insert(2, exif);
  write(options.path, jpeg);
  FileSource source(options);
  const auto frame = source.read({});
  REQUIRE(frame->raw);
  CHECK(frame->raw->width == 64);
  CHECK(frame->raw->height == 96);
}

TEST_CASE("other files are refused with a sentence", "[file_source]") {
  const Directory directory;
  FileSourceOptions options;
  SECTION("missing") {
    options.path = directory / "x.mp4";
    CHECK_THAT(error_of(options), Contains("cannot open '" + options.path +
                                           "': No such file or directory; --source "));
  }
  SECTION("neither a video nor a picture") {
    options.path = directory / "x.mp4";
    write(options.path, std::string(10000, 'x'));
    CHECK_THAT(
        error_of(options),
        Contains("'" + options.path + "' is neither a video nor a picture that OpenCV can read"));
  }
  SECTION("empty") {
    options.path = directory / "x.jpg";
    write(options.path, "");
    CHECK_THAT(error_of(options), Contains("is neither a video nor a picture"));
  }
  SECTION("a picture of which only the beginning is there") {
    options.path = directory / "x.png";
    cv::imwrite(options.path, two_halves({96, 64}));
    write(options.path, bytes_of(options.path).substr(0, 20));
    CHECK_THAT(error_of(options), Contains("is neither a video nor a picture"));
  }
  SECTION("a directory") {
    options.path = directory.path;
    CHECK_THAT(error_of(options), Contains("is a directory"));
  }
  SECTION("a pipe, behind a link") {
    REQUIRE(::mkfifo((directory / "pipe.jpg").c_str(), 0600) == 0);
    options.path = directory / "link.jpg";
    fs::create_symlink(directory / "pipe.jpg", options.path);
    CHECK_THAT(error_of(options),
               Contains("link.jpg' is a pipe, socket or device; with --source, name a file"));
  }
}

TEST_CASE("a link to a file is the file", "[file_source]") {
  const Directory directory;
  FileSourceOptions options = as_fast_as_it_decodes(directory / "link.jpg");
  fs::create_symlink(write_jpeg(directory), options.path);
  CHECK(FileSource(options).read({}));
}

TEST_CASE("a picture too large for viewers is refused with a size that fits", "[file_source]") {
  const Directory directory;
  FileSourceOptions options;
  SECTION("a picture") {
    options.path = directory / "large.png";
    cv::imwrite(options.path, cv::Mat(4000, 9001, CV_8UC1, cv::Scalar(0)));
    CHECK_THAT(error_of(options),
               Equals("'" + options.path +
                      "' has 9001x4000 pixels, more than viewers accept; scale it "
                      "with --size 7680x3412"));
  }
  SECTION("a JPEG that would be passed through") {
    options.path = directory / "large.jpg";
    options.passthrough = true;
    cv::imwrite(options.path, cv::Mat(6001, 6001, CV_8UC1, cv::Scalar(0)));
    CHECK_THAT(error_of(options), Contains("scale it with --size 4320x4320"));
  }
  SECTION("a very wide one") {
    options.path = directory / "wide.png";
    cv::imwrite(options.path, cv::Mat(20, 65501, CV_8UC1, cv::Scalar(0)));
    CHECK_THAT(error_of(options), Contains("scale it with --size 7680x16"));
  }
  SECTION("a video") {
    options.path = directory / "large.avi";
    write_video(options.path, 1, 30, {9008, 4000});
    CHECK_THAT(error_of(options), Contains("scale it with --size 7680x3410"));
  }
  options.size = {64, 32};
  CHECK_THAT(FileSource(options).description(), Contains("64x32"));
}

TEST_CASE("a file ends when it is stopped", "[file_source]") {
  const Directory directory;
  FileSourceOptions options = as_fast_as_it_decodes(write_jpeg(directory));
  options.frames_per_second = 0.001;
  FileSource source(options);
  std::stop_source stop;
  REQUIRE(source.read(stop.get_token()));
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_FALSE(source.read(stop.get_token()));
}

}  // namespace file_source_test
