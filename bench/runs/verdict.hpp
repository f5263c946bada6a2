#pragma once

#include <string>
#include <string_view>

#include "bench/runs/figures.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// What keeps the frame rate from being higher.
enum class Bottleneck { none, camera, encode, network, decode, display };

/// "encode".
std::string_view name_of(Bottleneck bottleneck);

struct Verdict {
  Bottleneck bottleneck = Bottleneck::none;
  std::string sentence;  // begins with its name, says what was measured and what would help
};

/// What is known about a case that was measured.
struct VerdictFacts {
  Case measured;
  Figures medians;
  std::string source;  // as the sender describes it
  int cores = 1;
  double seconds = 0;  // of each run; 0: unknown, so that nothing is taken for chance
};

/// The stage at which the last noticeable part of the frames is left behind: what comes behind it
/// keeps up with it, and what comes before it could do more. One or two frames are no such part: at
/// the ends of a run they are there or not by chance.
Verdict judge(const VerdictFacts& facts);

}  // namespace jpegwire
