#pragma once

namespace jpegwire {

// What a frame costs at a quality, against quality 80: rough figures of pictures of the usual kind,
// measured with the test card, for sentences that say "about".

double relative_encode_time(int quality);
double relative_size(int quality);

}  // namespace jpegwire
