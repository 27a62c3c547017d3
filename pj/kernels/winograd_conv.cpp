#include <algorithm>
#include <memory>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/winograd.hpp"
#include "pj/kernels/winograd_filters.hpp"

namespace pj {

namespace {

const WinogradKernels& transforms_for(const VectorKernels& kernels, int m, int r) {
  for (int i = 0; i < kernels.winograd_count; ++i) {
    if (kernels.winograd[i].m == m && kernels.winograd[i].r == r) {
      return kernels.winograd[i];
    }
  }
  throw std::logic_error("every row of the table has its transforms");
}

/// What both ways of F(m×m, r×r) know: the sizes, and the filters.
struct WinogradSizes {
  const VectorKernels& kernels;
  const WinogradKernels& transforms;
  ConvShape shape;
  std::int64_t m, positions;
  std::int64_t C_blocks = blocks_of(shape.group_C());
  std::int64_t M_blocks = blocks_of(shape.group_M());
  std::int64_t tiles = ceil_div(shape.P(), m) * ceil_div(shape.Q(), m);

  WinogradSizes(const VectorKernels& given, const ConvShape& s, const CookToom& f)
      : kernels(given),
        transforms(transforms_for(given, f.m, f.r)),
        shape(s),
        m(f.m),
        positions(std::int64_t{f.n()} * f.n()) {}

  /// Numbers of a position of so many blocks of so many tiles: an odd number of cache lines, so that the positions of
  /// one tile do not meet in one set of a cache.
  static std::int64_t position(std::int64_t blocks, std::int64_t tiles) { return (blocks * tiles | 1) * block_size; }
  std::int64_t filters_of_position() const { return C_blocks * M_blocks * block_size * block_size; }

  WinogradTiles input_tiles(std::int64_t first, std::int64_t count, std::int64_t together) const {
    return {ceil_div(shape.Q(), m),
            first,
            count,
            C_blocks,
            shape.H,
            shape.W,
            shape.pad_top,
            shape.pad_left,
            position(C_blocks, together),
            together * block_size};
  }
  WinogradTiles output_tiles(std::int64_t first, std::int64_t count, std::int64_t together, std::int64_t blocks) const {
    return {ceil_div(shape.Q(), m), first, count, blocks, shape.P(), shape.Q(), 0, 0, position(blocks, together),
            together * block_size};
  }
};

/// Over some tiles at a time, as many as let the transformed tiles stay near. Each time all filters are read.
class WinogradByTiles {
 public:
  WinogradByTiles(const WinogradSizes& sizes, std::span<const float> weights, const CookToom& f,
                  const Epilogue& epilogue)
      : z_(sizes),
        epilogue_(epilogue, sizes.shape.M),
        together_(tiles_together(sizes)),
        filters_(transformed_filters(sizes.shape, weights, f, sizes.kernels.panel)) {}

  static std::int64_t tiles_together(const WinogradSizes& z) {
    constexpr std::int64_t near_numbers = std::int64_t{1} << 18;  // 1 MiB, the second cache of today's processors
    const std::int64_t fitting = near_numbers / (z.positions * (z.C_blocks + z.M_blocks) * block_size);
    const std::int64_t most = std::max<std::int64_t>(2, fitting / z.kernels.rows) * z.kernels.rows;
    const std::int64_t pieces = ceil_div(z.tiles, most);
    return ceil_div(z.tiles, pieces == 1 ? 1 : ceil_div(pieces, 2) * 2);  // an even number of about the same size
  }

  PreparedConv prepared(const std::shared_ptr<const WinogradByTiles>& self) const {
    return {.weights = std::ssize(filters_),
            .workspace = z_.positions * (z_.position(z_.C_blocks, together_) + z_.position(z_.M_blocks, together_)),
            .parts = z_.shape.N * z_.shape.groups * image_parts(),
            .run = [self](const ConvMemory& memory) { self->run(memory); }};
  }

 private:
  std::int64_t image_parts() const { return ceil_div(z_.tiles, together_); }

  void run(const ConvMemory& memory) const {
    const GroupPlanes planes(z_.shape);
    const std::int64_t parts = z_.shape.N * z_.shape.groups * image_parts();
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts); ++part) {
      const std::int64_t block = part / image_parts();
      const std::int64_t group = block % z_.shape.groups;
      const std::int64_t first = part % image_parts() * together_;
      run_tiles(first, std::min(together_, z_.tiles - first), memory.input.data() + block * planes.input,
                filters_.data() + z_.positions * z_.filters_of_position() * group,
                memory.output.data() + block * planes.output, memory.workspace.data(),
                epilogue_.at(group * z_.shape.group_M(), memory.residual.data(), block * planes.output));
    }
  }

  void run_tiles(std::int64_t first, std::int64_t count, const float* input, const float* filters, float* output,
                 float* workspace, const VectorEpilogue& epilogue) const {
    const WinogradTiles in = z_.input_tiles(first, count, together_);
    const WinogradTiles out = z_.output_tiles(first, count, together_, z_.M_blocks);
    float* const products = workspace + z_.positions * in.position;
    z_.transforms.input(in, input, workspace);
    for (std::int64_t i = 0; i < z_.positions; ++i) {
      z_.kernels.product({workspace + i * in.position,
                          in.block,
                          z_.C_blocks,
                          filters + i * z_.filters_of_position(),
                          products + i * out.position,
                          out.block,
                          z_.M_blocks,
                          count,
                          {},
                          nullptr});
    }
    z_.transforms.output(out, products, output, epilogue);
  }

  WinogradSizes z_;
  BlockedEpilogue epilogue_;
  std::int64_t together_;
  Buffer<float> filters_;
};

/// All tiles at a time, for some output channels at a time: each filter is read once. The transformed inputs are those
/// of all threads, made in a stage of their own.
class WinogradByChannels {
 public:
  WinogradByChannels(const WinogradSizes& sizes, std::span<const float> weights, const CookToom& f,
                     const Epilogue& epilogue)
      : z_(sizes),
        epilogue_(epilogue, sizes.shape.M),
        chunk_(sizes.kernels.panel / block_size),
        filters_(transformed_filters(sizes.shape, weights, f, sizes.kernels.panel)) {
    constexpr std::int64_t near_numbers = std::int64_t{1} << 17;  // half of the second cache
    constexpr std::int64_t least_parts = 8;
    while (chunk_ * 2 * least_parts <= z_.M_blocks &&
           z_.positions * z_.position(2 * chunk_, z_.tiles) <= near_numbers) {
      chunk_ *= 2;
    }
  }

  /// Where one piece of tiles is all, or filters that no near cache holds would be read again for each piece while all
  /// inputs are near.
  static bool pays(const WinogradSizes& z) {
    constexpr std::int64_t far_numbers = std::int64_t{1} << 21;   // 8 MiB
    constexpr std::int64_t near_numbers = std::int64_t{1} << 20;  // 4 MiB, of the third cache
    if (z.shape.N * z.shape.groups > 1) {
      return false;
    }
    return WinogradByTiles::tiles_together(z) == z.tiles ||
           (z.positions * z.filters_of_position() >= far_numbers &&
            z.positions * z.position(z.C_blocks, z.tiles) <= near_numbers);
  }

  PreparedConv prepared(const std::shared_ptr<const WinogradByChannels>& self) const {
    return {.weights = std::ssize(filters_),
            .workspace = z_.positions * z_.position(chunk_, z_.tiles),
            .parts = ceil_div(z_.M_blocks, chunk_),
            .run = [self](const ConvMemory& memory) { self->run(memory); },
            .shared = z_.positions * z_.position(z_.C_blocks, z_.tiles),
            .first_parts = z_.C_blocks,
            .run_first = [self](const ConvMemory& memory) { self->transform(memory); }};
  }

 private:
  void transform(const ConvMemory& memory) const {
    const std::int64_t last = std::min(memory.last, z_.C_blocks);
    WinogradTiles in = z_.input_tiles(0, z_.tiles, z_.tiles);
    in.blocks = last - memory.first;
    z_.transforms.input(in, memory.input.data() + memory.first * z_.shape.H * z_.shape.W * block_size,
                        memory.shared.data() + memory.first * in.block);
  }

  void run(const ConvMemory& memory) const {
    for (std::int64_t part = memory.first; part < std::min(memory.last, ceil_div(z_.M_blocks, chunk_)); ++part) {
      const std::int64_t first = part * chunk_;
      const std::int64_t output = first * z_.shape.P() * z_.shape.Q() * block_size;
      run_blocks(first, std::min(chunk_, z_.M_blocks - first), memory.shared.data(), memory.output.data() + output,
                 memory.workspace.data(), epilogue_.at(first * block_size, memory.residual.data(), output));
    }
  }

  void run_blocks(std::int64_t first, std::int64_t blocks, const float* inputs, float* output, float* products,
                  const VectorEpilogue& epilogue) const {
    const WinogradTiles in = z_.input_tiles(0, z_.tiles, z_.tiles);
    const WinogradTiles out = z_.output_tiles(0, z_.tiles, z_.tiles, blocks);
    const float* filters = filters_.data() + first * z_.C_blocks * block_size * block_size;
    for (std::int64_t i = 0; i < z_.positions; ++i, filters += z_.filters_of_position()) {
      z_.kernels.product({inputs + i * in.position,
                          in.block,
                          z_.C_blocks,
                          filters,
                          products + i * out.position,
                          out.block,
                          blocks,
                          z_.tiles,
                          {},
                          filters + z_.filters_of_position()});
    }
    z_.transforms.output(out, products, output, epilogue);
  }

  WinogradSizes z_;
  BlockedEpilogue epilogue_;
  std::int64_t chunk_;  ///< blocks of output channels, whole panels
  Buffer<float> filters_;
};

template <class Way>
PreparedConv winograd_by(const WinogradSizes& sizes, std::span<const float> weights, const CookToom& f,
                         const Epilogue& epilogue) {
  const auto conv = std::make_shared<const Way>(sizes, weights, f, epilogue);
  PreparedConv prepared = conv->prepared(conv);
  prepared.input = prepared.output = Layout::Blocked;
  prepared.in_place = true;
  return prepared;
}

}  // namespace

PreparedConv prepare_winograd(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              const CookToom& f, const Epilogue& epilogue) {
  const WinogradSizes sizes(kernels, shape, f);
  return WinogradByChannels::pays(sizes) ? winograd_by<WinogradByChannels>(sizes, weights, f, epilogue)
                                         : winograd_by<WinogradByTiles>(sizes, weights, f, epilogue);
}

}  // namespace pj
