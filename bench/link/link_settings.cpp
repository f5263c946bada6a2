#include "bench/link/link_settings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "app/command_line.hpp"
#include "app/parse_number.hpp"

namespace jpegwire {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

/// Parses a number with one of the units, within the bounds.
double parse_with_unit(const std::string& text, std::initializer_list<Unit> units, double min,
                       double max, const char* example) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const std::string_view digits(text.data(), text.size() - unit.name.size());
    const std::optional<double> value = parse_number<double>(digits);
    if (value && *value * unit.factor >= min && *value * unit.factor <= max)
      return *value * unit.factor;
  }
  throw std::invalid_argument(fmt::format("'{}' is not understood; {}", text, example));
}

double parse_share(const std::string& text) {
  return parse_with_unit(text, {{"%", 0.01}}, 0, 0.9, "write a share such as 1%, at most 90%");
}

std::uint64_t parse_rate(const std::string& text) {
  constexpr double kMinRate = 10e3;
  constexpr double kMaxRate = 100e9;
  return static_cast<std::uint64_t>(
      parse_with_unit(text, {{"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}, {"bit", 1}}, kMinRate,
                      kMaxRate, "write a rate such as 20mbit, from 10kbit to 100gbit"));
}

/// A rate without a time counts from the beginning.
RateStep parse_step(const std::string& word) {
  constexpr double kLongestRunUs = 86'400e6;
  const std::size_t sign = word.find('@');
  const RateStep step{.bits_per_second = parse_rate(word.substr(0, sign))};
  if (sign == std::string::npos) return step;
  const double begin_us =
      parse_with_unit(word.substr(sign + 1), {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"", 1e6}}, 0,
                      kLongestRunUs, "write a time such as 5mbit@8s, at most 86400s");
  return {microseconds(std::llround(begin_us)), step.bits_per_second};
}

void add_step(const std::string& word, LinkSettings& link) {
  const RateStep step = parse_step(word);
  if (link.rates.empty() && step.begin.count() > 0)
    throw std::invalid_argument(
        fmt::format("the first rate, '{}', does not begin at 0s; write a schedule such as "
                    "20mbit@0s,5mbit@8s",
                    word));
  if (!link.rates.empty() && step.begin <= link.rates.back().begin)
    throw std::invalid_argument(
        fmt::format("'{}' does not begin after the rate before it; write a schedule such as "
                    "20mbit@0s,5mbit@8s",
                    word));
  link.rates.push_back(step);
}

void parse_word(const std::string& word, LinkSettings& link) {
  const std::size_t sign = word.find('=');
  const std::string name = word.substr(0, sign);
  const std::string value = sign == std::string::npos ? "" : word.substr(sign + 1);
  constexpr double kLongestDelayUs = 10e6;
  if (sign == std::string::npos)
    add_step(word, link);
  else if (name == "delay")
    link.delay = microseconds(
        std::llround(parse_with_unit(value, {{"us", 1}, {"ms", 1e3}, {"s", 1e6}}, 0,
                                     kLongestDelayUs, "write a delay such as 20ms, at most 10s")));
  else if (name == "loss")
    link.loss = parse_share(value);
  else if (name == "reorder")
    link.reorder = parse_share(value);
  else
    throw std::invalid_argument(
        fmt::format("'{}' is not a property of a link; write a link such as "
                    "20mbit,delay=20ms,loss=1%,reorder=1%",
                    word));
}

}  // namespace

LinkSettings parse_link(const std::string& text) {
  LinkSettings link;
  for (const std::string& word : split_at_commas(text)) parse_word(word, link);
  return link;
}

}  // namespace jpegwire
