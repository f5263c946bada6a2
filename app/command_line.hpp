#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace jpegwire {

/// Parses the command line, calls `run`, which gives the exit code, and catches all exceptions: an
/// error is printed as one sentence on standard error, with exit code 2 for wrong usage and 1 for
/// the rest.
int run_command_line(CLI::App& app, int argc, const char* const* argv,
                     const std::function<int()>& run);

/// If an option is given twice, its last value counts, so that a script's choice can be overridden.
/// Call this before adding options.
void let_last_value_count(CLI::App& app);

/// An option whose text is turned into a value by `parse`, which throws std::invalid_argument with
/// a sentence.
CLI::Option* add_parsed_option(CLI::App& app, const std::string& name,
                               std::function<void(const std::string&)> parse,
                               const std::string& description);

/// The same for an option that may be given several times.
CLI::Option* add_parsed_list(CLI::App& app, const std::string& name,
                             std::function<void(const std::string&)> parse,
                             const std::string& description);

/// For check(): a whole number from `min` to `max`.
CLI::Validator is_whole_number_within(std::int64_t min, std::int64_t max);

/// For check(): a number from `min` to `max`.
CLI::Validator is_number_within(double min, double max);

/// For check(): one of these words.
CLI::Validator is_one_of(std::vector<std::string> words);

/// For an option `command` that replaces the program's usual work: throws CLI::ValidationError if
/// an option was given that is neither `command` nor one of `others` and so would have no effect.
void require_effect(const CLI::App& app, const std::string& command,
                    const std::vector<std::string>& others);

/// The words between commas, empty ones too.
std::vector<std::string> split_at_commas(const std::string& text);

// The options that all programs share.
CLI::Option* add_frames_option(CLI::App& app, std::optional<std::uint64_t>& frames);
CLI::Option* add_seconds_option(CLI::App& app, std::optional<double>& seconds);
CLI::Option* add_threads_option(CLI::App& app, int& threads);
CLI::Option* add_summary_option(CLI::App& app, std::string& summary);

}  // namespace jpegwire
