#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "app/parse_number.hpp"

namespace jpegwire::bench {

/// The number in a command-line argument. Ends the program with exit code 2 if it is not a number
/// or out of the type's range.
template <class Number>
Number number_argument(const char* text) {
  if (const auto number = parse_number<Number>(text)) return *number;
  fmt::print(stderr, "'{}' is not a number in the permitted range\n", text);
  std::exit(2);
}

}  // namespace jpegwire::bench
