#include "cli/fault.hpp"

#include <doctest/doctest.h>

#include <new>
#include <sstream>

#include "pj/base/error.hpp"
#include "pj/base/interrupt.hpp"

namespace pj {

namespace {

struct Said {
  int status;
  std::string text;
};

Said said(const std::exception_ptr& fault) {
  std::ostringstream out;
  const int status = report_fault(fault, out);
  return {status, out.str()};
}

}  // namespace

TEST_CASE("wrong input is said in one line with status 1") {
  const Said input = said(std::make_exception_ptr(InputError({"a.yaml", 3, 7}, "unknown key 'x'")));
  CHECK(input.status == 1);
  CHECK(input.text == "picojoule: a.yaml:3:7: unknown key 'x'\n");
}

TEST_CASE("our own bug says so, what to send, and has status 70") {
  for (const auto& fault : {std::make_exception_ptr(std::logic_error("tiles fit")), std::make_exception_ptr(3)}) {
    const Said bug = said(fault);
    CHECK(bug.status == 70);
    CHECK(bug.text.starts_with("picojoule: this is a bug in picojoule "));
    CHECK(bug.text.find("please send this line, the command and its input files") != std::string::npos);
  }
  CHECK(said(std::make_exception_ptr(std::logic_error("tiles fit"))).text.find("(tiles fit)") != std::string::npos);
}

TEST_CASE("want of memory is no bug") {
  CHECK(said(std::make_exception_ptr(std::bad_alloc())).status == 1);
}

TEST_CASE("an interrupted run has the status that shells expect") {
  const Said stopped = said(std::make_exception_ptr(Interrupted()));
  CHECK(stopped.status == 130);
  CHECK(stopped.text == "picojoule: interrupted\n");
  CHECK(said(std::make_exception_ptr(Interrupted("interrupted in time"))).text == "picojoule: interrupted in time\n");
}

}  // namespace pj
