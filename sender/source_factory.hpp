#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "sender/options.hpp"
#include "sender/sources/frame_source.hpp"

namespace jpegwire {

/// Opens what --source names. Throws std::runtime_error with one sentence.
std::unique_ptr<FrameSource> make_source(const SenderOptions& options, asio::io_context& io);

}  // namespace jpegwire
