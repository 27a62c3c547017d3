#!/usr/bin/env python3
"""Compares our engine with others on whole networks, in turn in one run: one thread, batch 1, processor time.

compare.py --binary BUILD/bench/bench_peers [--rounds N] [--output docs/performance.md] [NETWORK…]

Engines: ours; oneDNN's convolutions and inner products in our plan, the rest ours; ONNX Runtime from npm, which this
script installs into --folder when it is not there. The engines take turns within a round, so that what disturbs the
machine for a while disturbs all; what counts are the medians of the rounds' ratios.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys

import formats

NETWORKS = ['alexnet', 'vgg16', 'resnet50', 'googlenet', 'mobilenet_v1', 'squeezenet11']
ENGINES = ['ours', 'oneDNN', 'ONNX Runtime']
FOLDER = pathlib.Path(__file__).parent


class Process:
    """A program that answers each line with one."""

    def __init__(self, command, folder=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
        self.first = self.line()

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            sys.exit(f'{self.process.args} ended early')
        return text.strip()

    def ask(self, question):
        self.process.stdin.write(question + '\n')
        self.process.stdin.flush()
        return float(self.line())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def install(folder):
    """ONNX Runtime without its installation script, which would fetch libraries for graphics processors."""
    if not (folder / 'node_modules' / 'onnxruntime-node').is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(['npm', 'install', '--ignore-scripts', '--prefix', str(folder), 'onnxruntime-node'], check=True,
                       stdout=subprocess.DEVNULL)


def measure(network, arguments):
    """Milliseconds of each engine in each round, and what the engines say of themselves."""
    model = arguments.folder / f'{network}.onnx'
    if not model.is_file():
        subprocess.run([arguments.binary, 'export', network, str(model)], check=True)
    ours = Process([arguments.binary, 'serve', network])
    theirs = Process(['node', str((FOLDER / 'onnxruntime.mjs').resolve()), str(model.resolve())], arguments.folder)
    ask = {'ours': lambda runs: ours.ask(f'ours {runs}'), 'oneDNN': lambda runs: ours.ask(f'oneDNN {runs}'),
           'ONNX Runtime': lambda runs: theirs.ask(str(runs))}
    runs = {engine: max(1, round(arguments.round_ms / max(0.1, ask[engine](1)))) for engine in ENGINES}
    times = {engine: [] for engine in ENGINES}
    for _ in range(arguments.rounds):
        for engine in ENGINES:
            times[engine].append(ask[engine](runs[engine]))
    ours.end()
    theirs.end()
    return times, ours.first.split()[1], theirs.first.split()[1]


def ratio(times, engine):
    """The median of the rounds' ratios of an engine to ours."""
    return statistics.median(a / b for a, b in zip(times[engine], times['ours']))


def table(results):
    rows = ['| network | ours, ms | oneDNN, ms | ONNX Runtime, ms | oneDNN to ours | ONNX Runtime to ours | planned in, s |',
            '|---|---|---|---|---|---|---|']
    for network, (times, planned, _) in results.items():
        cells = [f'{statistics.median(times[engine]):.1f}' for engine in ENGINES]
        cells += [f'{ratio(times, engine):.2f}×' for engine in ENGINES[1:]]
        rows.append(f'| {network} | ' + ' | '.join(cells) + f' | {float(planned) / 1e3:.2f} |')
    means = [statistics.geometric_mean(ratio(times, engine) for times, _, _ in results.values())
             for engine in ENGINES[1:]]
    best = statistics.geometric_mean(min(ratio(times, engine) for engine in ENGINES[1:])
                                     for times, _, _ in results.values())
    rows.append(f'| geometric mean | | | | {means[0]:.2f}× | {means[1]:.2f}× | |')
    return '\n'.join(rows) + f'\n\nAgainst the better of both on each network: {best:.2f}× in geometric mean.\n'


def steps(network, arguments):
    """The steps of our plan: (name, algorithm, microseconds, MACs)."""
    output = subprocess.run([arguments.binary, 'steps', network], check=True, capture_output=True, text=True).stdout
    rows = [line.split(';') for line in output.splitlines()]
    return [(name, algorithm, float(time), int(macs)) for _, name, algorithm, time, macs in rows[:-1]], rows[-1]


def roofline(results, arguments):
    """Where the time of each network goes, and how near the peak its multiply-adds are."""
    text = ''
    for network in results:
        rows, (_, _, _, _, peak) = steps(network, arguments)
        whole = sum(time for _, _, time, _ in rows)
        text += f'\n### {network}\n| layer | algorithm | µs | of all | MACs at the peak would take |\n|---|---|---|---|---|\n'
        for name, algorithm, time, macs in sorted(rows, key=lambda row: -row[2])[:arguments.layers]:
            least = 2e6 * macs / float(peak)
            text += f'| {name} | {algorithm} | {time:.0f} | {100 * time / whole:.1f} % | {100 * least / time:.0f} % |\n'
    return text


def threads(results, arguments):
    """One thread beside two, on the clock."""
    text = '| network | one thread, ms | two threads, ms | one to two |\n|---|---|---|---|\n'
    for network in results:
        output = subprocess.run([arguments.binary, 'threads', network], check=True, capture_output=True, text=True).stdout
        faster, alone, together = (float(number) for number in output.split(';'))
        text += f'| {network} | {1e3 * alone:.1f} | {1e3 * together:.1f} | {faster:.2f}× |\n'
    return text


HEAD = """# Whole networks beside other engines

Written by `bench/peers/compare.py`: one thread, batch 1, processor time, random weights; the engines take turns within each of
{rounds} rounds, and what counts is the median of the rounds' ratios. *oneDNN* is the faster of its direct and its Winograd convolution
for each layer and its inner product, with bias, residual and activation fused, in our plan: what stands between them is
ours. *ONNX Runtime* is {version} from npm with all graph optimisations.

{machine}

"""

BOUNDS = """
## What bounds it
1×1 convolutions, nearly all of MobileNet and half of ResNet-50, are at some 90 % of the peak of multiply-adds in every engine: exact
float32 can hardly be faster. Fully connected layers of one image (AlexNet, VGG-16) are as fast as memory gives their
weights; huge pages made that 1.6 times as fast. Winograd's products at 14×14 and 7×7 wait for transformed weights, 36 numbers for 9.
ONNX Runtime loses most of AlexNet and GoogLeNet with response normalisation.
"""

THREADS = """
## Two threads
Time on the clock, medians of 15 rounds in turn; it needs two cores that nothing else uses.
Every step is cut into parts that threads share, with a wait behind each; steps of one part, conversions and the plain
executor's stay with one thread. That is far from twice as fast, and not yet explained layer by layer.

"""

NOTES = """
## Layer by layer
The slowest steps of each network. The last column is how much of the time the MACs would take at the peak of multiply-adds in
registers, measured beside them: above 100 % where an algorithm needs fewer multiplications than there are MACs, far below where a layer waits for memory.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--folder', type=pathlib.Path, default=pathlib.Path('build/peers'))
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--round-ms', type=float, default=100.0, help='of one engine in one round')
    parser.add_argument('--layers', type=int, default=8, help='of each network that are listed')
    parser.add_argument('--output', type=pathlib.Path)
    parser.add_argument('networks', nargs='*', default=NETWORKS)
    arguments = parser.parse_args()
    install(arguments.folder)
    results = {}
    for network in arguments.networks:
        results[network] = measure(network, arguments)
        print(network, {engine: round(statistics.median(t), 2) for engine, t in results[network][0].items()},
              file=sys.stderr)
    version = next(iter(results.values()))[2]
    machine = subprocess.run([arguments.binary, 'machine'], check=True, capture_output=True, text=True).stdout.strip()
    text = HEAD.format(rounds=arguments.rounds, version=version, machine=machine) + table(results) + BOUNDS
    text += ''.join(part(arguments.networks, Process, str((FOLDER / 'onnxruntime.mjs').resolve()), arguments)
                    for part in (formats.int8, formats.bfloat16))
    text += THREADS + threads(results, arguments) + NOTES + roofline(results, arguments)
    if arguments.output:
        arguments.output.write_text(text, encoding='utf-8')
    else:
        print(text)


if __name__ == '__main__':
    main()
