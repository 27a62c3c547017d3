#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/random.hpp"
#include "pj/kernels/algorithms.hpp"
#include "pj/kernels/direct.hpp"
#include "pj/kernels/fft.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/random_codes.hpp"
#include "pj/kernels/toeplitz.hpp"
#include "pj/kernels/winograd.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/claimed_convs.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

const ConvAlgorithm& claimed_algorithm(const YamlNode& node) {
  try {
    return conv_algorithm(node.text("the algorithm"));
  } catch (const InputError& fault) {
    throw InputError(node.position(), fault.what());
  }
}

/// Numbers of 16 bits.
Tensor<WideInteger, 4> random_words(Rng& rng, const Shape<4>& shape) {
  Tensor<WideInteger, 4> words(shape);
  std::ranges::generate(words.elements(), [&] { return rng.between(-32768, 32767); });
  return words;
}

struct KernelComparison {
  std::int64_t compared = 0, differing = 0;
};

/// Every algorithm of the list that has a form in whole numbers and takes the shape, beside the seven loops.
KernelComparison compare_words(const ConvShape& shape, const std::vector<const ConvAlgorithm*>& algorithms) {
  Rng rng(claim_seed);
  const auto input = random_words(rng, shape.input());
  const auto weights = random_words(rng, shape.weights());
  Tensor<WideInteger, 4> expected(shape.output());
  conv_direct<WideInteger>({shape, input.view(), weights.view(), expected.view()});
  KernelComparison result;
  for (const ConvAlgorithm* algorithm : algorithms) {
    if (algorithm->run_whole != nullptr && algorithm->can_run(shape)) {
      Tensor<WideInteger, 4> output(shape.output());
      algorithm->run_whole({shape, input.view(), weights.view(), output.view()});
      for (std::size_t i = 0; i < output.elements().size(); ++i) {
        ++result.compared;
        result.differing += output.elements()[i] == expected.elements()[i] ? 0 : 1;
      }
    }
  }
  return result;
}

struct ComparisonCount {
  const char* name;
  std::int64_t KernelComparison::*member;
};

constexpr std::array comparison_counts{ComparisonCount{"compared", &KernelComparison::compared},
                                       ComparisonCount{"differing", &KernelComparison::differing}};

struct OperationKind {
  const char* name;
  std::int64_t (*of)(const OperationCount&);
};

constexpr std::array operation_kinds{
    OperationKind{"multiplications", [](const OperationCount& count) { return count.multiplications; }},
    OperationKind{"additions", [](const OperationCount& count) { return count.additions; }},
    OperationKind{"all", [](const OperationCount& count) { return count.total(); }},
};

struct CodeKind {
  const char* name;
  Codes codes;
  std::span<const std::int8_t> values;  ///< powers of two that the weights are; none: all that the codes can have
};

constexpr std::array<std::int8_t, 15> powers_of_two{-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64};

constexpr std::array code_kinds{
    CodeKind{"bytes", Codes::Bytes, {}},           CodeKind{"signs", Codes::Signs, {}},
    CodeKind{"ternary", Codes::Ternary, {}},       CodeKind{"powers of two", Codes::Codebook16, powers_of_two},
    CodeKind{"codebook16", Codes::Codebook16, {}}, CodeKind{"codebook4", Codes::Codebook4, {}}};

/// Sums of random codes, of every instruction set that the processor has, that are not those of the definition.
std::int64_t compare_sums(const CodeKind& kind, const ConvShape& shape) {
  Rng rng(claim_seed);
  const WholeOperands operands = random_whole_codes(rng, {kind.codes, shape}, kind.values);
  const CodesLayout& layout = operands.layout;
  const Buffer<std::uint32_t> packed = pack_codes(layout, operands.input.view());
  const auto [N, M, P, Q] = layout.shape.output();
  std::int64_t differing = 0;
  for (const WordKernels* kernels : word_kernels()) {
    if (!has_product(*kernels, kind.codes)) {
      continue;
    }
    const PreparedCodes conv = prepare_codes(*kernels, layout, operands.weights.elements());
    Buffer<std::int32_t> sums(static_cast<std::size_t>(layout.sums()));
    Buffer<std::uint32_t> workspace(static_cast<std::size_t>(conv.workspace));
    conv.run(packed, sums, workspace);
    const Tensor<std::int32_t, 4> planar = unpack_sums(layout, sums);
    for (std::int64_t i = 0; i < N * M * P * Q; ++i) {
      const Shape<4> at{i / (M * P * Q), i / (P * Q) % M, i / Q % P, i % Q};
      const std::int64_t exact =
          (kind.values.empty() ? code_sum : shift_sum)(layout, operands.input, operands.weights, at);
      differing += planar(at[0], at[1], at[2], at[3]) == exact ? 0 : 1;
    }
  }
  return differing;
}

}  // namespace

std::vector<ConvShape> claimed_convs(const YamlNode& with) {
  const YamlNode* wanted = with.find("layer");
  const YamlNode* batch = with.find("batch");
  const Network network = claimed_network(with.at("of"), batch != nullptr ? batch->integer("batch", 1, 1 << 20) : 1);
  std::vector<ConvShape> convs;
  for (const Node& node : network.nodes) {
    const auto shape = layer_conv(network, node);
    if (shape &&
        (wanted != nullptr ? node.name == wanted->text("layer") : std::holds_alternative<Convolution>(node.layer))) {
      convs.push_back(*shape);
    }
  }
  if (convs.empty()) {
    throw InputError((wanted != nullptr ? *wanted : with.at("of")).position(),
                     "there is no such convolution or fully connected layer");
  }
  return convs;
}

ConvShape cropped(ConvShape s, const YamlNode& with) {
  const std::int64_t outputs = with.at("outputs").integer("outputs", 1, 1 << 20);
  const std::int64_t channels = with.at("channels").integer("channels", 1, 1 << 20);
  s.H = std::min(s.H, (outputs - 1) * s.stride_h + s.dilated_R());
  s.W = std::min(s.W, (outputs - 1) * s.stride_w + s.dilated_S());
  s.C = s.groups * std::min(s.group_C(), channels);
  s.M = s.groups * std::min(s.group_M(), channels);
  return s;
}

double algorithm_operations(const YamlNode& with) {
  const auto& kind = row_named(operation_kinds, with.at("count"), "count", "count");
  const ConvAlgorithm& algorithm = claimed_algorithm(with.at("algorithm"));
  double total = 0.0;
  for (const ConvShape& shape : claimed_convs(with)) {
    if (const Verdict verdict = algorithm.can_run(shape); !verdict) {
      throw InputError(with.at("algorithm").position(), verdict.reason());
    }
    total += static_cast<double>(kind.of(algorithm.operations(shape)));
  }
  return total;
}

double claimed_redundancy(const YamlNode& with) {
  return toeplitz_redundancy(claimed_convs(with).front());
}

double word_outputs(const YamlNode& with) {
  const auto& count = row_named(comparison_counts, with.at("count"), "count", "count");
  std::vector<const ConvAlgorithm*> algorithms;
  for (const YamlNode& name : with.at("algorithms").sequence("algorithms")) {
    algorithms.push_back(&claimed_algorithm(name));
  }
  std::int64_t total = 0;
  for (const ConvShape& shape : claimed_convs(with)) {
    total += compare_words(cropped(shape, with), algorithms).*count.member;
  }
  return static_cast<double>(total);
}

double differing_sums(const YamlNode& with) {
  const CodeKind& kind = row_named(code_kinds, with.at("numbers"), "numbers", "kind of numbers");
  std::int64_t differing = 0;
  for (const ConvShape& shape : claimed_convs(with)) {
    differing += compare_sums(kind, cropped(shape, with));
  }
  return static_cast<double>(differing);
}

double code_bytes(const YamlNode& with) {
  const CodeKind& kind = row_named(code_kinds, with.at("numbers"), "numbers", "kind of numbers");
  double bytes = 0.0;
  for (const ConvShape& shape : claimed_convs(with)) {
    bytes += static_cast<double>(CodesLayout{kind.codes, shape}.weight_bytes());
  }
  return bytes;
}

double float_error(const YamlNode& with) {
  const ConvAlgorithm& algorithm = claimed_algorithm(with.at("algorithm"));
  const ConvShape shape = cropped(claimed_convs(with).front(), with);
  Rng rng(claim_seed);
  Tensor<float, 4> input(shape.input());
  Tensor<float, 4> weights(shape.weights());
  for (Tensor<float, 4>* tensor : {&input, &weights}) {
    std::ranges::generate(tensor->elements(), [&] { return static_cast<float>(2.0 * rng.uniform() - 1.0); });
  }
  const Tensor<float, 4> output = run_planar(algorithm, shape, input.view(), weights.view());
  const ConvOperands<float> operands{shape, input.view(), weights.view(), {}};
  double error = 0.0;
  double largest = 0.0;
  const auto [N, M, P, Q] = shape.output();
  for (std::int64_t i = 0; i < N * M * P * Q; ++i) {
    const Shape<4> at{i / (M * P * Q), i / (P * Q) % M, i / Q % P, i % Q};
    const double exact = direct_output<float, double>(operands, at);
    error = std::max(error, std::abs(static_cast<double>(output(at[0], at[1], at[2], at[3])) - exact));
    largest = std::max(largest, std::abs(exact));
  }
  return error / largest;
}

double layers_selecting(const YamlNode& with) {
  const std::int64_t filter = with.at("filter").integer("filter", 1, 1 << 20);
  const std::string& wanted = with.at("algorithm").text("algorithm");
  double layers = 0.0;
  double selecting = 0.0;
  for (const ConvShape& shape : claimed_convs(with)) {
    if (shape.R == filter) {
      layers += 1.0;
      selecting += std::string(fewest_operations(shape).name).starts_with(wanted) ? 1.0 : 0.0;
    }
  }
  if (layers == 0.0) {
    throw InputError(with.at("filter").position(), "no layer has such a filter");
  }
  return 100.0 * selecting / layers;
}

double inexact_transforms(const YamlNode& with) {
  const std::int64_t most = with.at("most").integer("most", 1, CookToom::most_outputs);
  double inexact = 0.0;
  for (int m = 1; m <= most; ++m) {
    for (int r = 1; r <= most; ++r) {
      inexact += is_exact(cook_toom(m, r)) ? 0.0 : 1.0;
    }
  }
  return inexact;
}

double transform_growth(const YamlNode& with) {
  const auto size = [&](const char* key) {
    return static_cast<int>(with.at(key).integer(key, 1, CookToom::most_outputs));
  };
  return std::ceil(input_growth_bits(cook_toom(size("m"), size("r"))));
}

double strassen_multiplications(const YamlNode& with) {
  const std::int64_t size = with.at("size").integer("size", 1, 1 << 16);
  const int levels = static_cast<int>(with.at("levels").integer("levels", 0, 16));
  return static_cast<double>(strassen_operations({size, size, size}, levels).multiplications);
}

double layer_intensity(const YamlNode& with) {
  const ConvShape shape = claimed_convs(with).front();
  const std::int64_t moved =
      element_count(shape.input()) + element_count(shape.weights()) + element_count(shape.output());
  return static_cast<double>(shape.macs()) / static_cast<double>(moved);
}

double spectrum_share(const YamlNode& with) {
  const std::int64_t n = with.at("points").integer("points", 2, 64);
  return static_cast<double>(FftPlan{.n = n}.frequencies()) / static_cast<double>(n * n);
}

}  // namespace pj
