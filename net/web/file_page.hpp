#pragma once

#include <string>

#include "net/http/file_list.hpp"

namespace jpegwire {

/// The page of /files/: a table of the files with a link to each, in HTML.
std::string make_file_page(const FileList& list);

}  // namespace jpegwire
