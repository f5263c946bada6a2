#include "net/web/stream_query.hpp"

#include <fmt/format.h>

#include "app/parse_number.hpp"
#include "net/http/http_request.hpp"

namespace jpegwire {
namespace {

/// Reads one number of the query after the other; keeps the sentence about the first wrong one.
class NumberReader {
 public:
  explicit NumberReader(std::string_view query) : query_(query) {}

  /// The value of this name, or 0 without it.
  template <class Number>
  Number read(std::string_view name, Number least, Number most) {
    const auto text = find_parameter(query_, name);
    if (!text) return 0;
    const std::optional<Number> number = parse_number<Number>(*text);
    if (number && *number >= least && *number <= most) return *number;
    if (error_.empty())
      error_ = fmt::format("The parameter {} takes a number from {} to {}.", name, least, most);
    return 0;
  }

  const std::string& error() const { return error_; }

 private:
  std::string_view query_;
  std::string error_;
};

}  // namespace

StreamQuery parse_stream_query(std::string_view query) {
  constexpr int kLeastPixels = 16;
  constexpr int kMostPixels = 65'500;
  NumberReader numbers(query);
  StreamQuery parsed;
  ViewerWish& wish = parsed.request.wish;
  wish.limit.width = numbers.read("width", kLeastPixels, kMostPixels);
  wish.limit.height = numbers.read("height", kLeastPixels, kMostPixels);
  wish.quality = numbers.read("quality", 1, 100);
  parsed.request.frames_per_second = numbers.read("fps", 0.01, 1000.0);
  parsed.error = numbers.error();

  const auto mode = find_parameter(query, "adapt");
  const bool wants_size = wish.limit != PictureSize{};
  wish.adaptation = wants_size || mode == "auto" ? Adaptation::size : Adaptation::quality;
  if (mode == "off") wish.adaptation = Adaptation::off;
  if (mode == "quality") wish.adaptation = Adaptation::quality;
  parsed.request.is_mode_fixed = mode.has_value();
  if (mode && mode != "auto" && mode != "quality" && mode != "off" && parsed.error.empty())
    parsed.error = "The parameter adapt takes auto, quality or off.";
  const bool has_bounds = wants_size || wish.quality > 0;
  if (mode == "off" && has_bounds && parsed.error.empty())
    parsed.error = "The parameter adapt takes off only without width, height and quality.";
  return parsed;
}

}  // namespace jpegwire
