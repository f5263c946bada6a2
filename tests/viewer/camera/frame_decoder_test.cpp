#include "viewer/camera/frame_decoder.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::frame_decoder_test {
namespace {

using namespace test;
using std::chrono::seconds;

constexpr int kWidth = 64;
constexpr int kHeight = 128;

/// In 4:2:2 no row depends on the row below it.
ByteVector jpeg_of(int grey, const std::string& restart = "") {
  Picture picture;
  picture.resize(PixelFormat::bgr, kWidth, kHeight);
  std::ranges::fill(picture.pixels, static_cast<std::byte>(grey));
  return encode_plainly(picture, {.subsampling = TJSAMP_422, .restart = restart});
}

/// A JPEG that ends in the middle of its scan.
ByteVector cut_jpeg_of(int grey, const std::string& restart = "") {
  ByteVector jpeg = jpeg_of(grey, restart);
  const std::size_t scan = find_scan(jpeg);
  jpeg.resize(scan + (jpeg.size() - scan) / 2);
  return jpeg;
}

/// A valid frame that was captured so long ago.
std::shared_ptr<ReceivedFrame> received(ByteVector jpeg, std::optional<seconds> age = {}) {
  auto frame = std::make_shared<ReceivedFrame>();
  frame->jpeg.storage.push_back(std::move(jpeg));
  REQUIRE(validate(frame->jpeg) == JpegVerdict::ok);
  frame->first_byte = frame->last_byte = steady_now();
  if (!age) return frame;
  frame->stamp = FrameStamp{.capture_time = steady_now() - *age, .send_time = steady_now()};
  frame->sender_ahead = microseconds(0);
  return frame;
}

struct Bench {
  explicit Bench(bool fills_gaps = true)
      : decoder({.fills_gaps = fills_gaps}, statistics, updates) {}

  FrameEnd process(std::shared_ptr<const ReceivedFrame> frame, unsigned session = 1) {
    const FrameEnd end = decoder.process(
        {.whole = std::move(frame), .incoming = nullptr, .session = session}, {}, {});
    shown = updates.take_picture(0);
    return end;
  }

  int grey_of_row(int row) const {
    const auto at = static_cast<std::size_t>(3 * kWidth * row);
    return std::to_integer<int>(shown->picture->pixels.at(at));
  }

  nlohmann::json summary() const { return statistics.summary("url"); }

  Statistics statistics;
  CameraUpdates updates{1};
  FrameDecoder decoder;
  std::optional<ShownFrame> shown;
};

TEST_CASE("a scan that ends early is patched from the picture before, and counted") {
  const auto restart = GENERATE(as<std::string>{}, "", "1");
  CAPTURE(restart);
  Bench bench;
  CHECK(bench.process(received(jpeg_of(60, restart))).reception == Reception::whole);
  REQUIRE(bench.shown);
  CHECK(bench.shown->picture.owned() != nullptr);  // nothing is kept before the first gap
  CHECK(bench.process(received(cut_jpeg_of(200, restart))).reception == Reception::incomplete);
  REQUIRE(bench.shown);
  CHECK(bench.shown->received == nullptr);
  CHECK(bench.grey_of_row(0) == 200);
  CHECK(bench.grey_of_row(kHeight - 1) == 60);
  for (int row = 1; row < kHeight; ++row)
    CHECK(bench.grey_of_row(row) <= bench.grey_of_row(row - 1));

  bench.process(received(cut_jpeg_of(220, restart)));
  REQUIRE(bench.shown);
  CHECK(bench.grey_of_row(0) == 220);
  CHECK(bench.grey_of_row(kHeight - 1) == 60);
  CHECK(bench.summary()["frames"] == 1);
  CHECK(bench.summary()["patched"] == 2);
  CHECK(bench.summary()["corrupt"] == 0);
}

TEST_CASE("a damaged JPEG that arrived whole is no loss of the network") {
  Bench bench;
  const auto receive = [&](ByteVector jpeg, std::uint32_t sequence) {
    auto frame = received(std::move(jpeg), seconds(1));
    frame->stamp->sequence = sequence;
    bench.statistics.frame_received(frame->bytes().size(), 1, frame->stamp);
    return bench.process(frame);
  };
  receive(jpeg_of(60), 0);
  const FrameEnd end = receive(cut_jpeg_of(200), 1);
  CHECK(end.whole != nullptr);  // a snapshot of it can be written
  CHECK(bench.summary()["patched"] == 1);
  CHECK(bench.statistics.live().loss_percent == 0.0);
}

TEST_CASE("without a picture before, missing rows are grey") {
  Bench bench;
  SECTION("at the beginning") {}
  SECTION("after another connection") { bench.process(received(jpeg_of(60)), 2); }
  SECTION("after another size") {
    bench.process(received(encode_plainly(make_bgr(2 * kWidth, kHeight))));
  }
  bench.process(received(cut_jpeg_of(200)));
  REQUIRE(bench.shown);
  CHECK(bench.grey_of_row(0) == 200);
  CHECK(bench.grey_of_row(kHeight - 1) == 0x80);
}

TEST_CASE("with --whole-frames, a scan that ends early is refused, and not blamed on the network") {
  Bench bench(false);
  bench.process(received(jpeg_of(60)));
  bench.process(received(cut_jpeg_of(200)));
  CHECK_FALSE(bench.shown);
  CHECK(bench.summary()["refused"] == nlohmann::json{{"damaged", 1}});
  CHECK(bench.summary()["lost"] == 0);
  CHECK(bench.summary()["patched"] == 0);
}

TEST_CASE("a frame of which no row can be decoded is refused") {
  Bench bench;
  bench.process(received(jpeg_of(60)));
  ByteVector jpeg = jpeg_of(200);
  jpeg.resize(find_scan(jpeg));
  CHECK(bench.process(received(jpeg)).verdict == JpegVerdict::undecodable);
  CHECK_FALSE(bench.shown);
  CHECK(bench.summary()["refused"] == nlohmann::json{{"undecodable", 1}});
}

TEST_CASE("the age shown is that of the oldest pixels, the frame's own age is counted apart") {
  Bench bench;
  bench.process(received(jpeg_of(60), seconds(1000)));
  bench.process(received(cut_jpeg_of(200), seconds(100)));
  REQUIRE(bench.shown);
  CHECK(steady_now() - bench.shown->capture_time.value() >= seconds(1000));
  const nlohmann::json summary = bench.summary();
  CHECK(summary["age_ms"]["p50"] > 90'000);
  CHECK(summary["age_ms"]["p50"] < 900'000);
  CHECK(summary["oldest_age_ms"]["p50"] > 900'000);
  CHECK(summary["oldest_age_ms"]["p99"] > 900'000);
  CHECK(bench.statistics.live().age_ms.value() > 900'000);

  bench.process(received(jpeg_of(60), seconds(10)));
  CHECK(steady_now() - bench.shown->capture_time.value() < seconds(900));
}

TEST_CASE("rows that were never received are older than any other") {
  Bench bench;
  bench.process(received(cut_jpeg_of(60), seconds(1000)));
  bench.process(received(cut_jpeg_of(60), seconds(100)));
  CHECK(bench.statistics.live().age_ms.value() > 900'000);
  CHECK(bench.summary()["oldest_age_ms"]["p50"] > 900'000);
}

TEST_CASE("without stamps no age is known, however old some rows are") {
  Bench bench;
  bench.process(received(jpeg_of(60)));
  bench.process(received(cut_jpeg_of(200)));
  CHECK_FALSE(bench.shown->capture_time);
  CHECK_FALSE(bench.statistics.live().age_ms);
  CHECK(bench.summary()["oldest_age_ms"].is_null());
}

}  // namespace
}  // namespace jpegwire::frame_decoder_test
