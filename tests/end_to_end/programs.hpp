#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "end_to_end/process.hpp"
#include "end_to_end/tcp_peer.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire {

/// jpegwire-sender, which listens on a free port unless the options say otherwise.
class SenderProgram : public Process {
 public:
  explicit SenderProgram(const Command& options, Environment environment = {});

  /// Waits until it listens.
  std::uint16_t port();
  std::string url();
};

/// jpegwire-viewer without a window. It gives up where no frame comes for 30 s, unless the options
/// say otherwise.
class ViewerProgram : public Process {
 public:
  explicit ViewerProgram(const Command& options, Environment environment = {});
};

/// jpegwire-sender --source test at a small size, with these options behind.
Command test_card(const Command& more = {});

/// Both lists, one behind the other.
Command operator+(Command left, const Command& right);

/// Waits for its end, which must be in order, and reads what --summary - has written.
nlohmann::json summary_of(Process& program);

/// A viewer's options to show five frames, and what its summary must say when these were a test
/// card's.
inline const Command kFiveFrames{"--timeout", "30", "--frames", "5", "--summary", "-"};
void check_shown(const nlohmann::json& summary);

/// The lines on standard error, without those that only tell how it goes.
std::vector<std::string> complaints_of(const Process& program);

/// Waits for its end, which must be a failure with the exit code and one line that tells why.
std::string failure_of(Process& program, int exit_code = 1);

/// Sends the signal and CHECKs that the program ends in order and without a complaint.
void check_ends(Process& program, int signal);

/// GENERATEs SIGINT and SIGTERM.
int either_signal();

/// Three frames that our sender made, as files in the directory's "sent".
std::vector<std::string> save_frames(const TemporaryDirectory& directory);

/// The same ones must be in its "shown", and nothing else.
void check_saved(const TemporaryDirectory& directory, const std::vector<std::string>& sent);

/// A Python script of these tests.
Command python(const std::string& script, const Command& arguments);

/// Waits until it tells on which port it listens.
std::uint16_t port_of(Process& script);

/// What the programs need to run as they were built, and what the fake camera needs besides.
Environment environment_of_programs();
Environment with_fake_camera(const Environment& settings);

/// WARNs where a test must be skipped because only root may do it.
bool may_make_network_namespaces();

/// Whether a sanitizer makes all many times slower.
bool is_slowed_down();

}  // namespace jpegwire
