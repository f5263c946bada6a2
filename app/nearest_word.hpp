#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jpegwire {

/// The word that the user may have meant by one that is unknown, or an empty text: the one that
/// takes the fewest letters to insert, delete or replace, if these are at most a third of its
/// letters, or two.
std::string nearest_word(std::string_view unknown, const std::vector<std::string>& words);

}  // namespace jpegwire
