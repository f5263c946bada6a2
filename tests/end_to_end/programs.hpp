#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "end_to_end/process.hpp"
#include "end_to_end/tcp_peer.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire {

/// jpegwire-sender, which listens on a free port unless the options say otherwise.
class SenderProgram : public Process {
 public:
  explicit SenderProgram(const Command& options, Environment environment = {});

  /// Waits until the sender listens.
  std::uint16_t port();
  std::string url();
};

/// jpegwire-viewer without a window. It gives up after 30 s without a frame, unless the options say
/// otherwise.
class ViewerProgram : public Process {
 public:
  explicit ViewerProgram(const Command& options, Environment environment = {});
};

/// jpegwire-sender --source test at a small size, followed by these options.
Command test_card(const Command& more = {});

/// Concatenates both lists.
Command operator+(Command left, const Command& right);

/// Waits for a successful exit and reads what --summary - has written.
nlohmann::json summary_of(Process& program);

/// A viewer's options to show five frames, and the expected summary for five frames of a test card.
inline const Command kFiveFrames{"--timeout", "30", "--frames", "5", "--summary", "-"};
void check_shown(const nlohmann::json& summary);

/// How often the program has written the words.
std::size_t count_written(const Process& program, std::string_view words);

/// Waits until the program has written the words more often than that.
void wait_for_more(const Process& program, std::string_view words, std::size_t than);

/// Waits until a headless viewer's status line shows that frames arrive.
void wait_until_shown(Process& viewer);

/// Waits until frames arrive after this call: without them, the age grows from line to line.
void wait_until_shown_again(Process& viewer);

/// The lines on standard error without the status lines.
std::vector<std::string> complaints_of(const Process& program);

/// Waits for the program to fail with the exit code and one line that states the reason.
std::string failure_of(Process& program, int exit_code = 1);

/// Sends the signal and CHECKs that the program ends cleanly and without an error.
void check_ends(Process& program, int signal);

/// GENERATEs SIGINT and SIGTERM.
int either_signal();

/// Three frames encoded by our sender, as files in the directory's "sent".
std::vector<std::string> save_frames(const TemporaryDirectory& directory);

/// Checks that "shown" has the same frames and nothing else.
void check_saved(const TemporaryDirectory& directory, const std::vector<std::string>& sent);

/// A Python script of these tests.
Command python(const std::string& script, const Command& arguments);

/// Waits until the program prints the port that it listens on.
std::uint16_t port_of(Process& script);

/// The environment that the programs need to run as built, and what the fake camera needs besides.
Environment environment_of_programs();
Environment with_fake_camera(const Environment& settings);

/// WARNs if a test must be skipped because it needs root.
bool may_make_network_namespaces();

/// Whether a sanitizer makes the programs many times slower.
bool is_slowed_down();

}  // namespace jpegwire
