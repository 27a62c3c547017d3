#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "pj/study/metrics.hpp"

namespace pj {

/// A few lines: throughput, efficiency, machine and network, below what must be known of them: technology, precision,
/// and that they are modelled. Where the machine does not disclose these, only a line that says so.
std::string metrics_text(const Metrics& metrics, const Accelerator& accelerator);

/// `65 nm, 16 bit, modelled`. Throws `InputError` where the machine does not disclose it.
std::string disclosure(const Accelerator& accelerator);

/// `threads 100 %, lanes 87.5 %`: what share of each fanout's copies gets work.
std::string in_use_text(const Metrics& metrics, const Accelerator& accelerator);

/// Every metric by its key; null where it is not known.
nlohmann::ordered_json metrics_json(const Metrics& metrics);

}  // namespace pj
