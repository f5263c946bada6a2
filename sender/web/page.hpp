#pragma once

#include <string_view>

namespace jpegwire {

/// The page with the live picture: page.html with page.css and page.js inlined.
std::string_view page();

}  // namespace jpegwire
