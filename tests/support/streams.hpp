#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "net/framing/frame_assembler.hpp"
#include "support/jpegs.hpp"

/// Byte streams, and the frames that an assembler finds in them.
namespace jpegwire::test {

struct Outcome {
  std::vector<ByteVector> frames;
  FrameAssembler::Event last = FrameAssembler::Event::need_more;
  std::string error;
  std::string position;
  std::string framing;
  bool between_frames = false;
};

using PieceSize = std::function<std::size_t()>;

inline PieceSize whole() {
  return [] { return std::size_t{1} << 40; };
}

inline PieceSize byte_by_byte() {
  return [] { return std::size_t{1}; };
}

inline PieceSize pieces_at_random(unsigned seed) {
  return [random = std::mt19937(seed)]() mutable {
    const unsigned most = 1U << random() % 12;
    return std::size_t{1} + random() % most;
  };
}

/// Feeds the stream to an assembler in reads of varying size until its end or an error.
inline Outcome feed(Bytes stream, std::size_t max_frame_bytes, PieceSize piece_size,
                    FrameAssembler::Start start = FrameAssembler::Start::any_framing) {
  ObjectPool<ReceivedFrame> pool;
  FrameAssembler assembler(pool, max_frame_bytes, {.start = start});
  Outcome outcome;
  outcome.last = assembler.next();
  while (!stream.empty() && outcome.last == FrameAssembler::Event::need_more) {
    const std::span<std::byte> space = assembler.space();
    const std::size_t size = std::min({space.size(), piece_size(), stream.size()});
    if (size == 0) throw std::logic_error("no space");
    std::ranges::copy(stream.first(size), space.begin());
    stream = stream.subspan(size);
    assembler.received(size, WallTime{});
    while ((outcome.last = assembler.next()) == FrameAssembler::Event::frame) {
      const auto frame = assembler.take_frame();
      outcome.frames.emplace_back(frame->bytes().begin(), frame->bytes().end());
    }
  }
  outcome.error = assembler.error();
  outcome.position = assembler.position();
  outcome.framing = assembler.framing_name();
  outcome.between_frames = assembler.is_between_frames();
  return outcome;
}

/// Concatenates strings and bytes.
template <class... Parts>
ByteVector joined(const Parts&... parts) {
  ByteVector bytes;
  const auto add = [&bytes](const auto& part) {
    if constexpr (std::is_convertible_v<decltype(part), std::string_view>)
      append(bytes, to_bytes(std::string_view(part)));
    else
      append(bytes, part);
  };
  (add(parts), ...);
  return bytes;
}

inline ByteVector prefix_of(SizePrefix prefix, std::size_t size) {
  ByteVector bytes(prefix_size_bytes(prefix));
  write_size(prefix, static_cast<std::uint32_t>(size), bytes);
  return bytes;
}

inline ByteVector framed(SizePrefix prefix, Bytes body) {
  return joined(prefix_of(prefix, body.size()), body);
}

/// The JPEG with bytes after its EOI, which do not change the picture.
inline ByteVector padded(ByteVector jpeg, std::size_t size) {
  if (jpeg.size() > size) throw std::logic_error("larger already");
  jpeg.resize(size, std::byte{0xEE});
  return jpeg;
}

/// The JPEG with comments before its tables, so that it has this size up to its EOI.
inline ByteVector stuffed(ByteVector jpeg, std::size_t size) {
  while (jpeg.size() < size) {
    std::size_t left = size - jpeg.size();
    if (left > 60'004) left = 60'000;
    if (left < 4) throw std::logic_error("no comment is that small");
    ByteVector comment(left, std::byte{'x'});
    comment[0] = std::byte{0xFF};
    comment[1] = std::byte{0xFE};
    comment[2] = static_cast<std::byte>((left - 2) >> 8);
    comment[3] = static_cast<std::byte>(left - 2);
    insert_at(jpeg, 2, comment);
  }
  return jpeg;
}

}  // namespace jpegwire::test
