#include "net/share/file_fetch.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "net/share/file_answer.hpp"
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

FileDigest digest_of(std::string_view text) {
  Sha256 hash;
  hash.add(to_bytes(text));
  return {text.size(), hash.digest()};
}

/// A fetch of a.jpg, and what it has told.
struct Stage {
  TemporaryDirectory directory;
  std::string file = directory / "a.jpg";
  std::string part_name = file + ".part";
  std::vector<std::string> told;

  /// What the fetch says last when it hears all these.
  Next fetch(PartFile& part, const std::vector<FileMessage>& messages) {
    FileFetch fetch(part, [this](const std::string& sentence) { told.push_back(sentence); });
    Next next = Next::go_on;
    for (const FileMessage& message : messages) {
      REQUIRE(next == Next::go_on);
      next = fetch.take(message);
    }
    error = fetch.error();
    return next;
  }

  Next fetch(const std::vector<FileMessage>& messages) {
    PartFile part(file);
    while (part.hash_some()) {
    }
    return fetch(part, messages);
  }

  std::string error;
};

TEST_CASE("a file is put together under another name and gets its own with its time") {
  Stage stage;
  const ByteVector first = to_bytes("hello, ");
  const ByteVector second = to_bytes("world");
  {
    PartFile part(stage.file);
    CHECK(stage.fetch(part, {FileHead{12, kModified}, FileChunk{0, first}}) == Next::go_on);
    CHECK_FALSE(fs::exists(stage.file));
  }
  CHECK(read(stage.part_name) == "hello, ");
  CHECK(stage.fetch({FileHead{12, kModified}, digest_of("hello, "), FileChunk{7, second},
                     digest_of("hello, world")}) == Next::done);
  CHECK(read(stage.file) == "hello, world");
  CHECK_FALSE(fs::exists(stage.part_name));
  CHECK(stage.told.empty());
  const auto modified = std::chrono::file_clock::to_sys(fs::last_write_time(stage.file));
  CHECK(std::chrono::time_point_cast<microseconds>(modified) == kModified);
}

TEST_CASE("an empty file is a file too") {
  Stage stage;
  CHECK(stage.fetch({FileHead{0, kModified}, digest_of("")}) == Next::done);
  CHECK(fs::exists(stage.file));
}

TEST_CASE("a part that does not belong is kept, told of, and begun anew, once") {
  Stage stage;
  write(stage.part_name, "of another");
  write(stage.part_name + "-2", "of a third");
  PartFile part(stage.file);
  while (part.hash_some()) {
  }
  std::vector<FileMessage> messages{FileHead{20, kModified}};
  SECTION("it is another") { messages.emplace_back(digest_of("hello, wor")); }
  SECTION("it is longer") {
    messages.emplace_back(Refusal{Refusal::Reason::beyond_end, "it is shorter"});
  }
  FileFetch fetch(part, [&](const std::string& sentence) { stage.told.push_back(sentence); });
  fetch.take(messages[0]);
  CHECK(fetch.take(messages[1]) == Next::ask_again);
  REQUIRE(stage.told.size() == 1);
  CHECK_THAT(stage.told[0],
             Catch::Contains("'a.jpg.part'") &&
                 Catch::Contains("it is now 'a.jpg.part-3', and all is fetched anew"));
  CHECK(read(stage.part_name + "-2") == "of a third");
  CHECK(read(stage.part_name + "-3") == "of another");
  CHECK(part.size_bytes() == 0);
  CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("is being fetched already"));
  CHECK(fetch.request() == FileRequest(FetchRequest{0, "a.jpg"}));
  fetch.take(messages[0]);
  CHECK(fetch.take(FileDigest{0, digest_of("x").digest}) == Next::failed);
}

TEST_CASE("what does not fit is no file") {
  Stage stage;
  const ByteVector data = to_bytes("data");
  const FileHead head{3, kModified};
  const std::vector<FileMessage> messages =
      GENERATE_COPY(values<std::vector<FileMessage>>({{FileChunk{0, data}},
                                                      {head, FileChunk{0, data}},
                                                      {head, FileChunk{1, Bytes(data).first(1)}},
                                                      {FileDigest{}},
                                                      {head, FileDigest{1, {}}},
                                                      {ListEnd{}},
                                                      {OfferedFile{"a.jpg", 1, kModified}}}));
  CHECK(stage.fetch(messages) == Next::failed);
  CHECK_FALSE(fs::exists(stage.file));
  CHECK_FALSE(fs::exists(stage.part_name));
}

TEST_CASE("a chunk behind the end of a file that has become shorter is no part of it") {
  Stage stage;
  write(stage.part_name, "more than three");
  const ByteVector data = to_bytes("data");
  CHECK(stage.fetch({FileHead{3, kModified}, FileChunk{15, data}}) == Next::failed);
  CHECK(read(stage.part_name) == "more than three");
}

TEST_CASE("a file that is still being written is waited for, but not for ever") {
  Stage stage;
  PartFile part(stage.file);
  FileFetch fetch(part, [&](const std::string& sentence) { stage.told.push_back(sentence); });
  const Refusal refusal{Refusal::Reason::being_written, "'a.jpg' is still being written"};
  for (int i = 0; i < 6; ++i) CHECK(fetch.take(refusal) == Next::ask_later);
  CHECK(stage.told == std::vector<std::string>{"waiting: 'a.jpg' is still being written"});
  CHECK(fetch.take(refusal) == Next::failed);
  CHECK(fetch.error() == "'a.jpg' is still being written");
}

TEST_CASE("what is no file and has the part's name is told of and left as it is") {
  const Stage stage;
  SECTION("a link") { fs::create_symlink("elsewhere", stage.part_name); }
  SECTION("a FIFO") { REQUIRE(::mkfifo(stage.part_name.c_str(), 0600) == 0); }
  SECTION("a directory") { fs::create_directory(stage.part_name); }
  CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("a.jpg.part' is in the way") &&
                                              Catch::Contains("move it away"));
  CHECK(fs::exists(fs::symlink_status(stage.part_name)));
  CHECK_FALSE(fs::exists(stage.directory / "elsewhere"));
}

TEST_CASE("a busy sender is asked later, and a file that keeps changing is given up") {
  Stage stage;
  PartFile part(stage.file);
  FileFetch fetch(part, [&](const std::string& sentence) { stage.told.push_back(sentence); });
  const Refusal busy{Refusal::Reason::busy, "it is busy"};
  CHECK(fetch.take(busy) == Next::ask_later);
  CHECK(fetch.take(busy) == Next::ask_later);
  CHECK(stage.told.size() == 1);
  const Refusal changed{Refusal::Reason::changed, "it changed"};
  for (int i = 0; i < 5; ++i) CHECK(fetch.take(changed) == Next::ask_later);
  CHECK(fetch.take(changed) == Next::failed);
  CHECK_THAT(fetch.error(), Catch::Contains("keeps changing"));
}

/// All that a sender answers.
ByteVector answer_to(const FileRequest& request, const SharedDirectory& directory) {
  FetchAnswer answer(directory, std::get<FetchRequest>(request));
  FileMessageWriter writer(SizePrefix::be32);
  while (answer.next(writer)) {
  }
  writer.add_end_of_stream();
  return {writer.bytes().begin(), writer.bytes().end()};
}

/// What the fetch says when it hears so much of an answer.
Next hear(FileFetch& fetch, Bytes stream) {
  Next next = Next::go_on;
  for (const ByteVector& message : feed(stream, kDefaultMaxFrameBytes, whole()).frames)
    next = fetch.take(parse_file_message(message).value());
  return next;
}

TEST_CASE("a fetch that breaks off at any percent goes on there, by itself or later") {
  Stage stage;
  const std::string shared = stage.directory / "shared";
  fs::create_directory(shared);
  std::string content;
  while (content.size() < 4 * kMaxChunkBytes + 5) content += std::to_string(content.size());
  write_long_ago(shared + "/a.jpg", content);
  const SharedDirectory directory(shared);
  const bool is_later_run = GENERATE(false, true);
  for (std::size_t percent = 0; percent <= 100; ++percent) {
    CAPTURE(percent, is_later_run);
    const auto tell = [](const std::string& sentence) { FAIL(sentence); };
    auto part = std::make_unique<PartFile>(stage.file);
    auto fetch = std::make_unique<FileFetch>(*part, tell);
    const ByteVector first = answer_to(fetch->request(), directory);
    Next next = hear(*fetch, Bytes(first).first(first.size() * percent / 100));
    REQUIRE(next == (percent == 100 ? Next::done : Next::go_on));
    if (is_later_run && next != Next::done) {
      part.reset();
      part = std::make_unique<PartFile>(stage.file);
      fetch = std::make_unique<FileFetch>(*part, tell);
      while (part->hash_some()) {
      }
    }
    if (next != Next::done) next = hear(*fetch, answer_to(fetch->request(), directory));
    REQUIRE(next == Next::done);
    REQUIRE((read(stage.file) == content));
    fs::remove(stage.file);
  }
}

TEST_CASE("nothing is overwritten, and nobody fills a part that another one fills") {
  Stage stage;
  SECTION("a file is there before") {
    write(stage.file, "mine");
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("exists already"));
  }
  SECTION("a link to nowhere is there") {
    fs::create_symlink("nowhere", stage.file);
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("exists already"));
    fs::remove(stage.file);
    write(stage.file, "mine");
  }
  SECTION("it comes meanwhile") {
    PartFile part(stage.file);
    write(stage.file, "mine");
    CHECK_THROWS_WITH(part.complete(kModified), Catch::Contains("exists already"));
  }
  SECTION("somebody else fetches it") {
    const PartFile part(stage.file);
    CHECK_THROWS_WITH(PartFile(stage.file), Catch::Contains("is being fetched already"));
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
