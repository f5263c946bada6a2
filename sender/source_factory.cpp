#include "sender/source_factory.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/parse_number.hpp"
#include "recording/recording_options.hpp"
#include "sender/sources/camera_source.hpp"
#include "sender/sources/file_source.hpp"
#include "sender/sources/opencv_camera.hpp"
#include "sender/sources/recording_source.hpp"
#include "sender/sources/stream_source.hpp"
#include "sender/sources/test_card.hpp"

namespace jpegwire {
namespace {

std::unique_ptr<FrameSource> open_test_card(const SenderOptions& options) {
  const PictureSize size = options.size.value_or(kDefaultPictureSize);
  return std::make_unique<TestCard>(size.width, size.height,
                                    options.frames_per_second.value_or(kDefaultFrameRate));
}

std::unique_ptr<FrameSource> open_camera(const std::string& device, const SenderOptions& options) {
  const PictureSize size = options.size.value_or(kDefaultPictureSize);
  return std::make_unique<CameraSource>(
      CameraOptions{.device = device,
                    .width = size.width,
                    .height = size.height,
                    .frames_per_second = options.frames_per_second.value_or(kDefaultFrameRate),
                    .passthrough = options.passthrough});
}

std::unique_ptr<FrameSource> open_opencv_camera(int number, const SenderOptions& options) {
  return std::make_unique<OpenCvCamera>(OpenCvCameraOptions{
      .number = number,
      .size = options.size.value_or(kDefaultPictureSize),
      .frames_per_second = options.frames_per_second.value_or(kDefaultFrameRate)});
}

std::unique_ptr<FrameSource> open_first_camera(const SenderOptions& options) {
  const std::vector<std::string> devices = possible_cameras();
  for (const std::string& device : devices) {
    try {
      return open_camera(device, options);
    } catch (const std::runtime_error& error) {
      spdlog::warn("{}", error.what());
    }
  }
  spdlog::info("{}, so the test card is sent; choose a file or stream with --source",
               devices.empty() ? "there is no camera" : "no camera can be used");
  return open_test_card(options);
}

// Scaling requires decoding, which OpenCV does.
std::unique_ptr<FrameSource> open_recording(const SenderOptions& options) {
  if (options.size || !is_recording_name(options.source)) return nullptr;
  return RecordingSource::open({.path = options.source,
                                .loop = options.loop,
                                .frames_per_second = options.frames_per_second,
                                .passthrough = options.passthrough});
}

std::unique_ptr<FrameSource> open_file(const SenderOptions& options) {
  if (auto recording = open_recording(options)) return recording;
  FileSourceOptions file;
  file.path = options.source;
  file.loop = options.loop;
  file.frames_per_second = options.frames_per_second;
  if (options.size) file.size = {options.size->width, options.size->height};
  file.passthrough = options.passthrough;
  return std::make_unique<FileSource>(file);
}

std::optional<std::string> device_of(const std::string& source) {
  constexpr std::string_view kScheme = "camera:";
  if (source.starts_with("/dev/")) return source;
  if (!source.starts_with(kScheme)) return std::nullopt;
  return "/dev/video" + source.substr(kScheme.size());
}

std::optional<int> opencv_number_of(const std::string& source) {
  constexpr std::string_view kScheme = "opencv:";
  if (!source.starts_with(kScheme)) return std::nullopt;
  return parse_number<int>(source.substr(kScheme.size()));
}

}  // namespace

std::unique_ptr<FrameSource> make_source(const SenderOptions& options, asio::io_context& io) {
  if (options.source == "auto") return open_first_camera(options);
  if (options.source == "test") return open_test_card(options);
  if (is_stream_address(options.source))
    return std::make_unique<StreamSource>(io, options.source, options.passthrough,
                                          options.frames_per_second);
  if (const auto device = device_of(options.source)) return open_camera(*device, options);
  if (const auto number = opencv_number_of(options.source))
    return open_opencv_camera(*number, options);
  return open_file(options);
}

}  // namespace jpegwire
