#include "net/http/file_fields.hpp"

#include <algorithm>
#include <limits>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::uint64_t>::max();

/// Removes the text up to the separator, and the separator, from the front and returns the text.
std::string_view take_up_to(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view item = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return item;
}

/// Digits only; a number that is too large is read as the largest value.
std::optional<std::uint64_t> parse_digits(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return parse_number<std::uint64_t>(text).value_or(kMaxNumber);
}

RangeChoice whole(std::uint64_t size_bytes) { return {200, {0, size_bytes}}; }

RangeChoice choose_part(ByteRange range) {
  if (range.begin >= range.end) return {416, {}};
  return {206, range};
}

/// The quality of a type in an Accept field, times 1000; 0 if it is not named.
int quality_of(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    std::string_view item = take_up_to(accept, ',');
    if (!equal_ignoring_case(take_up_to(item, ';'), type)) continue;
    while (!item.empty()) {
      std::string_view parameter = take_up_to(item, ';');
      if (!equal_ignoring_case(take_up_to(parameter, '='), "q")) continue;
      const double quality = parse_number<double>(parameter).value_or(0);
      return quality >= 0 && quality <= 1 ? static_cast<int>(quality * 1000) : 0;
    }
    return 1000;
  }
  return 0;
}

}  // namespace

RangeChoice choose_range(std::string_view field, std::uint64_t size_bytes) {
  std::string_view set = field;
  if (!equal_ignoring_case(take_up_to(set, '='), "bytes")) return whole(size_bytes);
  std::string_view range = trimmed(set);
  const bool is_suffix = range.starts_with('-');
  const auto first = parse_digits(take_up_to(range, '-'));
  const auto last = parse_digits(range);
  if (is_suffix && last) return choose_part({size_bytes - std::min(*last, size_bytes), size_bytes});
  const bool is_open = range.empty() && set.find('-') != std::string_view::npos;
  if (!first || (!last && !is_open) || (last && *last < *first)) return whole(size_bytes);
  return choose_part({*first, last && *last < size_bytes ? *last + 1 : size_bytes});
}

std::optional<ContentRange> parse_content_range(std::string_view field) {
  if (!equal_ignoring_case(take_up_to(field, ' '), "bytes")) return std::nullopt;
  const auto first = parse_digits(take_up_to(field, '-'));
  const auto last = parse_digits(take_up_to(field, '/'));
  const auto size = parse_digits(field);
  if (!first || !last || !size || *first > *last || *last >= *size) return std::nullopt;
  return ContentRange{{*first, *last + 1}, *size};
}

// Our entity tags have no commas or quotation marks inside, so nothing else contains one.
bool names_etag(std::string_view field, std::string_view etag) {
  return trimmed(field) == "*" || field.find(etag) != std::string_view::npos;
}

bool prefers_json(std::string_view field) {
  return quality_of(field, "application/json") > quality_of(field, "text/html");
}

// A dictionary of algorithms and their preference, from 0 (not acceptable) to 10.
bool wants_sha256(std::string_view field) {
  while (!field.empty()) {
    std::string_view member = take_up_to(field, ',');
    if (take_up_to(member, '=') != "sha-256") continue;
    const auto weight = parse_digits(take_up_to(member, ';'));
    return weight && *weight >= 1 && *weight <= 10;
  }
  return false;
}

}  // namespace jpegwire
