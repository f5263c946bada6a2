#pragma once

#include <memory>

#include "hot_paths.hpp"

// ISA-L's Reed-Solomon code with a Cauchy matrix, on the blocks of fec_frames.hpp. The symbols are
// prepared in advance, whereas jpegwire's coders also copy packets into symbols, pad them, record
// which packets have arrived, and write the headers of repair datagrams.
namespace jpegwire::bench {

/// Its tables are prepared in advance, too.
std::unique_ptr<FrameWork> begin_isal_encoding();

/// For each loss it inverts the matrix, as ISA-L's examples do.
std::unique_ptr<FrameWork> begin_isal_restoring();

}  // namespace jpegwire::bench
