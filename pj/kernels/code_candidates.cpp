#include "pj/kernels/code_candidates.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "pj/base/text.hpp"
#include "pj/kernels/codes_conv.hpp"
#include "pj/kernels/direct.hpp"
#include "pj/kernels/prepared.hpp"
#include "pj/kernels/random_codes.hpp"
#include "pj/kernels/sampled_error.hpp"

namespace pj {

namespace {

constexpr std::array<std::int8_t, 16> int4_values{-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};
/// 0 and the powers of two with both signs.
constexpr std::array<std::int8_t, 15> log4_values{-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64};
constexpr std::array<std::int8_t, 3> ternary_values{-1, 0, 1};

/// Weights of one format in the words of one kind.
struct CodeRow {
  Numbers numbers;
  const char* name;
  const char* source;
  Codes codes;
  WeightValues values;  ///< that its weights take; empty: those that the codes can have
};

constexpr auto codebook_source = "Han et al., ICLR 2016: indices into a codebook";

const std::array code_rows{
    CodeRow{Numbers::Bfloat16, "bfloat16", "bfloat16 × bfloat16, sums of float32", Codes::Bfloat16, {}},
    CodeRow{Numbers::Int8, "int8", "uint8 × int8, sums of 32 bits", Codes::Bytes, {}},
    CodeRow{Numbers::Int4, "int4", "uint8 × int4, sums of 32 bits", Codes::Codebook16, int4_values},
    CodeRow{Numbers::Log4, "log4", "Miyashita et al. 2016: uint8 × ±2^e", Codes::Codebook16, log4_values},
    CodeRow{Numbers::Codebook16, "codebook16", codebook_source, Codes::Codebook16, {}},
    CodeRow{Numbers::Codebook16, "codebook16 of float32", codebook_source, Codes::FloatCodebook16, {}},
    CodeRow{Numbers::Codebook4, "codebook4", codebook_source, Codes::Codebook4, {}},
    CodeRow{Numbers::Ternary, "ternary", "Li et al. 2016: signs × -1, 0 or 1", Codes::Ternary, {}},
    CodeRow{Numbers::Ternary, "ternary on bytes", "uint8 × -1, 0 or 1", Codes::Codebook4, ternary_values},
    CodeRow{Numbers::Binary, "binary", "Rastegari et al., ECCV 2016", Codes::Signs, {}},
};

double exact_sum(const WholeOperands& operands, const Shape<4>& at) {
  return static_cast<double>(code_sum(operands.layout, operands.input, operands.weights, at));
}
double exact_sum(const RealOperands& operands, const Shape<4>& at) {
  const ConvOperands<float> conv{operands.layout.shape, operands.input.view(), operands.weights.view(), {}};
  return direct_output<float, double>(conv, at);
}

template <class Sum, class Operands>
struct CodesRun {
  std::shared_ptr<const Operands> operands;
  PreparedWords<Sum> conv;
  Buffer<std::uint32_t> input, workspace;
  Buffer<Sum> sums;

  CodesRun(const WordKernels& kernels, const std::shared_ptr<const Operands>& given)
      : operands(given),
        conv(prepare_codes(kernels, given->layout, given->weights.elements())),
        input(pack_codes(given->layout, given->input.view())),
        workspace(static_cast<std::size_t>(conv.workspace)),
        sums(static_cast<std::size_t>(given->layout.sums())) {}

  double error() const {
    return relative_error(operands->layout.shape.output(), unpack_sums(operands->layout, sums),
                          [&](const Shape<4>& at) { return exact_sum(*operands, at); });
  }
};

template <class Sum, class Operands>
Candidate codes_candidate(const CodeRow& row, const WordKernels& kernels,
                          const std::shared_ptr<const Operands>& operands) {
  const CodesLayout& layout = operands->layout;
  Candidate candidate{{.name = std::string(row.name) + ", " + kernels.name,
                       .source = row.source,
                       .verdict = codes_can_run(layout),
                       .operations = direct_operations(layout.shape),
                       .weight_bytes = layout.weight_bytes(),
                       .error_bound = code_error_bound(layout)},
                      {}};
  candidate.prepare = [&kernels, operands]() -> RunningCandidate {
    const auto run = std::make_shared<CodesRun<Sum, Operands>>(kernels, operands);
    return {[run] { run->conv.run(run->input, run->sums, run->workspace); }, [run] { return run->error(); }};
  };
  return candidate;
}

/// A row with the loops of every instruction set that knows its codes.
template <class Sum, class Operands>
void add_candidates(std::vector<Candidate>& list, const CodeRow& row, Operands&& operands) {
  const auto shared = std::make_shared<const std::remove_cvref_t<Operands>>(std::forward<Operands>(operands));
  for (const WordKernels* kernels : word_kernels()) {
    if (has_product(*kernels, row.codes)) {
      list.push_back(codes_candidate<Sum>(row, *kernels, shared));
    }
  }
}

/// The library's convolution of the same bytes.
struct BytesRun {
  std::shared_ptr<const WholeOperands> operands;
  PreparedBytes conv;
  Tensor<std::uint8_t, 4> input;
  Tensor<std::int32_t, 4> sums;

  explicit BytesRun(const std::shared_ptr<const WholeOperands>& given)
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
                          [&](const Shape<4>& place) { return exact_sum(*operands, place); });
  }
};

Candidate bytes_candidate(const std::shared_ptr<const WholeOperands>& operands) {
  const ConvShape& shape = operands->layout.shape;
  Candidate candidate{{.name = "oneDNN int8",
                       .source = "oneDNN, uint8 × int8, sums of 32 bits",
                       .verdict = onednn_bytes_can_run(shape),
                       .operations = direct_operations(shape),
                       .weight_bytes = element_count(shape.weights())},
                      {}};
  candidate.prepare = [operands]() -> RunningCandidate {
    const auto run = std::make_shared<BytesRun>(operands);
    return {[run] { run->conv(run->input.elements(), run->sums.elements()); }, [run] { return run->error(); }};
  };
  return candidate;
}

}  // namespace

Numbers parse_numbers(const std::string& name) {
  std::vector<std::string> known{"float32"};
  for (const CodeRow& row : code_rows) {
    if (row.name == name) {
      return row.numbers;
    }
    if (std::string_view(row.name).find(' ') == std::string_view::npos) {
      known.emplace_back(row.name);
    }
  }
  if (name == known.front()) {
    return Numbers::Float32;
  }
  throw InputError("'" + name + "' is not measured" + did_you_mean(name, known));
}

std::vector<Candidate> code_candidates(const ConvShape& shape, Numbers numbers) {
  std::vector<Candidate> list;
  for (const CodeRow& row : code_rows) {
    if (row.numbers == numbers) {
      Rng rng(1);
      const CodesLayout layout{row.codes, shape};
      if (row.codes == Codes::Bfloat16 || row.codes == Codes::FloatCodebook16) {
        add_candidates<float>(list, row, random_real_codes(rng, layout));
      } else {
        add_candidates<std::int32_t>(list, row, random_whole_codes(rng, layout, row.values));
      }
    }
  }
  if (numbers == Numbers::Int8) {
    Rng rng(1);
    list.push_back(
        bytes_candidate(std::make_shared<const WholeOperands>(random_whole_codes(rng, {Codes::Bytes, shape}, {}))));
  }
  return list;
}

}  // namespace pj
