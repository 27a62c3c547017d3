#pragma once

#include "pj/base/interrupt.hpp"

namespace pj {

/// The program's one interrupt: the first SIGINT (Ctrl-C) or SIGTERM requests a stop, the second one ends the
/// program at once.
const Interrupt& interrupt_on_signals();

}  // namespace pj
