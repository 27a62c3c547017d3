#!/usr/bin/env python3
"""Holds a study's results to be the same bytes however it ran: check_sweeps.py [--binary FILE]

Killed at random moments and resumed, and under mpirun with several processes (skipped where Open MPI is missing).
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import transcript
import tree

STUDY = """name: killed
networks: lenet5_caffe
machines: machine.yaml
parameters:
  buffer.capacity: {powers_of_two: [1 KiB, 8 KiB]}
  array.columns: {from: 1, to: 4, step: 1}
  clock: [100 MHz, 200 MHz]
objectives: [energy, latency]
"""
KILLS = 4
SECONDS = 100


class Sweeps:
    """A folder with a study, and the results of one run without a break."""

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary, folder
        shutil.copy(tree.ROOT / "examples/2_sweep_a_buffer/machine.yaml", folder)
        (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
        start = time.monotonic()
        self.run("whole")
        self.seconds = time.monotonic() - start
        self.whole = (folder / "whole").read_bytes()

    def command(self, results: str) -> list[str]:
        return [str(self.binary), "sweep", "study.yaml", "--results", results]

    def run(self, results: str, before: tuple[str, ...] = ()) -> None:
        subprocess.run([*before, *self.command(results)], cwd=self.folder, check=True, timeout=SECONDS,
                       capture_output=True)

    def is_whole(self, results: str) -> bool:
        return (self.folder / results).read_bytes() == self.whole

    def kill(self, results: str, rng: random.Random, before: tuple[str, ...] = ()) -> int:
        """Starts a run, kills it and all its processes after a while, and returns the lines that it left."""
        process = subprocess.Popen([*before, *self.command(results)], cwd=self.folder, start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.0, self.seconds))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        path = self.folder / results
        return path.read_bytes().count(b"\n") if path.exists() else 0


def killed_and_resumed(sweeps: Sweeps) -> list[str]:
    seed = 1
    rng = random.Random(seed)
    faults, lines = [], 0
    for _ in range(KILLS):
        left = sweeps.kill("killed", rng)
        if left < lines:
            faults.append(f"a killed run left {left} lines where {lines} had been there (seed {seed})")
        lines = left
    sweeps.run("killed")
    return faults + ([] if sweeps.is_whole("killed") else [f"the results of a run that was killed differ (seed {seed})"])


def mpirun(processes: int) -> tuple[str, ...]:
    root = ("--allow-run-as-root",) if os.geteuid() == 0 else ()
    return ("mpirun", *root, "--oversubscribe", "-n", str(processes))


def on_processes(sweeps: Sweeps, processes: int) -> list[str]:
    name = f"crew{processes}"
    sweeps.run(name, mpirun(processes))
    return [] if sweeps.is_whole(name) else [f"the results of {processes} processes differ from those of one"]


def cut_and_on_processes(sweeps: Sweeps) -> list[str]:
    """Half of the results are there, and a crew computes the rest."""
    (sweeps.folder / "cut").write_bytes(sweeps.whole[:len(sweeps.whole) // 2])
    sweeps.run("cut", mpirun(2))
    return [] if sweeps.is_whole("cut") else ["results that a crew completed differ"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=transcript.default_binary())
    binary = parser.parse_args().binary.resolve()
    checks = [killed_and_resumed]
    if shutil.which("mpirun") is None or not (binary.parent / "libpicojoule_mpi.so").exists():
        print("SKIPPED: studies on several processes (no Open MPI here)")
    else:
        checks += [lambda s: on_processes(s, 2), lambda s: on_processes(s, 3), cut_and_on_processes]
    with tempfile.TemporaryDirectory(prefix="pj-sweeps-") as folder:
        sweeps = Sweeps(binary, Path(folder))
        faults = [fault for check in checks for fault in check(sweeps)]
    return tree.report(faults, len(checks), "sweeps")


if __name__ == "__main__":
    sys.exit(main())
