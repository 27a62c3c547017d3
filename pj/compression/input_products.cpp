#include "pj/compression/input_products.hpp"

#include <algorithm>
#include <map>

#include "pj/base/arithmetic.hpp"
#include "pj/base/parallel.hpp"
#include "pj/inference/plan.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_inputs = 4096;  // of a filter: 128 MiB for a matrix
constexpr std::int64_t numbers_at_a_time = 1 << 22;

/// A convolution in two dimensions, with what it reads and gives; one in one dimension has a height of 1.
struct WindowShape {
  std::int64_t C, H, W, R, S, P, Q, U, V, top, left, down, right;
};

/// The last two sizes, the first of them 1 where there is one alone.
std::pair<std::int64_t, std::int64_t> last_two(const Sizes& sizes, std::size_t first, std::int64_t otherwise) {
  if (sizes.size() <= first) {
    return {otherwise, otherwise};
  }
  return sizes.size() - first == 1 ? std::pair(otherwise, sizes.back()) : std::pair(sizes[first], sizes[first + 1]);
}

WindowShape window_shape(const Network& network, const Node& node) {
  const auto& layer = std::get<Convolution>(node.layer);
  const Sizes& input = network.values[node.inputs[0]].shape;
  const Sizes& filter = network.values[node.inputs[1]].shape;
  const Sizes& output = network.values[node.outputs[0]].shape;
  const auto [H, W] = last_two(input, 2, 1);
  const auto [R, S] = last_two(filter, 2, 1);
  const auto [P, Q] = last_two(output, 2, 1);
  const auto [U, V] = last_two(layer.stride, 0, 1);
  const auto [top, left] = last_two(layer.pad_begin, 0, 0);
  const auto [down, right] = last_two(layer.dilation, 0, 1);
  return {input[1], H, W, R, S, P, Q, U, V, input.size() == 3 ? 0 : top, left, down, right};
}

/// The numbers under the filter at one place of the output; 0 in the padding.
void append_window(const std::vector<double>& image, const WindowShape& shape, std::int64_t place,
                   std::vector<double>& row) {
  const std::int64_t p = place / shape.Q;
  const std::int64_t q = place % shape.Q;
  for (std::int64_t c = 0; c < shape.C; ++c) {
    for (std::int64_t r = 0; r < shape.R; ++r) {
      const std::int64_t h = shape.U * p + shape.down * r - shape.top;
      for (std::int64_t s = 0; s < shape.S; ++s) {
        const std::int64_t w = shape.V * q + shape.right * s - shape.left;
        const bool is_inside = h >= 0 && h < shape.H && w >= 0 && w < shape.W;
        row.push_back(is_inside ? image[static_cast<std::size_t>((c * shape.H + h) * shape.W + w)] : 0.0);
      }
    }
  }
}

/// What a layer multiplies for some of its outputs, row after row.
std::vector<double> rows_of(const Network& network, const Node& node, const std::vector<double>& input,
                            std::int64_t positions) {
  if (std::holds_alternative<FullyConnected>(node.layer)) {
    return input;
  }
  const WindowShape shape = window_shape(network, node);
  const std::int64_t all = shape.P * shape.Q;
  const std::int64_t image = shape.C * shape.H * shape.W;
  std::vector<double> rows;
  for (std::int64_t first = 0; first < std::ssize(input); first += image) {
    const std::vector<double> one(input.begin() + first, input.begin() + first + image);
    for (std::int64_t i = 0; i < std::min(all, positions); ++i) {
      append_window(one, shape, i * all / std::min(all, positions), rows);
    }
  }
  return rows;
}

/// The sum of products, some rows at a time.
class ProductSum {
 public:
  explicit ProductSum(std::int64_t inputs) : sum_(inputs, inputs) {}

  void add(const std::vector<double>& rows) {
    pending_.insert(pending_.end(), rows.begin(), rows.end());
    if (std::ssize(pending_) >= numbers_at_a_time) {
      multiply();
    }
  }
  Matrix mean() {
    multiply();
    for (double& number : sum_.numbers) {
      number /= static_cast<double>(std::max<std::int64_t>(rows_, 1));
    }
    return std::move(sum_);
  }

 private:
  void multiply() {
    Matrix rows(std::ssize(pending_) / sum_.rows, sum_.rows);
    rows.numbers = std::move(pending_);
    pending_.clear();
    if (rows.rows > 0) {
      const Matrix own = product(transposed(rows), rows);
      std::ranges::transform(sum_.numbers, own.numbers, sum_.numbers.begin(), std::plus<>());
      rows_ += rows.rows;
    }
  }

  Matrix sum_;
  std::int64_t rows_ = 0;
  std::vector<double> pending_;
};

std::int64_t inputs_of_filter(const Network& network, const WeightPlace& place) {
  const Sizes& shape = network.values[network.nodes[place.node].inputs[place.operand]].shape;
  return element_count(shape) / std::max<std::int64_t>(shape.front(), 1);
}

/// The network that gives what the layers take in, each once.
Network network_of_inputs(const Network& network, const std::vector<WeightPlace>& places) {
  Network result = network;
  result.outputs.clear();
  for (const WeightPlace& place : places) {
    const ValueId input = network.nodes[place.node].inputs[0];
    if (std::ranges::find(result.outputs, input) == result.outputs.end()) {
      result.outputs.push_back(input);
    }
  }
  return result;
}

}  // namespace

Verdict has_input_products(const Network& network, const WeightPlace& place) {
  const Layer& layer = network.nodes[place.node].layer;
  const auto* convolution = std::get_if<Convolution>(&layer);
  const bool is_plain = convolution != nullptr
                            ? convolution->groups == 1 && !convolution->transposed && convolution->connections.empty()
                            : std::holds_alternative<FullyConnected>(layer);
  if (!is_plain) {
    return Verdict::no("it is no ungrouped convolution or fully connected layer");
  }
  const std::int64_t inputs = inputs_of_filter(network, place);
  return inputs <= most_inputs ? Verdict::yes()
                               : Verdict::no("an output takes " + std::to_string(inputs) + " inputs, more than " +
                                             std::to_string(most_inputs));
}

std::vector<Matrix> input_products(const Network& network, const std::vector<WeightPlace>& places,
                                   const Examples& examples, int threads, std::int64_t positions) {
  const Network reader = network_of_inputs(network, places);
  const Plan plan(reader);
  const Value& input = network.values[network.inputs.front()];
  std::vector<ProductSum> sums;
  for (const WeightPlace& place : places) {
    sums.emplace_back(inputs_of_filter(network, place));
  }
  constexpr std::size_t at_a_time = 64;
  for (std::size_t first = 0; first < examples.count; first += at_a_time) {
    const std::size_t count = std::min(at_a_time, examples.count - first);
    std::vector<std::vector<std::vector<double>>> rows(count);  // of each example, of each place
    parallel_for(count, threads, [&](std::size_t i) {
      const auto sample = examples.input(first + i);
      const std::vector<double> numbers(sample.begin(), sample.end());
      const Constant operand = constant_of(input.format, input.shape, std::span(numbers));
      const std::vector<Constant> seen = plan.run(std::span(&operand, 1));
      for (const WeightPlace& place : places) {
        const Node& node = network.nodes[place.node];
        const auto at = std::ranges::find(reader.outputs, node.inputs[0]) - reader.outputs.begin();
        rows[i].push_back(rows_of(network, node, real_numbers(seen[static_cast<std::size_t>(at)]), positions));
      }
    });
    for (const auto& own : rows) {  // in order, so that sums do not depend on threads
      for (std::size_t p = 0; p < places.size(); ++p) {
        sums[p].add(own[p]);
      }
    }
  }
  std::vector<Matrix> products;
  std::ranges::transform(sums, std::back_inserter(products), [](ProductSum& sum) { return sum.mean(); });
  return products;
}

}  // namespace pj
