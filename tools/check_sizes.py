#!/usr/bin/env python3
"""Holds files to 400 lines and functions to 40, counted from the opening to the closing brace (style rule 2)."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import tree

MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 40

# Comments, raw strings, strings, characters (not the ' of 1'000) and preprocessor lines, in that order.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|\bR"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:[^\n\\]|\\.)*", re.DOTALL | re.MULTILINE)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$|\boperator\s*$|(^|[^=!<>])=\s*$")
NAME = re.compile(r"([\w:~]+)\s*\(")


def code_only(text: str) -> str:
    """The text with its comments and strings blanked; the lines stay where they are."""
    return NO_CODE.sub(lambda match: "\n" * match.group().count("\n") or '""', text)


def cpp_functions(text: str) -> Iterator[tuple[str, int, int]]:
    """The name, first line and number of lines of every function that is not inside another one."""
    inside = [""]  # the open braces: a function's name, or nothing for namespaces, classes and lists
    start, head, line, last = 0, "", 1, ""
    for sign in code_only(text):
        line += sign == "\n"
        if sign == "{":
            name = "" if inside[-1] else function_name(head, last)
            start = line if name else start
            inside.append(name or inside[-1])
        elif sign == "}" and len(inside) > 1:
            last = inside.pop()
            if last and not inside[-1]:
                yield last, start, line - start + 1
        head, last = ("", last if sign == "}" else "") if sign in "{};" else (head + sign, last)


def function_name(head: str, last: str) -> str:
    """The function that a brace opens, after what stands before it; nothing where it opens something else."""
    if last and head.strip()[:1] in ("", ","):  # the body behind a list of initializers: A() : x_{1}, y_{2} {
        return last
    if ")" not in head or CONTAINER.search(without_template(head)):
        return ""
    name = NAME.search(head)
    return name.group(1) if name else "a function"


def without_template(head: str) -> str:
    """A declaration without its `template <…>`, whose `class` declares no class."""
    head = head.strip()
    if not head.startswith("template"):
        return head
    depth = 0
    for i, sign in enumerate(head):
        depth += (sign == "<") - (sign == ">")
        if sign == ">" and depth == 0:
            return without_template(head[i + 1:])
    return head


def python_functions(text: str) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def faults_of(file: Path, text: str) -> list[str]:
    lines = text.count("\n")
    faults = [f"{file}: {lines} lines; split it at {MOST_FILE_LINES}"] if lines > MOST_FILE_LINES else []
    functions = {".py": python_functions, ".hpp": cpp_functions, ".cpp": cpp_functions}.get(file.suffix)
    for name, line, length in functions(text) if functions else ():
        if length > MOST_FUNCTION_LINES:
            faults.append(f"{file}:{line}: {name} has {length} lines; the limit is {MOST_FUNCTION_LINES}")
    return faults


def main(root: Path = tree.ROOT) -> int:
    sources = tree.files(*tree.CPP, "*.py", "*.sh", "run", "test", "*CMakeLists.txt", "*.cmake", root=root)
    faults = [fault for file in sources for fault in faults_of(file, (root / file).read_text(encoding="utf-8"))]
    return tree.report(faults, len(sources), "files")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
