#include "net/http/http_authentication.hpp"

#include <catch2/catch.hpp>

using namespace jpegwire;
using Catch::Contains;

namespace http_authentication_test {
namespace {

HttpUrl url(const std::string& user, const std::string& password, const std::string& target) {
  return {.endpoint = {"camera", 80}, .target = target, .user = user, .password = password};
}

}  // namespace

TEST_CASE("Basic is user and password in base64 (RFC 7617, section 2)", "[http]") {
  CHECK(answer_challenges({"Basic realm=\"WallyWorld\""}, url("Aladdin", "open sesame", "/"), "",
                          1) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_CASE("Digest gives the answers of RFC 7616, section 3.9.1", "[http]") {
  const std::string rest =
      " realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
      "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
      "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
  const HttpUrl camera = url("Mufasa", "Circle of Life", "/dir/index.html");
  const std::string nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  const auto md5 = answer_challenges({"Digest algorithm=MD5," + rest}, camera, nonce, 1);
  REQUIRE(md5);
  CHECK_THAT(*md5, Contains("response=\"8ca523f5e9506fed4657c9700eebdbec\"") &&
                       Contains("username=\"Mufasa\"") && Contains("uri=\"/dir/index.html\"") &&
                       Contains("qop=auth, nc=00000001") &&
                       Contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""));
  const auto sha = answer_challenges({"Digest algorithm=SHA-256," + rest}, camera, nonce, 1);
  REQUIRE(sha);
  CHECK_THAT(*sha, Contains("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"));
}

TEST_CASE("Digest without qop answers as RFC 2069 does", "[http]") {
  // H(H("me:cam:secret"):abc:H("GET:/s")), computed by another program.
  const auto answer = answer_challenges({"Digest realm=\"cam\", nonce=\"abc\""},
                                        url("me", "secret", "/s"), "unused", 1);
  REQUIRE(answer);
  CHECK_THAT(*answer,
             Contains("response=\"49406548f3ac8f8c18365a60ca6a41e7\"") && !Contains("cnonce"));
}

TEST_CASE("the answers to one nonce are numbered (RFC 7616, section 3.4)", "[http]") {
  const std::vector<std::string> challenge{"Digest realm=\"cam\", nonce=\"abc\", qop=\"auth\""};
  const HttpUrl camera = url("me", "secret", "/s");
  // H(H("me:cam:secret"):abc:0000001a:xyz:auth:H("GET:/s")), computed by another program.
  CHECK_THAT(*answer_challenges(challenge, camera, "xyz", 26),
             Contains("nc=0000001a") && Contains("response=\"fe2c57d9a6b19f749aeb284087875ff3\""));
  CHECK(nonce_of(challenge) == "abc");
  CHECK(nonce_of({"Basic realm=\"a\""}).empty());
}

TEST_CASE("the strongest known challenge is answered", "[http]") {
  const HttpUrl camera = url("me", "secret", "/s");
  CHECK_THAT(
      *answer_challenges({"Basic realm=\"a, b\", Digest realm=\"c\", nonce=\"n\""}, camera, "x", 1),
      Contains("Digest ") && Contains("realm=\"c\""));
  CHECK_THAT(*answer_challenges({"Negotiate", "Basic realm=\"a\""}, camera, "x", 1),
             Contains("Basic "));
  CHECK_THAT(*answer_challenges(
                 {"Digest realm=\"a\", nonce=\"n\", algorithm=SHA-512-256", "Basic realm=\"a\""},
                 camera, "x", 1),
             Contains("Basic "));
}

TEST_CASE("an unsupported challenge is not answered", "[http]") {
  CHECK_FALSE(answer_challenges({"Basic realm=\"a\""}, url("", "", "/"), "x", 1));
  CHECK_FALSE(answer_challenges({}, url("me", "secret", "/"), "x", 1));
  CHECK_FALSE(answer_challenges({"", ",,,", "=", "\"", "Bearer", "Digest algorithm=odd"},
                                url("me", "secret", "/"), "x", 1));
}

}  // namespace http_authentication_test
