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

std::string refusal_of(const std::string& text) {
  try {
    parse_stream_address(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

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

TEST_CASE("a host is the address of a sender there", "[stream_address]") {
  const auto [typed, text] = GENERATE(table<const char*, const char*>({
      {"camera", "tcp://camera:2500"},
      {"camera.lan:8080", "tcp://camera.lan:8080"},
      {"192.168.1.5", "tcp://192.168.1.5:2500"},
      {"[::1]", "tcp://[::1]:2500"},
      {"::1", "tcp://[::1]:2500"},
      {"[::1]:81", "tcp://[::1]:81"},
      {"2501", "tcp://localhost:2501"},
      {"TCP://camera", "tcp://camera:2500"},
      {"Http://camera/stream", "http://camera/stream"},
      {"http://camera:8080/", "http://camera:8080/"},
      {"camera:8080/", "http://camera:8080/"},
      {"camera/stream", "http://camera/stream"},
      {"camera:81?action=stream", "http://camera:81/?action=stream"},
      {"me:secret@camera:81", "http://camera:81/"},
      {" tcp://camera ", "tcp://camera:2500"},
      {":2501", "tcp://localhost:2501"},
  }));
  CAPTURE(typed);
  const StreamAddress address = parse_stream_address(typed);
  CHECK(address.text == text);
  CHECK(std::holds_alternative<HttpUrl>(address.where) == address.text.starts_with("http://"));
}

TEST_CASE("a URL of an unknown kind is refused with what to write instead", "[stream_address]") {
  using Catch::Contains;
  using Catch::EndsWith;
  const auto refusal_with_known = [](const std::string& text) {
    std::string refusal = refusal_of(text);
    CHECK_THAT(refusal, Contains("tcp://HOST[:PORT]") && Contains("http://HOST[:PORT]/PATH") &&
                            Contains("rtp://ADDR:PORT") && Contains("SDP file"));
    CHECK_THAT(refusal, !Contains("secret"));
    return refusal;
  };
  for (const char* other : {"gopher://camera/", "ftp://camera/"})
    CHECK_THAT(refusal_with_known(other), !Contains("did you mean"));
  CHECK_THAT(refusal_with_known("tpc://camera:2500"), EndsWith("did you mean tcp://camera:2500?"));
  CHECK_THAT(refusal_with_known("htp://me:secret@camera/x"),
             EndsWith("did you mean http://…@camera/x?"));
  for (const char* path : {"/dev/video0", "./film.mp4", "../film.mp4", "~/film.mp4"})
    CHECK_THAT(refusal_with_known(path), Contains("is not the address of a stream"));
  for (const char* typed : {"tcp:camera:81", "tcp:/camera:81"})
    CHECK_THAT(refusal_with_known(typed),
               Contains("lacks the //") && EndsWith("did you mean tcp://camera:81?"));
  CHECK_THAT(refusal_with_known("http:/me:secret@cam"), EndsWith("mean http://…@cam?"));
  CHECK_THAT(refusal_of("tcp://camera:81/stream"), Contains("http://camera:81/stream"));
  CHECK_THAT(refusal_of("camera:"), Contains("the port is missing"));
  CHECK_THAT(refusal_of("https://me:secret@camera/x"),
             Contains("TLS") && Contains("http://") && !Contains("secret"));
  CHECK_THAT(refusal_of("rtsp://me:secret@camera/x.sdp"),
             Contains("RTSP") && Contains("http://") && !Contains("secret"));
  CHECK_THAT(refusal_of("udp://@:5004"), Contains("use rtp://:5004"));
  CHECK_THAT(refusal_of("UDP://239.1.2.3:5004"), Contains("use rtp://239.1.2.3:5004"));
  CHECK(std::holds_alternative<RtpSession>(parse_stream_address("rtp://:5004").where));
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
