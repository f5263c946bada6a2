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
#include "net/framing/part_body.hpp"
#include "net/framing/staging_buffer.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// Assembles frames from a byte stream that is received in parts of any size: `recv` returns what
/// is there, not what was sent. Detects the framing from the first bytes. Does not use sockets:
///
///   assembler.received(socket.receive(assembler.space()), now);
///   while (assembler.next() == FrameAssembler::Event::frame) use(assembler.take_frame());
///
/// A frame whose size is announced is received straight into the frame, taken from the pool passed
/// to the constructor. A frame is not validated (validate_jpeg() does that). Bound to one thread.
class FrameAssembler {
 public:
  /// What the stream begins with.
  enum class Start {
    any_framing,
    parts,             // of a multipart stream, or JPEGs; whatever else there is between them
    parts_or_nothing,  // the same, unless the first bytes begin neither: then it fails
  };

  struct Settings {
    std::size_t staging_bytes = std::size_t{64} << 10;  // the most that one read can bring
    bool records_reads = false;                         // into each frame's `arrival`
    Start start = Start::any_framing;
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

  /// The stream ends here: completes a last part that only the end of the stream can end.
  Event end();

  std::shared_ptr<ReceivedFrame> take_frame();

  /// The received part of the incomplete frame, once its size is known. Valid until the next call.
  Bytes unfinished() const;

  /// What is wrong with the stream, as the end of a sentence.
  const std::string& error() const { return error_; }

  /// The current position in the stream, for the message if it breaks off: "between two frames",
  /// "inside the size prefix", "inside a frame (1234 of 56789 bytes)".
  std::string position() const;
  bool is_between_frames() const;

  /// "be32", "multipart" and so on, "none" if JPEGs follow each other directly; "unknown" before
  /// the first bytes.
  std::string_view framing_name() const;

  /// Whether it is a stream of JPEGs with nothing around them.
  bool is_bare() const { return framing_ == Framing::parts && boundary_.empty(); }

 private:
  enum class Framing { unknown, size_prefix, parts };

  // Each step processes as many of the received bytes as it can, and returns an event if there is
  // one.
  std::optional<Event> step();
  std::optional<Event> detect();
  std::optional<Event> read_prefix();
  std::optional<Event> fill_sized_frame();
  bool try_other_prefix();
  std::optional<Event> check_start();
  std::optional<Event> read_part_head();
  void begin_part(const MultipartHead& head);
  std::optional<Event> fill_part();

  void drop_line_breaks();
  void begin_frame();
  void append_to_frame(std::size_t size);
  std::vector<std::byte>& storage() { return frame_->jpeg.storage[0]; }
  bool is_received_directly() const;
  void move_to_frame(std::size_t size);
  Event finish_frame();
  Event fail(std::string sentence);

  ObjectPool<ReceivedFrame>& frames_;
  std::size_t max_frame_bytes_;
  StagingBuffer staging_;

  Framing framing_ = Framing::unknown;
  SizePrefix prefix_ = SizePrefix::be32;
  struct Alternative {
    SizePrefix prefix;
    std::size_t frame_size;
  };
  std::optional<Alternative> alternative_;  // what else the first prefix may have meant

  bool checks_start_ = false;     // whether parts follow is not yet known
  std::string boundary_;          // of the parts so far
  std::optional<PartBody> part_;  // of the multipart stream, whose body has begun

  std::shared_ptr<ReceivedFrame> frame_;   // the incomplete frame
  std::size_t filled_ = 0;                 // bytes of it
  std::optional<std::size_t> frame_size_;  // announced by a prefix
  std::uint32_t reads_ = 0;                // since the frame's first byte
  WallTime first_byte_{};
  WallTime last_read_{};
  std::optional<ReadRecorder> recorder_;
  std::string error_;
};

}  // namespace jpegwire
