#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jpegwire {

inline constexpr std::size_t kMaxSdpSizeBytes = std::size_t{64} * 1024;

/// The URI of the RTP header extension that carries the stamp (RFC 8285, section 5).
inline constexpr std::string_view kStampExtensionUri = "urn:x-jpegwire:stamp";

/// Where and how one JPEG stream is sent, as SDP describes it.
struct RtpSession {
  std::string address{};   // the group, or the receiver's own; without brackets
  std::uint16_t port = 0;  // 1 to 65533
  int payload_type = 26;
  int ttl = 1;                               // of an IPv4 group
  double frames_per_second = 0;              // 0: unknown
  std::optional<std::uint16_t> rtcp_port{};  // if it is not the next port (RFC 3605)
  std::optional<int> stamp_extension{};      // the stamp's ID in the header extension, 1 to 255

  bool operator==(const RtpSession&) const = default;
};

/// The session, or a sentence that begins with "it" and says why there is none.
struct SdpResult {
  std::optional<RtpSession> session;
  std::string error;
};

/// A description with one medium (RFC 8866), its lines ended by CRLF. An address's zone is omitted,
/// since it names an interface of this machine.
std::string write_sdp(const RtpSession& session, const std::string& origin_address,
                      std::uint64_t session_id);

/// The first JPEG video of a description; unknown lines are ignored. The text may be untrusted.
/// Never throws.
SdpResult read_sdp(std::string_view text);

}  // namespace jpegwire
