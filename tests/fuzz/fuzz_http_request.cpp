#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "net/http/http_request.hpp"
#include "support/fuzzing.hpp"
#include "support/streams.hpp"

// The first byte chooses the sizes of the reads, the second the limit of a head; the rest is a
// client's stream. All splits give the same requests.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

using Result = HttpRequestReader::Result;

struct Reading {
  std::vector<HttpRequest> requests;
  bool is_refused = false;
};

void check_request(const HttpRequest& request, std::size_t limit) {
  require(request.path.starts_with('/'), "a path begins with a slash");
  require(request.path.find('?') == std::string::npos, "a query is no part of a path");
  require(request.path.size() + request.query.size() + request.host.size() < limit,
          "a request is no longer than a head");
  static_cast<void>(has_parameter(request.query, "action", "stream"));
}

void check_refusal(int status) {
  constexpr int kStatuses[] = {400, 405, 413, 431, 505};
  require(std::ranges::find(kStatuses, status) != std::end(kStatuses), "a refusal has a status");
}

/// Takes all available requests; false once one is refused.
bool take_requests(HttpRequestReader& reader, std::size_t limit, Reading& reading) {
  Result result = reader.next();
  for (; result == Result::request; result = reader.next()) {
    check_request(reader.request(), limit);
    reading.requests.push_back(reader.request());
  }
  if (result == Result::need_more) {
    require(!reader.space().empty(), "there is space as long as more bytes are needed");
    require(reader.next() == Result::need_more, "asking again changes nothing");
    return true;
  }
  check_refusal(reader.status());
  reading.is_refused = true;
  return false;
}

/// A seed of 0 gives reads as large as the free space.
Reading read(Bytes input, std::size_t limit, unsigned seed) {
  std::mt19937 random(seed);
  HttpRequestReader reader(limit);
  Reading reading;
  while (!input.empty()) {
    const std::span<std::byte> space = reader.space();
    require(space.size() <= limit, "a head is never longer than the bound");
    const std::size_t most = seed == 0 ? limit : 1 + random() % (1U << random() % 8);
    const std::size_t size = std::min({space.size(), input.size(), most});
    std::ranges::copy(input.first(size), space.begin());
    input = input.subspan(size);
    reader.received(size);
    if (!take_requests(reader, limit, reading)) break;
  }
  return reading;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes = as_input(data, size);
  const unsigned seed = take_byte(bytes) + 1;
  const std::size_t limit = 256 + 8 * take_byte(bytes);
  // An error in a head may be found only at its end.
  const ByteVector input = joined(bytes, "\r\n\r\n");
  const Reading at_once = read(input, limit, 0);
  const Reading in_pieces = read(input, limit, seed);
  require(at_once.is_refused == in_pieces.is_refused, "pieces are refused alike");
  require(at_once.requests.size() == in_pieces.requests.size(),
          "the number of requests does not depend on the splitting");
  for (std::size_t i = 0; i < at_once.requests.size(); ++i) {
    const HttpRequest& one = at_once.requests[i];
    const HttpRequest& other = in_pieces.requests[i];
    require(one.path == other.path && one.query == other.query && one.host == other.host,
            "pieces give the same requests");
    require(one.is_head == other.is_head && one.keeps_alive == other.keeps_alive,
            "pieces mean the same");
  }
  return 0;
}
