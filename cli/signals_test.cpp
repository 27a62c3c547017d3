#include "cli/signals.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace pj {

TEST_CASE("the first Ctrl-C asks for a stop and the second one would end the program") {
  const Interrupt& interrupt = interrupt_on_signals();
  CHECK_FALSE(interrupt.requested());
  REQUIRE(std::raise(SIGINT) == 0);
  CHECK(interrupt.requested());
  struct sigaction now {};
  sigaction(SIGINT, nullptr, &now);
  const bool ends_the_program = now.sa_handler == SIG_DFL;
  CHECK(ends_the_program);
}

}  // namespace pj
