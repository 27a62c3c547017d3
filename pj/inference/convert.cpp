#include "pj/inference/convert.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/kernels/codes.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

/// One number in another format.
std::uint16_t changed(float number, std::uint16_t) {
  return to_bfloat16(number);
}
float changed(std::uint16_t number, float) {
  return from_bfloat16(number);
}
template <class Element>
Element changed(Element number, Element) {
  return number;
}

/// From blocks of `from` channels to blocks of `to`; channels that only fill a block become zeros. Elements are walked
/// position by position inside the channels of one block, so that what is read stays near.
template <class Element, class Result = Element>
void convert(const Shape<4>& shape, std::int64_t from, std::int64_t to, std::span<const Element> input,
             std::span<Result> output) {
  const auto [N, C, H, W] = shape;
  const std::int64_t size = H * W;
  const std::int64_t written = ceil_div(C, to) * to;
  const std::int64_t read = ceil_div(C, from) * from;
  constexpr std::int64_t strip = 64;  // positions at a time
  for (std::int64_t n = 0; n < N; ++n) {
    const Element* const in = input.data() + n * read * size;
    Result* const out = output.data() + n * written * size;
    for (std::int64_t first = 0; first < size; first += strip) {
      const std::int64_t last = std::min(size, first + strip);
      for (std::int64_t c = 0; c < written; ++c) {
        const Element* const from_plane = in + c / from * from * size + c % from;
        Result* const to_plane = out + c / to * to * size + c % to;
        for (std::int64_t i = first; i < last; ++i) {
          to_plane[i * to] = c < C ? changed(from_plane[i * from], Result{}) : Result{};
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

/// Between float32 and bfloat16; where the layout stays, number by number.
Step format_step(const Shape<4>& shape, const TensorForm& input, const TensorForm& output) {
  const bool rounds = input.format == NumberFormat::float32();
  ensure(stored_bytes(input.format) + stored_bytes(output.format) == 6, "a plan changes float32 and bfloat16 alone");
  Step step{.algorithm = (rounds ? "to bfloat16, " : "to float32, ") + layout_name(output.layout),
            .reason = "the next step computes so",
            .inputs = {input},
            .outputs = {output}};
  step.run = [=, is_same = same_in_memory(shape, input.layout, output.layout), from = channels_of_block(input.layout),
              to = channels_of_block(output.layout), kernels = half_kernels().front()](const StepMemory& memory) {
    if (is_same && rounds) {
      kernels->to_halves(memory.input<float>(0).data(), std::ssize(memory.input<float>(0)),
                         memory.output<std::uint16_t>().data());
    } else if (is_same) {
      kernels->to_floats(memory.input<std::uint16_t>(0).data(), std::ssize(memory.input<std::uint16_t>(0)),
                         memory.output<float>().data());
    } else if (rounds) {
      convert(shape, from, to, memory.input<float>(0), memory.output<std::uint16_t>());
    } else {
      convert(shape, from, to, memory.input<std::uint16_t>(0), memory.output<float>());
    }
  };
  return step;
}

}  // namespace

Step convert_step(const Network& network, const TensorForm& from, Layout to, const NumberFormat& format) {
  const Shape<4> shape = map_shape(network.values[from.value].shape);
  TensorForm output = from;
  output.layout = to;
  if (format != from.format) {
    output.format = format;
    return format_step(shape, from, output);
  }
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
