#include "codec/jpeg_layout.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#include <numeric>
#include <utility>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"
#include "codec/jpeg_repair.hpp"

namespace jpegwire {
namespace {

struct Component {
  std::byte id{};
  int horizontal = 1;
  int vertical = 1;
  unsigned quantization_table = 0;
  bool scanned = false;
};

// SOF2 to SOF15, JPG, DAC, DHP and EXP (T.81, table B.1).
JpegVerdict coding_of(std::byte other_frame) {
  switch (std::to_integer<int>(other_frame)) {
    case 0xC2:
      return JpegVerdict::progressive;
    case 0xC3:
      return JpegVerdict::lossless;
    case 0xC5:
    case 0xC6:
    case 0xC7:
    case 0xDE:
    case 0xDF:
      return JpegVerdict::hierarchical;
    default:
      return JpegVerdict::arithmetic_coding;
  }
}

struct Words {
  std::string_view name;
  std::string_view description;
};

Words words_of(JpegVerdict verdict) {
  switch (verdict) {
    case JpegVerdict::ok:
      return {"ok", "baseline JPEG"};
    case JpegVerdict::not_a_jpeg:
      return {"not_a_jpeg", "not a JPEG"};
    case JpegVerdict::truncated:
      return {"truncated", "truncated JPEG"};
    case JpegVerdict::bad_segment:
      return {"bad_segment", "JPEG with an invalid segment"};
    case JpegVerdict::progressive:
      return {"progressive", "progressive JPEG"};
    case JpegVerdict::lossless:
      return {"lossless", "lossless JPEG"};
    case JpegVerdict::hierarchical:
      return {"hierarchical", "hierarchical JPEG"};
    case JpegVerdict::arithmetic_coding:
      return {"arithmetic_coding", "arithmetic-coded JPEG"};
    case JpegVerdict::not_8_bits:
      return {"not_8_bits", "JPEG whose samples do not have 8 bits"};
    case JpegVerdict::bad_components:
      return {"bad_components", "JPEG that is neither grey nor YCbCr"};
    case JpegVerdict::empty_picture:
      return {"empty_picture", "JPEG without a width or a height"};
    case JpegVerdict::too_many_pixels:
      return {"too_many_pixels", "JPEG with too many pixels"};
    case JpegVerdict::too_many_scans:
      return {"too_many_scans", "JPEG with several scans for a component"};
    case JpegVerdict::missing_scan:
      return {"missing_scan", "JPEG that lacks a scan"};
    case JpegVerdict::missing_tables:
      return {"missing_tables", "JPEG that lacks a quantization table"};
    case JpegVerdict::damaged:
      return {"damaged", "JPEG with missing rows"};
    case JpegVerdict::undecodable:
      return {"undecodable", "JPEG that cannot be decoded"};
    case JpegVerdict::contradictory_packets:
      return {"contradictory_packets", "packets that contradict each other"};
  }
  return {"unknown", "unknown"};
}

/// One pass over a JPEG; each step reads one segment and says whether the next may follow.
class Validator {
 public:
  Validator(Bytes jpeg, JpegLayout& layout, std::int64_t max_pixels)
      : jpeg_(jpeg), layout_(layout), max_pixels_(max_pixels) {}

  JpegVerdict run() {
    if (jpeg_.size() < 2 || !is_marker(jpeg_, marker::kStartOfImage))
      return JpegVerdict::not_a_jpeg;
    position_ = kHeaderBegin;
    while (!ended_)
      if (const JpegVerdict verdict = read_segment(); verdict != JpegVerdict::ok) return verdict;
    return check_scans();
  }

 private:
  static constexpr std::size_t kHeaderBegin = 2;  // behind SOI

  static bool is_marker(Bytes bytes, std::byte code) {
    return bytes[0] == marker::kPrefix && bytes[1] == code;
  }

  // Reads a marker and its segment, and behind SOS the entropy-coded bytes too.
  JpegVerdict read_segment() {
    if (!read_marker()) return failed_marker_;
    if (code_ == marker::kEndOfImage) {
      ended_ = true;
      return JpegVerdict::ok;
    }
    if (marker::stands_alone(code_)) return JpegVerdict::bad_segment;
    if (jpeg_.size() - position_ < 2) return JpegVerdict::truncated;
    const std::size_t length = get_big_endian<std::uint16_t>(jpeg_.subspan(position_));
    if (length < 2) return JpegVerdict::bad_segment;
    if (jpeg_.size() - position_ < length) return JpegVerdict::truncated;
    const Bytes payload = jpeg_.subspan(position_ + 2, length - 2);
    position_ += length;
    return read_payload(payload);
  }

  // A marker may be preceded by any number of 0xFF (B.1.1.2).
  bool read_marker() {
    marker_begin_ = position_;
    failed_marker_ = JpegVerdict::truncated;
    if (position_ == jpeg_.size()) return false;
    failed_marker_ = JpegVerdict::bad_segment;
    if (jpeg_[position_] != marker::kPrefix) return false;
    while (position_ < jpeg_.size() && jpeg_[position_] == marker::kPrefix) ++position_;
    failed_marker_ = JpegVerdict::truncated;
    if (position_ == jpeg_.size()) return false;
    code_ = jpeg_[position_++];
    return true;
  }

  JpegVerdict read_payload(Bytes payload) {
    if (marker::is_other_frame(code_)) return coding_of(code_);
    if (code_ == marker::kBaselineFrame || code_ == marker::kExtendedFrame)
      return read_frame_header(payload);
    if (code_ == marker::kQuantizationTables) return read_quantization_tables(payload);
    if (code_ == marker::kHuffmanTables) return read_huffman_tables(payload);
    if (code_ == marker::kRestartInterval) return read_restart_interval(payload);
    if (code_ == marker::kStartOfScan) return read_scan(payload);
    // APPn and COM are skipped. Decoders disagree about the other segments.
    const bool is_known = code_ != marker::kNumberOfLines && !marker::is_reserved(code_);
    return is_known ? JpegVerdict::ok : JpegVerdict::bad_segment;
  }

  JpegVerdict read_frame_header(Bytes payload) {
    if (component_count_ != 0 || payload.size() < 6) return JpegVerdict::bad_segment;
    if (payload[0] != std::byte{8}) return JpegVerdict::not_8_bits;
    layout_.height = get_big_endian<std::uint16_t>(payload.subspan(1));
    layout_.width = get_big_endian<std::uint16_t>(payload.subspan(3));
    if (layout_.width == 0 || layout_.height == 0) return JpegVerdict::empty_picture;
    if (std::int64_t{layout_.width} * layout_.height > max_pixels_)
      return JpegVerdict::too_many_pixels;
    const int count = std::to_integer<int>(payload[5]);
    if (count != 1 && count != 3) return JpegVerdict::bad_components;
    if (payload.size() != 6 + 3 * static_cast<std::size_t>(count)) return JpegVerdict::bad_segment;
    layout_.height_offset = static_cast<std::size_t>(payload.data() + 1 - header_data());
    component_count_ = layout_.components = count;
    return read_components(payload.subspan(6));
  }

  JpegVerdict read_components(Bytes fields) {
    int widest = 1;
    int tallest = 1;
    for (Component& component : components()) {
      component = {.id = fields[0],
                   .horizontal = std::to_integer<int>(fields[1] >> 4),
                   .vertical = std::to_integer<int>(fields[1] & std::byte{15}),
                   .quantization_table = std::to_integer<unsigned>(fields[2])};
      if (!sampling_is_valid(component)) return JpegVerdict::bad_components;
      widest = std::max(widest, component.horizontal);
      tallest = std::max(tallest, component.vertical);
      fields = fields.subspan(3);
    }
    // The one component of a grey picture is coded block by block, whatever its factors (A.2.2).
    layout_.mcu_width = 8 * (component_count_ == 1 ? 1 : widest);
    layout_.mcu_height = 8 * (component_count_ == 1 ? 1 : tallest);
    return JpegVerdict::ok;
  }

  static bool sampling_is_valid(const Component& component) {
    const auto valid = [](int factor) { return factor >= 1 && factor <= 4; };
    return valid(component.horizontal) && valid(component.vertical) &&
           component.quantization_table <= 3;
  }

  JpegVerdict read_quantization_tables(Bytes payload) {
    while (!payload.empty()) {
      const auto precision = std::to_integer<unsigned>(payload[0] >> 4);
      const auto id = std::to_integer<unsigned>(payload[0] & std::byte{15});
      const std::size_t size = 1 + 64 * (precision + 1);
      if (precision > 1 || id > 3 || payload.size() < size) return JpegVerdict::bad_segment;
      quantization_tables_.set(id);
      payload = payload.subspan(size);
    }
    return JpegVerdict::ok;
  }

  JpegVerdict read_huffman_tables(Bytes payload) {
    while (!payload.empty()) {
      const auto table_class = std::to_integer<unsigned>(payload[0] >> 4);
      const auto id = std::to_integer<unsigned>(payload[0] & std::byte{15});
      if (table_class > 1 || id > 3 || payload.size() < 17) return JpegVerdict::bad_segment;
      std::size_t symbols = 0;
      for (const std::byte count : payload.subspan(1, 16))
        symbols += std::to_integer<unsigned>(count);
      if (symbols > 256 || payload.size() < 17 + symbols) return JpegVerdict::bad_segment;
      layout_.has_huffman_tables = true;
      payload = payload.subspan(17 + symbols);
    }
    return JpegVerdict::ok;
  }

  JpegVerdict read_restart_interval(Bytes payload) {
    if (payload.size() != 2) return JpegVerdict::bad_segment;
    restart_interval_ = layout_.restart_interval = get_big_endian<std::uint16_t>(payload);
    return JpegVerdict::ok;
  }

  JpegVerdict read_scan(Bytes payload) {
    if (component_count_ == 0 || payload.empty()) return JpegVerdict::bad_segment;
    const auto count = std::to_integer<std::size_t>(payload[0]);
    if (count < 1 || count > components().size()) return JpegVerdict::bad_segment;
    if (payload.size() != 4 + 2 * count) return JpegVerdict::bad_segment;
    for (std::size_t i = 0; i < count; ++i)
      if (const auto verdict = claim_component(payload[1 + 2 * i]); verdict != JpegVerdict::ok)
        return verdict;
    if (!std::ranges::equal(payload.subspan(1 + 2 * count), marker::kSequentialSelection))
      return JpegVerdict::bad_segment;
    if (++scan_count_ == 1) begin_first_scan(count);
    return skip_entropy_coded_bytes();
  }

  // libjpeg takes components with the same identifier in their order.
  JpegVerdict claim_component(std::byte id) {
    JpegVerdict failure = JpegVerdict::bad_components;
    for (Component& component : components()) {
      if (component.id != id) continue;
      failure = JpegVerdict::too_many_scans;
      if (component.scanned) continue;
      if (!quantization_tables_.test(component.quantization_table))
        return JpegVerdict::missing_tables;
      component.scanned = true;
      return JpegVerdict::ok;
    }
    return failure;
  }

  void begin_first_scan(std::size_t scanned_components) {
    layout_.header = jpeg_.subspan(kHeaderBegin, position_ - kHeaderBegin);
    layout_.scan_offset = marker_begin_ - kHeaderBegin;
    scan_begin_ = position_;
    if (scanned_components == components().size()) plan_bands();
  }

  // Bands are whole MCU rows of whole restart intervals, few enough to be written at once.
  void plan_bands() {
    const int row = mcus_per_row();
    if (restart_interval_ == 0) return;
    const int rows_per_step = std::lcm(row, restart_interval_) / row;
    const int steps = (mcu_rows() + rows_per_step * kMaxBands - 1) / (rows_per_step * kMaxBands);
    rows_per_band_ = rows_per_step * steps;
    intervals_per_band_ = std::int64_t{rows_per_band_} * row / restart_interval_;
    restarts_due_ = (std::int64_t{row} * mcu_rows() - 1) / restart_interval_;
  }

  // Advances to the marker after the scan and records the bands that the restart markers delimit.
  JpegVerdict skip_entropy_coded_bytes() {
    std::int64_t intervals = 1;
    band_begin_ = position_;
    while (const std::byte* prefix = next_prefix()) {
      const auto at = static_cast<std::size_t>(prefix - jpeg_.data());
      if (at + 1 >= jpeg_.size()) return JpegVerdict::truncated;
      const std::byte code = jpeg_[at + 1];
      position_ = at + (code == marker::kPrefix ? 1 : 2);
      if (code == marker::kStuffing || code == marker::kPrefix) continue;
      if (!marker::is_restart(code)) {
        position_ = at;
        restart_count_ = intervals - 1;
        return JpegVerdict::ok;
      }
      note_restart(code, intervals++);
    }
    return JpegVerdict::truncated;
  }

  const std::byte* next_prefix() const {
    const std::size_t left = jpeg_.size() - position_;
    return static_cast<const std::byte*>(std::memchr(jpeg_.data() + position_, 0xFF, left));
  }

  void note_restart(std::byte code, std::int64_t interval) {
    if (intervals_per_band_ == 0) return;
    if (marker::restart_index(code) != (interval - 1) % 8) restarts_are_regular_ = false;
    if (interval % intervals_per_band_ != 0 || layout_.bands.size() >= kMaxBands) return;
    layout_.bands.push_back(jpeg_.subspan(band_begin_, position_ - band_begin_));
    band_begin_ = position_;
  }

  JpegVerdict check_scans() {
    if (scan_count_ == 0) return JpegVerdict::missing_scan;
    for (const Component& component : components())
      if (!component.scanned) return JpegVerdict::missing_scan;
    if (!restarts_make_sense()) return JpegVerdict::bad_segment;
    if (bands_are_regular())
      layout_.bands.push_back(jpeg_.subspan(band_begin_, position_ - band_begin_));
    else
      make_one_band();
    layout_.band_height = rows_per_band_ * layout_.mcu_height;
    return JpegVerdict::ok;
  }

  // Decoders disagree about a scan whose markers are not numbered as they should be, or that has
  // none of those that DRI announces.
  bool restarts_make_sense() const {
    const bool lacks_all = restart_count_ == 0 && restarts_due_ > 0;
    return intervals_per_band_ == 0 || (restarts_are_regular_ && !lacks_all);
  }

  // With a marker too few, because the scan ends early, or too many, the scan is decoded as a
  // whole.
  bool bands_are_regular() const {
    return intervals_per_band_ != 0 && restart_count_ == restarts_due_;
  }

  void make_one_band() {
    rows_per_band_ = mcu_rows();
    layout_.bands.assign(1, jpeg_.subspan(scan_begin_, position_ - scan_begin_));
  }

  int mcus_per_row() const { return (layout_.width + layout_.mcu_width - 1) / layout_.mcu_width; }
  int mcu_rows() const { return (layout_.height + layout_.mcu_height - 1) / layout_.mcu_height; }
  const std::byte* header_data() const { return jpeg_.data() + kHeaderBegin; }
  std::span<Component> components() {
    return std::span(components_).first(static_cast<std::size_t>(component_count_));
  }

  Bytes jpeg_;
  JpegLayout& layout_;
  std::int64_t max_pixels_;

  std::size_t position_ = 0;
  std::size_t marker_begin_ = 0;
  std::byte code_{};
  JpegVerdict failed_marker_ = JpegVerdict::ok;
  bool ended_ = false;

  std::array<Component, 3> components_{};
  int component_count_ = 0;
  std::bitset<4> quantization_tables_;
  int restart_interval_ = 0;  // MCUs

  int scan_count_ = 0;
  std::size_t scan_begin_ = 0;
  std::size_t band_begin_ = 0;
  int rows_per_band_ = 0;
  std::int64_t intervals_per_band_ = 0;  // 0: the frame is one band
  std::int64_t restarts_due_ = 0;
  std::int64_t restart_count_ = 0;
  bool restarts_are_regular_ = true;
};

// What no repair changes is refused at once, by its name.
bool is_repairable(JpegVerdict verdict) {
  return verdict == JpegVerdict::not_a_jpeg || verdict == JpegVerdict::truncated ||
         verdict == JpegVerdict::bad_segment || verdict == JpegVerdict::missing_scan;
}

void reset(JpegLayout& layout) {
  std::vector<Bytes> bands = std::move(layout.bands);
  bands.clear();
  layout = JpegLayout{};
  layout.bands = std::move(bands);
}

}  // namespace

JpegVerdict validate_jpeg(Bytes jpeg, JpegLayout& layout, std::int64_t max_pixels) {
  reset(layout);
  return Validator(jpeg, layout, max_pixels).run();
}

JpegVerdict validate(EncodedFrame& frame, std::int64_t max_pixels) {
  frame.storage.resize(1);
  const JpegVerdict verdict = validate_jpeg(frame.storage[0], frame.layout, max_pixels);
  if (!is_repairable(verdict)) return verdict;
  std::optional<RepairedJpeg> repaired = repair_jpeg(frame.storage[0]);
  if (!repaired) return verdict;
  frame.storage.push_back(std::move(repaired->bytes));
  const JpegVerdict second = validate_jpeg(frame.storage[1], frame.layout, max_pixels);
  frame.layout.is_cut_off = repaired->was_cut_off;
  return second;
}

std::optional<int> count_restarts(Bytes band) {
  int restarts = 0;
  while (const auto* prefix =
             static_cast<const std::byte*>(std::memchr(band.data(), 0xFF, band.size()))) {
    band = band.subspan(static_cast<std::size_t>(prefix - band.data()) + 1);
    if (band.empty()) return std::nullopt;
    const std::byte code = band.front();
    if (code == marker::kPrefix) continue;
    if (code == marker::kEndOfImage)
      return band.size() == 1 ? std::optional(restarts) : std::nullopt;
    if (marker::is_restart(code))
      ++restarts;
    else if (code != marker::kStuffing)
      return std::nullopt;
    band = band.subspan(1);
  }
  return restarts;
}

std::string_view describe(JpegVerdict verdict) { return words_of(verdict).description; }

std::string_view name_of(JpegVerdict verdict) { return words_of(verdict).name; }

}  // namespace jpegwire
