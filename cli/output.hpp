#pragma once

#include <functional>
#include <string>

#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/inference/preprocess.hpp"
#include "pj/mapper/mapper.hpp"
#include "pj/study/load.hpp"
#include "pj/study/pareto.hpp"

namespace pj {

/// Writes the files that `--json`, `--csv` and `--report` ask for, each made only then.
void write_files(const Options& options, const std::function<std::string()>& json,
                 const std::function<std::string()>& csv);

/// A file of one of several runs: `a.onnx` as `a-2.onnx`; no name stays none.
std::string numbered(const std::string& path, std::int64_t number);

/// Throws before the work where `--report` could not state what its numbers are of: the machine's technology.
void check_report(const Options& options, const Accelerator& accelerator);

/// What the options say about the search of mappings.
MapperOptions mapper_options(const Options& options, const Console& console);

/// What `--pareto` asks for, with its progress shown. Refuses `--objective`, whose place it takes.
ParetoOptions pareto_options(const Options& options, const MappingCache& cache, Console& console);

/// What the options say about pictures and numbers on their way into a network.
Preprocessing preprocessing(const Options& options);

/// Where data sets that are named and not pointed at lie: Debian's packages of them, or what $PICOJOULE_DATA says.
std::vector<std::string> data_folders();

/// The batch that the options ask for, or 1.
std::int64_t batch_of(const Options& options);

/// What the options say about reading a network, and an accelerator.
LoadOptions load_options(const Options& options);
AcceleratorOptions accelerator_options(const Options& options, Console& console);

}  // namespace pj
