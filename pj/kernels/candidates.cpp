#include "pj/kernels/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "pj/base/random.hpp"
#include "pj/kernels/byte_candidates.hpp"
#include "pj/kernels/codes_conv.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

/// The places of some outputs.
std::vector<Shape<4>> sampled_places(const Shape<4>& sizes) {
  constexpr int count = 64;
  Rng rng(2);
  std::vector<Shape<4>> places;
  for (int i = 0; i < count; ++i) {
    places.push_back({rng.between(0, sizes[0] - 1), rng.between(0, sizes[1] - 1), rng.between(0, sizes[2] - 1),
                      rng.between(0, sizes[3] - 1)});
  }
  return places;
}

/// The norm of the differences from the exact values over the norm of these.
template <class Output, class Exact>
double relative_error(const Shape<4>& sizes, const Output& output, const Exact& exact) {
  double squares = 0.0;
  double exact_squares = 0.0;
  for (const Shape<4>& at : sampled_places(sizes)) {
    const double value = exact(at);
    const double error = static_cast<double>(output(at[0], at[1], at[2], at[3])) - value;
    squares += error * error;
    exact_squares += value * value;
  }
  return squares == 0.0 ? 0.0 : std::sqrt(squares / exact_squares);
}

struct FloatOperands {
  ConvShape shape;
  Tensor<float, 4> input, weights;

  explicit FloatOperands(const ConvShape& conv) : shape(conv), input(conv.input()), weights(conv.weights()) {
    Rng rng(1);
    for (Tensor<float, 4>* tensor : {&input, &weights}) {
      std::ranges::generate(tensor->elements(), [&] { return static_cast<float>(2.0 * rng.uniform() - 1.0); });
    }
  }
};

/// An algorithm with its own copies of the map, in its layout.
struct FloatRun {
  std::shared_ptr<const FloatOperands> operands;
  PreparedConv conv;
  Buffer<float> input, output, workspace;

  FloatRun(const ConvAlgorithm& algorithm, const std::shared_ptr<const FloatOperands>& given)
      : operands(given),
        conv(algorithm.prepare(given->shape, given->weights.elements(), {})),
        input(from_planar(given->input.view(), conv.input)),
        output(static_cast<std::size_t>(layout_size(given->shape.output(), conv.output))),
        workspace(static_cast<std::size_t>(conv.workspace)) {}

  double error() const {
    const ConvShape& shape = operands->shape;
    const ConvOperands<float> exact{shape, operands->input.view(), operands->weights.view(), {}};
    return relative_error(shape.output(), to_planar(output, shape.output(), conv.output),
                          [&](const Shape<4>& at) { return direct_output<float, double>(exact, at); });
  }
};

Candidate float_candidate(const ConvAlgorithm& algorithm, const std::shared_ptr<const FloatOperands>& operands) {
  const ConvShape& shape = operands->shape;
  Candidate candidate{{.name = algorithm.name, .source = algorithm.source, .verdict = algorithm.can_run(shape)}, {}};
  if (candidate.row.verdict) {
    candidate.row.operations = algorithm.operations(shape);
    candidate.row.error_bound = algorithm.error_bound(shape);
  }
  candidate.prepare = [&algorithm, operands]() -> RunningCandidate {
    const auto run = std::make_shared<FloatRun>(algorithm, operands);
    return {[run] { run->conv.run({run->input, run->output, run->workspace}); }, [run] { return run->error(); }};
  };
  return candidate;
}

struct CodesOperands {
  CodesLayout layout;
  Tensor<std::int16_t, 4> input;
  Tensor<std::int8_t, 4> weights;

  explicit CodesOperands(const CodesLayout& codes)
      : layout(codes), input(codes.shape.input()), weights(codes.shape.weights()) {
    Rng rng(1);
    const bool is_bytes = codes.codes == Codes::Bytes;
    std::ranges::generate(input.elements(), [&] {
      return static_cast<std::int16_t>(is_bytes ? rng.between(0, 255) : 2 * rng.between(0, 1) - 1);
    });
    std::ranges::generate(weights.elements(), [&] {
      return static_cast<std::int8_t>(is_bytes ? rng.between(-128, 127) : 2 * rng.between(0, 1) - 1);
    });
  }

  double exact(const Shape<4>& at) const { return static_cast<double>(code_sum(layout, input, weights, at)); }
};

struct CodesRun {
  std::shared_ptr<const CodesOperands> operands;
  PreparedCodes conv;
  Buffer<std::uint32_t> input, workspace;
  Buffer<std::int32_t> sums;

  CodesRun(const WordKernels& kernels, const std::shared_ptr<const CodesOperands>& given)
      : operands(given),
        conv(prepare_codes(kernels, given->layout, given->weights.elements())),
        input(pack_codes(given->layout, given->input.view())),
        workspace(static_cast<std::size_t>(conv.workspace)),
        sums(static_cast<std::size_t>(given->layout.sums())) {}

  double error() const {
    return relative_error(operands->layout.shape.output(), unpack_sums(operands->layout, sums),
                          [&](const Shape<4>& at) { return operands->exact(at); });
  }
};

Candidate codes_candidate(const WordKernels& kernels, const std::shared_ptr<const CodesOperands>& operands) {
  const bool is_bytes = operands->layout.codes == Codes::Bytes;
  Candidate candidate{{.name = std::string(is_bytes ? "int8, " : "binary, ") + kernels.name,
                       .source = is_bytes ? "uint8 × int8, sums of 32 bits" : "Rastegari et al., ECCV 2016",
                       .verdict = codes_can_run(operands->layout),
                       .operations = direct_operations(operands->layout.shape)},
                      {}};
  candidate.prepare = [&kernels, operands]() -> RunningCandidate {
    const auto run = std::make_shared<CodesRun>(kernels, operands);
    return {[run] { run->conv.run(run->input, run->sums, run->workspace); }, [run] { return run->error(); }};
  };
  return candidate;
}

/// The library's convolution of the same bytes.
struct BytesRun {
  std::shared_ptr<const CodesOperands> operands;
  PreparedBytes conv;
  Tensor<std::uint8_t, 4> input;
  Tensor<std::int32_t, 4> sums;

  explicit BytesRun(const std::shared_ptr<const CodesOperands>& given)
      : operands(given), conv(prepare_onednn_bytes(given->layout.shape, given->weights.elements())) {
    const auto [N, C, H, W] = given->layout.shape.input();
    const auto [images, M, P, Q] = given->layout.shape.output();
    input = Tensor<std::uint8_t, 4>({N, H, W, C});
    sums = Tensor<std::int32_t, 4>({images, P, Q, M});
    for (std::int64_t i = 0; i < N * C * H * W; ++i) {
      input(i / (C * H * W), i / W % H, i % W, i / (H * W) % C) =
          static_cast<std::uint8_t>(given->input.elements()[static_cast<std::size_t>(i)]);
    }
  }

  double error() const {
    const auto at = [&](auto n, auto m, auto p, auto q) { return sums(n, p, q, m); };
    return relative_error(operands->layout.shape.output(), at,
                          [&](const Shape<4>& place) { return operands->exact(place); });
  }
};

Candidate bytes_candidate(const std::shared_ptr<const CodesOperands>& operands) {
  const ConvShape& shape = operands->layout.shape;
  Candidate candidate{{.name = "oneDNN int8",
                       .source = "oneDNN, uint8 × int8, sums of 32 bits",
                       .verdict = onednn_bytes_can_run(shape),
                       .operations = direct_operations(shape)},
                      {}};
  candidate.prepare = [operands]() -> RunningCandidate {
    const auto run = std::make_shared<BytesRun>(operands);
    return {[run] { run->conv(run->input.elements(), run->sums.elements()); }, [run] { return run->error(); }};
  };
  return candidate;
}

}  // namespace

std::vector<Candidate> candidates(const ConvShape& shape, Numbers numbers) {
  std::vector<Candidate> list;
  const auto floats = std::make_shared<const FloatOperands>(shape);
  if (numbers == Numbers::Float32) {
    for (const ConvAlgorithm& algorithm : conv_algorithms().subspan(1)) {
      list.push_back(float_candidate(algorithm, floats));
    }
    return list;
  }
  list.push_back(float_candidate(conv_algorithm("oneDNN"), floats));
  const CodesLayout layout{numbers == Numbers::Int8 ? Codes::Bytes : Codes::Signs, shape};
  const auto codes = std::make_shared<const CodesOperands>(layout);
  for (const WordKernels* kernels : word_kernels()) {
    list.push_back(codes_candidate(*kernels, codes));
  }
  if (numbers == Numbers::Int8) {
    list.push_back(bytes_candidate(codes));
    for (Candidate& candidate : byte_candidates(shape)) {
      list.push_back(std::move(candidate));
    }
  }
  return list;
}

}  // namespace pj
