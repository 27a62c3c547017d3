"""The files of the repository, for the checks."""

import fnmatch
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CPP = ("*.hpp", "*.cpp")


def files(*patterns: str, root: Path = ROOT) -> list[Path]:
    """The files whose path from the root matches a pattern, without what git ignores, as paths from the root."""
    listing = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        names = [name for name in listing.stdout.split("\0") if name and (root / name).is_file()]
    else:  # an unpacked archive
        names = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, found in os.walk(root) for name in found]
    return sorted(Path(name) for name in set(names)
                  if not name.startswith("build/") and any(fnmatch.fnmatch(name, pattern) for pattern in patterns))


def report(faults: list[str], checked: int, what: str) -> int:
    """Prints the faults, or how much was found in order; returns the exit status."""
    for fault in faults:
        print(fault)
    print(f"{checked} {what} checked, {len(faults)} faults")
    return 1 if faults else 0
