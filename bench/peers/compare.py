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
import time

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


def ask(arguments, *words):
    """The lines that our program prints, each split at its semicolons."""
    output = subprocess.run([arguments.binary, *words], check=True, capture_output=True, text=True).stdout
    return [line.split(';') for line in output.splitlines()]


def steps(network, arguments):
    """The steps of our plan, the times on one thread and on two, and the peak of multiply-adds."""
    lines = ask(arguments, 'steps', network)
    rows = [(name, way, int(macs), int(parts), float(one), float(two)) for name, way, macs, parts, one, two in lines[:-2]]
    return rows, [float(number) for number in lines[-2]], float(lines[-1][0])


def layers(measured, arguments):
    """Where the time of each network goes, how near the peak its multiply-adds are, and what a second thread does."""
    text = ''
    for network, (rows, _, peak) in measured.items():
        whole = sum(row[4] for row in rows)
        text += (f'\n### {network}\n| layer | algorithm | µs | of all | MACs at the peak would take | parts | on two, µs | one to two |\n'
                 '|---|---|---|---|---|---|---|---|\n')
        for name, way, macs, parts, one, two in sorted(rows, key=lambda row: -row[4])[:arguments.layers]:
            text += (f'| {name} | {way} | {one:.0f} | {100 * one / whole:.1f} % | {2e8 * macs / peak / one:.0f} % | {parts} | {two:.0f} | {one / two:.2f}× |\n')
    return text


def threads(measured):
    """One thread beside two, on the clock."""
    text = ('| network | one thread, ms | two threads, ms | one to two | convolutions | fully connected layers | all else |\n'
            '|---|---|---|---|---|---|---|\n')
    for network, (rows, (faster, alone, together), _) in measured.items():
        kinds = {'convolutions': [], 'connected': [], 'else': []}
        for _, way, macs, _, one, two in rows:
            kinds['connected' if way.startswith('streamed') else 'convolutions' if macs else 'else'].append((one, two))
        cells = [f'{sum(one for one, _ in times) / sum(two for _, two in times):.2f}×' if times else ''
                 for times in kinds.values()]
        text += f'| {network} | {1e3 * alone:.1f} | {1e3 * together:.1f} | {faster:.2f}× | ' + ' | '.join(cells) + ' |\n'
    return text


def choice(arguments):
    """What a plan chooses, beside the fastest of all, for every distinct convolution."""
    lines = ask(arguments, 'choice', *arguments.networks)
    rows = [(shape, chosen, float(its), best, float(least)) for shape, chosen, its, best, least in lines[:-1]]
    over = [its / least for _, _, its, _, least in rows]
    within = sum(ratio <= 1.05 for ratio in over)
    text = (f'Of {len(rows)} distinct layers {within} ({100 * within / len(rows):.0f} %) get an algorithm within 5 % of the fastest of '
            f'all, in geometric mean {100 * (statistics.geometric_mean(over) - 1):.1f} % slower; all of them were chosen in '
            f'{float(lines[-1][1]):.1f} s of processor time. Those that were chosen worst:\n\n'
            '| layer | chosen | µs | fastest | µs |\n|---|---|---|---|---|\n')
    for shape, chosen, its, best, least in sorted(rows, key=lambda row: -row[2] / row[4])[:6]:
        text += f'| {shape} | {chosen} | {its:.0f} | {best} | {least:.0f} |\n'
    return text


def memory(arguments):
    """The most memory of a process that plans and runs a network once, beside 2.5 times its weights and what is planned."""
    text = ('| network | weights, MB | planned, MB | most, MB | code of it, MB | of the bound | without code |\n'
            '|---|---|---|---|---|---|---|\n')
    for network in arguments.networks:
        [[weights, planned, most, code]] = ask(arguments, 'memory', network)
        weights, planned, most, code = (int(number) / 1e6 for number in (weights, planned, most, code))
        bound = 2.5 * weights + planned
        text += (f'| {network} | {weights:.0f} | {planned:.0f} | {most:.0f} | {code:.1f} | {100 * most / bound:.0f} % | '
                 f'{100 * (most - code) / bound:.0f} % |\n')
    return text


def small(arguments):
    """Small trained networks beside ONNX Runtime, in turn; those that one of us cannot run with random float inputs are left out."""
    text = '| model | ours, µs | ONNX Runtime, µs | ONNX Runtime to ours | slowest step |\n|---|---|---|---|---|\n'
    for model in sorted(arguments.models.glob('*/model.onnx')):
        try:
            rows, _, _ = steps(str(model), arguments)
            ours = Process([arguments.binary, 'serve', str(model), 'alone'])
            theirs = Process(['node', str((FOLDER / 'onnxruntime.mjs').resolve()), str(model.resolve())], arguments.folder)
        except (subprocess.CalledProcessError, SystemExit):
            continue
        runs = max(3, round(10 / ours.ask('ours 20')))
        rounds = [(1e3 * ours.ask(f'ours {runs}'), 1e3 * theirs.ask(str(runs))) for _ in range(15)]
        ours.end()
        theirs.end()
        mine, other = (statistics.median(times) for times in zip(*rounds))
        ratio = statistics.median(b / a for a, b in rounds)
        slowest = max(rows, key=lambda row: row[4])
        text += (f'| {model.parent.name} | {mine:.0f} | {other:.0f} | {ratio:.2f}× | {slowest[1]}, '
                 f'{100 * slowest[4] / sum(row[4] for row in rows):.0f} % |\n')
    return text


def first_result(arguments):
    """Milliseconds from the start of a process to the first result of a model of some 5 MB."""
    model = arguments.folder / 'squeezenet11.onnx'
    if not model.is_file():
        subprocess.run([arguments.binary, 'export', 'squeezenet11', str(model)], check=True)
    times = []
    for _ in range(9):
        start = time.perf_counter()
        ask(arguments, 'first', str(model))
        times.append(1e3 * (time.perf_counter() - start))
    return f'squeezenet11 from a file of {model.stat().st_size / 1e6:.1f} MB, planned by the model: {statistics.median(times):.0f} ms.\n'


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
weights; huge pages made that 1.6 times as fast. Winograd's filters, 36 numbers for 9, come from memory at 14×14 and 7×7: there they are
read once for all tiles, and the next ones are fetched while these are multiplied, which took 17 % off ResNet-50's stage 4.
ONNX Runtime loses most of AlexNet and GoogLeNet with response normalisation.
"""

THREADS = """
## Two threads
Time on the clock, the least of 40 rounds in turn, which is what other programs disturbed least: this machine is shared. The last columns are the
sums of the steps of a kind, each the least of 21 runs. Every step is cut into parts, whichever thread is free takes the next ones, and nobody waits
for a thread that has no core. Fully connected layers read their weights once, so that they are as fast as memory: one core reads 28 to 30 GB/s, with any
prefetch distance and any number of streams, two cores between 35 and 52 GB/s from one minute to the next, as others use the machine's memory (AlexNet's fc6
alone: 1.16× to 1.97×).

"""

CHOICE = """
## What is chosen
`bench_peers choice` lets a plan choose, by the model first and then by measuring what is left, and measures all algorithms at length.
"""

MEMORY = """
## Memory
The most that a process had which made up weights, planned by the model, and ran once; the bound is 2.5 times the weights and what was
planned of activations and workspace. *Code* is pages of the program and of its libraries, oneDNN's most of all, which all processes share and
which are in memory as soon as they are run.

"""

SMALL = """
## Small networks
Trained models, one thread, processor time, medians of 15 rounds in turn, and the median of the rounds' ratios.

"""

FIRST = """
## Start
From the start of the process to the first result, on the clock: """

NOTES = """
## Layer by layer
The slowest steps of each network. *MACs at the peak would take* is how much of the time on one thread they would need at the peak of multiply-adds
in registers, measured beside them: above 100 % where an algorithm needs fewer multiplications than there are MACs, far below where a layer waits
for memory.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--folder', type=pathlib.Path, default=pathlib.Path('build/peers'))
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--round-ms', type=float, default=100.0, help='of one engine in one round')
    parser.add_argument('--layers', type=int, default=8, help='of each network that are listed')
    parser.add_argument('--models', type=pathlib.Path, default=FOLDER.parents[2] / 'shared' / 'models', help='with trained models')
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
    measured = {network: steps(network, arguments) for network in results}
    text = HEAD.format(rounds=arguments.rounds, version=version, machine=machine) + table(results) + BOUNDS
    text += ''.join(part(arguments.networks, Process, str((FOLDER / 'onnxruntime.mjs').resolve()), arguments)
                    for part in (formats.int8, formats.bfloat16))
    text += THREADS + threads(measured) + CHOICE + choice(arguments) + MEMORY + memory(arguments) + SMALL + small(arguments)
    text += FIRST + first_result(arguments) + NOTES + layers(measured, arguments)
    if arguments.output:
        arguments.output.write_text(text, encoding='utf-8')
    else:
        print(text)


if __name__ == '__main__':
    main()
