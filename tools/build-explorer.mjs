/** Bundles the explorer's page: its script with the layout worker in it, and its style sheet, beside the command. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const app = path.join(root, "src/explorer/app");

/** The text of the layout worker; other pages that draw documents define it as LAYOUT_WORKER too. */
export async function layoutWorker() {
  const { outputFiles } = await build({
    entryPoints: [path.join(app, "worker.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

export async function buildExplorer(dir = path.join(root, "dist/cli/explorer")) {
  const options = { bundle: true, minify: true, target: "es2022", write: false, logLevel: "warning" };
  const [script, style] = await Promise.all([
    layoutWorker().then((text) =>
      build({
        ...options,
        entryPoints: [path.join(app, "main.ts")],
        format: "iife",
        define: { LAYOUT_WORKER: JSON.stringify(text) },
      }),
    ),
    build({ ...options, entryPoints: [path.join(app, "explorer.css")] }),
  ]);
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, "explorer.js"), script.outputFiles[0].text);
  await writeFile(path.join(dir, "explorer.css"), style.outputFiles[0].text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExplorer();
