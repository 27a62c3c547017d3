#include "cli/verbs.hpp"

#include <array>

namespace pj {

std::span<const Verb> verbs() {
  static const std::array rows{
      Verb{"networks", "", "list the networks of the zoo", {"--json", "--csv"}, run_networks},
      Verb{"show",
           "NETWORK",
           "show the layers of a network: shapes, weights, MACs",
           {"--json", "--csv", "--batch", "--input-shape"},
           run_show},
      Verb{"reproduce",
           "[ID…]",
           "compute what publications claim, and compare: all rows, or those named",
           {"--theme", "--json", "--csv"},
           run_reproduce},
  };
  return rows;
}

}  // namespace pj
