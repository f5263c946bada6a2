#include "viewer/output/file_listing.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

namespace jpegwire::file_listing_test {
namespace {

std::vector<std::string> lines_of(const std::vector<OfferedFile>& files) {
  std::istringstream table(make_table(files));
  std::vector<std::string> lines;
  for (std::string line; std::getline(table, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("a list's columns are aligned as a terminal shows them") {
  const auto lines = lines_of({{"abcdefgh.mkv", 1000, WallTime{}},
                               {"\xE6\x97\xA5\xE6\x9C\xAC.mkv", 1000, WallTime{}},
                               {"cafe\xCC\x81.mkv", 1000, WallTime{}}});
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].substr(0, 21) == "NAME             SIZE");
  CHECK(lines[1].substr(0, 21) == "abcdefgh.mkv   1.0 kB");
  CHECK(lines[2].substr(0, 23) == "\xE6\x97\xA5\xE6\x9C\xAC.mkv       1.0 kB");
  CHECK(lines[3].substr(0, 23) == "cafe\xCC\x81.mkv       1.0 kB");
}

TEST_CASE("a long name makes its own line longer and no other") {
  const std::string name = std::string(200, 'n') + ".mkv";
  const auto lines = lines_of({{name, 1000, WallTime{}}, {"a.mkv", 1000, WallTime{}}});
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() < 80);
  CHECK(lines[1].substr(0, name.size() + 9) == name + "   1.0 kB");
  CHECK(lines[2].size() < 80);
}

TEST_CASE("a file that is still being written is listed as such") {
  const auto lines = lines_of({{"a.mkv", 1000, WallTime{}, true}});
  CHECK(lines.at(1) == "a.mkv   1.0 kB  still being written");
}

}  // namespace
}  // namespace jpegwire::file_listing_test
