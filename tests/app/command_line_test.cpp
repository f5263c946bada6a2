#include "app/command_line.hpp"

#include <catch2/catch.hpp>

#include "support/command_lines.hpp"

namespace jpegwire::command_line_test {
namespace {

struct Values {
  int quality = 80;
  std::optional<double> seconds;
  std::string mode = "auto";
  bool loop = false;
  std::vector<std::string> urls;
};

class Program {
 public:
  Program() {
    command_line_.add_whole_number("--quality", "1..100", values_.quality, {1, 100}, "");
    command_line_.add_number("--seconds", "S", values_.seconds, {0.5, 10}, "");
    command_line_.add_choice(
        "--mode", {"auto", "off"}, [this](const std::string& word) { values_.mode = word; }, "");
    command_line_.add_flag("--loop", values_.loop, "");
    command_line_.add_list(
        "URL", "", [this](const std::string& word) { values_.urls.push_back(word); }, "");
    command_line_.set_check([this] {
      if (values_.loop) command_line_.require_effect("--loop", {"--mode"});
    });
  }

  Values parse(std::vector<std::string> words) {
    command_line_.parse(std::move(words));
    return values_;
  }

 private:
  CommandLine command_line_{"program", "A program."};
  Values values_;
};

Values parsed(std::vector<std::string> words) { return Program().parse(std::move(words)); }

std::string refusal_of(std::vector<std::string> words) {
  return test::usage_error_of([&] { parsed(std::move(words)); });
}

TEST_CASE("options set their values, and words without an option are a list") {
  const Values values = parsed({"a", "--quality", "7", "b", "--seconds=1.5"});
  CHECK(values.quality == 7);
  CHECK(values.seconds == 1.5);
  CHECK(values.urls == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an unknown option is named, with the nearest one that exists") {
  CHECK(refusal_of({"--qualty", "7"}) == "unknown option --qualty: did you mean --quality?");
  CHECK(refusal_of({"--Seconds=7"}) == "unknown option --Seconds: did you mean --seconds?");
  CHECK(refusal_of({"a", "--loops", "--mode", "off"}) ==
        "unknown option --loops: did you mean --loop?");
  CHECK(refusal_of({"--wavelength", "7"}) == "unknown option --wavelength");
  for (const std::string letter : {"-v", "-V", "-q"})
    CHECK(refusal_of({letter}) == "unknown option " + letter);
  CHECK(refusal_of({"--size", "4k"}) == "--size is an option of jpegwire-sender");
  CHECK(refusal_of({"--headless"}) == "--headless is an option of jpegwire-viewer");
}

TEST_CASE("a surplus argument is named, without the password in it") {
  CommandLine program("program", "A program.");
  CHECK_THROWS_WITH(program.parse({"surplus"}), "unexpected argument 'surplus'");
  CHECK_THROWS_WITH(program.parse({"http://me:secret@camera/"}),
                    "unexpected argument 'http://…@camera/'");
}

TEST_CASE("if an option is given twice, its last value counts") {
  CHECK(parsed({"--quality", "7", "--quality", "9"}).quality == 9);
  CHECK(parsed({"--mode", "off", "--mode", "auto"}).mode == "auto");
}

TEST_CASE("a wrong value is refused with the option, the value and what is accepted") {
  CHECK(refusal_of({"--quality", "101"}) == "--quality: '101' is not a whole number from 1 to 100");
  CHECK(refusal_of({"--quality", "7.5"}) == "--quality: '7.5' is not a whole number from 1 to 100");
  CHECK(refusal_of({"--seconds", "nan"}) == "--seconds: 'nan' is not a number from 0.5 to 10");
  CHECK(refusal_of({"--mode", "on"}) == "--mode: 'on' is not one of auto, off");
}

TEST_CASE("an option without its value is refused in a sentence") {
  CHECK(refusal_of({"--seconds"}) == "--seconds needs a value: --seconds S");
  CHECK(refusal_of({"--mode"}) == "--mode needs a value: --mode auto|off");
}

TEST_CASE("an option that would have no effect is refused") {
  CHECK(refusal_of({"--loop", "--quality", "7"}) ==
        "--quality has no effect with --loop: remove it");
  CHECK(refusal_of({"--loop", "--mode", "off"}).empty());
}

TEST_CASE("words are split at commas, and at spaces outside quotation marks") {
  CHECK(split_at_commas("a,,b,") == std::vector<std::string>{"a", "", "b", ""});
  CHECK(split_at_spaces("--fec 10 --sdp 'a b'") ==
        std::vector<std::string>{"--fec", "10", "--sdp", "a b"});
}

}  // namespace
}  // namespace jpegwire::command_line_test
