/**
 * What is published: the library (dist/lib) and the command (dist/cli), each in a few files. Hundreds of modules take longer to
 * load than to run, and leave more in memory. What a program may not need, WebAssembly's emitters or a command, is a file that is
 * imported when it is wanted. Libraries of which only a part is used are bundled; LICENSES.txt beside the files has their terms.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runtimeAsText } from "./runtime-text.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  // Dependencies at run time: the one is large and rarely needed, the other no ES module.
  external: ["binaryen", "commander"],
  metafile: true,
  write: false,
  logLevel: "warning",
};

/**
 * Errors, consoles and traced graphs show the names of functions and classes. esbuild numbers those that share one in a file, and
 * renames classes that name themselves: they get theirs back.
 */
function namedAsWritten(code) {
  const numbered = [...code.matchAll(/^ {2}((\w+?)\d+) as \2,?$/gm)].filter(([, local]) =>
    new RegExp(`^(?:async )?function ${local}\\(|^var ${local} = (?:async )?\\(`, "m").test(code),
  );
  return [
    code.replace(/^var (\w+) = class _\1 (.*)\{$/gm, '$& static name = "$1";'),
    ...numbered.map(([, local, name]) => `Object.defineProperty(${local}, "name", { value: "${name}" });\n`),
  ].join("");
}

/** The folder of a bundled file's package, such as node_modules/@scope/name. */
const packageOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

/** The comment at the head of a source file, if it says whose it is. */
const headOf = (code) => /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\//.exec(code)?.[0].trim() ?? "";

/** Name, version and terms of the packages of which something is in a bundle, with what heads their files. */
async function licenses(metafile) {
  const folders = new Map();
  for (const file of Object.keys(metafile.inputs).sort()) {
    const folder = packageOf(file);
    if (folder) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const texts = [...folders].map(async ([folder, files]) => {
    const read = (file) => readFile(path.join(root, file), "utf8");
    const { name, version, license } = JSON.parse(await read(`${folder}/package.json`));
    const heads = new Set((await Promise.all(files.map(read))).map(headOf).filter((head) => /copyright/i.test(head)));
    const terms = await read(`${folder}/LICENSE`).catch(() => "");
    return [`${name} ${version}, ${license}`, ...heads, terms.trim()].filter(Boolean).join("\n\n");
  });
  return `${(await Promise.all(texts)).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

async function bundle(folder, options) {
  const outdir = path.join(root, folder);
  const { outputFiles, metafile } = await build({ ...common, outdir, ...options });
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  for (const file of outputFiles) {
    await writeFile(file.path, file.path.endsWith(".js") ? namedAsWritten(file.text) : file.text);
  }
  await writeFile(path.join(outdir, "LICENSES.txt"), await licenses(metafile));
}

await bundle("dist/lib", {
  entryPoints: { index: "src/index.ts", runtime: "runtime/index.ts", worker: "runtime/worker.ts" },
  sourcemap: true,
});
await bundle("dist/cli", { entryPoints: { main: "src/cli/main.ts" }, plugins: [runtimeAsText] });
