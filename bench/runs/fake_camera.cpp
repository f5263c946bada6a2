#include "bench/runs/fake_camera.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

namespace jpegwire {
namespace {

constexpr const char* kYuyv = "fake:yuyv";
constexpr const char* kMjpg = "fake:mjpg";
constexpr const char* kYuyvEnding = ":yuyv";
constexpr const char* kMjpgEnding = ":mjpg";
constexpr const char* kDevice = "/dev/video0";

}  // namespace

bool is_fake_camera(const std::string& source) { return source == kYuyv || source == kMjpg; }

bool is_camera(const std::string& source) {
  const bool is_real = source.starts_with("/dev/");
  return is_fake_camera(source) ||
         (is_real && (source.ends_with(kYuyvEnding) || source.ends_with(kMjpgEnding)));
}

std::string camera_device(const std::string& source) {
  if (is_fake_camera(source)) return kDevice;
  return is_camera(source) ? source.substr(0, source.rfind(':')) : source;
}

bool gives_jpegs(const std::string& source) { return source.ends_with(kMjpgEnding); }

std::string find_fake_camera() {
  namespace fs = std::filesystem;
  const fs::path own = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
  for (const fs::path& library :
       {own / "tests/fakecam/libfakecam.so", own / "lib/jpegwire/libfakecam.so"})
    if (fs::is_regular_file(library)) return library;
  throw std::runtime_error(
      "cannot find the fake camera, lib/jpegwire/libfakecam.so, next to this program; build "
      "jpegwire with its tests, or choose a real camera with --source /dev/video0");
}

Command with_fake_camera(const std::string& library, const Case& one, const Command& command) {
  const char* format = gives_jpegs(one.source) ? "MJPG" : "YUYV";
  Command whole{"env", "LD_PRELOAD=" + library,
                fmt::format("FAKECAM_FORMATS={}:{}x{}@{}", format, one.size->width,
                            one.size->height, std::ceil(one.frames_per_second)),
                "FAKECAM_CLOCK=1"};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

}  // namespace jpegwire
