#include "cli/verbs.hpp"

#include <array>

namespace pj {

namespace {

const std::array all_verbs{
    Verb{"networks", "", "list the networks of the zoo", {"--json", "--csv"}, run_networks},
    Verb{"accelerators", "", "list the accelerators", {}, run_accelerators},
    Verb{"show",
         "NETWORK|ACCELERATOR",
         "show the layers of a network, or the hierarchy of an accelerator",
         {"--json", "--csv", "--report", "--batch", "--input-shape", "--set", "--ert", "--technology"},
         run_show},
    Verb{"evaluate",
         "NETWORK",
         "energy, time and traffic of a network on an accelerator, layer by layer",
         {"--on", "--set", "--ert", "--technology", "--weights", "--activations", "--objective", "--pareto",
          "--perfect-factors", "--time-limit", "--no-cache", "--json", "--csv", "--report", "--threads", "--batch",
          "--densities", "--input-shape"},
         run_evaluate},
    Verb{"map",
         "NETWORK:LAYER|WORKLOAD",
         "the best loop nest for a layer or a workload file, with its traffic and the proof",
         {"--on",        "--set",     "--ert",       "--technology",       "--weights",    "--activations",
          "--objective", "--explain", "--pareto",    "--perfect-factors",  "--time-limit", "--no-cache",
          "--mapping",   "--verify",  "--timeloop",  "--timeloop-version", "--json",       "--csv",
          "--report",    "--batch",   "--densities", "--input-shape"},
         run_map},
    Verb{"run",
         "NETWORK",
         "run a network on this processor: its outputs for an input, or its accuracy on a data set",
         {"--input",   "--output", "--state",   "--labels",   "--resize",   "--squares", "--crop",    "--channels",
          "--range",   "--mean",   "--std",     "--accuracy", "--samples",  "--records", "--observe", "--input-shape",
          "--threads", "--plan",   "--explain", "--numbers",  "--no-cache", "--json"},
         run_run},
    Verb{"conformance",
         "FOLDER",
         "run the cases of an ONNX test suite and count, operator by operator, which pass",
         {"--page"},
         run_conformance},
    Verb{"dataflows",
         "NETWORK",
         "the dataflows of ISCA 2016 on machines of equal area: the bars of its figures",
         {"--elements", "--batch", "--unrestricted", "--within", "--no-cache", "--time-limit", "--json", "--csv",
          "--report", "--threads"},
         run_dataflows},
    Verb{"compare",
         "NETWORK…",
         "networks on several accelerators side by side, and which of them keeps to the limits of a scenario",
         {"--on", "--scenario", "--sort", "--set", "--ert", "--technology", "--weights", "--activations", "--objective",
          "--perfect-factors", "--time-limit", "--no-cache", "--json", "--csv", "--report", "--threads", "--batch",
          "--densities", "--input-shape"},
         run_compare},
    Verb{"roofline",
         "NETWORK…",
         "what each layer could reach on an accelerator, and what it does",
         {"--on", "--set", "--ert", "--technology", "--weights", "--activations", "--objective", "--perfect-factors",
          "--time-limit", "--no-cache", "--json", "--csv", "--report", "--threads", "--batch", "--densities",
          "--input-shape"},
         run_roofline},
    Verb{"sweep",
         "STUDY",
         "a design-space study: every combination of networks, machines and parameters, and the best of them",
         {"--results", "--points-limit", "--threads", "--csv", "--report", "--json"},
         run_sweep},
    Verb{"formats",
         "",
         "bits of a number in every storage format by density, and the densities up to which each saves",
         {"--bits", "--json", "--csv"},
         run_formats},
    Verb{"bench",
         "NETWORK",
         "measure every algorithm for each different convolution and fully connected layer on this processor",
         {"--numbers", "--layers", "--batch", "--time-limit", "--input-shape", "--json", "--csv"},
         run_bench},
    Verb{"reproduce",
         "[ID…]",
         "compute what publications claim, and compare: all rows, or those named",
         {"--theme", "--page", "--no-cache", "--json", "--csv", "--report"},
         run_reproduce},
    Verb{"page", "RESULTS.json", "the page that --report writes, of results that --json kept", {"--report"}, run_page},
};

}  // namespace

std::span<const Verb> verbs() {
  return all_verbs;
}

}  // namespace pj
