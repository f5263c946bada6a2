#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "end_to_end/impairment_proxy.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire {

// A port of 127.0.0.1 as the sender's --rtp and as the viewer's URL.
std::string rtp_address(std::uint16_t port);
std::string rtp_url(std::uint16_t port);

/// A short video that a sender plays in a loop. Each frame is one of a few JPEGs, so received
/// frames can be compared with them even if some are lost.
class LoopedVideo {
 public:
  static constexpr std::size_t kFrames = 12;

  LoopedVideo();

  /// jpegwire-sender's options to play it, 320x240 at 20 frames/s unless these options say
  /// otherwise.
  Command options(const Command& more = {}) const;

 private:
  TemporaryDirectory directory_;
};

/// The different JPEGs of a looped video as its sender makes them, without stamps.
std::set<std::string> frames_over_tcp(SenderProgram& sender);

/// The JPEGs in a directory.
std::vector<std::string> jpegs_in(const std::string& directory);

/// Counts the files in a directory that is being written to and may not exist yet.
std::size_t count_files(const std::string& directory);

/// CHECKs that at least `least` frames were received, with more than one picture among them, and
/// that each one was sent.
void check_all_sent(const std::vector<std::string>& received, const std::set<std::string>& sent,
                    std::size_t least);

/// Waits until the sender has opened its RTP sockets.
void wait_until_sending(Process& sender);

/// All samples of Y, then Cb, then Cr; empty if the decoder reports a warning or an error.
std::string planes_of(std::string_view jpeg);
std::set<std::string> planes_of(const std::set<std::string>& jpegs);

/// Peak signal-to-noise ratio in dB, against the most similar picture.
double best_psnr(std::string_view planes, const std::set<std::string>& among);

/// Interrupts the program and reads its summary.
nlohmann::json interrupt(Process& program);

}  // namespace jpegwire
