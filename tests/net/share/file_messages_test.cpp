#include "net/share/file_messages.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "net/share/file_name.hpp"
#include "support/streams.hpp"

namespace jpegwire::file_messages_test {
namespace {

using namespace test;

WallTime at(std::int64_t count) { return WallTime(microseconds(count)); }

ByteVector message(const FileMessage& content, SizePrefix prefix = SizePrefix::be32) {
  FileMessageWriter writer(prefix);
  writer.add(content);
  const Bytes bytes = writer.bytes().subspan(prefix_size_bytes(prefix));
  return {bytes.begin(), bytes.end()};
}

template <class Message>
Message round_trip(const Message& content) {
  const auto parsed = parse_file_message(message(content));
  REQUIRE(parsed);
  REQUIRE(std::holds_alternative<Message>(*parsed));
  return std::get<Message>(*parsed);
}

TEST_CASE("a file request's bytes are those of the protocol") {
  CHECK(write_file_request(ListRequest{}) ==
        joined(to_bytes({0, 0, 0, 10}), "jpegfile", to_bytes({1, 1})));
  CHECK(write_file_request(FetchRequest{0x0102030405060708, "a.jpg"}) ==
        joined(to_bytes({0, 0, 0, 24}), "jpegfile", to_bytes({1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 5}),
               "a.jpg"));
}

TEST_CASE("file requests are read as they were written") {
  const std::string longest = std::string(236, 'n') + ".mkv";
  const FileRequest request = GENERATE_COPY(
      values<FileRequest>({ListRequest{}, FetchRequest{0, "a.jpg"},
                           FetchRequest{std::uint64_t{1} << 62, longest}, FetchRequest{7, ""}}));
  const auto bytes = write_file_request(request);
  CHECK(bytes.size() <= 4 + 512);
  CHECK(parse_file_request(Bytes(bytes).subspan(4)) == request);
  const ByteVector with_more = joined(bytes, "a later version's");
  CHECK(parse_file_request(Bytes(with_more).subspan(4)) == request);
}

TEST_CASE("a file request that is cut, or of another version or operation, is none") {
  auto bytes = write_file_request(FetchRequest{5, "a.jpg"});
  const Bytes request = Bytes(bytes).subspan(4);
  for (std::size_t size = 0; size < request.size(); ++size)
    CHECK_FALSE(parse_file_request(request.first(size)));
  bytes[4 + 8] = std::byte{2};
  CHECK_FALSE(parse_file_request(request));
  bytes[4 + 8] = std::byte{1};
  bytes[4 + 9] = std::byte{9};
  CHECK_FALSE(parse_file_request(request));
}

TEST_CASE("answers are read as they were written") {
  OfferedFile file{"caf\xC3\xA9.mkv", std::uint64_t{1} << 40, at(1'700'000'000'000'000)};
  CHECK(round_trip(file) == file);
  file.is_being_written = true;
  CHECK(round_trip(file) == file);
  CHECK(round_trip(ListEnd{12}) == ListEnd{12});
  CHECK(round_trip(FileHead{99, at(5)}) == FileHead{99, at(5)});
  FileDigest digest{77, {}};
  digest.digest.fill(std::byte{0xAB});
  CHECK(round_trip(digest) == digest);
  const Refusal refusal{Refusal::Reason::unreadable, "it cannot read 'a.jpg': no"};
  CHECK(round_trip(refusal) == refusal);
  const ByteVector chunk = joined(to_bytes({0, 1, 2}), "data");
  const ByteVector bytes = message(FileChunk{1234, chunk});
  const auto parsed = parse_file_message(bytes);
  REQUIRE(parsed);
  CHECK(std::get<FileChunk>(*parsed).offset == 1234);
  CHECK(std::ranges::equal(std::get<FileChunk>(*parsed).data, chunk));
}

TEST_CASE("an answer that is cut is none, but for a chunk, which may have less data") {
  const FileMessage content = GENERATE(
      values<FileMessage>({OfferedFile{"a.jpg", 1, WallTime{}}, ListEnd{1}, FileHead{1, WallTime{}},
                           FileDigest{}, Refusal{Refusal::Reason::busy, "it is busy"}}));
  const ByteVector bytes = message(content);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_file_message(Bytes(bytes).first(size)));
  }
}

TEST_CASE("answers beyond their bounds are none") {
  const auto is_refused = [](const FileMessage& content) {
    return !parse_file_message(message(content));
  };
  CHECK(is_refused(FileHead{std::uint64_t{1} << 63, WallTime{}}));
  CHECK(is_refused(OfferedFile{"../a.jpg", 1, WallTime{}}));
  CHECK(is_refused(OfferedFile{"a\033[2J.jpg", 1, WallTime{}}));
  CHECK(is_refused(Refusal{Refusal::Reason::busy, "a\nb"}));
  CHECK(is_refused(FileChunk{0, ByteVector(kMaxChunkBytes + 1)}));
  CHECK_FALSE(is_refused(FileChunk{0, ByteVector(kMaxChunkBytes)}));
  CHECK_FALSE(parse_file_message(to_bytes({0xFF, 0xD8, 0xFF, 0xE0})));
  CHECK_FALSE(parse_file_message({}));
}

TEST_CASE("a refusal for a reason that only later versions know still has its sentence") {
  const auto reason = static_cast<Refusal::Reason>(GENERATE(0, 9, 99, 255));
  CHECK(round_trip(Refusal{reason, "it is the new moon"}) ==
        Refusal{Refusal::Reason::other, "it is the new moon"});
}

TEST_CASE("whatever the first answer is, its size tells which prefix the sender has") {
  const auto prefix = GENERATE(SizePrefix::be32, SizePrefix::le32, SizePrefix::ascii16);
  for (std::size_t length = 200; length <= 600; ++length) {
    FileMessageWriter writer(prefix);
    writer.add(Refusal{Refusal::Reason::busy, std::string(length, 'x')});
    writer.add_end_of_stream();
    const Outcome outcome = feed(writer.bytes(), kDefaultMaxFrameBytes, whole());
    CAPTURE(length);
    REQUIRE(outcome.framing == name(prefix));
    REQUIRE(outcome.frames.size() == 1);
    REQUIRE(outcome.last == FrameAssembler::Event::end_of_stream);
    REQUIRE(parse_file_message(outcome.frames[0]));
  }
}

TEST_CASE("a chunk can be taken back") {
  FileMessageWriter writer(SizePrefix::be32);
  writer.add(ListEnd{1});
  const ByteVector before(writer.bytes().begin(), writer.bytes().end());
  CHECK(writer.begin_chunk(0, 5).size() == 5);
  writer.drop_chunk();
  CHECK(std::ranges::equal(writer.bytes(), before));
}

TEST_CASE("only names of recordings and pictures in one directory are offered") {
  for (const char* name :
       {"a.jpg", "b.JPEG", "Monday 12:00.mkv", "x.y.mp4", "caf\xC3\xA9.png", "-rf.mov",
        "\xF0\x9F\x8E\xA5.avi", "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1.mkv"})
    CHECK(is_offered_name(name));
  for (const char* name : {"",
                           ".",
                           "..",
                           "a",
                           "a.txt",
                           ".hidden.jpg",
                           "../a.jpg",
                           "/etc/passwd",
                           "/a.jpg",
                           "b/a.jpg",
                           "a.jpg/",
                           "a.mkv.part",
                           "jpg",
                           "a.jpg ",
                           "a\n.jpg",
                           "a\x7F.jpg",
                           "a\xFF.jpg",
                           "a\xC0\xAF.jpg",
                           "a\xC2\x9B.jpg",
                           "a\xE2\x80\xAE.jpg",
                           "a\xD8\x9C.jpg",
                           "a\xE2\x80\x8B.jpg",
                           "a\xE2\x81\xA0.jpg",
                           "\xEF\xBB\xBF"
                           "a.jpg",
                           " a.jpg",
                           "\xC2\xA0"
                           "a.jpg",
                           "\xE3\x80\x80"
                           "a.jpg",
                           "a\xED\xA0\x80.jpg",
                           "a\xF4\x90\x80\x80.jpg",
                           "a\xE2\x80.jpg"})
    CHECK_FALSE(is_offered_name(name));
  CHECK_FALSE(is_offered_name(std::string("a\0.jpg", 6)));
  CHECK_FALSE(is_offered_name(std::string("a.jpg\0", 6)));
  CHECK(is_offered_name(std::string(236, 'n') + ".jpg"));
  CHECK_FALSE(is_offered_name(std::string(237, 'n') + ".jpg"));
}

}  // namespace
}  // namespace jpegwire::file_messages_test
