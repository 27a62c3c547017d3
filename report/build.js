// Bundles the page into one file: node build.js OUTPUT. What is left open are {{kind}} and {{results}}.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, mkdirSync, existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The texts that a bundle must carry: the licence of every package of which something is in it. */
function licences(inputs) {
  const packages = new Set();
  for (const file of Object.keys(inputs)) {
    const found = file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (found) packages.add(found[1]);
  }
  const byText = new Map();
  for (const path of [...packages].sort()) {
    const file = readdirSync(join(folder, path)).find((name) => /^licen[cs]e/i.test(name));
    const named = JSON.parse(readFileSync(join(folder, path, "package.json"), "utf8"));
    const text = file ? readFileSync(join(folder, path, file), "utf8").trim() : `Licence: ${named.license}`;
    byText.set(text, [...(byText.get(text) ?? []), `${named.name} ${named.version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n---\n\n");
}

/** A script or a style may not hold what ends it. */
function checked(text, end) {
  if (text.toLowerCase().includes(end)) throw new Error(`${end} stands in the bundle`);
  return text;
}

async function main(output) {
  const bundle = await build({
    entryPoints: { script: "src/main.js", style: "src/style.css" },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    write: false,
    metafile: true,
    outdir: "out",
  });
  const text = (suffix) => bundle.outputFiles.find((file) => file.path.endsWith(suffix)).text.trim();
  const script = checked(text("script.js").replaceAll("</script", "<\\/script"), "</script");
  const style = checked(text("style.css"), "</style");
  const parts = {
    script,
    style,
    policy: `default-src 'none'; script-src ${hash(script)}; style-src-elem ${hash(style)}; style-src-attr 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`,
    licences: licences(bundle.metafile.inputs).replaceAll("--", "- -"),
  };
  const template = readFileSync(join(folder, "src/page.html"), "utf8");
  const page = template.replace(/\{\{(script|style|policy|licences)\}\}/g, (_, name) => parts[name]);
  for (const place of ["{{kind}}", "{{results}}"]) {
    if (page.split(place).length !== 2) throw new Error(`${place} must stand once on the page`);
  }
  if (!existsSync(dirname(output))) mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, page);
}

await main(process.argv[2] ?? "page.html");
