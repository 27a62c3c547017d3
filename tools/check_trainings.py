#!/usr/bin/env python3
"""Holds a network that several processes train to the one that a single process trains: check_trainings.py [--binary FILE]

Under mpirun, where the processes share the batches, with a server or without, or the layers (skipped where Open MPI is
missing).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import transcript
import tree

# Rounding in another order moves the losses of a few epochs by far less than this.
TOLERANCE = 1e-4
SECONDS = 100
OPTIONS = ["--data", "xor.csv", "--test", "xor.csv", "--epochs", "20", "--batch", "4", "--rate", "0.05", "--initializer",
           "xavier", "--warm-up", "5", "--threads", "1"]
WAYS = {
    "2 processes that share batches": (2, []),
    "3 processes that share batches": (3, []),
    "2 processes with a server": (2, ["--server"]),
    "2 processes that share layers": (2, ["--model-parallel"]),
    "3 processes that share layers": (3, ["--model-parallel"]),
}


class Trainings:
    """A folder with a network and data, and the losses of one process."""

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary, folder
        for name in ("mlp.yaml", "xor.csv"):
            shutil.copy(tree.ROOT / "docs/training" / name, folder)
        self.alone = self.losses("alone", ())

    def losses(self, name: str, before: tuple[str, ...], extra: tuple[str, ...] = ()) -> list[float]:
        """The losses of the test after each epoch; the network that is written must give the last one, too."""
        command = [*before, str(self.binary), "train", "mlp.yaml", *OPTIONS, *extra, "--json", f"{name}.json", "--out",
                   f"{name}.onnx"]
        subprocess.run(command, cwd=self.folder, check=True, timeout=SECONDS, capture_output=True)
        found = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return [epoch["test_loss"] for epoch in found["epochs"]]


def mpirun(processes: int) -> tuple[str, ...]:
    root = ("--allow-run-as-root",) if os.geteuid() == 0 else ()
    return ("mpirun", *root, "--oversubscribe", "-n", str(processes))


def check(trainings: Trainings, way: str) -> list[str]:
    processes, extra = WAYS[way]
    losses = trainings.losses(f"crew{processes}{''.join(extra)}", mpirun(processes), tuple(extra))
    worst = max(abs(ours - alone) for ours, alone in zip(losses, trainings.alone, strict=True))
    return [f"{way}: a loss is {worst:.2g} away from that of one process"] if worst > TOLERANCE else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=transcript.default_binary())
    binary = parser.parse_args().binary.resolve()
    if shutil.which("mpirun") is None or not (binary.parent / "libpicojoule_mpi.so").exists():
        print("SKIPPED: trainings on several processes (no Open MPI here)")
        return 0
    with tempfile.TemporaryDirectory(prefix="pj-trainings-") as folder:
        trainings = Trainings(binary, Path(folder))
        faults = [fault for way in WAYS for fault in check(trainings, way)]
    return tree.report(faults, len(WAYS), "trainings")


if __name__ == "__main__":
    sys.exit(main())
