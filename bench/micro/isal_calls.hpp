#pragma once

#include <memory>

#include "hot_paths.hpp"

// ISA-L's own Reed-Solomon code with a Cauchy matrix, on the blocks that fec_frames.hpp has. The
// symbols are made beforehand, whereas our coders copy packets into symbols, pad them, keep
// account of what has come, and put the repair datagrams' heads.
namespace jpegwire::bench {

/// Its tables are made beforehand too.
std::unique_ptr<FrameWork> begin_isal_encoding();

/// Of each loss it inverts the matrix, as ISA-L's own examples do.
std::unique_ptr<FrameWork> begin_isal_restoring();

}  // namespace jpegwire::bench
