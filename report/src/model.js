// What the views need to know of a mapped layer: sums over the JSON's numbers, none of them new.
import { seriesVariable } from "./theme.js";

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** The energy of a stage: of all tensors at a level, of the network at a fanout. */
export function stageEnergy(stage) {
  return stage.kind === "fanout"
    ? stage.energy_pJ
    : sum(Object.values(stage.tensors).map((tensor) => tensor.energy_pJ));
}

/** Energy by stage, outermost first, and by compute unit: [{ name, energy }]. */
function byLevel(layer, machine) {
  return [
    ...layer.stages.map((stage) => ({ name: stage.name, energy: stageEnergy(stage) })),
    { name: machine.compute, energy: layer.compute_pJ, isCompute: true },
  ];
}

/** Energy by tensor over all levels; the networks between levels are a part of their own. */
function byTensor(layer, machine) {
  const levels = layer.stages.filter((stage) => stage.kind === "level");
  const tensors = Object.keys(levels[0].tensors).map((name) => ({
    name,
    energy: sum(levels.map((level) => level.tensors[name].energy_pJ)),
  }));
  const networks = layer.stages.filter((stage) => stage.kind === "fanout");
  return [
    ...tensors,
    ...(networks.length ? [{ name: "networks", energy: sum(networks.map((stage) => stage.energy_pJ)) }] : []),
    { name: machine.compute, energy: layer.compute_pJ, isCompute: true },
  ];
}

export const splits = { level: byLevel, tensor: byTensor };

/**
 * The energy of layers in parts: their names in order with the CSS variable of their colour, and for each layer its
 * energies in that order. Parts that nowhere take energy are left out.
 */
export function energyParts(layers, machine, split) {
  const all = layers.map((layer) => splits[split](layer, machine));
  const named = new Map();
  for (const part of all.flat()) {
    const known = named.get(part.name) ?? { name: part.name, isCompute: part.isCompute ?? false, energy: 0 };
    known.energy += part.energy;
    named.set(part.name, known);
  }
  const colour = new Map([...named.values()].filter((part) => !part.isCompute).map((part, i) => [part.name, i]));
  const parts = [...named.values()]
    .filter((part) => part.energy > 0)
    .map((part) => ({ ...part, variable: seriesVariable(colour.get(part.name) ?? 0, part.isCompute) }));
  const rows = layers.map((layer, i) => ({
    layer,
    energies: parts.map((part) => all[i].find(({ name }) => name === part.name)?.energy ?? 0),
  }));
  return { parts, rows, total: sum(parts.map((part) => part.energy)) };
}

/** What sets the time of a layer: the stage that needs the most cycles, or the compute units. */
export function timeOf(layer, machine) {
  const candidates = [
    { name: machine.compute, cycles: layer.compute_cycles },
    ...layer.stages.filter((stage) => stage.kind === "level").map(({ name, cycles }) => ({ name, cycles })),
  ];
  const slowest = candidates.reduce((most, each) => (each.cycles > most.cycles ? each : most));
  return {
    bound: slowest.name,
    busy: slowest.cycles / machine.clock_Hz,
    // What the arithmetic waits for comes on top of the slowest part.
    waiting: Math.max(0, layer.cycles - slowest.cycles) / machine.clock_Hz,
    all: layer.cycles / machine.clock_Hz,
  };
}

/** The colour of a stage or of the compute units, the same on the whole page. */
export function stageVariable(machine, name) {
  if (name === machine.compute) return seriesVariable(0, true);
  return seriesVariable(machine.stages.findIndex((stage) => stage.name === name));
}

/** Bits a cycle of all instances of a level, both directions; null: without limit. */
export function bandwidth(level) {
  const one =
    level.bits_per_cycle ??
    (level.read_bits_per_cycle && level.write_bits_per_cycle
      ? level.read_bits_per_cycle + level.write_bits_per_cycle
      : null);
  return one === null ? null : one * level.instances;
}

/** Several layers may have one name; a place in the network tells them apart. */
export function named(layers) {
  return layers.map((layer, index) => ({ ...layer, index, title: layer.name }));
}
