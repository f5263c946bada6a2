#include "sender/sources/camera_source.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cmath>
#include <stdexcept>
#include <utility>

namespace jpegwire {
namespace {

constexpr double kSearchesPerSecond = 2;
constexpr int kFramesToJudgeBy = 10;
constexpr std::chrono::seconds kRefusedFramesTimeout(2);
constexpr double kSameRate = 0.5;  // 29.97 counts as the requested 30

bool is_as_asked(const CameraMode& mode, const CameraOptions& options) {
  const bool any_rate = !(options.frames_per_second > 0);
  return mode.width == options.width && mode.height == options.height &&
         (any_rate || std::abs(mode.frames_per_second - options.frames_per_second) < kSameRate);
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
std::optional<CapturedFrame> CameraSource::read_camera(std::stop_token stop) {
  while (!stop.stop_requested()) {
    CapturedFrame frame;
    const auto outcome = device_->read(pools_, frame);
    if (outcome == CameraDevice::Outcome::frame) {
      last_intact_ = Clock::now();
      return frame;
    }
    const bool there = ::access(options_.device.c_str(), F_OK) == 0;
    if (outcome == CameraDevice::Outcome::gone) {
      lose(there ? "delivers no frames" : "was disconnected");
      return std::nullopt;
    }
    ++corrupt_;
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
  frame.raw = card_->next();
  return frame;
}

void CameraSource::lose(std::string_view why) {
  spdlog::warn("camera {} {}; showing \"no signal\" until it is back", options_.device, why);
  const CameraMode mode = device_->mode();
  device_.reset();
  is_online_ = false;
  card_.emplace(mode.width, mode.height,
                fmt::format("camera {} {}; waiting for it", options_.device, why));
  card_pacer_.emplace(mode.frames_per_second);
  search_ = std::jthread([this](std::stop_token stop) { search(std::move(stop)); });
}

void CameraSource::take_back(std::unique_ptr<CameraDevice> device) {
  device_ = std::move(device);
  last_intact_ = Clock::now();
  is_online_ = true;
  ++reopened_;
  spdlog::info("camera {} is back: {}", options_.device, device_->mode().text());
}

/// Runs on its own thread until the camera is found.
void CameraSource::search(std::stop_token stop) {
  Pacer pacer(kSearchesPerSecond);
  pacer.wait(stop);  // the first frame is due at once, because the camera was just lost
  while (pacer.wait(stop)) {
    try {
      auto device = std::make_unique<CameraDevice>(options_);
      if (!gives_frames(*device)) continue;
      found_.put(std::move(device));
      return;
    } catch (const std::runtime_error&) {
      continue;  // it is still absent
    }
  }
}

bool CameraSource::gives_frames(CameraDevice& device) {
  for (int i = 0; i < kFramesToJudgeBy; ++i) {
    CapturedFrame frame;
    const auto outcome = device.read(pools_, frame);
    if (outcome != CameraDevice::Outcome::refused) return outcome == CameraDevice::Outcome::frame;
  }
  return false;
}

}  // namespace jpegwire
