#include "net/rtp/format/sdp.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace jpegwire::sdp_test {
namespace {

using Catch::Contains;

const RtpSession kGroup{.address = "239.1.2.3",
                        .port = 5004,
                        .ttl = 4,
                        .frames_per_second = 29.97,
                        .rtcp_port = 5005,
                        .stamp_extension = 1};

constexpr const char* kGroupText =
    "v=0\r\n"
    "o=- 1234567890123 1 IN IP4 192.168.1.5\r\n"
    "s=jpegwire\r\n"
    "c=IN IP4 239.1.2.3/4\r\n"
    "t=0 0\r\n"
    "m=video 5004 RTP/AVP 26\r\n"
    "a=rtpmap:26 JPEG/90000\r\n"
    "a=framerate:29.97\r\n"
    "a=rtcp:5005\r\n"
    "a=extmap:1 urn:x-jpegwire:stamp\r\n";

std::string error_of(std::string_view text) {
  const SdpResult result = read_sdp(text);
  CHECK_FALSE(result.session);
  return result.error;
}

RtpSession session_of(std::string_view text) {
  const SdpResult result = read_sdp(text);
  CHECK(result.error.empty());
  return result.session.value_or(RtpSession{});
}

/// The group's description with one thing said in another way.
std::string with(const std::string& said, const std::string& instead) {
  std::string text = kGroupText;
  const std::size_t at = text.find(said);
  REQUIRE(at != std::string::npos);
  return text.replace(at, said.size(), instead);
}

TEST_CASE("a session is described in the format of RFC 8866") {
  CHECK(write_sdp(kGroup, "192.168.1.5", 1'234'567'890'123) == kGroupText);
  CHECK(session_of(kGroupText) == kGroup);
}

TEST_CASE("a description has IPv4 and IPv6 addresses") {
  const auto [address, origin, lines] = GENERATE(table<const char*, const char*, const char*>({
      {"192.168.1.9", "192.168.1.5",
       "o=- 7 1 IN IP4 192.168.1.5\r\ns=jpegwire\r\nc=IN IP4 "
       "192.168.1.9\r\n"},
      {"239.1.2.3%eth0", "10.0.0.1",
       "o=- 7 1 IN IP4 10.0.0.1\r\ns=jpegwire\r\nc=IN IP4 "
       "239.1.2.3/1\r\n"},
      {"ff15::1%eth0", "fe80::2%eth0",
       "o=- 7 1 IN IP6 fe80::2\r\ns=jpegwire\r\nc=IN IP6 "
       "ff15::1\r\n"},
      {"::1", "::1", "o=- 7 1 IN IP6 ::1\r\ns=jpegwire\r\nc=IN IP6 ::1\r\n"},
      {"camera.local", "10.0.0.1",
       "o=- 7 1 IN IP4 10.0.0.1\r\ns=jpegwire\r\nc=IN IP4 "
       "camera.local\r\n"},
  }));
  const std::string text = write_sdp({.address = address, .port = 5004}, origin, 7);
  CHECK(text == std::string("v=0\r\n") + lines +
                    "t=0 0\r\nm=video 5004 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n");
  const std::string host = address;
  CHECK(session_of(text) == RtpSession{.address = host.substr(0, host.find('%')), .port = 5004});
}

TEST_CASE("a written description is read back") {
  const RtpSession dynamic{.address = "ff15::1",
                           .port = 65'533,
                           .payload_type = 97,
                           .frames_per_second = 12.5,
                           .rtcp_port = 65'535,
                           .stamp_extension = 255};
  CHECK(session_of(write_sdp(dynamic, "::1", ~std::uint64_t{0})) == dynamic);
  const RtpSession plain{.address = "127.0.0.1", .port = 1};
  CHECK(session_of(write_sdp(plain, "127.0.0.1", 0)) == plain);
}

TEST_CASE("ffmpeg's description is read, with the heading that it prints") {
  const std::string head = GENERATE("", "SDP:\n");
  const RtpSession session = session_of(
      head +
      "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=No Name\r\nc=IN IP4 239.1.2.3/4\r\nt=0 0\r\n"
      "a=tool:libavformat LIBAVFORMAT_VERSION\r\nm=video 5004 RTP/AVP 26\r\nb=AS:200\r\n\n");
  CHECK(session == RtpSession{.address = "239.1.2.3", .port = 5004, .ttl = 4});
}

TEST_CASE("GStreamer's description of audio and video is read") {
  const RtpSession session = session_of(
      "v=0\r\n"
      "o=- 17397361206112083311 1 IN IP4 192.168.1.10\r\n"
      "s=Session streamed with GStreamer\r\n"
      "i=rtsp-server\r\n"
      "t=0 0\r\n"
      "a=tool:GStreamer\r\n"
      "a=type:broadcast\r\n"
      "m=audio 5002 RTP/AVP 0\r\n"
      "c=IN IP4 239.9.9.9/16\r\n"
      "a=rtpmap:0 PCMU/8000\r\n"
      "a=framerate:99\r\n"
      "m=video 5006 RTP/AVPF 26\r\n"
      "c=IN IP4 239.1.2.3/16\r\n"
      "b=AS:5000\r\n"
      "a=rtpmap:26 JPEG/90000\r\n"
      "a=framerate:30.000000\r\n"
      "a=rtcp-fb:26 nack\r\n"
      "a=x-dimensions:640,480\r\n"
      "a=ts-refclk:local\r\n"
      "a=mediaclk:sender\r\n");
  CHECK(session ==
        RtpSession{.address = "239.1.2.3", .port = 5006, .ttl = 16, .frames_per_second = 30});
}

TEST_CASE("a description may have only two lines") {
  CHECK(session_of("c=IN IP4 10.0.0.2\nm=video 5004 RTP/AVP 26") ==
        RtpSession{.address = "10.0.0.2", .port = 5004});
  CHECK(session_of("m=video 5004 RTP/AVP 26\nc=IN IP6 ff15::1/3") ==
        RtpSession{.address = "ff15::1", .port = 5004});
}

TEST_CASE("JPEG has its static payload type or a mapped one") {
  const auto type_of = [](const std::string& formats, const std::string& lines) {
    const auto session =
        read_sdp("c=IN IP4 10.0.0.2\nm=video 5004 RTP/AVP " + formats + "\n" + lines).session;
    return session ? session->payload_type : -1;
  };
  CHECK(type_of("26", "") == 26);
  CHECK(type_of("96 26", "a=rtpmap:96 H264/90000") == 26);
  CHECK(type_of("96", "a=rtpmap:96 JPEG/90000") == 96);
  CHECK(type_of("96", "a=rtpmap:96 jpeg/90000") == 96);
  CHECK(type_of("96 97", "a=rtpmap:96 H264/90000\na=rtpmap:97 Jpeg/90000") == 97);
  CHECK(type_of("96", "a=rtpmap:97 JPEG/90000") == -1);
  CHECK(type_of("96", "a=rtpmap:96 JPEG/8000") == -1);
  CHECK(type_of("96", "a=rtpmap:96 JPEG2000/90000") == -1);
  CHECK(type_of("96", "a=rtpmap:x JPEG/90000") == -1);
  CHECK(type_of("226", "a=rtpmap:226 JPEG/90000") == -1);
  CHECK(type_of("", "a=rtpmap:26 JPEG/90000") == -1);
}

TEST_CASE("the first JPEG video is used, and its own lines take precedence over the session's") {
  CHECK(session_of("v=0\nc=IN IP4 239.1.1.1/9\na=extmap:3 urn:x-jpegwire:stamp\n"
                   "m=video 5000 RTP/AVP 96\nc=IN IP4 239.2.2.2/1\na=rtpmap:96 H264/90000\n"
                   "m=video 6000 RTP/AVP 26\na=framerate:5\n"
                   "m=video 7000 RTP/AVP 26\na=framerate:6\n") == RtpSession{.address = "239.1.1.1",
                                                                             .port = 6000,
                                                                             .ttl = 9,
                                                                             .frames_per_second = 5,
                                                                             .stamp_extension = 3});
}

TEST_CASE("variations of the syntax are accepted") {
  CHECK(session_of(with("m=video 5004 ", "m=video 5004/2 ")) == kGroup);
  CHECK(session_of(with("m=video 5004 RTP", "m=video  5004  RTP")) == kGroup);
  CHECK(session_of(with("a=rtcp:5005", "a=rtcp:5005 IN IP4 192.168.1.5")) == kGroup);
  CHECK(session_of(with("extmap:1 ", "extmap:1/recvonly ")) == kGroup);
  CHECK(session_of(with("v=0\r\n", "")) == kGroup);
  CHECK(session_of(with("t=0 0\r\n", "no line\r\n\r\nx\r\n=\r\n")) == kGroup);
  CHECK(session_of(with("239.1.2.3/4", "239.1.2.3/4/3")) == kGroup);
  CHECK(session_of(with("239.1.2.3/4", "239.1.2.3")).ttl == 1);
  CHECK(session_of(with("extmap:1 urn:x-jpegwire:stamp", "extmap:0 urn:x-jpegwire:stamp"))
            .stamp_extension == std::nullopt);
  CHECK(session_of(with("extmap:1 urn:x-jpegwire:stamp", "extmap:256 urn:x-jpegwire:stamp"))
            .stamp_extension == std::nullopt);
  CHECK(session_of(with("extmap:1 urn:x-jpegwire:stamp", "extmap:1 urn:other")).stamp_extension ==
        std::nullopt);
}

TEST_CASE("an invalid frame rate is unknown") {
  for (const char* rate : {"", "0", "-1", "nan", "inf", "1e999", "fast", "30 fps"})
    CHECK(session_of(with("29.97", rate)).frames_per_second == 0);
}

TEST_CASE("a sentence says why a description cannot be used") {
  CHECK(error_of("") == "it is not a session description (SDP): it has no m= line");
  CHECK(error_of("{\"json\": true}\n") == error_of(""));
  CHECK(error_of("v=0\r\nm=audio 5004 RTP/AVP 26\r\n") ==
        "it describes no JPEG video (RTP/AVP 26)");
  CHECK(error_of("m=") == error_of("m=video 5004 RTP/AVP 96"));
  CHECK(error_of(with("RTP/AVP 26", "RTP/AVP 32")) == error_of("m=audio"));
  CHECK_THAT(error_of(with("v=0", "v=1")), Contains("version '1'"));
  CHECK_THAT(error_of(with("RTP/AVP", "RTP/SAVP")), Contains("'RTP/SAVP'; only RTP/AVP"));
  CHECK_THAT(error_of(with("video 5004", "video 0")), Contains("port 0 for its JPEG video"));
  for (const char* port : {"65534", "65536", "-1", "x", "5004x", "/2", "+1"})
    CHECK_THAT(error_of(with("video 5004", std::string("video ") + port)),
               Contains("no port from 1 to 65533"));
  CHECK_THAT(error_of(with("c=IN IP4 239.1.2.3/4\r\n", "")), Contains("has no address; add"));
  for (const char* connection : {"", "IN", "IN IP4", "IN IP5 239.1.2.3", "ATM IP4 239.1.2.3",
                                 "IN IP4 /4", "IN IP4 a;b", "IN IP4 $(reboot)"})
    CHECK_THAT(error_of(with("IN IP4 239.1.2.3/4", connection)), Contains("no address in '"));
  for (const char* ttl : {"/256", "/x", "/-1", "/1x"})
    CHECK_THAT(error_of(with("/4", ttl)), Contains("no TTL from 0 to 255 in '"));
  for (const char* port : {"", "0", "65536", "x"})
    CHECK_THAT(error_of(with("rtcp:5005", std::string("rtcp:") + port)), Contains("a=rtcp:"));
}

TEST_CASE("a sentence quotes little and no control characters") {
  const std::string error =
      error_of(with("IN IP4 239.1.2.3/4", "IN IP4 \x1B[2J\xFF" + std::string(10'000, 'x')));
  CHECK_THAT(error, Contains("'IN IP4 ?[2J?xxx"));
  CHECK(error.size() < 200);
}

TEST_CASE("a description has at most 64 KiB") {
  std::string text = kGroupText;
  text.resize(kMaxSdpSizeBytes, 'x');
  CHECK(read_sdp(text).session == kGroup);
  text.push_back('x');
  CHECK(error_of(text) == "it is larger than 64 KiB, so it is not a session description (SDP)");
}

TEST_CASE("every truncation gives a session or a sentence, never both") {
  const std::string text = with("a=rtcp:5005\r\n", "");
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const SdpResult result = read_sdp(std::string(text, 0, size));
    REQUIRE(result.session.has_value() == result.error.empty());
    REQUIRE(result.session.has_value() == (size >= text.find("26\r\n") + 2));
  }
}

TEST_CASE("random changes give a session or a sentence, never both") {
  std::mt19937 random(23);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = kGroupText;
    for (auto changes = random() % 6; changes > 0; --changes)
      text[random() % text.size()] = static_cast<char>(random());
    const SdpResult result = read_sdp(text);
    REQUIRE(result.session.has_value() == result.error.empty());
    if (result.session) REQUIRE(result.session->port != 0);
  }
}

TEST_CASE("a description of nothing but media costs little") {
  std::string text;
  while (text.size() < kMaxSdpSizeBytes - 20) text += "m=video 1 RTP/AVP\n";
  CHECK(error_of(text) == "it describes no JPEG video (RTP/AVP 26)");
  text = "m=video 1 RTP/AVP";
  while (text.size() < kMaxSdpSizeBytes / 2) text += " 96";
  while (text.size() < kMaxSdpSizeBytes - 30) text += "\na=rtpmap:97 JPEG/90000";
  CHECK(error_of(text) == "it describes no JPEG video (RTP/AVP 26)");
}

}  // namespace
}  // namespace jpegwire::sdp_test
