#include "config.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace fakecam {
namespace {

constexpr const char* kDefaultFormats =
    "MJPG:1280x720@30,MJPG:640x480@30,YUYV:640x480@30,YUYV:1280x720@30";

std::string env_or(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

// Removes the text up to the separator (or all of it) from the front of `text` and returns it.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

std::uint32_t to_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() ? value : 0;
}

std::uint32_t to_fourcc(std::string_view name) {
  constexpr std::array kKnown{V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV,   V4L2_PIX_FMT_UYVY,
                              V4L2_PIX_FMT_NV12,  V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_GREY,
                              V4L2_PIX_FMT_H264,  V4L2_PIX_FMT_RGB24};
  if (name.size() != 4) return 0;
  const auto letter = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(name[i])};
  };
  const std::uint32_t fourcc = v4l2_fourcc(letter(0), letter(1), letter(2), letter(3));
  return std::ranges::find(kKnown, fourcc) != kKnown.end() ? fourcc : 0;
}

// Reports a mistake in a test's settings; otherwise the camera would just appear broken.
std::vector<Offer> parse_offers(std::string_view list) {
  std::vector<Offer> offers;
  while (!list.empty()) {
    const auto text = take_until(list, ',');
    if (const auto offer = parse_offer(text)) {
      offers.push_back(*offer);
    } else {
      std::fprintf(stderr, "fakecam: FAKECAM_FORMATS entry not understood: %.*s\n",
                   static_cast<int>(text.size()), text.data());
    }
  }
  return offers;
}

Config read_config() {
  Config config;
  config.offers = parse_offers(env_or("FAKECAM_FORMATS", kDefaultFormats));
  if (config.offers.empty()) config.offers = parse_offers(kDefaultFormats);
  config.mjpeg_dir = env_or("FAKECAM_MJPEG_DIR", "");
  config.strip_dht = env_or("FAKECAM_NO_DHT", "0") != "0";
  config.strip_eoi = env_or("FAKECAM_NO_EOI", "0") != "0";
  config.restart_interval = to_number(env_or("FAKECAM_RESTART_INTERVAL", "0"));
  config.truncate_every = to_number(env_or("FAKECAM_TRUNCATE_EVERY", "0"));
  config.error_every = to_number(env_or("FAKECAM_ERROR_EVERY", "0"));
  config.short_every = to_number(env_or("FAKECAM_SHORT_EVERY", "0"));
  config.empty_every = to_number(env_or("FAKECAM_EMPTY_EVERY", "0"));
  config.gap_every = to_number(env_or("FAKECAM_GAP_EVERY", "0"));
  config.row_padding = to_number(env_or("FAKECAM_ROW_PADDING", "0"));
  config.one_rate = env_or("FAKECAM_ONE_RATE", "0") != "0";
  config.unknown_times = env_or("FAKECAM_UNKNOWN_TIMES", "0") != "0";
  config.clock = env_or("FAKECAM_CLOCK", "0") != "0";
  config.screen_file = env_or("FAKECAM_SCREEN", "");
  return config;
}

}  // namespace

std::optional<Offer> parse_offer(std::string_view text) {
  Offer offer{};
  offer.fourcc = to_fourcc(take_until(text, ':'));
  offer.width = to_number(take_until(text, 'x'));
  offer.height = to_number(take_until(text, '@'));
  offer.max_fps = to_number(text);
  const bool complete = offer.fourcc != 0 && offer.height != 0 && offer.max_fps != 0;
  // Two pixels of YUYV share their colour, so the width must be even.
  if (!complete || offer.width == 0 || offer.width % 2 != 0) return std::nullopt;
  return offer;
}

const Config& config() {
  // Never destroyed: threads of the program may still use it during exit.
  static const Config& config = *new Config(read_config());
  return config;
}

}  // namespace fakecam
