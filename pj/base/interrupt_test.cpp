#include "pj/base/interrupt.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("work goes on until a stop is asked for") {
  Interrupt interrupt;
  CHECK_NOTHROW(interrupt.check());
  interrupt.request();
  CHECK(interrupt.requested());
  CHECK_THROWS_AS(interrupt.check(), Interrupted);
}

}  // namespace pj
