"""The parts of docs/performance.md about whole networks in int8 and bfloat16; compare.py calls them."""

import statistics
import subprocess

HEAD = """
## int8
Each network quantised as `picojoule compress` does it (batch normalisation folded, weights of 8 bits with a scale for each
channel, all tensors between layers in 8 bits; random weights: speed only), one file for all engines. *oneDNN* is its
convolution of bytes in our plan; *ONNX Runtime* runs the QDQ file. The last column is ONNX Runtime in float32 to ours.
Ours is exact, most 3×3 by Winograd ([kernels.md](kernels.md#winograd-of-bytes-exact)).

"""

HALVES = """
## bfloat16
The float32 network with `--numbers bfloat16`. *oneDNN* is its bfloat16 convolution and inner product in our plan; the last column is
ONNX Runtime in float32 to ours. Most of our 3×3 are Winograd's in whole numbers of 16 bits ([kernels.md](kernels.md#winograd-of-bfloat16)).

"""


def file_of(network, kind, arguments):
    """The network as a file, written when it is not there."""
    path = arguments.folder / (f'{network}.onnx' if kind == 'export' else f'{network}.int8.onnx')
    if not path.is_file():
        subprocess.run([arguments.binary, kind, network, str(path)], check=True)
    return path.resolve()


def in_turn(ask, arguments):
    """Milliseconds of each engine in each round."""
    runs = {engine: max(1, round(arguments.round_ms / max(0.1, question(1)))) for engine, question in ask.items()}
    times = {engine: [] for engine in ask}
    for _ in range(arguments.rounds):
        for engine, question in ask.items():
            times[engine].append(question(runs[engine]))
    return times


def ratio(times, engine):
    return statistics.median(a / b for a, b in zip(times[engine], times['ours']))


def table(results, engines, peers):
    """Times of all engines and their ratios to ours; `peers` are those of the same numbers."""
    text = '| network | ' + ' | '.join(f'{engine}, ms' for engine in engines)
    text += ' | ' + ' | '.join(f'{engine} to ours' for engine in engines[1:]) + ' |\n'
    text += '|---' * (2 * len(engines)) + '|\n'
    for network, times in results.items():
        cells = [f'{statistics.median(times[engine]):.2f}' for engine in engines]
        cells += [f'{ratio(times, engine):.2f}×' for engine in engines[1:]]
        text += f'| {network} | ' + ' | '.join(cells) + ' |\n'
    means = [statistics.geometric_mean(ratio(times, engine) for times in results.values()) for engine in engines[1:]]
    text += '| geometric mean |' + ' |' * len(engines) + ' ' + ' | '.join(f'{mean:.2f}×' for mean in means) + ' |\n'
    best = statistics.geometric_mean(min(ratio(times, peer) for peer in peers) for times in results.values())
    better = f'the better of {" and ".join(peers)}' if len(peers) > 1 else peers[0]
    return text + f'\nAgainst {better} on each network: {best:.2f}× in geometric mean.\n'


def int8(networks, process, script, arguments):
    """Ours, oneDNN and ONNX Runtime on the quantised networks, and ONNX Runtime on those in float32."""
    results = {}
    for network in networks:
        quantised = file_of(network, 'quantise', arguments)
        ours = process([arguments.binary, 'serve', str(quantised)])
        theirs = process(['node', script, str(quantised)], arguments.folder)
        reals = process(['node', script, str(file_of(network, 'export', arguments))], arguments.folder)
        results[network] = in_turn({
            'ours': lambda runs: ours.ask(f'ours {runs}'), 'oneDNN': lambda runs: ours.ask(f'oneDNN {runs}'),
            'ONNX Runtime': lambda runs: theirs.ask(str(runs)),
            'ONNX Runtime float32': lambda runs: reals.ask(str(runs))}, arguments)
        for engine in (ours, theirs, reals):
            engine.end()
    engines = ['ours', 'oneDNN', 'ONNX Runtime', 'ONNX Runtime float32']
    return HEAD + table(results, engines, ['oneDNN', 'ONNX Runtime'])


def bfloat16(networks, process, script, arguments):
    """Ours and oneDNN in bfloat16, and ONNX Runtime in float32."""
    results = {}
    for network in networks:
        ours = process([arguments.binary, 'serve', network, 'bfloat16'])
        reals = process(['node', script, str(file_of(network, 'export', arguments))], arguments.folder)
        results[network] = in_turn({
            'ours': lambda runs: ours.ask(f'ours {runs}'), 'oneDNN': lambda runs: ours.ask(f'oneDNN {runs}'),
            'ONNX Runtime float32': lambda runs: reals.ask(str(runs))}, arguments)
        for engine in (ours, reals):
            engine.end()
    return HALVES + table(results, ['ours', 'oneDNN', 'ONNX Runtime float32'], ['oneDNN'])
