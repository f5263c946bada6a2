#include "net/rtp/format/stamp_extension.hpp"

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::uint16_t kTwoByteHeaderProfile = 0x1000;
constexpr std::uint8_t kElementVersion = 1;
constexpr std::uint8_t kAnswersNacks = 1;
constexpr std::uint8_t kNoSignalFlag = 2;
constexpr std::size_t kElementSizeBytes = 2 + kStampFieldsSizeBytes;
constexpr std::size_t kWords = (kStampExtensionSizeBytes - 4) / 4;
static_assert(kStampExtensionSizeBytes % 4 == 0);

std::optional<StampExtension> read_element(Bytes element) {
  if (element.size() < kElementSizeBytes || element[0] != std::byte{kElementVersion})
    return std::nullopt;
  const auto has_flag = [flags = element[1]](std::uint8_t flag) {
    return (flags & std::byte{flag}) != std::byte{0};
  };
  StampExtension extension{.stamp = read_stamp_fields(element.subspan<2, kStampFieldsSizeBytes>()),
                           .answers_nacks = has_flag(kAnswersNacks)};
  extension.stamp.no_signal = has_flag(kNoSignalFlag);
  return extension;
}

}  // namespace

void write_stamp_extension(const StampExtension& extension,
                           std::span<std::byte, kStampExtensionSizeBytes> out) {
  std::span<std::byte> rest = put_big_endian(std::span<std::byte>(out), kTwoByteHeaderProfile);
  rest = put_big_endian(rest, static_cast<std::uint16_t>(kWords));
  rest = put_big_endian(rest, static_cast<std::uint8_t>(kStampExtensionId));
  rest = put_big_endian(rest, static_cast<std::uint8_t>(kElementSizeBytes));
  rest = put_big_endian(rest, kElementVersion);
  const int flags = (extension.answers_nacks ? kAnswersNacks : 0) |
                    (extension.stamp.no_signal ? kNoSignalFlag : 0);
  put_big_endian(rest, static_cast<std::uint8_t>(flags));
  write_stamp_fields(extension.stamp, out.last<kStampFieldsSizeBytes>());
}

std::optional<StampExtension> read_stamp_extension(const RtpPacket& packet, int id) {
  if ((packet.extension_profile & 0xFFF0) != kTwoByteHeaderProfile) return std::nullopt;
  Bytes rest = packet.extension;
  while (rest.size() >= 2) {
    const int found = std::to_integer<int>(rest[0]);
    if (found == 0) {  // a byte of padding
      rest = rest.subspan(1);
      continue;
    }
    const auto size = std::to_integer<std::size_t>(rest[1]);
    if (rest.size() - 2 < size) return std::nullopt;
    if (found == id) return read_element(rest.subspan(2, size));
    rest = rest.subspan(2 + size);
  }
  return std::nullopt;
}

}  // namespace jpegwire
