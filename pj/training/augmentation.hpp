#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pj/network/network.hpp"

namespace pj {

/// How pictures are changed each time that they are learned from; the numbers are those of a sample.
struct Augmentation {
  std::int64_t shift =
      0;              ///< moved by up to so many rows and columns, with 0 around: a random crop of the padded picture
  bool flip = false;  ///< left and right exchanged, every other time

  bool is_any() const { return shift > 0 || flip; }
  bool operator==(const Augmentation&) const = default;
};

/// Reads `shift:2`, `crop:4` (the same), `flip`, joined by commas, or `none`.
Augmentation parse_augmentation(const std::string& text);
std::string to_string(const Augmentation& augmentation);

/// Writes the sample (channels × rows × columns, or rows × columns) as the chance has it.
void augment(const Augmentation& augmentation, const Sizes& shape, std::uint64_t chance, std::span<const float> sample,
             std::span<float> changed);

}  // namespace pj
