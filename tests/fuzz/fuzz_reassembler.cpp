#include <algorithm>
#include <array>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "codec/jpeg_layout.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "support/fuzzing.hpp"

// Whatever packets arrive, in whatever order: bands lie within the picture and apart from each
// other and do not change, frames begin and end once, and whole frames are valid JPEGs. The input
// is a sequence of operations with few different values, so that packets often belong together.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

constexpr std::size_t kMaxFrameBytes = 4096;

constexpr std::array kFormats = {
    JpegFormat{.is_420 = true, .q = 80, .width = 32, .height = 64, .restart_interval = 2},
    JpegFormat{.is_420 = true, .q = 200, .width = 32, .height = 64, .restart_interval = 4},
    JpegFormat{.is_420 = false, .q = 255, .width = 24, .height = 40, .restart_interval = 2},
    JpegFormat{.is_420 = true, .q = 80, .width = 32, .height = 64, .restart_interval = 3},
    JpegFormat{.is_420 = false, .q = 255, .width = 16, .height = 16, .restart_interval = 0},
    JpegFormat{.is_420 = true, .q = 128, .width = 2040, .height = 2040, .restart_interval = 128},
};

/// A frame that was begun, and what was handed out of it.
struct Begun {
  std::shared_ptr<const IncomingFrame> frame;
  std::vector<Band> bands;
  std::vector<std::vector<std::byte>> copies;  // of their bytes when they were handed out
};

class Checker final : public FrameObserver {
 public:
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override {
    const JpegLayout& layout = frame->layout();
    require(!layout.header.empty(), "the header is known");
    require(layout.width > 0 && layout.height > 0, "the picture has a size");
    require(frame->end().reception == Reception::under_way, "the frame has not ended");
    begun_.push_back({frame, {}, {}});
    return true;
  }

  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    JpegLayout layout;
    require(validate_jpeg(frame->valid_bytes(), layout) == JpegVerdict::ok, "it is a valid JPEG");
    require(std::ranges::equal(layout.bands, frame->jpeg.layout.bands, std::ranges::equal),
            "its layout has its bands");
    require(frame->bytes().size() <= layout.header.size() + 2 + kMaxFrameBytes + 2,
            "a frame is bounded");
    if (!frame->was_begun) return;
    ++ends_;
    whole_.push_back(std::move(frame));
  }

  void frame_given_up(const LostFrame& frame) override {
    require(frame.reception == Reception::incomplete || frame.reception == Reception::refused,
            "the reason is reported");
    if (frame.was_begun) ++ends_;
  }

  /// Takes the bands that were handed out, as a decoder does it, at any time.
  void look() {
    for (Begun& begun : begun_) look_at(begun);
    const auto ended = std::erase_if(begun_, [](const Begun& begun) {
      return begun.frame->end().reception != Reception::under_way;
    });
    require(ended == std::exchange(ends_, 0), "each frame that was begun ends once");
    whole_.clear();
    require(begun_.size() <= 2, "at most two frames are open");
  }

 private:
  void look_at(Begun& begun) {
    take_bands(begun);
    for (std::size_t i = 0; i < begun.bands.size(); ++i)
      require(std::ranges::equal(begun.bands[i].bytes, begun.copies[i]), "bands do not change");
    const FrameEnd end = begun.frame->end();
    if (end.reception == Reception::whole) check_whole(begun, end.whole);
  }

  void check_whole(const Begun& begun, const std::shared_ptr<const ReceivedFrame>& whole) const {
    require(std::ranges::find(whole_, whole) != whole_.end(), "the observer received it before");
    const JpegLayout& layout = whole->jpeg.layout;
    const JpegLayout& header = begun.frame->layout();
    require(layout.width == header.width && layout.height == header.height,
            "it has the size that it was begun with");
    require(std::ranges::equal(layout.header, header.header), "and the header");
    int rows = 0;
    for (const Band& band : begun.bands) rows += band.height;
    require(rows >= layout.height, "all its rows were handed out");
  }

  static void take_bands(Begun& begun) {
    std::stop_source stop;
    stop.request_stop();
    std::vector<Band> bands;
    begun.frame->take(bands, stop.get_token());
    for (const Band& band : bands) {
      check_band(begun.frame->layout(), band);
      for (const Band& other : begun.bands)
        require(band.top >= other.top + other.height || other.top >= band.top + band.height,
                "no two bands have the same rows");
      begun.bands.push_back(band);
      begun.copies.emplace_back(band.bytes.begin(), band.bytes.end());
    }
  }

  static void check_band(const JpegLayout& layout, const Band& band) {
    require(band.top >= 0 && band.height > 0 && band.top + band.height <= layout.height,
            "a band is within the picture");
    require(!band.bytes.empty(), "a band has bytes");
    require(band.bytes.size() <= kMaxFrameBytes + 2, "a band is bounded");
  }

  std::vector<Begun> begun_;
  std::vector<std::shared_ptr<const ReceivedFrame>> whole_;  // since the last check
  std::size_t ends_ = 0;                                     // likewise
};

/// Executes the operations.
class Player {
 public:
  explicit Player(Bytes input) : input_(input) {}

  void play() {
    while (!input_.empty()) {
      do_operation(take_byte(input_) % 8);
      checker_.look();
      require(reassembler_.next_expiry().value_or(now_ + kForever) >= now_ - kForever,
              "the next expiry is a time");
    }
    expire(kForever);
    require(!reassembler_.next_expiry(), "in the end all frames are given up");
    reassembler_.reset();
  }

 private:
  static constexpr std::chrono::seconds kForever{3600};

  void do_operation(unsigned operation) {
    if (operation < 3) return add_interval();
    if (operation < 5) return add_piece();
    if (operation == 5) return add_raw();
    if (operation == 6) return expire(milliseconds(take_byte(input_)));
    if (take_byte(input_) % 8 == 0) reassembler_.reset();
  }

  void expire(microseconds passed) {
    now_ += passed;
    reassembler_.expire(now_);
    const auto next = reassembler_.next_expiry();
    require(!next || *next > now_, "frames that have waited long enough are given up");
  }

  /// A valid restart interval of the first format at its correct offset.
  void add_interval() {
    const unsigned number = take_byte(input_) % 4;
    std::vector<std::byte> data = {std::byte{1}, std::byte{2}, std::byte{3}};
    if (number < 3) data.insert(data.end(), {std::byte{0xFF}, marker(number)});
    const JpegFragment fragment{.offset = 5 * number,
                                .restart_count = static_cast<std::uint16_t>(number)};
    add_payload(kFormats[0], fragment, data, nullptr, number == 3);
  }

  static std::byte marker(unsigned number) { return static_cast<std::byte>(0xD0 + number); }

  void add_piece() {
    const JpegFormat& format = kFormats[take_byte(input_) % kFormats.size()];
    const unsigned flags = take_byte(input_);
    JpegFragment fragment{.offset = take_byte(input_),
                          .first = (flags & 1) != 0,
                          .last = (flags & 2) != 0,
                          .restart_count = static_cast<std::uint16_t>(take_byte(input_) % 8)};
    if ((flags & 4) != 0) fragment.restart_count = kUnalignedRestartCount;
    if ((flags & 0x60) == 0x60) fragment.offset *= 64;
    QuantizationTables tables;
    tables.fill(static_cast<std::byte>(1 + flags % 7));
    const std::vector<std::byte> data = take_data();
    add_payload(format, fragment, data, (flags & 8) != 0 ? &tables : nullptr, (flags & 16) != 0);
  }

  /// Bytes that are often markers.
  std::vector<std::byte> take_data() {
    std::vector<std::byte> data(1 + take_byte(input_) % 12, std::byte{0x11});
    const unsigned end = take_byte(input_);
    if (end < 16 && data.size() >= 2) {
      data[data.size() - 2] = std::byte{0xFF};
      data.back() = end < 8 ? marker(end) : std::byte{0xD9};
    }
    if (end >= 240) data[end % data.size()] = static_cast<std::byte>(take_byte(input_));
    return data;
  }

  void add_payload(const JpegFormat& format, const JpegFragment& fragment, Bytes data,
                   const QuantizationTables* tables, bool has_marker) {
    std::vector<std::byte> payload(kMaxJpegPayloadHeaderSizeBytes);
    const auto rest = put_jpeg_payload_header(payload, format, fragment, tables);
    payload.resize(payload.size() - rest.size());
    payload.insert(payload.end(), data.begin(), data.end());
    add(payload, has_marker);
  }

  void add_raw() {
    const std::size_t wanted = take_byte(input_);
    const std::size_t size = std::min(wanted, input_.size());
    const Bytes payload = input_.first(size);
    input_ = input_.subspan(size);
    add(payload, size % 2 == 0);
  }

  void add(Bytes payload, bool has_marker) {
    const unsigned where = take_byte(input_);
    sequence_ += static_cast<int>(where % 16) - 4;
    RtpPacket packet;
    packet.header.marker = has_marker;
    packet.header.timestamp = where / 16 % 4;
    packet.payload = payload;
    reassembler_.add(packet, sequence_, now_, where / 64);
  }

  Bytes input_;
  Checker checker_;
  JpegReassembler reassembler_{{.max_frame_bytes = kMaxFrameBytes}, checker_};
  WallTime now_{};
  std::int64_t sequence_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Player(as_input(data, size)).play();
  return 0;
}
