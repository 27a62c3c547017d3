#include "pj/kernels/channel_parts.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace pj {

namespace {

/// Output channels of a part.
std::int64_t channels_of_part(const ConvShape& s) {
  if (s.N > 1 || s.groups > 1) {
    return s.M;
  }
  const auto fits = [&](std::int64_t parts, std::int64_t least) {
    return s.M % (parts * block_size) == 0 && s.M / parts >= least;
  };
  return fits(4, 128) ? s.M / 4 : fits(2, 32) ? s.M / 2 : s.M;
}

/// The convolutions of `channels` output channels each.
std::vector<PreparedConv> channel_parts(const ConvShape& shape, std::span<const float> weights,
                                        const Epilogue& epilogue, std::int64_t channels,
                                        const ConvAlgorithm& algorithm) {
  std::vector<PreparedConv> parts;
  ConvShape part = shape;
  part.M = channels;
  for (std::int64_t m = 0; m < shape.M; m += channels) {
    Epilogue ends = epilogue;
    if (!epilogue.bias.empty()) {
      ends.bias.assign(epilogue.bias.begin() + m, epilogue.bias.begin() + m + channels);
    }
    const auto count = static_cast<std::size_t>(element_count(part.weights()));
    const std::size_t first = count * static_cast<std::size_t>(m / channels);
    parts.push_back(algorithm.prepare(part, weights.empty() ? weights : weights.subspan(first, count), ends));
  }
  return parts;
}

PreparedConv joined(std::vector<PreparedConv> parts, const ConvLayouts& layouts, std::size_t outputs) {
  PreparedConv conv{.input = layouts.input, .output = layouts.output, .parts = std::ssize(parts), .in_place = true};
  for (const PreparedConv& part : parts) {
    conv.weights += part.weights;
    conv.workspace = std::max(conv.workspace, part.all_workspace());
    conv.in_place = conv.in_place && part.in_place;
  }
  conv.run = [outputs,
              parts = std::make_shared<const std::vector<PreparedConv>>(std::move(parts))](const ConvMemory& memory) {
    for (std::int64_t i = memory.first; i < std::min(memory.last, std::ssize(*parts)); ++i) {
      const std::size_t first = static_cast<std::size_t>(i) * outputs;
      const auto residual = memory.residual.empty() ? memory.residual : memory.residual.subspan(first, outputs);
      (*parts)[static_cast<std::size_t>(i)].run_all(
          {memory.input, memory.output.subspan(first, outputs), memory.workspace, residual});
    }
  };
  return conv;
}

}  // namespace

PreparedConv in_channel_parts(const ConvAlgorithm& algorithm, const ConvShape& shape, std::span<const float> weights,
                              const Epilogue& epilogue) {
  const std::int64_t channels = channels_of_part(shape);
  if (channels == shape.M) {
    return algorithm.prepare(shape, weights, epilogue);
  }
  const ConvLayouts layouts = algorithm.layouts(shape);
  std::vector<PreparedConv> parts = channel_parts(shape, weights, epilogue, channels, algorithm);
  const bool is_alike = std::ranges::all_of(
      parts, [&](const PreparedConv& part) { return part.input == layouts.input && part.output == layouts.output; });
  return is_alike ? joined(std::move(parts), layouts, static_cast<std::size_t>(channels * shape.P() * shape.Q()))
                  : algorithm.prepare(shape, weights, epilogue);
}

}  // namespace pj
