#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace jpegwire {

/// A wrong command line, as a sentence. The program ends with exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  UsageError(const std::string& option, const std::string& sentence)
      : std::runtime_error(option + ": " + sentence) {}
};

/// One option of a CommandLine. Valid as long as the CommandLine exists.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  std::string name() const;
  bool is_given() const;

  /// It and `other`, an option that exists already, cannot be given together.
  void excludes(const std::string& other);
  void must_be_given();

 private:
  CLI::Option* option_;
};

/// A program's options. If an option is given twice, its last value counts, so that a script's
/// choice can be overridden. The variables and functions given to add...() must outlive it; values
/// are set in the order in which the options were added.
///
/// CLI11 does the work. Only command_line.cpp includes it, because it takes a compiler ten seconds.
class CommandLine {
 public:
  /// Takes the text of an option, and throws std::invalid_argument with a sentence if it is wrong.
  using Parse = std::function<void(const std::string&)>;

  template <class Number>
  struct Limits {
    Number min;
    Number max;
  };

  CommandLine(const std::string& program, const std::string& description);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// `type` stands for the value in --help, such as FILE.
  Option add(const std::string& name, const std::string& type, Parse parse,
             const std::string& description);

  /// An option that may be given several times, or if its name does not begin with a dash, any
  /// number of words that belong to no option. `parse` is called with each.
  Option add_list(const std::string& name, const std::string& type, Parse parse,
                  const std::string& description);

  Option add_text(const std::string& name, const std::string& type, std::string& value,
                  const std::string& description);

  /// The name of a file or directory to write. "-", which often means standard output, is refused.
  Option add_file(const std::string& name, const std::string& type, std::string& value,
                  const std::string& description);

  /// An option with one of these words.
  Option add_choice(const std::string& name, std::vector<std::string> words, Parse parse,
                    const std::string& description);

  Option add_flag(const std::string& name, bool& value, const std::string& description);
  Option add_flag(const std::string& name, std::function<void()> set,
                  const std::string& description);

  Option add_whole_number(const std::string& name, const std::string& type,
                          std::function<void(std::int64_t)> set, Limits<std::int64_t> limits,
                          const std::string& description);
  Option add_number(const std::string& name, const std::string& type,
                    std::function<void(double)> set, Limits<double> limits,
                    const std::string& description);

  template <std::integral Number>
  Option add_whole_number(const std::string& name, const std::string& type, Number& value,
                          Limits<std::int64_t> limits, const std::string& description) {
    const auto set = [&value](std::int64_t number) { value = static_cast<Number>(number); };
    return add_whole_number(name, type, set, limits, description);
  }
  template <std::integral Number>
  Option add_whole_number(const std::string& name, const std::string& type,
                          std::optional<Number>& value, Limits<std::int64_t> limits,
                          const std::string& description) {
    return add_whole_number(
        name, type, [&value](std::int64_t number) { value = static_cast<Number>(number); }, limits,
        description);
  }
  template <class Number>  // double or std::optional<double>
    requires std::same_as<Number, double> || std::same_as<Number, std::optional<double>>
  Option add_number(const std::string& name, const std::string& type, Number& value,
                    Limits<double> limits, const std::string& description) {
    const auto set = [&value](double number) { value = number; };
    return add_number(name, type, set, limits, description);
  }

  // The options that all programs share.
  Option add_frames(std::optional<std::uint64_t>& frames);
  Option add_seconds(std::optional<double>& seconds);
  Option add_threads(int& threads);
  Option add_summary(std::string& summary);

  /// Calls `check` when all values are set. It throws UsageError if they contradict each other.
  void set_check(std::function<void()> check);

  /// Throws UsageError if both options were given.
  void refuse_both(const std::string& one, const std::string& other) const;

  /// How often an option was given.
  std::size_t count(const std::string& name) const;

  /// For an option `command` that replaces the program's usual work: throws UsageError if an option
  /// was given that is neither `command` nor one of `others` and so would have no effect.
  void require_effect(const std::string& command, const std::vector<std::string>& others) const;

  /// Sets all values. Throws UsageError if the words are wrong.
  void parse(std::vector<std::string> words);

  /// Parses, calls `run`, which gives the exit code, and catches all exceptions: an error is
  /// printed as one sentence on standard error, with exit code 2 for a UsageError and 1 for the
  /// rest. Logs go to standard error. At the end, waits for a moment until the standard streams are
  /// read.
  int run(int argc, const char* const* argv, const std::function<int()>& run);

 private:
  int run_or_explain(int argc, const char* const* argv, const std::function<int()>& run);

  std::unique_ptr<CLI::App> app_;
};

/// The words between commas, empty ones too.
std::vector<std::string> split_at_commas(const std::string& text);

/// The words between spaces; quotation marks keep words together.
std::vector<std::string> split_at_spaces(const std::string& text);

}  // namespace jpegwire
