#include "pj/training/augmentation.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/training/chance.hpp"

namespace pj {

Augmentation parse_augmentation(const std::string& text) {
  Augmentation result;
  if (text == "none" || text.empty()) {
    return result;
  }
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> words = split(part, ':');
    if (words.size() == 2 && (words[0] == "shift" || words[0] == "crop")) {
      result.shift = parse_integer(words[1], "the pixels of '" + part + "'");
      if (result.shift < 0 || result.shift > 1024) {
        throw InputError("augmentation '" + part + "': the pixels must be from 0 to 1024");
      }
    } else if (part == "flip") {
      result.flip = true;
    } else {
      throw InputError("unknown augmentation '" + part +
                       "'; write shift:PIXELS, crop:PIXELS, flip, or several with commas");
    }
  }
  return result;
}

std::string to_string(const Augmentation& augmentation) {
  std::vector<std::string> parts;
  if (augmentation.shift > 0) {
    parts.push_back("shift:" + std::to_string(augmentation.shift));
  }
  if (augmentation.flip) {
    parts.emplace_back("flip");
  }
  return parts.empty() ? "none" : join(parts, ",");
}

void augment(const Augmentation& augmentation, const Sizes& shape, std::uint64_t chance, std::span<const float> sample,
             std::span<float> changed) {
  const std::int64_t H = shape[shape.size() - 2];
  const std::int64_t W = shape.back();
  const std::int64_t range = 2 * augmentation.shift + 1;
  const auto drawn = [&](std::uint64_t place, std::int64_t count) {
    return static_cast<std::int64_t>(uniform_at(chance, {place}) * static_cast<double>(count));
  };
  const std::int64_t down = drawn(0, range) - augmentation.shift;
  const std::int64_t right = drawn(1, range) - augmentation.shift;
  const bool is_flipped = augmentation.flip && drawn(2, 2) == 1;
  std::ranges::fill(changed, 0.0F);
  for (std::int64_t row = 0; row < std::ssize(sample) / W; ++row) {
    const std::int64_t y = row % H + down;
    for (std::int64_t x = 0; y >= 0 && y < H && x < W; ++x) {
      const std::int64_t to = (is_flipped ? W - 1 - x : x) + right;
      if (to >= 0 && to < W) {
        changed[static_cast<std::size_t>((row + down) * W + to)] = sample[static_cast<std::size_t>(row * W + x)];
      }
    }
  }
}

}  // namespace pj
