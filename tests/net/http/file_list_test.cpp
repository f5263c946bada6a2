#include "net/http/file_list.hpp"

#include <catch2/catch.hpp>

#include "net/http/sha256.hpp"
#include "support/streams.hpp"

namespace jpegwire::file_list_test {
namespace {

const WallTime kTime{microseconds(1'700'000'000'123'456)};

TEST_CASE("a list of files is read back as it was written", "[files]") {
  const FileList list{{{"caf\xC3\xA9 \"1\".jpg", 0, WallTime{}, false},
                       {"monday.mkv", 18'446'744'073'709'551'615U, kTime, true}},
                      7};
  CHECK(parse_file_list(to_json(list)) == list);
  CHECK(parse_file_list(to_json({})) == FileList{});
}

TEST_CASE("unknown members of a list are ignored", "[files]") {
  const auto list = parse_file_list(
      R"({"new": 1, "files": [{"name": "a.mkv", "bytes": 5, "modified": 1, "is_being_written": false,
          "new": {}}]})");
  REQUIRE(list);
  CHECK(list->files.at(0).size_bytes == 5);
  CHECK(list->left_out == 0);
}

TEST_CASE("an invalid list of files is refused", "[files]") {
  const auto with = [](const std::string& name, const std::string& bytes,
                       const std::string& modified) {
    return R"({"files":[{"is_being_written":false,"name":)" + name + R"(,"bytes":)" + bytes +
           R"(,"modified":)" + modified + "}]}";
  };
  REQUIRE(parse_file_list(with(R"("a.mkv")", "1", "1.5")));
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"files":{}})"),
        std::string(R"({"files":[1]})"), std::string(R"({"files":[{}]})"),
        std::string(R"({"files":[],"left_out":-1})"), std::string(100'000, '['),
        with(R"("../a.mkv")", "1", "1"), with(R"("\u001b[2J.mkv")", "1", "1"), with("1", "1", "1"),
        with(R"("a.mkv")", "-1", "1"), with(R"("a.mkv")", "1.5", "1"),
        with(R"("a.mkv")", "1", "1e300"), with(R"("a.mkv")", "1", "\"x\"")}) {
    CAPTURE(text.substr(0, 200));
    CHECK_FALSE(parse_file_list(text));
  }
}

TEST_CASE("recordings and pictures with plain-text names are offered", "[files]") {
  for (const char* name : {"a.mkv", "A.JPG", "caf\xC3\xA9.jpeg", "a b.png", "a..mp4"})
    CHECK(is_offered_name(name));
  for (const std::string& name :
       {std::string(), std::string("mkv"), std::string(".mkv"), std::string(" a.mkv"),
        std::string("a/b.mkv"), std::string("a.txt"), std::string("a.mkv.part"),
        std::string("a\n.mkv"), std::string("a\0.mkv", 6), std::string("\xE9.mkv"),
        std::string("\xE2\x80\xAE.mkv"), std::string(240, 'n') + ".mkv"})
    CHECK_FALSE(is_offered_name(name));
}

TEST_CASE("a Repr-Digest field has the digest as RFC 9530 writes it", "[files]") {
  Sha256 hash;
  hash.add(test::to_bytes("{\"hello\": \"world\"}\n"));  // its appendix B.1
  CHECK(repr_digest(hash.digest()) == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

}  // namespace
}  // namespace jpegwire::file_list_test
