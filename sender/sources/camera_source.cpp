#include "sender/sources/camera_source.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace jpegwire {
namespace {

constexpr double kSearchesPerSecond = 2;
constexpr int kFramesToJudgeBy = 10;
constexpr std::chrono::seconds kRefusedFramesTimeout(2);

bool is_as_asked(const CameraMode& mode, const CameraOptions& options) {
  const bool any_rate = !(options.frames_per_second > 0);
  return mode.format.size == PictureSize{options.width, options.height} &&
         (any_rate || reaches(mode.frames_per_second, options.frames_per_second));
}

std::string describe(const CameraDevice& device, const CameraOptions& options) {
  std::string text = fmt::format("camera {}: {}", options.device, device.mode().text());
  if (device.gives_jpeg() && options.passthrough) text += ", passed through";
  if (is_as_asked(device.mode(), options)) return text;
  text += fmt::format(" (asked for {}x{}", options.width, options.height);
  if (options.frames_per_second > 0) text += fmt::format(" at {:.4g}", options.frames_per_second);
  return text + ")";
}

}  // namespace

CameraSource::CameraSource(CameraOptions options)
    : options_(std::move(options)),
      device_(std::make_unique<CameraDevice>(options_)),
      path_(options_.device),
      identity_(device_->identity()),
      last_intact_(Clock::now()) {
  description_ = describe(*device_, options_);
}

std::optional<CapturedFrame> CameraSource::read(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (auto found = found_.try_take()) take_back(std::move(*found));
    if (!device_) return read_card(stop);
    if (auto frame = read_camera(stop)) return frame;
  }
  return std::nullopt;
}

/// Nothing if stop is requested or the camera is lost.
std::optional<CapturedFrame> CameraSource::read_camera(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    CapturedFrame frame;
    const auto outcome = device_->read(jpegs_, statistics_, frame, stop);
    if (outcome == CameraDevice::Outcome::stopped) return std::nullopt;
    if (outcome == CameraDevice::Outcome::frame) {
      last_intact_ = Clock::now();
      if (frame.lent) statistics_.refused.reset_recent();  // of a JPEG, frame_passed_on() does it
      return frame;
    }
    if (outcome == CameraDevice::Outcome::gone) {
      const bool is_there = ::access(path_.c_str(), F_OK) == 0;
      statistics_.refused.reset_recent();
      lose(is_there ? "delivers no frames" : "was disconnected");
      return std::nullopt;
    }
    if (Clock::now() - last_intact_ > kRefusedFramesTimeout) {
      lose("delivers only damaged frames");
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<CapturedFrame> CameraSource::read_card(std::stop_token stop) {
  if (!card_pacer_->wait(std::move(stop))) return std::nullopt;
  CapturedFrame frame;
  frame.capture_time = wall_now();
  frame.no_signal = true;
  if (std::string why = why_lost(); why != shown_on_card_) show_on_card(std::move(why));
  frame.raw = card_->next();
  return frame;
}

/// Its refused JPEGs, if there are any, explain more than that it delivers nothing intact.
std::string CameraSource::why_lost() const {
  const Refusals refusals = statistics_.refused.recent();
  return refusals.empty() ? fmt::format("camera {} {}", path_, what_happened_)
                          : fmt::format("camera {}: {}", path_, jpegwire::describe(refusals));
}

void CameraSource::show_on_card(std::string why) {
  card_->set_sentence(why + "; waiting for it");
  shown_on_card_ = std::move(why);
}

void CameraSource::lose(std::string_view what_happened) {
  what_happened_ = what_happened;
  spdlog::warn("{}; showing \"no signal\" until it is back", why_lost());
  const CameraMode mode = device_->mode();
  device_.reset();
  is_online_ = false;
  card_.emplace(mode.format.size.width, mode.format.size.height, "");
  show_on_card(why_lost());
  card_pacer_.emplace(mode.frames_per_second);
  search_ = std::jthread([this](std::stop_token stop) { search(stop); });
}

void CameraSource::take_back(Found found) {
  device_ = std::move(found.device);
  last_intact_ = Clock::now();
  is_online_ = true;
  ++reopened_;
  const std::string as = found.path == path_ ? "" : fmt::format(" as {}", found.path);
  spdlog::info("camera {} is back{}: {}", path_, as, device_->mode().text());
  path_ = std::move(found.path);
}

/// Runs on its own thread until the camera is found.
void CameraSource::search(const std::stop_token& stop) {
  Pacer pacer(kSearchesPerSecond);
  pacer.wait(stop);  // the first frame is due at once, because the camera was just lost
  while (pacer.wait(stop)) {
    try {
      CameraOptions options = options_;
      options.device = find();
      auto device = std::make_unique<CameraDevice>(options);
      if (!gives_frames(*device, stop)) continue;
      found_.put({options.device, std::move(device)});
      return;
    } catch (const std::runtime_error&) {
      continue;  // it is still absent
    }
  }
}

/// Where the same camera is now; else the device that was asked for, where another camera may be.
std::string CameraSource::find() const {
  if (identity_of(options_.device) == identity_) return options_.device;
  for (const std::string& path : video_devices())
    if (identity_of(path) == identity_) return path;
  return options_.device;
}

bool CameraSource::gives_frames(CameraDevice& device, const std::stop_token& stop) {
  for (int i = 0; i < kFramesToJudgeBy; ++i) {
    CapturedFrame frame;
    const auto outcome = device.read(jpegs_, statistics_, frame, stop);
    if (outcome != CameraDevice::Outcome::damaged) return outcome == CameraDevice::Outcome::frame;
  }
  return false;
}

}  // namespace jpegwire
