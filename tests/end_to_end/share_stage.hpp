#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/pictures.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire {

/// Random bytes that repeat every 65,537 bytes, so that the 64 KiB blocks of a file differ.
inline std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string block(65'537, '\0');
  for (char& letter : block) letter = static_cast<char>(random());
  std::string text;
  text.reserve(size + block.size());
  while (text.size() < size) text += block;
  text.resize(size);
  return text;
}

/// Two directories, of the sender and of who fetches.
struct Stage {
  Stage() {
    std::filesystem::create_directory(shared());
    std::filesystem::create_directory(here());
  }

  std::string shared() const { return directory / "shared"; }
  std::string here() const { return directory / "here"; }
  std::string there(const std::string& name) const { return shared() + "/" + name; }
  std::string fetched(const std::string& name) const { return here() + "/" + name; }

  /// Options for an HttpSender.
  Command sender(const Command& more = {}) const {
    return test_card(Command{"--share", shared(), "--fps", "10"} + more);
  }

  Command in_here(const Command& options) const {
    return Command{"env", "-C", here(), JPEGWIRE_VIEWER} + options;
  }

  void check_fetched(const std::string& name) const {
    CHECK((read_file(fetched(name)) == read_file(there(name))));
    CHECK(files_in(here()) == std::vector{name});
  }

  TemporaryDirectory directory;
};

inline std::string run_to_end(const Command& command, int expected = 0) {
  Process process(command, environment_of_programs());
  const int code = process.wait();
  INFO(process.describe());
  REQUIRE(code == expected);
  return process.out();
}

inline std::string failure_of_command(const Command& command, int code = 1) {
  Process process(command, environment_of_programs());
  return failure_of(process, code);
}

}  // namespace jpegwire
