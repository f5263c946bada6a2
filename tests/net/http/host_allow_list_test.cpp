#include "net/http/host_allow_list.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <string>

namespace jpegwire::host_allow_list_test {
namespace {

const asio::ip::address kLocal = asio::ip::make_address("192.0.2.5");

std::string own_name() {
  char name[256] = "";
  REQUIRE(::gethostname(name, sizeof name - 1) == 0);
  return name;
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

TEST_CASE("the names of loopback are allowed in any spelling", "[http]") {
  const HostAllowList hosts({});
  const std::string host =
      GENERATE(as<std::string>{}, "localhost", "LocalHost", "localhost.", "127.0.0.1", "127.1.2.3",
               "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1");
  CAPTURE(host);
  CHECK(hosts.allows(host, kLocal));
}

TEST_CASE("the machine's own name is allowed, short, whole and with a home's suffix", "[http]") {
  const HostAllowList hosts({});
  const std::string name = own_name();
  const std::string shortened = name.substr(0, name.find('.'));
  if (shortened.empty()) return;  // this machine has no name
  CHECK(hosts.allows(name, kLocal));
  CHECK(hosts.allows(in_capitals(name), kLocal));
  CHECK(hosts.allows(shortened, kLocal));
  for (const std::string suffix :
       {".lan", ".local", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box"}) {
    CAPTURE(suffix);
    CHECK(hosts.allows(shortened + suffix, kLocal));
    CHECK(hosts.allows(shortened + suffix + ".", kLocal));
    CHECK(hosts.allows(in_capitals(shortened + suffix), kLocal));
    CHECK_FALSE(hosts.allows("x" + shortened + suffix, kLocal));
    CHECK_FALSE(hosts.allows("evil" + suffix, kLocal));
    CHECK_FALSE(hosts.allows(suffix, kLocal));
    CHECK_FALSE(hosts.allows(suffix.substr(1), kLocal));
    CHECK_FALSE(hosts.allows(shortened + ".evil" + suffix, kLocal));
    CHECK_FALSE(hosts.allows(shortened + suffix + ".evil.example", kLocal));
  }
  CHECK_FALSE(hosts.allows(shortened + ".evil.example", kLocal));
  CHECK_FALSE(hosts.allows(shortened + ".box", kLocal));
  CHECK_FALSE(hosts.allows(shortened + "..lan", kLocal));
  CHECK_FALSE(hosts.allows(shortened + ".lan..", kLocal));
}

TEST_CASE("the address that the connection was made to is allowed, and no other", "[http]") {
  const HostAllowList hosts({});
  CHECK(hosts.allows("192.0.2.5", kLocal));
  CHECK(hosts.allows("::ffff:192.0.2.5", kLocal));
  CHECK(hosts.allows("192.0.2.5", asio::ip::make_address("::ffff:192.0.2.5")));
  CHECK(hosts.allows("2001:DB8::5", asio::ip::make_address("2001:db8:0::5")));
  CHECK(hosts.allows("fe80::1", asio::ip::make_address("fe80::1%1")));
  CHECK_FALSE(hosts.allows("192.0.2.6", kLocal));
  CHECK_FALSE(hosts.allows("192.0.2.5", asio::ip::make_address("192.0.2.6")));
  CHECK_FALSE(hosts.allows("::", kLocal));
  CHECK_FALSE(hosts.allows("0.0.0.0", kLocal));
}

TEST_CASE("names of other machines are refused, however similar they are", "[http]") {
  const HostAllowList hosts({"camera.example"});
  const std::string host =
      GENERATE(as<std::string>{}, "", ".", "evil.example", "localhost.evil.example",
               "127.0.0.1.evil.example", "xlocalhost", "local", "camera.example.evil.example",
               "xcamera.example", "camera", "2130706433", "0x7f000001", "127.1", "[::1]", "::1]");
  CAPTURE(host);
  CHECK_FALSE(hosts.allows(host, kLocal));
}

TEST_CASE("configured names are allowed", "[http]") {
  const HostAllowList hosts({"Camera.Example", "door."});
  CHECK(hosts.allows("camera.example", kLocal));
  CHECK(hosts.allows("CAMERA.example.", kLocal));
  CHECK(hosts.allows("door", kLocal));
}

}  // namespace
}  // namespace jpegwire::host_allow_list_test
