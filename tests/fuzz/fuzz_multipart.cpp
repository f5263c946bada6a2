#include "support/fuzzing.hpp"
#include "support/streams.hpp"

// Parses a head and a body alone, and then the input as a stream that is known to be multipart.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

void check_head(Bytes input, std::string_view boundary) {
  const MultipartHead head = read_multipart_head(input, boundary);
  require(head.size_bytes <= std::min(input.size(), kMaxHeadSizeBytes),
          "a head is within its bytes");
  if (head.kind == MultipartHead::Kind::part) {
    require(head.size_bytes >= 5, "a part has a boundary and an empty line");
    require(head.boundary.starts_with("--") && head.boundary.size() > 2, "a boundary has a name");
    const Bytes body = input.subspan(head.size_bytes);
    const auto end = find_body_end(body, head.boundary);
    require(!end || *end + head.boundary.size() < body.size(), "a body ends within its bytes");
  }
  if (input.size() >= kMaxHeadSizeBytes)
    require(head.kind != MultipartHead::Kind::need_more, "a head is bounded");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = as_input(data, size);
  const unsigned seed = take_byte(input);
  check_head(input, "");
  check_head(input, "--b");

  const ByteVector stream = joined("\r\n--b\r\n", input);
  const Outcome at_once = feed(stream, 1000, whole());
  const Outcome in_pieces = feed(stream, 1000, seed == 0 ? byte_by_byte() : pieces_at_random(seed));
  require(at_once.framing == "multipart", "the framing is detected");
  require(at_once.frames == in_pieces.frames, "the parts do not depend on the splitting");
  require(at_once.last == in_pieces.last, "the end does not depend on the splitting");
  require(at_once.error == in_pieces.error, "the error does not depend on the splitting");
  for (const ByteVector& frame : at_once.frames) require(frame.size() <= 1000, "a part is bounded");
  return 0;
}
