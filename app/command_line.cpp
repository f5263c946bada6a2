#include "app/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/nearest_word.hpp"
#include "app/option_owners.hpp"
#include "app/parse_number.hpp"
#include "app/text.hpp"
#include "app/text_output.hpp"
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

/// Any thread may log, and none waits for a reader.
class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    standard_error().put(fmt::to_string(line));
  }

  void flush_() override {}
};

void write_logs_to_standard_error(const std::string& program) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>(program, std::make_shared<StandardErrorSink>()));
  spdlog::set_pattern("%n: %v");
}

// A sentence may quote a word of the command line, which may come from a page or a message.
constexpr std::size_t kMaxSentenceBytes = 4000;

int fail(const std::string& program, const char* sentence) {
  standard_error().print("{}: {}\n", program, quotable(sentence, kMaxSentenceBytes));
  return kFailed;
}

int refuse(const std::string& program, std::string_view sentence) {
  standard_error().print("{0}: {1}{2} see {0} --help\n", program,
                         quotable(sentence, kMaxSentenceBytes), sentence.ends_with('?') ? "" : ";");
  return kWrongUsage;
}

constexpr std::string_view kDashes = "--";

/// The option that the user may have meant, or an empty text. A single letter means nothing.
std::string nearest_option(const CLI::App& app, std::string_view unknown) {
  if (!unknown.starts_with(kDashes)) return "";
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    if (const std::string name = option->get_name(); name.starts_with(kDashes))
      names.push_back(name.substr(kDashes.size()));
  const std::string nearest = nearest_word(lower(unknown.substr(kDashes.size())), names);
  return nearest.empty() ? "" : std::string(kDashes) + nearest;
}

std::string describe_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  const auto unknown =
      std::ranges::find_if(extras, [](const std::string& word) { return word.starts_with('-'); });
  if (unknown == extras.end())
    return fmt::format("unexpected argument '{}'", without_password(extras.front()));
  const std::string name = unknown->substr(0, unknown->find('='));
  if (const std::string_view other = other_owner_of(name, app.get_name()); !other.empty())
    return fmt::format("{} is an option of {}", name, other);
  const std::string nearest = nearest_option(app, name);
  return nearest.empty() ? fmt::format("unknown option {}", name)
                         : fmt::format("unknown option {}: did you mean {}?", name, nearest);
}

/// CLI11 says "--size: 1 required WxH missing".
std::string describe_mismatch(std::string_view sentence) {
  constexpr std::string_view kBetween = ": 1 required ";
  constexpr std::string_view kEnd = " missing";
  const std::size_t colon = sentence.find(kBetween);
  if (colon == sentence.npos || !sentence.ends_with(kEnd)) return std::string(sentence);
  const std::string_view name = sentence.substr(0, colon);
  const std::string_view type = sentence.substr(colon + kBetween.size());
  return fmt::format("{0} needs a value: {0} {1}", name, type.substr(0, type.size() - kEnd.size()));
}

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExtrasError:
      return describe_extras(app);
    case CLI::ExitCodes::ArgumentMismatch:
      return describe_mismatch(error.what());
    default:
      return error.what();
  }
}

// CLI11 reports a request for help or the version as an error with code 0, and prints them itself.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  return error.get_exit_code() == 0 ? app.exit(error)
                                    : refuse(app.get_name(), describe(app, error));
}

// Turns std::invalid_argument into CLI11's error for a wrong value.
CommandLine::Parse as_usage_error(const std::string& name, CommandLine::Parse parse) {
  return [name, parse = std::move(parse)](const std::string& text) {
    try {
      parse(text);
    } catch (const std::invalid_argument& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
}

template <class Number>
CommandLine::Parse within(CommandLine::Limits<Number> limits, const char* what,
                          std::function<void(Number)> set) {
  return [limits, what, set = std::move(set)](const std::string& text) {
    const std::optional<Number> value = parse_number<Number>(text);
    if (!value || !(*value >= limits.min && *value <= limits.max))  // which NaN is not either
      throw std::invalid_argument(
          fmt::format("'{}' is not {} from {} to {}", text, what, limits.min, limits.max));
    set(*value);
  };
}

}  // namespace

std::string Option::name() const { return option_->get_name(); }
bool Option::is_given() const { return option_->count() > 0; }
void Option::excludes(const std::string& other) { option_->excludes(other); }
void Option::must_be_given() { option_->required(); }

CommandLine::CommandLine(const std::string& program, const std::string& description)
    : app_(std::make_unique<CLI::App>(description, program)) {
  app_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app_->set_version_flag("--version", program + " " JPEGWIRE_VERSION, "Print the version and exit");
  app_->get_formatter()->column_width(30);
}

CommandLine::~CommandLine() = default;

Option CommandLine::add(const std::string& name, const std::string& type, Parse parse,
                        const std::string& description) {
  return Option(app_->add_option_function<std::string>(name, as_usage_error(name, std::move(parse)),
                                                       description)
                    ->type_name(type));
}

Option CommandLine::add_list(const std::string& name, const std::string& type, Parse parse,
                             const std::string& description) {
  return Option(app_->add_option_function<std::vector<std::string>>(
                        name,
                        [parse_one = as_usage_error(name, std::move(parse))](const auto& values) {
                          for (const std::string& value : values) parse_one(value);
                        },
                        description)
                    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
                    ->allow_extra_args(!name.starts_with('-'))
                    ->type_name(type));
}

Option CommandLine::add_text(const std::string& name, const std::string& type, std::string& value,
                             const std::string& description) {
  return add(name, type, [&value](const std::string& text) { value = text; }, description);
}

Option CommandLine::add_file(const std::string& name, const std::string& type, std::string& value,
                             const std::string& description) {
  const auto parse = [type, &value](const std::string& text) {
    if (text.empty() || text == "-")
      throw std::invalid_argument(
          fmt::format("'{}' is not the name of a {}", text, type == "DIR" ? "directory" : "file"));
    value = text;
  };
  return add(name, type, parse, description);
}

Option CommandLine::add_choice(const std::string& name, std::vector<std::string> words, Parse parse,
                               const std::string& description) {
  const auto parse_word = [words, parse = std::move(parse)](const std::string& text) {
    if (std::ranges::find(words, text) == words.end())
      throw std::invalid_argument(
          fmt::format("'{}' is not one of {}", text, fmt::join(words, ", ")));
    parse(text);
  };
  return add(name, fmt::format("{}", fmt::join(words, "|")), parse_word, description);
}

Option CommandLine::add_flag(const std::string& name, bool& value, const std::string& description) {
  return Option(app_->add_flag(name, value, description));
}

Option CommandLine::add_flag(const std::string& name, std::function<void()> set,
                             const std::string& description) {
  return Option(
      app_->add_flag_function(name, [set = std::move(set)](std::int64_t) { set(); }, description));
}

Option CommandLine::add_whole_number(const std::string& name, const std::string& type,
                                     std::function<void(std::int64_t)> set,
                                     Limits<std::int64_t> limits, const std::string& description) {
  return add(name, type, within(limits, "a whole number", std::move(set)), description);
}

Option CommandLine::add_number(const std::string& name, const std::string& type,
                               std::function<void(double)> set, Limits<double> limits,
                               const std::string& description) {
  return add(name, type, within(limits, "a number", std::move(set)), description);
}

Option CommandLine::add_frames(std::optional<std::uint64_t>& frames) {
  return add_whole_number("--frames", "N", frames, {1, std::int64_t{1} << 53},
                          "Stop after N frames");
}

Option CommandLine::add_seconds(std::optional<double>& seconds) {
  return add_number("--seconds", "S", seconds, {0.001, 1e9}, "Stop after S seconds");
}

Option CommandLine::add_threads(int& threads) {
  threads = default_threads();
  return add_whole_number("--threads", "N", threads, {1, 64},
                          fmt::format("Threads for the bands of a frame [{}]", threads));
}

Option CommandLine::add_summary(std::string& summary) {
  return add_text("--summary", "FILE|-", summary,
                  "Write the statistics of the whole run as a JSON object\n"
                  "to a file, or with - as the last line of standard output");
}

void CommandLine::set_check(std::function<void()> check) { app_->callback(std::move(check)); }

void CommandLine::refuse_both(const std::string& one, const std::string& other) const {
  if (count(one) > 0 && count(other) > 0)
    throw UsageError(
        fmt::format("{} and {} contradict each other: remove one of them", one, other));
}

std::size_t CommandLine::count(const std::string& name) const { return app_->count(name); }

void CommandLine::require_effect(const std::string& command,
                                 const std::vector<std::string>& others) const {
  for (const CLI::Option* option : std::as_const(*app_).get_options()) {
    const std::string name = option->get_name();
    const bool has_effect = name == command || std::ranges::find(others, name) != others.end();
    if (option->count() > 0 && !has_effect)
      throw UsageError(fmt::format("{} has no effect with {}: remove it", name, command));
  }
}

void CommandLine::parse(std::vector<std::string> words) {
  try {
    std::ranges::reverse(words);  // CLI11 reads them from the end
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    throw UsageError(describe(*app_, error));
  }
}

int CommandLine::run(int argc, const char* const* argv, const std::function<int()>& run) {
  const int code = run_or_explain(argc, argv, run);
  flush_standard_streams();
  return code;
}

int CommandLine::run_or_explain(int argc, const char* const* argv,
                                const std::function<int()>& run) {
  try {
    open_closed_standard_streams();
    write_logs_to_standard_error(app_->get_name());
    app_->parse(argc, argv);
    return run();
  } catch (const CLI::ParseError& error) {
    return explain(*app_, error);
  } catch (const UsageError& error) {
    return refuse(app_->get_name(), error.what());
  } catch (const std::exception& error) {
    return fail(app_->get_name(), error.what());
  }
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> words = CLI::detail::split(text, ',');
  if (text.ends_with(',')) words.emplace_back();  // which split() omits
  return words;
}

std::vector<std::string> split_at_spaces(const std::string& text) {
  return CLI::detail::split_up(text);
}

}  // namespace jpegwire
