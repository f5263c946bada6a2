#include "viewer/output/frame_saver.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>

#include "support/temporary_directory.hpp"

namespace jpegwire::frame_saver_test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const ReceivedFrame> frame_of(const std::string& text) {
  auto frame = std::make_shared<ReceivedFrame>();
  auto& storage = frame->jpeg.storage.emplace_back();
  for (const char c : text) storage.push_back(static_cast<std::byte>(c));
  return frame;
}

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Saves two frames, and returns the error.
std::string save_two(const fs::path& directory) {
  std::mutex mutex;
  std::string error;
  FrameSaver saver(directory, [&](const std::string& sentence) {
    const std::scoped_lock lock(mutex);
    error = sentence;
  });
  saver.save(frame_of("one"));
  saver.save(frame_of("two"));
  saver.finish(std::chrono::seconds(60));
  const std::scoped_lock lock(mutex);
  return error;
}

TEST_CASE("frames are saved beside the parts of a run that crashed") {
  const TemporaryDirectory directory;
  std::ofstream(directory / "000001.jpg.part") << "half";
  CHECK(save_two(directory.path()).empty());
  CHECK(content_of(directory / "000000.jpg") == "one");
  CHECK(content_of(directory / "000001.jpg") == "two");
}

TEST_CASE("links that somebody has placed lead no frame to another file") {
  const TemporaryDirectory directory;
  std::ofstream(directory / "victim") << "precious";
  fs::create_symlink("victim", directory / "000000.jpg");
  fs::create_symlink("victim", directory / "000001.jpg.part");
  CHECK_THAT(save_two(directory.path()), Catch::Contains("000001.jpg.part'"));
  CHECK(content_of(directory / "victim") == "precious");
  CHECK(content_of(directory / "000000.jpg") == "one");
}

}  // namespace
}  // namespace jpegwire::frame_saver_test
