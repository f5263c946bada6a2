#include "bench/runs/peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

#include "app/child_process.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/program_end.hpp"

namespace jpegwire {
namespace {

// A first sender in Python, with OpenCV alone.
constexpr const char* kPythonSender = R"(
import socket, struct, sys, threading
import cv2

device, width, height, rate, is_mjpeg, quality, address, port = sys.argv[1:]
camera = cv2.VideoCapture(device, cv2.CAP_V4L2)
camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter_fourcc(*("MJPG" if is_mjpeg else "YUYV")))
camera.set(cv2.CAP_PROP_FRAME_WIDTH, int(width))
camera.set(cv2.CAP_PROP_FRAME_HEIGHT, int(height))
camera.set(cv2.CAP_PROP_FPS, float(rate))
if is_mjpeg:
    camera.set(cv2.CAP_PROP_CONVERT_RGB, 0)
server = socket.create_server((address, int(port)))
viewers = []
threading.Thread(target=lambda: [viewers.append(server.accept()[0]) for _ in iter(int, 1)], daemon=True).start()
while True:
    is_there, frame = camera.read()
    if not is_there:
        sys.exit("the camera gives no frame")
    if not is_mjpeg:
        frame = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    jpeg = frame.tobytes()
    for viewer in viewers:
        viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        viewer.sendall(struct.pack(">I", len(jpeg)) + jpeg)
)";

std::string text_of(const PictureSize& size, char between) {
  return fmt::format("{}{}{}", size.width, between, size.height);
}

std::string rate_of(const Case& one) { return fmt::format("{}", one.frames_per_second); }

Command ustreamer(const Case& one, const Endpoint& listen) {
  const bool is_mjpeg = gives_jpegs(one.source);
  return {"ustreamer",
          "--device=" + camera_device(one.source),
          is_mjpeg ? "--format=MJPEG" : "--format=YUYV",
          is_mjpeg ? "--encoder=HW" : "--encoder=CPU",
          "--resolution=" + text_of(*one.size, 'x'),
          "--desired-fps=" + rate_of(one),
          fmt::format("--quality={}", one.quality),
          fmt::format("--workers={}", one.threads),
          "--tcp-nodelay",
          "--host=" + listen.host,
          fmt::format("--port={}", listen.port)};
}

Command gstreamer(const Case& one, const Endpoint& listen) {
  const bool is_mjpeg = gives_jpegs(one.source);
  const std::string form = fmt::format(
      "{},width={},height={},framerate={}/1", is_mjpeg ? "image/jpeg" : "video/x-raw,format=YUY2",
      one.size->width, one.size->height, static_cast<int>(one.frames_per_second));
  Command command{
      "gst-launch-1.0", "-q", "v4l2src", "device=" + camera_device(one.source), "!", form, "!"};
  if (!is_mjpeg)
    command.insert(command.end(), {"jpegenc", fmt::format("quality={}", one.quality), "!"});
  command.insert(command.end(),
                 {"multipartmux", "boundary=frame", "!", "tcpserversink", "sync=false",
                  "host=" + listen.host, fmt::format("port={}", listen.port)});
  return command;
}

/// ffmpeg's scale goes from 2, the best, to 31: 3 gives JPEGs of the size of libjpeg's quality 80,
/// and 5 of quality 70.
int ffmpeg_scale(int quality) { return std::clamp((100 - quality) / 6, 2, 31); }

Command ffmpeg(const Case& one, const Endpoint& listen) {
  const bool is_mjpeg = gives_jpegs(one.source);
  Command command{"ffmpeg",
                  "-nostdin",
                  "-loglevel",
                  "error",
                  "-fflags",
                  "nobuffer",
                  "-f",
                  "v4l2",
                  "-input_format",
                  is_mjpeg ? "mjpeg" : "yuyv422",
                  "-video_size",
                  text_of(*one.size, 'x'),
                  "-framerate",
                  rate_of(one),
                  "-i",
                  camera_device(one.source)};
  if (is_mjpeg)
    command.insert(command.end(), {"-c:v", "copy"});
  else
    command.insert(command.end(), {"-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-q:v",
                                   std::to_string(ffmpeg_scale(one.quality)), "-thread_type",
                                   "slice", "-threads", std::to_string(one.threads)});
  command.insert(command.end(), {"-f", "mpjpeg", "-flush_packets", "1",
                                 fmt::format("tcp://{}:{}?listen=1", listen.host, listen.port)});
  return command;
}

Command python(const Case& one, const Endpoint& listen) {
  return {"/usr/bin/python3",
          "-c",
          kPythonSender,
          camera_device(one.source),
          std::to_string(one.size->width),
          std::to_string(one.size->height),
          rate_of(one),
          gives_jpegs(one.source) ? "yes" : "",
          std::to_string(one.quality),
          listen.host,
          std::to_string(listen.port)};
}

/// The version of an installed peer: the first dotted number that begins a line or follows
/// "ersion", or an empty text. Nothing if the peer is not installed.
std::optional<std::string> probe(EventLoop& loop, const Peer& peer) {
  constexpr std::chrono::seconds kTimeout{30};
  const ChildProcess child(loop.io(), peer.probe);
  if (!loop.wait(kTimeout, [&] { return child.has_ended(); }) || child.exit_code() != 0)
    return std::nullopt;
  const std::regex version(R"((?:^|ersion)\s*(\d+(?:\.\d+)+))");
  const std::string out = child.out();
  std::smatch match;
  return std::regex_search(out, match, version) ? match[1].str() : "";
}

bool is_for_one_alone(const Peer& peer, const Matrix& matrix) {
  return !peer.serves_several && std::ranges::max(matrix.viewers) > 1;
}

}  // namespace

std::span<const Peer> peers() {
  static const std::array all{
      Peer{.name = "ustreamer",
           .packages = "ustreamer",
           .transport = Transport::http,
           .probe = {"ustreamer", "--version"},
           .command = ustreamer},
      Peer{.name = "GStreamer",
           .packages = "gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-base",
           .probe = {"gst-inspect-1.0", "jpegenc"},
           .command = gstreamer},
      Peer{.name = "ffmpeg",
           .packages = "ffmpeg",
           .serves_several = false,
           .probe = {"ffmpeg", "-version"},
           .command = ffmpeg},
      Peer{.name = "OpenCV+Python",
           .packages = "python3-opencv",
           .probe = {"/usr/bin/python3", "-c", "import cv2; print(cv2.__version__)"},
           .command = python}};
  return all;
}

const Peer& peer_of(const Case& one) {
  return *std::ranges::find(peers(), one.sender, &Peer::name);
}

FoundPeers find_peers(EventLoop& loop, const Matrix& matrix) {
  FoundPeers found;
  for (const Peer& peer : peers()) {
    const std::optional<std::string> version = probe(loop, peer);
    if (!version) {
      found.skipped.push_back(
          fmt::format("{} is skipped: it is not installed (Debian: {})", peer.name, peer.packages));
      continue;
    }
    found.installed.push_back(&peer);
    found.versions[std::string(peer.name)] = *version;
    if (is_for_one_alone(peer, matrix))
      found.skipped.push_back(fmt::format(
          "{} is omitted from cases with several viewers: it serves only one", peer.name));
  }
  return found;
}

}  // namespace jpegwire
