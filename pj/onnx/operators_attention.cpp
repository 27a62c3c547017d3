#include <array>
#include <cmath>
#include <limits>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

using Binary = Elementwise::Kind;

std::int64_t divided(std::int64_t size, std::int64_t parts, const char* what) {
  if (parts < 1 || size % parts != 0) {
    throw InputError("its " + std::string(what) + " is " + std::to_string(parts) + ", which does not divide " +
                     std::to_string(size));
  }
  return size / parts;
}

/// Batch × sequence × (heads · size) as batch × heads × sequence × size.
ValueId split_heads(NodeImport& node, ValueId input, std::int64_t heads, const std::string& part) {
  const Sizes shape = node.value(input).shape;
  const Sizes split{shape[0], shape[1], heads, divided(shape[2], heads, "number of heads")};
  return node.add_one(Transpose{{0, 2, 1, 3}}, {node.add_one(Reshape{split}, {input}, part + "/split")}, part);
}

ValueId operand(NodeImport& node, std::size_t i, const char* heads, const char* part) {
  const std::int64_t rank = node.rank(i);
  if (rank != 3 && rank != 4) {
    throw InputError("its operand " + std::string(part) + " is " + shape_text(node.shape(i)) +
                     "; it must have three or four axes");
  }
  return rank == 4 ? node.input(i) : split_heads(node, node.input(i), node.integer(heads), part);
}

/// Keys or values with those of earlier calls before them.
ValueId with_past(NodeImport& node, ValueId present, std::size_t past, const char* part) {
  return node.has_input(past) ? node.add_one(Concat{2}, {node.input(past), present}, part) : present;
}

/// −∞ where a query must not see a key: those behind it.
ValueId causal_mask(NodeImport& node, std::int64_t queries, std::int64_t keys, const NumberFormat& format) {
  if (node.has_input(4)) {
    throw InputError("it is causal and has past keys, for which ONNX's definitions differ; give an attention mask");
  }
  if (element_count({queries, keys}) > (std::int64_t{1} << 24)) {
    throw InputError("its causal mask of " + shape_text({queries, keys}) + " is too large to be read");
  }
  node.reserve({queries, keys}, format);
  std::vector<double> mask;
  for (std::int64_t i = 0; i < queries * keys; ++i) {
    mask.push_back(i % keys <= i / keys ? 0.0 : -std::numeric_limits<double>::infinity());
  }
  return node.constant(constant_of(format, {queries, keys}, mask), "causal_mask");
}

/// What is added to the scores: the mask operand, −∞ where it is false.
ValueId mask_operand(NodeImport& node, const NumberFormat& format) {
  if (node.format(3).kind != NumberFormat::Kind::Boolean) {
    return node.input(3);
  }
  const ValueId seen = node.number(0.0, format, "seen");
  const ValueId hidden = node.number(-std::numeric_limits<double>::infinity(), format, "hidden");
  return node.add_one(Elementwise{Binary::Where}, {node.input(3), seen, hidden}, "mask");
}

/// Scores after each step that ONNX lets a model look at: product, mask, soft cap, softmax.
std::array<ValueId, 4> attention_steps(NodeImport& node, ValueId scores) {
  const NumberFormat format = node.value(scores).format;
  const Sizes shape = node.value(scores).shape;
  std::array<ValueId, 4> steps{scores, scores, scores, scores};
  if (node.flag("is_causal", false)) {
    steps[1] = combine(node, Binary::Add, steps[1], causal_mask(node, shape[2], shape[3], format), "causal");
  }
  if (node.has_input(3)) {
    steps[1] = combine(node, Binary::Add, steps[1], mask_operand(node, format), "masked");
  }
  steps[2] = steps[1];
  if (const float cap = node.real("softcap", 0.0F); cap > 0.0F) {
    const ValueId bound = node.number(static_cast<double>(cap), format, "cap");
    const ValueId bent =
        apply(node, Activation::Kind::Tanh, combine(node, Binary::Div, steps[1], bound, "over_cap"), "bent");
    steps[2] = combine(node, Binary::Mul, bent, bound, "capped");
  }
  const std::int64_t code = node.integer("softmax_precision", 0);
  const NumberFormat precise = code == 0 ? format : element_type(code).format;
  const ValueId wide = precise == format ? steps[2] : node.add_one(Cast{precise}, {steps[2]}, "precise");
  const ValueId weights = node.add_one(Softmax{}, {wide}, "weights");
  steps[3] = precise == format ? weights : node.add_one(Cast{format}, {weights}, "rounded");
  return steps;
}

/// A product per key head: the queries (or weights) of its group of heads stand one behind the other.
ValueId grouped_product(NodeImport& node, ValueId left, ValueId right, std::int64_t groups, const std::string& part) {
  const Sizes shape = node.value(left).shape;
  const Sizes joined{shape[0], shape[1] / groups, shape[2] * groups, shape[3]};
  if (groups == 1) {
    return node.add_one(MatMul{}, {left, right}, part);
  }
  const ValueId rows = node.add_one(Reshape{joined}, {left}, part + "/joined");
  const ValueId product = node.add_one(MatMul{}, {rows, right}, part + "/product");
  return node.add_one(Reshape{{shape[0], shape[1], shape[2], node.value(product).shape[3]}}, {product}, part);
}

ValueId joined_heads(NodeImport& node, ValueId output) {
  const Sizes shape = node.value(output).shape;
  const ValueId turned = node.add_one(Transpose{{0, 2, 1, 3}}, {output}, "turned");
  return node.add_one(Reshape{{shape[0], shape[2], shape[1] * shape[3]}}, {turned});
}

/// softmax(scale · Q Kᵀ + mask) V, with heads that may share keys (Vaswani et al. 2017; Ainslie et al. 2023).
std::vector<ValueId> convert_attention(NodeImport& node) {
  const ValueId query = operand(node, 0, "q_num_heads", "query");
  const ValueId key = with_past(node, operand(node, 1, "kv_num_heads", "key"), 4, "present_key");
  const ValueId value = with_past(node, operand(node, 2, "kv_num_heads", "value"), 5, "present_value");
  const Sizes shape = node.value(query).shape;
  const NumberFormat format = node.value(query).format;
  const std::int64_t groups = divided(shape[1], node.value(key).shape[1], "number of key heads");
  const auto usual = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape[3])));
  const ValueId scale = node.number(static_cast<double>(node.real("scale", usual)), format, "scale");
  const ValueId scaled = combine(node, Binary::Mul, query, scale, "scaled");
  const ValueId turned = node.add_one(Transpose{{0, 1, 3, 2}}, {key}, "key_transposed");
  const auto steps = attention_steps(node, grouped_product(node, scaled, turned, groups, "scores"));
  const bool is_flat = node.rank(0) == 3;
  const ValueId output = grouped_product(node, steps[3], value, groups, is_flat ? "heads" : "");
  const std::int64_t mode = node.integer("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    throw InputError("its qk_matmul_output_mode is " + std::to_string(mode) + "; known: 0 to 3");
  }
  return {is_flat ? joined_heads(node, output) : output, key, value, steps[static_cast<std::size_t>(mode)]};
}

/// The cosines (or sines) of each position as batch × sequence × 1 × half.
ValueId rotation(NodeImport& node, std::size_t cache, std::int64_t half, const std::string& part) {
  ValueId angles = node.input(cache);
  if (node.has_input(3)) {
    angles = node.add_one(Gather{}, {angles, node.input(3)}, part + "/gathered");
  }
  angles = node.add_one(Slice{{0}, {half}, {-1}, {}}, {angles}, part + "/used");
  Sizes shape = node.value(angles).shape;
  if (shape.size() != 3) {
    throw InputError("its cache of angles is " + shape_text(node.shape(cache)) + "; it must give one row a position");
  }
  shape.insert(shape.begin() + 2, 1);
  return node.add_one(Reshape{shape}, {angles}, part);
}

/// Every second element, or one half, of the part that is rotated.
ValueId rotated_part(NodeImport& node, ValueId input, std::int64_t half, bool second, const std::string& part) {
  if (node.flag("interleaved", false)) {
    return node.add_one(Slice{{second ? 1 : 0}, {2 * half}, {-1}, {2}}, {input}, part);
  }
  return node.add_one(Slice{{second ? half : 0}, {second ? 2 * half : half}, {-1}, {}}, {input}, part);
}

/// (x₁, x₂) turned by the angle of its position (Su et al. 2021).
ValueId rotated(NodeImport& node, ValueId input, std::int64_t half) {
  const ValueId cosine = rotation(node, 1, half, "cosine");
  const ValueId sine = rotation(node, 2, half, "sine");
  const ValueId first = rotated_part(node, input, half, false, "first");
  const ValueId second = rotated_part(node, input, half, true, "second");
  const ValueId real = combine(node, Binary::Sub, combine(node, Binary::Mul, cosine, first, "cosine_first"),
                               combine(node, Binary::Mul, sine, second, "sine_second"), "real");
  const ValueId imaginary = combine(node, Binary::Add, combine(node, Binary::Mul, sine, first, "sine_first"),
                                    combine(node, Binary::Mul, cosine, second, "cosine_second"), "imaginary");
  if (!node.flag("interleaved", false)) {
    return node.add_one(Concat{-1}, {real, imaginary}, "rotated");
  }
  Sizes pair = node.value(real).shape;
  Sizes whole = pair;
  pair.push_back(1);
  whole.back() *= 2;
  const ValueId pairs = node.add_one(Concat{-1},
                                     {node.add_one(Reshape{pair}, {real}, "real_column"),
                                      node.add_one(Reshape{pair}, {imaginary}, "imaginary_column")},
                                     "pairs");
  return node.add_one(Reshape{whole}, {pairs}, "rotated");
}

std::vector<ValueId> convert_rotary_embedding(NodeImport& node) {
  const Sizes shape = node.shape(0);
  if (shape.size() != 3 && shape.size() != 4) {
    throw InputError("its input is " + shape_text(shape) + "; it must have three or four axes");
  }
  const bool is_flat = shape.size() == 3;
  ValueId input = node.input(0);  // batch × sequence × heads × size from here on
  if (is_flat) {
    const std::int64_t heads = node.integer("num_heads");
    input = node.add_one(Reshape{{shape[0], shape[1], heads, divided(shape[2], heads, "num_heads")}}, {input}, "heads");
  } else {
    input = node.add_one(Transpose{{0, 2, 1, 3}}, {input}, "turned");
  }
  const std::int64_t size = node.value(input).shape[3];
  const std::int64_t given = node.integer("rotary_embedding_dim", 0);
  const std::int64_t part = given == 0 ? size : given;
  const std::int64_t half = divided(part, 2, "rotary_embedding_dim");
  if (part > size) {
    throw InputError("its rotary_embedding_dim is " + std::to_string(part) + " of " + std::to_string(size));
  }
  ValueId output = rotated(node, input, half);
  if (part < size) {
    const ValueId rest = node.add_one(Slice{{part}, {size}, {-1}, {}}, {input}, "rest");
    output = node.add_one(Concat{-1}, {output, rest}, "whole");
  }
  return is_flat ? node.add(Reshape{shape}, {output}) : node.add(Transpose{{0, 2, 1, 3}}, {output});
}

constexpr std::array attention_rows{
    OperatorRow{"", "Attention", convert_attention},
    OperatorRow{"", "RotaryEmbedding", convert_rotary_embedding},
};

}  // namespace

std::span<const OperatorRow> attention_operators() {
  return attention_rows;
}

}  // namespace pj
