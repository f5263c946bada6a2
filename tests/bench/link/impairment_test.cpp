#include "bench/link/impairment.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <set>

#include "codec/bytes.hpp"

namespace jpegwire::impairment_test {
namespace {

using std::chrono::microseconds;

constexpr std::uint32_t kDatagrams = 100'000;
constexpr std::size_t kSizeBytes = 40;

using Datagram = std::vector<std::byte>;

Datagram datagram_of(std::uint32_t number) {
  Datagram bytes(kSizeBytes, std::byte{0x5A});
  put_big_endian(bytes, number);
  return bytes;
}

std::uint32_t number_of(const Passed& passed) {
  return get_big_endian<std::uint32_t>(passed.bytes);
}

void append(std::vector<Passed>& all, std::vector<Passed> more) {
  std::ranges::move(more, std::back_inserter(all));
}

std::vector<Passed> pass_all(Impairment& impairment, std::uint32_t count = kDatagrams) {
  std::vector<Passed> all;
  for (std::uint32_t number = 0; number < count; ++number)
    append(all, impairment.pass(datagram_of(number)));
  append(all, impairment.flush());
  return all;
}

std::vector<Passed> pass_all(const ImpairmentSettings& settings) {
  Impairment impairment(settings);
  return pass_all(impairment);
}

std::vector<std::uint32_t> numbers_of(const std::vector<Passed>& passed) {
  std::vector<std::uint32_t> numbers;
  for (const Passed& one : passed) numbers.push_back(number_of(one));
  return numbers;
}

/// The lengths of the gaps in the sequence numbers.
std::vector<std::uint32_t> gaps_in(const std::vector<Passed>& passed) {
  std::vector<std::uint32_t> gaps;
  std::uint32_t expected = 0;
  for (const std::uint32_t number : numbers_of(passed)) {
    if (number > expected) gaps.push_back(number - expected);
    expected = number + 1;
  }
  return gaps;
}

double share(std::uint64_t count) { return static_cast<double>(count) / kDatagrams; }

// The margin is more than four standard deviations of any share of kDatagrams.
Approx about(double value) { return Approx(value).margin(0.007); }

int flipped_bits(const Passed& passed, const Datagram& original) {
  int bits = 0;
  for (std::size_t i = 0; i < original.size(); ++i)
    bits += std::popcount(std::to_integer<unsigned>(passed.bytes[i] ^ original[i]));
  return bits;
}

ImpairmentSettings everything(unsigned seed) {
  return {.drop = 0.1,
          .burst = 0.1,
          .burst_length = 4,
          .duplicate = 0.1,
          .reorder = 0.1,
          .reorder_depth = 5,
          .delay = microseconds(100),
          .jitter = microseconds(1000),
          .corrupt = 0.1,
          .truncate = 0.1,
          .seed = seed};
}

bool are_equal(const std::vector<Passed>& a, const std::vector<Passed>& b) {
  return std::ranges::equal(a, b, [](const Passed& left, const Passed& right) {
    return left.bytes == right.bytes && left.delay == right.delay;
  });
}

TEST_CASE("without impairments each datagram passes unchanged") {
  Impairment impairment({});
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const auto passed = impairment.pass(datagram_of(number));
    REQUIRE(passed.size() == 1);
    CHECK(passed[0].bytes == datagram_of(number));
    CHECK(passed[0].delay == microseconds(0));
  }
  CHECK(impairment.flush().empty());
}

TEST_CASE("an empty datagram stays empty") {
  Impairment impairment({.corrupt = 1, .truncate = 1});
  const auto passed = impairment.pass({});
  REQUIRE(passed.size() == 1);
  CHECK(passed[0].bytes.empty());
}

TEST_CASE("equal seeds produce equal results, and different seeds different results") {
  const auto once = pass_all(everything(7));
  CHECK(are_equal(once, pass_all(everything(7))));
  CHECK_FALSE(are_equal(once, pass_all(everything(8))));
}

TEST_CASE("the results are the same on every machine") {
  Impairment impairment({.drop = 0.5, .seed = 1});
  CHECK(numbers_of(pass_all(impairment, 20)) ==
        std::vector<std::uint32_t>{2, 3, 5, 6, 7, 8, 11, 14, 15, 16, 17, 18, 19});
}

TEST_CASE("the share of dropped datagrams is as configured") {
  const double drop = GENERATE(0.01, 0.2, 0.5, 0.99);
  Impairment impairment({.drop = drop});
  const auto passed = pass_all(impairment);
  CHECK(share(kDatagrams - passed.size()) == about(drop));
  CHECK(impairment.counts().dropped == kDatagrams - passed.size());
}

TEST_CASE("all datagrams can be dropped") { CHECK(pass_all({.drop = 1}).empty()); }

TEST_CASE("the share of datagrams lost in bursts is as configured") {
  const double burst = GENERATE(0.02, 0.2, 0.5);
  const int length = GENERATE(1, 3, 10);
  const auto passed = pass_all({.burst = burst, .burst_length = length});
  CHECK(share(kDatagrams - passed.size()) == about(burst));
}

TEST_CASE("bursts have all lengths up to the maximum, with gaps between them") {
  constexpr std::uint32_t kLongest = 8;
  const auto gaps = gaps_in(pass_all({.burst = 0.2, .burst_length = kLongest}));
  for (std::uint32_t length = 1; length <= kLongest; ++length) {
    const auto count = static_cast<double>(std::ranges::count(gaps, length));
    CHECK(count / static_cast<double>(gaps.size()) == Approx(1.0 / kLongest).margin(0.025));
  }
  CHECK(std::ranges::max(gaps) == kLongest);
}

TEST_CASE("single losses are added to bursts") {
  const auto passed = pass_all({.drop = 0.2, .burst = 0.1, .burst_length = 3});
  CHECK(share(kDatagrams - passed.size()) == about(0.1 + 0.9 * 0.2));
}

TEST_CASE("duplicates follow their originals") {
  Impairment impairment({.duplicate = 0.2});
  const auto numbers = numbers_of(pass_all(impairment));
  CHECK(share(impairment.counts().duplicated) == about(0.2));
  CHECK(numbers.size() == kDatagrams + impairment.counts().duplicated);
  CHECK(std::ranges::is_sorted(numbers));
  CHECK(std::set(numbers.begin(), numbers.end()).size() == kDatagrams);
}

TEST_CASE("reordering neither loses nor duplicates datagrams") {
  const double reorder = GENERATE(0.01, 0.3, 1.0);
  Impairment impairment({.reorder = reorder, .reorder_depth = 5});
  auto numbers = numbers_of(pass_all(impairment));
  CHECK(share(impairment.counts().reordered) == about(reorder));
  CHECK_FALSE(std::ranges::is_sorted(numbers));
  std::ranges::sort(numbers);
  REQUIRE(numbers.size() == kDatagrams);
  CHECK(std::ranges::adjacent_find(numbers) == numbers.end());
}

TEST_CASE("up to `depth` datagrams overtake a reordered one, and not more") {
  constexpr std::uint32_t kDepth = 5;
  const auto numbers = numbers_of(pass_all({.reorder = 0.1, .reorder_depth = kDepth}));
  std::uint32_t newest = 0;
  std::set<std::uint32_t> lags;
  for (const std::uint32_t number : numbers) {
    newest = std::max(newest, number);
    lags.insert(newest - number);
  }
  CHECK(lags == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("a held datagram is released after the next one") {
  Impairment impairment({.drop = 0.3, .reorder = 0.5, .seed = 3});
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const auto dropped = impairment.counts().dropped;
    const auto passed = impairment.pass(datagram_of(number));
    CHECK((impairment.counts().dropped > dropped ? passed.empty() : passed.size() <= 2));
    if (passed.size() == 2) CHECK(number_of(passed[0]) > number_of(passed[1]));
  }
}

TEST_CASE("flush returns held datagrams once") {
  Impairment impairment({.reorder = 1, .reorder_depth = 1});
  CHECK(impairment.pass(datagram_of(5)).empty());
  const auto passed = impairment.flush();
  REQUIRE(passed.size() == 1);
  CHECK(passed[0].bytes == datagram_of(5));
  CHECK(impairment.flush().empty());
}

TEST_CASE("a corrupted datagram differs in one bit at any position") {
  Impairment impairment({.corrupt = 0.2});
  std::uint32_t corrupted = 0;
  Datagram touched(kSizeBytes);
  for (std::uint32_t number = 0; number < kDatagrams; ++number) {
    const Datagram original = datagram_of(number);
    const Passed passed = impairment.pass(original).at(0);
    const int flipped = flipped_bits(passed, original);
    REQUIRE(flipped <= 1);
    corrupted += flipped == 1;
    for (std::size_t i = 0; i < kSizeBytes; ++i) touched[i] |= passed.bytes[i] ^ original[i];
  }
  CHECK(share(corrupted) == about(0.2));
  CHECK(impairment.counts().corrupted == corrupted);
  CHECK(touched == Datagram(kSizeBytes, std::byte{0xFF}));
}

TEST_CASE("a truncated datagram is a prefix of the original") {
  Impairment impairment({.truncate = 0.2});
  std::set<std::size_t> sizes;
  for (std::uint32_t number = 0; number < kDatagrams; ++number) {
    const Datagram original = datagram_of(number);
    const Passed passed = impairment.pass(original).at(0);
    sizes.insert(passed.bytes.size());
    REQUIRE(std::ranges::equal(passed.bytes, Bytes(original).first(passed.bytes.size())));
  }
  CHECK(share(impairment.counts().truncated) == about(0.2));
  CHECK(sizes.size() == kSizeBytes + 1);
  CHECK(*sizes.rbegin() == kSizeBytes);
}

TEST_CASE("delays are distributed evenly over the jitter") {
  const auto passed = pass_all({.delay = microseconds(1000), .jitter = microseconds(500)});
  microseconds sum{0};
  for (const Passed& one : passed) sum += one.delay;
  const auto [least, most] = std::ranges::minmax(passed, {}, &Passed::delay);
  CHECK(least.delay == microseconds(1000));
  CHECK(most.delay == microseconds(1500));
  CHECK(static_cast<double>(sum.count()) / kDatagrams == Approx(1250).margin(3));
}

}  // namespace
}  // namespace jpegwire::impairment_test
