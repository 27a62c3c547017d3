#!/usr/bin/env python3
"""Runs the transcripts of tests/cli: run_transcripts.py [--binary FILE] [--update] [TRANSCRIPT…]

Every transcript runs in a folder of its own with copies of the files of tests/cli/files.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import transcript
import tree


def run(path: Path, binary: Path, update: bool) -> tuple[int, list[str]]:
    """The number of cases in a transcript and those that failed."""
    cases = transcript.parse(path.read_text(encoding="utf-8").split("\n"))
    if not cases:
        return 1, [f"{path}: holds no command"]
    with transcript.Session(binary, sorted((tree.ROOT / "tests/cli/files").glob("*"))) as session:
        return len(cases), transcript.check(path, cases, session, update)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=transcript.default_binary())
    parser.add_argument("--update", action="store_true")
    parser.add_argument("transcripts", type=Path, nargs="*")
    options = parser.parse_args()
    paths = options.transcripts or sorted((tree.ROOT / "tests/cli").glob("*.txt"))
    with ThreadPoolExecutor(max_workers=4) as pool:  # some commands wait
        results = list(pool.map(lambda path: run(path, options.binary.resolve(), options.update), paths))
    return tree.report([fault for _, faults in results for fault in faults],
                       sum(count for count, _ in results), "commands")


if __name__ == "__main__":
    sys.exit(main())
