#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/object_pool.hpp"
#include "net/framing/framing_detector.hpp"
#include "net/framing/multipart.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// Assembles frames from a byte stream that is received in parts of any size: `recv` returns what
/// is there, not what was sent. Detects the framing from the first bytes. Does not use sockets:
///
///   assembler.received(socket.receive(assembler.space()), now);
///   while (assembler.next() == FrameAssembler::Event::frame) use(assembler.take_frame());
///
/// A frame's bytes are received straight into the frame, taken from the pool passed to the
/// constructor; its content is not examined (validate_jpeg() does that). Bound to one thread.
class FrameAssembler {
 public:
  struct Settings {
    std::size_t staging_bytes = std::size_t{64} << 10;  // the most that one read can bring
    bool records_reads = false;                         // into each frame's `arrival`
  };

  enum class Event {
    need_more,      // receive more
    frame,          // take_frame(), then ask again
    end_of_stream,  // the sender has ended the stream in order
    failed,         // error() says why; nothing more can be read from this stream
  };

  FrameAssembler(ObjectPool<ReceivedFrame>& frames, std::size_t max_frame_bytes, Settings settings);
  FrameAssembler(ObjectPool<ReceivedFrame>& frames, std::size_t max_frame_bytes)
      : FrameAssembler(frames, max_frame_bytes, Settings()) {}

  /// The space for the next received bytes; never empty. Valid until the next call.
  std::span<std::byte> space();

  /// `size` bytes (at least 1) were put at the front of space().
  void received(std::size_t size, WallTime now);

  Event next();

  std::shared_ptr<ReceivedFrame> take_frame();

  /// The received part of the incomplete frame, once its size is known. Valid until the next call.
  Bytes unfinished() const;

  /// What is wrong with the stream, as the end of a sentence.
  const std::string& error() const { return error_; }

  /// The current position in the stream, for the message if it breaks off: "between two frames",
  /// "inside the size prefix", "inside a frame (1234 of 56789 bytes)".
  std::string position() const;
  bool is_between_frames() const;

  /// "be32", "multipart" and so on; "unknown" before the first bytes.
  std::string_view framing_name() const;

 private:
  enum class Framing { unknown, size_prefix, multipart };

  Bytes staged() const;
  void drop_staged(std::size_t size);

  // Each step processes as many of the received bytes as it can, and returns an event if there is
  // one.
  std::optional<Event> step();
  std::optional<Event> detect();
  std::optional<Event> read_prefix();
  std::optional<Event> read_part_head();
  std::optional<Event> begin_frame(std::uint64_t size);
  std::optional<Event> fill_sized_body();
  std::optional<Event> fill_delimited_body();
  Event finish_frame();
  bool try_other_prefix();
  void move_to_frame(std::size_t size);
  Event fail(std::string sentence);

  ObjectPool<ReceivedFrame>& frames_;
  std::size_t max_frame_bytes_;
  std::vector<std::byte> staging_;  // bytes whose destination is not yet known, in [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  Framing framing_ = Framing::unknown;
  SizePrefix prefix_ = SizePrefix::be32;
  struct Alternative {
    SizePrefix prefix;
    std::size_t frame_size;
  };
  std::optional<Alternative> alternative_;  // what else the first prefix may have meant
  std::string boundary_;

  std::shared_ptr<ReceivedFrame> frame_;  // the incomplete frame
  std::size_t filled_ = 0;
  std::optional<std::size_t> body_size_;  // nothing: up to the boundary
  std::uint32_t reads_ = 0;               // since the frame's first byte
  WallTime first_byte_{};
  WallTime last_read_{};
  std::optional<ReadRecorder> recorder_;
  std::string error_;
};

}  // namespace jpegwire
