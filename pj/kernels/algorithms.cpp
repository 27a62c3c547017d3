#include "pj/kernels/algorithms.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "pj/base/text.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

constexpr auto lavin_gray = "Lavin and Gray, CVPR 2016";

Verdict always(const ConvShape&) {
  return Verdict::yes();
}

ConvLayouts planar(const ConvShape&) {
  return {};
}

ConvLayouts blocked(const ConvShape&) {
  return {Layout::Blocked, Layout::Blocked};
}

const std::array all_algorithms{
    ConvAlgorithm{"direct", "Sze et al. 2017, equation 1", always, prepare_direct, planar, direct_operations,
                  direct_error_bound, count_direct, conv_direct<WideInteger>},
    ConvAlgorithm{"im2col", "Chellapilla et al., IWFHR 2006", always, prepare_im2col, planar, direct_operations,
                  direct_error_bound, count_im2col, whole_im2col},
    ConvAlgorithm{"Strassen", "Strassen, Numerische Mathematik 1969", strassen_can_run, prepare_strassen, planar,
                  strassen_conv_operations, strassen_error_bound, count_strassen, whole_strassen},
    ConvAlgorithm{"FFT", "Mathieu et al., ICLR 2014", fft_can_run, prepare_fft, planar, fft_conv_operations,
                  fft_conv_error_bound, count_fft, whole_fft},
    winograd_row<2, 3>("F(2x2,3x3)", lavin_gray),
    winograd_row<4, 3>("F(4x4,3x3)", lavin_gray),
    winograd_row<6, 3>("F(6x6,3x3)", lavin_gray),
    winograd_row<2, 5>("F(2x2,5x5)", lavin_gray),
    winograd_row<4, 5>("F(4x4,5x5)", lavin_gray),
    ConvAlgorithm{"pointwise", "as oneDNN's 1×1, on blocks of 16 channels", pointwise_can_run,
                  [](const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
                    return prepare_pointwise(*vector_kernels().front(), shape, weights, epilogue);
                  },
                  blocked, direct_operations, direct_error_bound, count_direct, nullptr},
    ConvAlgorithm{"depthwise", "Howard et al. 2017, one filter a channel", depthwise_can_run,
                  [](const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
                    return prepare_depthwise(*vector_kernels().front(), shape, weights, epilogue);
                  },
                  blocked, direct_operations, direct_error_bound, count_direct, nullptr},
    ConvAlgorithm{"direct, blocked", "as oneDNN's direct convolution: the sums of some outputs stay in registers",
                  windowed_can_run,
                  [](const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
                    return prepare_windowed(*vector_kernels().front(), shape, weights, epilogue);
                  },
                  windowed_layouts, direct_operations, direct_error_bound, count_direct, nullptr},
    ConvAlgorithm{"streamed", "each weight read once, as fast as memory gives it", streamed_can_run,
                  [](const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
                    return prepare_streamed(*vector_kernels().front(), shape, weights, epilogue);
                  },
                  planar, direct_operations, direct_error_bound, count_direct, nullptr},
    ConvAlgorithm{"oneDNN", "oneDNN, direct", onednn_can_run, prepare_onednn, onednn_layouts, direct_operations,
                  direct_error_bound, nullptr, nullptr},
    ConvAlgorithm{"oneDNN F(4x4)", "oneDNN, Winograd", onednn_winograd_can_run, prepare_onednn_winograd,
                  onednn_winograd_layouts,
                  [](const ConvShape& shape) { return winograd_operations(shape, cook_toom(4, 3)); },
                  [](const ConvShape& shape) { return winograd_error_bound(shape, cook_toom(4, 3), float_roundoff); },
                  nullptr, nullptr, 36.0 / 9.0},
};

}  // namespace

std::span<const ConvAlgorithm> conv_algorithms() {
  return all_algorithms;
}

const ConvAlgorithm& conv_algorithm(const std::string& name) {
  std::vector<std::string> known;
  for (const ConvAlgorithm& algorithm : all_algorithms) {
    if (algorithm.name == name) {
      return algorithm;
    }
    known.emplace_back(algorithm.name);
  }
  throw InputError("there is no algorithm '" + name + "'" + did_you_mean(name, known));
}

void PreparedConv::run_all(ConvMemory memory) const {
  memory.shared = memory.workspace.first(static_cast<std::size_t>(shared));
  memory.workspace = memory.workspace.subspan(static_cast<std::size_t>(shared));
  if (run_first) {
    run_first(memory);
  }
  run(memory);
}

Tensor<float, 4> run_planar(const PreparedConv& conv, const ConvShape& shape, TensorView<const float, 4> input,
                            std::span<float> workspace, TensorView<const float, 4> residual) {
  const Buffer<float> laid_out = from_planar(input, conv.input);
  const Buffer<float> added = residual.elements().empty() ? Buffer<float>{} : from_planar(residual, conv.output);
  Buffer<float> output(static_cast<std::size_t>(layout_size(shape.output(), conv.output)));
  conv.run_all({laid_out, output, workspace, added});
  return to_planar(output, shape.output(), conv.output);
}

Tensor<float, 4> run_planar(const ConvAlgorithm& algorithm, const ConvShape& shape, TensorView<const float, 4> input,
                            TensorView<const float, 4> weights) {
  const PreparedConv conv = algorithm.prepare(shape, weights.elements(), {});
  Buffer<float> workspace(static_cast<std::size_t>(conv.all_workspace()));
  return run_planar(conv, shape, input, workspace);
}

PreparedConv with_epilogue(PreparedConv conv, const ConvShape& shape, const Epilogue& epilogue) {
  if (!epilogue.is_empty()) {
    conv.run = [run = std::move(conv.run), layout = conv.output, sizes = shape.output(),
                epilogue](const ConvMemory& memory) {
      run(memory);
      apply(epilogue, sizes, layout, memory.residual, memory.output);
    };
  }
  return conv;
}

const ConvAlgorithm& fewest_operations(const ConvShape& shape) {
  const ConvAlgorithm* best = &all_algorithms.front();
  for (const ConvAlgorithm& algorithm : all_algorithms) {
    if (algorithm.can_run(shape) && algorithm.operations(shape).total() < best->operations(shape).total()) {
      best = &algorithm;
    }
  }
  return *best;
}

}  // namespace pj
