#include "net/sockets/endpoint.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "app/text.hpp"

namespace jpegwire::endpoint_test {
namespace {

using Catch::Contains;
using Catch::EndsWith;

TEST_CASE("addresses to listen on") {
  const auto [text, host, port] = GENERATE(table<const char*, const char*, int>({
      {"2500", "127.0.0.1", 2500},
      {"0", "127.0.0.1", 0},
      {"65535", "127.0.0.1", 65535},
      {":8000", "127.0.0.1", 8000},
      {"0.0.0.0:2500", "0.0.0.0", 2500},
      {"0.0.0.0", "0.0.0.0", 2500},
      {"[::]:81", "::", 81},
      {"[::1]", "::1", 2500},
      {"[fe80::1%eth0]:5", "fe80::1%eth0", 5},
      {"localhost:1234", "localhost", 1234},
      {"camera.local", "camera.local", 2500},
  }));
  CAPTURE(text);
  CHECK(parse_listen_address(text, kDefaultPort) ==
        Endpoint{host, static_cast<std::uint16_t>(port)});
  CHECK(parse_tcp_listen_address(std::string("tcp://") + text) ==
        parse_listen_address(text, kDefaultPort));
  CHECK(parse_tcp_listen_address(text) == parse_listen_address(text, kDefaultPort));
}

TEST_CASE("addresses to connect to") {
  const auto [url, host, port] = GENERATE(table<const char*, const char*, int>({
      {"tcp://localhost", "localhost", 2500},
      {"tcp://localhost/", "localhost", 2500},
      {"tcp://10.0.0.7:81", "10.0.0.7", 81},
      {"tcp://10.0.0.7:81/", "10.0.0.7", 81},
      {"tcp://[::1]:2501", "::1", 2501},
      {"tcp://[::1]", "::1", 2500},
      {"tcp://1234", "1234", 2500},
      {"TCP://localhost:81", "localhost", 81},
      {"camera", "camera", 2500},
      {"camera.lan:8080", "camera.lan", 8080},
      {"192.168.1.5", "192.168.1.5", 2500},
      {"192.168.1.5:81", "192.168.1.5", 81},
      {"[::1]", "::1", 2500},
      {"[::1]:81", "::1", 81},
      {"::1", "::1", 2500},
      {"2001:db8::5", "2001:db8::5", 2500},
      {"fe80::1%lo", "fe80::1%lo", 2500},
      {"2501", "localhost", 2501},
      {":2501", "localhost", 2501},
      {" camera:81\t", "camera", 81},
      {"::ffff:10.0.0.7", "::ffff:10.0.0.7", 2500},
      {"2001:db8::1:1234", "2001:db8::1:1234", 2500},
  }));
  CAPTURE(url);
  CHECK(parse_tcp_address(url) == Endpoint{host, static_cast<std::uint16_t>(port)});
}

TEST_CASE("the default port of an address is the caller's choice") {
  CHECK(parse_tcp_address("camera", 8080) == Endpoint{"camera", 8080});
  CHECK(parse_tcp_address("::1", 8080) == Endpoint{"::1", 8080});
  CHECK(parse_tcp_address("camera:81", 8080) == Endpoint{"camera", 81});
  CHECK(parse_listen_address("0.0.0.0", 8080) == Endpoint{"0.0.0.0", 8080});
  CHECK(parse_listen_address("[::]", 8080) == Endpoint{"::", 8080});
}

TEST_CASE("a host alone has no port") {
  CHECK(parse_host_name("camera.lan") == "camera.lan");
  CHECK(parse_host_name("::1") == "::1");
  CHECK(parse_host_name("[::1]") == "::1");
  for (const char* text : {"camera:8080", "[::1]:80", ""})
    CHECK_THROWS_WITH(parse_host_name(text), Contains("is not a host") && Contains("-p PORT"));
}

TEST_CASE("an invalid endpoint is reported in a sentence") {
  CHECK_THROWS_WITH(parse_listen_address("65536", kDefaultPort),
                    "'65536' is not a port; give a number from 0 to 65535");
  CHECK_THROWS_WITH(parse_listen_address("host:", kDefaultPort), Contains("the port is missing"));
  CHECK_THROWS_WITH(parse_listen_address("host:-1", kDefaultPort), Contains("'-1' is not a port"));
  CHECK_THROWS_WITH(parse_listen_address("host:+1", kDefaultPort), Contains("'+1' is not a port"));
  CHECK_THROWS_WITH(parse_listen_address("host:12x", kDefaultPort),
                    Contains("'12x' is not a port"));
  CHECK(parse_listen_address(" host:1 ", kDefaultPort) == Endpoint{"host", 1});
  CHECK_THROWS_WITH(parse_tcp_address("::1:2500"), EndsWith("in brackets: [::1]:2500"));
  CHECK_THROWS_WITH(parse_listen_address("::1:81", kDefaultPort), EndsWith(": [::1]:81"));
  CHECK_THROWS_WITH(parse_listen_address("::", 8080), EndsWith(": [::]:8080"));
  CHECK_THROWS_WITH(parse_listen_address("::1:2500", kDefaultPort), Contains("several colons"));
  CHECK_THROWS_WITH(parse_listen_address("[::1:2500", kDefaultPort), Contains("lacks the ']'"));
  CHECK_THROWS_WITH(parse_listen_address("[::1]2500", kDefaultPort),
                    Contains("has no ':PORT' after the ']'"));
  CHECK_THROWS_WITH(parse_tcp_address("http://localhost"), Contains("of the form tcp://HOST:PORT"));
  CHECK_THROWS_WITH(parse_tcp_address(""), Contains("has no host"));
  CHECK_THROWS_WITH(parse_tcp_address("camera:x"), Contains("'x' is not a port"));
  CHECK_THROWS_WITH(parse_tcp_address("70000"), Contains("'70000' is not a port"));
  CHECK_THROWS_WITH(parse_tcp_address("tcp://::1"), Contains("several colons"));
  CHECK_THROWS_WITH(
      parse_tcp_address("tcp://me:secret@camera:2500"),
      Contains("'tcp://…@camera:2500'") && Contains("only http://") && !Contains("secret"));
  CHECK_THROWS_WITH(parse_tcp_address("tcp://"), Contains("has no host"));
  CHECK_THROWS_WITH(parse_tcp_address("tcp://:2500"), Contains("has no host"));
  CHECK_THROWS_WITH(parse_tcp_address("tcp://host:0"), Contains("port 0"));
  CHECK_THROWS_WITH(parse_tcp_address("tcp://host:1/path"),
                    EndsWith("write tcp://host:1, or http://host:1/path"));
  CHECK_THROWS_WITH(parse_tcp_listen_address("http://:2500"), Contains("of the form tcp://"));
  CHECK_THROWS_AS(parse_tcp_address("tcp://"), std::invalid_argument);
}

TEST_CASE("an address with invisible characters is refused, and its sentence has none") {
  for (const std::string address : {"camera\x1B[2J", "camera\xE2\x80\xAE:2500",
                                    "cam\xC2\x9B"
                                    "era",
                                    "camera\xFF", "[::1\x07]:2500"}) {
    std::string error;
    try {
      parse_tcp_address(address);
    } catch (const std::invalid_argument& refusal) {
      error = refusal.what();
    }
    CAPTURE(address);
    CHECK(!error.empty());
    CHECK(is_plain_text(error));
    CHECK_THROWS_AS(parse_listen_address(address, 1), std::invalid_argument);
    CHECK_THROWS_AS(parse_rtp_url("rtp://" + address), std::invalid_argument);
  }
}

TEST_CASE("an RTP URL gives the address to receive on") {
  const auto [url, host, port] = GENERATE(table<const char*, const char*, int>({
      {"rtp://239.1.2.3:5004", "239.1.2.3", 5004},
      {"rtp://239.1.2.3:5004/", "239.1.2.3", 5004},
      {"rtp://239.1.2.3%eth0:5004", "239.1.2.3%eth0", 5004},
      {"rtp://[ff15::1%eth0]:5004", "ff15::1%eth0", 5004},
      {"rtp://[::]:65533", "::", 65'533},
      {"rtp://:5004", "0.0.0.0", 5004},
      {"rtp://0.0.0.0:1", "0.0.0.0", 1},
      {"rtp://camera.local:5004", "camera.local", 5004},
  }));
  CAPTURE(url);
  const Endpoint endpoint{host, static_cast<std::uint16_t>(port)};
  CHECK(parse_rtp_url(url) == endpoint);
  CHECK(parse_rtp_url(to_rtp_url(endpoint)) == endpoint);
}

TEST_CASE("an RTP target gives the address to send to") {
  for (const std::string scheme : {"", "rtp://"}) {
    CHECK(parse_rtp_target(scheme + "239.1.2.3:5004") == Endpoint{"239.1.2.3", 5004});
    CHECK(parse_rtp_target(scheme + "239.1.2.3%eth0:1") == Endpoint{"239.1.2.3%eth0", 1});
    CHECK(parse_rtp_target(scheme + "[ff15::1%eth0]:5004") == Endpoint{"ff15::1%eth0", 5004});
    CHECK(parse_rtp_target(scheme + "viewer.local:65533") == Endpoint{"viewer.local", 65'533});
  }
}

TEST_CASE("an invalid RTP endpoint is reported in a sentence") {
  CHECK_THROWS_WITH(parse_rtp_url("239.1.2.3:5004"), Contains("not a URL of the form rtp://"));
  CHECK_THROWS_WITH(parse_rtp_url("tcp://a:1"), Contains("not a URL of the form rtp://"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://239.1.2.3"), Contains("lacks an address or a port"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://5004"), Contains("write ADDR:PORT, such as"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://"), Contains("lacks an address or a port"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://[ff15::1]"), Contains("lacks an address or a port"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://[ff15::1:5004"), Contains("lacks the ']'"));
  CHECK_THROWS_WITH(parse_rtp_url("rtp://ff15::1:5004"), Contains("several colons"));
  for (const std::string port : {"0", "65534", "65535", "65536", "", "-1", "x", "5004x"})
    CHECK_THROWS_WITH(parse_rtp_url("rtp://a:" + port),
                      Contains("'" + port + "' is not a port for RTP; give a number from 1"));
  CHECK_THROWS_WITH(parse_rtp_target("5004"), Contains("lacks an address or a port"));
  CHECK_THROWS_WITH(parse_rtp_target(""), Contains("lacks an address or a port"));
  CHECK_THROWS_WITH(parse_rtp_target(":5004"), Contains("has no destination"));
  CHECK_THROWS_WITH(parse_rtp_target("rtp://:5004"), Contains("has no destination"));
  CHECK_THROWS_WITH(parse_rtp_target("a:65534"), Contains("is not a port for RTP"));
  CHECK_THROWS_AS(parse_rtp_target(""), std::invalid_argument);
}

TEST_CASE("endpoints are written as they are read") {
  CHECK(to_rtp_url({"ff15::1%eth0", 5004}) == "rtp://[ff15::1%eth0]:5004");
  CHECK(to_rtp_url({"239.1.2.3", 5004}) == "rtp://239.1.2.3:5004");
  CHECK(is_rtp_url("rtp://x"));
  CHECK_FALSE(is_rtp_url("rtsp://x"));
  CHECK_FALSE(is_rtp_url("rtp:/"));
  CHECK(to_string({"localhost", 2500}) == "localhost:2500");
  CHECK(to_string({"::1", 81}) == "[::1]:81");
  CHECK(to_tcp_url({"::1", 81}) == "tcp://[::1]:81");
  for (const Endpoint& endpoint : {Endpoint{"10.1.2.3", 1}, Endpoint{"fe80::1%eth0", 65535}})
    CHECK(parse_tcp_address(to_tcp_url(endpoint)) == endpoint);
  CHECK(is_tcp_url("tcp://x"));
  CHECK_FALSE(is_tcp_url("http://x"));
  CHECK_FALSE(is_tcp_url("tcp:/"));
}

}  // namespace
}  // namespace jpegwire::endpoint_test
