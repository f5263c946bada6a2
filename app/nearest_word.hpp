#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jpegwire {

/// The word that the user may have meant by one that is unknown, or an empty text: the one that
/// takes the fewest letters to insert, delete, replace or swap with their neighbours, if these are
/// at most a third of the unknown word's letters.
std::string nearest_word(std::string_view unknown, const std::vector<std::string>& words);

}  // namespace jpegwire
