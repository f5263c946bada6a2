#include "net/sockets/unsent_bytes.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace jpegwire::unsent_bytes_test {
namespace {

std::string text_of(std::span<const asio::const_buffer> buffers) {
  std::string text;
  for (const asio::const_buffer& buffer : buffers)
    text.append(static_cast<const char*>(buffer.data()), buffer.size());
  return text;
}

UnsentBytes three_words(std::size_t piece_bytes) {
  UnsentBytes unsent(piece_bytes);
  unsent.clear();
  for (const std::string_view word : {"size", "", "header", "band"}) unsent.add(word);
  return unsent;
}

TEST_CASE("without a write size everything is sent at once") {
  UnsentBytes unsent = three_words(0);
  CHECK(text_of(unsent.piece()) == "sizeheaderband");
  CHECK_FALSE(unsent.sent(5));
  CHECK(text_of(unsent.piece()) == "eaderband");
  CHECK(unsent.sent(9));
  CHECK(unsent.empty());
}

TEST_CASE("chunks have the configured size, whatever each write accepts") {
  UnsentBytes unsent = three_words(6);
  CHECK(text_of(unsent.piece()) == "sizehe");
  CHECK_FALSE(unsent.sent(4));
  CHECK(text_of(unsent.piece()) == "he");
  CHECK_FALSE(unsent.sent(1));
  CHECK(text_of(unsent.piece()) == "e");
  CHECK(unsent.sent(1));
  CHECK(text_of(unsent.piece()) == "aderba");
  CHECK(unsent.sent(6));
  CHECK(text_of(unsent.piece()) == "nd");
  CHECK(unsent.sent(2));
  CHECK(unsent.empty());
}

TEST_CASE("the next write begins a new piece") {
  UnsentBytes unsent = three_words(6);
  unsent.sent(4);
  unsent.clear();
  CHECK(unsent.empty());
  unsent.add(std::string_view("another"));
  CHECK(text_of(unsent.piece()) == "anothe");
}

}  // namespace
}  // namespace jpegwire::unsent_bytes_test
