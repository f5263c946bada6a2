#include "support/fuzzing.hpp"
#include "support/streams.hpp"

// The first byte chooses the sizes of the reads, the second the limit of a frame; the rest is the
// stream. All splits give the same frames.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes stream = as_input(data, size);
  const unsigned seed = take_byte(stream);
  const std::size_t max_frame_bytes = std::size_t{16} << take_byte(stream) % 16;
  const Outcome at_once = feed(stream, max_frame_bytes, whole());
  const Outcome in_pieces =
      feed(stream, max_frame_bytes, seed == 0 ? byte_by_byte() : pieces_at_random(seed));
  for (const ByteVector& frame : at_once.frames)
    require(frame.size() <= max_frame_bytes, "a frame stays within the bound");
  require(at_once.frames == in_pieces.frames, "the frames do not depend on the splitting");
  require(at_once.last == in_pieces.last, "the end does not depend on the splitting");
  require(at_once.error == in_pieces.error, "the error does not depend on the splitting");
  if (at_once.last == FrameAssembler::Event::need_more)
    require(at_once.position == in_pieces.position, "pieces stop at the same position");
  require(at_once.framing == in_pieces.framing, "pieces have the same framing");
  return 0;
}
