#!/usr/bin/env python3
"""Holds README.md and docs/*.md to what the program does: check_docs.py [--binary FILE] [--update] [FILE…]

- In a ```console block every `$ picojoule …` or `$ ./run …` runs and its output must be the lines after it, where a
  line `...` stands for any lines; the folder links to the repository's files. Other commands are not run.
- A ```cpp example block is compiled; where it has a main it runs too, and the next ```text block is its output.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import transcript
import tree


@dataclass
class Block:
    kind: str
    first: int  # the index of its first line
    lines: list[str]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    is_open = False
    for number, line in enumerate(text.split("\n")):
        if line.startswith("```"):
            is_open = not is_open
            if is_open:
                found.append(Block(line[3:].strip(), number + 1, []))
        elif is_open:
            found[-1].lines.append(line)
    return found


def link_command(build: Path, source: Path, program: Path) -> list[str]:
    """The command that links the program `picojoule`, made to compile and link another source instead."""
    shown = subprocess.run(["ninja", "-C", build, "-t", "commands", "cli/picojoule"],
                           capture_output=True, text=True, check=True)
    link = shlex.split(shown.stdout.strip().split("\n")[-1])
    link = [word for word in link if not word.endswith(".o") and word not in (":", "&&")]
    link[link.index("-o") + 1] = str(program)
    flags = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror",
             "-I", str(tree.ROOT), str(source)]
    return [link[0], *flags, *link[1:]]


def example_output(example: Block, build: Path) -> tuple[str, list[str]]:
    """The compiler's complaint, if any, and what the example prints."""
    code = "\n".join(example.lines) + "\n"
    with tempfile.TemporaryDirectory(prefix="pj-example-") as folder:
        source, program = Path(folder) / "example.cpp", Path(folder) / "example"
        source.write_text(code, encoding="utf-8")
        command = link_command(build, source, program)
        has_main = re.search(r"\bmain\(", code)
        if not has_main:
            command = [*command[:command.index(str(source)) + 1], "-fsyntax-only"]
        compiled = subprocess.run(command, cwd=build, capture_output=True, text=True, check=False)
        if compiled.returncode != 0 or not has_main:
            return compiled.stderr, []
        done = subprocess.run([program], cwd=tree.ROOT, capture_output=True, check=False, timeout=transcript.SECONDS)
        complaint = f"the example ended with status {done.returncode}" if done.returncode else ""
        return complaint, transcript.lines_of(done.stdout)


def check_examples(path: Path, build: Path, update: bool) -> tuple[int, list[str]]:
    text = path.read_text(encoding="utf-8")
    page = blocks(text)
    lines = text.split("\n")
    faults = []
    examples = [i for i, block in enumerate(page) if block.kind == "cpp example"]
    for i in reversed(examples):
        where = f"{path}:{page[i].first}"
        complaint, output = example_output(page[i], build)
        shown = page[i + 1] if i + 1 < len(page) and page[i + 1].kind == "text" else None
        if complaint:
            faults.append(f"{where}: {complaint}")
        elif output and shown is None:
            faults.append(f"{where}: the example prints, but no ```text block follows")
        elif shown and not transcript.matches(shown.lines, output):
            if update:
                lines[shown.first:shown.first + len(shown.lines)] = output
            else:
                faults.append(transcript.differences(where, transcript.Case("the example", shown.lines), output))
    if update and lines != text.split("\n"):
        path.write_text("\n".join(lines), encoding="utf-8")
    return len(examples), faults


def check_page(path: Path, binary: Path, update: bool) -> tuple[int, list[str]]:
    """The number of commands and examples on a page and those that failed."""
    page = blocks(path.read_text(encoding="utf-8"))
    cases = [case for block in page if block.kind == "console" for case in transcript.parse(block.lines, block.first)
             if case.command.startswith(("picojoule ", "./run "))]
    for case in cases:
        case.command = re.sub(r"^\./run ", "picojoule ", case.command)
    ignored = {"build", ".git"}
    contents = [tree.ROOT / name for name in os.listdir(tree.ROOT) if name not in ignored]
    with transcript.Session(binary, contents, merged=True) as session:
        faults = transcript.check(path, cases, session, update)
    examples, more = check_examples(path, binary.parent.parent, update)
    return len(cases) + examples, faults + more


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=transcript.default_binary())
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", type=Path, nargs="*")
    options = parser.parse_args()
    pages = options.pages or [tree.ROOT / name for name in tree.files("README.md", "docs/*.md", "examples/*.md")]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda path: check_page(path, options.binary.resolve(), options.update), pages))
    return tree.report([fault for _, faults in results for fault in faults],
                       sum(count for count, _ in results), "commands and examples")


if __name__ == "__main__":
    sys.exit(main())
