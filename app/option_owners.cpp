#include "app/option_owners.hpp"

#include <algorithm>
#include <span>

namespace jpegwire {
namespace {

// A test compares these lists with the programs' --help. Options that all programs have are left
// out.
constexpr std::string_view kSender[] = {"--bands",
                                        "--connect",
                                        "--fec",
                                        "--fps",
                                        "--framing",
                                        "--http",
                                        "--http-host",
                                        "--http-connections",
                                        "--http-head",
                                        "--http-timeout",
                                        "--interface",
                                        "--http-per-address",
                                        "--loop",
                                        "--mtu",
                                        "--nack",
                                        "--nodelay",
                                        "--pace",
                                        "--passthrough",
                                        "--quality",
                                        "--rtp",
                                        "--sdp",
                                        "--send-buffer",
                                        "--share",
                                        "--size",
                                        "--source",
                                        "--stats",
                                        "--tcp",
                                        "--ttl",
                                        "--write-delay",
                                        "--write-size",
                                        "--echo",
                                        "--frames",
                                        "--summary",
                                        "--record",
                                        "--record-split",
                                        "--adapt",
                                        "--encodes",
                                        "--min-quality",
                                        "--memory",
                                        "--tcp-connections",
                                        "--tcp-per-address"};

constexpr std::string_view kViewer[] = {
    "--clock",      "--explain",  "--fetch",   "--headless",       "--list",         "--listen",
    "--max-frame",  "--naive",    "--optical", "--plot",           "--no-reconnect", "--reconnect",
    "--read-size",  "--save",     "--trace",   "--receive-buffer", "--size-max",     "--snapshot",
    "--trace-file", "--timeline", "--timeout", "--warm-up",        "--whole-frames"};

constexpr std::string_view kBench[] = {
    "--compare",        "--json",    "--link",           "--peers",     "--programs",
    "--report",         "--viewers", "--sender-options", "--transport", "--viewer-host",
    "--viewer-options", "--window",  "--repetitions",    "--congestion"};

struct Owner {
  std::string_view program;
  std::span<const std::string_view> options;
};

constexpr Owner kOwners[] = {
    {"jpegwire-sender", kSender}, {"jpegwire-viewer", kViewer}, {"jpegwire-bench", kBench}};

}  // namespace

std::string_view other_owner_of(std::string_view option, std::string_view program) {
  for (const Owner& owner : kOwners)
    if (owner.program != program && std::ranges::find(owner.options, option) != owner.options.end())
      return owner.program;
  return "";
}

}  // namespace jpegwire
