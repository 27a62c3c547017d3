#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pj/kernels/prepared.hpp"

// OpenMP's own; its header comes with a compiler that has -fopenmp, and the library is all that oneDNN needs.
extern "C" void omp_set_num_threads(int threads);

namespace pj {

namespace {

using Memory = dnnl::memory;
using Description = dnnl::memory::desc;
using Forward = dnnl::convolution_forward;
using InnerProduct = dnnl::inner_product_forward;

/// A handle of the library on memory that it never writes, though its interface takes no constants.
Memory memory_at(const Description& description, const dnnl::engine& engine, const void* numbers) {
  return {description, engine, const_cast<void*>(numbers)};
}

Description map_description(const Shape<4>& shape, Layout layout) {
  using Tag = Memory::format_tag;
  return {{shape[0], shape[1], shape[2], shape[3]},
          Memory::data_type::f32,
          layout == Layout::Planar    ? Tag::nchw
          : layout == Layout::Blocked ? Tag::nChw16c
                                      : Tag::nChw8c};
}

Description weight_description(const ConvShape& s, Memory::format_tag grouped, Memory::format_tag whole,
                               Memory::data_type type = Memory::data_type::f32) {
  if (s.groups > 1) {
    return {{s.groups, s.group_M(), s.group_C(), s.R, s.S}, type, grouped};
  }
  return {{s.M, s.C, s.R, s.S}, type, whole};
}

/// What is done to the sums, in the library's words. A residual stands where the output will be.
dnnl::post_ops post_operations(const Epilogue& epilogue) {
  dnnl::post_ops result;
  if (epilogue.residual) {
    result.append_sum(1.0F);
  }
  const auto append = [&](dnnl::algorithm function, float alpha, float beta) {
    result.append_eltwise(1.0F, function, alpha, beta);
  };
  if (epilogue.function == Epilogue::Function::Clamp && epilogue.low == 0.0F && std::isinf(epilogue.high)) {
    append(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  } else if (epilogue.function == Epilogue::Function::Clamp) {
    append(dnnl::algorithm::eltwise_clip, epilogue.low, epilogue.high);
  } else if (epilogue.function == Epilogue::Function::Leaky) {
    append(dnnl::algorithm::eltwise_relu, epilogue.low, 0.0F);
  } else if (epilogue.function == Epilogue::Function::HardSwish) {
    append(dnnl::algorithm::eltwise_hardswish, 0.0F, 0.0F);
  }
  return result;
}

/// Memory that the library needs for itself is handed to it.
dnnl::primitive_attr attributes(const Epilogue& epilogue) {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  result.set_post_ops(post_operations(epilogue));
  return result;
}

/// The bias of the output channels; without elements where there is none.
Description bias_description(const Epilogue& epilogue) {
  return epilogue.bias.empty()
             ? Description()
             : Description({std::ssize(epilogue.bias)}, Memory::data_type::f32, Memory::format_tag::x);
}

/// The maps and weights of a convolution.
struct Descriptions {
  Description input, weights, output;
};

Forward::primitive_desc describe(const ConvShape& s, const Descriptions& tensors, dnnl::algorithm algorithm,
                                 const dnnl::engine& engine, const Epilogue& epilogue = {}) {
  omp_set_num_threads(1);  // the primitive keeps the number that holds while it is made
  return {{dnnl::prop_kind::forward_inference,
           algorithm,
           tensors.input,
           tensors.weights,
           bias_description(epilogue),
           tensors.output,
           {s.stride_h, s.stride_w},
           {s.dilation_h - 1, s.dilation_w - 1},
           {s.pad_top, s.pad_left},
           {s.pad_bottom, s.pad_right}},
          attributes(epilogue),
          engine};
}

/// A convolution between maps that lie as we know them.
struct DescribedConv {
  Layout input = Layout::Planar, output = Layout::Planar;
  Forward::primitive_desc description;
};

/// The layout that a description is, or nothing where it is another one.
std::optional<Layout> known_layout(const Description& description, const Shape<4>& shape) {
  for (const Layout layout : {Layout::Planar, Layout::Blocked, Layout::Blocked8}) {
    if (description == map_description(shape, layout)) {
      return layout;
    }
  }
  return std::nullopt;
}

/// With the layouts that the library likes best; where we do not know one, blocks for maps of more than a few channels.
DescribedConv describe(const ConvShape& s, dnnl::algorithm algorithm, const dnnl::engine& engine,
                       const Epilogue& epilogue = {}) {
  using Tag = Memory::format_tag;
  const auto any = [](const Shape<4>& shape) {
    return Description({shape[0], shape[1], shape[2], shape[3]}, Memory::data_type::f32, Tag::any);
  };
  const Description weights = weight_description(s, Tag::any, Tag::any);
  const auto preferred = describe(s, {any(s.input()), weights, any(s.output())}, algorithm, engine, epilogue);
  const auto usual = [](std::int64_t channels) { return channels < block_size ? Layout::Planar : Layout::Blocked; };
  const Layout input = known_layout(preferred.src_desc(), s.input()).value_or(usual(s.C));
  const Layout output = known_layout(preferred.dst_desc(), s.output()).value_or(usual(s.M));
  return {input, output,
          describe(s, {map_description(s.input(), input), weights, map_description(s.output(), output)}, algorithm,
                   engine, epilogue)};
}

/// Bytes with channels innermost, sums of 32 bits.
Forward::primitive_desc describe_bytes(const ConvShape& s, const dnnl::engine& engine) {
  using Tag = Memory::format_tag;
  using Type = Memory::data_type;
  return describe(s,
                  {{{s.N, s.C, s.H, s.W}, Type::u8, Tag::nhwc},
                   weight_description(s, Tag::any, Tag::any, Type::s8),
                   {{s.N, s.M, s.P(), s.Q()}, Type::s32, Tag::nhwc}},
                  dnnl::algorithm::convolution_direct, engine);
}

/// Bytes to bytes, in the layout that the library likes best: sums times a factor, ReLU, rounded and saturated.
Forward::primitive_desc describe_requantized(const ConvShape& s, float factor, const dnnl::engine& engine) {
  using Tag = Memory::format_tag;
  using Type = Memory::data_type;
  omp_set_num_threads(1);
  dnnl::primitive_attr attribute = attributes({});
  attribute.set_output_scales(0, {factor});
  dnnl::post_ops relu;
  relu.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  attribute.set_post_ops(relu);
  return {{dnnl::prop_kind::forward_inference,
           dnnl::algorithm::convolution_direct,
           {{s.N, s.C, s.H, s.W}, Type::u8, Tag::any},
           weight_description(s, Tag::any, Tag::any, Type::s8),
           {{s.N, s.M, s.P(), s.Q()}, Type::u8, Tag::any},
           {s.stride_h, s.stride_w},
           {s.dilation_h - 1, s.dilation_w - 1},
           {s.pad_top, s.pad_left},
           {s.pad_bottom, s.pad_right}},
          attribute,
          engine};
}

/// A filter that covers its map is a matrix to the library.
InnerProduct::primitive_desc describe_inner_product(const ConvShape& s, const dnnl::engine& engine,
                                                    const Epilogue& epilogue) {
  omp_set_num_threads(1);
  return {{dnnl::prop_kind::forward_inference, map_description(s.input(), Layout::Planar),
           weight_description(s, Memory::format_tag::any, Memory::format_tag::any), bias_description(epilogue),
           Description({s.N, s.M}, Memory::data_type::f32, Memory::format_tag::nc)},
          attributes(epilogue),
          engine};
}

dnnl::engine cpu() {
  return {dnnl::engine::kind::cpu, 0};
}

/// A primitive with its weights in the order that it has chosen.
template <class Primitive>
class Prepared {
 public:
  /// `given` describes the memory at `weights`, without which they are any numbers; the description knows its engine,
  /// but does not keep it alive.
  Prepared(const dnnl::engine& engine, const typename Primitive::primitive_desc& description, const Description& given,
           const void* weights, const Epilogue& epilogue = {})
      : engine_(engine), stream_(engine_), description_(description), primitive_(description), bias_(epilogue.bias) {
    weights_ = Memory(description_.weights_desc(), engine_);
    if (weights == nullptr) {
      std::fill_n(static_cast<char*>(weights_.get_data_handle()), description_.weights_desc().get_size(), char{0x3f});
      return;
    }
    Memory plain = memory_at(given, engine_, weights);
    dnnl::reorder(plain, weights_).execute(stream_, plain, weights_);
    stream_.wait();
  }

  std::int64_t workspace() const {
    const auto bytes = static_cast<std::int64_t>(description_.scratchpad_desc().get_size());
    return ceil_div(bytes, static_cast<std::int64_t>(sizeof(float)));
  }

  std::int64_t weights() const {
    return static_cast<std::int64_t>(description_.weights_desc().get_size() / sizeof(float));
  }

  void run(const void* input, void* output, void* workspace) {
    omp_set_num_threads(1);
    Arguments arguments{{DNNL_ARG_SRC, memory_at(description_.src_desc(), engine_, input)},
                        {DNNL_ARG_WEIGHTS, weights_},
                        {DNNL_ARG_DST, memory_at(description_.dst_desc(), engine_, output)},
                        {DNNL_ARG_SCRATCHPAD, memory_at(description_.scratchpad_desc(), engine_, workspace)}};
    if (!bias_.empty()) {
      arguments.emplace(DNNL_ARG_BIAS, memory_at(description_.bias_desc(), engine_, bias_.data()));
    }
    primitive_.execute(stream_, arguments);
    stream_.wait();
  }

 private:
  using Arguments = std::unordered_map<int, Memory>;

  dnnl::engine engine_;
  dnnl::stream stream_;
  typename Primitive::primitive_desc description_;
  Primitive primitive_;
  Memory weights_;
  std::vector<float> bias_;
};

template <class Primitive>
PreparedConv prepare(const ConvShape& shape, std::span<const float> weights, const dnnl::engine& engine,
                     const typename Primitive::primitive_desc& description, const Epilogue& epilogue) {
  using Tag = Memory::format_tag;
  const auto conv = std::make_shared<Prepared<Primitive>>(
      engine, description, weight_description(shape, Tag::goihw, Tag::oihw), weights.data(), epilogue);
  const auto run = [conv, is_added = epilogue.residual](const ConvMemory& memory) {
    if (is_added && memory.residual.data() != memory.output.data()) {
      std::ranges::copy(memory.residual, memory.output.begin());
    }
    conv->run(memory.input.data(), memory.output.data(), memory.workspace.data());
  };
  return {.weights = conv->weights(), .workspace = conv->workspace(), .in_place = true, .run = run};
}

PreparedConv prepare(const ConvShape& shape, std::span<const float> weights, dnnl::algorithm algorithm,
                     const Epilogue& epilogue) {
  const dnnl::engine engine = cpu();
  const DescribedConv described = describe(shape, algorithm, engine, epilogue);
  PreparedConv conv = prepare<Forward>(shape, weights, engine, described.description, epilogue);
  conv.input = described.input;
  conv.output = described.output;
  return conv;
}

}  // namespace

Verdict onednn_can_run(const ConvShape& shape) {
  try {
    describe(shape, dnnl::algorithm::convolution_direct, cpu());
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

Verdict onednn_winograd_can_run(const ConvShape& shape) {
  if (const Verdict verdict = winograd_can_run(shape, 4, 3); !verdict) {
    return verdict;
  }
  try {
    describe(shape, dnnl::algorithm::convolution_winograd, cpu());
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

PreparedConv prepare_onednn(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  if (shape.is_fully_connected()) {
    const dnnl::engine engine = cpu();
    return prepare<InnerProduct>(shape, weights, engine, describe_inner_product(shape, engine, epilogue), epilogue);
  }
  return prepare(shape, weights, dnnl::algorithm::convolution_direct, epilogue);
}

PreparedConv prepare_onednn_winograd(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  return prepare(shape, weights, dnnl::algorithm::convolution_winograd, epilogue);
}

ConvLayouts onednn_layouts(const ConvShape& shape) {
  if (shape.is_fully_connected()) {
    return {};
  }
  const DescribedConv conv = describe(shape, dnnl::algorithm::convolution_direct, cpu());
  return {conv.input, conv.output};
}

ConvLayouts onednn_winograd_layouts(const ConvShape& shape) {
  const DescribedConv conv = describe(shape, dnnl::algorithm::convolution_winograd, cpu());
  return {conv.input, conv.output};
}

Verdict onednn_bytes_can_run(const ConvShape& shape) {
  try {
    describe_bytes(shape, cpu());
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

PreparedBytes prepare_onednn_bytes(const ConvShape& shape, std::span<const std::int8_t> weights) {
  using Tag = Memory::format_tag;
  const dnnl::engine engine = cpu();
  const auto conv = std::make_shared<Prepared<Forward>>(
      engine, describe_bytes(shape, engine), weight_description(shape, Tag::goihw, Tag::oihw, Memory::data_type::s8),
      weights.data());
  const auto workspace = std::make_shared<Buffer<float>>(static_cast<std::size_t>(conv->workspace()));
  return [conv, workspace](std::span<const std::uint8_t> input, std::span<std::int32_t> sums) {
    conv->run(input.data(), sums.data(), workspace->data());
  };
}

Verdict onednn_requantized_can_run(const ConvShape& shape) {
  try {
    describe_requantized(shape, 1.0F, cpu());
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

OnednnRequantized prepare_onednn_requantized(const ConvShape& shape, std::span<const std::int8_t> weights,
                                             float factor) {
  using Tag = Memory::format_tag;
  using Type = Memory::data_type;
  const dnnl::engine engine = cpu();
  const auto description = describe_requantized(shape, factor, engine);
  const auto conv = std::make_shared<Prepared<Forward>>(
      engine, description, weight_description(shape, Tag::goihw, Tag::oihw, Type::s8), weights.data());
  const auto workspace = std::make_shared<Buffer<float>>(static_cast<std::size_t>(conv->workspace()));
  const auto reordered = [engine](const Description& from, const Description& to, const void* bytes, void* result) {
    dnnl::stream stream(engine);
    Memory source = memory_at(from, engine, bytes);
    Memory target = memory_at(to, engine, result);
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  };
  const auto channels_last = [](const Shape<4>& s) {
    return Description({s[0], s[1], s[2], s[3]}, Type::u8, Tag::nhwc);
  };
  const Description source = description.src_desc();
  const Description target = description.dst_desc();
  return {
      .input_bytes = static_cast<std::int64_t>(source.get_size()),
      .output_bytes = static_cast<std::int64_t>(target.get_size()),
      .set_input = [=, from = channels_last(shape.input())](
                       auto bytes, auto input) { reordered(from, source, bytes.data(), input.data()); },
      .get_output = [=, to = channels_last(shape.output())](
                        auto output, auto bytes) { reordered(target, to, output.data(), bytes.data()); },
      .run = [conv, workspace](auto input, auto output) { conv->run(input.data(), output.data(), workspace->data()); }};
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl::version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

}  // namespace pj
