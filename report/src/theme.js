// Light and dark: the system's, until the reader chooses. Charts take their colours from the style sheet.

const listeners = new Set();
const system = window.matchMedia("(prefers-color-scheme: dark)");
const printing = window.matchMedia("print");
let chosen = null;
let isPrinting = false;

function name() {
  if (isPrinting || printing.matches) return "light";
  return chosen ?? (system.matches ? "dark" : "light");
}

function apply() {
  document.documentElement.dataset.theme = name();
  for (const listener of listeners) listener({ isUrgent: isPrinting });
}

/** Paper is taken as soon as the listeners of this event are done. */
function print(isStarting) {
  isPrinting = isStarting;
  apply();
}

/** Called whenever the colours change; `isUrgent` where nothing may be put off. */
export function onThemeChange(listener) {
  listeners.add(listener);
}

/** Follows the system, and paper. */
export function startTheme() {
  system.addEventListener("change", apply);
  printing.addEventListener("change", apply);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  apply();
}

export function switchTheme() {
  chosen = name() === "dark" ? "light" : "dark";
  apply();
  return chosen;
}

export const themeName = name;

const property = (key) => getComputedStyle(document.documentElement).getPropertyValue(key).trim();

/** The colours in force. */
export function colours() {
  return {
    ink: property("--ink"),
    soft: property("--soft"),
    rule: property("--rule"),
    paper: property("--paper"),
    accent: property("--accent"),
    fonts: property("--sans"),
    series: Array.from({ length: 8 }, (_, i) => property(`--series-${i + 1}`)),
    compute: property("--compute"),
  };
}

/**
 * For each name of a series a CSS variable with its colour (Okabe and Ito's, who chose them for all eyes). What computes
 * is grey, and what is past the eighth starts over.
 */
export function seriesVariable(index, isCompute = false) {
  return isCompute ? "--compute" : `--series-${(index % 8) + 1}`;
}
