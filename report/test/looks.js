// Pages as commands write them, and what each of them must do: draw its charts, in both themes, and fit a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { marks, open, picojoule, start, stop } from "./browser.js";

/** Makes the pages, each by its command, after `prepare` has made what the commands read; and looks at them. */
export function looks(pages, prepare) {
  before(async () => {
    prepare();
    for (const [file, words] of Object.entries(pages)) picojoule(...words, "--report", file);
    await start();
  });
  after(stop);
  for (const file of Object.keys(pages)) look(file);
}

function look(file) {
  test(`${file} draws its charts, says nothing and asks for nothing`, async () => {
    const { page, said, close } = await open(file);
    const drawn = await marks(page);
    assert.ok(drawn.length > 0 && drawn.every((count) => count > 0), `marks: ${drawn}`);
    await page.locator(".theme").click();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.deepEqual(said, []);
    await close();
  });

  test(`${file} fits a phone`, async () => {
    const { page, said, close } = await open(file, { width: 390, colorScheme: "dark" });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0);
    assert.deepEqual(said, []);
    await close();
  });
}
