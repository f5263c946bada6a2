#include "net/rtp/format/rtcp.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "support/streams.hpp"

namespace jpegwire::rtcp_test {
namespace {

using namespace test;

// Packets as RFC 3550, 3611 and 4585 draw them; the writer and the reader share them.

const WallTime kTime{std::chrono::seconds(1'700'000'000) + microseconds(250'000)};

const SenderInfo kInfo{
    .time = kTime, .rtp_timestamp = 0x11223344, .packets = 0x55667788, .octets = 0x99AABBCC};

const ByteVector kSenderReport =
    to_bytes({0x80, 200,  0,    6,                          // no reports, 7 words
              0xAA, 0xBB, 0xCC, 0xDD,                       // SSRC
              0xE8, 0xFE, 0x6F, 0x80, 0x40, 0,    0,    0,  // NTP
              0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC});

const ReceptionReport kReport{.ssrc = 0x01020304,
                              .fraction_lost = 0x40,
                              .cumulative_lost = 0x012345,
                              .highest_sequence = 0x00021234,
                              .jitter = 0x77,
                              .last_sender_report = 0x6F804000,
                              .delay_since_sender_report = 0x00018000};

const ByteVector kReportBytes = to_bytes({1, 2, 3, 4,    0x40, 0x01, 0x23, 0x45, 0, 2, 0x12, 0x34,
                                          0, 0, 0, 0x77, 0x6F, 0x80, 0x40, 0,    0, 1, 0x80, 0});

const ByteVector kEmptyReceiverReport = to_bytes({0x80, 201, 0, 1, 0xAA, 0xBB, 0xCC, 0xDD});
const ByteVector kReceiverReport =
    joined(to_bytes({0x81, 201, 0, 7, 0xAA, 0xBB, 0xCC, 0xDD}), kReportBytes);

const ByteVector kReferenceTime = to_bytes({0x80, 207,  0,    4,    0xAA, 0xBB, 0xCC, 0xDD,  //
                                            4,    0,    0,    2,                             // RRTR
                                            0xE8, 0xFE, 0x6F, 0x80, 0x40, 0,    0,    0});

const ByteVector kEchoes = to_bytes({0x80, 207, 0, 8, 0xAA, 0xBB, 0xCC, 0xDD,  //
                                     5,    0,   0, 6,                          // DLRR
                                     0,    0,   0, 1, 0x6F, 0x80, 0x40, 0,    0, 0, 0x80, 0,  //
                                     0,    0,   0, 2, 1,    2,    3,    4,    5, 6, 7,    8});

const ByteVector kNack = to_bytes({0x81, 205,  0,    4,    0xAA, 0xBB, 0xCC, 0xDD, 1, 2, 3, 4,  //
                                   0xFF, 0xFE, 0x80, 0x05,    // 65534, 65535, 1, 14
                                   0x00, 0x0F, 0x00, 0x00});  // 15

const std::vector<std::uint16_t> kNackedSequences{65'534, 65'535, 1, 14, 15};

const FrameReception kFrame{.sequence = 0x11121314,
                            .size_bytes = 0x21222324,
                            .first_byte = WallTime(microseconds(0x0006010203040506)),
                            .last_byte = WallTime(microseconds(0x0006010203040507)),
                            .decode_time = microseconds(0x31323334),
                            .wanted = {0x4142, 0x5152}};

const ByteVector kFrameReport =
    joined(to_bytes({0x82, 204, 0, 10, 0xAA, 0xBB, 0xCC, 0xDD, 'j', 'p', 'g', 'v'}),
           to_bytes({0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24}),
           to_bytes({0, 6, 1, 2, 3, 4, 5, 6, 0, 6, 1, 2, 3, 4, 5, 7}),
           to_bytes({0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x51, 0x52}));

const ByteVector kBye = to_bytes({0x81, 203, 0, 1, 0xAA, 0xBB, 0xCC, 0xDD});

constexpr std::uint32_t kSsrc = 0xAABBCCDD;

ByteVector written(const RtcpWriter& writer) {
  return {writer.bytes().begin(), writer.bytes().end()};
}

TEST_CASE("RTCP packets are written in the RFCs' format") {
  RtcpWriter writer;
  CHECK(writer.bytes().empty());
  ByteVector expected;
  const auto holds = [&](bool was_written, const ByteVector& bytes) {
    append(expected, bytes);
    return was_written && written(writer) == expected;
  };
  CHECK(holds(writer.sender_report(kSsrc, kInfo), kSenderReport));
  CHECK(holds(writer.receiver_report(kSsrc, {}), kEmptyReceiverReport));
  CHECK(holds(writer.receiver_report(kSsrc, {&kReport, 1}), kReceiverReport));
  CHECK(holds(writer.reference_time(kSsrc, kTime), kReferenceTime));
  const std::array echoes{ReferenceTimeEcho{1, 0x6F804000, 0x8000},
                          ReferenceTimeEcho{2, 0x01020304, 0x05060708}};
  CHECK(holds(writer.reference_time_echoes(kSsrc, echoes), kEchoes));
  CHECK(holds(writer.reference_time_echoes(kSsrc, {}), {}));
  CHECK(holds(writer.nack(kSsrc, 0x01020304, kNackedSequences), kNack));
  CHECK(holds(writer.nack(kSsrc, 0x01020304, {}), {}));
  CHECK(holds(writer.frame_report(kSsrc, kFrame), kFrameReport));
  CHECK(holds(writer.bye(kSsrc), kBye));
}

TEST_CASE("a CNAME ends with a zero and is padded to 32 bits") {
  const auto description = [](std::string_view cname) {
    RtcpWriter writer;
    CHECK(writer.description(kSsrc, cname));
    return written(writer);
  };
  const ByteVector ssrc = to_bytes({0xAA, 0xBB, 0xCC, 0xDD});
  CHECK(description("") == joined(to_bytes({0x81, 202, 0, 2}), ssrc, to_bytes({1, 0, 0, 0})));
  CHECK(description("a") == joined(to_bytes({0x81, 202, 0, 2}), ssrc, to_bytes({1, 1, 'a', 0})));
  CHECK(description("ab") ==
        joined(to_bytes({0x81, 202, 0, 3}), ssrc, to_bytes({1, 2}), "ab", to_bytes({0, 0, 0, 0})));
  CHECK(description("abcde") ==
        joined(to_bytes({0x81, 202, 0, 3}), ssrc, to_bytes({1, 5}), "abcde", to_bytes({0})));
  CHECK(description(std::string(255, 'x')).size() == 4 + 4 + 260);
  RtcpWriter writer;
  CHECK_FALSE(writer.description(kSsrc, std::string(256, 'x')));
  CHECK(writer.bytes().empty());
}

TEST_CASE("a sender without a clock writes NTP zero") {
  RtcpWriter writer;
  writer.sender_report(kSsrc, {.rtp_timestamp = 5});
  CHECK(std::ranges::count(writer.bytes().subspan(8, 8), std::byte{0}) == 8);
  const auto compound = parse_rtcp(writer.bytes());
  REQUIRE(compound);
  CHECK(compound->sender_info == SenderInfo{.rtp_timestamp = 5});
  CHECK(compound->last_sender_report == 0);
}

TEST_CASE("the cumulative loss is clamped to 24 bits") {
  const auto [lost, read] = GENERATE(table<std::int32_t, std::int32_t>({
      {0x7FFFFF, 0x7FFFFF},
      {0x800000, 0x7FFFFF},
      {std::numeric_limits<std::int32_t>::max(), 0x7FFFFF},
      {-1, -1},
      {-0x800000, -0x800000},
      {-0x800001, -0x800000},
  }));
  RtcpWriter writer;
  const ReceptionReport report{.fraction_lost = 255, .cumulative_lost = lost};
  writer.receiver_report(kSsrc, {&report, 1});
  const auto compound = parse_rtcp(writer.bytes());
  REQUIRE(compound);
  CHECK(compound->reception_reports[0].cumulative_lost == read);
  CHECK(compound->reception_reports[0].fraction_lost == 255);
}

TEST_CASE("a packet that does not fit is left out as a whole") {
  RtcpWriter writer;
  const std::vector<ReceptionReport> reports(32, kReport);
  CHECK_FALSE(writer.receiver_report(kSsrc, reports));  // its count has five bits
  CHECK(writer.bytes().empty());
  CHECK(writer.receiver_report(kSsrc, std::span(reports).first(31)));
  const ByteVector before = written(writer);
  CHECK_FALSE(writer.receiver_report(kSsrc, std::span(reports).first(19)));
  CHECK_FALSE(writer.reference_time_echoes(kSsrc, std::vector<ReferenceTimeEcho>(32)));
  CHECK(written(writer) == before);
  CHECK(writer.receiver_report(kSsrc, std::span(reports).first(18)));
  CHECK(writer.bytes().size() == before.size() + 8 + 18 * 24);
}

TEST_CASE("the buffer is filled to its last byte and no further") {
  RtcpWriter writer;
  for (int i = 0; i < 150; ++i) CHECK(writer.receiver_report(kSsrc, {}));
  CHECK(writer.bytes().size() == kMaxRtcpSizeBytes);
  CHECK_FALSE(writer.receiver_report(kSsrc, {}));
  CHECK_FALSE(writer.sender_report(kSsrc, kInfo));
  CHECK_FALSE(writer.description(kSsrc, ""));
  CHECK_FALSE(writer.reference_time(kSsrc, kTime));
  CHECK_FALSE(writer.nack(kSsrc, 1, kNackedSequences));
  CHECK_FALSE(writer.frame_report(kSsrc, kFrame));
  CHECK_FALSE(writer.bye(kSsrc));
  CHECK(writer.bytes().size() == kMaxRtcpSizeBytes);
}

std::vector<std::uint16_t> run(std::uint16_t first, std::size_t count, int step = 1) {
  std::vector<std::uint16_t> sequences;
  for (std::size_t i = 0; i < count; ++i)
    sequences.push_back(static_cast<std::uint16_t>(first + static_cast<int>(i) * step));
  return sequences;
}

TEST_CASE("requested sequence numbers are read back in order") {
  const auto sequences = GENERATE(run(5, 1), run(5, 17), run(5, 18), run(65'530, 272),
                                  run(65'000, 16, 17), run(7, 130, 2), run(65'535, 2, 16));
  RtcpWriter writer;
  REQUIRE(writer.nack(1, 2, sequences));
  const auto compound = parse_rtcp(writer.bytes());
  REQUIRE(compound);
  CHECK(compound->sender_ssrc == 1);
  REQUIRE(compound->nack);
  CHECK(compound->nack->media_ssrc == 2);
  CHECK(std::ranges::equal(compound->nack->sequences, sequences));
}

TEST_CASE("a NACK has at most 16 entries") {
  RtcpWriter writer;
  CHECK_FALSE(writer.nack(1, 2, run(0, 273)));
  CHECK_FALSE(writer.nack(1, 2, run(0, 17, 17)));
  CHECK(writer.bytes().empty());
}

TEST_CASE("RTCP packets are read in the RFCs' format") {
  const ByteVector description = to_bytes({0x81, 202, 0, 2, 0xAA, 0xBB, 0xCC, 0xDD, 1, 1, 'a', 0});
  const ByteVector datagram = joined(kSenderReport, kReceiverReport, description, kReferenceTime,
                                     kEchoes, kNack, kFrameReport, kBye);
  const auto compound = parse_rtcp(datagram);
  REQUIRE(compound);
  CHECK(compound->sender_ssrc == kSsrc);
  CHECK(compound->sender_info == kInfo);
  CHECK(compound->last_sender_report == 0x6F804000);
  REQUIRE(compound->reception_reports.size() == 1);
  CHECK(compound->reception_reports[0] == kReport);
  CHECK(compound->reference_time == kTime);
  CHECK(compound->last_reference == 0x6F804000);
  REQUIRE(compound->echoes.size() == 2);
  CHECK(compound->echoes[0] == ReferenceTimeEcho{1, 0x6F804000, 0x8000});
  CHECK(compound->echoes[1] == ReferenceTimeEcho{2, 0x01020304, 0x05060708});
  REQUIRE(compound->nack);
  CHECK(compound->nack->media_ssrc == 0x01020304);
  CHECK(std::ranges::equal(compound->nack->sequences, kNackedSequences));
  CHECK(compound->frame == kFrame);
  CHECK(compound->bye);
}

/// The frame that is read from a packet.
std::optional<FrameReception> frame_of(const ByteVector& packet) {
  const auto compound = parse_rtcp(packet);
  return compound ? compound->frame : std::nullopt;
}

TEST_CASE("later versions of a frame's report may have more fields, other packets are ignored") {
  ByteVector later = joined(kFrameReport, "more");
  later[0] = std::byte{0x83};
  later[3] = std::byte{11};
  CHECK(frame_of(later) == kFrame);
  ByteVector other = kFrameReport;
  other[11] = std::byte{'x'};
  CHECK(parse_rtcp(other));
  CHECK_FALSE(frame_of(other));
  ByteVector earlier = kFrameReport;
  earlier[0] = std::byte{0x81};
  CHECK(parse_rtcp(earlier));
  CHECK_FALSE(frame_of(earlier));
  ByteVector shorter(kFrameReport.begin(), kFrameReport.end() - 4);
  shorter[3] = std::byte{9};
  CHECK(parse_rtcp(shorter));
  CHECK_FALSE(frame_of(shorter));
}

TEST_CASE("a frame that was received at impossible times is not reported") {
  ByteVector backwards = kFrameReport;
  backwards[12 + 8 + 7] = std::byte{9};  // the first byte after the last
  CHECK_FALSE(frame_of(backwards));
  ByteVector far = kFrameReport;
  far[12 + 16] = std::byte{0x7F};
  CHECK_FALSE(frame_of(far));
  CHECK(frame_of(joined(kFrameReport, far)) == kFrame);
}

TEST_CASE("fields that are not in the datagram are empty") {
  const auto compound = parse_rtcp(kEmptyReceiverReport);
  REQUIRE(compound);
  CHECK(*compound == RtcpCompound{.sender_ssrc = kSsrc});
}

TEST_CASE("reports within a sender report are read, and an extension behind them is ignored") {
  ByteVector report = joined(kSenderReport, kReportBytes, "more");
  report[0] = std::byte{0x81};
  report[3] = std::byte{6 + 6 + 1};
  const auto compound = parse_rtcp(report);
  REQUIRE(compound);
  CHECK(compound->sender_info == kInfo);
  REQUIRE(compound->reception_reports.size() == 1);
  CHECK(compound->reception_reports[0] == kReport);
}

TEST_CASE("feedback, extended reports and APP may be sent alone") {
  CHECK(parse_rtcp(kNack));
  CHECK(parse_rtcp(kReferenceTime));
  CHECK(parse_rtcp(kEchoes));
  CHECK(parse_rtcp(to_bytes({0x81, 206, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8})));  // PLI
  CHECK_FALSE(parse_rtcp(kBye));
  CHECK_FALSE(parse_rtcp(to_bytes({0x81, 202, 0, 2, 0xAA, 0xBB, 0xCC, 0xDD, 1, 1, 'a', 0})));
  CHECK(frame_of(kFrameReport) == kFrame);
  CHECK(parse_rtcp(to_bytes({0x80, 204, 0, 2, 1, 2, 3, 4, 'n', 'a', 'm', 'e'})));
  CHECK_FALSE(parse_rtcp(to_bytes({0x80, 204, 0, 1, 1, 2, 3, 4})));  // without a name
  CHECK_FALSE(parse_rtcp(to_bytes({0x80, 26, 0, 1, 1, 2, 3, 4})));
}

TEST_CASE("unknown packets and blocks are skipped by their length") {
  const ByteVector application =
      to_bytes({0x80, 204, 0, 3, 9, 9, 9, 9, 'n', 'a', 'm', 'e', 1, 2, 3, 4});
  const ByteVector empty = to_bytes({0x80, 255, 0, 0});
  const ByteVector other_feedback =
      to_bytes({0x8F, 205, 0, 3, 0xAA, 0xBB, 0xCC, 0xDD, 1, 2, 3, 4, 5, 6, 7, 8});
  const ByteVector blocks =
      to_bytes({0x80, 207, 0, 8, 0xAA, 0xBB, 0xCC, 0xDD,  //
                1,    0,   0, 1, 9,    9,    9,    9,     // a loss run-length block
                200,  7,   0, 0,                          // an empty one of no known type
                4,    0,   0, 2, 0xE8, 0xFE, 0x6F, 0x80, 0x40, 0, 0, 0,  //
                5,    0,   0, 0});                                       // echoes of nobody
  const auto compound =
      parse_rtcp(joined(kEmptyReceiverReport, application, empty, other_feedback, blocks, kBye));
  REQUIRE(compound);
  CHECK(compound->reference_time == kTime);
  CHECK(compound->echoes.empty());
  CHECK_FALSE(compound->nack);
  CHECK(compound->bye);
}

TEST_CASE("packets of another participant are ignored") {
  const ByteVector first = to_bytes({0x80, 201, 0, 1, 1, 1, 1, 1});
  const auto compound = parse_rtcp(
      joined(first, kSenderReport, kReceiverReport, kReferenceTime, kEchoes, kNack, kBye));
  REQUIRE(compound);
  CHECK(*compound == RtcpCompound{.sender_ssrc = 0x01010101});
}

TEST_CASE("several sources may say goodbye at once, with a reason") {
  const auto leaves = [](const ByteVector& bye) {
    const auto compound = parse_rtcp(joined(kEmptyReceiverReport, bye));
    REQUIRE(compound);
    return compound->bye;
  };
  CHECK(leaves(to_bytes({0x82, 203, 0, 2, 1, 2, 3, 4, 0xAA, 0xBB, 0xCC, 0xDD})));
  CHECK(leaves(to_bytes({0x81, 203, 0, 2, 0xAA, 0xBB, 0xCC, 0xDD, 3, 'e', 'n', 'd'})));
  CHECK_FALSE(leaves(to_bytes({0x81, 203, 0, 1, 1, 2, 3, 4})));
  CHECK_FALSE(leaves(to_bytes({0x80, 203, 0, 0})));
  CHECK_FALSE(parse_rtcp(joined(kEmptyReceiverReport, to_bytes({0x82, 203, 0, 1, 1, 2, 3, 4}))));
}

TEST_CASE("NACKs for the first stream are collected") {
  ByteVector another = kNack;
  another[11] = std::byte{9};
  const auto compound = parse_rtcp(joined(kNack, another, kNack));
  REQUIRE(compound);
  CHECK(compound->nack->media_ssrc == 0x01020304);
  CHECK(compound->nack->sequences.size() == 10);
}

TEST_CASE("of a datagram with too many entries the first ones count") {
  ByteVector nacks;
  ByteVector reports;
  ByteVector echoes;
  for (int i = 0; i < 200; ++i) {
    append(nacks, kNack);
    append(reports, kReceiverReport);
    append(echoes, kEchoes);
  }
  const auto compound = parse_rtcp(joined(reports, nacks, echoes));
  REQUIRE(compound);
  CHECK(compound->nack->sequences.size() == kMaxNackedSequences);
  CHECK(compound->reception_reports.size() == kMaxReceptionReports);
  CHECK(compound->echoes.size() == kMaxReferenceTimeEchoes);
}

TEST_CASE("only the last packet is padded") {
  const auto padded = [](ByteVector packet, int padding) {
    packet[0] |= std::byte{0x20};
    packet[3] = static_cast<std::byte>(std::to_integer<int>(packet[3]) + 1);
    return joined(packet, to_bytes({0, 0, 0, padding}));
  };
  CHECK(parse_rtcp(joined(kSenderReport, padded(kReceiverReport, 4))));
  CHECK(parse_rtcp(padded(kNack, 4))->nack->sequences.size() == 5);
  CHECK(parse_rtcp(padded(kNack, 8))->nack->sequences.size() == 4);
  CHECK_FALSE(parse_rtcp(joined(padded(kReceiverReport, 4), kBye)));
  CHECK_FALSE(parse_rtcp(padded(kReceiverReport, 0)));
  CHECK_FALSE(parse_rtcp(padded(kReceiverReport, 3)));
  CHECK_FALSE(parse_rtcp(padded(kReceiverReport, 8)));  // its report would be cut
  CHECK_FALSE(parse_rtcp(padded(kReceiverReport, 252)));
  CHECK_FALSE(parse_rtcp(joined(kSenderReport, to_bytes({0xA0, 204, 0, 0}))));
}

TEST_CASE("lengths that contradict each other are refused") {
  const auto with = [](ByteVector packet, std::size_t index, int value) {
    packet[index] = static_cast<std::byte>(value);
    return packet;
  };
  CHECK_FALSE(parse_rtcp(with(kSenderReport, 3, 7)));  // longer than its datagram
  CHECK_FALSE(parse_rtcp(with(kSenderReport, 3, 5)));  // what follows is no packet
  CHECK_FALSE(parse_rtcp(with(kSenderReport, 0, 0x81)));
  CHECK_FALSE(parse_rtcp(with(kReceiverReport, 0, 0x82)));
  CHECK_FALSE(parse_rtcp(with(kReceiverReport, 0, 0x9F)));
  CHECK_FALSE(parse_rtcp(with(kReferenceTime, 11, 3)));
  CHECK_FALSE(parse_rtcp(with(kReferenceTime, 11, 1)));
  CHECK_FALSE(parse_rtcp(with(kEchoes, 11, 5)));
  CHECK_FALSE(parse_rtcp(with(kEchoes, 10, 255)));
  CHECK_FALSE(parse_rtcp(to_bytes({0x81, 205, 0, 1, 1, 2, 3, 4})));  // no medium
  CHECK_FALSE(parse_rtcp(joined(kEmptyReceiverReport, to_bytes({0x80, 201, 0, 0}))));
  CHECK_FALSE(parse_rtcp(joined(kEmptyReceiverReport, to_bytes({0x80, 201}))));
  CHECK_FALSE(parse_rtcp(to_bytes({0x80, 201, 0, 0, 1, 2, 3, 4})));
}

TEST_CASE("every packet must have version 2") {
  for (const int first : {0x00, 0x40, 0xC0}) {
    ByteVector bye = kBye;
    bye[0] = static_cast<std::byte>(first | 1);
    CHECK_FALSE(parse_rtcp(joined(kEmptyReceiverReport, bye)));
    ByteVector report = kEmptyReceiverReport;
    report[0] = static_cast<std::byte>(first);
    CHECK_FALSE(parse_rtcp(report));
  }
}

TEST_CASE("a compound may be truncated only between packets") {
  const std::vector<ByteVector> packets{kSenderReport, kReceiverReport, kReferenceTime,
                                        kEchoes,       kNack,           kBye};
  ByteVector whole;
  std::vector<std::size_t> ends;
  for (const ByteVector& packet : packets) {
    append(whole, packet);
    ends.push_back(whole.size());
  }
  std::vector<std::size_t> readable;
  for (std::size_t size = 0; size <= whole.size(); ++size)
    if (parse_rtcp(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
      readable.push_back(size);
  CHECK(readable == ends);
}

TEST_CASE("random bytes are either valid RTCP or refused") {
  std::mt19937 random(17);
  const ByteVector whole =
      joined(kSenderReport, kReceiverReport, kReferenceTime, kEchoes, kNack, kFrameReport);
  int count = 0;
  for (int i = 0; i < 50'000; ++i) {
    ByteVector datagram = whole;
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      datagram[random() % datagram.size()] = static_cast<std::byte>(random());
    const auto compound = parse_rtcp(datagram);
    count += compound ? 1 : 0;
    for (std::byte& byte : datagram) byte = static_cast<std::byte>(random());
    datagram[0] = std::byte{0x80};
    datagram[1] = static_cast<std::byte>(200 + random() % 8);
    parse_rtcp(datagram);
  }
  CHECK(count > 1000);
  CHECK(count < 49'000);
}

}  // namespace
}  // namespace jpegwire::rtcp_test
