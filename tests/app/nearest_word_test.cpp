#include "app/nearest_word.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::nearest_word_test {
namespace {

TEST_CASE("the nearest of several words is found, if one is near") {
  const std::vector<std::string> words{"tcp", "http", "rtp"};
  CHECK(nearest_word("tpc", words) == "tcp");
  CHECK(nearest_word("htpp", words) == "http");
  CHECK(nearest_word("rtp", words) == "rtp");
  CHECK(nearest_word("gopher", words).empty());
  CHECK(nearest_word("tcp", {}).empty());
  CHECK(nearest_word("size", {"save", "side-by-side"}).empty());
  CHECK(nearest_word("recnnect", {"connect", "reconnect"}) == "reconnect");
}

}  // namespace
}  // namespace jpegwire::nearest_word_test
