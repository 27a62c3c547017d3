#!/usr/bin/env python3
"""Runs every check and test and counts them: test_all.py [STAGE…]  (without names: all stages, in order)"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import tree

TOOLS = Path(__file__).resolve().parent
RELEASE, DEV = tree.ROOT / "build/release", tree.ROOT / "build/dev"
TEST_SECONDS = 600
# Modules whose tests search, train or run networks for long: built and run in release, all others under sanitizers.
LONG = {"mapper", "study", "inference", "training", "compression"}


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def output_of(command: list[object], **settings: object) -> tuple[int, str]:
    """The exit status of a command and all that it prints."""
    try:
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=TEST_SECONDS, check=False, **settings)
    except subprocess.TimeoutExpired:
        return 124, f"no end after {TEST_SECONDS} s"
    return done.returncode, done.stdout.decode("utf-8", errors="replace")


def modules_with_tests() -> set[str]:
    return {file.parent.name for file in tree.files("pj/*_test.cpp", "cli/*_test.cpp")}


def long_modules() -> list[str]:
    return sorted(modules_with_tests() & LONG)


def other_modules() -> list[str]:
    return sorted(modules_with_tests() - LONG)


def build(preset: str, modules: list[str]) -> Count:
    """Builds the program and the tests of the modules in a preset, showing its progress; one check."""
    targets = ["picojoule", *(f"pj_{module}_test" for module in modules)]
    status = subprocess.run([TOOLS / "build.sh", preset, "ON", *targets], check=False).returncode
    return Count(failed=1) if status else Count(passed=1)


def skipped(reason: str) -> Count:
    print(f"SKIPPED: {reason}")
    return Count(skipped=1)


def check(command: list[object], needs: str = "python3") -> Count:
    """One check: a command that prints what is wrong and fails; skipped where the program it needs is missing."""
    if shutil.which(needs) is None:
        return skipped(f"{needs} is not installed")
    status, output = output_of(command)
    if status:
        print(output.rstrip())
    return Count(failed=1) if status else Count(passed=1)


def checks_of_commands(script: str, build_folder: Path) -> Count:
    """A script that runs commands and says `N commands … checked, M faults`."""
    status, output = output_of([TOOLS / script, "--binary", build_folder / "cli/picojoule"])
    counts = re.search(r"^(\d+) .*checked, (\d+) faults$", output, re.MULTILINE)
    print("".join(f"{line}\n" for line in output.split("\n") if status or line.startswith("SKIPPED:")), end="")
    if counts is None or (status and counts.group(2) == "0"):
        return Count(failed=1)
    skipped = len(re.findall(r"^SKIPPED:", output, re.MULTILINE))
    return Count(int(counts.group(1)) - int(counts.group(2)), int(counts.group(2)), skipped)


def tests_of_tools() -> Count:
    status, output = output_of([sys.executable, "-m", "unittest", "discover", "-s", TOOLS, "-p", "*_test.py"])
    if status:
        print(output.rstrip())
    ran = re.search(r"^Ran (\d+) test", output, re.MULTILINE)
    bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
    return Count(int(ran.group(1)) - bad, bad) if ran and (bad or not status) else Count(failed=1)


def count_doctest(status: int, output: str) -> Count:
    """The test cases of one doctest program; a case that printed `SKIPPED: reason` did not pass."""
    summary = re.search(r"test cases: +\d+ \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped", output)
    if summary is None:  # it crashed
        return Count(failed=1)
    passed, failed, skipped = map(int, summary.groups())
    left_out = len(re.findall(r"^SKIPPED:", output, re.MULTILINE))
    failed = max(failed, 1) if status else failed
    return Count(passed - left_out, failed, skipped + left_out)


def doctests(build_folder: Path, modules: list[str]) -> Count:
    """The test programs of the modules, as many at a time as there are cores."""
    _, listing = output_of(["ctest", "--test-dir", build_folder, "--show-only=json-v1"])
    tests = [test for test in json.loads(listing)["tests"] if test["name"] in modules]
    tests.reverse()  # the outer modules have the longest tests: they start first
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda test: output_of(test["command"]), tests))
    total = Count(failed=len(modules) - len(tests))
    for test, (status, output) in zip(tests, results):
        if status:
            print(f"{test['name']} ended with status {status}:\n{output.rstrip()}")
        else:
            print("".join(f"{line}\n" for line in output.split("\n") if line.startswith("SKIPPED:")), end="")
        total += count_doctest(status, output)
    return total


def page_tests() -> Count:
    """The tests of the page; those that open it are left out where there is no browser."""
    tests = tree.ROOT / "report/test"
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    left_out = Count() if browser else skipped("chromium is not installed: no page was opened")
    files = [file for file in sorted(tests.glob("*.test.js")) if browser or not file.name.startswith("pages")]
    settings = {"PICOJOULE": str(RELEASE / "cli/picojoule"), "CHROMIUM": browser or ""}
    status, output = output_of(["node", "--test", "--test-reporter=tap", *files], env=os.environ | settings)
    if status:
        print(output.rstrip())
    counts = {name: int(number) for name, number in re.findall(r"^# (pass|fail|cancelled) (\d+)$", output, re.MULTILINE)}
    failed = max(counts.get("fail", 0) + counts.get("cancelled", 0), 1 if status or not counts else 0)
    return left_out + Count(counts.get("pass", 0), failed)


def pages() -> Count:
    """The page of results: its libraries installed, its sources checked, its tests run."""
    if shutil.which("npm") is None:
        return skipped("npm is not installed: the page was not tested")
    folder = tree.ROOT / "report"
    if not (folder / "node_modules/playwright-core").is_dir():
        status, output = output_of(["npm", "ci", "--ignore-scripts"], cwd=folder)
        if status:
            print(output.rstrip())
            return Count(failed=1)
    return check(["npm", "run", "--prefix", folder, "lint"], needs="npm") + page_tests()


def as_one(count: Count) -> Count:
    """Cases that were counted in another build already: one check, or the number that failed."""
    return Count(failed=count.failed) if count.failed else Count(passed=1)


def scripts() -> list[object]:
    return [tree.ROOT / file for file in tree.files("run", "test", ".ci/run", "tools/*.sh", "tools/update_golden")]


STAGES: dict[str, Callable[[], Count]] = {
    "format": lambda: check([TOOLS / "check_format.py"], needs="clang-format-16"),
    "layers": lambda: check([TOOLS / "check_layers.py"]),
    "sizes": lambda: check([TOOLS / "check_sizes.py"]),
    "merges": lambda: check(["bash", "-c", "! git -C \"$0\" grep -nE '^(<<<<<<<|>>>>>>>) '", tree.ROOT]),
    "scripts": lambda: check(["shellcheck", *scripts()], needs="shellcheck"),
    "tools": tests_of_tools,
    "build": lambda: build("release", long_modules()),
    "tests": lambda: doctests(RELEASE, long_modules()),
    "transcripts": lambda: checks_of_commands("run_transcripts.py", RELEASE),
    "docs": lambda: checks_of_commands("check_docs.py", RELEASE),
    "sweeps": lambda: checks_of_commands("check_sweeps.py", RELEASE),
    "trainings": lambda: checks_of_commands("check_trainings.py", RELEASE),
    "pages": pages,
    "tidy": lambda: check([TOOLS / "check_tidy.py", RELEASE], needs="clang-tidy-16"),
    "dev-build": lambda: build("dev", other_modules()),
    "dev-tests": lambda: doctests(DEV, other_modules()),
    "dev-transcripts": lambda: as_one(checks_of_commands("run_transcripts.py", DEV)),
}


def processor_seconds() -> float:
    """CPU time of all commands so far: on a machine that others use too, time on the clock says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(STAGES))
    names = parser.parse_args().stages or list(STAGES)
    if unknown := set(names) - set(STAGES):
        parser.error(f"unknown stage {', '.join(sorted(unknown))}; known: {', '.join(STAGES)}")
    total = Count()
    for name in names:
        start, used = time.monotonic(), processor_seconds()
        count = STAGES[name]()
        total += count
        print(f"{name:16}{count}  ({time.monotonic() - start:.1f} s, {processor_seconds() - used:.1f} s of CPU)", flush=True)
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
