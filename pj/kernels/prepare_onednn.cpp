#include <oneapi/dnnl/dnnl.hpp>

#include <array>
#include <memory>
#include <string>

#include "pj/kernels/prepared.hpp"

// OpenMP's own; its header comes with a compiler that has -fopenmp, and the library is all that oneDNN needs.
extern "C" void omp_set_num_threads(int threads);

namespace pj {

namespace {

using Memory = dnnl::memory;
using Description = dnnl::memory::desc;
using Convolution = dnnl::convolution_forward;
using InnerProduct = dnnl::inner_product_forward;

/// A handle of the library on memory that it never writes, though its interface takes no constants.
Memory memory_at(const Description& description, const dnnl::engine& engine, const float* numbers) {
  return {description, engine, const_cast<float*>(numbers)};
}

/// Blocks of 16 channels where they come out even; the first layer of most networks has 3 and stays planar.
Layout layout_for(std::int64_t channels, std::int64_t groups) {
  return channels / groups % block_size == 0 || (channels == groups && channels % block_size == 0) ? Layout::Blocked
                                                                                                   : Layout::Planar;
}

Description map_description(const Shape<4>& shape, Layout layout) {
  return {{shape[0], shape[1], shape[2], shape[3]},
          Memory::data_type::f32,
          layout == Layout::Blocked ? Memory::format_tag::nChw16c : Memory::format_tag::nchw};
}

Description weight_description(const ConvShape& s, Memory::format_tag grouped, Memory::format_tag whole) {
  if (s.groups > 1) {
    return {{s.groups, s.group_M(), s.group_C(), s.R, s.S}, Memory::data_type::f32, grouped};
  }
  return {{s.M, s.C, s.R, s.S}, Memory::data_type::f32, whole};
}

/// Memory that the library needs for itself is handed to it.
dnnl::primitive_attr attributes() {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return result;
}

Convolution::primitive_desc describe(const ConvShape& s, dnnl::algorithm algorithm, const dnnl::engine& engine) {
  omp_set_num_threads(1);  // the primitive keeps the number that holds while it is made
  using Tag = Memory::format_tag;
  return {{dnnl::prop_kind::forward_inference,
           algorithm,
           map_description(s.input(), layout_for(s.C, s.groups)),
           weight_description(s, Tag::any, Tag::any),
           map_description(s.output(), layout_for(s.M, s.groups)),
           {s.stride_h, s.stride_w},
           {s.dilation_h - 1, s.dilation_w - 1},
           {s.pad_top, s.pad_left},
           {s.pad_bottom, s.pad_right}},
          attributes(),
          engine};
}

/// A filter that covers its map is a matrix to the library.
InnerProduct::primitive_desc describe_inner_product(const ConvShape& s, const dnnl::engine& engine) {
  omp_set_num_threads(1);
  return {{dnnl::prop_kind::forward_inference, map_description(s.input(), Layout::Planar),
           weight_description(s, Memory::format_tag::any, Memory::format_tag::any),
           Description({s.N, s.M}, Memory::data_type::f32, Memory::format_tag::nc)},
          attributes(),
          engine};
}

dnnl::engine cpu() {
  return {dnnl::engine::kind::cpu, 0};
}

/// A primitive with its weights in the order that it has chosen.
template <class Primitive>
class Prepared {
 public:
  Prepared(const ConvShape& shape, std::span<const float> weights,
           const typename Primitive::primitive_desc& description)
      : engine_(description.get_engine()), stream_(engine_), description_(description), primitive_(description) {
    using Tag = Memory::format_tag;
    weights_ = Memory(description_.weights_desc(), engine_);
    Memory given = memory_at(weight_description(shape, Tag::goihw, Tag::oihw), engine_, weights.data());
    dnnl::reorder(given, weights_).execute(stream_, given, weights_);
    stream_.wait();
  }

  std::int64_t workspace() const {
    const auto bytes = static_cast<std::int64_t>(description_.scratchpad_desc().get_size());
    return ceil_div(bytes, static_cast<std::int64_t>(sizeof(float)));
  }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace) {
    omp_set_num_threads(1);
    primitive_.execute(stream_,
                       {{DNNL_ARG_SRC, memory_at(description_.src_desc(), engine_, input.data())},
                        {DNNL_ARG_WEIGHTS, weights_},
                        {DNNL_ARG_DST, memory_at(description_.dst_desc(), engine_, output.data())},
                        {DNNL_ARG_SCRATCHPAD, memory_at(description_.scratchpad_desc(), engine_, workspace.data())}});
    stream_.wait();
  }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  typename Primitive::primitive_desc description_;
  Primitive primitive_;
  Memory weights_;
};

template <class Primitive>
PreparedConv prepare(const ConvShape& shape, std::span<const float> weights,
                     const typename Primitive::primitive_desc& description) {
  const auto conv = std::make_shared<Prepared<Primitive>>(shape, weights, description);
  return {.workspace = conv->workspace(),
          .run = [conv](auto input, auto output, auto workspace) { conv->run(input, output, workspace); }};
}

PreparedConv prepare(const ConvShape& shape, std::span<const float> weights, dnnl::algorithm algorithm) {
  PreparedConv conv = prepare<Convolution>(shape, weights, describe(shape, algorithm, cpu()));
  conv.input = layout_for(shape.C, shape.groups);
  conv.output = layout_for(shape.M, shape.groups);
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

PreparedConv prepare_onednn(const ConvShape& shape, std::span<const float> weights) {
  if (shape.is_fully_connected()) {
    return prepare<InnerProduct>(shape, weights, describe_inner_product(shape, cpu()));
  }
  return prepare(shape, weights, dnnl::algorithm::convolution_direct);
}

PreparedConv prepare_onednn_winograd(const ConvShape& shape, std::span<const float> weights) {
  return prepare(shape, weights, dnnl::algorithm::convolution_winograd);
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl::version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

}  // namespace pj
