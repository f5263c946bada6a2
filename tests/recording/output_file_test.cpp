#include "recording/output_file.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "support/temporary_directory.hpp"

namespace jpegwire::output_file_test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_CASE("a file is replaced as a whole, and no part remains") {
  const TemporaryDirectory directory;
  const std::string file = directory / "000000.jpg";
  std::ofstream(file) << "an earlier picture";
  std::ofstream(file + ".part") << "half of a picture from a run that crashed";
  write_whole_file(file, bytes_of("picture"));
  CHECK(content_of(file) == "picture");
  CHECK_FALSE(fs::exists(file + ".part"));
}

TEST_CASE("a link at the part's name is an error and never written through") {
  const TemporaryDirectory directory;
  const std::string file = directory / "000000.jpg";
  const std::string victim = directory / "victim";
  if (GENERATE(true, false)) std::ofstream(victim) << "precious";
  const std::string before = content_of(victim);
  fs::create_symlink(victim, file + ".part");
  CHECK_THROWS_WITH(write_whole_file(file, bytes_of("picture")),
                    Contains("000000.jpg.part'") && Contains("move it away"));
  CHECK(content_of(victim) == before);
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a link at a name that the programs make up is replaced") {
  const TemporaryDirectory directory;
  const std::string file = directory / "000000.jpg";
  const std::string victim = directory / "victim";
  std::ofstream(victim) << "precious";
  fs::create_symlink(victim, file);
  write_whole_file(file, bytes_of("picture"));
  CHECK(content_of(victim) == "precious");
  CHECK(content_of(file) == "picture");
  CHECK_FALSE(fs::is_symlink(file));
}

TEST_CASE("a link at a name that the user has typed leads to the file that is written") {
  const TemporaryDirectory directory;
  std::ofstream(directory / "there") << "earlier";
  fs::create_symlink("there", directory / "here");
  write_chosen_file(directory / "here", bytes_of("picture"));
  CHECK(fs::is_symlink(directory / "here"));
  CHECK(content_of(directory / "there") == "picture");
}

}  // namespace
}  // namespace jpegwire::output_file_test
