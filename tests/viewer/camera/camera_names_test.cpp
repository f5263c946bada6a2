#include "viewer/camera/camera_names.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::camera_names_test {
namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<std::string>& urls) {
  std::vector<StreamAddress> streams;
  for (const std::string& url : urls) {
    // An SDP file is named by its name even if it does not exist.
    const bool is_file = !is_stream_address(url) || url.ends_with(".sdp");
    streams.push_back(is_file ? StreamAddress{url, RtpSession{}} : parse_stream_address(url));
  }
  return camera_names(streams);
}

TEST_CASE("cameras are named by their hosts if these differ") {
  CHECK(names_of({"tcp://door:2500", "tcp://garage:2500"}) == Names{"door", "garage"});
  CHECK(names_of({"tcp://192.168.1.7", "http://192.168.1.8/stream"}) ==
        Names{"192.168.1.7", "192.168.1.8"});
  CHECK(names_of({"rtp://239.1.2.3:5004", "tcp://door:2500", "/run/yard.sdp"}) ==
        Names{"239.1.2.3", "door", "yard"});
  CHECK(names_of({"tcp://door:2500"}) == Names{"door"});
}

TEST_CASE("cameras on one host are named by host and port") {
  CHECK(names_of({"tcp://pi:2500", "tcp://pi:2501", "tcp://door:2500"}) ==
        Names{"pi:2500", "pi:2501", "door:2500"});
  CHECK(names_of({"tcp://[::1]:2500", "tcp://[::1]:2501"}) == Names{"[::1]:2500", "[::1]:2501"});
  CHECK(names_of({"rtp://239.1.2.3:5004", "rtp://239.1.2.3:5008"}) ==
        Names{"239.1.2.3:5004", "239.1.2.3:5008"});
}

TEST_CASE("cameras on one server are named by host, port and path") {
  CHECK(names_of({"http://nvr/cam1", "http://nvr/cam2"}) == Names{"nvr/cam1", "nvr/cam2"});
  CHECK(names_of({"a/front.sdp", "b/front.sdp"}) == Names{"a/front.sdp", "b/front.sdp"});
  CHECK(names_of({"tcp://pi:8080", "http://pi:8080"}) == Names{"pi:8080", "pi:8080/"});
}

TEST_CASE("a name never contains a password") {
  for (const std::string& name :
       names_of({"http://me:secret@nvr/cam1", "http://me:secret@nvr/cam2"}))
    CHECK_THAT(name, !Catch::Contains("secret"));
}

}  // namespace
}  // namespace jpegwire::camera_names_test
