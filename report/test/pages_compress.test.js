import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder, open, picojoule } from "./browser.js";
import { looks } from "./looks.js";

const pages = {
  "compress.html": ["compress", "xor.onnx", "--data", "points.csv", "--hold-out", "25", "--on", "eyeriss"].concat([
    ...["--max-drop", "30", "--front"],
  ]),
  "rules.html": [
    "compress",
    "xor.onnx",
    "--rules",
    "tuned.yaml",
    "--data",
    "points.csv",
    "--seeds",
    "3",
    "--on",
    "eyeriss",
  ],
};

looks(pages, () => {
  writeFileSync(
    join(folder, "tuned.yaml"),
    "fine_tune: {epochs: 2}\nrules: [{prune: {density: 0.5}}, {ternary: {}}]\n",
  );
  writeFileSync(join(folder, "mlp.yaml"), "input: [2]\nlayers: [{hidden: {fc: 8, then: tanh}}, {output: {fc: 2}}]\n");
  writeFileSync(join(folder, "points.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n".repeat(10));
  picojoule("train", "mlp.yaml", "--data", "points.csv", "--epochs", "40", "--rate", "0.02", "--out", "xor.onnx");
});

test("a search shows its front along each cost, and each of its networks layer by layer", async () => {
  const { page, close } = await open("compress.html");
  const results = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const rows = page.locator(".table", { has: page.locator("caption", { hasText: /^Points$/ }) }).locator("tbody tr");
  await page.getByLabel("Networks").selectOption({ label: "All that were measured" });
  assert.equal(await rows.count(), results.points.length + 1);
  await page.getByLabel("Networks").selectOption({ label: "The front" });
  const onFront = results.points.filter((point) => point.on_front);
  // Of networks that are equal in both, the chart's front has one.
  const different = new Set(onFront.map(({ accuracy, energy_pJ: energy }) => `${accuracy} ${energy}`));
  assert.equal(await rows.count(), different.size + 1);
  await page.getByLabel("Across").selectOption({ label: "stored" });
  assert.match(await page.locator("figcaption").first().innerText(), /accuracy against stored/);
  await page.getByLabel("Accuracy on").selectOption({ label: "the test" });
  assert.match(await page.locator("figcaption").first().innerText(), /accuracy on the test against stored/);
  const chosen = page.locator(".chosen table", { hasText: "what each layer became" });
  assert.equal(await chosen.locator("tbody tr").count(), results.layers.length);
  const best = results.points[results.best];
  const choices = await chosen.locator("tbody tr td:last-child").allInnerTexts();
  assert.deepEqual(
    choices,
    best.choices.map((choice) => results.choices[choice]),
  );
  for (const measure of ["Density", "Size", "Energy"]) await page.getByText(measure, { exact: true }).last().click();
  await close();
});

test("rules with several seeds show each run, the mean, and what each layer became", async () => {
  const { page, close } = await open("rules.html");
  const { runs } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const rowsOf = (caption) => page.locator("table", { hasText: caption }).locator("tbody tr");
  assert.equal(await rowsOf("Every run").count(), 3);
  assert.equal(await rowsOf("What each layer became").count(), runs[0].layers.length);
  const mean = runs.reduce((sum, { accuracy }) => sum + accuracy.after.top1, 0) / 3;
  assert.ok((await page.locator("dl.facts").innerText()).includes(`→ ${(100 * mean).toPrecision(4)} %`));
  await page.getByText("Size", { exact: true }).click();
  await close();
});
