#include "end_to_end/rtp_streams.hpp"

#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"

namespace jpegwire {
namespace {

double psnr(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return 0;
  double squares = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const int difference = unsigned_data(one)[i] - unsigned_data(other)[i];
    squares += difference * difference;
  }
  if (squares == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(one.size()) / squares);
}

}  // namespace

std::string rtp_address(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }
std::string rtp_url(std::uint16_t port) { return "rtp://" + rtp_address(port); }

LoopedVideo::LoopedVideo() {
  output_of({"ffmpeg", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i",
             "testsrc=size=320x240:rate=10", "-frames:v", std::to_string(kFrames), "-c:v", "mjpeg",
             "-q:v", "2", "-pix_fmt", "yuvj420p", directory_ / "video.avi"});
}

Command LoopedVideo::options(const Command& more) const {
  const bool has_rate = std::ranges::find(more, "--fps") != more.end();
  // With --adapt auto a frame of the same picture may have another quality.
  return Command{"--source", directory_ / "video.avi", "--passthrough", "off", "--loop", "--adapt",
                 "off"} +
         (has_rate ? Command{} : Command{"--fps", "20"}) + more;
}

std::set<std::string> frames_over_tcp(SenderProgram& sender) {
  TcpPeer peer = TcpPeer::connect(sender.port());
  std::set<std::string> frames;
  for (int i = 0; i < 500 && frames.size() < LoopedVideo::kFrames; ++i)
    frames.insert(without_stamp(peer.receive_frame().value()));
  CHECK(frames.size() == LoopedVideo::kFrames);
  return frames;
}

std::vector<std::string> jpegs_in(const std::string& directory) {
  std::vector<std::string> jpegs;
  for (const std::string& name : files_in(directory))
    if (name.ends_with(".jpg")) jpegs.push_back(read_file(directory + "/" + name));
  return jpegs;
}

std::size_t count_files(const std::string& directory) {
  return std::filesystem::exists(directory) ? files_in(directory).size() : 0;
}

void check_all_sent(const std::vector<std::string>& received, const std::set<std::string>& sent,
                    std::size_t least) {
  CHECK(received.size() >= least);
  CHECK(std::set<std::string>(received.begin(), received.end()).size() > 1);
  for (std::size_t i = 0; i < received.size(); ++i) {
    INFO("frame " << i << " of " << received[i].size() << " bytes");
    CHECK(sent.contains(received[i]));
  }
}

void wait_until_sending(Process& sender) { sender.wait_for("others read this SDP"); }

std::string planes_of(std::string_view jpeg) {
  const std::unique_ptr<void, decltype(&tjDestroy)> handle(tjInitDecompress(), &tjDestroy);
  const auto size = static_cast<unsigned long>(jpeg.size());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(handle.get(), unsigned_data(jpeg), size, &width, &height, &subsampling,
                          &colours) != 0)
    return {};
  std::string planes(tjBufSizeYUV2(width, 1, height, subsampling), '\0');
  const int result = tjDecompressToYUV2(handle.get(), unsigned_data(jpeg), size,
                                        reinterpret_cast<unsigned char*>(planes.data()), width, 1,
                                        height, TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT);
  return result == 0 ? planes : std::string();
}

std::set<std::string> planes_of(const std::set<std::string>& jpegs) {
  std::set<std::string> all;
  for (const std::string& jpeg : jpegs) all.insert(planes_of(jpeg));
  return all;
}

double best_psnr(std::string_view planes, const std::set<std::string>& among) {
  double best = 0;
  for (const std::string& other : among) best = std::max(best, psnr(planes, other));
  return best;
}

nlohmann::json interrupt(Process& program) {
  program.send_signal(SIGINT);
  return summary_of(program);
}

}  // namespace jpegwire
