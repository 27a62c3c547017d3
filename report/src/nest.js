// The loop nest as nested boxes: what each level keeps and which loops it runs, with the traffic on the arrows between.
import { element } from "./dom.js";
import { bytes, count, energy, grouped } from "./format.js";
import { stageEnergy, stageVariable } from "./model.js";

/** The arrow of one tensor between a level and what is inside it; its width grows with the words that move. */
function arrow(words, most, isUp) {
  const width = 1 + 5 * (words > 1 ? Math.log(words) / Math.log(Math.max(most, 2)) : 0);
  const tip = width + 4;
  const [from, to] = isUp ? [30, tip * 1.4] : [0, 30 - tip * 1.4];
  const point = isUp
    ? `${12},0 ${12 - tip},${tip * 1.4} ${12 + tip},${tip * 1.4}`
    : `${12},30 ${12 - tip},${30 - tip * 1.4} ${12 + tip},${30 - tip * 1.4}`;
  return element(
    "svg",
    { viewBox: "0 0 24 30", width: 24, height: 30, "aria-hidden": "true", class: "arrow" },
    element("line", { x1: 12, x2: 12, y1: from, y2: to, "stroke-width": width }),
    element("polygon", { points: point }),
  );
}

/** The words of one tensor that pass the border inside a level, in each direction. */
function moved(tensor) {
  return [
    { words: tensor.served, isUp: false },
    { words: tensor.updated, isUp: true },
  ].filter(({ words }) => words > 0);
}

/** The lanes between a level and the next box: a tensor each, with its arrows where the level keeps it. */
function lanes(stage, most) {
  return element(
    "ul",
    { class: "lanes" },
    Object.entries(stage.tensors)
      .filter(([, tensor]) => tensor.kept)
      .map(([name, tensor]) =>
        element(
          "li",
          {},
          element("span", { class: "lane" }, name),
          moved(tensor).map(({ words, isUp }) =>
            element(
              "span",
              { class: "flow", title: `${grouped(words)} words` },
              arrow(words, most, isUp),
              element(
                "span",
                {},
                element("span", { class: "unseen" }, isUp ? "outwards " : "inwards "),
                count(words),
                " words",
              ),
            ),
          ),
        ),
      ),
  );
}

const loop = ({ index, factor }) =>
  element("span", { class: "loop" }, element("b", {}, index), ` in ${grouped(factor)}`);

/** The loops of a level, or those of a fanout by axis. */
function loops(stage) {
  if (stage.loops.length === 0) return null;
  if (stage.kind === "level")
    return element("p", { class: "loops" }, stage.loops.map((each) => ["for ", loop(each), " "]).flat());
  const axes = [...new Set(stage.loops.map((each) => each.axis))];
  return element(
    "p",
    { class: "loops" },
    axes.map((axis) =>
      element(
        "span",
        {},
        `${axis}: `,
        stage.loops
          .filter((each) => each.axis === axis)
          .map(loop)
          .flatMap((each, i) => (i ? [" × ", each] : [each])),
      ),
    ),
  );
}

/** What a level holds, and of how much. */
function held(stage, machine) {
  const kept = Object.entries(stage.tensors).filter(([, tensor]) => tensor.kept);
  const size = machine.partition_bits ? "partitions" : bytes(machine.capacity_bits);
  return element(
    "p",
    { class: "held" },
    "keeps ",
    kept.flatMap(([name, tensor], i) => [
      i ? ", " : "",
      element("span", {}, `${count(tensor.words)} words of ${name}`),
    ]),
    ` (${size}${machine.instances > 1 ? ` × ${grouped(machine.instances)}` : ""})`,
  );
}

function box(stage, machine, index, parts, inner) {
  const of = machine.stages[index];
  return element(
    "div",
    {
      class: `box ${stage.kind}`,
      style: `--colour: var(${stageVariable(machine, stage.name)})`,
      role: "group",
      "aria-label": stage.name,
    },
    element(
      "div",
      { class: "name" },
      element("strong", {}, stage.name),
      element("span", {}, energy(stageEnergy(stage))),
    ),
    stage.kind === "level"
      ? held(stage, of)
      : element(
          "p",
          { class: "held" },
          `${grouped(of.copies)} copies: `,
          of.axes.map((axis) => `${grouped(axis.size)} ${axis.name}`).join(" × "),
        ),
    loops(stage),
    parts,
    inner,
  );
}

function fanoutLanes(stage, most) {
  return element(
    "ul",
    { class: "lanes" },
    Object.entries(stage.hops)
      .filter(([, words]) => words > 0)
      .map(([name, words]) =>
        element(
          "li",
          {},
          element("span", { class: "lane" }, name),
          element(
            "span",
            { class: "flow", title: `${grouped(words)} words` },
            arrow(words, most, false),
            `${count(words)} hops`,
          ),
        ),
      ),
  );
}

/** The drawing for a mapped layer of the JSON. */
export function nest(layer, machine) {
  const words = layer.stages.flatMap((stage) =>
    stage.kind === "fanout"
      ? Object.values(stage.hops)
      : Object.values(stage.tensors).flatMap((tensor) => [tensor.served, tensor.updated]),
  );
  const most = Math.max(...words);
  const units = element(
    "div",
    { class: "box compute", style: "--colour: var(--compute)" },
    element(
      "div",
      { class: "name" },
      element("strong", {}, machine.compute),
      element("span", {}, energy(layer.compute_pJ)),
    ),
    element("p", { class: "held" }, `${grouped(layer.units)} of ${grouped(machine.units)} units get work`),
    element("p", { class: "loops" }, `${grouped(layer.macs)} multiply-accumulates`),
  );
  const drawn = layer.stages.reduceRight(
    (inner, stage, index) =>
      box(stage, machine, index, stage.kind === "fanout" ? fanoutLanes(stage, most) : lanes(stage, most), inner),
    units,
  );
  return element("div", { class: "nest" }, drawn);
}

/** The numbers of the drawing. */
export function wordsColumns() {
  return [
    { title: "level", value: (row) => row.level },
    { title: "tensor", value: (row) => row.tensor },
    { title: "words held", unit: "", value: (row) => row.words },
    { title: "reads", unit: "", value: (row) => row.served + row.drained },
    { title: "writes", unit: "", value: (row) => row.filled + row.updated },
    { title: "energy", unit: "J", value: (row) => row.energy_pJ * 1e-12 },
  ];
}

export function wordsRows(layer) {
  return layer.stages
    .filter((stage) => stage.kind === "level")
    .flatMap((stage) =>
      Object.entries(stage.tensors)
        .filter(([, tensor]) => tensor.kept)
        .map(([name, tensor]) => ({ level: stage.name, tensor: name, ...tensor })),
    );
}
