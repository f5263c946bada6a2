#pragma once

#include <memory>

#include "hot_paths.hpp"

// libavformat's demuxers and its muxer, reading and writing memory, so that neither side uses a
// socket.
namespace jpegwire::bench {

/// "mpjpeg": splits a multipart stream into JPEGs.
std::unique_ptr<FrameWork> begin_multipart_demuxer();

/// "rtp": packetizes JPEGs, and outputs each packet in one call. It does not support restart
/// intervals, so the frame has one band.
std::unique_ptr<FrameWork> begin_rtp_muxer();

/// "sdp": reassembles JPEGs from the same packets as jpegwire's reassembler.
std::unique_ptr<FrameWork> begin_rtp_demuxer();

}  // namespace jpegwire::bench
