#include "bench/runs/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace jpegwire {
namespace {

constexpr double kNoticeable = 0.05;  // of the frames
constexpr double kFramesByChance = 2;
constexpr double kNoticeablePackets = 0.005;  // lost and not restored
constexpr double kNoticeablePatched = 0.01;   // of the frames, as the viewer's amber
constexpr double kBusyPercent = 90;           // above this, more threads find no free core
constexpr int kQualityStep = 10;
constexpr int kLowestSensibleQuality = 30;

struct Cost {
  double quality = 0;
  double encode_time = 0;
  double size = 0;
};

constexpr std::array kCosts = std::to_array<Cost>({{1, 0.68, 0.14},
                                                   {30, 0.80, 0.42},
                                                   {50, 0.85, 0.59},
                                                   {60, 0.89, 0.69},
                                                   {70, 0.94, 0.79},
                                                   {80, 1.00, 1.00},
                                                   {90, 1.13, 1.60},
                                                   {95, 1.38, 2.80},
                                                   {100, 2.10, 6.35}});

/// Linear between the measured qualities.
double interpolated(int quality, double Cost::* cost) {
  const double wanted = std::clamp(static_cast<double>(quality), 1.0, 100.0);
  const auto above = std::max(std::ranges::lower_bound(kCosts, wanted, {}, &Cost::quality),
                              std::next(kCosts.begin()));
  const Cost& from = *std::prev(above);
  const double way = (wanted - from.quality) / (above->quality - from.quality);
  return from.*cost + way * ((*above).*cost - from.*cost);
}

/// Finds the bottleneck of a case and describes it.
class Judge {
 public:
  explicit Judge(const VerdictFacts& facts) : facts_(facts), case_(facts.measured) {}

  Verdict verdict() const {
    const Bottleneck bottleneck = find_bottleneck();
    const std::string sentence = sentence_for(bottleneck);
    const std::string busy = bottleneck == Bottleneck::none ? "" : busy_clause();
    const bool names_loss = bottleneck == Bottleneck::network && is_damaged();
    return {bottleneck, fmt::format("{}: {}{}{}", name_of(bottleneck), sentence,
                                    names_loss ? "" : loss_clause(), busy)};
  }

 private:
  double figure(std::string_view name) const {
    const auto found = facts_.medians.find(name);
    return found == facts_.medians.end() ? 0 : found->second;
  }
  double share(std::string_view percent_name) const { return figure(percent_name) / 100; }
  bool is_unlimited() const { return case_.frames_per_second == 0; }

  /// The share of frames that a stage discards, of the frames per second that reach it.
  struct Loss {
    Bottleneck stage;
    double share;
    double rate;
  };

  // Ordered from the last stage to the first.
  std::array<Loss, 5> losses() const {
    const double encoded = figure("encoded_fps");
    const double lost_on_network = is_damaged() ? 1 : share("skipped_network_percent");
    return {{{Bottleneck::display, share("skipped_display_percent"), figure("fps")},
             {Bottleneck::decode, share("skipped_decode_percent"), encoded},
             {Bottleneck::network, lost_on_network, encoded},
             {Bottleneck::encode, share("skipped_encode_percent"), figure("captured_fps")},
             {Bottleneck::camera, missing_from_camera(), case_.frames_per_second}}};
  }

  bool knows_frames() const { return facts_.seconds > 0 && facts_.medians.contains("fps"); }

  /// Whether this rate means so few frames in a run that they may be due to chance.
  bool is_chance(double frames_per_second) const {
    return knows_frames() && frames_per_second * facts_.seconds <= kFramesByChance;
  }

  bool is_too_short() const {
    if (is_chance(figure("fps")) && is_chance(case_.frames_per_second)) return true;
    return std::ranges::any_of(losses(), [this](const Loss& loss) {
      return loss.share > kNoticeable && is_chance(loss.share * loss.rate);
    });
  }

  // The last stage that discards frames: all stages after it keep up.
  Bottleneck find_bottleneck() const {
    for (const Loss& loss : losses())
      if (loss.share > kNoticeable && !is_chance(loss.share * loss.rate)) return loss.stage;
    return is_unlimited() && !is_too_short() ? Bottleneck::camera : Bottleneck::none;
  }

  // A frame has dozens of packets, and each lost packet damages a part of the frame.
  bool is_damaged() const {
    const double unrestored = share("lost_percent") * (1 - share("restored_percent"));
    return unrestored > kNoticeablePackets || share("patched_percent") > kNoticeablePatched;
  }

  /// "2.0 % of the packets are lost (80 % of these restored), and 12.1 of 29.9 frames/s shown are
  /// whole".
  std::string loss() const {
    std::string text = fmt::format("{:.1f} % of the packets are lost", figure("lost_percent"));
    if (figure("restored_percent") > 0)
      text += fmt::format(" ({:.0f} % of these restored)", figure("restored_percent"));
    if (!facts_.medians.contains("whole_fps")) return text;
    return text + fmt::format(", and {:.1f} of {:.1f} frames/s shown are whole",
                              figure("whole_fps"), figure("fps"));
  }

  std::string loss_clause() const {
    const bool is_any = figure("lost_percent") > 0 || figure("patched_percent") > 0;
    return is_any ? "; " + loss() : "";
  }

  std::string help_against_loss() const {
    if (figure("restored_percent") > 0) return "tcp or a lower `--quality` would help";
    return "`--sender-options \"--fec auto\"` can repair many of them, and tcp or a lower "
           "`--quality` would help";
  }

  double missing_from_camera() const {
    if (is_unlimited() || !facts_.medians.contains("captured_fps")) return 0;
    return 1 - figure("captured_fps") / case_.frames_per_second;
  }

  std::string sentence_for(Bottleneck bottleneck) const {
    switch (bottleneck) {
      case Bottleneck::camera:
        return camera();
      case Bottleneck::encode:
        return encode();
      case Bottleneck::network:
        return network();
      case Bottleneck::decode:
        return decode();
      case Bottleneck::display:
        return display();
      case Bottleneck::none:
        break;
    }
    return nothing();
  }

  std::string size() const { return case_.size ? describe_size(case_.size) : "the source's size"; }

  std::string threads() const {
    return case_.threads == 1 ? "1 thread" : fmt::format("{} threads", case_.threads);
  }

  /// " of 30", or an empty text for an unlimited rate.
  std::string of_wanted() const {
    return is_unlimited() ? "" : fmt::format(" of {}", case_.frames_per_second);
  }

  double at_most_wanted(double rate) const {
    return is_unlimited() ? rate : std::min(rate, case_.frames_per_second);
  }

  bool is_test_card() const { return case_.source == "test"; }

  std::string camera() const {
    const double rate = figure("captured_fps");
    if (is_unlimited())
      return fmt::format("the source ({}) gives {:.0f} frames/s, and all other stages keep up",
                         facts_.source, rate);
    const std::string given = fmt::format("the source gives {:.1f} of {} frames/s ({})", rate,
                                          case_.frames_per_second, facts_.source);
    if (is_test_card()) return given + "; the test card needs only CPU, so stop other programs";
    return given + "; another `--size`, or a camera with another format or a higher rate, may help";
  }

  std::string encode() const {
    return fmt::format("{} give{} {:.0f}{} frames/s at {} and quality {}; {}", threads(),
                       case_.threads == 1 ? "s" : "", figure("encoded_fps"), of_wanted(), size(),
                       case_.quality, help_for_encoder());
  }

  bool has_free_cores() const {
    return case_.threads < facts_.cores && figure("busy_percent") < kBusyPercent;
  }

  // The bands of a frame are coded in parallel, and they are nearly all of the work.
  double rate_with_threads(double rate, int threads) const {
    constexpr double kInBands = 0.9;
    const auto time_with = [](int number) { return 1 - kInBands + kInBands / number; };
    return at_most_wanted(rate * time_with(case_.threads) / time_with(threads));
  }

  std::string help_by_threads(double rate) const {
    const int more = std::min(2 * case_.threads, facts_.cores);
    return fmt::format("`--threads {}` would give about {:.0f}", more,
                       rate_with_threads(rate, more));
  }

  int lower_quality() const { return case_.quality - kQualityStep; }

  std::string help_for_encoder() const {
    if (has_free_cores()) return help_by_threads(figure("encoded_fps"));
    if (lower_quality() < kLowestSensibleQuality) return "a smaller `--size` would help";
    const double faster =
        relative_encode_time(case_.quality) / relative_encode_time(lower_quality());
    return fmt::format("`--quality {}` would give about {:.0f}", lower_quality(),
                       at_most_wanted(figure("encoded_fps") * faster));
  }

  bool is_passed_on() const { return figure("encode_ms") == 0; }

  std::string network() const {
    if (is_damaged()) return loss() + "; " + help_against_loss();
    return fmt::format(
        "each viewer gets {:.1f} Mbit/s, and a frame has {:.0f} kB, so {:.1f}{} frames/s arrive; "
        "{}",
        figure("mbit_per_second"), figure("kb_per_frame"), figure("fps"), of_wanted(),
        help_for_network());
  }

  std::string help_for_network() const {
    if (is_passed_on())
      return "the source's JPEGs are passed on unchanged: `--sender-options \"--passthrough off\"` "
             "and a "
             "lower `--quality` make them smaller";
    if (lower_quality() < kLowestSensibleQuality) return "a smaller `--size` would help";
    const double smaller = relative_size(case_.quality) / relative_size(lower_quality());
    return fmt::format("`--quality {}` would give about {:.1f}", lower_quality(),
                       at_most_wanted(figure("fps") * smaller));
  }

  std::string decode() const {
    const std::string help = has_free_cores() ? help_by_threads(figure("fps"))
                                              : "a smaller `--size` or fewer viewers would help";
    return fmt::format("{} in {} decode{} {:.0f} of {:.0f} frames/s at {}; {}", threads(),
                       case_.viewers == 1 ? "the viewer" : "each viewer",
                       case_.threads == 1 ? "s" : "", figure("fps"), figure("encoded_fps"), size(),
                       help);
  }

  std::string display() const {
    return fmt::format(
        "{:.1f} % of the decoded frames are displaced before they are shown; a smaller `--size` or "
        "a lower `--fps` would help",
        figure("skipped_display_percent"));
  }

  std::string describe_too_short() const {
    const double frames = std::round(figure("fps") * facts_.seconds);
    return fmt::format("too short to judge: {:.0f} frame{}", frames, frames == 1 ? "" : "s");
  }

  std::string describe_shown() const {
    constexpr double kNearlyAll = 0.99;
    if (is_too_short()) return describe_too_short();
    const double wanted = case_.frames_per_second;
    if (figure("fps") >= kNearlyAll * wanted)
      return fmt::format("all {} frames/s asked for are shown", wanted);
    return fmt::format("{:.1f} of {} frames/s are shown, and no stage discards many", figure("fps"),
                       wanted);
  }

  // If the rate is reached, the sentence describes the parts of the age.
  std::string nothing() const {
    const std::string all = describe_shown();
    if (!facts_.medians.contains("age_p50_ms")) return all;
    std::string stages;
    if (!is_passed_on()) stages += fmt::format("{:.1f} ms of encoding, ", figure("encode_ms"));
    stages += fmt::format("{:.1f} on the network, {:.1f} of decoding after the last byte",
                          figure("network_ms"), figure("decode_ms"));
    return fmt::format("{}, {:.1f} ms old ({})", all, figure("age_p50_ms"), stages);
  }

  std::string busy_clause() const {
    constexpr double kManyPercent = 10;
    if (figure("busy_percent") < kBusyPercent) return "";
    const double others = figure("others_percent");
    return fmt::format(
        "; the machine's {} {:.0f} % in use{}",
        facts_.cores == 1 ? "core is" : fmt::format("{} cores are", facts_.cores),
        figure("busy_percent"),
        others < kManyPercent ? "" : fmt::format(", {:.0f} % by other programs", others));
  }

  const VerdictFacts& facts_;
  const Case& case_;
};

}  // namespace

std::string_view name_of(Bottleneck bottleneck) {
  constexpr std::array<std::string_view, 6> kNames{"none",    "camera", "encode",
                                                   "network", "decode", "display"};
  return kNames[static_cast<std::size_t>(bottleneck)];
}

Verdict judge(const VerdictFacts& facts) { return Judge(facts).verdict(); }

double relative_encode_time(int quality) { return interpolated(quality, &Cost::encode_time); }
double relative_size(int quality) { return interpolated(quality, &Cost::size); }

}  // namespace jpegwire
