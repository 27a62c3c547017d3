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

/// From blocks of `from` channels to blocks of `to`.
struct Conversion {
  static constexpr std::int64_t strip = 64;  ///< positions at a time

  Shape<4> shape;
  std::int64_t from, to;

  std::int64_t size() const { return shape[2] * shape[3]; }
  std::int64_t strips() const { return ceil_div(size(), strip); }
  std::int64_t parts() const { return shape[0] * strips(); }
};

/// Strips of the maps, position by position inside the channels of one block, so that what is read stays near; channels
/// that only fill a block become zeros.
template <class Element, class Result = Element>
void convert(const Conversion& c, const StepMemory& memory) {
  const std::int64_t C = c.shape[1];
  const std::int64_t size = c.size();
  const std::int64_t written = ceil_div(C, c.to) * c.to;
  const std::int64_t read = ceil_div(C, c.from) * c.from;
  for (std::int64_t part = memory.first; part < memory.last; ++part) {
    const std::int64_t image = part / c.strips();
    const std::int64_t first = part % c.strips() * Conversion::strip;
    const std::int64_t last = std::min(size, first + Conversion::strip);
    const Element* const in = memory.input<Element>(0).data() + image * read * size;
    Result* const out = memory.output<Result>().data() + image * written * size;
    for (std::int64_t m = 0; m < written; ++m) {
      const Element* const from_plane = in + m / c.from * c.from * size + m % c.from;
      Result* const to_plane = out + m / c.to * c.to * size + m % c.to;
      for (std::int64_t i = first; i < last; ++i) {
        to_plane[i * c.to] = m < C ? changed(from_plane[i * c.from], Result{}) : Result{};
      }
    }
  }
}

/// Some bytes of a tensor.
void move_bytes(const StepMemory& memory, std::int64_t parts) {
  const auto bytes = std::ssize(memory.inputs[0]);
  const auto first = static_cast<std::size_t>(bytes * memory.first / parts);
  const auto count = static_cast<std::size_t>(bytes * memory.last / parts) - first;
  std::ranges::copy(memory.inputs[0].subspan(first, count), memory.outputs[0].subspan(first).begin());
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
  const Conversion conversion{shape, channels_of_block(input.layout), channels_of_block(output.layout)};
  const bool is_same = same_in_memory(shape, input.layout, output.layout);
  step.parts = conversion.parts();
  step.run = [=, count = layout_size(shape, input.layout), kernels = half_kernels().front()](const StepMemory& memory) {
    const std::int64_t first = count * memory.first / conversion.parts();
    const std::int64_t numbers = count * memory.last / conversion.parts() - first;
    if (is_same && rounds) {
      kernels->to_halves(memory.input<float>(0).data() + first, numbers, memory.output<std::uint16_t>().data() + first);
    } else if (is_same) {
      kernels->to_floats(memory.input<std::uint16_t>(0).data() + first, numbers, memory.output<float>().data() + first);
    } else if (rounds) {
      convert<float, std::uint16_t>(conversion, memory);
    } else {
      convert<std::uint16_t, float>(conversion, memory);
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
  const Conversion conversion{shape, channels_of_block(from.layout), channels_of_block(to)};
  step.parts = conversion.parts();
  step.run = [conversion, bytes](const StepMemory& memory) {
    if (conversion.from == conversion.to) {
      move_bytes(memory, conversion.parts());
    } else if (bytes == 1) {
      convert<std::uint8_t>(conversion, memory);
    } else if (bytes == 2) {
      convert<std::uint16_t>(conversion, memory);
    } else if (bytes == 4) {
      convert<std::uint32_t>(conversion, memory);
    } else {
      convert<std::uint64_t>(conversion, memory);
    }
  };
  return step;
}

}  // namespace pj
