"""Commands with the output that they must have: reads, runs, compares and rewrites them.

A line `$ command` starts a case; the lines after it are its standard output, and at the end `! line` its standard
error and `[exit 1]` its status where that is not 0. A line `...` stands for any lines, none included.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import tree

ANY = "..."
SECONDS = 120


@dataclass
class Case:
    command: str
    expected: list[str] = field(default_factory=list)
    first: int = 0  # where the expected lines begin among the lines of the file, for rewriting
    after: int = 0  # the line behind them


def parse(lines: list[str], offset: int = 0) -> list[Case]:
    """The cases in some lines; lines before the first and comments (`# `) after a blank line belong to none."""
    cases: list[Case] = []
    in_comment = True
    for number, line in enumerate(lines, offset):
        if line.startswith("$ "):
            cases.append(Case(line[2:], [], number + 1, number + 1))
            in_comment = False
        elif line.startswith("# ") and (not cases or not lines[number - offset - 1]):
            in_comment = True
        elif not in_comment:
            cases[-1].expected.append(line)
    for case in cases:
        while case.expected and not case.expected[-1]:  # blank lines between cases are the file's, not the output's
            case.expected.pop()
        case.after = case.first + len(case.expected)
    return cases


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether the lines are as expected, where a line `...` stands for any lines."""
    if not expected:
        return not actual
    if expected[0] == ANY:
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def lines_of(output: bytes) -> list[str]:
    text = output.decode("utf-8", errors="backslashreplace")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
        while lines and lines[-1] == "":
            lines.pop()
    return lines


class Session:
    """A folder of its own in which commands run, with `picojoule` on the path."""

    def __init__(self, binary: Path, contents: list[Path], merged: bool = False):
        """`contents` come into the folder: files as copies, which commands may change, folders as links; `merged`: standard
        error goes among the output, unmarked."""
        self.folder = tempfile.TemporaryDirectory(prefix="pj-transcript-")
        for path in contents:
            place = Path(self.folder.name) / path.name
            if path.is_dir():
                os.symlink(path, place)
            else:
                shutil.copy(path, place)
        self.merged = merged
        self.environment = {"PATH": f"{binary.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                            "HOME": self.folder.name, "XDG_CACHE_HOME": f"{self.folder.name}/.cache"}

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()

    def run(self, command: str) -> list[str]:
        """What a transcript says of this command."""
        try:
            done = subprocess.run(
                ["bash", "-c", command], cwd=self.folder.name, env=self.environment, timeout=SECONDS, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if self.merged else subprocess.PIPE)
        except subprocess.TimeoutExpired:
            return [f"[no end after {SECONDS} s]"]
        lines = lines_of(done.stdout) + [f"! {line}".rstrip() for line in lines_of(done.stderr or b"")]
        if done.returncode != 0 and not (self.merged and done.returncode == 1):
            lines.append(f"[exit {done.returncode}]")
        return lines


def differences(where: str, case: Case, actual: list[str]) -> str:
    shown = "\n".join([f"  expected: {line}" for line in case.expected] + [f"  came:     {line}" for line in actual])
    return f"{where}: $ {case.command}\n{shown}"


def check(path: Path, cases: list[Case], session: Session, update: bool) -> list[str]:
    """Runs the cases of a file; returns the faults, or rewrites the file where `update` is asked for."""
    faults = []
    changes: list[tuple[Case, list[str]]] = []
    for case in cases:
        actual = session.run(case.command)
        if not matches(case.expected, actual):
            faults.append(differences(f"{path}:{case.first}", case, actual))
            changes.append((case, actual))
    if update and changes:
        lines = path.read_text(encoding="utf-8").split("\n")
        for case, actual in reversed(changes):
            lines[case.first:case.after] = actual
        path.write_text("\n".join(lines), encoding="utf-8")
        print(f"rewrote {path}: {len(changes)} of {len(cases)} outputs")
        return []
    return faults


def default_binary() -> Path:
    return tree.ROOT / "build/release/cli/picojoule"
