#include <algorithm>
#include <vector>

#include "net/share/file_messages.hpp"
#include "net/share/file_name.hpp"
#include "net/share/plain_text.hpp"
#include "support/fuzzing.hpp"

// The input is a message, without its size. What is read from it is written, and reads the same.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

void check_request(Bytes input) {
  const std::optional<FileRequest> request = parse_file_request(input);
  if (!request) return;
  const std::vector<std::byte> written = write_file_request(*request);
  require(written.size() <= 4 + 512, "a request stays within its bound");
  require(parse_file_request(Bytes(written).subspan(4)) == request, "a request reads as written");
}

struct Check {
  void operator()(const OfferedFile& file) const {
    require(is_offered_name(file.name), "a listed file has a name that is offered");
  }
  void operator()(const FileChunk& chunk) const {
    require(chunk.data.size() <= kMaxChunkBytes, "a chunk stays within its bound");
  }
  void operator()(const Refusal& refusal) const {
    require(is_plain_text(refusal.sentence), "a sentence is plain text");
  }
  void operator()(const auto&) const {}
};

void check_message(Bytes input) {
  const std::optional<FileMessage> message = parse_file_message(input);
  if (!message) return;
  std::visit(Check(), *message);
  FileMessageWriter writer(SizePrefix::be32);
  writer.add(*message);
  const std::vector<std::byte> written(writer.bytes().begin(), writer.bytes().end());
  const std::optional<FileMessage> again = parse_file_message(Bytes(written).subspan(4));
  require(again && again->index() == message->index(), "a message reads as written");
  writer.add(*again);
  const Bytes both = writer.bytes();
  require(std::ranges::equal(both.first(both.size() / 2), both.subspan(both.size() / 2)),
          "what was read is what was written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  check_request(input);
  check_message(input);
  return 0;
}
