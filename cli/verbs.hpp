#pragma once

#include <ostream>
#include <span>
#include <vector>

#include "cli/options.hpp"
#include "pj/base/interrupt.hpp"
#include "pj/base/progress.hpp"

namespace pj {

/// Where a verb writes, and what it polls while it works.
struct Console {
  std::ostream& out;
  std::ostream& warnings;
  Progress& progress;
  const Interrupt& interrupt;
};

/// One row of the table of verbs.
struct Verb {
  const char* name;
  const char* operand;  ///< what it works on, `NETWORK`; empty: nothing; `[ID…]`: any number; `NETWORK…`: at least one
  const char* summary;
  std::vector<const char*> options;
  void (*run)(const Options&, Console&);
};

/// All verbs, in the order of the help.
std::span<const Verb> verbs();

void run_networks(const Options& options, Console& console);
void run_show(const Options& options, Console& console);
void run_accelerators(const Options& options, Console& console);
void run_evaluate(const Options& options, Console& console);
void run_map(const Options& options, Console& console);
void run_run(const Options& options, Console& console);
void run_compress(const Options& options, Console& console);
void run_train(const Options& options, Console& console);
void run_conformance(const Options& options, Console& console);
void run_dataflows(const Options& options, Console& console);
void run_compare(const Options& options, Console& console);
void run_roofline(const Options& options, Console& console);
void run_sweep(const Options& options, Console& console);
void run_formats(const Options& options, Console& console);
void run_bench(const Options& options, Console& console);
void run_reproduce(const Options& options, Console& console);
void run_page(const Options& options, Console& console);

}  // namespace pj
