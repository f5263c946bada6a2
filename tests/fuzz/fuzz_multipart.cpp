#include "net/framing/part_body.hpp"
#include "support/fuzzing.hpp"
#include "support/streams.hpp"

// Parses a head and a body alone, and then the input as a stream that is known to be multipart, and
// as the body of an HTTP answer.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

void check_head(Bytes input, std::string_view boundary) {
  const MultipartHead head = read_multipart_head(input, boundary);
  require(head.size_bytes <= std::min(input.size(), kMaxHeadSizeBytes),
          "a head is within its bytes");
  if (head.kind == MultipartHead::Kind::junk) require(head.size_bytes > 0, "junk is skipped");
  if (head.kind == MultipartHead::Kind::part) {
    require(!head.boundary.empty() || boundary.empty(), "parts keep having boundaries");
    const Bytes body = input.subspan(head.size_bytes);
    const auto end = PartBody(head.boundary, head.content_length).find_end(body);
    require(!end || *end <= body.size(), "a body ends within its bytes");
  }
  if (input.size() >= kMaxHeadSizeBytes)
    require(head.kind != MultipartHead::Kind::need_more, "a head is bounded");
}

void check_stream(const ByteVector& stream, FrameAssembler::Start start, unsigned seed) {
  const Outcome at_once = feed(stream, 1000, whole(), start);
  const Outcome in_pieces =
      feed(stream, 1000, seed == 0 ? byte_by_byte() : pieces_at_random(seed), start);
  require(at_once.frames == in_pieces.frames, "the parts do not depend on the splitting");
  require(at_once.last == in_pieces.last, "the end does not depend on the splitting");
  require(at_once.error == in_pieces.error, "the error does not depend on the splitting");
  for (const ByteVector& frame : at_once.frames) require(frame.size() <= 1000, "a part is bounded");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = as_input(data, size);
  const unsigned seed = take_byte(input);
  check_head(input, "");
  check_head(input, "--b");
  check_stream(joined("\r\n--b\r\n", input), FrameAssembler::Start::any_framing, seed);
  check_stream(joined(input), FrameAssembler::Start::parts, seed);
  check_stream(joined(input), FrameAssembler::Start::parts_or_nothing, seed);
  return 0;
}
