// Pareto fronts of energy and cycles: of a layer, or of a network.
import { element, facts, section } from "../dom.js";
import { energy, grouped, percent, time } from "../format.js";
import { front } from "../front.js";
import { machineSection } from "./evaluate.js";

const columnsOf = (machine) => [
  { title: "energy", unit: "J", digits: 5, value: (row) => row.energy_pJ * 1e-12 },
  {
    title: "above the least",
    numeric: true,
    value: (row) => row.above,
    text: (row) => (row.above ? `+${percent(row.above)}` : ""),
  },
  { title: "cycles", unit: "", value: (row) => row.cycles },
  { title: "time", unit: "s", digits: 5, value: (row) => row.cycles / machine.clock_Hz },
];

function withPlaces(points) {
  const least = points[0]?.energy_pJ;
  return points.map((point, index) => ({ ...point, title: `${index + 1}`, above: point.energy_pJ / least - 1 }));
}

function frontOf(points, machine, extra, detail) {
  return front({
    points,
    x: { title: "time", unit: "s", value: (row) => row.cycles / machine.clock_Hz },
    y: { title: "energy", unit: "J", value: (row) => row.energy_pJ * 1e-12 },
    columns: [{ title: "point", unit: "", value: (row) => Number(row.title) }, ...columnsOf(machine), ...extra],
    tooltip: (row) => ({
      point: `point ${row.title}`,
      energy: energy(row.energy_pJ),
      time: time(row.cycles / machine.clock_Hz),
      cycles: grouped(row.cycles),
    }),
    detail,
  });
}

function summary(points, machine) {
  const first = points[0];
  const last = points.at(-1);
  return facts([
    ["Points", grouped(points.length)],
    ["Least energy", energy(first.energy_pJ)],
    ["Least time", time(last.cycles / machine.clock_Hz)],
    [
      "From end to end",
      points.length > 1
        ? `+${percent(last.energy_pJ / first.energy_pJ - 1)} energy, −${percent(1 - last.cycles / first.cycles)} time`
        : null,
    ],
  ]);
}

export function layerFront(results) {
  const points = withPlaces(results.points);
  const extra = [
    { title: "units", unit: "", value: (row) => row.units },
    { title: "proved", value: (row) => (row.proved ? "yes" : "no") },
  ];
  return {
    verb: "map --pareto",
    title: `${results.name} on ${results.accelerator}`,
    subtitle: results.einsum,
    parts: [
      summary(points, results.machine),
      section(
        "Energy against time",
        results.is_stopped ? element("p", { class: "note" }, "The search was stopped: points may be missing.") : null,
        frontOf(points, results.machine, extra, (row) => [
          element("h3", {}, `The loop nest of point ${row.title}`),
          element("pre", {}, row.mapping),
        ]),
      ),
      machineSection(results.machine),
    ],
  };
}

export function networkFront(results) {
  const points = withPlaces(results.points);
  const detail = (row) => [
    element("h3", {}, `The mappings of point ${row.title}`),
    ...results.layers.map((layer, i) =>
      element(
        "details",
        {},
        element(
          "summary",
          {},
          `${layer.name}: ${energy(layer.points[row.choice[i]].energy_pJ)}, ${grouped(layer.points[row.choice[i]].cycles)} cycles`,
        ),
        element("pre", {}, layer.points[row.choice[i]].mapping),
      ),
    ),
  ];
  return {
    verb: "evaluate --pareto",
    title: `${results.network} on ${results.accelerator}`,
    subtitle: results.machine.title,
    parts: [
      summary(points, results.machine),
      section("Energy against time", frontOf(points, results.machine, [], detail)),
      machineSection(results.machine),
    ],
  };
}
