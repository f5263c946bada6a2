#include "viewer/window/overlay.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>

namespace jpegwire::overlay_test {
namespace {

constexpr LiveFigures kFigures{.frames_per_second = 30,
                               .age_ms = 7.1,
                               .megabits_per_second = 8.9,
                               .width = 1280,
                               .height = 720};

cv::Mat noise(cv::Size size) {
  cv::Mat picture(size, CV_8UC3);
  cv::RNG(7).fill(picture, cv::RNG::UNIFORM, 0, 256);
  return picture;
}

bool same(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF) == 0; }

/// WCAG 2.1's relative luminance.
double luminance(const cv::Vec3b& bgr) {
  const auto linear = [](std::uint8_t value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(bgr[2]) + 0.7152 * linear(bgr[1]) + 0.0722 * linear(bgr[0]);
}

/// WCAG 2.1's contrast ratio between the brightest and the darkest pixel.
double contrast(const cv::Mat& picture) {
  double lightest = 0;
  double darkest = 1;
  for (const cv::Vec3b& pixel : cv::Mat_<cv::Vec3b>(picture)) {
    lightest = std::max(lightest, luminance(pixel));
    darkest = std::min(darkest, luminance(pixel));
  }
  return (lightest + 0.05) / (darkest + 0.05);
}

/// The box without its round corners, where the picture is visible.
cv::Mat inside(const cv::Mat& picture, cv::Rect box) {
  return picture(cv::Rect(box.x + 6, box.y + 2, box.width - 12, box.height - 4));
}

bool has_colour(const cv::Mat& picture, bool (*matches)(const cv::Vec3b&)) {
  const cv::Mat_<cv::Vec3b> pixels(picture);
  return std::any_of(pixels.begin(), pixels.end(), matches);
}

bool is_amber(const cv::Vec3b& bgr) { return bgr[2] > 200 && bgr[1] > 150 && bgr[0] < 100; }
bool is_red(const cv::Vec3b& bgr) { return bgr[2] > 200 && bgr[1] < 140 && bgr[0] < 140; }

TEST_CASE("the overlay changes only the pixels inside its box") {
  const cv::Size size = GENERATE(cv::Size(1920, 1080), cv::Size(640, 480), cv::Size(240, 320));
  const cv::Mat before = noise(size);
  cv::Mat after = before.clone();
  Overlay overlay;
  overlay.draw(after, kFigures);
  const cv::Rect box = overlay.area();
  REQUIRE((box & cv::Rect({}, size)) == box);
  CHECK_FALSE(same(before(box), after(box)));
  before(box).copyTo(after(box));
  CHECK(same(before, after));
}

TEST_CASE("the overlay covers only a small part of a picture") {
  cv::Mat picture = noise({1280, 720});
  Overlay overlay;
  overlay.draw(picture, kFigures);
  CHECK(overlay.area().width < 1280 * 2 / 3);
  CHECK(overlay.area().height < 720 / 12);
  CHECK(overlay.area().x < 20);
  CHECK(overlay.area().y < 20);
}

TEST_CASE("erasing the overlay restores the picture") {
  const cv::Mat before = noise({640, 360});
  cv::Mat picture = before.clone();
  Overlay overlay;
  overlay.draw(picture, kFigures);
  overlay.erase(picture);
  CHECK(same(before, picture));
}

TEST_CASE("the overlay is legible on white and on black") {
  const int background = GENERATE(0, 128, 255);
  const double age_ms = GENERATE(7.0, 500.0, 5000.0);
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(background));
  LiveFigures figures = kFigures;
  figures.age_ms = age_ms;
  Overlay overlay;
  overlay.draw(picture, figures);
  CHECK(contrast(inside(picture, overlay.area())) > 7);  // WCAG's level AAA
}

TEST_CASE("an old age is amber, a very old one red") {
  LiveFigures figures = kFigures;
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(0));
  Overlay overlay;
  overlay.draw(picture, figures);
  CHECK_FALSE(has_colour(picture, is_amber));
  CHECK_FALSE(has_colour(picture, is_red));
  overlay.erase(picture);
  figures.age_ms = 300;
  overlay.draw(picture, figures);
  CHECK(has_colour(picture, is_amber));
  overlay.erase(picture);
  figures.age_ms = 1500;
  overlay.draw(picture, figures);
  CHECK(has_colour(picture, is_red));
}

TEST_CASE("coloured words are legible on white") {
  const double age_ms = GENERATE(300.0, 1500.0);
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(255));
  LiveFigures figures = kFigures;
  figures.age_ms = age_ms;
  Overlay overlay;
  overlay.draw(picture, figures);
  const cv::Mat box = inside(picture, overlay.area());
  cv::Vec3b word;
  for (const cv::Vec3b& pixel : cv::Mat_<cv::Vec3b>(box))
    if (pixel[2] - pixel[0] > word[2] - word[0]) word = pixel;
  const double behind = luminance(box.at<cv::Vec3b>(0, 0));
  CHECK((luminance(word) + 0.05) / (behind + 0.05) > 3);  // WCAG's level AA for large text
}

TEST_CASE("lost, skipped and patched frames are shown only if there are any") {
  cv::Mat picture = noise({1280, 720});
  LiveFigures figures = kFigures;
  Overlay overlay;
  overlay.draw(picture, figures);
  const int without = overlay.area().width;
  figures.lost = 3;
  overlay.draw(picture, figures);
  const int with_lost = overlay.area().width;
  figures.skipped = 12;
  overlay.draw(picture, figures);
  CHECK(without < with_lost);
  const int with_skipped = overlay.area().width;
  CHECK(with_lost < with_skipped);
  figures.patched = 4;
  overlay.draw(picture, figures);
  CHECK(with_skipped < overlay.area().width);
}

TEST_CASE("a loss is amber from 1 %, and its remedy is shown with it") {
  const auto level = GENERATE(Overlay::Level::small, Overlay::Level::full);
  LiveFigures figures = kFigures;
  Overlay overlay;
  while (overlay.level() != level) overlay.next_level();
  const auto draw = [&](std::optional<double> loss_percent) {
    cv::Mat picture(720, 1280, CV_8UC3, cv::Scalar::all(0));
    figures.loss_percent = loss_percent;
    overlay.draw(picture, figures);
    return picture;
  };
  CHECK_FALSE(has_colour(draw(0.9), is_amber));
  const int without_remedy = overlay.area().area();
  CHECK(has_colour(draw(1.0), is_amber));
  CHECK(overlay.area().area() > without_remedy);
}

TEST_CASE("a loss of packets stands beside that of frames, also if every frame is patched") {
  Overlay overlay;
  LiveFigures figures = kFigures;
  cv::Mat picture(720, 1920, CV_8UC3, cv::Scalar::all(0));
  figures.loss_percent = 0;
  overlay.draw(picture, figures);
  const int without = overlay.area().width;
  figures.packet_loss_percent = 0.5;
  overlay.draw(picture, figures);
  CHECK(overlay.area().width > without);
}

TEST_CASE("a loss is shown for each of several cameras") {
  LiveFigures figures = kFigures;
  figures.loss_percent = 12;
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(0));
  Overlay overlay("tcp://camera:2500", "camera");
  overlay.draw(picture, figures);
  CHECK(has_colour(picture, is_amber));
}

TEST_CASE("a link that limits the pictures is named for one camera and for several") {
  const std::string name = GENERATE("", "camera");
  LiveFigures figures = kFigures;
  const auto covered = [&] {
    return Overlay("tcp://camera:2500", name).place({640, 360}, figures).area();
  };
  const int before = covered();
  figures.link = LinkLimit{.quality = 57, .megabits_per_second = 19};
  CHECK(covered() > before);
}

TEST_CASE("without a signal the overlay says so in red in place of the age") {
  LiveFigures figures = kFigures;
  figures.no_signal = true;
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(0));
  Overlay overlay;
  overlay.draw(picture, figures);
  CHECK(has_colour(picture, is_red));
}

TEST_CASE("the overlay is clipped to a picture that is too small for it") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(16, 16), cv::Size(64, 8), cv::Size(8, 64),
                                 cv::Size(64, 48));
  const cv::Mat before = noise(size);
  cv::Mat picture = before.clone();
  Overlay overlay;
  overlay.draw(picture, kFigures);
  CHECK((overlay.area() & cv::Rect({}, size)) == overlay.area());
  overlay.erase(picture);
  CHECK(same(before, picture));
}

Overlay full_overlay() {
  Overlay overlay("tcp://camera-machine:2500");
  overlay.next_level();
  return overlay;
}

LiveFigures all_figures() {
  LiveFigures figures = kFigures;
  figures.age_p50_ms = 7;
  figures.age_p99_ms = 12;
  figures.encode_ms = 3;
  figures.network_ms = 1;
  figures.decode_ms = 2;
  figures.reads_per_frame = 3;
  for (int i = 0; i < 120; ++i) figures.age_history.add(static_cast<float>(5 + i % 20));
  return figures;
}

TEST_CASE("the table of figures is legible on white and on black, and can be erased") {
  const int background = GENERATE(0, 128, 255);
  cv::Mat picture(720, 1280, CV_8UC3, cv::Scalar::all(background));
  const cv::Mat before = picture.clone();
  Overlay overlay = full_overlay();
  overlay.draw(picture, all_figures());
  CHECK(contrast(inside(picture, overlay.area())) > 7);
  CHECK(overlay.area().width < 1280 * 2 / 3);
  CHECK(overlay.area().height < 720 / 2);
  overlay.erase(picture);
  CHECK(same(before, picture));
}

TEST_CASE("the table of figures does not move while its values change") {
  cv::Mat picture = noise({1280, 720});
  Overlay overlay = full_overlay();
  LiveFigures figures = all_figures();
  figures.encode_ms = figures.network_ms = figures.decode_ms = 1234;
  overlay.draw(picture, figures);
  const cv::Rect area = overlay.area();
  figures = all_figures();
  figures.age_p99_ms.reset();
  overlay.draw(picture, figures);
  CHECK(overlay.area() == area);
  overlay.draw(picture, {});
  CHECK(overlay.area() == area);
}

TEST_CASE("the table of figures is clipped to a picture that is too small for it") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(64, 8), cv::Size(8, 64), cv::Size(64, 48),
                                 cv::Size(200, 150));
  const cv::Mat before = noise(size);
  cv::Mat picture = before.clone();
  Overlay overlay = full_overlay();
  overlay.draw(picture, all_figures());
  CHECK((overlay.area() & cv::Rect({}, size)) == overlay.area());
  overlay.erase(picture);
  CHECK(same(before, picture));
}

TEST_CASE("the overlay's levels are small, full, off, and small again") {
  Overlay overlay;
  CHECK(overlay.level() == Overlay::Level::small);
  overlay.next_level();
  CHECK(overlay.level() == Overlay::Level::full);
  overlay.next_level();
  CHECK(overlay.level() == Overlay::Level::off);
  cv::Mat picture = noise({640, 360});
  const cv::Mat before = picture.clone();
  overlay.draw(picture, kFigures);
  CHECK(same(before, picture));
  CHECK(overlay.area().empty());
  overlay.next_level();
  CHECK(overlay.level() == Overlay::Level::small);
}

TEST_CASE("a notice dims the picture and is legible across its middle") {
  const int background = GENERATE(0, 255);
  cv::Mat picture(360, 640, CV_8UC3, cv::Scalar::all(background));
  draw_notice(picture, cv::Rect({}, picture.size()),
              "no frame from tcp://localhost:2500 for 3 s, connecting again");
  CHECK(luminance(picture.at<cv::Vec3b>(0, 0)) < 0.2);
  CHECK(contrast(picture(cv::Rect(0, 120, 640, 120))) > 4.5);
}

TEST_CASE("a notice stays away from the edges of pictures of any shape") {
  const cv::Size size = GENERATE(cv::Size(1920, 1080), cv::Size(200, 600), cv::Size(900, 60));
  cv::Mat picture = cv::Mat::zeros(size, CV_8UC3);
  draw_notice(picture, cv::Rect({}, picture.size()),
              "no frame from tcp://camera.local:2500 for 3 s, connecting again");
  CHECK(contrast(picture) > 7);
  for (const int column : {0, 1, size.width - 2, size.width - 1})
    CHECK(contrast(picture.col(column)) == 1);
}

TEST_CASE("a notice stays in its room, and ends with dots if that is too small") {
  cv::Mat picture = cv::Mat::zeros(120, 160, CV_8UC3);
  const cv::Rect room(0, 40, 160, 80);
  draw_notice(picture, room, std::string(40, 'x') + " cannot connect to tcp://camera.local:2500: ",
              "Connection refused; is jpegwire-sender running there, with --tcp [ADDR:]PORT; "
              "reconnecting, and then once more the same words to fill all of the lines here, and "
              "some more of them, since small letters leave much room for words of this kind");
  CHECK(contrast(picture(room)) > 4.5);
  CHECK(contrast(picture.rowRange(0, 40)) == 1);
  CHECK(contrast(picture.rowRange(118, 120)) == 1);
  CHECK(contrast(picture.colRange(0, 2)) == 1);
}

TEST_CASE("words that are too wide or too many for a small picture are left out") {
  cv::Mat picture(60, 100, CV_8UC3, cv::Scalar::all(0));
  TextBox box(TextBox::Flow::wrap);
  const std::vector<ColouredText> words(12, {"a-camera-with-a-wide-name.local"});
  const cv::Rect area = box.place(picture.size(), cv::Rect(4, 4, 92, 52), Corner::top_left, words);
  CHECK((area & cv::Rect(4, 4, 92, 52)) == area);
  box.paint(picture);
  CHECK(contrast(picture.colRange(area.br().x - 3, area.br().x)) == 1);  // no letter is cut
  CHECK(contrast(picture.rowRange(area.br().y - 2, area.br().y)) == 1);
}

TEST_CASE("an opaque box hides the picture") {
  const std::vector<ColouredText> words{{"q, Esc"}, {"quit"}};
  const auto drawn = [&](int grey) {
    cv::Mat picture(200, 300, CV_8UC3, cv::Scalar::all(grey));
    TextBox box(TextBox::Flow::table, TextBox::kOpaque);
    box.place(picture.size(), cv::Rect({}, picture.size()), Corner::middle, words);
    box.paint(picture);
    return inside(picture, box.area()).clone();
  };
  CHECK(same(drawn(0), drawn(255)));
}

TEST_CASE("a notice may be empty or very long") {
  cv::Mat picture = noise({320, 180});
  draw_notice(picture, cv::Rect({}, picture.size()), "");
  draw_notice(picture, cv::Rect({}, picture.size()), std::string(5000, 'x'));
  cv::Mat tiny = noise({1, 1});
  draw_notice(tiny, cv::Rect({}, tiny.size()), "waiting");
  SUCCEED();
}

TEST_CASE("what the link carries has fewer digits the more it is") {
  LiveFigures figures = kFigures;
  const auto words = [&](std::optional<int> quality, double megabits) {
    figures.link = LinkLimit{.quality = quality, .megabits_per_second = megabits};
    return describe_size(figures);
  };
  CHECK(words(57, 19.3) == "1280x720 q57: this link carries 19 Mbit/s");
  CHECK(words(std::nullopt, 2.34) == "1280x720: this link carries 2.3 Mbit/s");
  CHECK_THAT(describe(figures), Catch::Contains(", 1280x720: this link carries 2.3 Mbit/s, "));
}

TEST_CASE("figures have the same wording everywhere") {
  LiveFigures figures = kFigures;
  CHECK(describe(figures) == "30.0 frames/s, age 7.1 ms, 8.9 Mbit/s, 1280x720, 0 lost, 0 skipped");
  figures.age_ms = 1234.5;
  figures.megabits_per_second = 0.345;
  figures.lost = 2;
  CHECK(describe(figures) ==
        "30.0 frames/s, age 1234 ms, 0.34 Mbit/s, 1280x720, 2 lost, 0 skipped");
  figures.patched = 3;
  CHECK(describe(figures) ==
        "30.0 frames/s, age 1234 ms, 0.34 Mbit/s, 1280x720, 2 lost, 0 skipped, 3 patched");
  figures = kFigures;
  figures.loss_percent = 12.34;
  CHECK(describe(figures) ==
        "30.0 frames/s, age 7.1 ms, 8.9 Mbit/s, 1280x720, 0 lost, 0 skipped, loss 12 % of the "
        "frames, try a lower --quality at the sender");
  figures.loss_percent = 0.5;
  figures.packet_loss_percent = 0.04;
  CHECK_THAT(describe(figures),
             Catch::EndsWith(", loss 0.5 % of the frames, 0.0 % of the packets"));
  figures.loss_percent = 1;
  CHECK_THAT(describe(figures),
             Catch::EndsWith(", try --fec auto or a lower --quality at the sender, or TCP"));
  figures.is_repaired = true;
  CHECK_THAT(describe(figures), Catch::EndsWith(", try TCP or a lower --quality at the sender"));
  figures.packet_loss_percent = 0;  // the frames are damaged, and the network is not to blame
  CHECK_THAT(describe(figures), !Catch::Contains("try "));
  figures = kFigures;
  figures.no_signal = true;
  figures.last_picture = std::chrono::seconds(14);
  CHECK(describe(figures) ==
        "30.0 frames/s, no signal, 8.9 Mbit/s, 1280x720, 0 lost, 0 skipped, last picture 14 s ago");
  figures.last_picture = std::chrono::seconds(134);
  CHECK_THAT(describe(figures), Catch::EndsWith("last picture 2:14 min ago"));
  figures.last_picture = std::chrono::seconds(3723);
  CHECK_THAT(describe(figures), Catch::EndsWith("last picture 1:02:03 h ago"));
  figures.recording = RecordingState{};
  CHECK_THAT(describe(figures), Catch::EndsWith(", recording: no frames"));
  figures.recording = RecordingState{.length = std::chrono::seconds(12), .is_writing = true};
  CHECK_THAT(describe(figures), Catch::EndsWith(", REC 0:12"));
  CHECK(describe(LiveFigures{}) ==
        "0.0 frames/s, age unknown, 0.00 Mbit/s, no picture yet, 0 lost, 0 skipped");
}

}  // namespace
}  // namespace jpegwire::overlay_test
