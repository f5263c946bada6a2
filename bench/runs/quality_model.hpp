#pragma once

namespace jpegwire {

// Size and time of a frame at a quality, relative to quality 80. These are rough figures for
// typical pictures, measured with the test card, for sentences that say "about".

double relative_encode_time(int quality);
double relative_size(int quality);

}  // namespace jpegwire
