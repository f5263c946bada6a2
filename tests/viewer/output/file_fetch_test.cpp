#include "viewer/output/file_fetch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "app/text.hpp"
#include "net/http/file_fields.hpp"
#include "support/shared_files.hpp"
#include "support/streams.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::file_fetch_test {
namespace {

using namespace test;
using Next = FileDialogue::Next;
namespace fs = std::filesystem;

const WallTime kModified{std::chrono::microseconds(1'700'000'000'123'456)};

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// A sender's file, and the sender's answers.
struct Sender {
  std::string content;
  std::string etag = "\"1\"";
  int status = 0;  // other than 0: an error

  HttpResponseHead head(const FileRequest& request) const {
    HttpResponseHead head;
    head.state = HttpHead::State::complete;
    head.status = status;
    if (status != 0) return head;
    std::string_view range = field_of(request, "Range");
    const std::string_view version = field_of(request, "If-Range");
    if (!version.empty() && version != etag) range = "";
    const RangeChoice choice = choose_range(range, content.size());
    head.status = choice.status;
    if (choice.status == 416) return head;
    head.content_length = choice.range.size_bytes();
    head.fields.add("ETag", etag);
    head.fields.add("X-Timestamp", "1700000000.123456");
    if (choice.status == 206)
      head.fields.add("Content-Range", fmt::format("bytes {}-{}/{}", choice.range.begin,
                                                   choice.range.end - 1, content.size()));
    Sha256 hash;
    hash.add(to_bytes(content));
    if (!field_of(request, "Want-Repr-Digest").empty())
      head.fields.add("Repr-Digest", repr_digest(hash.digest()));
    return head;
  }

  std::string body(const HttpResponseHead& head) const {
    if (head.status != 200 && head.status != 206) return "";
    return content.substr(content.size() - *head.content_length);
  }

  static std::string_view field_of(const FileRequest& request, std::string_view name) {
    const std::size_t at = request.fields.find(std::string(name) + ": ");
    if (at == std::string::npos || (at > 0 && request.fields[at - 1] != '\n')) return "";
    const std::size_t begin = at + name.size() + 2;
    return std::string_view(request.fields).substr(begin, request.fields.find('\r', begin) - begin);
  }
};

/// A fetch of a.jpg, and its messages.
struct Stage {
  explicit Stage(std::string content = "") : sender{std::move(content)} {}

  void open() {
    fetch.reset();
    part.reset();
    part = std::make_unique<PartFile>(file);
    while (part->hash_some()) {
    }
    fetch = std::make_unique<FileFetch>(
        *part, [this](const std::string& sentence) { told.push_back(sentence); });
  }

  /// Makes one request; the connection breaks off after this number of bytes of the answer's body.
  Next ask(std::size_t bytes = std::string::npos) {
    if (!fetch) open();
    asked.push_back(fetch->request());
    const HttpResponseHead head = sender.head(asked.back());
    Next next = fetch->take_head(head);
    if (next != Next::go_on) return next;
    const std::string body = asked.back().is_head ? "" : sender.body(head);
    const std::string come = body.substr(0, bytes);
    for (std::size_t at = 0; at < come.size() && next == Next::go_on; at += kPieceBytes)
      next = fetch->take_body(to_bytes(come.substr(at, kPieceBytes)));
    return next == Next::go_on && come.size() == body.size() ? fetch->take_end() : next;
  }

  /// Runs until the fetch ends, or must wait before its next request.
  Next ask_to_end() {
    Next next = ask();
    for (int i = 0; next == Next::ask_again && i < 10; ++i) next = ask();
    return next;
  }

  static constexpr std::size_t kPieceBytes = 100'000;

  Sender sender;
  TemporaryDirectory directory;
  std::string file = directory / "a.jpg";
  std::string part_name = file + ".part";
  std::unique_ptr<PartFile> part;
  std::unique_ptr<FileFetch> fetch;
  std::vector<FileRequest> asked;
  std::vector<std::string> told;
};

TEST_CASE("a file is assembled under a temporary name, then gets its own name and time",
          "[files]") {
  Stage stage("hello, world");
  CHECK(stage.ask(7) == Next::go_on);
  CHECK(stage.asked[0].target == "/files/a.jpg");
  CHECK_FALSE(fs::exists(stage.file));
  CHECK(read(stage.part_name) == "hello, ");
  CHECK(stage.ask() == Next::ask_again);
  CHECK(stage.asked[1].fields == "Range: bytes=7-\r\nIf-Range: \"1\"\r\n");
  CHECK_FALSE(fs::exists(stage.file));
  CHECK(stage.ask() == Next::done);
  CHECK(stage.asked[2].is_head);
  CHECK(read(stage.file) == "hello, world");
  CHECK_FALSE(fs::exists(stage.part_name));
  CHECK(stage.told.empty());
  const auto modified = std::chrono::file_clock::to_sys(fs::last_write_time(stage.file));
  CHECK(std::chrono::time_point_cast<microseconds>(modified) == kModified);
}

TEST_CASE("an empty file is fetched too", "[files]") {
  Stage stage;
  CHECK(stage.ask_to_end() == Next::done);
  CHECK(fs::exists(stage.file));
}

TEST_CASE("a part of another file is kept and reported, and the fetch starts over, once",
          "[files]") {
  Stage stage(numbers(200'000));
  std::string other = numbers(150'000);
  SECTION("its end differs") { other.back() = 'x'; }
  SECTION("its beginning differs, which only the digest shows") { other.front() = 'x'; }
  SECTION("it is longer") { other = numbers(200'001); }
  SECTION("it is much longer") { other = numbers(300'000); }
  SECTION("it has the same length") { other = numbers(199'999) + "x"; }
  write(stage.part_name, other);
  write(stage.part_name + "-2", "of a third");
  CHECK(stage.ask_to_end() == Next::done);
  REQUIRE(stage.told.size() == 1);
  CHECK_THAT(stage.told[0],
             Catch::Contains("'a.jpg.part' ") &&
                 Catch::Contains("it was renamed to 'a.jpg.part-3', and the fetch starts over"));
  CHECK(read(stage.part_name + "-2") == "of a third");
  CHECK((read(stage.part_name + "-3").substr(0, other.size()) == other));
  CHECK((read(stage.file) == stage.sender.content));
}

TEST_CASE("fetching a file that never matches its digest fails", "[files]") {
  Stage stage("data");
  const auto ask_and_lie = [&] {
    CHECK(stage.ask() == Next::ask_again);
    HttpResponseHead lie = stage.sender.head(stage.fetch->request());
    lie.fields = {};
    lie.fields.add("ETag", stage.sender.etag);
    lie.fields.add("Repr-Digest", "sha-256=:AAAA:");
    CHECK(stage.fetch->take_head(lie) == Next::go_on);
    return stage.fetch->take_end();
  };
  CHECK(ask_and_lie() == Next::ask_again);
  CHECK(ask_and_lie() == Next::failed);
  CHECK_FALSE(fs::exists(stage.file));
  CHECK(read(stage.part_name) == "data");
}

TEST_CASE("an answer that does not match the request is not used", "[files]") {
  Stage stage("0123456789");
  REQUIRE(stage.ask(4) == Next::go_on);
  HttpResponseHead head = stage.sender.head(stage.fetch->request());
  HttpFields fields;
  SECTION("another range") {
    fields.add("ETag", stage.sender.etag);
    fields.add("Content-Range", "bytes 5-9/10");
    head.content_length = 5;
  }
  SECTION("a range with another end") {
    fields.add("ETag", stage.sender.etag);
    fields.add("Content-Range", "bytes 4-8/10");
    head.content_length = 5;
  }
  SECTION("another length") {
    fields.add("ETag", stage.sender.etag);
    fields.add("Content-Range", "bytes 4-9/10");
    head.content_length = 5;
  }
  SECTION("no range") { fields.add("ETag", stage.sender.etag); }
  SECTION("no version") { fields.add("Content-Range", "bytes 4-9/10"); }
  head.fields = fields;
  CHECK(stage.fetch->take_head(head) == Next::failed);
  CHECK(read(stage.part_name) == "0123");
}

TEST_CASE("an answer without a SHA-256 is not from jpegwire-sender", "[files]") {
  Stage stage("data");
  REQUIRE(stage.ask() == Next::ask_again);
  HttpResponseHead head = stage.sender.head({});
  static_cast<void>(stage.fetch->request());
  REQUIRE(stage.fetch->take_head(head) == Next::go_on);
  CHECK(stage.fetch->take_end() == Next::failed);
  CHECK_THAT(stage.fetch->error(), Catch::Contains("not the HTTP port of a jpegwire-sender"));
  CHECK_FALSE(fs::exists(stage.file));
}

TEST_CASE("a file that has grown meanwhile is resumed after a comparison", "[files]") {
  Stage stage(numbers(500'000));
  REQUIRE(stage.ask(400'000) == Next::go_on);
  stage.sender.content = numbers(600'000);
  stage.sender.etag = "\"2\"";
  CHECK(stage.ask_to_end() == Next::done);
  CHECK(stage.told ==
        std::vector<std::string>{"'a.jpg' has changed on the sender; comparing what was received"});
  CHECK((read(stage.file) == stage.sender.content));
}

TEST_CASE("for a file that was replaced meanwhile, the new version is fetched", "[files]") {
  Stage stage(numbers(500'000));
  REQUIRE(stage.ask(400'000) == Next::go_on);
  stage.sender.etag = "\"2\"";
  SECTION("of the same length") { stage.sender.content[5] = 'x'; }
  SECTION("shorter") { stage.sender.content = "shorter"; }
  CHECK(stage.ask_to_end() == Next::done);
  CHECK(stage.told.size() == 2);
  CHECK((read(stage.file) == stage.sender.content));
  CHECK((read(stage.part_name + "-2") == numbers(400'000)));
}

TEST_CASE("a file that changes before its digest is sent is compared again", "[files]") {
  Stage stage("data");
  REQUIRE(stage.ask() == Next::ask_again);
  stage.sender.etag = "\"2\"";
  stage.sender.content = "data and more";
  CHECK(stage.ask_to_end() == Next::done);
  CHECK(read(stage.file) == "data and more");
}

TEST_CASE("fetching a file that keeps changing fails", "[files]") {
  Stage stage(numbers(300'000));
  Next next = stage.ask(10);
  int times = 0;
  for (; next != Next::failed && times < 20; ++times) {
    stage.sender.etag = fmt::format("\"{}\"", times + 2);
    next = stage.ask(100);
  }
  CHECK(times == 6);
  CHECK_THAT(stage.fetch->error(), Catch::Contains("keeps changing"));
}

TEST_CASE("a fetch waits for a file that is still being written, but not forever", "[files]") {
  Stage stage;
  stage.sender.status = 409;
  const std::string sentence = "'a.jpg' is still being written; fetch it when it is complete";
  for (int i = 0; i < 6; ++i) CHECK(stage.ask() == Next::ask_later);
  CHECK(stage.told == std::vector<std::string>{"waiting: " + sentence});
  CHECK(stage.ask() == Next::failed);
  CHECK(stage.fetch->error() == sentence);
}

TEST_CASE("requests to a busy sender are repeated without limit", "[files]") {
  Stage stage("data");
  stage.sender.status = 503;
  for (int i = 0; i < 50; ++i) CHECK(stage.ask() == Next::ask_later);
  CHECK(stage.told.size() == 1);
  stage.sender.status = 0;
  CHECK(stage.ask_to_end() == Next::done);
}

TEST_CASE("a refusal is reported in the sender's words if they are plain text", "[files]") {
  Stage stage;
  stage.open();
  HttpResponseHead head;
  head.status = 404;
  head.reason = "Not Found";
  head.fields.add("Content-Type", "text/plain; charset=utf-8");
  static_cast<void>(stage.fetch->request());
  REQUIRE(stage.fetch->take_head(head) == Next::go_on);
  SECTION("plain text") {
    stage.fetch->take_body(to_bytes("It is the new moon.\n"));
    CHECK(stage.fetch->take_end() == Next::failed);
    CHECK(stage.fetch->error() == "It is the new moon");
  }
  SECTION("text with terminal control sequences") {
    stage.fetch->take_body(to_bytes("\033[2J"));
    CHECK(stage.fetch->take_end() == Next::failed);
    CHECK(stage.fetch->error() == "it answers with status 404 Not Found");
  }
}

TEST_CASE("a refusal's words are short and harmless", "[files]") {
  Stage stage;
  stage.open();
  HttpResponseHead head;
  head.status = 404;
  head.reason = "Not\xE2\x80\xAE" + std::string(9000, 'x');
  head.fields.add("Content-Type", "text/plain");
  static_cast<void>(stage.fetch->request());
  REQUIRE(stage.fetch->take_head(head) == Next::go_on);
  if (GENERATE(false, true)) stage.fetch->take_body(to_bytes(std::string(9000, 'x')));
  CHECK(stage.fetch->take_end() == Next::failed);
  CHECK(is_plain_text(stage.fetch->error()));
  CHECK(stage.fetch->error().size() < 400);
}

TEST_CASE("a fetch that breaks off anywhere resumes there, in the same run or a later one",
          "[files]") {
  Stage stage(numbers(1'000'000));
  const bool is_later_run = GENERATE(false, true);
  for (std::size_t percent = 0; percent <= 100; percent += 4) {
    CAPTURE(percent, is_later_run);
    stage.open();
    Next next = stage.ask(stage.sender.content.size() * percent / 100);
    REQUIRE(next == (percent == 100 ? Next::ask_again : Next::go_on));
    if (is_later_run) stage.open();
    REQUIRE(stage.ask_to_end() == Next::done);
    REQUIRE((read(stage.file) == stage.sender.content));
    fs::remove(stage.file);
  }
  CHECK(stage.told.empty());
}

TEST_CASE("a part's name that is not a regular file is reported and left unchanged") {
  const Stage stage;
  SECTION("a link") { fs::create_symlink("elsewhere", stage.part_name); }
  SECTION("another file's second name") {
    write(stage.directory / "other", "mine");
    fs::create_hard_link(stage.directory / "other", stage.part_name);
  }
  SECTION("a FIFO") { REQUIRE(::mkfifo(stage.part_name.c_str(), 0600) == 0); }
  SECTION("a directory") { fs::create_directory(stage.part_name); }
  CHECK_THROWS_WITH(
      PartFile(stage.file),
      Catch::Contains("a.jpg.part': it is not a regular file") && Catch::Contains("move it away"));
  CHECK(fs::exists(fs::symlink_status(stage.part_name)));
  CHECK_FALSE(fs::exists(stage.directory / "elsewhere"));
}

TEST_CASE("nothing is overwritten, and two programs cannot fill one part") {
  Stage stage;
  SECTION("a file already exists") {
    write(stage.file, "mine");
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("already exists"));
  }
  SECTION("a dangling link exists") {
    fs::create_symlink("nowhere", stage.file);
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("already exists"));
    fs::remove(stage.file);
    write(stage.file, "mine");
  }
  SECTION("a file appears during the fetch") {
    PartFile part(stage.file);
    write(stage.file, "mine");
    CHECK_THROWS_WITH(part.complete(kModified), Catch::Contains("already exists"));
  }
  SECTION("another program fetches it") {
    const PartFile part(stage.file);
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("is already fetching"));
    write(stage.file, "mine");
  }
  SECTION("the part is a link") {
    write(stage.file, "mine");
    fs::rename(stage.file, stage.directory / "b.jpg");
    fs::create_symlink("b.jpg", stage.part_name);
    CHECK_THROWS(PartFile(stage.file));
    fs::rename(stage.directory / "b.jpg", stage.file);
  }
  CHECK(read(stage.file) == "mine");
}

}  // namespace
}  // namespace jpegwire::file_fetch_test
