// Parts of Vega-Lite specs that the charts share.

/** The greatest and the least of any number of numbers. */
export const greatest = (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity);
export const least = (numbers) => numbers.reduce((a, b) => Math.min(a, b), Infinity);

/** A length along an axis from 0, with a grid and no line of its own. */
export const length = (field, title, width, extra = {}) => ({
  field,
  type: "quantitative",
  axis: { title, domain: false, ticks: false, format: ",~r", tickCount: width < 500 ? 4 : 8, ...extra },
});

/** Colours of names, each a CSS variable. */
export function colour(field, names, variables, title = null, width = Infinity) {
  const style = getComputedStyle(document.documentElement);
  return {
    field,
    type: "nominal",
    title,
    scale: { domain: names, range: variables.map((variable) => style.getPropertyValue(variable).trim()) },
    legend: { orient: "top", titleOrient: "left", direction: "horizontal", columns: width < 500 ? 2 : 0 },
  };
}

/** The texts that hang beside the pointer: names of fields, or [field, title]. */
export const texts = (fields) =>
  fields.map((each) => (Array.isArray(each) ? { field: each[0], title: each[1] } : { field: each, title: each }));

/** The decades of a logarithmic axis; within two of them the halves too. */
export function ticks(low, high) {
  const steps = high / low < 100 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  return decades.flatMap((decade) => steps.map((step) => step * decade)).filter((tick) => tick >= low && tick <= high);
}
