#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build: check_tidy.py [BUILD_FOLDER]

A unit of the build is a source or, in a unity build, a file that joins some. What was found in order is remembered in
build/tidy by the content of the sources, of the project's headers that they include, the command and the checks, so
only what changed is looked at again. Tests are left out: they are run.
"""

import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import check_layers
import tree

TIDY = "clang-tidy-16"
# As g++ has it: -Wconversion does not speak of signs, and -Wno-restrict and its own pragmas exist.
FLAGS = ["--quiet", "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-sign-conversion",
         "--extra-arg=-Wno-unknown-pragmas"]


def with_headers(file: Path, seen: set[Path]) -> set[Path]:
    """A file and the project's headers that it includes, directly or not."""
    seen.add(file)
    for name in check_layers.INCLUDE.findall((tree.ROOT / file).read_text(encoding="utf-8")):
        if (tree.ROOT / name).is_file() and Path(name) not in seen:
            with_headers(Path(name), seen)
    return seen


def sources(unit: Path) -> list[Path]:
    """The project's sources that a unit compiles, from the root: itself, or those that it joins."""
    joined = re.findall(r'^#include "(/.*)"$', unit.read_text(encoding="utf-8"), re.MULTILINE) or [str(unit)]
    return [Path(file).relative_to(tree.ROOT) for file in joined if Path(file).is_relative_to(tree.ROOT)]


def key(files: list[Path], command: str) -> str:
    """Names all that the verdict on the sources of a unit depends on, but the system's headers."""
    digest = hashlib.sha256(" ".join([command, *FLAGS]).encode())
    seen: set[Path] = set()
    for file in files:
        with_headers(file, seen)
    for path in [Path(".clang-tidy"), *sorted(seen)]:
        digest.update(str(path).encode() + b"\0" + (tree.ROOT / path).read_bytes())
    return digest.hexdigest()


def check(unit: Path, files: list[Path], command: str, build: Path) -> str:
    """What clang-tidy finds in a unit; nothing where it is known to be in order."""
    known = tree.ROOT / "build/tidy" / key(files, command)
    if known.exists():
        return ""
    done = subprocess.run([TIDY, "-p", build, *FLAGS, f"--config-file={tree.ROOT / '.clang-tidy'}", unit],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + done.stderr
    known.parent.mkdir(parents=True, exist_ok=True)
    known.touch()
    return ""


def main(build: Path = tree.ROOT / "build/release") -> int:
    wanted = set(tree.files("pj/*.cpp", "cli/*.cpp", "bench/*.cpp"))
    units = []
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        files = sources(Path(entry["file"]))
        if wanted.intersection(files) and not any(file.stem.endswith("_test") for file in files):
            units.append((Path(entry["file"]), files, entry["command"]))
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda unit: check(*unit, build), units))
    return tree.report([fault for fault in found if fault], sum(len(files) for _, files, _ in units), "files")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
