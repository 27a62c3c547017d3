#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

Resize::Mode resize_mode(const std::string& text) {
  if (text == "nearest") {
    return Resize::Mode::Nearest;
  }
  if (text == "linear" || text == "bilinear") {
    return Resize::Mode::Linear;
  }
  if (text != "cubic") {
    throw InputError("its mode is '" + text + "'; known: nearest, linear, cubic");
  }
  return Resize::Mode::Cubic;
}

std::string one_of(const NodeImport& node, const std::string& attribute, std::span<const char* const> known) {
  const std::string text = node.text(attribute, known.front());
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    throw InputError("its " + attribute + " is '" + text + "', which is not known");
  }
  return text;
}

constexpr std::array<const char*, 7> coordinate_modes{
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
    "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
constexpr std::array<const char*, 4> nearest_modes{"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

/// ⌊input · scale⌋ in the precision of the scale, as runtimes do; scales that no memory holds are refused.
std::int64_t scaled_size(std::int64_t size, float scale, float part) {
  const float scaled = std::floor(static_cast<float>(size) * part * scale);
  if (!(scaled >= 0.0F && scaled < 0x1p40F)) {
    throw InputError("it scales an axis of " + std::to_string(size) + " by " + std::to_string(scale) +
                     "; scales must be positive and results below 2^40");
  }
  return static_cast<std::int64_t>(scaled);
}

/// The resized shape follows from one scale for each axis; a crop keeps a part of the axis only.
void set_scales(Resize& resize, const Sizes& input, std::vector<float> scales) {
  const std::size_t rank = input.size();
  if (scales.size() != rank) {
    throw InputError("it has " + std::to_string(scales.size()) + " scales; give one for each of " +
                     std::to_string(rank) + " axes");
  }
  for (std::size_t i = 0; i < rank; ++i) {
    const float part = resize.roi.empty() ? 1.0F : resize.roi[i + rank] - resize.roi[i];
    resize.sizes.push_back(scaled_size(input[i], scales[i], part));
  }
  resize.scales = std::move(scales);
}

std::vector<ValueId> resize_by_scales(NodeImport& node, const std::vector<double>& scales) {
  // Before opset 11 there was one way to find the source of a pixel.
  Resize resize{.mode = resize_mode(node.text("mode", "nearest")), .coordinates = "asymmetric", .nearest = "floor"};
  set_scales(resize, node.shape(0), {scales.begin(), scales.end()});
  return node.add(resize, {node.input(0)});
}

std::vector<ValueId> convert_upsample(NodeImport& node) {
  if (node.opset() < 7) {
    return resize_by_scales(node, {1.0, 1.0, static_cast<double>(node.real("height_scale", 1.0F)),
                                   static_cast<double>(node.real("width_scale", 1.0F))});
  }
  if (node.opset() < 9) {
    const std::vector<float> scales = node.reals("scales");
    return resize_by_scales(node, {scales.begin(), scales.end()});
  }
  return resize_by_scales(node, node.known_reals(1, "scales"));
}

/// The axes that the inputs of Resize speak of.
std::vector<std::size_t> named_axes(const NodeImport& node) {
  Sizes given = node.integers("axes");
  if (given.empty()) {
    given.resize(node.shape(0).size());
    std::iota(given.begin(), given.end(), 0);
  }
  std::vector<std::size_t> axes;
  for (const std::int64_t axis : given) {
    axes.push_back(static_cast<std::size_t>(node.axis(axis)));
  }
  return axes;
}

template <class Number>
void check_entries(const std::vector<Number>& entries, std::size_t count, const char* what) {
  if (entries.size() != count) {
    throw InputError("its " + std::string(what) + " has " + std::to_string(entries.size()) + " entries; it needs " +
                     std::to_string(count));
  }
}

void read_roi(const NodeImport& node, const std::vector<std::size_t>& axes, Resize& resize) {
  const std::size_t rank = node.shape(0).size();
  const std::vector<double> roi = node.known_reals(1, "roi");
  check_entries(roi, 2 * axes.size(), "roi");
  resize.roi.assign(2 * rank, 0.0F);
  std::fill(resize.roi.begin() + static_cast<std::ptrdiff_t>(rank), resize.roi.end(), 1.0F);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    resize.roi[axes[i]] = static_cast<float>(roi[i]);
    resize.roi[axes[i] + rank] = static_cast<float>(roi[i + axes.size()]);
  }
}

/// The largest (or smallest) size of the input's proportions that fits the sizes asked for.
void keep_proportions(const NodeImport& node, const std::vector<std::size_t>& axes, Resize& resize) {
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") {
    return;
  }
  if (policy != "not_larger" && policy != "not_smaller") {
    throw InputError("its keep_aspect_ratio_policy is '" + policy + "'; known: stretch, not_larger, not_smaller");
  }
  std::vector<double> ratios;
  for (const std::size_t axis : axes) {
    ratios.push_back(static_cast<double>(resize.sizes[axis]) / static_cast<double>(node.shape(0)[axis]));
  }
  const double ratio = policy == "not_larger" ? *std::min_element(ratios.begin(), ratios.end())
                                              : *std::max_element(ratios.begin(), ratios.end());
  for (const std::size_t axis : axes) {
    const double exact = ratio * static_cast<double>(node.shape(0)[axis]);
    resize.sizes[axis] = static_cast<std::int64_t>(exact + 0.5);
    if (!(std::abs(static_cast<double>(resize.sizes[axis]) - exact) < 1e-6 * exact)) {
      throw InputError("its keep_aspect_ratio_policy gives no whole size for axis " + std::to_string(axis) +
                       "; give sizes in the input's proportions");
    }
  }
}

void read_sizes(const NodeImport& node, const std::vector<std::size_t>& axes, Resize& resize) {
  const Sizes sizes = node.known_integers(3, "sizes");
  check_entries(sizes, axes.size(), "sizes");
  resize.sizes = node.shape(0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    resize.sizes[axes[i]] = sizes[i];
  }
  keep_proportions(node, axes, resize);
}

void read_scales(const NodeImport& node, const std::vector<std::size_t>& axes, Resize& resize) {
  const std::vector<double> given = node.known_reals(2, "scales");
  check_entries(given, axes.size(), "scales");
  std::vector<float> scales(node.shape(0).size(), 1.0F);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    scales[axes[i]] = static_cast<float>(given[i]);
  }
  set_scales(resize, node.shape(0), std::move(scales));
}

std::vector<ValueId> convert_resize(NodeImport& node) {
  if (node.opset() < 11) {
    return resize_by_scales(node, node.known_reals(1, "scales"));
  }
  Resize resize{.mode = resize_mode(node.text("mode", "nearest")),
                .coordinates = one_of(node, "coordinate_transformation_mode", coordinate_modes),
                .nearest = one_of(node, "nearest_mode", nearest_modes),
                .cubic_coefficient = node.real("cubic_coeff_a", -0.75F),
                .exclude_outside = node.flag("exclude_outside", false),
                .antialias = node.flag("antialias", false),
                .extrapolation = node.real("extrapolation_value", 0.0F)};
  const std::vector<std::size_t> axes = named_axes(node);
  if (resize.coordinates == "tf_crop_and_resize") {
    read_roi(node, axes, resize);
  }
  const bool by_sizes = node.has_input(3) && element_count(node.shape(3)) > 0;
  by_sizes ? read_sizes(node, axes, resize) : read_scales(node, axes, resize);
  return node.add(resize, {node.input(0)});
}

constexpr std::array resize_rows{
    OperatorRow{"", "Resize", convert_resize},
    OperatorRow{"", "Upsample", convert_upsample},
};

}  // namespace

std::span<const OperatorRow> resize_operators() {
  return resize_rows;
}

}  // namespace pj
