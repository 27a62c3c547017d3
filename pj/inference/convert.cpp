#include "pj/inference/convert.hpp"

#include <algorithm>

#include "pj/base/error.hpp"

namespace pj {

namespace {

/// From blocks of `from` channels to blocks of `to`; channels that only fill a block become zeros. Elements are walked
/// position by position inside the channels of one block, so that what is read stays near.
template <class Element>
void convert(const Shape<4>& shape, std::int64_t from, std::int64_t to, std::span<const Element> input,
             std::span<Element> output) {
  const auto [N, C, H, W] = shape;
  const std::int64_t size = H * W;
  const std::int64_t written = ceil_div(C, to) * to;
  const std::int64_t read = ceil_div(C, from) * from;
  constexpr std::int64_t strip = 64;  // positions at a time
  for (std::int64_t n = 0; n < N; ++n) {
    const Element* const in = input.data() + n * read * size;
    Element* const out = output.data() + n * written * size;
    for (std::int64_t first = 0; first < size; first += strip) {
      const std::int64_t last = std::min(size, first + strip);
      for (std::int64_t c = 0; c < written; ++c) {
        const Element* const from_plane = in + c / from * from * size + c % from;
        Element* const to_plane = out + c / to * to * size + c % to;
        for (std::int64_t i = first; i < last; ++i) {
          to_plane[i * to] = c < C ? from_plane[i * from] : Element{};
        }
      }
    }
  }
}

template <class Element>
void convert(const Shape<4>& shape, std::int64_t from, std::int64_t to, const StepMemory& memory) {
  convert<Element>(shape, from, to, memory.input<Element>(0), memory.output<Element>());
}

std::string layout_name(Layout layout) {
  return layout == Layout::Planar ? "planar" : layout == Layout::Blocked8 ? "blocks of 8" : "blocks of 16";
}

}  // namespace

Step convert_step(const Network& network, const TensorForm& from, Layout to) {
  const Shape<4> shape = map_shape(network.values[from.value].shape);
  TensorForm output = from;
  output.layout = to;
  Step step{.algorithm = from.layout == to ? "move" : layout_name(from.layout) + " to " + layout_name(to),
            .reason = from.layout == to ? "its memory belongs to somebody else" : "the next step reads it so",
            .inputs = {from},
            .outputs = {output}};
  const int bytes = stored_bytes(from.format);
  step.run = [=, from = channels_of_block(from.layout), to = channels_of_block(to)](const StepMemory& memory) {
    if (from == to) {
      std::copy(memory.inputs[0].begin(), memory.inputs[0].end(), memory.outputs[0].begin());
    } else if (bytes == 1) {
      convert<std::uint8_t>(shape, from, to, memory);
    } else if (bytes == 2) {
      convert<std::uint16_t>(shape, from, to, memory);
    } else if (bytes == 4) {
      convert<std::uint32_t>(shape, from, to, memory);
    } else {
      convert<std::uint64_t>(shape, from, to, memory);
    }
  };
  return step;
}

}  // namespace pj
