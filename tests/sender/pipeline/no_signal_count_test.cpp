#include <catch2/catch.hpp>
#include <semaphore>

#include "sender/pipeline/pipeline.hpp"

namespace jpegwire::no_signal_count_test {
namespace {

/// Gives two pictures of its own and three cards.
class ShortSource final : public FrameSource {
 public:
  std::string description() const override { return "test"; }
  std::optional<CapturedFrame> read(std::stop_token) override {
    if (number_ == 5) return std::nullopt;
    CapturedFrame frame;
    frame.no_signal = ++number_ > 2;
    frame.raw = std::make_shared<Picture>();
    frame.raw->resize(PixelFormat::i420, 16, 16);
    return frame;
  }

 private:
  int number_ = 0;
};

struct NoSink final : FrameSink {
  void submit(FramePtr) override {}
};

}  // namespace

TEST_CASE("the cards of a source without pictures are not counted as captured") {
  ShortSource source;
  NoSink sink;
  ViewerCount nobody;
  std::binary_semaphore ended(0);
  RateBoard board(1, Adaptation::off);
  Pipeline pipeline(source, sink, nobody, board, {}, [&] { ended.release(); });
  pipeline.start();
  ended.acquire();
  pipeline.stop();
  const PipelineCounts counts = pipeline.counts();
  CHECK(counts.captured == 2);
  CHECK(counts.no_signal == 3);
  CHECK(counts.captured + counts.no_signal == counts.unwatched + counts.skipped_encode);
}

}  // namespace jpegwire::no_signal_count_test
