#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/tcp/viewer_link.hpp"

namespace jpegwire {

/// What the query of a stream's URL asks for (docs/protocol.md): width=, height=, quality=, fps=
/// and adapt=. Other parameters mean nothing here.
struct StreamQuery {
  ViewerRequest request{};
  std::string error{};  // a sentence if a value is wrong, otherwise empty
};

/// Without adapt=, the size stays as it is, because some players cannot follow a change.
StreamQuery parse_stream_query(std::string_view query);

}  // namespace jpegwire
