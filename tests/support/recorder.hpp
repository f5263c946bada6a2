#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/stream/stream_observer.hpp"

namespace jpegwire::test {

/// Records a client's callbacks.
struct Recorder final : StreamObserver {
  void connected(const std::string& peer) override { peers.push_back(peer); }
  void bytes_read(std::size_t size) override { bytes += size; }
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    frames.push_back(std::move(frame));
    if (shows) shown = std::chrono::steady_clock::now();
    if (on_frame) on_frame();
  }
  void all_was_read(WallTime now) override { all_read = now; }
  ViewerState viewer_state() const override { return wished; }
  void frame_refused(JpegVerdict verdict) override { refused.push_back(verdict); }
  void packet_refused(const RefusedPacket& packet) override { refused_packets.push_back(packet); }
  SteadyTime last_shown() const override { return shown; }
  void interrupted(const std::string& sentence) override { interruptions.push_back(sentence); }
  void ended(const std::string& error) override {
    if (end) ended_twice = true;
    end = error;
  }

  std::vector<std::string> peers;
  std::size_t bytes = 0;
  std::vector<std::shared_ptr<ReceivedFrame>> frames;
  WallTime all_read{};
  ViewerState wished;
  std::vector<JpegVerdict> refused;
  std::vector<RefusedPacket> refused_packets;
  bool shows = true;  // each frame at once
  SteadyTime shown{};
  std::vector<std::string> interruptions;
  std::optional<std::string> end;
  bool ended_twice = false;
  std::function<void()> on_frame;
};

}  // namespace jpegwire::test
