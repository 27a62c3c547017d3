// What every page must do: draw its charts, in both themes, and fit a phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { marks, open } from "./browser.js";

export function looks(file) {
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
