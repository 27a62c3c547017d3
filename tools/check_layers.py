#!/usr/bin/env python3
"""Holds every file to the layers that CMakeLists.txt declares with pj_module(NAME DEPENDS …).

A module may include itself and the modules that it names after DEPENDS, with those that they name in turn (as
they link). It may name only modules declared before it, so there are no cycles. Its tests (`*_test.cpp`, `test_*.hpp`)
may also include tests/support, and what that includes counts as theirs. cli/, bench/, examples/ and python/ may include every
module; nothing includes them back. Heavy headers stay out of headers (style rule 6).
"""

import re
import sys
from pathlib import Path

import tree

HEAVY = ("CLI/", "nlohmann/", "yaml-cpp/", "onnx/", "google/protobuf/", "pybind11/")
LIGHT = ("nlohmann/json_fwd.hpp",)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
KEYWORDS = ("DEPENDS", "PUBLIC", "PRIVATE", "TESTS")


def declared_modules(cmake: str) -> tuple[dict[str, set[str]], list[str]]:
    """Each module with itself and all that it may include, and the faults of the declarations."""
    reach: dict[str, set[str]] = {}
    faults = []
    for call in re.findall(r"^pj_module\(([^)]*)\)", cmake, re.MULTILINE):
        name, *words = call.split()
        keyword, reach[name] = "", {name}
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "DEPENDS" and (word not in reach or word == name):
                faults.append(f"CMakeLists.txt: module {name} depends on {word}, which is not declared above it")
            elif keyword == "DEPENDS":
                reach[name] |= reach[word]
    return reach, faults


def includes(root: Path, file: Path, seen: set[Path] | None = None) -> set[str]:
    """What a file includes, with what the test support that it includes includes."""
    seen = seen if seen is not None else set()
    seen.add(file)
    found = set(INCLUDE.findall((root / file).read_text(encoding="utf-8")))
    for name in list(found):
        if name.startswith("tests/") and Path(name) not in seen and (root / name).is_file():
            found |= includes(root, Path(name), seen)
    return found


def is_test(file: Path) -> bool:
    """`einsum_test.cpp`, or `test_cases.hpp`, what tests beside it share."""
    return file.stem.endswith("_test") or file.stem.startswith("test_")


def faults_of(file: Path, included: set[str], reach: dict[str, set[str]]) -> list[str]:
    """What a file includes against the rules."""
    top = file.parts[0]
    module = file.parts[1] if top == "pj" else None
    may_reach = reach.get(module, set()) if module else set(reach)
    faults = []
    for name in sorted(included):
        parts = name.split("/")
        if parts[0] == "pj" and parts[1] not in may_reach:
            declared = "does not name it after DEPENDS" if module in reach else "is no module of CMakeLists.txt"
            faults.append(f"{file}: includes {name}, but {module or top} {declared}")
        elif parts[0] in ("cli", "bench", "examples", "python") and parts[0] != top:
            faults.append(f"{file}: includes {name}; nothing includes {parts[0]}/")
        elif parts[0] == "tests" and top != "tests" and not is_test(file):
            faults.append(f"{file}: includes {name}; only tests include tests/")
        elif file.suffix == ".hpp" and name.startswith(HEAVY) and name not in LIGHT:
            faults.append(f"{file}: a header includes the heavy {name}; keep it behind one .cpp")
    return faults


def main(root: Path = tree.ROOT) -> int:
    reach, faults = declared_modules((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    sources = tree.files(*tree.CPP, root=root)
    for file in sources:
        faults += faults_of(file, includes(root, file), reach)
    return tree.report(faults, len(sources), "files")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
