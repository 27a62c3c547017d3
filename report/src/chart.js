// A Vega-Lite chart as a figure: caption, drawing, and the table with its numbers. Vega's expressions run in its
// interpreter, since the page's policy forbids to make code from text.
import { View, parse, Error as onlyErrors } from "vega";
import { compile } from "vega-lite";
import { expressionInterpreter } from "vega-interpreter";
import { element, freshId } from "./dom.js";
import { table } from "./table.js";
import { colours, onThemeChange } from "./theme.js";
import { tooltip } from "./tooltip.js";

/** From so many marks on a chart is painted, not built of elements. */
const mostElements = 1500;

function config({ ink, soft, rule, fonts }) {
  const text = { labelColor: soft, titleColor: soft, labelFont: fonts, titleFont: fonts };
  return {
    background: null,
    font: fonts,
    aria: false, // the figure has a label and a table of its own
    view: { stroke: null },
    axis: {
      ...text,
      titleFontWeight: "normal",
      titleFontSize: 12,
      labelFontSize: 12,
      gridColor: rule,
      domainColor: rule,
      tickColor: rule,
      labelLimit: 130,
      labelOverlap: true,
      titlePadding: 8,
    },
    legend: { ...text, labelColor: ink, titleFontWeight: "normal", labelFontSize: 12, symbolSize: 90, labelLimit: 160 },
    text: { color: ink, font: fonts, fontSize: 12 },
    title: { color: ink, font: fonts, anchor: "start", fontWeight: 600 },
    scale: { bandPaddingInner: 0.3 },
  };
}

/** Charts are drawn one after the other, each in a task of its own, so that the page is there before them. */
const waiting = new Set();

function drawLater(drawing) {
  if (waiting.size === 0) setTimeout(drawNext);
  waiting.add(drawing);
}

function drawNext() {
  const [first] = waiting;
  first.draw();
  waiting.delete(first);
  if (waiting.size > 0) setTimeout(drawNext);
}

/** Draws again when the width or the colours change. */
class Drawing {
  constructor(place, specOf, onview) {
    // Vega gives the element that it draws in a role and a label of its own, so it has one within.
    const inside = place.appendChild(element("div"));
    Object.assign(this, { inside, specOf, onview, view: null, width: 0 });
    onThemeChange(({ isUrgent }) => (isUrgent ? this.draw() : drawLater(this)));
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0 && width !== this.width) {
        this.width = width;
        drawLater(this);
      }
    }).observe(place);
  }

  draw() {
    if (this.width === 0) return;
    this.view?.finalize();
    const theme = colours();
    const { marks = 0, ...spec } = this.specOf(theme, this.width);
    const full = { width: this.width, autosize: { type: "fit-x", contains: "padding" }, ...spec };
    const { spec: vega } = compile(full, { config: config(theme), logger: quiet });
    this.view = new View(parse(vega, {}, { ast: true }), {
      container: this.inside,
      expr: expressionInterpreter,
      renderer: marks > mostElements ? "canvas" : "svg",
      logLevel: onlyErrors,
      hover: true,
      tooltip,
    });
    this.view.runAsync().then(() => this.onview?.(this.view));
  }
}

/** Vega-Lite's remarks on a spec are for its author; faults are thrown. */
const quiet = {
  level: () => quiet,
  error: (...words) => {
    throw new Error(words.join(" "));
  },
  warn: () => quiet,
  info: () => quiet,
  debug: () => quiet,
};

/**
 * A figure. `spec(theme, width)` gives the Vega-Lite spec, with `marks`: about how many there are; `label` says in a
 * sentence what it shows; `data` is the table behind it ({ columns, rows }, see table.js); `onview` gets Vega's view.
 * Returns the figure with `redraw()`.
 */
export function chart({ caption, label, spec, data, onview, controls = [] }) {
  const place = element("div", { class: "drawing", role: "img", "aria-label": label });
  const drawing = new Drawing(place, spec, onview);
  const behind = element("details", { class: "behind" }, element("summary", {}, "Table of this chart"));
  const fill = () => behind.querySelector(".table") ?? behind.append(table({ caption: label, ...resolved(data) }));
  behind.addEventListener("toggle", fill, { once: true });
  const id = freshId("caption");
  const figure = element(
    "figure",
    { "aria-labelledby": id },
    element("figcaption", { id }, caption),
    controls.length ? element("div", { class: "controls" }, controls) : null,
    place,
    data ? behind : null,
  );
  figure.redraw = (text = label) => {
    place.setAttribute("aria-label", text);
    behind.querySelector(".table")?.remove();
    if (behind.open) fill();
    else behind.addEventListener("toggle", fill, { once: true });
    drawLater(drawing);
  };
  return figure;
}

const resolved = (data) => (typeof data === "function" ? data() : data);
