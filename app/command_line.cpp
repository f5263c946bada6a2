#include "app/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/parse_number.hpp"
#include "codec/band_pool.hpp"

namespace jpegwire {
namespace {

enum ExitCode { kFailed = 1, kWrongUsage = 2 };

/// A file opened later must not get the descriptor of a standard stream that the caller has closed:
/// messages would be written into that file.
// open() takes the lowest number that is free.
void open_closed_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    if (::open("/dev/null", O_RDWR) != stream)
      throw std::runtime_error(
          fmt::format("cannot open /dev/null in place of a closed standard stream: {}",
                      std::generic_category().message(errno)));
  }
}

void write_logs_to_standard_error(const std::string& program) {
  spdlog::set_default_logger(spdlog::stderr_color_mt(program));
  spdlog::set_pattern("%n: %v");
}

int fail(const std::string& program, const char* sentence) {
  fmt::print(stderr, "{}: {}\n", program, sentence);
  return kFailed;
}

// CLI11 reports a request for help or the version as an error with code 0, and prints them itself.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  fmt::print(stderr, "{0}: {1}; see {0} --help\n", app.get_name(), error.what());
  return kWrongUsage;
}

// Turns a parser's std::invalid_argument into CLI11's error for a wrong value.
std::function<void(const std::string&)> as_usage_error(
    const std::string& name, std::function<void(const std::string&)> parse) {
  return [name, parse = std::move(parse)](const std::string& text) {
    try {
      parse(text);
    } catch (const std::invalid_argument& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
}

template <class Number>
CLI::Validator is_within(Number min, Number max, const char* what) {
  return CLI::Validator(
      [min, max, what](const std::string& text) -> std::string {
        const std::optional<Number> value = parse_number<Number>(text);
        if (value && *value >= min && *value <= max) return {};
        return fmt::format("'{}' is not {} from {} to {}", text, what, min, max);
      },
      "");
}

}  // namespace

int run_command_line(CLI::App& app, int argc, const char* const* argv,
                     const std::function<int()>& run) {
  try {
    open_closed_standard_streams();
    write_logs_to_standard_error(app.get_name());
    app.set_version_flag("--version", JPEGWIRE_VERSION, "Print the version and exit");
    app.get_formatter()->column_width(30);
    app.parse(argc, argv);
    return run();
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  } catch (const std::exception& error) {
    return fail(app.get_name(), error.what());
  }
}

void let_last_value_count(CLI::App& app) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CLI::Option* add_parsed_option(CLI::App& app, const std::string& name,
                               std::function<void(const std::string&)> parse,
                               const std::string& description) {
  return app.add_option_function<std::string>(name, as_usage_error(name, std::move(parse)),
                                              description);
}

CLI::Option* add_parsed_list(CLI::App& app, const std::string& name,
                             std::function<void(const std::string&)> parse,
                             const std::string& description) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [parse_one = as_usage_error(name, std::move(parse))](const auto& values) {
            for (const std::string& value : values) parse_one(value);
          },
          description)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

CLI::Validator is_whole_number_within(std::int64_t min, std::int64_t max) {
  return is_within(min, max, "a whole number");
}

CLI::Validator is_number_within(double min, double max) { return is_within(min, max, "a number"); }

CLI::Validator is_one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](const std::string& text) -> std::string {
        if (std::ranges::find(words, text) != words.end()) return {};
        return fmt::format("'{}' is not one of {}", text, fmt::join(words, ", "));
      },
      "");
}

void require_effect(const CLI::App& app, const std::string& command,
                    const std::vector<std::string>& others) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    const bool has_effect = name == command || std::ranges::find(others, name) != others.end();
    if (option->count() > 0 && !has_effect)
      throw CLI::ValidationError(fmt::format("{} has no effect with {}: remove it", name, command));
  }
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> words = CLI::detail::split(text, ',');
  if (text.ends_with(',')) words.emplace_back();  // which split() omits
  return words;
}

CLI::Option* add_frames_option(CLI::App& app, std::optional<std::uint64_t>& frames) {
  return app.add_option("--frames", frames, "Stop after N frames")
      ->check(is_whole_number_within(1, std::int64_t{1} << 53))
      ->type_name("N");
}

CLI::Option* add_seconds_option(CLI::App& app, std::optional<double>& seconds) {
  return app.add_option("--seconds", seconds, "Stop after S seconds")
      ->check(is_number_within(0.001, 1e9))
      ->type_name("S");
}

CLI::Option* add_threads_option(CLI::App& app, int& threads) {
  threads = default_threads();
  return app
      .add_option("--threads", threads,
                  fmt::format("Threads for the bands of a frame [{}]", threads))
      ->check(is_whole_number_within(1, 64))
      ->type_name("N");
}

CLI::Option* add_summary_option(CLI::App& app, std::string& summary) {
  return app
      .add_option("--summary", summary,
                  "Write the statistics of the whole run as a JSON object\n"
                  "to a file, or with - as the last line of standard output")
      ->type_name("FILE|-");
}

}  // namespace jpegwire
