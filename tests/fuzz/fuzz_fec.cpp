#include <map>

#include "codec/bytes.hpp"
#include "support/fec.hpp"
#include "support/fuzzing.hpp"

namespace {

using namespace jpegwire;
using test::require;
using test::take_byte;

Bytes take(Bytes& input, std::size_t size) {
  const Bytes taken = input.first(std::min(size, input.size()));
  input = input.subspan(taken.size());
  return taken;
}

/// A stream of packets and repair datagrams, some valid and some taken from the input.
class Stream {
 public:
  void take_packet(Bytes& input) {
    const std::int64_t sequence = newest_ + static_cast<std::int8_t>(take_byte(input));
    const std::size_t size = take_byte(input);
    is_true_ = false;
    receive(sequence, take(input, size));
  }

  void take_repair(Bytes& input) {
    const std::size_t size = take_byte(input);
    std::vector<std::byte> datagram(4);
    put_block(datagram, input);
    const Bytes rest = take(input, size);
    datagram.insert(datagram.end(), rest.begin(), rest.end());
    is_true_ = false;
    check(decoder_.repair(datagram, newest_));
  }

  /// Blocks as the encoder produces them, with losses and at most one flipped bit.
  void take_block(Bytes& input) {
    const std::size_t packets = 1 + take_byte(input) % kMaxSourcePackets;
    const int percent = static_cast<int>(take_byte(input) % 128);
    block_ = test::make_block(encoder_, random_, newest_ + 1, packets, percent, 40);
    flip(input);
    const unsigned lost_of_256 = take_byte(input);
    std::size_t lost = 0;
    for (std::size_t i = 0; i < packets; ++i)
      if (random_() % 256 < lost_of_256)
        ++lost;
      else
        receive(block_.sequence(i), block_.packets[i]);
    newest_ = block_.sequence(packets - 1);
    std::size_t restored = 0;
    for (const auto& repair : block_.repairs) {
      const auto recovered = decoder_.repair(repair, newest_);
      restored += recovered.size();
      check(recovered);
    }
    if (is_true_) require(restored == (lost <= block_.repairs.size() ? lost : 0), "all or nothing");
  }

  void reset(Bytes& input) {
    decoder_.reset();
    received_.clear();
    newest_ = (std::int64_t{take_byte(input)} << 16) - static_cast<std::int64_t>(take_byte(input));
    block_ = {};
    is_true_ = true;
  }

 private:
  // Source Block Number and Encoding Symbol ID; only nearby values, so that the fuzzer need not
  // guess them.
  void put_block(std::span<std::byte> out, Bytes& input) const {
    const std::int64_t block = newest_ + static_cast<std::int8_t>(take_byte(input));
    put_big_endian(out, static_cast<std::uint32_t>(block) << 8 | take_byte(input));
  }

  void flip(Bytes& input) {
    const unsigned which = take_byte(input);
    if (which == 0 || block_.repairs.empty()) return;
    is_true_ = false;
    auto& repair = block_.repairs[which % block_.repairs.size()];
    repair[take_byte(input) % repair.size()] ^= static_cast<std::byte>(take_byte(input));
  }

  void receive(std::int64_t sequence, Bytes packet) {
    const auto recovered = decoder_.source(sequence, packet);
    received_[sequence] = true;
    check(recovered);
  }

  void check(std::span<const RecoveredPacket> recovered) {
    for (const auto& [sequence, packet] : recovered) {
      const auto rtp = parse_rtp(packet);
      require(rtp.has_value(), "it is RTP");
      require(rtp->header.sequence == static_cast<std::uint16_t>(sequence), "its number is right");
      require(packet.size() <= kMaxSourcePacketBytes, "it is not too large");
      require(!received_[sequence], "it was not there");
      received_[sequence] = true;
      if (is_true_) check_true(sequence, packet);
    }
  }

  void check_true(std::int64_t sequence, Bytes packet) {
    const std::int64_t at = sequence - block_.first_sequence;
    require(at >= 0 && at < std::ssize(block_.packets), "it is of the block");
    require(std::ranges::equal(packet, block_.packets[static_cast<std::size_t>(at)]),
            "it is what was sent");
  }

  std::mt19937 random_{1};
  FecEncoder encoder_;
  FecDecoder decoder_;
  test::FecBlock block_;
  std::map<std::int64_t, bool> received_;
  std::int64_t newest_ = 0;
  bool is_true_ = true;  // only what the encoder produced so far
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = test::as_input(data, size);
  Stream stream;
  const auto operations = {&Stream::take_block, &Stream::take_packet, &Stream::take_repair,
                           &Stream::reset};
  for (int count = 0; !input.empty() && count < 64; ++count)
    (stream.*operations.begin()[take_byte(input) % operations.size()])(input);
  return 0;
}
