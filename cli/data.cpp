#include "cli/data.hpp"

#include "pj/base/error.hpp"

namespace pj {

namespace {

double largest_of(const std::string& range) {
  if (range.empty()) {
    return 0.0;
  }
  if (range != "0..1" && range != "0..255") {
    throw InputError("--range is 0..1 or 0..255, not '" + range + "'");
  }
  return range == "0..1" ? 1.0 : 255.0;
}

}  // namespace

Preprocessing preprocessing(const Options& options) {
  if (!options.channels.empty() && options.channels != "rgb" && options.channels != "bgr") {
    throw InputError("--channels is rgb or bgr, not '" + options.channels + "'");
  }
  return {.resize = static_cast<int>(options.resize),
          .crop = static_cast<int>(options.crop),
          .squares = options.squares,
          .blue_first = options.channels == "bgr",
          .mean = parse_decimals(options.mean, "--mean"),
          .deviation = parse_decimals(options.deviation, "--std"),
          .range = largest_of(options.range)};
}

DataSet data_set(const Options& options, const std::string& path) {
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  return load_data_set(path, {.records = records});
}

}  // namespace pj
