// Builds src/dunwell/web/static/dist from assets/ and the packages of the lock file.
//
// Every file's name carries a hash of its contents, so a browser keeps it for ever; manifest.json
// says which name stands for which source. WhiteNoise serves the .gz and .br copies made here.
// Run by `make assets`: `npm ci --ignore-scripts && node assets/build.mjs`.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const source = path.join(root, "assets");
const web = path.join(root, "src/dunwell/web");
const finished = path.join(web, "static/dist");
const target = `${finished}.${process.pid}`;
// Tabler is written with light-dark() and oklch: browsers of 2024 and later.
const targets = ["chrome123", "firefox128", "safari17.5"];

/** Logical name (app.css) to the name on disk (app-1a2b3c4d.css). */
const manifest = {};

async function filesBelow(folder, suffixes) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && suffixes.some((suffix) => entry.name.endsWith(suffix)))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes(`${path.sep}static${path.sep}`));
}

async function put(name, contents) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const hashed = `${stem}-${hash}${ext}`;
  manifest[name] = hashed;
  await writeFile(path.join(target, hashed), contents);
  if (ext !== ".woff2") {
    const bytes = Buffer.from(contents);
    await writeFile(path.join(target, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    await writeFile(path.join(target, `${hashed}.br`), brotliCompressSync(bytes, { params: quality }));
  }
}

/** The part of the font that most pages need: pages ask for it before the stylesheet has been read. */
const FIRST_FONT = "inter-latin-wght-normal";

/**
 * Fonts keep esbuild's own hashed names, which the stylesheet refers to. A font that comes late waits for the next page: text
 * that changes its width while somebody reads it makes the page jump.
 */
async function fontsAndStyles() {
  const result = await build({
    entryPoints: [path.join(source, "styles/app.css")],
    outdir: target,
    bundle: true,
    write: false,
    target: targets,
    loader: { ".woff2": "file" },
    assetNames: "[name]-[hash]",
    logLevel: "warning",
  });
  for (const file of result.outputFiles) {
    const name = path.basename(file.path);
    if (name.endsWith(".css")) await put("app.css", await pruned(file.text.replaceAll("font-display: swap", "font-display: optional")));
    else await writeFile(file.path, file.contents);
    if (name.startsWith(`${FIRST_FONT}-`)) manifest[`${FIRST_FONT}.woff2`] = name;
  }
}

/** What Django's own widgets write, which no file here names. */
const WIDGETS = '<input type="radio"><input type="checkbox">';

/** Tabler ships every component; what no template, view or script names is left out. */
async function pruned(css) {
  const words = [...(await filesBelow(web, [".html", ".py"])), ...(await filesBelow(source, [".js"]))];
  const contents = await Promise.all(words.map(async (file) => ({ raw: await readFile(file, "utf8"), extension: "html" })));
  contents.push({ raw: WIDGETS, extension: "html" });
  const [result] = await new PurgeCSS().purge({
    content: contents,
    css: [{ raw: css }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    safelist: { standard: ["dark", "light", "htmx-request", "htmx-swapping"], greedy: [/data-(bs-theme|bucket|grows|label|nav|series|state|tone)/, /aria-(current|pressed|sort)/] },
    fontFace: false,
    keyframes: true,
  });
  const minified = await build({
    stdin: { contents: result.css, loader: "css" },
    minify: true,
    write: false,
    target: targets,
  });
  return minified.outputFiles[0].text;
}

async function scripts() {
  for (const [name, format] of [["theme.js", "iife"], ["app.js", "esm"], ["charts.js", "esm"]]) {
    const result = await build({
      entryPoints: [path.join(source, "scripts", name)],
      bundle: true,
      minify: true,
      write: false,
      format,
      target: targets,
      legalComments: "none",
      logLevel: "warning",
    });
    await put(name, result.outputFiles[0].text);
  }
}

/** One SVG file with the icons that assets/icons.json names, each a <symbol>. */
async function icons() {
  const names = JSON.parse(await readFile(path.join(source, "icons.json"), "utf8"));
  const symbols = await Promise.all(
    names.map(async (entry) => {
      const [style, name] = entry.includes("/") ? entry.split("/") : ["outline", entry];
      const svg = await readFile(path.join(root, "node_modules/@tabler/icons/icons", style, `${name}.svg`), "utf8");
      const inner = svg.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
      const paint = style === "filled" ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.75"';
      const shape = inner.replace(/\s*\n\s*/g, "").replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "");
      return `<symbol id="${name}" viewBox="0 0 24 24" ${paint} stroke-linecap="round" stroke-linejoin="round">${shape}</symbol>`;
    }),
  );
  await put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

async function images() {
  for (const file of await filesBelow(path.join(source, "images"), [".svg"])) {
    await put(path.basename(file), await readFile(file, "utf8"));
  }
}

await mkdir(target, { recursive: true });
await fontsAndStyles();
await scripts();
await icons();
await images();
await writeFile(path.join(target, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
// A server that runs meanwhile sees the old files or the new, never half of them.
await rm(finished, { recursive: true, force: true });
await rename(target, finished);
console.log(`${Object.keys(manifest).length} assets in ${path.relative(root, finished)}`);
