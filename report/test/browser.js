// Pages as the program writes them, opened in headless Chromium.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const folder = mkdtempSync(join(tmpdir(), "picojoule-pages-"));

/** Runs picojoule in the folder of the pages; the environment names the program. */
export function picojoule(...words) {
  return execFileSync(process.env.PICOJOULE, words, {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

let browser = null;

export async function start() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
}

export async function stop() {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Opens a page and waits until its charts are drawn. What it says on its console, and asks of the network, is kept. */
export async function open(file, { width = 1280, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const said = [];
  const url = pathToFileURL(join(folder, file)).href;
  page.on("console", (message) => said.push(`console: ${message.text()}`));
  page.on("pageerror", (fault) => said.push(`fault: ${fault.message}`));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) said.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll(".drawing > :empty").length === 0);
  return { page, said, close: () => context.close() };
}

/** How many marks a chart has: of its elements, or painted pixels that are not the background. */
export function marks(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll(".drawing")].map((place) => {
      const canvas = place.querySelector("canvas");
      if (!canvas) return place.querySelectorAll("[class*='mark-rect'] path, [class*='mark-symbol'] path").length;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }),
  );
}
