#include "bench/link/link_settings.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace jpegwire::link_settings_test {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("a link has a rate, a delay, losses and reordering") {
  const LinkSettings link = parse_link("20mbit,delay=20ms,loss=1%,reorder=0.5%");
  CHECK(link.bits_per_second == 20'000'000);
  CHECK(link.delay == milliseconds(20));
  CHECK(link.loss == Approx(0.01));
  CHECK(link.reorder == Approx(0.005));
  CHECK(link.needs_relay());
}

TEST_CASE("each property of a link is optional") {
  CHECK(parse_link("1.5gbit").bits_per_second == 1'500'000'000);
  CHECK(parse_link("500kbit").bits_per_second == 500'000);
  CHECK(parse_link("64000bit").bits_per_second == 64'000);
  CHECK_FALSE(parse_link("20mbit").needs_relay());
  CHECK(parse_link("delay=250us").delay == microseconds(250));
  CHECK(parse_link("delay=1s").delay == milliseconds(1000));
  CHECK(parse_link("loss=90%").bits_per_second == 0);
}

TEST_CASE("an invalid link is rejected with an explanation") {
  const auto [text, sentence] = GENERATE(table<std::string, std::string>({
      {"", "a rate such as 20mbit"},
      {"20", "'20' is not understood"},
      {"fast", "'fast' is not understood"},
      {"-5mbit", "from 10kbit to 100gbit"},
      {"1bit", "from 10kbit to 100gbit"},
      {"nanmbit", "a rate such as 20mbit"},
      {"20mbit,", "a rate such as 20mbit"},
      {"delay=20", "a delay such as 20ms"},
      {"delay=1000s", "at most 10s"},
      {"delay=-1ms", "a delay such as 20ms"},
      {"loss=1", "a share such as 1%"},
      {"loss=100%", "at most 90%"},
      {"reorder=-1%", "a share such as 1%"},
      {"jitter=1ms", "'jitter=1ms' is not a property of a link"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_link(text), Contains(sentence));
}

}  // namespace
}  // namespace jpegwire::link_settings_test
