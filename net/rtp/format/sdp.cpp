#include "net/rtp/format/sdp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <bitset>
#include <cmath>
#include <iterator>
#include <utility>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

constexpr int kStaticPayloadType = 26;  // RFC 3551, section 6
constexpr std::size_t kPayloadTypes = 128;
constexpr std::string_view kConnectionExample = "c=IN IP4 239.1.2.3/1";

std::string without_zone(const std::string& address) {
  return address.substr(0, address.find('%'));
}

// RFC 8866, section 5.7: an IPv4 group is followed by a TTL, an IPv6 group is not.
std::string connection_of(const std::string& address_and_zone, std::optional<int> ttl) {
  const std::string address = without_zone(address_and_zone);
  std::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (address.find(':') != std::string::npos) return fmt::format("IN IP6 {}", address);
  if (ttl && !error && parsed.is_multicast()) return fmt::format("IN IP4 {}/{}", address, *ttl);
  return fmt::format("IN IP4 {}", address);
}

// Removes what precedes `delimiter` from the front of `text`; all of it if there is none.
std::string_view take_until(std::string_view& text, char delimiter) {
  const std::size_t end = std::min(text.find(delimiter), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = take_until(text, '\n');
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

// Words are separated by any number of spaces.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return take_until(text, ' ');
}

// Quoted text is short and has no control characters.
std::string quoted(std::string_view text) {
  std::string quote(text.substr(0, 80));
  std::ranges::replace_if(quote, [](unsigned char c) { return c < 0x20 || c > 0x7E; }, '?');
  return fmt::format("'{}'", quote);
}

// The lines before the next medium.
std::string_view take_section(std::string_view& rest) {
  const std::string_view all = rest;
  while (!rest.empty() && !rest.starts_with("m=")) take_line(rest);
  return all.substr(0, all.size() - rest.size());
}

// Calls `read` with the rest of each line that begins with `prefix`.
template <typename Reader>
void for_each(std::string_view lines, std::string_view prefix, Reader read) {
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    if (line.starts_with(prefix)) read(line.substr(prefix.size()));
  }
}

std::optional<std::string_view> first(std::string_view lines, std::string_view prefix) {
  std::optional<std::string_view> found;
  for_each(lines, prefix, [&](std::string_view value) {
    if (!found) found = value;
  });
  return found;
}

// RFC 8866, section 5.14: "m=video PORT PROTOCOL PAYLOAD-TYPES", and the lines that belong to it.
struct Medium {
  bool is_video = false;
  std::string_view port;
  std::string_view protocol;
  std::bitset<kPayloadTypes> payload_types;
  std::string_view lines;
};

Medium take_medium(std::string_view& rest) {
  std::string_view text = take_line(rest);
  Medium medium;
  medium.is_video = take_word(text) == "m=video";
  medium.port = take_word(text);
  medium.protocol = take_word(text);
  while (!text.empty()) {
    const auto type = parse_number<unsigned>(take_word(text));
    if (type && *type < kPayloadTypes) medium.payload_types.set(*type);
  }
  medium.lines = take_section(rest);
  return medium;
}

// RFC 8866, section 6.6: "TYPE JPEG/90000", in any case; type 26 needs no such line.
std::optional<int> find_jpeg(const Medium& medium) {
  std::optional<int> found;
  if (!medium.is_video) return found;
  if (medium.payload_types[kStaticPayloadType]) found = kStaticPayloadType;
  for_each(medium.lines, "a=rtpmap:", [&](std::string_view map) {
    const auto type = parse_number<unsigned>(take_word(map));
    if (found || !type || *type >= kPayloadTypes || !medium.payload_types[*type]) return;
    if (equal_ignoring_case(take_word(map), "JPEG/90000")) found = static_cast<int>(*type);
  });
  return found;
}

// The functions below return a sentence if they refuse, otherwise an empty one.

std::string read_protocol(const Medium& medium) {
  if (medium.protocol == "RTP/AVP" || medium.protocol == "RTP/AVPF") return {};
  return fmt::format("it describes JPEG video over {}; only RTP/AVP is supported",
                     quoted(medium.protocol));
}

// The number of ports may follow; the first port counts.
std::string read_port(std::string_view text, RtpSession& session) {
  const auto port = parse_number<std::uint16_t>(take_until(text, '/'));
  if (port == 0)
    return "it has port 0 for its JPEG video, as the description of an RTSP server does; describe "
           "a "
           "stream that is sent to a port by plain RTP";
  if (!port || *port > 65'533)
    return "it has no port from 1 to 65533 for its JPEG video (RTCP and repair use the next two)";
  session.port = *port;
  return {};
}

bool is_address(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".:-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// RFC 8866, section 5.7: "IN IP4 ADDRESS[/TTL[/COUNT]]" or "IN IP6 ADDRESS[/COUNT]".
std::string read_connection(std::optional<std::string_view> value, RtpSession& session) {
  if (!value) return fmt::format("it has no address; add a line such as {}", kConnectionExample);
  std::string_view text = *value;
  const std::string_view network = take_word(text);
  const std::string_view family = take_word(text);
  std::string_view target = take_word(text);
  const std::string_view address = take_until(target, '/');
  if (network != "IN" || (family != "IP4" && family != "IP6") || !is_address(address))
    return fmt::format("it has no address in {}; use a line such as {}", quoted(*value),
                       kConnectionExample);
  session.address = address;
  if (family == "IP6" || target.empty()) return {};
  const auto ttl = parse_number<std::uint8_t>(take_until(target, '/'));
  if (!ttl) return fmt::format("it has no TTL from 0 to 255 in {}", quoted(*value));
  session.ttl = *ttl;
  return {};
}

// RFC 3605; an address behind the port would be another host's.
std::string read_rtcp_port(std::string_view lines, RtpSession& session) {
  std::optional<std::string_view> value = first(lines, "a=rtcp:");
  if (!value) return {};
  session.rtcp_port = parse_number<std::uint16_t>(take_word(*value));
  if (session.rtcp_port.value_or(0) != 0) return {};
  return "it has an a=rtcp: line without a port from 1 to 65535";
}

void read_frame_rate(std::string_view lines, RtpSession& session) {
  const double rate = parse_number<double>(first(lines, "a=framerate:").value_or("")).value_or(0);
  if (std::isfinite(rate) && rate > 0) session.frames_per_second = rate;
}

// RFC 8285, section 5: "ID[/DIRECTION] URI"; the two-byte form's IDs end at 255.
void read_extension(std::string_view lines, RtpSession& session) {
  for_each(lines, "a=extmap:", [&](std::string_view map) {
    std::string_view id_and_direction = take_word(map);
    const auto id = parse_number<std::uint8_t>(take_until(id_and_direction, '/'));
    if (take_word(map) == kStampExtensionUri && id.value_or(0) != 0) session.stamp_extension = *id;
  });
}

// `common` are the session's lines; the medium's own lines take precedence.
std::string read_session(std::string_view common, const Medium& medium, RtpSession& session) {
  read_frame_rate(medium.lines, session);
  read_extension(common, session);
  read_extension(medium.lines, session);
  const std::optional<std::string_view> connection = first(medium.lines, "c=");
  std::string error = read_protocol(medium);
  if (error.empty()) error = read_port(medium.port, session);
  if (error.empty())
    error = read_connection(connection ? connection : first(common, "c="), session);
  if (error.empty()) error = read_rtcp_port(medium.lines, session);
  return error;
}

SdpResult failure(std::string error) { return {std::nullopt, std::move(error)}; }

}  // namespace

std::string write_sdp(const RtpSession& session, const std::string& origin_address,
                      std::uint64_t session_id) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "v=0\r\n");
  fmt::format_to(out, "o=- {} 1 {}\r\n", session_id, connection_of(origin_address, std::nullopt));
  fmt::format_to(out, "s=jpegwire\r\n");
  fmt::format_to(out, "c={}\r\n", connection_of(session.address, session.ttl));
  fmt::format_to(out, "t=0 0\r\n");
  fmt::format_to(out, "m=video {} RTP/AVP {}\r\n", session.port, session.payload_type);
  fmt::format_to(out, "a=rtpmap:{} JPEG/90000\r\n", session.payload_type);
  if (session.frames_per_second > 0)
    fmt::format_to(out, "a=framerate:{}\r\n", session.frames_per_second);
  if (session.rtcp_port) fmt::format_to(out, "a=rtcp:{}\r\n", *session.rtcp_port);
  if (session.stamp_extension)
    fmt::format_to(out, "a=extmap:{} {}\r\n", *session.stamp_extension, kStampExtensionUri);
  return text;
}

SdpResult read_sdp(std::string_view text) {
  if (text.size() > kMaxSdpSizeBytes)
    return failure("it is larger than 64 KiB, so it is not a session description (SDP)");
  const std::string_view common = take_section(text);
  const std::string_view version = first(common, "v=").value_or("0");
  if (version != "0")
    return failure(
        fmt::format("it is SDP of version {}; only version 0 is supported", quoted(version)));
  if (text.empty()) return failure("it is not a session description (SDP): it has no m= line");
  while (!text.empty()) {
    const Medium medium = take_medium(text);
    const std::optional<int> payload_type = find_jpeg(medium);
    if (!payload_type) continue;
    RtpSession session{.payload_type = *payload_type};
    std::string error = read_session(common, medium, session);
    if (!error.empty()) return failure(std::move(error));
    return {std::move(session), {}};
  }
  return failure("it describes no JPEG video (RTP/AVP 26)");
}

}  // namespace jpegwire
