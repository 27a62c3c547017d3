#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/parallel.hpp"
#include "pj/study/dataflows_report.hpp"
#include "pj/study/load.hpp"

namespace pj {

namespace {

/// The groups of ISCA 2016, Figures 11 to 14, or the two with the elements and the batch that are asked for.
std::vector<DataflowGroup> wanted_groups(const Options& options) {
  if (options.elements > 0) {
    return {{false, options.elements, batch_of(options)}, {true, options.elements, batch_of(options)}};
  }
  std::vector<DataflowGroup> groups;
  for (const std::int64_t elements : {256, 512, 1024}) {
    for (const std::int64_t batch : {1, 16, 64}) {
      groups.push_back({false, elements, batch});
    }
  }
  for (const std::int64_t batch : {16, 64, 256}) {
    groups.push_back({true, 1024, batch});
  }
  return groups;
}

void fill(DataflowGroup& group, const Options& options, const EvaluateOptions& search) {
  LoadOptions load = load_options(options);
  load.batch = group.batch;
  const auto layers = compared_layers(load_network(options.operands.front(), load), group.fully_connected);
  group.bars.resize(dataflows().size());
  parallel_for(group.bars.size(), search.threads, [&](std::size_t i) {
    group.bars[i] = dataflow_bar(dataflows()[i], layers, group.elements, search,
                                 {.unrestricted = options.unrestricted, .within = options.within / 100.0});
  });
}

}  // namespace

void run_dataflows(const Options& options, Console& console) {
  const MappingCache cache(cache_folder(options));
  const EvaluateOptions search{
      .mapper = mapper_options(options, console), .cache = &cache, .threads = static_cast<int>(options.threads)};
  std::vector<DataflowGroup> groups = wanted_groups(options);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    console.interrupt.check();
    console.progress.show("searching mappings of group " + std::to_string(i + 1) + " of " +
                          std::to_string(groups.size()));
    fill(groups[i], options, search);
  }
  console.progress.clear();
  std::erase_if(groups, [](const DataflowGroup& group) { return group.bars.front().macs == 0; });
  write_files(
      options, [&] { return dataflow_json(options.operands.front(), groups); }, [&] { return dataflow_csv(groups); });
  console.out << dataflow_table(groups);
  warn_of_fault(cache, console);
}

}  // namespace pj
