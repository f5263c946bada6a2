#include "bench/link/link_settings.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

namespace jpegwire::link_settings_test {
namespace {

using Catch::Matchers::Contains;

using Steps = std::vector<RateStep>;

TEST_CASE("a link has a rate, a delay, losses and reordering") {
  const LinkSettings link = parse_link("20mbit,delay=20ms,loss=1%,reorder=0.5%");
  CHECK(link.rates == Steps{{microseconds(0), 20'000'000}});
  CHECK_FALSE(link.has_schedule());
  CHECK(link.delay == milliseconds(20));
  CHECK(link.loss == Approx(0.01));
  CHECK(link.reorder == Approx(0.005));
  CHECK(link.needs_relay());
}

TEST_CASE("each property of a link is optional") {
  CHECK(parse_link("1.5gbit").rates.at(0).bits_per_second == 1'500'000'000);
  CHECK(parse_link("500kbit").rates.at(0).bits_per_second == 500'000);
  CHECK(parse_link("64000bit").rates.at(0).bits_per_second == 64'000);
  CHECK_FALSE(parse_link("20mbit").needs_relay());
  CHECK(parse_link("delay=250us").delay == microseconds(250));
  CHECK(parse_link("delay=1s").delay == milliseconds(1000));
  CHECK(parse_link("loss=90%").rates.empty());
}

TEST_CASE("rates with times are a schedule, with or without the unit s") {
  const Steps steps{{microseconds(0), 20'000'000},
                    {microseconds(8'000'000), 5'000'000},
                    {microseconds(16'500'000), 20'000'000}};
  CHECK(parse_link("20mbit@0s,5mbit@8s,20mbit@16.5s").rates == steps);
  CHECK(parse_link("20mbit@0,5mbit@8,20mbit@16500ms").rates == steps);
  CHECK(parse_link("20mbit,5mbit@8s,20mbit@16.5s").rates == steps);
  const LinkSettings link = parse_link("20mbit@0s,loss=1%,5mbit@8s,delay=5ms");
  CHECK(link.has_schedule());
  CHECK(link.rates.size() == 2);
  CHECK(link.loss == Approx(0.01));
  CHECK(link.delay == milliseconds(5));
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
      {"20@0s,5mbit@8s", "'20' is not understood; write a rate such as 20mbit"},
      {"20mbit@0s,5mbit@", "'' is not understood; write a time such as 5mbit@8s"},
      {"20mbit@0s,5mbit@8h", "'8h' is not understood; write a time such as 5mbit@8s"},
      {"20mbit@0s,5mbit@-1s", "'-1s' is not understood"},
      {"20mbit@0s,5mbit@1e9s", "at most 86400s"},
      {"20mbit@1s,5mbit@8s", "the first rate, '20mbit@1s', does not begin at 0s"},
      {"20mbit@0s,5mbit@8s,9mbit@8s", "'9mbit@8s' does not begin after the rate before it"},
      {"20mbit@0s,5mbit@8s,9mbit@7s", "20mbit@0s,5mbit@8s"},
      {"20mbit,5mbit", "'5mbit' does not begin after the rate before it"},
      {"jitter=1ms", "'jitter=1ms' is not a property of a link"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_link(text), Contains(sentence));
}

}  // namespace
}  // namespace jpegwire::link_settings_test
