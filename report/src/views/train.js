// A training: the loss and the share that was right, epoch by epoch.
import { chart } from "../chart.js";
import { element, facts, section } from "../dom.js";
import { grouped, percent, scaled, significant } from "../format.js";
import { table } from "../table.js";

/** One series for learning and one for the test, where there is one. */
function seriesOf(epochs, keys) {
  return keys.flatMap(([key, title]) =>
    epochs.filter((row) => typeof row[key] === "number").map((row) => ({ epoch: row.epoch, value: row[key], title })),
  );
}

function curve({ caption, title, format, epochs, keys }) {
  const values = seriesOf(epochs, keys);
  return chart({
    caption,
    label: `${caption}, from epoch 1 to ${epochs.length}`,
    data: {
      rows: epochs,
      columns: columns(epochs),
    },
    spec: () => ({
      data: { values },
      height: 260,
      marks: values.length,
      mark: { type: "line", point: { size: 45 } },
      encoding: {
        x: { field: "epoch", type: "quantitative", axis: { title: "epoch", tickMinStep: 1, format: "d" } },
        y: { field: "value", type: "quantitative", scale: { zero: false }, axis: { title, format } },
        color: {
          field: "title",
          type: "nominal",
          scale: { range: ["#0072b2", "#d55e00"] },
          legend: { title: null, orient: "top" },
        },
        tooltip: [
          { field: "title", title: "of" },
          { field: "epoch", title: "epoch" },
          { field: "value", title, format: ".5~g" },
        ],
      },
    }),
  });
}

function columns(epochs) {
  const has = (key) => epochs.some((row) => typeof row[key] === "number");
  const number = (title, key, text) => ({
    title,
    numeric: true,
    value: (row) => row[key],
    text: (row) => text(row[key]),
  });
  return [
    { title: "epoch", numeric: true, value: (row) => row.epoch },
    number("rate", "rate", significant),
    number("loss", "loss", significant),
    has("accuracy") ? number("right", "accuracy", percent) : null,
    has("test_loss") ? number("test loss", "test_loss", significant) : null,
    has("test_accuracy") ? number("test right", "test_accuracy", percent) : null,
    number("time", "seconds", (seconds) => scaled(seconds, "s")),
  ].filter((column) => column !== null);
}

const learned = (key) => [
  [key, "while learning"],
  [`test_${key}`, "on the test"],
];

export function train(results) {
  const { epochs, cost, training } = results;
  const last = epochs.at(-1);
  const hasAccuracy = epochs.some((row) => typeof row.accuracy === "number");
  return {
    verb: "train",
    title: `${results.network} on ${results.data}`,
    subtitle: results.test ? `measured on ${results.test} after each epoch` : "",
    parts: [
      facts(
        [
          ["Epochs", grouped(epochs.length)],
          ["Learned numbers", grouped(results.parameters)],
          last ? ["Loss at the end", significant(last.loss)] : null,
          typeof last?.test_accuracy === "number" ? ["Right on the test", percent(last.test_accuracy)] : null,
        ].filter((fact) => fact !== null),
      ),
      epochs.length === 0
        ? section("Epochs", element("p", {}, "No epoch was trained."))
        : section(
            "Epochs",
            curve({ caption: "Loss", title: "loss", format: "~g", epochs, keys: learned("loss") }),
            hasAccuracy
              ? curve({ caption: "Right answers", title: "share", format: "%", epochs, keys: learned("accuracy") })
              : null,
            table({ caption: "Every epoch", rows: epochs, columns: columns(epochs) }),
          ),
      section(
        "What a sample costs",
        table({
          caption: "To learn from, and to be run",
          rows: [
            ["multiply-accumulates forward", cost.forward_macs],
            ["multiply-accumulates for the gradients of the weights", cost.weight_gradient_macs],
            ["multiply-accumulates for the gradients of the inputs", cost.input_gradient_macs],
            ["activations that training stores", cost.stored_activations],
            ["activations alive at a time in a run", cost.run_activations],
          ],
          columns: [
            { title: "what", value: ([what]) => what },
            { title: "count", numeric: true, value: ([, count]) => count, text: ([, count]) => grouped(count) },
          ],
        }),
      ),
      section(
        "How it was trained",
        table({
          caption: "Settings",
          rows: Object.entries(training),
          columns: [
            { title: "setting", value: ([name]) => name },
            { title: "value", value: ([, value]) => value },
          ],
        }),
      ),
    ],
  };
}
