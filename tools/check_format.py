#!/usr/bin/env python3
"""Names the C++ files that are not as clang-format 16 writes them: check_format.py [--fix]"""

import re
import subprocess
import sys

import tree

FORMAT = "clang-format-16"


def not_formatted(sources: list[str]) -> list[str]:
    """Those of the files that the program would change; it says so file by file, with the place."""
    done = subprocess.run([FORMAT, "--dry-run", "-Werror", *sources], capture_output=True, text=True, check=False)
    named = set(re.findall(r"^(.+?):\d+:\d+: error: ", done.stderr, re.MULTILINE))
    if done.returncode != 0 and not named:
        raise RuntimeError(done.stderr)
    return [path for path in sources if path in named]


def main(fix: bool) -> int:
    sources = [str(tree.ROOT / file) for file in tree.files(*tree.CPP)]
    if fix:
        subprocess.run([FORMAT, "-i", *sources], check=True)
    faults = [f"{path}: not as {FORMAT} writes it; tools/check_format.py --fix does" for path in not_formatted(sources)]
    return tree.report(faults, len(sources), "files")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] == ["--fix"]))
