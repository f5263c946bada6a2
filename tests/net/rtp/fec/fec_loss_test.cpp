#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "support/fec.hpp"

// What the network may do to a stream: lose, reorder and repeat datagrams.

namespace jpegwire::fec_loss_test {
namespace {

using namespace test;
using ByteVector = std::vector<std::byte>;

struct Datagram {
  bool is_repair = false;
  std::int64_t sequence = 0;  // of packets
  const ByteVector* bytes = nullptr;
};

struct Network {
  unsigned loss_percent = 0;
  std::size_t reorder = 0;  // by this number of datagrams
  unsigned repeat_percent = 0;
};

std::vector<FecBlock> make_stream(std::mt19937& random, std::int64_t first_sequence) {
  FecEncoder encoder;
  std::vector<FecBlock> stream;
  for (int i = 0; i < 12; ++i) {
    const std::size_t packets = 1 + random() % (random() % 4 == 0 ? 120 : 30);
    const int percent = static_cast<int>(random() % 60);
    const std::size_t max_bytes = random() % 10 == 0 ? 8972 : 200;
    stream.push_back(make_block(encoder, random, first_sequence, packets, percent, max_bytes));
    first_sequence += static_cast<std::int64_t>(packets);
  }
  return stream;
}

/// Which of the datagrams arrive, and in what order.
std::vector<Datagram> deliver(const std::vector<FecBlock>& stream, const Network& network,
                              std::mt19937& random) {
  std::vector<std::pair<std::size_t, Datagram>> arrivals;
  std::size_t time = 0;
  const auto send = [&](const Datagram& datagram) {
    ++time;
    if (random() % 100 < network.loss_percent) return;
    const int copies = random() % 100 < network.repeat_percent ? 2 : 1;
    for (int i = 0; i < copies; ++i)
      arrivals.emplace_back(time + random() % (network.reorder + 1), datagram);
  };
  for (const FecBlock& block : stream) {
    for (std::size_t i = 0; i < block.packets.size(); ++i)
      send({.is_repair = false, .sequence = block.sequence(i), .bytes = &block.packets[i]});
    for (const ByteVector& repair : block.repairs)
      send({.is_repair = true, .sequence = 0, .bytes = &repair});
  }
  std::ranges::stable_sort(arrivals, {}, &std::pair<std::size_t, Datagram>::first);
  std::vector<Datagram> datagrams;
  datagrams.reserve(arrivals.size());
  for (const auto& [when, datagram] : arrivals) datagrams.push_back(datagram);
  return datagrams;
}

/// Feeds a decoder, and checks what it hands out against the packets that were sent, which it
/// views.
class Receiver {
 public:
  Receiver(const std::vector<FecBlock>& stream, std::int64_t offset)
      : offset_(offset), newest_(stream.front().first_sequence + offset) {
    for (const FecBlock& block : stream)
      for (std::size_t i = 0; i < block.packets.size(); ++i)
        sent_[block.sequence(i) + offset] = &block.packets[i];
  }

  void take(const Datagram& datagram) {
    if (datagram.is_repair) {
      arrived_repairs_.insert(datagram.bytes);
      check(decoder_.repair(*datagram.bytes, newest_));
      return;
    }
    const std::int64_t sequence = datagram.sequence + offset_;
    newest_ = std::max(newest_, sequence);
    const auto recovered = decoder_.source(sequence, *datagram.bytes);
    arrived_.insert(sequence);
    check(recovered);
  }

  /// A block is restored completely if enough of its symbols arrived, otherwise not at all.
  void check_block(const FecBlock& block) const {
    std::size_t lost = 0;
    std::size_t back = 0;
    for (std::size_t i = 0; i < block.packets.size(); ++i) {
      const std::int64_t sequence = block.sequence(i) + offset_;
      lost += arrived_.count(sequence) == 0 ? 1 : 0;
      back += arrived_.count(sequence) == 0 && recovered_.count(sequence) == 1 ? 1 : 0;
    }
    std::size_t repairs = 0;
    for (const ByteVector& repair : block.repairs) repairs += arrived_repairs_.count(&repair);
    INFO("block at " << block.first_sequence << " of " << block.packets.size() << " with "
                     << repairs << " repair symbols");
    CHECK(back == (lost <= repairs ? lost : 0));
  }

  std::size_t recovered() const { return recovered_.size(); }

 private:
  void check(std::span<const RecoveredPacket> recovered) {
    for (const auto& [sequence, packet] : recovered) {
      CAPTURE(sequence);
      const bool is_first = recovered_.insert(sequence).second;
      if (!is_first || arrived_.count(sequence) > 0) FAIL("handed out twice");
      if (sent_.count(sequence) == 0 || !std::ranges::equal(packet, *sent_[sequence]))
        FAIL("another packet");
    }
  }

  std::int64_t offset_;  // of the receiver's extended sequence numbers
  std::int64_t newest_;
  FecDecoder decoder_;
  std::map<std::int64_t, const ByteVector*> sent_;
  std::set<std::int64_t> arrived_;
  std::set<const ByteVector*> arrived_repairs_;
  std::set<std::int64_t> recovered_;
};

std::size_t run(const Network& network, std::int64_t first_sequence, std::int64_t offset,
                unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<FecBlock> stream = make_stream(random, first_sequence);
  Receiver receiver(stream, offset);
  for (const Datagram& datagram : deliver(stream, network, random)) receiver.take(datagram);
  for (const FecBlock& block : stream) receiver.check_block(block);
  return receiver.recovered();
}

TEST_CASE("without loss nothing is restored", "[fec]") {
  const auto seed = GENERATE(range(1U, 6U));
  INFO("seed " << seed);
  CHECK(run({}, 100, 0, seed) == 0);
}

TEST_CASE("any loss within the number of repair symbols is restored", "[fec]") {
  const auto seed = GENERATE(range(1U, 13U));
  const auto network = GENERATE(values<Network>({{.loss_percent = 1},
                                                 {.loss_percent = 10},
                                                 {.loss_percent = 30},
                                                 {.loss_percent = 70},
                                                 {.reorder = 40, .repeat_percent = 10},
                                                 {.loss_percent = 5, .reorder = 3},
                                                 {.loss_percent = 10, .repeat_percent = 30},
                                                 {10, 40, 10},
                                                 {25, 15, 100}}));
  INFO("seed " << seed);
  CAPTURE(network.loss_percent, network.reorder, network.repeat_percent);
  run(network, 1000, 0, seed);
}

TEST_CASE("loss is restored across the wrap-around of sequence and block numbers", "[fec]") {
  const auto seed = GENERATE(range(1U, 9U));
  const auto wrap = GENERATE(as<std::int64_t>{}, 0, 1 << 16, 1 << 24, (1 << 24) + (1 << 16));
  const auto offset = GENERATE(as<std::int64_t>{}, 0, -(1 << 16), 77 << 16);
  INFO("seed " << seed);
  CAPTURE(wrap, offset);
  run({10, 20, 10}, wrap - 100, offset, seed);
}

TEST_CASE("the maximum loss is restored, and one more lost packet is not", "[fec]") {
  const auto seed = GENERATE(range(1U, 31U));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  FecEncoder encoder;
  const std::size_t packets = 1 + random() % kMaxSourcePackets;
  const int percent = 1 + static_cast<int>(random() % 50);
  const std::vector<FecBlock> stream = {make_block(encoder, random, 65'500, packets, percent)};
  const FecBlock& block = stream[0];
  std::vector<std::size_t> order(packets + block.repairs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::shuffle(order, random);
  Receiver receiver(stream, 0);
  const auto take = [&](std::size_t i) {
    if (i < packets)
      receiver.take(
          {.is_repair = false, .sequence = block.sequence(i), .bytes = &block.packets[i]});
    else
      receiver.take({.is_repair = true, .sequence = 0, .bytes = &block.repairs[i - packets]});
  };
  for (std::size_t i = 0; i + 1 < packets; ++i) take(order[i]);
  CHECK(receiver.recovered() == 0);
  take(order[packets - 1]);
  receiver.check_block(block);
}

}  // namespace
}  // namespace jpegwire::fec_loss_test
