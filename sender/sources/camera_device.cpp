#include "sender/sources/camera_device.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "codec/jpeg_layout.hpp"
#include "sender/sources/device_users.hpp"

namespace jpegwire {
namespace {

constexpr int kHighestDeviceNumber = 63;  // Linux numbers them from 0

// One is encoded, one waits for the encoder, one is being handed over, and two are with the driver:
// one to fill, and the next.
constexpr unsigned kWantedBuffers = 5;

constexpr double kAssumedRate = 30;  // if a camera does not report its rate
constexpr std::chrono::seconds kShortestTimeout(1);
constexpr std::chrono::seconds kFirstFrameTimeout(3);  // some webcams need two to start

std::string advice_about(int error, const std::string& device) {
  if (error == EACCES)
    return "; add yourself to the group 'video' (sudo usermod -aG video $USER) and log in again";
  if (error == EBUSY)
    return fmt::format("; {} uses it: end that program first",
                       program_using(device).value_or("another program"));
  const std::vector<std::string> others = video_devices();
  if (others.empty())
    return "; there is no camera on this machine: plug one in, or use --source test";
  return others == std::vector{device} ? ""
                                       : fmt::format("; available: {}", fmt::join(others, ", "));
}

std::string refusal(const std::string& device, int error) {
  return fmt::format("cannot open {}: {}{}", device, std::strerror(error),
                     advice_about(error, device));
}

std::runtime_error not_a_camera(const std::string& path) {
  const std::vector<std::string> cameras = possible_cameras();
  return std::runtime_error(fmt::format("{} is not a video capture device; {}", path,
                                        cameras.empty()
                                            ? "there is none: plug one in, or use --source test"
                                            : fmt::format("{} is", cameras.front())));
}

/// Names the formats that the camera offers, and a program that converts them.
std::runtime_error no_usable_format(const std::string& path,
                                    const std::vector<OfferedFormat>& offered) {
  std::vector<std::string> names;
  for (const OfferedFormat& format : offered) names.push_back(fourcc_text(format.fourcc));
  const bool has_raw = std::ranges::any_of(
      offered, [](const OfferedFormat& format) { return !format.is_compressed; });
  return std::runtime_error(fmt::format(
      "{} offers only {}, and jpegwire takes MJPG, YUYV, UYVY, NV12, YU12 and GREY; {}", path,
      names.empty() ? "formats that it does not name" : fmt::format("{}", fmt::join(names, ", ")),
      has_raw ? "let OpenCV convert it with --source opencv:N, where N is the camera's number"
              : fmt::format(
                    "let ffmpeg convert it: ffmpeg -f v4l2 -i {} -c:v mjpeg -huffman default -f "
                    "rtp rtp://127.0.0.1:5004, and use --source rtp://127.0.0.1:5004",
                    path)));
}

V4l2Device open_device(const std::string& path) try {
  return V4l2Device(path);
} catch (const std::system_error& error) {
  throw std::runtime_error(refusal(path, error.code().value()));
}

/// Whether the restart markers show that a JPEG without EOI is cut off. The missing EOI alone shows
/// nothing, because some cameras never write one. In a JPEG without restart markers, only the
/// decoder can find out.
bool lacks_restarts(const JpegLayout& layout) {
  if (!layout.is_cut_off || layout.restart_interval == 0) return false;
  const auto in_mcus = [](int pixels, int mcu) { return (pixels + mcu - 1) / mcu; };
  const int mcus =
      in_mcus(layout.width, layout.mcu_width) * in_mcus(layout.height, layout.mcu_height);
  int restarts = 0;
  for (const Bytes band : layout.bands) {
    const std::optional<int> of_band = count_restarts(band);
    if (!of_band) return false;  // several scans
    restarts += *of_band;
  }
  return restarts < (mcus - 1) / layout.restart_interval;
}

/// Only the bytes that the driver has filled are copied, so nothing in them is from an older frame.
JpegVerdict copy_jpeg(Bytes bytes, ObjectPool<EncodedFrame>& pool, CapturedFrame& frame) {
  auto jpeg = pool.take();
  jpeg->storage.resize(1);
  jpeg->storage[0].assign(bytes.begin(), bytes.end());
  if (const auto verdict = validate_with_tables(*jpeg); verdict != JpegVerdict::ok) return verdict;
  if (lacks_restarts(jpeg->layout)) return JpegVerdict::truncated;
  frame.jpeg = std::move(jpeg);
  return JpegVerdict::ok;
}

/// Some drivers leave the stride out, or count chroma planes in it: then rows are not padded.
std::size_t credible_stride(const DeviceFormat& format, PixelFormat pixels) {
  const std::size_t packed = row_size_bytes(pixels, format.size.width);
  const std::size_t needed =
      raw_size_bytes(pixels, format.size.width, format.size.height, format.stride_bytes);
  const bool is_credible =
      format.stride_bytes >= packed && (format.image_bytes == 0 || needed <= format.image_bytes);
  return is_credible ? format.stride_bytes : packed;
}

WantedFormat wanted_format(const CameraOptions& options) {
  return {{options.width, options.height}, options.frames_per_second, options.passthrough};
}

}  // namespace

std::vector<std::string> video_devices() {
  std::vector<std::string> paths;
  for (int number = 0; number <= kHighestDeviceNumber; ++number) {
    std::string path = fmt::format("/dev/video{}", number);
    if (::access(path.c_str(), F_OK) == 0) paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<std::string> possible_cameras() {
  std::vector<std::string> paths = video_devices();
  std::erase_if(paths, [](const std::string& path) {
    try {
      return !V4l2Device(path).captures();
    } catch (const std::system_error& error) {
      return error.code().value() != EACCES && error.code().value() != EBUSY;
    }
  });
  return paths;
}

std::optional<CameraIdentity> identity_of(const std::string& path) try {
  const V4l2Device device(path);
  return device.captures() ? std::optional(device.identity()) : std::nullopt;
} catch (const std::system_error&) {
  return std::nullopt;
}

std::string CameraMode::text() const {
  const bool is_thinned = frames_per_second < camera_rate;
  return fmt::format("{} {}x{} at {:.4g}{} frames/s", fourcc_text(format.fourcc), format.size.width,
                     format.size.height, frames_per_second,
                     is_thinned ? fmt::format(" of the camera's {:.4g}", camera_rate) : "");
}

CameraDevice::CameraDevice(const CameraOptions& options) : device_(open_device(options.device)) {
  if (!device_.captures()) throw not_a_camera(options.device);
  try {
    negotiate(options);
    device_.start(kWantedBuffers);
  } catch (const std::system_error& error) {
    throw std::runtime_error(refusal(options.device, error.code().value()));
  }
}

/// The format comes first, because it determines the sizes, and they determine the rates.
void CameraDevice::negotiate(const CameraOptions& options) {
  const FormatCandidate chosen = choose_format(options);
  // The candidates were tried by setting them.
  const auto format = device_.set_format(chosen.format.fourcc, {options.width, options.height});
  mode_.format = format.value_or(chosen.format);
  if (const auto pixels = pixel_format(mode_.format.fourcc)) {
    mode_.format.stride_bytes = credible_stride(mode_.format, *pixels);
    frame_bytes_ = raw_size_bytes(*pixels, mode_.format.size.width, mode_.format.size.height,
                                  mode_.format.stride_bytes);
  }
  set_rate(chosen, options.frames_per_second);
}

FormatCandidate CameraDevice::choose_format(const CameraOptions& options) {
  const WantedFormat wanted = wanted_format(options);
  const std::vector<OfferedFormat> offered = device_.formats();
  std::optional<FormatCandidate> best;
  for (const OfferedFormat& each : offered) {
    if (!is_usable(each.fourcc)) continue;
    const auto format = device_.set_format(each.fourcc, wanted.size);
    if (!format) continue;
    const FormatCandidate candidate{*format,
                                    choose_rate(device_.rates(*format), wanted.frames_per_second)};
    if (!best || is_better(candidate, *best, wanted)) best = candidate;
  }
  if (!best) throw no_usable_format(options.device, offered);
  return *best;
}

void CameraDevice::set_rate(const FormatCandidate& chosen, double wanted) {
  const double request = wanted > 0 ? wanted : kAnyHighRate;
  mode_.camera_rate =
      device_.set_rate(chosen.frames_per_second.value_or(request)).value_or(kAssumedRate);
  mode_.frames_per_second = mode_.camera_rate;
  interval_ = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(1 / mode_.camera_rate));
  if (!(wanted > 0) || mode_.camera_rate <= wanted * (1 + kRateTolerance)) return;
  mode_.frames_per_second = wanted;
  schedule_.emplace(wanted);
}

CameraDevice::Outcome CameraDevice::read(ObjectPool<EncodedFrame>& pool,
                                         CameraStatistics& statistics, CapturedFrame& frame,
                                         const std::stop_token& stop) {
  for (bool has_discarded_old = false;;) {
    const auto event = device_.wait(timeout(), stop);
    if (event == V4l2Device::Event::stopped) return Outcome::stopped;
    if (event == V4l2Device::Event::gone) return Outcome::gone;
    // While all buffers are on loan, it is not the camera's fault that none is filled.
    if (event == V4l2Device::Event::timeout && device_.buffers().queued() > 0) return Outcome::gone;
    Drained drained = drain(statistics);
    if (device_.buffers().is_gone()) return Outcome::gone;
    std::optional<FilledBuffer>& newest = drained.newest;
    const bool is_discarded =
        newest && drained.were_all_filled && !has_discarded_old && is_old(*newest);
    has_discarded_old = has_discarded_old || is_discarded;
    if (newest && !is_discarded && is_due(*newest)) return take(*newest, pool, statistics, frame);
    if (newest) ++statistics.skipped;
    if (drained.has_damage) return Outcome::damaged;
  }
}

std::chrono::milliseconds CameraDevice::timeout() const {
  if (!last_sequence_) return kFirstFrameTimeout;
  const auto three_frames = std::chrono::ceil<std::chrono::milliseconds>(3 * interval_);
  return std::max<std::chrono::milliseconds>(kShortestTimeout, three_frames);
}

/// Gives all buffers back but the newest intact one.
CameraDevice::Drained CameraDevice::drain(CameraStatistics& statistics) {
  const unsigned queued = device_.buffers().queued();
  unsigned filled = 0;
  Drained drained;
  while (auto next = device_.buffers().dequeue()) {
    ++filled;
    count_missed(next->sequence, statistics);
    if (is_damaged(*next)) {
      ++statistics.corrupt;
      drained.has_damage = true;
      continue;
    }
    if (drained.newest) ++statistics.skipped;
    drained.newest = std::move(next);
  }
  drained.were_all_filled = filled >= queued;
  return drained;
}

/// Of the newest frame when all buffers were filled: after a pause of this program, such as a
/// stop or a sleep, it is from the beginning of the pause.
bool CameraDevice::is_old(const FilledBuffer& filled) const {
  if (!filled.captured) return true;
  return std::chrono::steady_clock::now() - *filled.captured > 1.5 * interval_;
}

// Some drivers do not number their frames, and some restart at 0.
void CameraDevice::count_missed(std::uint32_t sequence, CameraStatistics& statistics) {
  constexpr std::uint32_t kRestart = 1U << 31;
  const std::uint32_t step = sequence - last_sequence_.value_or(sequence);
  if (step > 1 && step < kRestart) statistics.missed += step - 1;
  last_sequence_ = sequence;
}

// A driver fills a damaged or short buffer in part, or not at all: the rest is an older frame. Of a
// JPEG, the validation finds out whether it is whole.
bool CameraDevice::is_damaged(const FilledBuffer& filled) const {
  const std::size_t size = filled.buffer.bytes().size();
  return filled.has_error || size == 0 || size < frame_bytes_;
}

/// Of the frames of a camera that gives more than are wanted, those nearest to the schedule.
bool CameraDevice::is_due(const FilledBuffer& filled) const {
  if (!schedule_) return true;
  return schedule_->is_due(filled.captured.value_or(std::chrono::steady_clock::now()));
}

CameraDevice::Outcome CameraDevice::take(FilledBuffer& filled, ObjectPool<EncodedFrame>& pool,
                                         CameraStatistics& statistics, CapturedFrame& frame) {
  const SteadyTime now = std::chrono::steady_clock::now();
  const SteadyTime captured = filled.captured.value_or(now);
  frame.capture_time = wall_now() - std::chrono::duration_cast<microseconds>(now - captured);
  const Bytes bytes = filled.buffer.bytes();
  if (const auto format = pixel_format(mode_.format.fourcc)) {
    const RawView view(*format, mode_.format.size, bytes, mode_.format.stride_bytes);
    frame.lent = LentPicture{std::move(filled.buffer), view};
  } else if (const auto verdict = copy_jpeg(bytes, pool, frame); verdict != JpegVerdict::ok) {
    ++statistics.corrupt;
    statistics.refused.add(verdict);
    return Outcome::damaged;
  }
  if (schedule_) schedule_->advance(schedule_->next_due(captured));
  return Outcome::frame;
}

}  // namespace jpegwire
