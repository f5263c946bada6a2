#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "end_to_end/process.hpp"
#include "end_to_end/tcp_peer.hpp"

namespace jpegwire {

/// jpegwire-sender, which listens on a free port unless the options say otherwise.
class SenderProgram : public Process {
 public:
  explicit SenderProgram(const Command& options, Environment environment = {});

  /// Waits until it listens.
  std::uint16_t port();
  std::string url();
};

/// jpegwire-viewer without a window.
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

/// The lines on standard error, without those that only tell how it goes.
std::vector<std::string> complaints_of(const Process& program);

/// Waits for its end, which must be a failure with the exit code and one line that tells why.
std::string failure_of(Process& program, int exit_code = 1);

/// What the programs need to run as they were built, and what the fake camera needs besides.
Environment environment_of_programs();
Environment with_fake_camera(const Environment& settings);

/// Whether a sanitizer makes all many times slower.
bool is_slowed_down();

}  // namespace jpegwire
