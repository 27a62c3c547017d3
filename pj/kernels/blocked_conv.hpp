#pragma once

#include <span>

#include "pj/kernels/algorithms.hpp"
#include "pj/kernels/cook_toom.hpp"
#include "pj/kernels/vector_kernels.hpp"

namespace pj {

/// The fast convolutions on blocks of 16 channels, with the loops of any instruction set that the processor has.

/// Groups that are whole blocks of channels.
Verdict blocks_can_run(const ConvShape& shape);

PreparedConv prepare_winograd(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              const CookToom& f, const Epilogue& epilogue);

/// 1×1 with stride 1 and without padding: one product.
Verdict pointwise_can_run(const ConvShape& shape);
PreparedConv prepare_pointwise(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                               const Epilogue& epilogue);

/// Its weights as `BlockedProduct` reads them, group by group.
Buffer<float> pointwise_panels(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights);

/// One filter for each channel.
Verdict depthwise_can_run(const ConvShape& shape);
PreparedConv prepare_depthwise(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                               const Epilogue& epilogue);

/// Its weights as `DepthwiseBlock` reads them, block by block.
Tensor<float, 4> depthwise_filters(const ConvShape& shape, std::span<const float> weights);

/// Any stride and dilation: planar maps of a few channels, else groups of whole blocks.
Verdict windowed_can_run(const ConvShape& shape);
ConvLayouts windowed_layouts(const ConvShape& shape);
PreparedConv prepare_windowed(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              const Epilogue& epilogue);

/// One image's product with a matrix, which is as fast as memory.
Verdict streamed_can_run(const ConvShape& shape);
PreparedConv prepare_streamed(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              const Epilogue& epilogue);

/// The numbers of the maps of one group of one image.
struct GroupPlanes {
  std::int64_t input, output;

  explicit GroupPlanes(const ConvShape& s)
      : input(blocks_of(s.group_C()) * s.H * s.W * block_size),
        output(blocks_of(s.group_M()) * s.P() * s.Q() * block_size) {}
};

/// How the output channels of a group are cut into chunks of whole panels: where a convolution has `other_parts`
/// already, so that there are eight at least, if there are as many panels.
struct ChannelChunks {
  std::int64_t blocks, count;  ///< blocks of channels in a chunk; chunks

  ChannelChunks(std::int64_t M_blocks, std::int64_t panel_blocks, std::int64_t other_parts);
};

/// An epilogue as the loops take it; its bias filled up to whole blocks.
class BlockedEpilogue {
 public:
  BlockedEpilogue(const Epilogue& epilogue, std::int64_t channels);

  /// For outputs whose first channel is this one and whose first number lies `offset` numbers behind the map's.
  VectorEpilogue at(std::int64_t channel, const float* residual, std::int64_t offset) const;

 private:
  Epilogue epilogue_;
  Buffer<float> bias_;
};

}  // namespace pj
