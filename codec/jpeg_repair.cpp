#include "codec/jpeg_repair.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

constexpr std::array kStartOfImage{marker::kPrefix, marker::kStartOfImage};
constexpr std::array kEndOfImage{marker::kPrefix, marker::kEndOfImage};

/// Copies the segments of one JPEG, one after the other.
class Repair {
 public:
  explicit Repair(Bytes jpeg) : rest_(jpeg) { out_.reserve(jpeg.size() + kEndOfImage.size()); }

  std::optional<RepairedJpeg> run() {
    const auto begin = std::ranges::search(rest_, kStartOfImage).end();
    rest_ = Bytes(begin, rest_.end());
    put(kStartOfImage);
    while (!has_ended_) copy_next();
    if (scanned_components_ == 0) return std::nullopt;
    put(kEndOfImage);
    return RepairedJpeg{std::move(out_), was_cut_off_};
  }

 private:
  void copy_next() {
    if (!find_marker()) return end_early();
    // ffmpeg passes over an EOI in front of the picture.
    if (code_ == marker::kEndOfImage) return scanned_components_ > 0 ? end() : void();
    // Behind the picture, a decoder only looks for EOI; another scan is a bomb of scans.
    const bool is_complete = components_ > 0 && scanned_components_ >= components_;
    if (is_complete && code_ != marker::kStartOfScan && code_ != marker::kNumberOfLines)
      return end_early();
    if (code_ == marker::kStartOfImage) return begin_again();
    if (marker::stands_alone(code_)) return;
    copy_segment();
  }

  // As libjpeg does: skips everything that is not a marker, and a stuffed zero is none.
  bool find_marker() {
    while (skip_to_prefix()) {
      while (!rest_.empty() && rest_.front() == marker::kPrefix) rest_ = rest_.subspan(1);
      if (rest_.empty()) return false;
      code_ = rest_.front();
      rest_ = rest_.subspan(1);
      if (code_ != marker::kStuffing) return true;
    }
    return false;
  }

  bool skip_to_prefix() {
    rest_ = Bytes(std::ranges::find(rest_, marker::kPrefix), rest_.end());
    return !rest_.empty();
  }

  // Another frame begins before this one's scan: then this one was cut off, and the other one may
  // be whole. Directly behind SOI, or between tables, it means nothing.
  void begin_again() {
    if (scanned_components_ > 0) return end_early();
    if (components_ == 0) return;
    out_.resize(kStartOfImage.size());
    components_ = restart_interval_ = mcus_ = 0;
  }

  void copy_segment() {
    if (rest_.size() < 2) return end_early();
    const std::size_t length = get_big_endian<std::uint16_t>(rest_);
    if (length > rest_.size()) return end_early();
    // libjpeg passes over segments with an impossible length by these two bytes alone.
    const Bytes payload = rest_.first(std::max<std::size_t>(length, 2)).subspan(2);
    rest_ = rest_.subspan(2 + payload.size());
    if (length < 2 || code_ == marker::kNumberOfLines || marker::is_reserved(code_)) return;
    copy_payload(payload);
  }

  void copy_payload(Bytes payload) {
    if (code_ == marker::kStartOfScan) return copy_scan(payload);
    if (code_ == marker::kQuantizationTables) return copy_quantization_tables(payload);
    if (code_ == marker::kBaselineFrame || code_ == marker::kExtendedFrame) note_frame(payload);
    put_segment(payload);
    if (code_ != marker::kRestartInterval || payload.size() != 2) return;
    restart_interval_ = get_big_endian<std::uint16_t>(payload);
    interval_offset_ = out_.size() - 2;
  }

  void note_frame(Bytes payload) {
    if (payload.size() < 6) return;
    components_ = byte_at(payload, 5);
    if (payload.size() != 6 + 3 * components_) return;
    std::size_t widest = 1;
    std::size_t tallest = 1;
    // The one component of a grey picture is coded block by block, whatever its factors (A.2.2).
    for (std::size_t i = 0; components_ > 1 && i < components_; ++i) {
      widest = std::max<std::size_t>(widest, byte_at(payload, 7 + 3 * i) >> 4);
      tallest = std::max<std::size_t>(tallest, byte_at(payload, 7 + 3 * i) & 15);
    }
    const auto in_mcus = [](std::size_t pixels, std::size_t mcu) {
      return (pixels + mcu - 1) / mcu;
    };
    mcus_ = in_mcus(get_big_endian<std::uint16_t>(payload.subspan(3)), 8 * widest) *
            in_mcus(get_big_endian<std::uint16_t>(payload.subspan(1)), 8 * tallest);
  }

  // Without bytes behind the last table. libjpeg takes any precision but 0 for 16 bits.
  void copy_quantization_tables(Bytes payload) {
    std::size_t size = 0;
    std::vector<std::byte> tables(payload.begin(), payload.end());
    while (size < tables.size()) {
      const bool has_16_bits = (tables[size] >> 4) != std::byte{0};
      const std::size_t end = size + 1 + std::size_t{64} * (has_16_bits ? 2 : 1);
      if (end > tables.size()) break;
      if (has_16_bits) tables[size] = std::byte{0x10} | (tables[size] & std::byte{15});
      size = end;
    }
    put_segment(Bytes(tables).first(size));
  }

  void copy_scan(Bytes payload) {
    const std::size_t components = payload.empty() ? 0 : byte_at(payload, 0);
    scanned_components_ += std::max<std::size_t>(components, 1);
    put_segment(payload);
    if (payload.size() == 1 + 2 * components + marker::kSequentialSelection.size())
      put_bytes(std::span(out_).last(marker::kSequentialSelection.size()),
                marker::kSequentialSelection);
    restarts_.clear();
    const std::size_t begin = out_.size();
    copy_entropy_coded_bytes();
    if (restart_interval_ > 0 && components == components_ && mcus_ > 0) repair_restarts(begin);
  }

  // Up to the next marker other than RSTn. A single 0xFF at the end is half of a marker.
  void copy_entropy_coded_bytes() {
    Bytes piece = rest_;
    const auto put_piece = [&] { put(piece.first(piece.size() - rest_.size())); };
    while (skip_to_prefix() && rest_.size() > 1) {
      const std::byte code = rest_[1];
      if (code == marker::kStuffing || code == marker::kPrefix) {
        rest_ = rest_.subspan(code == marker::kPrefix ? 1 : 2);
      } else if (marker::is_restart(code)) {
        rest_ = rest_.subspan(2);
        put_piece();
        piece = rest_;
        restarts_.push_back(out_.size() - 1);
      } else if (code < marker::kBaselineFrame) {
        put_piece();
        skip_damage();
        piece = rest_;
      } else {
        break;
      }
    }
    put_piece();
  }

  // As libjpeg does: such a marker is damage, and the next marker follows sound bytes again.
  void skip_damage() {
    rest_ = rest_.subspan(2);
    while (skip_to_prefix() && rest_.size() > 1 &&
           (rest_[1] == marker::kStuffing || rest_[1] == marker::kPrefix))
      rest_ = rest_.subspan(rest_[1] == marker::kPrefix ? 1 : 2);
  }

  // ffmpeg decodes a scan without any restart marker in spite of DRI, and ignores the markers'
  // numbers, which some encoders write wrongly. libjpeg knows from them which intervals are lost.
  void repair_restarts(std::size_t scan_begin) {
    const std::size_t due = (mcus_ - 1) / restart_interval_;
    if (restarts_.empty())
      put_big_endian(std::span(out_).subspan(interval_offset_, 2), std::uint16_t{0});
    else if (restarts_.size() < due)
      insert_missing_restarts(scan_begin, due - restarts_.size());
    for (std::size_t i = 0; i < restarts_.size(); ++i)
      out_[restarts_[i]] = marker::restart(static_cast<int>(i % 8));
  }

  // Where one or two numbers are left out, their intervals are lost, and become empty.
  void insert_missing_restarts(std::size_t scan_begin, std::size_t missing) {
    constexpr std::size_t kMaxGap = 2;
    const auto scan =
        std::vector(out_.begin() + static_cast<std::ptrdiff_t>(scan_begin), out_.end());
    out_.resize(scan_begin);
    std::size_t copied = 0;
    std::vector<std::size_t> restarts;
    for (const std::size_t offset : restarts_) {
      const std::size_t code = offset - scan_begin;
      const auto number = static_cast<std::size_t>(marker::restart_index(scan[code]));
      const std::size_t gap = (number - restarts.size()) % 8;
      put(Bytes(scan).subspan(copied, code - 1 - copied));
      const std::size_t lost = gap <= std::min(kMaxGap, missing) ? gap : 0;
      for (std::size_t i = 0; i <= lost; ++i) {
        put(std::array{marker::kPrefix, marker::kFirstRestart});
        restarts.push_back(out_.size() - 1);
      }
      missing -= lost;
      copied = code + 1;
    }
    put(Bytes(scan).subspan(copied));
    restarts_ = std::move(restarts);
  }

  void put_segment(Bytes payload) {
    const auto length = static_cast<std::uint16_t>(2 + payload.size());
    std::array head{marker::kPrefix, code_, std::byte{0}, std::byte{0}};
    put_big_endian(std::span(head).subspan(2), length);
    put(head);
    put(payload);
  }

  void put(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  void end() { has_ended_ = true; }

  void end_early() {
    was_cut_off_ = true;
    end();
  }

  Bytes rest_;
  std::vector<std::byte> out_;
  std::byte code_{};  // of the marker that was found last
  std::size_t components_ = 0;
  std::size_t scanned_components_ = 0;
  std::size_t mcus_ = 0;                 // in a scan of all components
  std::size_t restart_interval_ = 0;     // in MCUs
  std::size_t interval_offset_ = 0;      // in out_: where it stands
  std::vector<std::size_t> restarts_{};  // in out_: the codes of the scan's RSTn
  bool has_ended_ = false;
  bool was_cut_off_ = false;
};

}  // namespace

std::optional<RepairedJpeg> repair_jpeg(Bytes jpeg) { return Repair(jpeg).run(); }

}  // namespace jpegwire
