#include "net/http/http_body.hpp"

#include <algorithm>

#include "support/fuzzing.hpp"
#include "support/jpegs.hpp"

// The first byte chooses the sizes of the reads and whether there are chunks, the rest is a body.
// All splits give the same content.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

struct Result {
  ByteVector content;
  HttpBody::State state;
};

Result read(HttpBody body, Bytes encoded, std::size_t piece) {
  Result result{{}, body.state()};
  while (!encoded.empty()) {
    const Bytes part = encoded.first(std::min(piece, encoded.size()));
    ByteVector bytes(part.begin(), part.end());
    const std::size_t size = body.decode(bytes);
    require(size <= bytes.size(), "content is within the bytes received");
    append(result.content, Bytes(bytes).first(size));
    encoded = encoded.subspan(part.size());
  }
  result.state = body.state();
  return result;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes encoded = as_input(data, size);
  const unsigned choice = take_byte(encoded);
  const HttpBody body = choice < 128 ? HttpBody(true, std::nullopt) : HttpBody(false, choice);
  const Result at_once = read(body, encoded, encoded.size() + 1);
  const Result in_pieces = read(body, encoded, 1 + choice % 16);
  require(at_once.content == in_pieces.content, "the content does not depend on the splitting");
  require(at_once.state == in_pieces.state, "the end does not depend on the splitting");
  return 0;
}
