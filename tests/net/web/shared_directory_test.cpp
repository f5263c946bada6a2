#include "net/web/shared_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/shared_files.hpp"
#include "support/streams.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::shared_directory_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr auto write = write_long_ago;

FileList list(const SharedDirectory& directory, std::size_t most) {
  std::error_code error;
  return directory.list(most, error).value();
}

/// A shared directory within one that is not shared.
struct Stage {
  Stage() {
    fs::create_directory(shared);
    write(root / "secret.jpg", "secret");
  }

  bool can_open(std::string_view name) const {
    std::error_code error;
    return SharedDirectory(shared).open(name, error).has_value();
  }

  std::vector<std::string> listed() const {
    std::vector<std::string> names;
    for (const OfferedFile& file : list(SharedDirectory(shared), 100).files)
      names.push_back(file.name);
    std::ranges::sort(names);
    return names;
  }

  TemporaryDirectory root;
  std::string shared = root / "shared";
};

TEST_CASE("a shared directory lists recordings and pictures, the newest first", "[files]") {
  const Stage stage;
  write(stage.shared + "/old.mkv", "12345");
  write(stage.shared + "/new.jpg", "");
  for (const char* name : {"notes.txt", ".hidden.jpg", "film.mkv.part", "caf\xE9.jpg", "a\n.jpg"})
    write(stage.shared + "/" + name, "x");
  fs::create_directory(stage.shared + "/directory.jpg");
  fs::last_write_time(stage.shared + "/old.mkv",
                      fs::last_write_time(stage.shared + "/new.jpg") - std::chrono::hours(1));
  const SharedDirectory directory(stage.shared);
  const FileList listing = list(directory, 100);
  REQUIRE(listing.files.size() == 2);
  CHECK(listing.files[0].name == "new.jpg");
  CHECK(listing.files[0].size_bytes == 0);
  CHECK(listing.files[1].name == "old.mkv");
  CHECK(listing.files[1].size_bytes == 5);
  CHECK(listing.files[0].modified - listing.files[1].modified == std::chrono::hours(1));
  CHECK(listing.left_out == 0);
  CHECK(list(directory, 1).files.size() == 1);
  CHECK(list(directory, 1).left_out == 1);
}

TEST_CASE("a shared file is read unchanged, and a modification is noticed", "[files]") {
  const Stage stage;
  const std::string file = stage.shared + "/a.jpg";
  write(file, "0123456789");
  std::error_code error;
  const auto open = SharedDirectory(stage.shared).open("a.jpg", error);
  REQUIRE(open);
  CHECK(open->size_bytes() == 10);
  ByteVector space(20);
  CHECK(open->read(7, space, error) == 3);
  CHECK_FALSE(error);
  CHECK(space[0] == std::byte{'7'});
  CHECK(open->read(10, space, error) == 0);
  CHECK_FALSE(open->has_changed());
  SECTION("in its size") { write(file, "012345678"); }
  SECTION("in its time") {
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::nanoseconds(1));
  }
  CHECK(open->has_changed());
  const auto again = SharedDirectory(stage.shared).open("a.jpg", error);
  REQUIRE(again);
  CHECK(again->etag() != open->etag());
}

TEST_CASE("no name refers to a file outside the shared directory", "[files]") {
  const Stage stage;
  const std::string name = GENERATE(values<std::string>(
      {"", ".", "..", "../secret.jpg", "/etc/passwd", "shared/../../secret.jpg", "./a.jpg",
       std::string("../secret.jpg\0.jpg", 18), std::string("a.jpg\0", 6),
       std::string(4096, 'n') + ".jpg", "caf\xE9.jpg", "a.txt", ".hidden.jpg"}));
  for (const char* file : {"/a.jpg", "/caf\xE9.jpg", "/a.txt", "/.hidden.jpg"})
    write(stage.shared + file, "x");
  CAPTURE(name);
  CHECK_FALSE(stage.can_open(name));
  CHECK_FALSE(stage.can_open((stage.root / "secret.jpg")));
  CHECK(stage.can_open("a.jpg"));
}

TEST_CASE("links, directories, FIFOs and sockets of a shared directory are not offered",
          "[files]") {
  const Stage stage;
  write(stage.shared + "/a.jpg", "x");
  fs::create_directory(stage.root / "other");
  fs::create_symlink("../secret.jpg", stage.shared + "/link.jpg");
  fs::create_symlink("a.jpg", stage.shared + "/inner.jpg");
  fs::create_symlink("../other", stage.shared + "/directory_link.jpg");
  fs::create_symlink("nowhere", stage.shared + "/broken.jpg");
  fs::create_symlink("/dev/zero", stage.shared + "/device.jpg");
  fs::create_directory(stage.shared + "/directory.jpg");
  REQUIRE(::mkfifo((stage.shared + "/fifo.jpg").c_str(), 0600) == 0);
  CHECK(stage.listed() == std::vector<std::string>{"a.jpg"});
  for (const char* name : {"link.jpg", "inner.jpg", "directory_link.jpg", "broken.jpg",
                           "device.jpg", "directory.jpg", "fifo.jpg"}) {
    CAPTURE(name);
    CHECK_FALSE(stage.can_open(name));
  }
}

TEST_CASE("the error for a directory that cannot be shared is one sentence", "[files]") {
  const Stage stage;
  CHECK_THROWS_WITH(SharedDirectory(stage.root / "none"),
                    Catch::Contains("cannot share") && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(SharedDirectory(stage.root / "secret.jpg"),
                    Catch::Contains("it is not a directory"));
}

TEST_CASE("a file in progress is listed as such", "[files]") {
  const Stage stage;
  const std::string file = stage.shared + "/a.jpg";
  write(file, "its beginning");
  const SharedDirectory directory(stage.shared);
  CHECK_FALSE(list(directory, 1).files.at(0).is_being_written);
  std::ofstream(file, std::ios::app) << "and more";
  CHECK(list(directory, 1).files.at(0).is_being_written);
  SECTION("but not for ever, where a clock was wrong") {
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::hours(100));
    CHECK_FALSE(list(directory, 1).files.at(0).is_being_written);
  }
}

TEST_CASE("a missing shared directory is an error, not an empty list, and may return", "[files]") {
  const Stage stage;
  write(stage.shared + "/a.jpg", "x");
  const SharedDirectory directory(stage.shared);
  fs::rename(stage.shared, stage.root / "elsewhere");
  std::error_code error;
  CHECK_FALSE(directory.list(10, error));
  CHECK(error == std::errc::no_such_file_or_directory);
  CHECK(directory.trouble() == std::errc::no_such_file_or_directory);
  fs::create_directory(stage.shared);
  write(stage.shared + "/b.jpg", "x");
  CHECK(list(directory, 10).files.at(0).name == "b.jpg");
}

}  // namespace
}  // namespace jpegwire::shared_directory_test
