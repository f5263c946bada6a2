#include "net/tcp/frame_protocol.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "net/framing/part_body.hpp"
#include "support/http_responses.hpp"
#include "support/loopback.hpp"

namespace jpegwire::frame_protocol_test {
namespace {

using namespace test;
using Catch::Matches;

std::string head_of(MultipartProtocol& protocol, const EncodedFrame& frame, std::size_t size) {
  std::array<std::byte, FrameProtocol::kMaxHeadSizeBytes> head;
  const std::size_t head_size = protocol.write_head(frame, size, head);
  REQUIRE(head_size <= head.size());
  return {reinterpret_cast<const char*>(head.data()), head_size};
}

/// All bytes sent for a frame.
ByteVector part_of(MultipartProtocol& protocol, const EncodedFrame& frame) {
  const ByteVector jpeg = bytes_of(frame.layout);
  return joined(head_of(protocol, frame, jpeg.size()), jpeg, protocol.tail());
}

TEST_CASE("frames are read back identically, however the bytes are split", "[http]") {
  MultipartProtocol protocol;
  ByteVector stream = joined(protocol.opening());
  std::vector<ByteVector> frames;
  for (std::uint32_t sequence = 0; sequence < 5; ++sequence) {
    const auto frame = make_frame(sequence, sequence * 3000);
    frames.push_back(bytes_of(frame->layout));
    append(stream, part_of(protocol, *frame));
  }
  for (const PieceSize& pieces : {whole(), byte_by_byte(), pieces_at_random(7)}) {
    const Outcome outcome = feed(stream, 1 << 20, pieces);
    CHECK(outcome.framing == "multipart");
    CHECK(outcome.frames == frames);
    CHECK(outcome.last == FrameAssembler::Event::need_more);
    CHECK(outcome.between_frames);
  }
}

TEST_CASE("the stream begins with an answer without a length, which ends with the connection",
          "[http]") {
  const MultipartProtocol protocol;
  std::string_view rest = protocol.opening();
  const auto response = take_response(rest, HasBody::no);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->field("content-type") == "multipart/x-mixed-replace; boundary=frame");
  CHECK(response->field("connection") == "close");
  CHECK(response->field("cache-control") == "no-store");
  CHECK_FALSE(response->fields.contains("content-length"));
  CHECK_FALSE(response->fields.contains("transfer-encoding"));
  CHECK(rest == "--frame\r\n");
}

TEST_CASE("a part has its type, length and capture time", "[http]") {
  MultipartProtocol protocol;
  EncodedFrame frame;
  frame.capture_time = WallTime(microseconds(1'700'000'000'000'042));
  CHECK(head_of(protocol, frame, 4711) ==
        "Content-Type: image/jpeg\r\nContent-Length: 4711\r\nX-Timestamp: 1700000000.000042\r\n"
        "\r\n");
  frame.capture_time = WallTime(microseconds(12'999'999));
  CHECK_THAT(head_of(protocol, frame, 1), Catch::Contains("X-Timestamp: 12.999999\r\n"));
}

TEST_CASE("the boundary directly follows a JPEG, so that a browser shows it at once", "[http]") {
  MultipartProtocol protocol;
  const auto frame = make_frame(0);
  const std::size_t size = bytes_of(frame->layout).size();
  const ByteVector part = part_of(protocol, *frame);
  const ByteVector body(part.end() - static_cast<std::ptrdiff_t>(size + protocol.tail().size()),
                        part.end());
  CHECK(PartBody("--frame", std::nullopt).find_end(body) == size);
  CHECK(protocol.tail() == "\r\n--frame\r\n");
}

TEST_CASE("a part's head never exceeds its reserved space", "[http]") {
  MultipartProtocol protocol;
  EncodedFrame frame;
  frame.capture_time = WallTime(microseconds(std::numeric_limits<std::int64_t>::max()));
  const std::string head = head_of(protocol, frame, std::numeric_limits<std::uint32_t>::max());
  CHECK_THAT(head, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("the answer announces that the server accepts reports", "[http]") {
  CHECK_THAT(std::string(MultipartProtocol().opening()),
             Catch::Contains("\r\nX-Jpegwire: reports\r\n"));
  CHECK(MultipartProtocol().kind() == "http");
}

}  // namespace
}  // namespace jpegwire::frame_protocol_test
