#pragma once

#include "cli/compression_data.hpp"
#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "pj/compression/compress.hpp"

namespace pj {

/// `compress --max-drop`: searches, shows what was found, and writes the best network.
void run_compression_search(const Options& options, const Network& original, const CompressionRules& rules,
                            const CompressionSets& sets, const CompressionData& data, Console& console);

/// Writes the network to `out`, in the words of `--dialect`; nowhere where it is empty.
void write_compressed(const Options& options, const Network& network, const std::string& out);

}  // namespace pj
