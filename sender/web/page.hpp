#pragma once

#include <string_view>

namespace jpegwire {

/// The page with the live picture: page.html with page.css and page.js in it.
std::string_view page();

}  // namespace jpegwire
