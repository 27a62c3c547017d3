#include "pj/study/validation.hpp"

#include <array>

#include "pj/study/chip_tables.hpp"

namespace pj {

namespace {

constexpr const char* introduction = R"(# Validation

What Picojoule computes beside what was measured on chips. `picojoule reproduce --page docs/validation.md` writes
this page anew; the tests hold it to that. The measured values are the claims of `reproduction/`, each with its
source; a claim that the model is known to miss is `compared`, with the reason in its note, and counts as nothing
else ([claims.md](claims.md)). No constant of a machine file was chosen by what these tables say; what a loop nest
or a table takes from the chip is said below it.
)";

/// A part of the page. A new one is a row.
struct Section {
  std::string (*text)(const PageProgress& progress);
};

constexpr std::array sections{
    Section{chip_tables},
};

}  // namespace

std::string validation_page(const PageProgress& progress) {
  std::string page = introduction;
  for (const Section& section : sections) {
    page += "\n" + section.text(progress);
  }
  return page;
}

}  // namespace pj
