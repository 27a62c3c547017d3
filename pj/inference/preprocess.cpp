#include "pj/inference/preprocess.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

/// A picture as numbers from 0 to 255: channels × rows × columns.
struct Planes {
  std::int64_t C, H, W;
  std::vector<float> numbers;
};

/// What an input takes of a picture; sizes of 0 are open.
struct Target {
  std::int64_t C = 0, H = 0, W = 0;
  bool channels_last = false;
};

[[noreturn]] void does_not_fit(const std::string& what, const Value& input, const std::string& way_out) {
  throw InputError(what + " does not fit the input '" + input.name + "' of " + shape_text(input.shape) + "; " +
                   way_out);
}

bool are_channels(std::int64_t size) {
  return size == 1 || size == 3;
}

Target target_of(const Value& input) {
  const Sizes& shape = input.shape;
  if (!shape.empty() && shape.size() > 1 && shape[0] != 1) {
    throw InputError("the input '" + input.name + "' takes " + std::to_string(shape[0]) +
                     " samples at a time; use --batch 1 or a network of batch 1");
  }
  if (shape.size() == 4 && are_channels(shape[1])) {
    return {shape[1], shape[2], shape[3], false};
  }
  if (shape.size() == 4 && are_channels(shape[3])) {
    return {shape[3], shape[1], shape[2], true};
  }
  if (shape.size() == 3) {
    return {1, shape[1], shape[2], false};
  }
  if (shape.size() > 2) {
    does_not_fit("a picture", input, "it has no axis of 1 or 3 channels; give the numbers as .npy");
  }
  return {};  // a vector takes what the picture has
}

Planes planes_of(const Image& image) {
  Planes planes{image.channels, image.H, image.W, {}};
  for (int c = 0; c < image.channels; ++c) {
    for (int h = 0; h < image.H; ++h) {
      for (int w = 0; w < image.W; ++w) {
        planes.numbers.push_back(static_cast<float>(image.at(h, w, c)));
      }
    }
  }
  return planes;
}

/// Grey three times, or red, green and blue as luma (ITU-R BT.601-7, Section 2.5.1).
Planes in_channels(Planes planes, std::int64_t channels) {
  const auto area = static_cast<std::size_t>(planes.H * planes.W);
  if (planes.C == channels || channels == 0) {
    return planes;
  }
  std::vector<float> numbers;
  if (planes.C == 1) {
    for (std::int64_t c = 0; c < channels; ++c) {
      numbers.insert(numbers.end(), planes.numbers.begin(), planes.numbers.end());
    }
  } else {
    for (std::size_t i = 0; i < area; ++i) {
      numbers.push_back(0.299F * planes.numbers[i] + 0.587F * planes.numbers[area + i] +
                        0.114F * planes.numbers[2 * area + i]);
    }
  }
  return {channels, planes.H, planes.W, std::move(numbers)};
}

/// Bilinear, with a kernel as wide as the new pixels where the picture shrinks.
Planes resized(Planes planes, std::int64_t H, std::int64_t W) {
  if (planes.H == H && planes.W == W) {
    return planes;
  }
  const Constant picture = tensor_of({{1, planes.C, planes.H, planes.W}, NumberFormat::float32()}, planes.numbers);
  const Constant* operand = &picture;
  const Resize layer{.mode = Resize::Mode::Linear, .sizes = {1, planes.C, H, W}, .antialias = true};
  return {planes.C, H, W, numbers_of<float>(execute(layer, std::span(&operand, 1)).front())};
}

Planes resized(Planes planes, const Preprocessing& options) {
  if (options.resize == 0) {
    return planes;
  }
  const auto side = static_cast<double>(options.resize);
  const auto shorter = static_cast<double>(std::min(planes.H, planes.W));
  const auto scaled = [&](std::int64_t size) {
    return options.squares ? options.resize
                           : static_cast<std::int64_t>(std::lround(static_cast<double>(size) * side / shorter));
  };
  const std::int64_t H = scaled(planes.H);
  const std::int64_t W = scaled(planes.W);
  return resized(std::move(planes), H, W);
}

Planes cropped(Planes planes, std::int64_t side) {
  if (side == 0) {
    return planes;
  }
  if (side > planes.H || side > planes.W) {
    throw InputError("a picture of " + std::to_string(planes.W) + " × " + std::to_string(planes.H) +
                     " pixels is smaller than the crop of " + std::to_string(side) + "; resize it first");
  }
  std::vector<float> numbers;
  const std::int64_t top = (planes.H - side) / 2;
  const std::int64_t left = (planes.W - side) / 2;
  for (std::int64_t row = 0; row < planes.C * side; ++row) {
    const std::int64_t from = (row / side * planes.H + top + row % side) * planes.W + left;
    numbers.insert(numbers.end(), planes.numbers.begin() + from, planes.numbers.begin() + from + side);
  }
  return {planes.C, side, side, std::move(numbers)};
}

double entry(const std::vector<double>& list, std::size_t c, double otherwise) {
  return list.empty() ? otherwise : list[list.size() == 1 ? 0 : c];
}

void check_entries(const std::vector<double>& list, std::int64_t channels, const char* what) {
  if (list.size() > 1 && std::cmp_not_equal(list.size(), channels)) {
    throw InputError(std::string(what) + " has " + counted(std::ssize(list), "number") +
                     "; give one, or one for each of " + counted(channels, "channel"));
  }
}

/// (x − mean) / deviation, channel by channel.
void normalise(std::vector<double>& numbers, std::int64_t channels, const Preprocessing& options) {
  check_entries(options.mean, channels, "--mean");
  check_entries(options.deviation, channels, "--std");
  const std::size_t area = std::max<std::size_t>(numbers.size() / static_cast<std::size_t>(channels), 1);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = (numbers[i] - entry(options.mean, i / area, 0.0)) / entry(options.deviation, i / area, 1.0);
  }
}

/// The operand; whole inputs take the nearest whole number, which must be one that their format has.
Constant operand_of(const Value& input, std::vector<double> numbers) {
  if (!is_computable(input.format)) {
    does_not_fit("a number", input, "its format is " + to_string(input.format));
  }
  if (is_whole(input.format)) {
    const double half = std::ldexp(1.0, input.format.bits - 1);
    const double low = input.format.is_signed ? -half : 0.0;
    const double high = input.format.is_signed ? half : 2.0 * half;
    for (double& number : numbers) {
      number = std::nearbyint(number);
      if (!(number >= low && number < high)) {
        does_not_fit("a number of " + exact(number), input,
                     "it takes " + to_string(input.format) + "; give --mean, --std or --range");
      }
    }
  }
  return tensor_of({input.shape, input.format}, numbers);
}

std::vector<double> channels_last(const std::vector<double>& planes, std::size_t channels) {
  std::vector<double> numbers(planes.size());
  const std::size_t area = planes.size() / channels;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    numbers[i % area * channels + i / area] = planes[i];
  }
  return numbers;
}

Constant from_picture(const Image& image, const Value& input, const Preprocessing& options) {
  const Target target = target_of(input);
  Planes planes = in_channels(planes_of(image), target.C);
  planes = cropped(resized(std::move(planes), options), options.crop);
  const std::string what = "a picture of " + std::to_string(planes.W) + " × " + std::to_string(planes.H) + " pixels";
  if (target.C != 0 && (planes.H != target.H || planes.W != target.W)) {
    does_not_fit(what, input, "give --resize and --crop");
  }
  if (std::cmp_not_equal(element_count(input.shape), planes.numbers.size())) {
    does_not_fit(what, input, "give another picture, or the numbers as .npy");
  }
  const double largest = options.range != 0.0 ? options.range : is_whole(input.format) ? 255.0 : 1.0;
  std::vector<double> numbers(planes.numbers.begin(), planes.numbers.end());
  for (double& number : numbers) {
    number *= largest / 255.0;
  }
  if (options.blue_first && planes.C == 3) {
    const auto area = static_cast<std::ptrdiff_t>(planes.H * planes.W);
    std::swap_ranges(numbers.begin(), numbers.begin() + area, numbers.begin() + 2 * area);
  }
  normalise(numbers, planes.C, options);
  return operand_of(input, target.channels_last ? channels_last(numbers, static_cast<std::size_t>(planes.C)) : numbers);
}

Sizes without_ones(Sizes shape) {
  std::erase(shape, 1);
  return shape;
}

Constant from_numbers(const Constant& tensor, const Value& input, const Preprocessing& options) {
  // Numbers in a row may have any meaning; those in several axes say which.
  const bool is_row = without_ones(tensor.shape).size() < 2;
  const bool is_same = tensor.format == input.format && options.mean.empty() && options.deviation.empty();
  if (element_count(tensor.shape) != element_count(input.shape)) {
    does_not_fit("a tensor of " + shape_text(tensor.shape), input, "give as many numbers");
  }
  if (!is_row && without_ones(tensor.shape) != without_ones(input.shape)) {
    does_not_fit("a tensor of " + shape_text(tensor.shape), input, "its axes must be those of the input, or one");
  }
  if (is_same) {
    return {tensor.format, input.shape, tensor.bytes};
  }
  auto numbers = numbers_of<double>(tensor);
  normalise(numbers, 1, options);
  return operand_of(input, std::move(numbers));
}

}  // namespace

Constant prepared(const SampleData& sample, const Value& input, const Preprocessing& options) {
  if (const auto* image = std::get_if<Image>(&sample)) {
    return from_picture(*image, input, options);
  }
  return from_numbers(std::get<Constant>(sample), input, options);
}

std::vector<double> parse_decimals(std::string_view text, std::string_view what) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    numbers.push_back(parse_decimal(trimmed(part), what));
  }
  return numbers;
}

}  // namespace pj
