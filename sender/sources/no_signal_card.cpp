#include "sender/sources/no_signal_card.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "sender/sources/test_scene.hpp"

namespace jpegwire {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr int kBackground = 38, kTitle = 225, kSentence = 150, kTrack = 60, kMark = 190;
constexpr int kNeutralChroma = 128;
constexpr std::uint32_t kFramesPerRound = 90;

/// Writes a centred line, with the given height or less if the width requires it.
void write_line(cv::Mat& luma, const std::string& text, double middle, double height,
                int brightness) {
  const int thickness = std::max(1, cvRound(height / 16));
  double scale = cv::getFontScaleFromHeight(kFont, std::max(1, cvRound(height)), thickness);
  const int width = cv::getTextSize(text, kFont, scale, thickness, nullptr).width;
  scale *= std::min(1.0, 0.86 * luma.cols / std::max(1, width));
  const cv::Size size = cv::getTextSize(text, kFont, scale, thickness, nullptr);
  const cv::Point left((luma.cols - size.width) / 2, cvRound(luma.rows * middle) + size.height / 2);
  cv::putText(luma, text, left, kFont, scale, cv::Scalar(brightness), thickness, cv::LINE_AA);
}

}  // namespace

NoSignalCard::NoSignalCard(int width, int height, const std::string& sentence)
    : size_(width, height), still_(size_, CV_8UC1) {
  const int track_width = std::max(1, width / 4), track_height = std::max(1, height / 120);
  track_ = {(width - track_width) / 2, height * 2 / 3, track_width, track_height};
  track_ &= cv::Rect(0, 0, width, height);
  set_sentence(sentence);
}

void NoSignalCard::set_sentence(const std::string& sentence) {
  still_ = cv::Scalar(kBackground);
  write_line(still_, "no signal", 0.41, size_.height / 9.0, kTitle);
  write_line(still_, sentence, 0.57, size_.height / 30.0, kSentence);
  still_(track_) = cv::Scalar(kTrack);
}

std::shared_ptr<Picture> NoSignalCard::next() {
  auto frame = pool_.take();
  frame->resize(PixelFormat::i420, size_.width, size_.height);
  Planes picture = planes_of(*frame);
  still_.copyTo(picture.luma);
  picture.chroma_blue = cv::Scalar(kNeutralChroma);
  picture.chroma_red = cv::Scalar(kNeutralChroma);
  draw_mark(picture.luma);
  ++number_;
  return frame;
}

/// Moves back and forth along its track.
void NoSignalCard::draw_mark(cv::Mat& luma) const {
  const double turn = static_cast<double>(number_ % kFramesPerRound) / kFramesPerRound;
  const int width = std::max(1, track_.width / 6);
  const double part = 0.5 - 0.5 * std::cos(turn * 2 * std::numbers::pi);
  const int left = track_.x + cvRound(part * (track_.width - width));
  luma(cv::Rect(left, track_.y, width, track_.height)) = cv::Scalar(kMark);
}

}  // namespace jpegwire
