#include "net/web/file_answer.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <list>

#include "net/http/file_list.hpp"
#include "net/http/http_url.hpp"
#include "support/http_responses.hpp"
#include "support/shared_files.hpp"
#include "support/streams.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::file_answer_test {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Step = FileAnswer::Step;

constexpr std::size_t kLargeBytes = 10'000'000;

std::string digest_field_of(const std::string& text) {
  Sha256 hash;
  hash.add(to_bytes(text));
  return repr_digest(hash.digest());
}

HttpRequest request_of(const std::string& path,
                       const std::vector<std::pair<const char*, std::string>>& fields = {}) {
  HttpRequest request;
  request.path = path;
  for (const auto& [name, value] : fields) request.fields.add(name, value);
  return request;
}

HttpRequest head_of(HttpRequest request) {
  request.is_head = true;
  return request;
}

struct Answered {
  HttpResponse response;
  std::size_t interim = 0;  // 100 Continue answers before it
  bool is_cut_off = false;
};

/// A shared directory with a.mkv, and the answers to requests for it.
struct Stage {
  Stage() {
    fs::create_directory(shared);
    write("a.mkv", content);
    directory.emplace(shared);
  }

  void write(const std::string& name, const std::string& text) const {
    write_long_ago(shared + "/" + name, text);
  }

  FileAnswer answer(const HttpRequest& request, const char* client = "192.0.2.1") {
    return {{*directory, digests, places}, request, asio::ip::make_address(client)};
  }

  Answered all_of(FileAnswer answer, bool is_head = false) const {
    Answered answered;
    std::vector<std::byte> bytes;
    Step step = Step::more;
    while (step == Step::more) step = answer.next(bytes);
    answered.is_cut_off = step == Step::cut_off;
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (; text.starts_with(kInterim); ++answered.interim) text.remove_prefix(kInterim.size());
    if (answered.is_cut_off) return answered;
    answered.response = take_response(text, is_head ? HasBody::no : HasBody::yes).value();
    CHECK(text.empty());
    CHECK(answered.response.field("connection") == "close");
    return answered;
  }

  HttpResponse response_to(const HttpRequest& request) {
    return all_of(answer(request), request.is_head).response;
  }

  const std::string content = "0123456789";
  TemporaryDirectory root;
  std::string shared = root / "shared";
  std::optional<SharedDirectory> directory;
  FileDigests digests;
  Admission places{4, 3};
};

TEST_CASE("a file is sent whole, with its headers", "[files]") {
  Stage stage;
  stage.write("caf\xC3\xA9 \"1\".JPG", "picture");
  const HttpResponse film = stage.response_to(request_of("/files/a.mkv"));
  CHECK(film.status == 200);
  CHECK(film.body == stage.content);
  CHECK(film.field("content-type") == "video/x-matroska");
  CHECK(film.field("content-length") == "10");
  CHECK(film.field("accept-ranges") == "bytes");
  CHECK(film.field("etag").size() > 10);
  CHECK(film.field("etag").starts_with('"'));
  CHECK_THAT(film.field("last-modified"), Catch::EndsWith(" GMT"));
  CHECK(film.field("repr-digest").empty());
  CHECK(film.field("content-disposition") ==
        "attachment; filename=\"a.mkv\"; filename*=UTF-8''a.mkv");
  const HttpResponse picture =
      stage.response_to(request_of("/files/" + percent_encode("caf\xC3\xA9 \"1\".JPG")));
  CHECK(picture.body == "picture");
  CHECK(picture.field("content-type") == "image/jpeg");
  CHECK(picture.field("content-disposition") ==
        "attachment; filename=\"caf__ _1_.JPG\"; filename*=UTF-8''caf%C3%A9%20%221%22.JPG");
}

/// Without the time of the answer.
std::vector<HttpFields::Field> fields_but_date(const HttpResponse& response) {
  std::vector<HttpFields::Field> fields;
  for (const HttpFields::Field& field : response.fields)
    if (field.name != "Date") fields.push_back(field);
  return fields;
}

TEST_CASE("a large file is sent in steps, and HEAD has the same headers as GET", "[files]") {
  Stage stage;
  const std::string large = numbers(kLargeBytes);
  stage.write("large.mkv", large);
  const HttpResponse got = stage.response_to(request_of("/files/large.mkv"));
  CHECK((got.body == large));
  const HttpResponse head = stage.response_to(head_of(request_of("/files/large.mkv")));
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK((fields_but_date(head) == fields_but_date(got)));
}

TEST_CASE("an empty file is sent", "[files]") {
  Stage stage;
  stage.write("a.mkv", "");
  const HttpResponse got =
      stage.response_to(request_of("/files/a.mkv", {{"Want-Repr-Digest", "sha-256=1"}}));
  CHECK(got.status == 200);
  CHECK(got.field("content-length") == "0");
  CHECK(got.field("repr-digest") == digest_field_of(""));
}

TEST_CASE("a range is sent if If-Range names the current version, otherwise the whole file",
          "[files]") {
  Stage stage;
  const HttpResponse all = stage.response_to(request_of("/files/a.mkv"));
  const auto part = [&](const std::string& version) {
    std::vector<std::pair<const char*, std::string>> fields{{"Range", "bytes=3-5"}};
    if (!version.empty()) fields.emplace_back("If-Range", version);
    return stage.response_to(request_of("/files/a.mkv", fields));
  };
  for (const std::string& same : {std::string(), all.field("etag"), all.field("last-modified")}) {
    const HttpResponse response = part(same);
    CHECK(response.status == 206);
    CHECK(response.body == "345");
    CHECK(response.field("content-range") == "bytes 3-5/10");
    CHECK(response.field("etag") == all.field("etag"));
  }
  for (const std::string other : {"\"other\"", "W/\"1\"", "Sun, 06 Nov 1994 08:49:37 GMT"}) {
    CHECK(part(other).status == 200);
    CHECK(part(other).body == stage.content);
  }
}

TEST_CASE("a range beyond the end is refused, and HEAD ignores ranges", "[files]") {
  Stage stage;
  const HttpRequest request = request_of("/files/a.mkv", {{"Range", "bytes=10-"}});
  const HttpResponse beyond = stage.response_to(request);
  CHECK(beyond.status == 416);
  CHECK(beyond.field("content-range") == "bytes */10");
  CHECK(stage.response_to(head_of(request)).status == 200);
}

TEST_CASE("a client that has the current version gets 304", "[files]") {
  Stage stage;
  const HttpResponse all = stage.response_to(request_of("/files/a.mkv"));
  const auto status = [&](const char* field, const std::string& value) {
    return stage.response_to(request_of("/files/a.mkv", {{field, value}})).status;
  };
  CHECK(status("If-None-Match", all.field("etag")) == 304);
  CHECK(status("If-None-Match", "*") == 304);
  CHECK(status("If-None-Match", "\"other\"") == 200);
  CHECK(status("If-Modified-Since", all.field("last-modified")) == 304);
  CHECK(status("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT") == 200);
  stage.write("a.mkv", "0123456789");
  fs::last_write_time(stage.shared + "/a.mkv",
                      fs::file_time_type::clock::now() - std::chrono::hours(7));
  CHECK(status("If-None-Match", all.field("etag")) == 200);
}

TEST_CASE("a digest is sent on request, computed once, and belongs to one version", "[files]") {
  Stage stage;
  const std::string large = numbers(kLargeBytes);
  stage.write("a.mkv", large);
  HttpRequest request = head_of(request_of("/files/a.mkv", {{"Want-Repr-Digest", "sha-256=5"}}));
  const Answered first = stage.all_of(stage.answer(request), true);
  CHECK(first.response.field("repr-digest") == digest_field_of(large));
  CHECK(first.interim == 2);  // so a client knows that the sender is working
  const Answered second = stage.all_of(stage.answer(request), true);
  CHECK(second.response.field("repr-digest") == digest_field_of(large));
  CHECK(second.interim == 0);
  stage.write("a.mkv", "another");
  CHECK(stage.response_to(request).field("repr-digest") == digest_field_of("another"));
}

TEST_CASE("HTTP/1.0 has no interim answers", "[files]") {
  Stage stage;
  stage.write("a.mkv", numbers(kLargeBytes));
  HttpRequest request = head_of(request_of("/files/a.mkv", {{"Want-Repr-Digest", "sha-256=5"}}));
  request.is_http_1_0 = true;
  const Answered answered = stage.all_of(stage.answer(request), true);
  CHECK(answered.interim == 0);
  CHECK_FALSE(answered.response.field("repr-digest").empty());
}

TEST_CASE("sent bytes need not be read again for the digest", "[files]") {
  Stage stage;
  const std::string large = numbers(kLargeBytes);
  stage.write("a.mkv", large);
  const auto fetch = [&](const char* range) {
    return stage.response_to(request_of("/files/a.mkv", {{"Range", range}}));
  };
  fetch("bytes=0-5999999");
  fetch("bytes=1000-2000");  // bytes that are already hashed
  fetch("bytes=5000000-");
  const Answered answered = stage.all_of(
      stage.answer(head_of(request_of("/files/a.mkv", {{"Want-Repr-Digest", "sha-256=5"}}))), true);
  CHECK(answered.interim == 0);
  CHECK(answered.response.field("repr-digest") == digest_field_of(large));
}

TEST_CASE("the transfer of a file that changes is aborted", "[files]") {
  Stage stage;
  stage.write("a.mkv", numbers(kLargeBytes));
  FileAnswer answer = stage.answer(request_of("/files/a.mkv"));
  std::vector<std::byte> bytes;
  REQUIRE(answer.next(bytes) == Step::more);
  SECTION("longer") { stage.write("a.mkv", numbers(2 * kLargeBytes)); }
  SECTION("shorter") { stage.write("a.mkv", "a"); }
  CHECK(answer.next(bytes) == Step::cut_off);
}

TEST_CASE("a file that is still being written is refused temporarily", "[files]") {
  Stage stage;
  std::ofstream(stage.shared + "/a.mkv", std::ios::app) << "and more";
  const HttpResponse response = stage.response_to(request_of("/files/a.mkv"));
  CHECK(response.status == 409);
  CHECK(response.field("retry-after") == "2");
  CHECK(response.body == "'a.mkv' is still being written; fetch it when it is complete.\n");
}

TEST_CASE("four files are read at a time, three for one address", "[files]") {
  Stage stage;
  stage.write("a.mkv", numbers(kLargeBytes));
  const HttpRequest request = request_of("/files/a.mkv");
  std::list<FileAnswer> begun;
  const auto begin = [&](const char* client) {
    begun.push_back(stage.answer(request, client));
    std::vector<std::byte> bytes;
    return begun.back().next(bytes) == Step::more;
  };
  for (int i = 0; i < 3; ++i) CHECK(begin("192.0.2.1"));
  const HttpResponse response = stage.response_to(request);
  CHECK(response.status == 503);
  CHECK(response.field("retry-after") == "2");
  CHECK(begin("192.0.2.2"));
  CHECK_FALSE(begin("192.0.2.3"));
  CHECK(stage.response_to(head_of(request)).status == 200);
  CHECK(stage.response_to(request_of("/files.json")).status == 200);
  begun.clear();
  CHECK(stage.response_to(request).status == 200);
}

TEST_CASE("the list is JSON for programs and a page for people", "[files]") {
  Stage stage;
  stage.write("a<b>&.mkv", "x");
  const auto expected = [&] {
    std::error_code error;
    return stage.directory->list(100, error);
  }();
  const HttpResponse json = stage.response_to(request_of("/files.json"));
  CHECK(json.field("content-type") == "application/json");
  CHECK(parse_file_list(json.body) == expected);
  const HttpResponse asked =
      stage.response_to(request_of("/files/", {{"Accept", "application/json"}}));
  CHECK(asked.body == json.body);
  const HttpResponse page = stage.response_to(request_of("/files/", {{"Accept", "text/html"}}));
  CHECK(page.field("content-type") == "text/html; charset=utf-8");
  CHECK_THAT(page.field("content-security-policy"), Catch::Contains("default-src 'none'"));
  CHECK_THAT(page.body, Catch::Contains("<a href=\"a.mkv\">a.mkv</a>") &&
                            Catch::Contains("<a href=\"a%3Cb%3E%26.mkv\">a&lt;b>&amp;.mkv</a>"));
  CHECK(stage.response_to(head_of(request_of("/files.json"))).body.empty());
  const HttpResponse moved = stage.response_to(request_of("/files"));
  CHECK(moved.status == 301);
  CHECK(moved.field("location") == "/files/");
}

TEST_CASE("unshared names are refused, and repeated only if they are plain text", "[files]") {
  Stage stage;
  stage.write("secret.txt", "x");
  fs::create_symlink("a.mkv", stage.shared + "/link.mkv");
  const auto refusal = [&](const std::string& name) {
    return stage.response_to(request_of("/files/" + percent_encode(name)));
  };
  for (const std::string& name :
       {std::string("b.mkv"), std::string("secret.txt"), std::string("link.mkv"),
        std::string("../secret.mkv"), std::string("..%2Fa.mkv"), std::string("a.mkv\0", 6),
        std::string("a.mkv/"), std::string("\033[2J.mkv"), std::string(255, '\xFF')}) {
    CAPTURE(name);
    CHECK(refusal(name).status == 404);
  }
  CHECK(refusal("b.mkv").body == "'b.mkv' is not shared; /files/ lists what is.\n");
  CHECK(refusal("\033[2J.mkv").body == "That file is not shared; /files/ lists what is.\n");
  CHECK(stage.response_to(request_of("/files/a%.mkv")).status == 400);
  CHECK(stage.response_to(request_of("/files/a%2Emkv")).status == 200);
}

TEST_CASE("a missing shared directory is an error of the sender", "[files]") {
  Stage stage;
  fs::rename(stage.shared, stage.root / "elsewhere");
  for (const char* path : {"/files/", "/files.json", "/files/a.mkv"}) {
    const HttpResponse response = stage.response_to(request_of(path));
    CHECK(response.status == 500);
    CHECK(response.body == "The shared directory cannot be read: No such file or directory.\n");
  }
}

}  // namespace
}  // namespace jpegwire::file_answer_test
