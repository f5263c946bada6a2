#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "codec/frame.hpp"
#include "sender/sources/v4l2_device.hpp"

namespace jpegwire {

/// Such as "YUYV".
std::string fourcc_text(std::uint32_t fourcc);

bool is_jpeg(std::uint32_t fourcc);

/// How the pixels of an uncompressed format lie; nothing for formats that are not used.
std::optional<PixelFormat> pixel_format(std::uint32_t fourcc);

bool is_usable(std::uint32_t fourcc);

inline constexpr double kRateTolerance = 0.02;  // 29.97 counts as 30

/// Asks for the highest rate: drivers take the nearest that they have.
inline constexpr double kAnyHighRate = 1000;

bool reaches(double rate, double wanted);

/// The rate to set so that at least the wanted one is reached, with as few frames too many as
/// possible; the highest, if none reaches it. A wanted rate of 0 wants the highest. Nothing if the
/// camera does not say which rates it has.
std::optional<double> choose_rate(std::span<const RateRange> offered, double wanted);

/// What is wanted from a camera.
struct WantedFormat {
  PictureSize size;
  double frames_per_second = 0;  // 0: the highest
  bool passthrough = true;       // prefer JPEGs
};

/// What a format would give.
struct FormatCandidate {
  DeviceFormat format;
  std::optional<double> frames_per_second;  // nothing if the camera does not say
};

/// Which candidate fits better: JPEGs that can be passed through; colour; the size; the rate; the
/// format that costs the least to encode.
bool is_better(const FormatCandidate& one, const FormatCandidate& other,
               const WantedFormat& wanted);

}  // namespace jpegwire
