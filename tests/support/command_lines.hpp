#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/command_line.hpp"

namespace jpegwire::test {

/// The options that these words set on the command line of a program.
template <class Options>
Options parse_options(const std::string& program, void (*add)(CommandLine&, Options&),
                      std::vector<std::string> words) {
  CommandLine command_line(program, "");
  Options options;
  add(command_line, options);
  command_line.parse(std::move(words));
  return options;
}

/// The sentence of the UsageError that `parse` throws; empty if it throws none.
template <class Parse>
std::string usage_error_of(Parse&& parse) {
  try {
    parse();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace jpegwire::test
