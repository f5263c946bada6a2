#include "recording/write_queue.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>
#include <vector>

using namespace jpegwire;

namespace write_queue_test {
namespace {

/// Notes what it is given, once it is let go.
class NotingWriter final : public FrameWriter {
 public:
  void let_go() { gate_.set_value(); }

  // To be asked when the queue has finished.
  std::vector<std::uint32_t> numbers;
  bool has_ended = false;
  std::uint32_t fails_at = UINT32_MAX;

 private:
  void write(const QueuedFrame& frame) override {
    is_open_.wait();
    if (frame.jpeg->sequence == fails_at) throw std::runtime_error("the disk is full");
    numbers.push_back(frame.jpeg->sequence);
  }
  void end() override { has_ended = true; }

  std::promise<void> gate_;
  std::shared_future<void> is_open_ = gate_.get_future().share();
};

QueuedFrame make_frame(std::uint32_t number, std::size_t size = 100) {
  auto frame = std::make_shared<EncodedFrame>();
  frame->sequence = number;
  frame->storage.emplace_back(size);
  return {.jpeg = frame, .capture_time = {}, .whole = frame->storage.front()};
}

void fail_on_error(const std::string& sentence) { FAIL(sentence); }

}  // namespace

TEST_CASE("frames are written in their order, and then no more", "[write_queue]") {
  NotingWriter writer;
  WriteQueue queue(writer, fail_on_error, 3);
  for (std::uint32_t i = 0; i < 5; ++i) queue.put(make_frame(i));
  writer.let_go();
  queue.finish(std::chrono::minutes(1));
  CHECK(writer.numbers == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(writer.has_ended);
  CHECK(queue.skipped() == 0);
  queue.put(make_frame(9));
  CHECK(queue.is_closed());
  CHECK(writer.numbers.size() == 3);
}

TEST_CASE("frames beyond the limit are skipped and counted", "[write_queue]") {
  constexpr std::size_t kHalf = WriteQueue::kMaxBacklogBytes / 2;
  NotingWriter writer;
  WriteQueue queue(writer, fail_on_error);
  for (std::uint32_t i = 0; i < 4; ++i) queue.put(make_frame(i, kHalf));
  CHECK(queue.skipped() == 2);
  writer.let_go();
  queue.finish(std::chrono::minutes(1));
  CHECK(writer.numbers == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("an error is reported once, and nothing is written after it", "[write_queue]") {
  NotingWriter writer;
  writer.fails_at = 1;
  std::vector<std::string> errors;
  WriteQueue queue(writer, [&](const std::string& error) { errors.push_back(error); });
  for (std::uint32_t i = 0; i < 4; ++i) queue.put(make_frame(i));
  writer.let_go();
  queue.finish(std::chrono::minutes(1));
  CHECK(errors == std::vector<std::string>{"the disk is full"});
  CHECK(writer.numbers == std::vector<std::uint32_t>{0});
  CHECK(queue.is_closed());
  CHECK(queue.skipped() == 0);
}

TEST_CASE("a queue that has no time to finish leaves frames unwritten", "[write_queue]") {
  NotingWriter writer;
  WriteQueue queue(writer, fail_on_error);
  for (std::uint32_t i = 0; i < 4; ++i) queue.put(make_frame(i));
  const std::jthread reader([&](const std::stop_token& stop) {  // any thread may ask meanwhile
    while (!stop.stop_requested()) static_cast<void>(queue.skipped());
  });
  auto impatient = std::async(std::launch::async, [&] { queue.finish(milliseconds{0}); });
  while (!queue.is_closed()) std::this_thread::yield();
  writer.let_go();
  impatient.get();
  CHECK(writer.numbers.size() + queue.skipped() == 4);
  CHECK(writer.has_ended);
}

}  // namespace write_queue_test
