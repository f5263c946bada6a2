#include <algorithm>
#include <vector>

#include "codec/bytes.hpp"
#include "net/echo/echo_message.hpp"
#include "support/fuzzing.hpp"

// The first byte chooses the sizes of the reads; the rest is what a client sends to an echo server.
// What the server would send back is what came, and messages that are too large end the connection.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

struct Echoed {
  std::vector<std::byte> bytes;
  bool is_refused = false;
};

Echoed echo(Bytes input, std::size_t piece) {
  Echoed echoed;
  EchoMessage message;
  message.begin();
  while (!input.empty()) {
    const std::span<std::byte> space = message.space();
    require(!space.empty(), "there is space for the rest of a message");
    const std::size_t size = std::min({space.size(), input.size(), piece});
    std::ranges::copy(input.first(size), space.begin());
    input = input.subspan(size);
    if (!message.received(size)) {
      echoed.is_refused = true;
      return echoed;
    }
    if (!message.is_whole()) continue;
    echoed.bytes.insert(echoed.bytes.end(), message.bytes().begin(), message.bytes().end());
    message.begin();
  }
  return echoed;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = as_input(data, size);
  const std::size_t piece = take_byte(input) + 1;
  const Echoed at_once = echo(input, input.size() + 1);
  const Echoed in_pieces = echo(input, piece);
  require(at_once.bytes == in_pieces.bytes && at_once.is_refused == in_pieces.is_refused,
          "pieces mean the same");
  require(at_once.bytes.size() <= input.size() &&
              std::ranges::equal(at_once.bytes, input.first(at_once.bytes.size())),
          "what comes back is what was sent");
  return 0;
}
