#include "pj/inference/strip_group.hpp"

#include <algorithm>
#include <array>

namespace pj {

namespace {

constexpr std::int64_t near_numbers_between = std::int64_t{1} << 16;  // 256 KiB of the second cache
constexpr std::size_t most_layers = 16;

}  // namespace

StripGroup::StripGroup(std::vector<StripLayer> layers, std::int64_t images, std::int64_t parts)
    : layers_(std::move(layers)), images_(images) {
  ensure(!layers_.empty() && layers_.size() <= most_layers, "a depth-first group has some layers");
  const std::int64_t P = layers_.back().output[2];
  pieces_ = std::min(P, ceil_div(parts, images));
  const std::int64_t most = ceil_div(P, pieces_);
  const std::int64_t bound = std::min(near_numbers_between, left_out() / 4);  // less would be gained
  while (strip_ < most && numbers_for(rows_for(strip_ + 1)) <= bound) {
    ++strip_;
  }
  rows_ = rows_for(strip_);
  std::int64_t scratch = 0;
  for (const StripLayer& layer : layers_) {
    scratch = std::max(scratch, layer.workspace);
  }
  workspace_ = kept() + scratch;
}

/// Of each layer's input, for a strip of the last output.
std::vector<std::int64_t> StripGroup::rows_for(std::int64_t strip) const {
  std::vector<std::int64_t> rows(layers_.size(), 0);
  for (std::size_t i = layers_.size(); i-- > 1; strip = rows[i]) {
    rows[i] = std::min(layers_[i].input[2], (strip - 1) * layers_[i].stride + layers_[i].R);
  }
  return rows;
}

std::int64_t StripGroup::row_size(std::size_t map) const {
  return layers_[map].input[3] * block_size;
}
std::int64_t StripGroup::planes(std::size_t map) const {
  return blocks_of(layers_[map].input[1]);
}

std::int64_t StripGroup::numbers_for(const std::vector<std::int64_t>& rows) const {
  std::int64_t numbers = 0;
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    numbers += rows[i] * row_size(i) * planes(i);
  }
  return numbers;
}

std::int64_t StripGroup::kept() const {
  return numbers_for(rows_);
}

std::int64_t StripGroup::left_out() const {
  std::vector<std::int64_t> rows;
  for (const StripLayer& layer : layers_) {
    rows.push_back(layer.input[2]);
  }
  return numbers_for(rows);
}

std::int64_t StripGroup::weights() const {
  std::int64_t numbers = 0;
  for (const StripLayer& layer : layers_) {
    numbers += layer.weights;
  }
  return numbers;
}

/// The rows from `first` on move to the front; what lies before them is not needed any more.
void StripGroup::keep(std::size_t map, Between& between, std::int64_t first) const {
  const std::int64_t row = row_size(map);
  const std::int64_t shift = (first - between.first) * row;
  const std::int64_t count = std::max<std::int64_t>(0, between.last - first) * row;
  for (std::int64_t plane = 0; plane < planes(map) && shift > 0 && count > 0; ++plane) {
    float* const to = between.numbers + plane * rows_[map] * row;
    std::copy(to + shift, to + shift + count, to);
  }
  between.first = first;
  between.last = std::max(between.last, first);
}

/// Rows of the last output, after those of every layer before it that they need and that are not there yet.
void StripGroup::run_strip(std::span<Between> maps, const float* input, MapRows<float> output,
                           std::span<float> workspace, std::int64_t first, std::int64_t last) const {
  const std::size_t count = layers_.size();
  std::array<std::int64_t, most_layers + 1> firsts{};
  std::array<std::int64_t, most_layers + 1> lasts{};
  firsts[count] = first;
  lasts[count] = last;
  for (std::size_t i = count; i-- > 1;) {
    keep(i, maps[i], layers_[i].first_input(firsts[i + 1]));
    firsts[i] = maps[i].last;
    lasts[i] = std::max(firsts[i], layers_[i].last_input(lasts[i + 1]));
  }
  const std::int64_t channels = layers_[0].is_planar ? 1 : block_size;
  MapRows<const float> from{input, layers_[0].input[2] * layers_[0].input[3] * channels, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const MapRows<float> to =
        i + 1 == count ? output
                       : MapRows<float>{maps[i + 1].numbers, rows_[i + 1] * row_size(i + 1), maps[i + 1].first};
    if (firsts[i + 1] < lasts[i + 1]) {
      layers_[i].run(from, to, workspace, firsts[i + 1], lasts[i + 1]);
    }
    maps[i + 1].last = lasts[i + 1];
    from = {to.numbers, to.plane, to.first};
  }
}

void StripGroup::run(std::span<const float> input, std::span<float> output, std::span<float> workspace,
                     std::int64_t part) const {
  std::array<Between, most_layers + 1> maps{};
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    maps[i].numbers = workspace.data();
    workspace = workspace.subspan(static_cast<std::size_t>(rows_[i] * row_size(i) * planes(i)));
  }
  const Shape<4>& from = layers_.front().input;
  const Shape<4>& to = layers_.back().output;
  const std::int64_t image = part / pieces_;
  const std::int64_t piece = part % pieces_;
  const Layout layout = layers_.front().is_planar ? Layout::Planar : Layout::Blocked;
  const MapRows<float> result{output.data() + image * layout_size(to, Layout::Blocked), to[2] * to[3] * block_size, 0};
  const std::int64_t end = to[2] * (piece + 1) / pieces_;
  for (std::int64_t first = to[2] * piece / pieces_; first < end; first += strip_) {
    run_strip(maps, input.data() + image * layout_size(from, layout), result, workspace, first,
              std::min(end, first + strip_));
  }
}

}  // namespace pj
