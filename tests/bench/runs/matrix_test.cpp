#include "bench/runs/matrix.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace jpegwire::matrix_test {
namespace {

Matrix small_matrix() {
  return {.sizes = {PictureSize{640, 480}, PictureSize{1280, 720}},
          .frame_rates = {30},
          .qualities = {80},
          .transports = {Transport::tcp, Transport::rtp},
          .viewers = {1, 4},
          .threads = {2},
          .sources = {"test"}};
}

TEST_CASE("the cases are all combinations of the values") {
  const std::vector<Case> cases = cases_of(small_matrix());
  REQUIRE(cases.size() == 8);
  CHECK(cases.front().size == PictureSize{640, 480});
  CHECK(cases.front().transport == Transport::tcp);
  CHECK(cases[1].viewers == 4);
  CHECK(cases.back().size == PictureSize{1280, 720});
  CHECK(cases.back().transport == Transport::rtp);
}

TEST_CASE("labels contain the differing values, and common values are shown once") {
  const std::vector<Case> cases = cases_of(small_matrix());
  CHECK(labels_of(cases).front() == "640x480, tcp, 1 viewer");
  CHECK(labels_of(cases).back() == "1280x720, rtp, 4 viewers");
  CHECK(describe_common(cases) == "30 frames/s, quality 80, 2 threads, test card");
}

TEST_CASE("a single case is labelled by its size") {
  const std::vector<Case> cases{Case{.size = PictureSize{320, 240}, .frames_per_second = 0}};
  CHECK(labels_of(cases) == std::vector<std::string>{"320x240"});
  CHECK(describe_common(cases) == "unlimited rate, quality 80, tcp, 1 viewer, 1 thread, test card");
}

TEST_CASE("a case is identified by its values in the --json file") {
  const Case one{.size = PictureSize{320, 240}};
  Case other = one;
  CHECK(to_json(one) == to_json(other));
  other.threads = 5;
  CHECK(to_json(one) != to_json(other));
  other.size.reset();
  CHECK(to_json(other)["size"].is_null());
}

}  // namespace
}  // namespace jpegwire::matrix_test
