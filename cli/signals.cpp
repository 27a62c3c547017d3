#include "cli/signals.hpp"

#include <csignal>

namespace pj {

namespace {

Interrupt interrupt;  // global, for a signal handler can be told of it in no other way

void request_stop(int) {
  interrupt.request();
}

}  // namespace

const Interrupt& interrupt_on_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);  // the second signal finds the default action
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return interrupt;
}

}  // namespace pj
