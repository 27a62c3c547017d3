#pragma once

#include <vector>

#include "pj/inference/makers.hpp"
#include "pj/kernels/strips.hpp"

namespace pj {

/// Layers that follow each other, computed together: some rows of the last one's output at a time, and of every layer
/// before it no more rows than these need ("depth-first"). What is between them never exists as a whole; rows that the
/// next strip needs again are kept.
class StripGroup {
 public:
  /// For maps of so many images, cut into at least so many parts where there are as many rows.
  StripGroup(std::vector<StripLayer> layers, std::int64_t images, std::int64_t parts);

  const std::vector<StripLayer>& layers() const { return layers_; }
  std::int64_t strip() const { return strip_; }          ///< rows of the last output that are computed at a time
  std::int64_t weights() const;                          ///< numbers that it keeps
  std::int64_t workspace() const { return workspace_; }  ///< numbers that each thread needs
  std::int64_t kept() const;                             ///< of them, what is between the layers
  std::int64_t left_out() const;                         ///< numbers of the maps between the layers
  std::int64_t parts() const { return images_ * pieces_; }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace, std::int64_t part) const;

 private:
  /// The rows between two layers that are in memory.
  struct Between {
    float* numbers;
    std::int64_t first, last;
  };

  std::vector<std::int64_t> rows_for(std::int64_t strip) const;
  std::int64_t numbers_for(const std::vector<std::int64_t>& rows) const;
  std::int64_t row_size(std::size_t map) const;
  std::int64_t planes(std::size_t map) const;
  void keep(std::size_t map, Between& between, std::int64_t first) const;
  void run_strip(std::span<Between> maps, const float* input, MapRows<float> output, std::span<float> workspace,
                 std::int64_t first, std::int64_t last) const;

  std::vector<StripLayer> layers_;
  std::int64_t images_, pieces_ = 1, strip_ = 1, workspace_ = 0;
  std::vector<std::int64_t> rows_;  ///< that are kept of each layer's input; of the first one's none
};

/// Depth-first groups of convolutions and pooling, which take the least memory.
NodeGroup take_strips(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_strips(const MakeContext& context, const std::vector<std::size_t>& nodes);

}  // namespace pj
