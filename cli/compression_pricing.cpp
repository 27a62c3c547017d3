#include "cli/compression_pricing.hpp"

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"
#include "pj/study/mapping_key.hpp"
#include "pj/study/network_cost.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

CompressionPricing::CompressionPricing(const Options& options, const MapperOptions& mapper, Console& console)
    : accelerator_(load_accelerator(options.on, accelerator_options(options, console))),
      cache_(cache_folder(options)),
      console_(console) {
  wanted_.mapper = mapper;
  wanted_.cache = &cache_;
  wanted_.threads = static_cast<int>(options.threads);
}

CompressionPricing::~CompressionPricing() {
  warn_of_fault(cache_, console_);
}

Estimate CompressionPricing::estimate(const Network& network) const {
  console_.progress.show("searching mappings");
  return evaluate(network, accelerator_, wanted_);
}

std::string CompressionPricing::depends_on(const Network& network) const {
  const std::vector<LoweredLayer> layers = lower(network);
  return (layers.empty()
              ? accelerator_.name
              : mapping_key(in_formats_of(accelerator_, layers.front().workload), accelerator_, wanted_.mapper)) +
         "\n" + exact(accelerator_.clock.value);
}

LayerEnergies layer_energies(const Options& options, const Network& network, Console& console) {
  const MapperOptions mapper{.objective = Objective::Energy, .interrupt = &console.interrupt};
  return layer_energies(cost_of(CompressionPricing(options, mapper, console).estimate(network)));
}

}  // namespace pj
