#pragma once

#include <string>
#include <string_view>

#include "bench/runs/figures.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// The stage that limits the frame rate.
enum class Bottleneck { none, camera, encode, network, decode, display };

/// "encode".
std::string_view name_of(Bottleneck bottleneck);

struct Verdict {
  Bottleneck bottleneck = Bottleneck::none;
  std::string sentence;  // begins with the bottleneck's name; states the measurement and a remedy
};

/// The known facts about a measured case.
struct VerdictFacts {
  Case measured;
  Figures medians;
  std::string source;  // as the sender describes it
  int cores = 1;
  double seconds = 0;  // of each run; 0: unknown, then no frames are attributed to chance
};

/// The last stage that discards a noticeable share of the frames: the stages after it keep up, and
/// the stages before it could do more. One or two frames do not count, because at the ends of a run
/// they are due to chance.
Verdict judge(const VerdictFacts& facts);

// Size and time of a frame at a quality, relative to quality 80. These are rough figures for
// typical pictures, measured with the test card, for sentences that say "about".

double relative_encode_time(int quality);
double relative_size(int quality);

}  // namespace jpegwire
