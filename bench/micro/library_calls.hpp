#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "hot_paths.hpp"

namespace jpegwire::bench {

/// A library call that a program without jpegwire's code would use for a stage, applied to the same
/// frame. `place` is the name of one of hot_paths().
struct LibraryCall {
  std::string_view place;
  std::string_view name;
  std::unique_ptr<FrameWork> (*begin)();
};

std::span<const LibraryCall> library_calls();

// ISA-L's Reed-Solomon code with a Cauchy matrix, on the blocks of fec_frames.hpp. The symbols are
// prepared in advance, whereas jpegwire's coders also copy packets into symbols, pad them, record
// which packets have arrived, and write the headers of repair datagrams.

/// Its tables are prepared in advance, too.
std::unique_ptr<FrameWork> begin_isal_encoding();

/// For each loss it inverts the matrix, as ISA-L's examples do.
std::unique_ptr<FrameWork> begin_isal_restoring();

// libavformat's demuxers and its muxer, reading and writing memory, so that neither side uses a
// socket.

/// "mpjpeg": splits a multipart stream into JPEGs.
std::unique_ptr<FrameWork> begin_multipart_demuxer();

/// "rtp": packetizes JPEGs, and outputs each packet in one call. It does not support restart
/// intervals, so the frame has one band.
std::unique_ptr<FrameWork> begin_rtp_muxer();

/// "sdp": reassembles JPEGs from the same packets as jpegwire's reassembler.
std::unique_ptr<FrameWork> begin_rtp_demuxer();

}  // namespace jpegwire::bench
