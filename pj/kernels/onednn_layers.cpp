#include "pj/kernels/onednn_layers.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <utility>

#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/processor.hpp"

// OpenMP's own, as in prepare_onednn.cpp.
extern "C" void omp_set_num_threads(int threads);

namespace pj {

namespace {

using DnnlTag = dnnl::memory::format_tag;
using DnnlType = dnnl::memory::data_type;
using Convolving = dnnl::convolution_forward;

constexpr std::int64_t signed_zero = 128;  // bytes with it hold numbers with a sign

dnnl::memory held_at(const dnnl::memory::desc& description, const dnnl::engine& engine, const void* bytes) {
  return {description, engine, const_cast<void*>(bytes)};
}

/// Runs a primitive on this thread; without a bias where `bias` is null.
template <class Description>
void run_primitive(const Description& description, const dnnl::primitive& primitive, const dnnl::memory& weights,
                   const void* bias, const void* input, void* output, void* workspace) {
  const dnnl::engine engine = description.get_engine();
  omp_set_num_threads(1);
  dnnl::stream stream(engine);
  std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, held_at(description.src_desc(), engine, input)},
      {DNNL_ARG_WEIGHTS, weights},
      {DNNL_ARG_DST, held_at(description.dst_desc(), engine, output)},
      {DNNL_ARG_SCRATCHPAD, held_at(description.scratchpad_desc(), engine, workspace)}};
  if (bias != nullptr) {
    arguments.emplace(DNNL_ARG_BIAS, held_at(description.bias_desc(), engine, bias));
  }
  primitive.execute(stream, arguments);
  stream.wait();
}

dnnl::memory::desc filter_description(const ConvShape& s, DnnlType type, bool any) {
  if (s.groups > 1) {
    return {{s.groups, s.group_M(), s.group_C(), s.R, s.S}, type, any ? DnnlTag::any : DnnlTag::goihw};
  }
  return {{s.M, s.C, s.R, s.S}, type, any ? DnnlTag::any : DnnlTag::oihw};
}

/// factor · (sum + bias) + zero, within its bounds, rounded and saturated.
dnnl::primitive_attr requantising(const ByteConv& conv) {
  std::vector<float> factors;
  for (const Requantization& to : conv.results) {
    factors.push_back(static_cast<float>(to.factor.value()));
  }
  const Requantization& to = conv.results.front();
  dnnl::post_ops ends;
  if (to.zero != 0) {
    ends.append_eltwise(1.0F, dnnl::algorithm::eltwise_linear, 1.0F, static_cast<float>(to.zero));
  }
  if (to.low > 0 || to.high < 255) {
    ends.append_eltwise(1.0F, dnnl::algorithm::eltwise_clip, static_cast<float>(to.low), static_cast<float>(to.high));
  }
  dnnl::primitive_attr attribute;
  attribute.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attribute.set_output_scales(factors.size() == 1 ? 0 : 2, factors);
  attribute.set_post_ops(ends);
  return attribute;
}

Convolving::primitive_desc byte_description(const ByteConv& conv, const dnnl::engine& engine) {
  const ConvShape& s = conv.shape;
  omp_set_num_threads(1);  // the primitive keeps the number that holds while it is made
  return {{dnnl::prop_kind::forward_inference,
           dnnl::algorithm::convolution_direct,
           {{s.N, s.C, s.H, s.W}, conv.input_zero == 0 ? DnnlType::u8 : DnnlType::s8, DnnlTag::nhwc},
           filter_description(s, DnnlType::s8, true),
           conv.bias.empty() ? dnnl::memory::desc() : dnnl::memory::desc({s.M}, DnnlType::s32, DnnlTag::x),
           {{s.N, s.M, s.P(), s.Q()}, DnnlType::u8, DnnlTag::nhwc},
           {s.stride_h, s.stride_w},
           {s.dilation_h - 1, s.dilation_w - 1},
           {s.pad_top, s.pad_left},
           {s.pad_bottom, s.pad_right}},
          requantising(conv),
          engine};
}

class LibraryLayer {
 public:
  explicit LibraryLayer(const ByteConv& conv)
      : engine_(dnnl::engine::kind::cpu, 0),
        description_(byte_description(conv, engine_)),
        primitive_(description_),
        weights_(description_.weights_desc(), engine_),
        bias_(conv.bias.begin(), conv.bias.end()),
        input_bytes_(conv.shape.N * conv.shape.C * conv.shape.H * conv.shape.W),
        is_signed_(conv.input_zero != 0) {
    const std::vector<std::int8_t> numbers(conv.weights.begin(), conv.weights.end());
    dnnl::stream stream(engine_);
    dnnl::memory plain = held_at(filter_description(conv.shape, DnnlType::s8, false), engine_, numbers.data());
    dnnl::reorder(plain, weights_).execute(stream, plain, weights_);
    stream.wait();
  }

  std::int64_t workspace() const {
    return whole_lines(static_cast<std::int64_t>(description_.scratchpad_desc().get_size())) +
           (is_signed_ ? whole_lines(input_bytes_) : 0);
  }
  std::int64_t weights() const { return static_cast<std::int64_t>(description_.weights_desc().get_size()); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    if (is_signed_) {
      std::transform(input, input + input_bytes_, workspace,
                     [](std::uint8_t byte) { return static_cast<std::uint8_t>(byte ^ signed_zero); });
      input = std::exchange(workspace, workspace + whole_lines(input_bytes_));
    }
    run_primitive(description_, primitive_, weights_, bias_.empty() ? nullptr : bias_.data(), input, output, workspace);
  }

 private:
  dnnl::engine engine_;
  Convolving::primitive_desc description_;
  Convolving primitive_;
  dnnl::memory weights_;
  std::vector<std::int32_t> bias_;
  std::int64_t input_bytes_;
  bool is_signed_;
};

/// f(sum + bias + residual), where the residual stands in the place of the output.
dnnl::primitive_attr ending(const Epilogue& epilogue) {
  dnnl::post_ops ends;
  if (epilogue.residual) {
    ends.append_sum(1.0F);
  }
  using Function = Epilogue::Function;
  if (epilogue.function == Function::Clamp) {
    const bool is_relu = epilogue.low == 0.0F && std::isinf(epilogue.high);
    ends.append_eltwise(1.0F, is_relu ? dnnl::algorithm::eltwise_relu : dnnl::algorithm::eltwise_clip,
                        is_relu ? 0.0F : epilogue.low, is_relu ? 0.0F : epilogue.high);
  } else if (epilogue.function == Function::Leaky) {
    ends.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, epilogue.low, 0.0F);
  } else if (epilogue.function == Function::HardSwish) {
    ends.append_eltwise(1.0F, dnnl::algorithm::eltwise_hardswish, 0.0F, 0.0F);
  }
  dnnl::primitive_attr attribute;
  attribute.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attribute.set_post_ops(ends);
  return attribute;
}

dnnl::memory::desc bias_of(const Epilogue& epilogue) {
  return epilogue.bias.empty() ? dnnl::memory::desc()
                               : dnnl::memory::desc({std::ssize(epilogue.bias)}, DnnlType::f32, DnnlTag::x);
}

HalfInput library_input(const ConvShape& s) {
  return s.is_fully_connected() ? HalfInput::Row : s.C < block_size ? HalfInput::Planes : HalfInput::Blocks;
}

Convolving::primitive_desc half_described(const ConvShape& s, const Epilogue& epilogue, bool is_float,
                                          const dnnl::engine& engine) {
  omp_set_num_threads(1);
  return {
      {dnnl::prop_kind::forward_inference,
       dnnl::algorithm::convolution_direct,
       {{s.N, s.C, s.H, s.W}, DnnlType::bf16, library_input(s) == HalfInput::Planes ? DnnlTag::nchw : DnnlTag::nChw16c},
       filter_description(s, DnnlType::bf16, true),
       bias_of(epilogue),
       {{s.N, s.M, s.P(), s.Q()}, is_float ? DnnlType::f32 : DnnlType::bf16, DnnlTag::nChw16c},
       {s.stride_h, s.stride_w},
       {s.dilation_h - 1, s.dilation_w - 1},
       {s.pad_top, s.pad_left},
       {s.pad_bottom, s.pad_right}},
      ending(epilogue),
      engine};
}

dnnl::inner_product_forward::primitive_desc row_described(const ConvShape& s, const Epilogue& epilogue, bool is_float,
                                                          const dnnl::engine& engine) {
  omp_set_num_threads(1);
  return {{dnnl::prop_kind::forward_inference,
           {{s.N, s.C, s.H, s.W}, DnnlType::bf16, DnnlTag::nchw},
           filter_description(s, DnnlType::bf16, true),
           bias_of(epilogue),
           {{s.N, s.M}, is_float ? DnnlType::f32 : DnnlType::bf16, DnnlTag::nc}},
          ending(epilogue),
          engine};
}

/// A primitive on bfloat16 with its weights in the order that it has chosen.
template <class Primitive>
class LibraryHalf {
 public:
  using Description = typename Primitive::primitive_desc;

  LibraryHalf(const dnnl::engine& engine, const Description& description, const ConvShape& shape,
              std::span<const float> weights, const Epilogue& epilogue)
      : engine_(engine),
        description_(description),
        primitive_(description),
        weights_(description.weights_desc(), engine_),
        bias_(epilogue.bias),
        input_numbers_(shape.N * shape.C * shape.H * shape.W),
        input_(library_input(shape)) {
    dnnl::stream stream(engine_);
    dnnl::memory plain = held_at(filter_description(shape, DnnlType::f32, false), engine_, weights.data());
    dnnl::reorder(plain, weights_).execute(stream, plain, weights_);
    stream.wait();
  }

  HalfInput input() const { return input_; }
  std::int64_t workspace() const {
    return whole_lines(static_cast<std::int64_t>(description_.scratchpad_desc().get_size())) +
           whole_lines(input_ == HalfInput::Planes ? 2 * input_numbers_ : 0);
  }
  std::int64_t weights() const { return static_cast<std::int64_t>(description_.weights_desc().get_size()); }

  void run(const void* input, const std::uint16_t* residual, void* output, void* workspace) const {
    auto* memory = static_cast<std::uint8_t*>(workspace);
    if (input_ == HalfInput::Planes) {
      auto* const halves = reinterpret_cast<std::uint16_t*>(memory);
      half_kernels().front()->to_halves(static_cast<const float*>(input), input_numbers_, halves);
      memory += whole_lines(2 * input_numbers_);
      input = halves;
    }
    if (residual != nullptr && residual != output) {
      std::copy_n(reinterpret_cast<const std::byte*>(residual), description_.dst_desc().get_size(),
                  static_cast<std::byte*>(output));
    }
    run_primitive(description_, primitive_, weights_, bias_.empty() ? nullptr : bias_.data(), input, output, memory);
  }

 private:
  dnnl::engine engine_;
  Description description_;
  Primitive primitive_;
  dnnl::memory weights_;
  std::vector<float> bias_;
  std::int64_t input_numbers_;
  HalfInput input_;
};

template <class Primitive>
PreparedHalf held_half(std::shared_ptr<const LibraryHalf<Primitive>> layer) {
  return {layer->input(), layer->weights(), layer->workspace(), [layer](const HalfMemory& memory) {
            if (memory.first > 0 || memory.last < 1) {  // one part
              return;
            }
            layer->run(memory.input, memory.residual, memory.output, memory.workspace);
          }};
}

}  // namespace

Verdict onednn_half_can_run(const ConvShape& shape) {
  try {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    if (shape.is_fully_connected()) {
      row_described(shape, {}, false, engine);
    } else {
      half_described(shape, {}, false, engine);
    }
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

PreparedHalf prepare_onednn_half(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue,
                                 bool is_float) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  if (shape.is_fully_connected()) {
    return held_half(std::make_shared<const LibraryHalf<dnnl::inner_product_forward>>(
        engine, row_described(shape, epilogue, is_float, engine), shape, weights, epilogue));
  }
  return held_half(std::make_shared<const LibraryHalf<Convolving>>(
      engine, half_described(shape, epilogue, is_float, engine), shape, weights, epilogue));
}

Verdict onednn_layer_can_run(const ByteConv& conv) {
  if (conv.input_zero != 0 && conv.input_zero != signed_zero) {
    return Verdict::no("oneDNN takes inputs that stand for themselves, or for themselves - 128");
  }
  const bool has_bytes = std::ranges::all_of(conv.weights, [](auto weight) { return weight >= -128 && weight <= 127; });
  if (!has_bytes) {
    return Verdict::no("a weight has more than 8 bits");
  }
  try {
    byte_description(conv, {dnnl::engine::kind::cpu, 0});
    return Verdict::yes();
  } catch (const dnnl::error& refusal) {
    return Verdict::no(std::string("oneDNN: ") + refusal.what());
  }
}

PreparedByteLayer prepare_onednn_layer(const ByteConv& conv) {
  const auto made = std::make_shared<const LibraryLayer>(conv);
  return {made->workspace(), made->weights(),
          [made](const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) {
            made->run(input, output, workspace);
          }};
}

}  // namespace pj
