// One mapped layer.
import { chart } from "../chart.js";
import { element, facts, section } from "../dom.js";
import { energySection } from "../energy.js";
import { energy, grouped, percent, prefixOf, scaled, significant, time } from "../format.js";
import { named, stageVariable, timeOf } from "../model.js";
import { nest, wordsColumns, wordsRows } from "../nest.js";
import { rooflineSection } from "../roofline.js";
import { table } from "../table.js";
import { machineSection, proof } from "./evaluate.js";

/** The time that each part would need alone: the longest sets the time. */
function cyclesSection(layer, machine) {
  const { bound, waiting } = timeOf(layer, machine);
  const rows = [
    ...layer.stages.filter((stage) => stage.kind === "level").map(({ name, cycles }) => ({ name, cycles })),
    { name: machine.compute, cycles: layer.compute_cycles },
  ].map((row) => ({ ...row, seconds: row.cycles / machine.clock_Hz }));
  const [factor, prefix] = prefixOf(Math.max(...rows.map((row) => row.seconds)));
  const spec = () => ({
    data: { values: rows.map((row) => ({ ...row, value: row.seconds / factor, text: time(row.seconds) })) },
    mark: "bar",
    height: { step: 26 },
    encoding: {
      y: {
        field: "name",
        type: "nominal",
        sort: null,
        title: null,
        axis: { domain: false, ticks: false, labelPadding: 8 },
      },
      x: {
        field: "value",
        type: "quantitative",
        axis: { title: `time (${prefix}s)`, domain: false, ticks: false, tickCount: 5 },
      },
      color: {
        field: "name",
        type: "nominal",
        legend: null,
        scale: {
          domain: rows.map((row) => row.name),
          range: rows.map((row) =>
            getComputedStyle(document.documentElement).getPropertyValue(stageVariable(machine, row.name)).trim(),
          ),
        },
      },
      tooltip: [{ field: "name" }, { field: "text", title: "needs" }],
    },
  });
  return section(
    "Where the time goes",
    element(
      "p",
      {},
      `The longest sets the time: ${bound}.${waiting > 0 ? ` ${time(waiting)} come on top, in which the arithmetic waits for transfers.` : ""}`,
    ),
    chart({
      caption: "Time that each part needs by itself",
      label: "Time that each level and the compute units need by themselves",
      spec,
      data: {
        columns: [
          { title: "part", value: (row) => row.name },
          { title: "cycles", unit: "", value: (row) => row.cycles },
          { title: "time", unit: "s", value: (row) => row.seconds },
        ],
        rows,
      },
    }),
  );
}

function explanationSection({ constraints, capacities, runner_up: second }, machine) {
  const cycles = { title: "cycles", unit: "", value: (row) => row.cycles };
  const perCent = (title, value) => ({
    title,
    numeric: true,
    value,
    text: (row) => (value(row) === null || value(row) === undefined ? "–" : percent(value(row))),
  });
  return section(
    "Why this one",
    constraints?.length
      ? table({
          caption: "What each constraint of the machine costs: what would be saved without it",
          rows: constraints,
          columns: [
            { title: "without", value: (row) => row.what },
            perCent("saves", (row) => row.share),
            { title: "energy", unit: "J", value: (row) => row.energy_pJ * 1e-12 },
            cycles,
          ],
        })
      : null,
    capacities?.length
      ? table({
          caption: "What more capacity would save",
          rows: capacities,
          columns: [
            { title: "level", value: (row) => (row.tensor ? `${row.level}, ${row.tensor}` : row.level) },
            perCent("a quarter more saves", (row) => row.quarter_more?.share),
            perCent("twice saves", (row) => row.twice?.share),
          ],
        })
      : null,
    second
      ? [
          element("h3", {}, "The runner-up"),
          element(
            "p",
            {},
            `${percent(second.share)} above the best: ${energy(second.energy_pJ)}, ${time(second.cycles / machine.clock_Hz)}. It differs in ${second.what}.`,
          ),
          element("pre", {}, second.mapping),
        ]
      : element("p", {}, "The machine leaves no other choice of what each level keeps."),
  );
}

export function map(results) {
  const { machine } = results;
  const [layer] = named([results]);
  const { candidates, complete, cut_by_bound: byBound, cut_by_capacity: byCapacity } = results.certificate;
  return {
    verb: "map",
    title: `${results.name} on ${results.accelerator}`,
    subtitle: results.einsum,
    parts: [
      facts([
        ["Time", time(results.cycles / machine.clock_Hz)],
        ["Multiply-accumulates", grouped(results.macs)],
        ["Energy for each", results.macs ? scaled((results.energy_pJ * 1e-12) / results.macs, "J") : null],
        ["Units in use", percent(results.utilisation)],
        ["Mapping", proof(results.certificate)],
        ["Mapspace", results.mapspace ? `${significant(results.mapspace)} mappings` : null],
      ]),
      energySection([layer], machine, { perLayer: false }),
      section(
        "The loop nest",
        element(
          "p",
          { class: "note" },
          "From the outermost level inwards. The wider an arrow, the more words move (logarithmic).",
        ),
        nest(layer, machine),
        table({ caption: "Words held, read and written", columns: wordsColumns(), rows: wordsRows(layer) }),
        element(
          "details",
          { class: "behind" },
          element("summary", {}, "As text, which --mapping reads"),
          element("pre", {}, results.mapping),
        ),
      ),
      cyclesSection(layer, machine),
      rooflineSection(results.roofline, machine.stages[0].name, (name) => stageVariable(machine, name)),
      results.explanation ? explanationSection(results.explanation, machine) : null,
      section(
        "The search",
        facts([
          ["Objective", results.objective],
          ["Partial mappings priced", grouped(candidates)],
          ["Cut by a bound", grouped(byBound)],
          ["Cut by a capacity", grouped(byCapacity)],
          ["Complete ones compared", grouped(complete)],
        ]),
      ),
      machineSection(machine),
    ],
  };
}
