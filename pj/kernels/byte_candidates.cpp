#include "pj/kernels/byte_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "pj/base/random.hpp"
#include "pj/kernels/byte_winograd.hpp"
#include "pj/kernels/prepared.hpp"
#include "pj/kernels/winograd.hpp"

namespace pj {

namespace {

/// Random bytes and weights, with a factor that spreads the results over the bytes.
struct Operands {
  ByteConv conv;
  Buffer<std::uint8_t> input;

  explicit Operands(const ConvShape& shape) : conv{.shape = shape} {
    Rng rng(1);
    const auto weights = static_cast<std::size_t>(shape.M * shape.group_C() * shape.R * shape.S);
    conv.weights.resize(weights);
    std::ranges::generate(conv.weights, [&] { return static_cast<std::int16_t>(rng.between(-127, 127)); });
    const double terms = static_cast<double>(shape.group_C() * shape.R * shape.S);
    conv.results = {{fixed_point(0.01 / std::sqrt(terms)), 0, 0, 255}};
    const Shape<4> map = shape.input();
    input.resize(static_cast<std::size_t>(map[0] * map[1] * map[2] * map[3] + byte_slack));
    std::ranges::generate(input, [&] { return static_cast<std::uint8_t>(rng.between(0, 255)); });
  }

  std::size_t outputs() const {
    const Shape<4> map = conv.shape.output();
    return static_cast<std::size_t>(map[0] * map[1] * map[2] * map[3]);
  }

  double error(std::span<const std::uint8_t> output) const {
    constexpr int count = 64;
    const ConvShape& s = conv.shape;
    Rng rng(2);
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
      const Shape<4> at{rng.between(0, s.N - 1), rng.between(0, s.M - 1), rng.between(0, s.P() - 1),
                        rng.between(0, s.Q() - 1)};
      const std::int64_t place = ((at[0] * s.P() + at[2]) * s.Q() + at[3]) * s.M + at[1];
      wrong += output[static_cast<std::size_t>(place)] != byte_conv_result(conv, input, at) ? 1 : 0;
    }
    return static_cast<double>(wrong) / count;
  }
};

using PrepareBytes = PreparedByteLayer (*)(const ByteKernels&, const ByteConv&);

Candidate own_candidate(const ByteKernels& kernels, const std::shared_ptr<const Operands>& operands, CandidateTime row,
                        PrepareBytes prepare) {
  row.name += std::string(", ") + kernels.name;
  Candidate candidate{std::move(row), {}};
  candidate.prepare = [&kernels, operands, prepare]() -> RunningCandidate {
    struct Run {
      PreparedByteLayer conv;
      Buffer<std::uint8_t> output, workspace;
    };
    const auto run = std::make_shared<Run>(Run{prepare(kernels, operands->conv), {}, {}});
    run->output.resize(operands->outputs());
    run->workspace.resize(static_cast<std::size_t>(run->conv.workspace));
    return {[run, operands] { run->conv.run(operands->input.data(), run->output.data(), run->workspace.data()); },
            [run, operands] { return operands->error(run->output); }};
  };
  return candidate;
}

Candidate library_candidate(const std::shared_ptr<const Operands>& operands) {
  const ConvShape& shape = operands->conv.shape;
  Candidate candidate{{.name = "oneDNN int8 to int8",
                       .source = "oneDNN, uint8 × int8, a factor in float32, ReLU",
                       .verdict = onednn_requantized_can_run(shape),
                       .operations = direct_operations(shape)},
                      {}};
  candidate.prepare = [operands]() -> RunningCandidate {
    struct Run {
      OnednnRequantized conv;
      Buffer<std::uint8_t> input, output, bytes;
    };
    const std::vector<std::int8_t> weights(operands->conv.weights.begin(), operands->conv.weights.end());
    const auto factor = static_cast<float>(operands->conv.results.front().factor.value());
    const auto run =
        std::make_shared<Run>(Run{prepare_onednn_requantized(operands->conv.shape, weights, factor), {}, {}, {}});
    run->input.resize(static_cast<std::size_t>(run->conv.input_bytes));
    run->output.resize(static_cast<std::size_t>(run->conv.output_bytes));
    run->bytes.resize(operands->outputs());
    run->conv.set_input(operands->input, run->input);
    return {[run] { run->conv.run(run->input, run->output); },
            [run, operands] {
              run->conv.get_output(run->output, run->bytes);
              return operands->error(run->bytes);
            }};
  };
  return candidate;
}

}  // namespace

std::vector<Candidate> byte_candidates(const ConvShape& shape) {
  const auto operands = std::make_shared<const Operands>(shape);
  const CandidateTime direct{.name = "int8 to int8",
                             .source = "requantised as in docs/integers.md",
                             .verdict = bytes_can_run(operands->conv),
                             .operations = direct_operations(shape)};
  CandidateTime winograd{.name = "int8 to int8 F(4x4,3x3)",
                         .source = "Lavin and Gray 2016, in whole numbers as in docs/kernels.md",
                         .verdict = byte_winograd_can_run(operands->conv)};
  if (winograd.verdict) {
    winograd.operations = winograd_operations(shape, whole_winograd());
  }
  std::vector<Candidate> list;
  for (const ByteKernels* kernels : byte_kernels()) {
    list.push_back(own_candidate(*kernels, operands, direct, prepare_bytes));
    list.push_back(own_candidate(*kernels, operands, winograd, prepare_byte_winograd));
  }
  list.push_back(library_candidate(operands));
  return list;
}

}  // namespace pj
