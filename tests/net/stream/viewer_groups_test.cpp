#include "net/stream/viewer_groups.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace jpegwire::viewer_groups_test {
namespace {

using Begins = std::vector<std::size_t>;

TEST_CASE("viewers with like links share a group, up to the number of groups") {
  CHECK(split_into_groups({}, 3).empty());
  CHECK(split_into_groups(std::vector<double>{5}, 3) == Begins{0});
  CHECK(split_into_groups(std::vector<double>{5, 5, 5.2}, 3) == Begins{0});
  CHECK(split_into_groups(std::vector<double>{5, 5, 20}, 3) == Begins{0, 2});
  CHECK(split_into_groups(std::vector<double>{2, 5, 12, 20, 50, 200}, 6) ==
        Begins{0, 1, 2, 3, 4, 5});
  CHECK(split_into_groups(std::vector<double>{2, 2.1, 12, 13, 190, 200}, 3) == Begins{0, 2, 4});
  CHECK(split_into_groups(std::vector<double>{2, 5, 12, 20, 50, 200}, 1) == Begins{0});
}

TEST_CASE("a viewer that could use little more gets no encode of its own") {
  CHECK(split_into_groups(std::vector<double>{100, 105}, 3) == Begins{0});
  CHECK(split_into_groups(std::vector<double>{100, 150}, 3) == Begins{0, 1});
}

}  // namespace
}  // namespace jpegwire::viewer_groups_test
