#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fakecam {

// One format the camera offers, with its highest frame rate.
struct Offer {
  std::uint32_t fourcc;
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t max_fps;

  bool operator==(const Offer&) const = default;
};

struct Config {
  std::vector<Offer> offers;
  std::string mjpeg_dir;
  bool strip_dht = false;
  bool strip_eoi = false;
  std::uint32_t restart_interval = 0;  // MCUs
  std::uint32_t truncate_every = 0;
  std::uint32_t error_every = 0;
  std::uint32_t short_every = 0;
  std::uint32_t empty_every = 0;
  std::uint32_t gap_every = 0;
  std::uint32_t row_padding = 0;  // bytes
  bool one_rate = false;
  bool unknown_times = false;
  bool clock = false;
  std::string screen_file;
};

// Reads one entry of FAKECAM_FORMATS, such as `MJPG:1280x720@30`.
std::optional<Offer> parse_offer(std::string_view text);

// The settings from the environment, read on the first call.
const Config& config();

}  // namespace fakecam
