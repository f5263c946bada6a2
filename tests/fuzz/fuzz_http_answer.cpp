#include "net/http/stream_request.hpp"

#include <algorithm>

#include "support/fuzzing.hpp"

// The first byte chooses the sizes of the reads, the rest is a server's answer. All splits give the
// same result.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

StreamRequest::Result feed(StreamRequest& request, Bytes answer, std::size_t piece) {
  using Result = StreamRequest::Result;
  Result result = Result::need_more;
  while (!answer.empty() && result == Result::need_more) {
    const std::span<std::byte> space = request.space();
    require(!space.empty(), "there is space as long as more bytes are needed");
    const std::size_t size = std::min({answer.size(), space.size(), piece});
    std::ranges::copy(answer.first(size), space.begin());
    result = request.received(size);
    answer = answer.subspan(size);
  }
  return result;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes answer = as_input(data, size);
  const std::size_t piece = take_byte(answer) + 1;
  static const HttpUrl url = parse_http_url("http://me:secret@camera/stream");
  StreamRequest at_once(url);
  StreamRequest in_pieces(url);
  const auto result = feed(at_once, answer, answer.size() + 1);
  require(result == feed(in_pieces, answer, piece), "pieces mean the same");
  require(at_once.rest().size() <= answer.size(), "nothing is added");
  at_once.begin();
  const std::string request = at_once.text();
  require(request.starts_with("GET /"), "a redirect leads to a path");
  require(request.find("\r\n\r\n") == request.size() - 4, "an answer adds no lines to a request");
  return 0;
}
