import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder, open, picojoule } from "./browser.js";
import { looks } from "./looks.js";

const hostile = `</script><img src=x onerror="document.title='broken'"><b>`;

const network = `
input: [1, 8, 8]
layers:
  - ${JSON.stringify(hostile)}: {conv: 4, kernel: 3}
`;

const pages = {
  "evaluate.html": ["evaluate", "lenet5_caffe"],
  "map.html": ["map", "lenet5_caffe:conv1", "--explain"],
  "layer_front.html": ["map", "lenet5_caffe:conv1", "--pareto"],
  "network_front.html": ["evaluate", "lenet5_caffe", "--pareto"],
  "show.html": ["show", "alexnet"],
  "reproduce.html": ["reproduce", "--theme", "A"],
  "dataflows.html": ["dataflows", "lenet5_caffe", "--elements", "256"],
  "compare.html": ["compare", "lenet5_caffe", "--on", "eyeriss,eyeriss168,tpu", "--scenario", "embedded"],
  "roofline.html": ["roofline", "lenet5_caffe", "alexnet", "--on", "eyeriss"],
  "sweep.html": ["sweep", "study.yaml"],
  "train.html": ["train", "mlp.yaml", "--data", "xor.csv", "--epochs", "20", "--test", "xor.csv"],
  "run.html": ["run", "xor.onnx", "--accuracy", "xor.csv", "--observe", "seen.json"],
  "inputs.html": ["evaluate", "xor.onnx", "--per-input", "points.csv"],
  "large.html": ["evaluate", "resnet1202_cifar10"],
};

const study = `
name: buffers
networks: lenet5_caffe
machines: eyeriss
parameters:
  buffer.capacity: {powers_of_two: [16 KiB, 128 KiB]}
  clock: [100 MHz, 200 MHz, 400 MHz]
objectives: [area, latency]
limits: {power: 150 mW}
`;

const mlp = `
input: [2]
layers:
  - hidden: {fc: 8, then: tanh}
  - output: {fc: 2}
`;

looks(pages, () => {
  writeFileSync(join(folder, "study.yaml"), study);
  writeFileSync(join(folder, "mlp.yaml"), mlp);
  writeFileSync(join(folder, "xor.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
  writeFileSync(join(folder, "points.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n".repeat(10));
  picojoule("train", "mlp.yaml", "--data", "xor.csv", "--epochs", "300", "--rate", "0.02", "--out", "xor.onnx");
});

/** The texts of a column of the table with this caption. */
function columnOf(page, caption, index) {
  return page
    .locator(".table", { has: page.locator("caption", { hasText: caption }) })
    .first()
    .evaluate(
      (place, at) => [...place.querySelectorAll("tbody tr")].map((line) => line.children[at].textContent),
      index,
    );
}

test("a page states technology, precision and that its numbers are modelled", async () => {
  const { page, close } = await open("evaluate.html");
  const stated = await page.locator(".stated").innerText();
  assert.match(stated, /65 nm\s+16-bit arithmetic\s+200 MHz\s+modelled, not measured/);
  await close();
});

test("the numbers of a page are those of the JSON", async () => {
  picojoule("evaluate", "lenet5_caffe", "--json", "evaluate.json");
  const kept = readFileSync(join(folder, "evaluate.json"), "utf8");
  const { page, close } = await open("evaluate.html");
  const results = JSON.parse(kept);
  assert.deepEqual(JSON.parse(await page.evaluate(() => document.getElementById("results").textContent)), results);
  assert.equal(await page.locator(".big").innerText(), `${(results.energy_pJ * 1e-6).toPrecision(3)} µJ`);
  await page.locator("details.behind summary").first().click();
  await page.locator("details.behind table").first().waitFor();
  const rows = await page.locator("details.behind table").first().locator("tbody tr").allInnerTexts();
  assert.equal(rows.length, results.layers.length);
  const parts = await page.locator(".parts dd:nth-of-type(2)").allInnerTexts();
  const sum = parts.reduce((all, text) => all + Number.parseFloat(text), 0);
  assert.ok(Math.abs(sum - 100) < 1, `the shares add up to ${sum} %`);
  await close();
});

test("a run shows what each class was taken for, and the numbers of each layer", async () => {
  const { page, close } = await open("run.html");
  const classes = await columnOf(page, "Each class", 1);
  assert.equal(
    classes.reduce((all, text) => all + Number(text), 0),
    4,
  );
  assert.deepEqual(await columnOf(page, "Layers that multiply", 0), ["hidden", "output"]);
  await page.getByLabel("Layer", { exact: true }).selectOption({ label: "hidden" });
  assert.match(await page.getByRole("img", { name: /^Values of hidden/ }).getAttribute("aria-label"), /lies between/);
  await close();
});

test("a table sorts by pointer and by keyboard, and says so", async () => {
  const { page, close } = await open("evaluate.html");
  const head = page.locator("th", { has: page.locator("button", { hasText: "MACs" }) }).first();
  const numbers = async () => (await columnOf(page, "Choose one", 2)).map((text) => Number(text.replaceAll(",", "")));
  const unsorted = await numbers();
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  assert.deepEqual(
    await numbers(),
    [...unsorted].sort((a, b) => b - a),
  );
  await head.locator("button").focus();
  await page.keyboard.press("Enter");
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(
    await numbers(),
    [...unsorted].sort((a, b) => a - b),
  );
  assert.equal(await page.locator("[aria-sort=ascending]").count(), 1);
  await close();
});

test("a layer that is chosen shows its loop nest", async () => {
  const { page, close } = await open("evaluate.html");
  await page.getByRole("button", { name: "ip1" }).click();
  assert.equal(await page.locator(".chosen h3").innerText(), "ip1");
  assert.equal(await page.locator("tr[aria-selected=true]").count(), 1);
  await page.getByLabel("Layer", { exact: true }).selectOption({ label: "conv2" });
  assert.equal(await page.locator(".chosen h3").innerText(), "conv2");
  await close();
});

test("energy splits by tensor, with the keyboard alone", async () => {
  const { page, close } = await open("evaluate.html");
  const names = () => page.locator(".parts dt").allInnerTexts();
  assert.ok((await names()).includes("DRAM"));
  await page.getByRole("radio", { name: "By level" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await names(), ["Input", "Weight", "Output", "networks", "MAC"]);
  await close();
});

test("the first stop of the keyboard skips to the content, and every stop can be seen", async () => {
  const { page, close } = await open("evaluate.html");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press("Tab");
    const box = await page.evaluate(() => {
      const label = document.activeElement.matches("input[type=radio]")
        ? document.activeElement.nextElementSibling
        : document.activeElement;
      return label.getBoundingClientRect().toJSON();
    });
    assert.ok(box.width > 0 && box.height > 0);
  }
  await close();
});

test("charts and tables have names for those who cannot see them", async () => {
  for (const file of Object.keys(pages)) {
    const { page, close } = await open(file);
    assert.deepEqual(await page.locator("main, header, footer").count(), 3);
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll("[role=img]")].filter(
          (place) => !/ /.test(place.ariaLabel ?? "") || /Vega/.test(place.ariaLabel),
        ).length +
        [...document.querySelectorAll("table")].filter((place) => !place.caption?.textContent).length +
        [...document.querySelectorAll("input, select")].filter((field) => field.labels.length === 0).length,
    );
    assert.equal(unnamed, 0, file);
    await close();
  }
});

test("points that a brush or a limit selects are those of the table", async () => {
  const { page, close } = await open("network_front.html");
  const count = () => page.locator(".table", { hasText: "above the least" }).locator("tbody tr").count();
  const all = await count();
  assert.ok(all > 3);
  const box = await page.locator(".drawing svg").boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 30, box.y + box.height - 50, { steps: 5 });
  await page.mouse.up();
  const brushed = await count();
  assert.ok(brushed > 0 && brushed < all, `${brushed} of ${all}`);
  assert.match(await page.locator(".note").first().innerText(), new RegExp(`^${brushed} of ${all} points`));
  await page.mouse.dblclick(box.x + box.width * 0.7, box.y + box.height * 0.5);
  assert.equal(await count(), all);
  const { points, machine } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const times = points.map((point) => (point.cycles / machine.clock_Hz) * 1e3).sort((a, b) => a - b);
  await page.getByLabel("time at most (ms)").fill(String(times[2] + 1e-9));
  assert.equal(await count(), 3);
  await close();
});

test("a study shows its front, along any two metrics", async () => {
  const { page, close } = await open("sweep.html");
  const { results, fronts } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const rows = page.locator(".table", { hasText: "above the least" }).locator("tbody tr");
  const known = results.filter((row) => typeof row.latency_s === "number").length;
  assert.equal(await rows.count(), known);
  assert.ok(fronts[0].places.length > 0 && fronts[0].places.length < known);
  assert.equal(await rows.filter({ hasText: /yes/ }).count(), fronts[0].places.length);
  await page.getByLabel("Up").selectOption({ label: "power" });
  assert.match(await page.locator("figcaption").innerText(), /power against latency/);
  await rows.first().getByRole("button").click();
  assert.match(await page.locator(".chosen caption").innerText(), /All that is known of it/);
  await close();
});

test("inputs have a histogram in which each is counted once", async () => {
  const { page, close } = await open("inputs.html");
  const { per_input: inputs } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  assert.equal(inputs.samples, 40);
  for (const key of ["energy_pJ", "time_s"]) {
    assert.equal(
      inputs[key].histogram.reduce((all, [, , count]) => all + count, 0),
      40,
    );
  }
  assert.match(await page.getByRole("heading", { name: "Input by input" }).innerText(), /Input by input/);
  await close();
});

test("a comparison marks the best machine of each metric", async () => {
  const { page, close } = await open("compare.html");
  const { networks } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const [{ machines, best }] = networks;
  const row = page
    .locator(".table", { hasText: "Metrics of Sze" })
    .locator("tbody tr", { hasText: /^energy/ })
    .first();
  const marked = await row
    .locator("td")
    .evaluateAll((cells) => cells.findIndex((cell) => cell.textContent.includes("*")));
  assert.equal(marked, best.energy_pJ);
  assert.equal(await row.locator("td").count(), machines.length);
  await page.getByLabel("Metric", { exact: true }).selectOption({ label: "utilisation" });
  assert.match(await page.locator(".drawing").first().getAttribute("aria-label"), /^utilisation of 3 machines/);
  await close();
});

test("every metric has a name of its own", async () => {
  for (const file of ["evaluate.html", "compare.html"]) {
    const { page, close } = await open(file);
    const names = await page.locator(".table", { hasText: "etrics of Sze" }).locator("tbody th").allInnerTexts();
    assert.ok(names.length > 20 && names.every((name) => !name.includes("_")), names.join(", "));
    await close();
  }
});

test("claims are left by verdict and by words", async () => {
  const { page, close } = await open("reproduce.html");
  const { claims } = JSON.parse(await page.evaluate(() => document.getElementById("results").textContent));
  const said = () => page.locator("[aria-live]").first().innerText();
  await page.getByLabel(/^reproduced/).uncheck();
  const others = claims.filter((claim) => claim.verdict !== "reproduced").length;
  assert.match(await said(), new RegExp(`^${others} of ${claims.length} claims`));
  await page.getByLabel(/^reproduced/).check();
  await page.getByLabel("Search").fill("LeNet-5");
  const found = claims.filter((claim) => JSON.stringify(claim).includes("LeNet-5")).length;
  assert.match(await said(), new RegExp(`^${found} of ${claims.length} claims`));
  await close();
});

test("names that are markup stay text", async () => {
  writeFileSync(join(folder, "hostile.yaml"), network);
  picojoule("evaluate", "hostile.yaml", "--report", "hostile.html");
  const { page, said, close } = await open("hostile.html");
  assert.equal(await page.locator("tbody th").first().innerText(), hostile);
  assert.match(await page.title(), /^hostile on eyeriss/);
  assert.equal(await page.locator("img, main b:not(.loop b)").count(), 0);
  await page.locator(".drawing svg [class*='mark-rect'] path").first().hover();
  assert.match(await page.locator(".tooltip").innerText(), /<\/script>/);
  assert.deepEqual(said, []);
  await close();
});

test("the page's policy lets no script in that is not its own, and none reach the network", async () => {
  const { page, said, close } = await open("evaluate.html");
  const reached = await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.added = true" }));
    const answer = await fetch("http://127.0.0.1:9/").then(
      () => "reached",
      (fault) => fault.name,
    );
    return [answer, window.added];
  });
  assert.deepEqual(reached, ["TypeError", undefined]);
  assert.ok(
    said.some((line) => /connect-src|default-src/.test(line)) && said.some((line) => /script-src/.test(line)),
    said.join("; "),
  );
  await close();
});

test("a page that is dark prints in light colours without its controls", async () => {
  const { page, close } = await open("evaluate.html", { colorScheme: "dark" });
  const colours = () =>
    page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      document.querySelector(".drawing .mark-text text").getAttribute("fill"),
    ]);
  const dark = await colours();
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  const light = await colours(); // already: paper does not wait
  assert.equal(light[0], "rgb(255, 255, 255)");
  assert.notEqual(light[1], dark[1]);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await page.waitForTimeout(500);
  assert.deepEqual(await colours(), dark);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".theme").isVisible(), false);
  assert.equal(await page.locator(".drawing svg").first().isVisible(), true);
  assert.ok((await page.pdf()).length > 10000);
  await close();
});

test("a page of 1,200 layers is small enough and soon there", async () => {
  assert.ok(statSync(join(folder, "large.html")).size < 20e6);
  const { page, close } = await open("large.html");
  const first = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  assert.ok(first < 2000, `first paint after ${first} ms`);
  const rows = page.locator(".table", { hasText: "Choose one" }).locator("tbody tr");
  assert.equal(await rows.count(), 100);
  await page
    .getByRole("button", { name: /^Show 1,000 more/ })
    .first()
    .click();
  assert.equal(await rows.count(), 1100);
  await close();
});
