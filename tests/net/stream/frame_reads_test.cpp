#include "net/stream/frame_reads.hpp"

#include <catch2/catch.hpp>

#include "net/framing/frame_assembler.hpp"
#include "support/streams.hpp"

namespace jpegwire::frame_reads_test {
namespace {

using namespace test;

WallTime at_us(int us) { return WallTime{microseconds(us)}; }

std::vector<std::size_t> sizes_of(const FrameReads& reads) {
  std::vector<std::size_t> sizes;
  for (const FrameRead& read : reads.list) sizes.push_back(read.bytes);
  return sizes;
}

/// The reads of each frame of a stream that is received in parts of these sizes.
std::vector<FrameReads> reads_of(Bytes stream, const std::vector<std::size_t>& pieces) {
  ObjectPool<ReceivedFrame> pool;
  FrameAssembler assembler(pool, kDefaultMaxFrameBytes, {.records_reads = true});
  std::vector<FrameReads> all;
  int now = 1000;
  for (const std::size_t piece : pieces) {
    REQUIRE(assembler.space().size() >= piece);
    std::ranges::copy(stream.first(piece), assembler.space().begin());
    stream = stream.subspan(piece);
    assembler.received(piece, at_us(now += 10));
    while (assembler.next() == FrameAssembler::Event::frame)
      all.push_back(assembler.take_frame()->arrival);
  }
  return all;
}

TEST_CASE("each read of a frame has its offset, size and time") {
  const ByteVector stream = framed(SizePrefix::be32, ByteVector(20));
  const auto frames = reads_of(stream, {3, 11, 10});
  REQUIRE(frames.size() == 1);
  const FrameReads& reads = frames[0];
  REQUIRE(reads.list.size() == 3);
  CHECK(sizes_of(reads) == std::vector<std::size_t>{3, 11, 10});
  CHECK(reads.list[1].offset == 3);
  CHECK(reads.list[2].offset == 14);
  CHECK(reads.list[0].since_first == microseconds(0));
  CHECK(reads.list[2].since_first == microseconds(20));
  CHECK(reads.size_bytes() == 24);
  CHECK(reads.duration() == microseconds(20));
  CHECK_FALSE(reads.is_one_whole_read());
}

TEST_CASE("a read with the end of a frame and the beginning of the next counts for both") {
  const ByteVector one = framed(SizePrefix::le32, ByteVector(6));
  const auto frames = reads_of(joined(one, one, one), {10, 17, 3});
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].is_one_whole_read());
  CHECK(sizes_of(frames[1]) == std::vector<std::size_t>{10});
  CHECK(frames[1].is_one_whole_read());
  CHECK(sizes_of(frames[2]) == std::vector<std::size_t>{7, 3});
  CHECK(frames[2].bytes_before == 10);
  CHECK(frames[2].duration() == microseconds(10));
}

TEST_CASE("a frame that shares its read with another is not one whole read") {
  const ByteVector one = framed(SizePrefix::ascii16, ByteVector(5));
  const auto frames = reads_of(joined(one, one), {42});
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].is_one_whole_read());
  CHECK(frames[1].count() == 1);
  CHECK(frames[1].bytes_before == 21);
  CHECK_FALSE(frames[1].is_one_whole_read());
}

TEST_CASE("a boundary that arrives with the previous part belongs to no frame") {
  const ByteVector jpeg = to_bytes({0xFF, 0xD8, 0xFF, 0xD9});
  const ByteVector part = joined("\r\n--b\r\nContent-Length: 4\r\n\r\n", jpeg);
  const ByteVector end = to_bytes("\r\n--b\r\n");
  const auto frames = reads_of(joined(part, end, "Content-Length: 4\r\n\r\n", jpeg),
                               {part.size() + end.size(), 25});
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].size_bytes() == part.size());
  CHECK(frames[1].is_one_whole_read());
  CHECK(frames[1].size_bytes() == 25);
}

TEST_CASE("the bytes of the reads add up for each frame, whatever their sizes") {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    ByteVector stream;
    std::vector<std::size_t> wanted;
    for (int i = 0; i < 5; ++i) {
      const std::size_t size = 1 + random() % 300;
      append(stream, framed(SizePrefix::be32, ByteVector(size)));
      wanted.push_back(4 + size);
    }
    ObjectPool<ReceivedFrame> pool;
    FrameAssembler assembler(pool, kDefaultMaxFrameBytes, {.records_reads = true});
    std::vector<std::size_t> sums;
    for (Bytes rest = stream; !rest.empty();) {
      const std::size_t piece =
          std::min({rest.size(), assembler.space().size(), 1 + std::size_t{random() % 200}});
      std::ranges::copy(rest.first(piece), assembler.space().begin());
      rest = rest.subspan(piece);
      assembler.received(piece, at_us(0));
      while (assembler.next() == FrameAssembler::Event::frame) {
        const auto frame = assembler.take_frame();
        std::size_t sum = 0;
        for (const FrameRead& read : frame->arrival.list) {
          CHECK(read.offset == sum);
          sum += read.bytes;
        }
        CHECK(frame->arrival.count() == frame->reads);
        sums.push_back(sum);
      }
    }
    CHECK(sums == wanted);
  }
}

TEST_CASE("the number of reads is bounded; further reads are merged and counted") {
  ReadRecorder recorder;
  constexpr std::size_t kReads = FrameReads::kMaxReads + 100;
  for (std::size_t i = 0; i < kReads; ++i) recorder.received(2, at_us(static_cast<int>(i)));
  FrameReads reads;
  recorder.end_frame(1, reads);
  CHECK(reads.list.size() == FrameReads::kMaxReads);
  CHECK(reads.merged == 100);
  CHECK(reads.single().size() == FrameReads::kMaxReads - 1);
  CHECK(reads.count() == kReads);
  CHECK(reads.size_bytes() == 2 * kReads - 1);
  CHECK(reads.duration() == microseconds(kReads - 1));
  recorder.received(4, at_us(9000));
  recorder.end_frame(0, reads);
  CHECK(sizes_of(reads) == std::vector<std::size_t>{1, 4});
  CHECK(reads.bytes_before == 1);
  CHECK(reads.merged == 0);
  CHECK(reads.single().size() == 2);
}

TEST_CASE("reads are not recorded unless requested") {
  ObjectPool<ReceivedFrame> pool;
  FrameAssembler assembler(pool, kDefaultMaxFrameBytes);
  const ByteVector stream = framed(SizePrefix::be32, ByteVector(20));
  std::ranges::copy(stream, assembler.space().begin());
  assembler.received(stream.size(), at_us(0));
  REQUIRE(assembler.next() == FrameAssembler::Event::frame);
  CHECK(assembler.take_frame()->arrival.list.empty());
}

}  // namespace
}  // namespace jpegwire::frame_reads_test
