#include "bench/runs/matrix.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/peers.hpp"

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

TEST_CASE("each congestion control is measured, but not over RTP") {
  Matrix matrix = small_matrix();
  matrix.sizes = {PictureSize{640, 480}};
  matrix.viewers = {1};
  matrix.congestion_controls = {"cubic", "bbr"};
  const std::vector<Case> cases = cases_of(matrix);
  CHECK(labels_of(cases) ==
        std::vector<std::string>{"640x480, tcp, cubic", "640x480, tcp, bbr", "640x480, rtp"});
  CHECK(to_json(cases[1])["congestion"] == "bbr");
  CHECK_FALSE(to_json(cases[2]).contains("congestion"));
}

TEST_CASE("a peer is measured with each congestion control, whatever transport comes first") {
  const Peer peer{.name = "other", .packages = "", .transport = Transport::http, .probe = {}};
  Matrix matrix = small_matrix();
  matrix.sizes = {PictureSize{640, 480}};
  matrix.viewers = {1};
  matrix.transports = {Transport::rtp};
  matrix.congestion_controls = {"cubic", "bbr"};
  matrix.peers = {&peer};
  CHECK(labels_of(cases_of(matrix)) == std::vector<std::string>{"640x480, jpegwire, rtp",
                                                                "640x480, other, http, cubic",
                                                                "640x480, other, http, bbr"});
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
