#include "net/open_stream.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace jpegwire;

namespace stream_address_test {
namespace {

struct SdpFile {
  explicit SdpFile(const std::string& text) { std::ofstream(path) << text; }
  ~SdpFile() { std::remove(path.c_str()); }
  std::string path = std::filesystem::temp_directory_path() /
                     fmt::format("jpegwire-test-{}.sdp", static_cast<int>(::getpid()));
};

}  // namespace

TEST_CASE("a stream is a URL or an SDP file", "[stream_address]") {
  CHECK(is_stream_address("tcp://camera"));
  CHECK(is_stream_address("rtp://239.1.2.3:5004"));
  CHECK(is_stream_address("here/cam.sdp"));
  CHECK_FALSE(is_stream_address("film.mp4"));
  CHECK(is_stream_address("http://camera/stream"));
  CHECK_FALSE(is_stream_address("ftp://camera/"));

  CHECK(std::get<Endpoint>(parse_stream_address("tcp://camera:99").where) ==
        Endpoint{"camera", 99});
  const StreamAddress http = parse_stream_address("http://me:secret@camera:8080/stream?fps=5");
  CHECK(http.text == "http://camera:8080/stream?fps=5");
  CHECK(std::get<HttpUrl>(http.where).password == "secret");
  const StreamAddress rtp = parse_stream_address("rtp://239.1.2.3%eth0:5004");
  CHECK(rtp.text == "rtp://239.1.2.3%eth0:5004");
  CHECK(std::get<RtpSession>(rtp.where) == RtpSession{.address = "239.1.2.3%eth0", .port = 5004});
}

TEST_CASE("an SDP file is read", "[stream_address]") {
  const SdpFile file("v=0\nc=IN IP4 239.1.2.3/4\nm=video 5010 RTP/AVP 26\n");
  const auto session = std::get<RtpSession>(parse_stream_address(file.path).where);
  CHECK(session.address == "239.1.2.3");
  CHECK(session.port == 5010);
}

TEST_CASE("an answer that is not a stream is reported", "[stream_address]") {
  CHECK_THROWS_WITH(parse_stream_address("/nowhere/cam.sdp"),
                    Catch::Contains("/nowhere/cam.sdp") && Catch::Contains("No such file"));
  CHECK_THROWS_AS(parse_stream_address("ftp://camera"), std::invalid_argument);
  const SdpFile audio("v=0\nm=audio 5010 RTP/AVP 0\n");
  CHECK_THROWS_WITH(parse_stream_address(audio.path), Catch::Contains("no JPEG video"));
}

}  // namespace stream_address_test
