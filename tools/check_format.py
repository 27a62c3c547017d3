#!/usr/bin/env python3
"""Names the C++ files that are not as clang-format 16 writes them: check_format.py [--fix]"""

import subprocess
import sys

import tree

FORMAT = "clang-format-16"


def is_formatted(path: str) -> bool:
    return subprocess.run([FORMAT, "--dry-run", "-Werror", path], stderr=subprocess.DEVNULL, check=False).returncode == 0


def main(fix: bool) -> int:
    sources = [str(tree.ROOT / file) for file in tree.files(*tree.CPP)]
    if fix:
        subprocess.run([FORMAT, "-i", *sources], check=True)
    faults = [f"{path}: not as {FORMAT} writes it; tools/check_format.py --fix does" for path in sources
              if not is_formatted(path)]
    return tree.report(faults, len(sources), "files")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] == ["--fix"]))
