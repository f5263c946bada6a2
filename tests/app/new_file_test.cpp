#include "app/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "support/temporary_directory.hpp"

namespace jpegwire::new_file_test {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(Descriptor file, const std::string& text) {
  REQUIRE(file.is_open());
  CHECK(write_all(file, std::as_bytes(std::span(text))));
  CHECK(close_written(std::move(file)));
}

TEST_CASE("a new file replaces nothing") {
  const TemporaryDirectory directory;
  const std::string file = directory / "a";
  write(create_new_file(file), "first");
  CHECK_FALSE(create_new_file(file).is_open());
  CHECK(errno == EEXIST);
  CHECK(content_of(file) == "first");
}

TEST_CASE("what a crashed run left is replaced, and its other names keep it") {
  const TemporaryDirectory directory;
  const std::string file = directory / "a";
  std::ofstream(file) << "left over, and longer";
  fs::create_hard_link(file, directory / "another name");
  write(create_anew(file), "new");
  CHECK(content_of(file) == "new");
  CHECK(content_of(directory / "another name") == "left over, and longer");
}

TEST_CASE("nothing is written through a link, whether or not it leads to a file") {
  const TemporaryDirectory directory;
  const std::string file = directory / "a";
  const std::string victim = directory / "victim";
  if (GENERATE(true, false)) std::ofstream(victim) << "precious";
  const std::string before = content_of(victim);
  fs::create_symlink(victim, file);
  CHECK_FALSE(create_new_file(file).is_open());
  CHECK_FALSE(create_anew(file).is_open());
  CHECK(errno == EEXIST);
  CHECK(content_of(victim) == before);
  CHECK(fs::is_symlink(file));
}

TEST_CASE("a FIFO or a directory in the way remains, and nothing waits for it") {
  const TemporaryDirectory directory;
  const std::string file = directory / "a";
  SECTION("a FIFO") { REQUIRE(::mkfifo(file.c_str(), 0600) == 0); }
  SECTION("a directory") { fs::create_directory(file); }
  CHECK_FALSE(create_anew(file).is_open());
  CHECK(errno == EEXIST);
  CHECK(fs::exists(file));
}

TEST_CASE("a disk that is full is reported") {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full.is_open());
  CHECK_FALSE(write_all(full, std::as_bytes(std::span("text"))));
  CHECK(errno == ENOSPC);
}

}  // namespace
}  // namespace jpegwire::new_file_test
