#include "cli/output.hpp"

#include <algorithm>
#include <cstdlib>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/report/page.hpp"
#include "pj/study/metrics.hpp"

namespace pj {

namespace {

std::optional<NumberFormat> format_of(const std::string& option, const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  try {
    return parse_format(text);
  } catch (const InputError& fault) {
    throw InputError(option + ": " + fault.what());
  }
}

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

void write_files(const Options& options, const std::function<std::string()>& json,
                 const std::function<std::string()>& csv) {
  const std::string results = options.json.empty() && options.report.empty() ? "" : json();
  if (!options.json.empty()) {
    write_file(options.json, results);
  }
  if (!options.csv.empty()) {
    write_file(options.csv, csv());
  }
  if (!options.report.empty()) {
    write_file(options.report, page(results));
  }
}

std::string numbered(const std::string& path, std::int64_t number) {
  const std::size_t name = path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/') + 1;
  const std::size_t dot = std::min(path.find('.', name), path.size());
  return path.empty() ? path : path.substr(0, dot) + "-" + std::to_string(number) + path.substr(dot);
}

void check_report(const Options& options, const Accelerator& accelerator) {
  if (options.report.empty()) {
    return;
  }
  if (const Verdict verdict = discloses(accelerator); !verdict) {
    throw InputError("--report: " + verdict.reason());
  }
}

MapperOptions mapper_options(const Options& options, const Console& console) {
  MapperOptions mapper{.objective = parse_objective(options.objective),
                       .perfect_factors = options.perfect_factors,
                       .interrupt = &console.interrupt};
  if (options.time_limit > 0.0) {
    mapper.time_limit = Seconds{options.time_limit};
  }
  return mapper;
}

ParetoOptions pareto_options(const Options& options, const MappingCache& cache, Console& console) {
  if (parse_objective(options.objective) != Objective::Energy) {
    throw InputError("--pareto trades energy for cycles; leave --objective out");
  }
  ParetoOptions wanted{
      .mapper = mapper_options(options, console), .cache = &cache, .threads = static_cast<int>(options.threads)};
  wanted.progress = [&](const std::string& line) { console.progress.show(line); };
  return wanted;
}

LoadOptions load_options(const Options& options) {
  LoadOptions load{.batch = batch_of(options)};
  load.densities = options.densities;
  for (const std::string& text : options.input_shapes) {
    const auto [name, sizes] = parse_input_shape(text);
    if (!load.input_shapes.emplace(name, sizes).second) {
      throw InputError("--input-shape gives '" + name + "' twice");
    }
  }
  load.formats.weights = format_of("--weights", options.weights);
  load.formats.activations = format_of("--activations", options.activations);
  return load;
}

AcceleratorOptions accelerator_options(const Options& options, Console& console) {
  return {.reference_tables = options.reference_tables,
          .technologies = options.technologies,
          .settings = options.settings,
          .warn = [&](const std::string& line) { console.warnings << "picojoule: warning: " << line << "\n"; }};
}

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

std::vector<std::string> data_folders() {
  std::vector<std::string> folders;
  if (const char* own = std::getenv("PICOJOULE_DATA"); own != nullptr && *own != '\0') {
    folders.emplace_back(own);
  }
  folders.emplace_back("/usr/share/datasets");
  return folders;
}

std::int64_t batch_of(const Options& options) {
  return std::max<std::int64_t>(options.batch, 1);
}

}  // namespace pj
