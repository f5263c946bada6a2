#pragma once

#include <memory>

#include "hot_paths.hpp"

// libavformat's demuxers and its muxer, on memory of ours, so that neither side meets a socket.
namespace jpegwire::bench {

/// "mpjpeg": from a stream of parts to JPEGs.
std::unique_ptr<FrameWork> begin_multipart_demuxer();

/// "rtp": from JPEGs to packets, each of which it hands out as one piece. It does not know restart
/// intervals, so the frame has one band.
std::unique_ptr<FrameWork> begin_rtp_muxer();

/// "sdp": from the same packets as our reassembler's to JPEGs.
std::unique_ptr<FrameWork> begin_rtp_demuxer();

}  // namespace jpegwire::bench
