// Points of two costs: a chart in which an area can be selected, and the table of the points in it.
import { chart } from "./chart.js";
import { element, freshId } from "./dom.js";
import { greatest } from "./encoding.js";
import { counted, grouped, prefixOf } from "./format.js";
import { table } from "./table.js";

const axisOf = (field, { title, unit }, prefix) => ({
  field,
  type: "quantitative",
  scale: { zero: false },
  axis: { title: `${title} (${prefix}${unit})`, format: ",~r", tickCount: 6 },
});

/** The factor and the prefix of an axis; percentages have none. */
const scaleOf = (points, axis) => (axis.isPlain ? [1, ""] : prefixOf(greatest(points.map(axis.value))));

class Front {
  constructor({ points, x, y, tooltip, isBest, lines = [] }) {
    Object.assign(this, { points, x, y, lines, brush: null, most: { x: Infinity, y: Infinity } });
    [this.xFactor, this.xPrefix] = scaleOf(points, x);
    [this.yFactor, this.yPrefix] = scaleOf(points, y);
    this.rows = points.map((row, index) => ({
      index,
      x: x.value(row) / this.xFactor,
      y: y.value(row) / this.yFactor,
      ...(y.error && {
        low: (y.value(row) - y.error(row)) / this.yFactor,
        high: (y.value(row) + y.error(row)) / this.yFactor,
      }),
      kind: isBest(row) ? "front" : "dominated",
      ...tooltip(row),
    }));
    this.fields = Object.keys(tooltip(points[0]));
  }

  /** Is the point within the brush and below both limits? */
  selects(row, index) {
    const isBeyond = (field) =>
      Number.isFinite(this.most[field]) &&
      (this[field].isMore ? this[field].value(row) < this.most[field] : this[field].value(row) > this.most[field]);
    if (isBeyond("x") || isBeyond("y")) return false;
    const within = (field) => {
      const [low, high] = this.brush?.[field] ?? [-Infinity, Infinity];
      return this.rows[index][field] >= low && this.rows[index][field] <= high;
    };
    return within("x") && within("y");
  }

  selected() {
    return this.points.filter((row, index) => this.selects(row, index));
  }

  spec(theme) {
    const x = axisOf("x", this.x, this.xPrefix);
    const y = axisOf("y", this.y, this.yPrefix);
    const best = this.rows.filter((row) => row.kind === "front");
    return {
      marks: this.rows.length,
      height: 340,
      layer: [
        {
          data: { values: best },
          mark: { type: "line", interpolate: "step-after", color: theme.rule, strokeWidth: 1.5 },
          encoding: { x, y, order: { field: "x" } },
        },
        ...this.lineLayers(theme, y),
        ...(this.y.error ? [this.errorLayer(theme, { x, y })] : []),
        this.pointLayer(theme, { x, y }, best.length < this.rows.length),
      ],
    };
  }

  /** Named values of the axis that goes up, as a budget. */
  lineLayers(theme, y) {
    const data = { values: this.lines.map((line) => ({ ...line, y: line.y / this.yFactor })) };
    const at = { y: { ...y, field: "y" } };
    return this.lines.length === 0
      ? []
      : [
          { data, mark: { type: "rule", color: theme.soft, strokeDash: [4, 4] }, encoding: at },
          {
            data,
            mark: { type: "text", align: "right", dy: { expr: "datum.isBelow ? 9 : -9" }, color: theme.soft },
            encoding: { ...at, x: { value: "width" }, text: { field: "title" } },
          },
        ];
  }

  /** One standard error to either side. */
  errorLayer(theme, { x, y }) {
    return {
      data: { values: this.rows },
      mark: { type: "rule", strokeWidth: 1, color: theme.soft },
      encoding: {
        x,
        y: { ...y, field: "low" },
        y2: { field: "high" },
        opacity: { condition: { test: "datum.kind === 'front'", value: 0.9 }, value: 0.25 },
      },
    };
  }

  pointLayer(theme, place, hasOthers) {
    return {
      data: {
        values: this.rows.filter((row) => row.kind !== "front").concat(this.rows.filter((row) => row.kind === "front")),
      },
      params: [{ name: "brush", select: { type: "interval", encodings: ["x", "y"] } }],
      mark: { type: "point", filled: true },
      encoding: {
        ...place,
        size: { condition: { test: "datum.kind === 'front'", value: 80 }, value: 20 },
        opacity: { condition: { test: "datum.kind === 'front'", value: 1 }, value: 0.45 },
        color: {
          condition: {
            param: "brush",
            field: "kind",
            type: "nominal",
            scale: { domain: ["front", "dominated"], range: [theme.series[0], theme.compute] },
            legend: hasOthers ? { orient: "top", title: null } : null,
          },
          value: theme.rule,
        },
        tooltip: this.fields.map((field) => ({ field, title: field })),
      },
    };
  }

  /** A limit in numbers: what the brush does, for those who have no pointer. */
  limit(field, { title, unit, isMore }, factor, prefix, onchange) {
    const id = freshId("limit");
    const read = ({ target }) => {
      this.most[field] = target.value === "" ? Infinity : Number(target.value) * factor;
      onchange();
    };
    const input = { id, type: "number", min: 0, step: "any", placeholder: "no limit", oninput: read };
    const label = element("label", { for: id }, `${title} at ${isMore ? "least" : "most"} (${prefix}${unit})`);
    return element("div", { class: "field" }, label, element("input", input));
  }

  limits(onchange) {
    return element(
      "div",
      { class: "controls" },
      this.limit("x", this.x, this.xFactor, this.xPrefix, onchange),
      this.limit("y", this.y, this.yFactor, this.yPrefix, onchange),
    );
  }
}

/**
 * `x` and `y` are { title, unit, value(row) }, `tooltip(row)` an object of texts; `isBest(row)` tells the points of the
 * front from the others, which stay grey; `detail(row)` gives what is shown of a chosen point, or `onselect(row)` does
 * something with it; `columns` are the table's. An axis may be plain (its unit takes no prefix) and more the better, and
 * the one that goes up may have `error(row)`; `lines` are { y, title, isBelow }.
 */
export function front({ columns, detail, onselect, sort, isBest = () => true, ...rest }) {
  const { points, x, y } = rest;
  const state = new Front({ ...rest, isBest });
  const chosen = element("div", { class: "chosen", "aria-live": "polite" });
  const select = detail ? (row) => chosen.replaceChildren(...detail(row)) : onselect;
  const list = table({ caption: "Points", columns, rows: points, sort, onselect: select });
  const said = element("p", { class: "note", "aria-live": "polite" });
  const filter = () => {
    const left = state.selected();
    const all = counted(points.length, "point");
    said.textContent =
      left.length === points.length
        ? `${all}. Drag over the chart to select some.`
        : `${grouped(left.length)} of ${all} selected. Double-click the chart to clear.`;
    list.show(left);
  };
  const onview = (view) => {
    state.brush = null;
    filter();
    view.addSignalListener("brush", (_, value) => {
      state.brush = Object.keys(value).length ? value : null;
      filter();
    });
  };
  const label = `${counted(points.length, "point")}: ${y.title} against ${x.title}`;
  const figure = chart({ caption: label, label, spec: (theme) => state.spec(theme), onview });
  filter();
  return element("div", {}, figure, state.limits(filter), said, list, chosen);
}
