#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build: check_tidy.py [BUILD_FOLDER]

What was found in order is remembered in build/tidy by the content of the file, of the project's headers that it
includes, its command and the checks, so only what changed is looked at again. Tests are left out: they are run.
"""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import check_layers
import tree

TIDY = "clang-tidy-16"
# As g++ has it: -Wconversion does not speak of signs, and -Wno-restrict exists.
FLAGS = ["--quiet", "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-sign-conversion"]


def with_headers(file: Path, seen: set[Path]) -> set[Path]:
    """A file and the project's headers that it includes, directly or not."""
    seen.add(file)
    for name in check_layers.INCLUDE.findall((tree.ROOT / file).read_text(encoding="utf-8")):
        if (tree.ROOT / name).is_file() and Path(name) not in seen:
            with_headers(Path(name), seen)
    return seen


def key(file: Path, command: str) -> str:
    """Names all that the verdict on a file depends on, but the system's headers."""
    digest = hashlib.sha256(" ".join([command, *FLAGS]).encode())
    for path in [Path(".clang-tidy"), *sorted(with_headers(file, set()))]:
        digest.update(str(path).encode() + b"\0" + (tree.ROOT / path).read_bytes())
    return digest.hexdigest()


def check(file: Path, command: str, build: Path) -> str:
    """What clang-tidy finds in a file; nothing where it is known to be in order."""
    known = tree.ROOT / "build/tidy" / key(file, command)
    if known.exists():
        return ""
    done = subprocess.run([TIDY, "-p", build, *FLAGS, tree.ROOT / file], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + done.stderr
    known.parent.mkdir(parents=True, exist_ok=True)
    known.touch()
    return ""


def main(build: Path = tree.ROOT / "build/release") -> int:
    wanted = set(tree.files("pj/*.cpp", "cli/*.cpp", "bench/*.cpp"))
    units = []
    for unit in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        file = Path(unit["file"])
        if file.is_relative_to(tree.ROOT) and not file.stem.endswith("_test"):
            units.append((file.relative_to(tree.ROOT), unit["command"]))
    units = [unit for unit in units if unit[0] in wanted]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda unit: check(*unit, build), units))
    return tree.report([fault for fault in found if fault], len(units), "files")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
