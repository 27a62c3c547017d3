#include "pj/study/validation.hpp"

#include <array>

#include "pj/study/chip_tables.hpp"
#include "pj/study/dataflow_tables.hpp"

namespace pj {

namespace {

constexpr const char* introduction = R"(# Validation

What Picojoule computes beside what was measured on chips, and beside a published comparison of dataflows.
`picojoule reproduce --page docs/validation.md` writes this page anew, and with `--theme L` or `--theme G` one half of
it; the tests hold the first half to that. The measured values are the claims of `reproduction/`, each with its source; a
claim that the model is known to miss is `compared`, with the reason in its note, and counts as nothing else
([claims.md](claims.md)). No constant of a machine file was chosen by what these tables say; what a loop nest or a
table takes from the chip is said below it.
)";

/// A part of the page. A new one is a row.
struct Section {
  const char* theme;
  std::string (*text)(const PageOptions& options);
};

constexpr std::array sections{
    Section{"L", chip_tables},
    Section{"G", dataflow_tables},
};

}  // namespace

std::string validation_page(const PageOptions& options) {
  std::string page = introduction;
  for (const Section& section : sections) {
    if (std::string(section.theme).starts_with(options.theme)) {
      page += "\n" + section.text(options);
    }
  }
  if (page == introduction) {
    throw InputError("the page has no section of theme '" + options.theme + "'; L has the chips, G the dataflows");
  }
  return page;
}

}  // namespace pj
