#include "viewer/window/toast.hpp"

#include <utility>

namespace jpegwire {

void Toast::tell(std::string_view sentence, WallTime now) {
  sentence_ = sentence;
  told_ = now;
}

cv::Rect Toast::place(cv::Size picture, cv::Rect room) {
  const TextMetrics metrics = TextMetrics::for_picture(picture);
  std::vector<ColouredText> lines;
  for (std::string& line : wrapped(sentence_, metrics, room.width - 2 * metrics.padding()))
    lines.push_back({std::move(line)});
  return box_.place(picture, room, Corner::bottom_middle, lines);
}

}  // namespace jpegwire
